"""The example app, used in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from cartesia_async import Cartesia
from cartesia_async.emulator import Emulator
from tests.browser.page import Page, until

TEXT = "Five words are said here."
SLOW_VOICE = 5  # whose words are there for longer than a laden machine takes to draw
LONG = "This goes on and on and on. " * 20


@pytest.fixture
def clip(emulator: Emulator, tmp_path: Path) -> Path:
    """A second or two of a voice."""
    with Cartesia("test", base_url=emulator.base_url) as client:
        client.tts.bytes(
            model_id="sonic-3",
            transcript="This was me.",
            voice="694f9389-aac1-45b6-b726-9d9369183238",
            output_format={"container": "wav", "encoding": "pcm_s16le", "sample_rate": 22050},
        ).save(tmp_path / "mine.wav")
    emulator.requests.clear()
    return tmp_path / "mine.wav"


def under_way(emulator: Emulator) -> int:
    """Give how many requests the emulator is answering."""
    assert emulator._running is not None
    return len(emulator._running.gate.under_way)


def test_a_text_is_heard_while_its_words_light_up(page: Page, emulator: Emulator) -> None:
    """A text is heard at once, in the voice that was chosen; each word lights up in turn; in the end it can be heard again."""
    voice = page.choose_voice(SLOW_VOICE)
    page.type(TEXT)
    page.note_words()
    page.at("speak").click()
    page.hear()
    assert under_way(emulator) == 1, "it is heard while it is still spoken"
    until(lambda: page.status("say") == "Done.", "the end of the speech")
    assert page.lit() == page.words("said") == ["Five", "words", "are", "said", "here."]
    assert page.words("now") == []
    assert page.at("words").text == TEXT
    [speech] = emulator.requests.speech
    assert (speech.transcript, speech.voice) == (TEXT, voice)
    assert 1 < page.plays("say-result") < 10


@pytest.mark.parametrize("how", ["leave", "stop"])
def test_who_leaves_ends_the_request(page: Page, emulator: Emulator, how: str) -> None:
    """Leaving the page, or pressing Stop, in the middle of a long text ends the request at the service, and the sound."""
    page.type(LONG)
    page.at("speak").click()
    page.hear()
    assert under_way(emulator) == 1
    if how == "leave":
        page.leave()
    else:
        page.at("say-stop").click()
        until(lambda: page.status("say") == "Stopped.", "the page to say so")
        assert page.run("return kept.AudioContext.at(-1).state") == "closed"
    until(lambda: under_way(emulator) == 0, "the request to end, which takes a minute if nobody ends it")
    assert emulator.requests.last.path == "/tts/sse"


def test_another_text_takes_the_place_of_the_first(page: Page, emulator: Emulator) -> None:
    """Who presses Speak again hears the new text alone; by keyboard too."""
    page.type(LONG)
    page.at("speak").click()
    page.hear()
    page.type(TEXT)
    page.at("text").send_keys(Keys.CONTROL, Keys.ENTER)
    until(lambda: page.status("say") == "Done.", "the end of the second")
    assert page.words("said") == TEXT.split()
    assert under_way(emulator) == 0


def test_a_dropped_clip_is_heard_in_another_voice(page: Page, emulator: Emulator, clip: Path) -> None:
    """A clip that is dropped goes to the voice changer and is heard at once; before and after can be heard again."""
    voice = page.choose_voice(3)
    page.drop(clip)
    page.hear()
    until(lambda: page.status("change") == "Done.", "the end of the clip")
    [speech] = emulator.requests.speech
    assert speech.voice == voice
    assert speech.clip is not None
    assert (speech.clip.filename, speech.clip.size) == ("mine.wav", clip.stat().st_size)
    before, after = page.plays("original"), page.plays("change-result")
    assert after == pytest.approx(before, abs=0.3)


def test_a_clip_can_be_chosen_and_changed_again(page: Page, emulator: Emulator, clip: Path) -> None:
    """A clip can be chosen in place of dropping it, and changed into one voice after the other."""
    page.at("clip").send_keys(str(clip))
    until(lambda: page.status("change") == "Done.", "the end of the clip")
    other = page.choose_voice(4)
    page.at("again").click()
    until(lambda: len(emulator.requests.speech) == 2 and page.status("change") == "Done.", "the second change")
    assert emulator.requests.speech[1].voice == other


def test_a_recording_is_heard_in_another_voice(page: Page, emulator: Emulator) -> None:
    """What the microphone hears is recorded as a WAV file, and changed."""
    page.at("record").click()
    until(lambda: page.status("change") == "Recording…", "the microphone")
    page.hear()
    page.at("record").click()
    until(lambda: page.status("change") == "Done.", "the end of the recording")
    [speech] = emulator.requests.speech
    assert speech.clip is not None
    assert (speech.clip.filename, speech.clip.content_type) == ("recording.wav", "audio/wav")
    assert page.plays("change-result") > 0.1


def test_what_goes_wrong_is_said(page: Page, emulator: Emulator, tmp_path: Path) -> None:
    """A busy service, a stream that breaks off, and a file that is no clip are told of on the page."""
    emulator.fail("/tts/sse", status=429, retry_after=0, times=3)
    page.type(TEXT)
    page.at("speak").click()
    until(lambda: page.at("say-error").text, "the error")
    assert "429" in "".join(page.complaints())
    emulator.fail("/tts/sse", drop_after=3)
    page.at("speak").click()
    until(lambda: page.at("say-error").text == "The voice service failed.", "the error")
    (tmp_path / "clip.wav").write_bytes(b"no clip at all")
    page.at("clip").send_keys(str(tmp_path / "clip.wav"))
    until(lambda: page.at("change-error").text, "the error")
    assert page.complaints()
    assert page.status("change") == ""


def test_it_fits_a_phone(page: Page) -> None:
    """At a phone's width nothing reaches over the edge, before and after a text was spoken, and all can be pressed."""
    page.width(375, 740)
    page.open()
    page.type("Supercalifragilisticexpialidocious" * 3)
    page.at("speak").click()
    until(lambda: page.words("now"), "a word")
    assert page.run("return document.documentElement.scrollWidth") == 375
    sizes = page.run(
        "return [...document.querySelectorAll('button, select, input')].map((e) => e.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44


def test_it_can_be_used_without_seeing_it(page: Page) -> None:
    """Each control has a name and is reached by the Tab key, in the order of the page."""
    tree = page.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    controls = [node for node in tree if node.get("role", {}).get("value") in {"button", "combobox", "textbox"}]
    names = [node["name"]["value"] for node in controls]
    assert "" not in names
    assert {"Voice", "Text", "Speak", "Stop", "Record", "Again"} <= set(names)
    page.run("document.activeElement.blur()")
    reached: list[str] = []
    for _ in range(5):
        ActionChains(page.browser).send_keys(Keys.TAB).perform()
        reached.append(page.run("return document.activeElement.id"))
    assert reached == ["voice", "text", "speak", "clip", "record"]
