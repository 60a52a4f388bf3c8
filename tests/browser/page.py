"""The page of the example app, as a person uses it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

# What lights up is noted in the page: whoever asks from outside asks too seldom on a laden machine.
_LIT = """
window.lit = [];
new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (target.classList.contains("now") && lit.at(-1) !== target.textContent) lit.push(target.textContent);
  }
}).observe(document.getElementById("words"), { subtree: true, attributeFilter: ["class"] });
"""

T = TypeVar("T")
WAIT = 15.0
# What a page plays on and looks at is kept where a test finds it.
_KEEP = """
window.kept = { AudioContext: [], AnalyserNode: [] };
for (const name of Object.keys(kept)) {
  const Plain = window[name];
  window[name] = class extends Plain {
    constructor(...options) {
      super(...options);
      kept[name].push(this);
    }
  };
}
"""
_SOUND = """
const analyser = kept.AnalyserNode.at(-1), context = kept.AudioContext.at(-1);
if (!analyser) return null;
const wave = new Float32Array(analyser.fftSize);
analyser.getFloatTimeDomainData(wave);
return { time: context.currentTime, state: context.state, loudest: Math.max(...wave.map(Math.abs)) };
"""


def until(look: Callable[[], T], what: str) -> T:
    """Look again and again, until what is looked for is there."""
    end = time.monotonic() + WAIT
    while not (found := look()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)
    return found


class Page:
    """The page, in a browser."""

    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser = browser
        self._address = address
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _KEEP})

    def open(self) -> None:
        """Open it, and wait for the voices."""
        self.browser.get(self._address)
        until(lambda: self.at("speak").is_enabled(), "the voices")

    def leave(self) -> None:
        """Go elsewhere."""
        self.browser.get("about:blank")

    def width(self, width: int, height: int) -> None:
        """Let the window be as wide and high, in pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def at(self, id: str) -> WebElement:
        """Give the element of an id."""
        return self.browser.find_element(By.ID, id)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page."""
        return self.browser.execute_script(script, *arguments)

    def choose_voice(self, number: int) -> str:
        """Choose a voice of the list; give its id."""
        list = Select(self.at("voice"))
        list.select_by_index(number)
        return list.first_selected_option.get_attribute("value") or ""

    def type(self, text: str) -> None:
        """Type a text in place of what is there."""
        self.at("text").clear()
        self.at("text").send_keys(text)

    def status(self, name: str) -> str:
        """Give what the page says it does."""
        return self.at(f"{name}-status").text

    def sound(self) -> dict[str, Any] | None:
        """Give what is heard now: the context's `time` (s), its `state`, and the `loudest` sample (to 1)."""
        return self.run(_SOUND)

    def hear(self) -> None:
        """Wait until there is sound, and time goes on."""
        first = until(lambda: (sound := self.sound()) and sound["loudest"] > 0.01 and sound, "sound")
        until(lambda: (sound := self.sound()) and sound["time"] > first["time"], "time to go on")

    def words(self, state: str) -> list[str]:
        """Give the words that are `now` or were `said`."""
        return self.run(
            "return [...document.querySelectorAll(`#words .${arguments[0]}`)].map((e) => e.textContent)", state
        )

    def note_words(self) -> None:
        """Note from now on which words light up, for `lit`."""
        self.run(_LIT)

    def lit(self) -> list[str]:
        """Give the words that have lit up, in their order."""
        return self.run("return lit")

    def plays(self, id: str) -> float:
        """Play the audio element in the element of an id, and wait until its time goes on; give its length (s)."""
        audio = self.at(id).find_element(By.TAG_NAME, "audio")
        self.run("arguments[0].play()", audio)
        until(lambda: self.run("return arguments[0].currentTime > 0.1", audio), "the audio element to play")
        return float(self.run("return arguments[0].duration", audio))

    def drop(self, path: Path) -> None:
        """Drop a file on the field for clips, as a hand does."""
        field = self.at("drop")
        self.run("arguments[0].scrollIntoView({ block: 'center' })", field)
        box = self.run(
            "const b = arguments[0].getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]", field
        )
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.browser.execute_cdp_cmd(
                "Input.dispatchDragEvent", {"type": kind, "x": box[0], "y": box[1], "data": data}
            )

    def complaints(self) -> list[str]:
        """Give what the console was told is wrong since it was last asked."""
        entries: Any = self.browser.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] in {"WARNING", "SEVERE"}]
