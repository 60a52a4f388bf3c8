"""The arguments and answers that these tests use again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cartesia_async import AsyncCartesia
from tests.servers import answer, json_answer

Connect = Callable[..., AsyncCartesia]
SPEECH: dict[str, Any] = {
    "model_id": "sonic-2",
    "transcript": "Hello",
    "voice": "v1",
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000},
}
CLONE: dict[str, Any] = {"name": "Ann", "language": "en", "description": "mine"}
INFO = json_answer({"ok": True, "version": "1"})
AUDIO = answer(200, b"audio", Content_Type="audio/wav")
CLONED = json_answer(
    {
        "id": "v2",
        "user_id": "u",
        "is_public": False,
        "name": "Ann",
        "description": "mine",
        "created_at": "2026-01-01T00:00:00Z",
        "language": "en",
    }
)
