"""Files: whole or not there, and true in their headers."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import struct
import threading
import wave
from pathlib import Path
from typing import Any

import pytest

from cartesia_async import APITimeoutError, NotFoundError, StreamInterruptedError
from cartesia_async._io.files import NewFile
from tests.servers import WAIT, Peer, always, answer, chunk, raw_server, streaming
from tests.streams.sides import DONE_EVENT, SPEECH, Side, audio_event, one_answer, sse_answer

OLD = b"what was there before"


def wav(size: int, *, riff: int | None = None, data: int | None = None) -> bytes:
    """Write a WAV file of so many bytes of audio, with wrong sizes where they are given."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(size))
    head = bytearray(buffer.getvalue())
    if riff is not None:
        struct.pack_into("<I", head, 4, riff)
    if data is not None:
        struct.pack_into("<I", head, 40, data)
    return bytes(head)


def save(stream: Any, path: Any) -> Any:
    """Save."""
    return stream.save(path)


@pytest.fixture(params=["new", "existing"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A path where nothing is yet, or a file that will be replaced."""
    path = tmp_path / "hello.wav"
    if request.param == "existing":
        path.write_bytes(OLD)
    return path


def untouched(path: Path, *, existed: bool) -> None:
    """Check that there is nothing new, and what there was is there."""
    assert [entry.name for entry in path.parent.iterdir()] == ([path.name] if existed else [])
    if existed:
        assert path.read_bytes() == OLD


@pytest.mark.parametrize("kind", [str, Path])
async def test_saved_whole(side: Side, path: Path, kind: type) -> None:
    """The file holds the audio byte for byte, takes the place of an old one, and nothing is beside it."""
    audio = wav(100_000)
    body = streaming() + b"".join(chunk(audio[at : at + 7000]) for at in range(0, len(audio), 7000)) + chunk(b"")
    async with raw_server(one_answer(body)) as server:
        side.connect(server.url)
        assert await side.do(lambda client: client.tts.bytes(**SPEECH).save(kind(path))) is None
        assert path.read_bytes() == audio
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("sizes", [(0xFFFFFFFF, 0xFFFFFFFF), (0, 0), (36, 0), (0x7FFFFFFF, 0x7FFFFFFF - 36)], ids=str)
async def test_the_wav_header_is_made_true(side: Side, path: Path, sizes: tuple[int, int]) -> None:
    """Sizes that could not be known when the header was sent are true in the file, for any reader."""
    body = wav(32_000, riff=sizes[0], data=sizes[1])
    async with raw_server(one_answer(streaming() + chunk(body[:30]) + chunk(body[30:]) + chunk(b""))) as server:
        side.connect(server.url)
        await side.do(lambda client: client.tts.bytes(**SPEECH).save(path))
        assert path.read_bytes() == wav(32_000)
        with wave.open(str(path)) as file:
            assert (file.getnframes(), file.getframerate()) == (16_000, 16_000)


async def test_what_is_no_wav_is_saved_as_it_is(side: Side, path: Path) -> None:
    """Raw audio, mp3 and the audio of events are not touched."""
    async with raw_server(
        one_answer(sse_answer(audio_event(b"\0" * 4), audio_event(b"\xff" * 3), DONE_EVENT))
    ) as server:
        side.connect(server.url)
        await side.do(lambda client: client.tts.sse(**SPEECH).audio().save(path))
        assert path.read_bytes() == b"\0" * 4 + b"\xff" * 3


async def test_permissions_are_those_of_any_file(side: Side, path: Path) -> None:
    """A new file has the permissions that the user's mask gives, a replaced one keeps its own."""
    existed = path.exists()
    if existed:
        path.chmod(0o640)
    async with raw_server(one_answer(answer(200, b"audio"))) as server:
        side.connect(server.url)
        await side.do(lambda client: client.tts.bytes(**SPEECH).save(path))
    other = path.parent / "other"
    other.touch()
    assert stat.S_IMODE(path.stat().st_mode) == (0o640 if existed else stat.S_IMODE(other.stat().st_mode))


FAILURES = {
    "refused": (one_answer(answer(404)), NotFoundError),
    "cut off": (one_answer(streaming() + chunk(b"RIFF" * 5000)), StreamInterruptedError),
    "too short": (one_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nRIFF"), StreamInterruptedError),
    "stalled": (one_answer(streaming() + chunk(b"RIFF"), then=Peer.until_closed), APITimeoutError),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failure_leaves_nothing(side: Side, path: Path, failure: str) -> None:
    """When the stream fails, neither a file nor a temporary one is left, and an old file is as it was."""
    existed = path.exists()
    script, kind = FAILURES[failure]
    async with raw_server(script) as server:
        side.connect(server.url, timeout=0.1, max_retries=0)
        with pytest.raises(kind):
            await side.do(lambda client: client.tts.bytes(**SPEECH).save(path))
        untouched(path, existed=existed)


@pytest.mark.parametrize("where", ["missing/hello.wav", ".", "file/hello.wav"])
async def test_a_path_that_cannot_be_written(side: Side, tmp_path: Path, where: str) -> None:
    """Where no file can be, nothing is asked of the service; the error is the system's, and names the path as given."""
    (tmp_path / "file").touch()
    async with raw_server(always(answer(200, b"audio"))) as server:
        side.connect(server.url)
        with pytest.raises(OSError, match=r"directory") as caught:
            await side.do(lambda client: client.tts.bytes(**SPEECH).save(tmp_path / where))
        assert caught.value.filename == str(tmp_path / where)
        assert server.requests == []
        assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


async def test_a_link_stays(side: Side, tmp_path: Path) -> None:
    """Where the path is a link, the file that it leads to is written, and the link is still one."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "hello.wav").symlink_to(tmp_path / "folder" / "real.wav")
    async with raw_server(one_answer(answer(200, b"audio"))) as server:
        side.connect(server.url)
        await side.do(lambda client: client.tts.bytes(**SPEECH).save(tmp_path / "hello.wav"))
    assert (tmp_path / "hello.wav").is_symlink()
    assert (tmp_path / "folder" / "real.wav").read_bytes() == b"audio"
    assert [entry.name for entry in (tmp_path / "folder").iterdir()] == ["real.wav"]


async def test_a_pipe_is_written_to(side: Side, tmp_path: Path) -> None:
    """A pipe, which somebody reads, gets the audio; it is not replaced by a file."""
    path = tmp_path / "hello.wav"
    os.mkfifo(path)
    audio = wav(100_000)
    async with raw_server(one_answer(answer(200, audio))) as server:
        side.connect(server.url)
        reading = asyncio.create_task(asyncio.to_thread(path.read_bytes))
        await side.do(lambda client: client.tts.bytes(**SPEECH).save(path))
        assert await asyncio.wait_for(reading, WAIT) == audio
    assert path.is_fifo()
    assert [entry.name for entry in tmp_path.iterdir()] == ["hello.wav"]


@pytest.mark.parametrize("reader", ["none", "idle"])
async def test_a_pipe_that_nobody_reads_can_be_left(tmp_path: Path, reader: str) -> None:
    """Cancelled while a pipe is not read, or not read on, it ends at once, and the connection is closed if there is one."""
    path = tmp_path / "hello.wav"
    os.mkfifo(path)
    much = streaming() + chunk(b"audio" * 99_999)  # more than a pipe holds
    async with raw_server(one_answer(much, then=Peer.until_closed)) as server:
        async with Side(blocking=False).connect(server.url) as client:
            reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK) if reader == "idle" else None
            task = asyncio.create_task(client.tts.bytes(**SPEECH).save(path))
            async with asyncio.timeout(WAIT):
                while not (reading is None or server.requests):
                    await asyncio.sleep(0.005)
                await asyncio.sleep(0.1)
                assert not task.done()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                if reading is not None:
                    await server.client_closed.wait()
                    os.close(reading)
    assert path.is_fifo()


async def test_a_reader_of_a_pipe_who_leaves(side: Side, tmp_path: Path) -> None:
    """When whoever reads a pipe leaves, the error is the system's, and the connection is closed."""
    path = tmp_path / "hello.wav"
    os.mkfifo(path)

    def read() -> bytes:
        with open(path, "rb", buffering=0) as file:
            return file.read(5)

    much = streaming() + chunk(b"audio" * 99_999)  # more than a pipe holds
    async with raw_server(one_answer(much, then=Peer.until_closed)) as server:
        side.connect(server.url)
        reading = asyncio.create_task(asyncio.to_thread(read))
        with pytest.raises(BrokenPipeError) as caught:
            await side.do(lambda client: client.tts.bytes(**SPEECH).save(path))
        assert caught.value.filename == str(path)
        assert await reading == b"audio"
        await asyncio.wait_for(server.client_closed.wait(), WAIT)
    assert path.is_fifo()


async def test_a_disk_that_fails_leaves_nothing(side: Side, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the file cannot be written on, its beginning is removed and the connection closed."""
    existed = path.exists()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(NewFile, "_keep", full)
    async with raw_server(one_answer(answer(200, b"audio"))) as server:
        side.connect(server.url)
        with pytest.raises(OSError, match="No space left"):
            await side.do(lambda client: client.tts.bytes(**SPEECH).save(path))
    untouched(path, existed=existed)


async def test_cancellation_leaves_nothing(path: Path) -> None:
    """Cancelled while audio is still to come, it leaves nothing, and the server sees the connection closed."""
    existed = path.exists()
    async with raw_server(one_answer(streaming() + chunk(b"RIFF" * 999), then=Peer.until_closed)) as server:
        async with Side(blocking=False).connect(server.url) as client:
            task = asyncio.create_task(client.tts.bytes(**SPEECH).save(path))
            async with asyncio.timeout(WAIT):
                while not (server.requests and any(entry != path for entry in path.parent.iterdir())):
                    await asyncio.sleep(0.005)
                await asyncio.sleep(0.02)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                untouched(path, existed=existed)
                await server.client_closed.wait()


@pytest.mark.parametrize("step", ["_open", "_write", "_keep"])
async def test_cancellation_in_the_middle_of_a_step(path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled while a thread works on the file, it leaves the file whole or not at all, and never a temporary one."""
    existed = path.exists()
    begun, go = threading.Event(), threading.Event()
    real = getattr(NewFile, step)

    def slow(self: NewFile, *arguments: Any) -> None:
        begun.set()
        go.wait(WAIT)
        real(self, *arguments)

    monkeypatch.setattr(NewFile, step, slow)
    async with raw_server(one_answer(answer(200, b"audio"), then=Peer.until_closed)) as server:
        async with Side(blocking=False).connect(server.url) as client:
            task = asyncio.create_task(client.tts.bytes(**SPEECH).save(path))
            assert await asyncio.to_thread(begun.wait, WAIT)
            task.cancel()
            asyncio.get_running_loop().call_later(0.01, task.cancel)
            asyncio.get_running_loop().call_later(0.03, go.set)
            with pytest.raises(asyncio.CancelledError):
                async with asyncio.timeout(WAIT):
                    await task
    if step == "_keep":
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]
        assert path.read_bytes() == b"audio"
    else:
        untouched(path, existed=existed)


async def test_the_loop_is_not_blocked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow disk holds up nobody else on the loop."""
    go = threading.Event()
    real = NewFile._write

    def slow(self: NewFile, piece: bytes) -> None:
        go.wait(WAIT)
        real(self, piece)

    monkeypatch.setattr(NewFile, "_write", slow)
    async with raw_server(one_answer(answer(200, b"audio"))) as server:
        async with Side(blocking=False).connect(server.url) as client:
            asyncio.get_running_loop().call_later(0.02, go.set)
            await client.tts.bytes(**SPEECH).save(path)
    assert path.read_bytes() == b"audio"
    assert os.path.getsize(path) == 5
