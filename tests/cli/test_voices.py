"""Voices from the command line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from cartesia_async import Cartesia
from cartesia_async.emulator import Emulator
from tests.cli.conftest import KEY, Cli, run

SARAH, BARRY, KATIE = (
    "694f9389-aac1-45b6-b726-9d9369183238",
    "a0e99841-438c-4a64-b679-ae501e7d6091",
    "f786b574-daa5-4673-aa0c-cbe3e8534c02",
)
CLONE = ("--name", "Me", "--language", "en")


@pytest.fixture
def clip(cli: Cli, tmp_path: Path) -> str:
    """Have a recording of speech."""
    assert cli("say", "This is a clip of a voice that speaks for a while.", "-o", "clip.wav").status == 0
    return "clip.wav"


def test_they_are_listed(cli: Cli) -> None:
    """In a pipe, `voices list` prints a line for each voice, of fields parted by tabs, and no headings."""
    outcome = cli("voices", "list")
    lines = [line.split("\t") for line in outcome.out.splitlines()]
    assert (0, "", 34) == (outcome.status, outcome.err, len(lines))
    assert lines[0][:4] == [SARAH, "Sarah", "en", "feminine"]
    assert {len(line) for line in lines} == {5}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["list", "--limit", "2"], ["Sarah", "Barry"]),
        (["list", "--language", "fr", "--gender", "feminine"], ["Nadine"]),
        (["list", "--mine"], []),
        (["list", "--others", "--limit", "1"], ["Sarah"]),
        (["search", "newsreader"], ["Alistair"]),
        (["search", "calm", "--language", "it"], ["Giacomo"]),
        (["list", "--api-version", "2024-06-10", "--limit", "1"], None),
    ],
    ids=["limit", "filters", "mine", "others", "search", "search-filter", "version"],
)
def test_some_are_listed(cli: Cli, options: list[str], names: list[str] | None) -> None:
    """Filters, words and a limit choose some; what the pinned version lacks is bad use."""
    outcome = cli("voices", *options)
    if names is None:
        assert (outcome.status, outcome.err.count("\n")) == (2, 1)
        assert "2024-06-10" in outcome.err
    else:
        assert (0, names) == (outcome.status, [line.split("\t")[1] for line in outcome.out.splitlines()])


def test_json(cli: Cli) -> None:
    """`--json` prints all fields, an empty list too."""
    [voice] = json.loads(cli("voices", "search", "newsreader", "--json").out)
    assert voice["name"] == "Alistair"
    assert voice["locales"] == [{"locale": "en-GB", "is_native": True}]
    assert json.loads(cli("voices", "list", "--mine", "--json").out) == []


def test_one_is_shown(cli: Cli) -> None:
    """`voices show` tells all fields, a line each."""
    fields = dict(line.split("\t") for line in cli("voices", "show", "katie").out.splitlines())
    assert (fields["id"], fields["is_owner"]) == (KATIE, "no")
    assert json.loads(cli("voices", "show", KATIE, "--json").out)["name"] == "Katie"


@pytest.mark.parametrize("wanted", ["Katie", "katie", "kati", KATIE, KATIE.upper()])
def test_a_voice_by_its_name(cli: Cli, pointed: Emulator, wanted: str) -> None:
    """A voice is chosen by its name in any case, a part of it, or its id, for which nothing is asked first."""
    outcome = cli("say", "Hi", "-o", "a.wav", "--voice", wanted)
    asked = [request.path for request in pointed.requests]
    if wanted == KATIE.upper():  # whatever the service makes of it
        assert asked == ["/tts/bytes"]
        return
    assert outcome.status == 0
    assert pointed.requests[-1].json["voice"] == KATIE
    assert asked == (["/tts/bytes"] if wanted == KATIE else ["/voices", "/tts/bytes"])


def test_a_voice_by_its_name_in_an_old_version(cli: Cli, pointed: Emulator) -> None:
    """Where the pinned version cannot search, the whole library is looked through."""
    assert cli("say", "Hi", "-o", "a.wav", "--voice", "katie", "--api-version", "2024-06-10").status == 0
    assert KATIE == pointed.requests[-1].json["voice"]["id"]


def test_a_name_of_many(cli: Cli, pointed: Emulator, tmp_path: Path) -> None:
    """If several voices may be meant, they are named on one line, and nothing is said."""
    outcome = cli("say", "Hi", "-o", "a.wav", "--voice", "an")
    assert (2, 1) == (outcome.status, outcome.err.count("\n"))
    assert "'an' may be any of " in outcome.err
    assert "Grandfather (" in outcome.err
    assert [request.path for request in pointed.requests] == ["/voices"]
    assert list(tmp_path.iterdir()) == []


def test_a_whole_name_comes_first(cli: Cli, pointed: Emulator, clip: str) -> None:
    """A voice of just that name is meant, though others hold the name in theirs."""
    assert cli("voices", "clone", clip, "--name", "Katie's twin", "--language", "en").status == 0
    assert cli("voices", "show", "katie").out.startswith(f"id\t{KATIE}\n")


def test_a_life(cli: Cli, clip: str) -> None:
    """A voice is cloned, localized, changed and deleted, by its name."""
    made = cli("voices", "clone", clip, *CLONE, "--description", "Mine", "--json")
    assert (0, "") == (made.status, made.err)
    voice = json.loads(made.out)
    assert (voice["name"], voice["language"]) == ("Me", "en")
    spanish = json.loads(
        cli("voices", "localize", "Me", "--name", "Yo", "--language", "es", "--gender", "male", "--json").out
    )
    assert spanish["language"] == "es"
    changed = json.loads(cli("voices", "update", "yo", "--description", "Mío", "--gender", "masculine", "--json").out)
    assert (changed["id"], changed["description"], changed["gender"]) == (spanish["id"], "Mío", "masculine")
    assert "gender" not in json.loads(cli("voices", "update", "yo", "--gender", "none", "--json").out)
    assert cli("voices", "list", "--mine").out.count("\n") == 2
    deleted = cli("voices", "delete", "Yo", "--yes")
    assert (0, spanish["id"] + "\n", "") == (deleted.status, deleted.out, deleted.err)
    assert cli("voices", "delete", voice["id"], "--yes").status == 0
    assert cli("voices", "list", "--mine").out == ""


def test_a_part_of_a_name_deletes_nothing(cli: Cli, clip: str) -> None:
    """`delete` and `update` want a whole name or an id."""
    assert cli("voices", "clone", clip, "--name", "Solitaire", "--language", "en").status == 0
    for arguments in (("delete", "solit", "--yes"), ("update", "solit", "--name", "x")):
        outcome = cli("voices", *arguments)
        assert outcome.status == 2
        assert "'solit'; a part of a name will not do here" in outcome.err
    assert "Solitaire" in cli("voices", "list", "--mine").out


def test_nobody_to_ask(cli: Cli, pointed: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """`delete` without `--yes` deletes nothing where nobody can be asked."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    outcome = cli("voices", "delete", "Sarah")
    assert (2, "") == (outcome.status, outcome.out)
    assert "--yes" in outcome.err
    assert len(pointed.requests) == 0


