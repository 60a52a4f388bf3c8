"""The command line: ``python -m cartesia_async`` and the script ``cartesia-async``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from . import Cartesia
from ._about import version
from .errors import CartesiaError, CredentialsError

# A voice of the service's own examples, which the emulator has too.
DEFAULT_VOICE = "694f9389-aac1-45b6-b726-9d9369183238"
DEFAULT_MODEL = "sonic-3"
_FORMATS: dict[str, dict[str, Any]] = {
    ".wav": {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 44100},
    ".mp3": {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000},
    ".raw": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 44100},
}
BAD_USE, FAILED, INTERRUPTED = 2, 1, 130


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong on one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with that line."""
        self.exit(BAD_USE, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="cartesia-async", description="Speak with the Cartesia voice API, or with a local emulator of it."
    )
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    say = commands.add_parser("say", help="speak a text to a file", description="Speak a text to a file.")
    say.add_argument("text", metavar="TEXT", help="the text; - reads it from standard input")
    say.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help="a .wav, .mp3 or .raw file; - writes WAV to standard output",
    )
    say.add_argument("--voice", default=DEFAULT_VOICE, metavar="ID", help="the voice's id (default: %(default)s)")
    say.add_argument("--model", default=DEFAULT_MODEL, metavar="ID", help="the model's id (default: %(default)s)")
    say.add_argument("--language", metavar="CODE", help="the text's language, such as en")
    say.add_argument("--emulator", action="store_true", help="speak with a local emulator: no key, no network")
    say.set_defaults(run=_say)

    emulator = commands.add_parser(
        "emulator", help="run a local emulator of the API", description="Run a local emulator of the API until Ctrl-C."
    )
    emulator.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    emulator.add_argument("--port", type=int, default=8020, help="the port; 0 takes a free one (default: %(default)s)")
    emulator.add_argument("--engine", choices=("espeak", "tone"), help="how to speak (default: espeak if installed)")
    emulator.set_defaults(run=_emulator)
    return parser


def _say(arguments: argparse.Namespace) -> None:
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    to_stdout = arguments.output == "-"
    suffix = ".wav" if to_stdout else os.path.splitext(arguments.output)[1].lower()
    if suffix not in _FORMATS:
        msg = f"--output must end in one of {', '.join(_FORMATS)}, not {arguments.output!r}"
        raise ValueError(msg)
    if not to_stdout and not os.path.isdir(os.path.dirname(arguments.output) or "."):
        msg = f"--output must be in a folder that exists, not {arguments.output!r}"
        raise ValueError(msg)
    with _client(emulated=arguments.emulator) as client:
        wanted: Any = _FORMATS[suffix]
        audio = client.tts.bytes(
            model_id=arguments.model,
            transcript=text,
            voice=arguments.voice,
            language=arguments.language,
            output_format=wanted,
        )
        if to_stdout:
            for chunk in audio:
                sys.stdout.buffer.write(chunk)
                sys.stdout.buffer.flush()
        else:
            audio.save(arguments.output)


@contextmanager
def _client(*, emulated: bool) -> Generator[Cartesia]:
    if not emulated:
        with Cartesia() as client:
            yield client
        return
    from .emulator import Emulator

    with Emulator() as emulator, Cartesia("emulated", base_url=emulator.base_url) as client:
        yield client


def _emulator(arguments: argparse.Namespace) -> None:
    import asyncio

    from .emulator import Emulator

    def tell(address: str) -> None:
        print(f"The emulator listens on {address} (Ctrl-C ends it).", flush=True)  # noqa: T201 - it is what is asked for

    emulator = Emulator(host=arguments.host, port=arguments.port, engine=arguments.engine)
    asyncio.run(emulator.serve_forever(started=tell))


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    Args:
        arguments: What to run it with; left out, the process's own arguments.

    Returns:
        The exit status: 0, 1 where a call failed, 2 for bad use, 130 after Ctrl-C.
    """
    parsed = _parser().parse_args(arguments)
    try:
        parsed.run(parsed)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read standard output has left: there is nobody to tell, and nothing to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (ValueError, CredentialsError) as error:
        return _complain(error, BAD_USE)
    except (CartesiaError, OSError) as error:
        return _complain(error, FAILED)
    return 0


def _complain(error: Exception, status: int) -> int:
    sys.stderr.write(f"cartesia-async: {' '.join(str(error).split())}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
