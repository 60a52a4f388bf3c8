"""What importing the package loads, what making a client loads, and that nothing is loaded later."""

from __future__ import annotations

import json
from pathlib import Path

from tests.lifecycle.conftest import Python, finished
from tests.servers import RawServer

_IMPORT = """
import sys
before = set(sys.modules)
from cartesia_async import AsyncCartesia, Cartesia
loaded = set(sys.modules) - before
heavy = {"aiohttp", "cattrs", "anyio", "asyncio", "multidict", "yarl", "ssl", "numpy"}
"""

# Loads all that the call itself does not: what is imported by the test's own code, and by its server.
_TOUR = """
import json, os, sys, threading, warnings
from cartesia_async import AsyncCartesia, Cartesia, NotFoundError, APIConnectionError
SPEECH = dict(model_id="sonic-2", transcript="Hello", voice="v1", output_format=dict(container="raw", encoding="pcm_s16le", sample_rate=16000))
URL = os.environ["URL"]
KEY = "sk_car_test_0123456789"
OPTIONS = dict(base_url=URL, on_event=lambda event: None)
folder = os.environ["FOLDER"]
clip = os.path.join(folder, "clip.wav")
with open(clip, "wb") as file:
    file.write(b"RIFF" + bytes(100))
late = {}
def watch(kind):
    before = set(sys.modules)
    def done():
        new = sorted(set(sys.modules) - before)
        if new:
            late[kind] = new
    return done
CLONE = dict(name="Ann", language="en")
"""

_ASYNC = """
import asyncio
async def main():
    client = AsyncCartesia(KEY, **OPTIONS)
    async def step(name, coroutine):
        done = watch(name)
        try:
            return await coroutine
        except (NotFoundError, APIConnectionError) as error:
            str(error), repr(error)
        finally:
            done()
    async def items(iterable):
        return [item async for item in iterable]
    await step("status", client.api_status.get())
    await step("bytes", client.tts.bytes(**SPEECH).read())
    await step("chunks", items(client.tts.bytes(**SPEECH).iter_chunks(2)))
    await step("save", client.tts.bytes(**SPEECH).save(os.path.join(folder, "hello.wav")))
    await step("sse", items(client.tts.sse(**SPEECH)))
    await step("collect", client.tts.sse(**SPEECH, add_timestamps=True).collect())
    await step("upload a path", client.voices.clone(clip, **CLONE))
    await step("upload bytes", client.voices.clone(b"RIFF1234", **CLONE))
    with open(clip, "rb") as file:
        await step("upload a file", client.voices.clone(file, **CLONE))
    await step("upload pieces", client.voices.clone(iter([b"RIFF"]), **CLONE))
    await step("list", items(client.voices.list(limit=3)))
    await step("page", client.voices.list().first_page())
    await step("mix", client.request("POST", "/voices/mix", json={"a": 1}))
    await step("form", client.request("POST", "/voices", form={"a": "b", "c": b"1"}))
    await step("an error", client.voices.get("missing"))
    view = client.with_options(timeout=0.05, max_retries=0, api_version="2024-06-10", headers={"a": "b"})
    await step("a limit", view.tts.bytes(**{**SPEECH, "transcript": "wait"}).read())
    async with client.tts.bytes(**SPEECH):
        pass
    await step("close", client.close())
    refused = AsyncCartesia(KEY, base_url="http://127.0.0.1:9", max_retries=1)
    await step("no server", refused.api_status.get())
    await refused.close()
    named = AsyncCartesia(KEY, base_url=URL.replace("127.0.0.1", "localhost"))
    await step("a name", named.api_status.get())
    await named.close()
asyncio.run(main())
"""

_SYNC = """
client = Cartesia(KEY, **OPTIONS)
def step(name, call):
    done = watch(name)
    try:
        return call()
    except (NotFoundError, APIConnectionError) as error:
        str(error), repr(error)
    finally:
        done()
step("status", lambda: client.api_status.get())
step("warm up", lambda: client.warm_up())
step("bytes", lambda: client.tts.bytes(**SPEECH).read())
step("chunks", lambda: list(client.tts.bytes(**SPEECH).iter_chunks(2)))
step("save", lambda: client.tts.bytes(**SPEECH).save(os.path.join(folder, "hello.wav")))
step("sse", lambda: list(client.tts.sse(**SPEECH)))
step("upload", lambda: client.voices.clone(clip, **CLONE))
step("list", lambda: list(client.voices.list(limit=3)))
step("an error", lambda: client.voices.get("missing"))
view = client.with_options(timeout=0.05, max_retries=0)
step("a limit", lambda: view.tts.bytes(**{**SPEECH, "transcript": "wait"}).read())
step("an error", lambda: client.voices.get("missing"))
step("close", client.close)
"""


def test_import_is_cheap(python: Python) -> None:
    """Importing both clients loads few modules and none of the heavy ones; making a client loads those."""
    script = _IMPORT + (
        'print(json := __import__("json").dumps([len(loaded), sorted(heavy & loaded), []]))\n'
        'Cartesia("key").close()\n'
        'print(__import__("json").dumps(sorted({"aiohttp", "cattrs", "anyio", "asyncio"} & set(sys.modules))))\n'
    )
    code, out, err = finished(python(script, bare=True))
    assert (code, err) == (0, "")
    first, second = (json.loads(line) for line in out.splitlines())
    assert first[0] < 130, first
    assert first[1] == []
    assert second == ["aiohttp", "asyncio", "cattrs"]


def test_nothing_is_loaded_late_async(python: Python, tmp_path: Path) -> None:
    """Once an asynchronous client is made, no call loads a module in the middle of a request."""
    code, out, err = finished(python(_TOUR + _ASYNC + "print(json.dumps(late))\n", bare=True, FOLDER=str(tmp_path)))
    assert (code, err) == (0, "")
    assert json.loads(out) == {}


def test_nothing_is_loaded_late_sync(python: Python, tmp_path: Path) -> None:
    """Once a blocking client is made, no call loads a module either."""
    code, out, err = finished(python(_TOUR + _SYNC + "print(json.dumps(late))\n", bare=True, FOLDER=str(tmp_path)))
    assert (code, err) == (0, "")
    assert json.loads(out) == {}


async def test_warm_up_connects(server: RawServer) -> None:
    """`warm_up` connects, and the next call goes over that connection."""
    from cartesia_async import AsyncCartesia
    from tests.lifecycle.service import SPEECH

    async with AsyncCartesia("key", base_url=server.url) as client:
        await client.warm_up()
        assert server.connections == 1
        assert await client.tts.bytes(**SPEECH).read() == b"audio"
    assert server.connections == 1
    assert len(server.requests) == 2