def test_mixed_and_created(cli: Cli, pointed: Emulator, tmp_path: Path) -> None:
    """`mix` prints an embedding for `create` to take; that the service has retired both is a note on standard error."""
    mixed = run("voices", "mix", "Sarah=0.7", "Barry")
    assert mixed.returncode == 0
    assert mixed.stderr.count(b"\n") == 1
    assert b"retired" in mixed.stderr
    asked = pointed.requests[-1].json["voices"]
    assert [(part["id"], part["weight"]) for part in asked] == [(SARAH, 0.7), (BARRY, 1.0)]
    (tmp_path / "both.json").write_bytes(mixed.stdout)
    made = cli("voices", "create", "--name", "Both", "--embedding", "both.json", "--json")
    assert (0, "Both") == (made.status, json.loads(made.out)["name"])
    from_pipe = run("voices", "create", "--name", "Both again", "--embedding", "-", text=mixed.stdout.decode())
    assert from_pipe.returncode == 0


def test_a_clip_from_standard_input(pointed: Emulator, clip: str, tmp_path: Path) -> None:
    """`-` sends the recording that comes by standard input."""
    recorded = (tmp_path / clip).read_bytes()
    done = run("voices", "clone", "-", *CLONE, text=recorded)
    assert (0, b"") == (done.returncode, done.stderr)
    assert pointed.requests[-1].files[0].size == len(recorded)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["update", "Sarah"], "--name, --description or --gender"),
        (["localize", "Sarah", "--name", "x", "--language", "es"], "--gender"),
        (["mix", "Sarah=much"], "a weight must be a number"),
        (["create", "--name", "x", "--embedding", "none.json"], "cannot read 'none.json'"),
        (["create", "--name", "x", "--embedding", "text.json"], "--embedding must be a JSON array"),
        (["clone", "none.wav", *CLONE], "none.wav"),
        (["list", "--limit", "0"], "--limit"),
    ],
    ids=["update", "localize", "mix", "no-file", "no-json", "no-clip", "limit"],
)
def test_bad_use(cli: Cli, pointed: Emulator, tmp_path: Path, arguments: list[str], said: str) -> None:
    """Bad use is one line and status 2, and changes nothing."""
    (tmp_path / "text.json").write_text("not json")
    outcome = cli("voices", *arguments)
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.err.count("\n"))
    assert said in outcome.err
    assert [request for request in pointed.requests if request.method != "GET"] == []


def test_what_a_terminal_would_obey_is_not_printed(cli: Cli, pointed: Emulator, clip: str) -> None:
    """A name with a line break, a tab or an escape sequence stays on its line, in its column, and is harmless."""
    with Cartesia(KEY, base_url=pointed.base_url) as client:
        client.voices.clone(b"RIFF" + Path(clip).read_bytes()[4:], name="a\tb\n\x1b[31mc", language="en")
    [line] = cli("voices", "list", "--mine").out.splitlines()
    assert line.split("\t")[1] == "a b [31mc"
