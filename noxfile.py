"""The project's chores: ``nox -s tests`` and so on."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import nox

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())
PYTHONS = nox.project.python_versions(PROJECT)


def _is_here(version: str) -> bool:
    # A version manager leaves a command for each Python that it knows, though not each of them can be run.
    python = shutil.which(f"python{version}")
    return (
        python is not None and subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0
    )


PRESENT = [version for version in PYTHONS if _is_here(version)]
# The official packages that the emulator is driven with, by release; the others bring their WebSockets along.
OFFICIAL = {
    "4.2.0": "cartesia[websockets]==4.2.0",
    "3.5.1": "cartesia[websockets]==3.5.1",
    "2.0.17": "cartesia==2.0.17",
    "1.4.0": "cartesia==1.4.0",
}
# Those extras whose lowest versions are tried: the tests of the others need newer ones.
LOWEST_OF = ("audio", "cli", "emulator", "speed")
CHROMIUM = ("chromium", "chromium-driver")  # Debian's packages
# A chore that needs one Python takes the one that nox runs on.
nox.options.sessions = ["tests", "lint", "types"]
nox.options.default_venv_backend = "virtualenv"


def _group(name: str) -> list[str]:
    return nox.project.dependency_groups(PROJECT, name)


def _lowest() -> list[str]:
    extras = PROJECT["project"]["optional-dependencies"]
    needed = [*PROJECT["project"]["dependencies"], *(line for name in LOWEST_OF for line in extras[name])]
    return [requirement.replace(">=", "==") for requirement in needed]


# The tests start some hundred processes, and each would compile all that it imports.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}


def _tests(session: nox.Session) -> None:
    session.run("pytest", *(session.posargs or ["-n", "auto", "--dist", "loadfile"]), env=BYTECODE)


@nox.session(python=PRESENT or None)
def tests(session: nox.Session) -> None:
    """Run the tests on every supported Python that is here."""
    session.install(".[all]", *_group("tests"))
    _tests(session)


@nox.session
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest versions that the project says it works with."""
    session.install(".[all]", *_group("tests"), *_lowest())
    _tests(session)


@nox.session
def bare(session: nox.Session) -> None:
    """Run what needs no extra without one: the client, and the emulator with its engine of tones."""
    session.install(".", *_group("tests"))
    emulator = ("tests/emulator/server", "tests/emulator/speech/test_tone.py", "tests/emulator/speech/test_timbre.py")
    session.run("pytest", *emulator, "tests/lifecycle", "tests/streams", "tests/transport", *session.posargs)


@nox.session
@nox.parametrize("official", list(OFFICIAL))
def interop(session: nox.Session, official: str) -> None:
    """Drive the emulator with an official Python package."""
    session.install(".[emulator]", *_group("tests"), OFFICIAL[official])
    # 3.x has the names of 4.x, and is not driven by itself.
    _interop(session, "python_4/test_migration.py" if official.startswith("3.") else f"python_{official[0]}")


@nox.session
@nox.parametrize("official", ["2.2.9", "2.1.5"])
def interop_javascript(session: nox.Session, official: str) -> None:
    """Drive the emulator with an official JavaScript package; needs Node.js and npm."""
    session.install(".[emulator]", *_group("tests"))
    folder = session.create_tmp()
    package = f"@cartesia/cartesia-js@{official}"
    session.run("npm", "install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, package, external=True)
    _interop(session, "javascript_2", NODE_PATH=str(Path(folder, "node_modules").resolve()))


def _interop(session: nox.Session, client: str, **env: str) -> None:
    # What these packages warn of is not ours to mend.
    session.run("pytest", "-W", "default", f"tests/interop/{client}", *session.posargs, env=env)


def _has_chromium() -> bool:
    return all(map(shutil.which, ("chromium", "chromedriver")))


@nox.session
def browser(session: nox.Session) -> None:
    """Use the example app in a real browser: Debian's Chromium, which is installed where there is none."""
    if not _has_chromium() and shutil.which("apt-get"):
        for chore in (("update",), ("install", "-y", "--no-install-recommends", *CHROMIUM)):
            session.run("apt-get", *chore, external=True, success_codes=range(256))
    if not _has_chromium():
        session.skip("this needs chromium and chromedriver, which are not here and cannot be installed")
    session.install(".[emulator,fastapi]", *_group("browser"))
    session.run("pytest", "tests/browser", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Ask the emulator for a long time what the service's description allows, and what it does not."""
    session.install(".[emulator]", *_group("tests"))
    session.run("pytest", "tests/emulator/fidelity", *session.posargs, env={"FIDELITY_EXAMPLES": "500"})


@nox.session
def soak(session: nox.Session) -> None:
    """Strain for some minutes: two thousand contexts whose connections fail, ten thousand requests, hours of audio."""
    session.install(".[emulator]", *_group("tests"))
    session.run("pytest", "tests/websocket/soak", "tests/emulator/soak", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the client beside an official package and bare aiohttp, and print the ratios; `-- --help` tells how."""
    session.install(".[speed]", OFFICIAL["4.2.0"], "uvloop>=0.21; sys_platform != 'win32'")
    session.run("python", "-m", "tests.benchmarks", *session.posargs)


@nox.session
def latency(session: nox.Session) -> None:
    """Measure how soon a token is heard, and what contexts cost that share a connection; `-- --help` tells how."""
    session.install(".[speed]")
    session.run("python", "-m", "tests.benchmarks.latency", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Look for what is untidy."""
    session.install(*_group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types: of the package, and of every call as a user meets it."""
    session.install(".[all]", *_group("types"))
    session.run("mypy")
    session.run("pyright", "--pythonpath", f"{session.virtualenv.bin}/python")


@nox.session
def coverage(session: nox.Session) -> None:
    """Measure which lines and branches the tests reach."""
    session.install("-e", ".[all]", *_group("tests"))
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine", success_codes=[0, 1])
    session.run("coverage", "report")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    session.install(".[all]", *_group("docs"))
    session.run("sphinx-build", "-W", "-n", "-b", "html", "docs", "docs/_build/html")
