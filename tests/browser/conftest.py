"""The example app in a real browser: the emulator behind it, a server before it."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from selenium import webdriver

from cartesia_async.emulator import Emulator
from tests.browser.page import Page, until

APP = Path(__file__).parents[2] / "docs" / "examples" / "voice_app" / "app.py"
FLAGS = """
--headless --no-sandbox --disable-dev-shm-usage --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required
--use-fake-ui-for-media-stream --use-fake-device-for-media-stream
"""


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    """Do not look for what is left open: the browser, the app and the emulator outlive a test."""


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """A service that speaks as fast as a person does, so that there is something to break off."""
    with Emulator(engine="espeak", realtime=True) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def address(emulator: Emulator) -> Iterator[str]:
    """The example app, served by uvicorn on a thread."""
    specification = importlib.util.spec_from_file_location("voice_app", APP)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(module.app, log_level="warning", ws="none", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, args=([listener],))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CARTESIA_API_KEY", "test")
        environment.setenv("CARTESIA_BASE_URL", emulator.base_url)
        thread.start()
        until(lambda: server.started or not thread.is_alive(), "the app to start")
    assert server.started
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Debian's Chromium, without a window, with a profile of its own."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert binary is not None, "these tests need chromium"
    assert driver is not None, "these tests need chromedriver (Debian: chromium-driver)"
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield browser
    browser.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome, address: str, emulator: Emulator) -> Iterator[Page]:
    """The page of the app, just opened, on a desktop; what it complains of is an error, unless a test expects it."""
    emulator.reset()
    page = Page(chromium, address)
    page.width(1280, 900)
    page.open()
    yield page
    page.leave()
    assert page.complaints() == []
