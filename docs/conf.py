"""How the documentation is built."""

from __future__ import annotations

import re
from typing import Any

import cartesia_async

project = "cartesia_async"
author = "The cartesia_async authors"
release = cartesia_async.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = "cartesia_async"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
exclude_patterns = ["_build"]
default_role = "any"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 88
myst_heading_anchors = 3
# Annotations name what Python and others document, which is not looked up from here.
nitpick_ignore_regex = [("py:.*", ".*")]
# A docstring may quote code by single backticks; that the public names in it are found is tested.
suppress_warnings = ["ref.any"]

# A call is declared once for both clients. What is given by what it declares, on an AsyncCartesia:
_GIVEN = {
    r"Fetch\[(.*)\]": r"\1",
    r"Listing\[(.*)\]": r"Pages[\1]",
    r"SpeechEvents\[(.*)\]": r"EventStream[\1]",
    r"SpeechAudio": "AudioStream",
    r"SpeechSockets": "SpeechSocket",
    r"SpeechStreams": "SpeechStream",
}
_CHANGED = "AudioChunk | Done | UnknownEvent"
_SPOKEN = "AudioChunk | Timestamps | PhonemeTimestamps | FlushDone | Done | UnknownEvent"


def _as_given(
    _app: object, _kind: str, _name: str, _thing: object, _options: object, signature: str | None, gives: str | None
) -> tuple[str | None, str | None] | None:
    if not gives:
        return None
    gives = re.sub(r"~?cartesia_async\.[\w.]*\.(?=\w)", "", gives)
    for declared, given in _GIVEN.items():
        gives = re.sub(rf"^{declared}$", given, gives)
    return signature, gives.replace(_SPOKEN, "TTSEvent").replace(_CHANGED, "VoiceChangerEvent")


def setup(app: Any) -> None:
    app.connect("autodoc-process-signature", _as_given)
