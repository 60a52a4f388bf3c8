"""Secrets in requests, headers and bodies, wherever they stand."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_async.emulator.recording.secrecy import (
    Secrets,
    Veil,
    is_secret_name,
    visible_headers,
    visible_parameters,
)

KEY = 'sk_other/"0123456789'
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJncmFudHMiOnsidHRzIjp0cnVlfX0.c2lnbmF0dXJl-_x"


def _secrets() -> Secrets:
    secrets = Secrets()
    secrets.meet([("Authorization", f"Bearer {KEY}"), ("Cookie", "session=0123456789abc; theme=dark")])
    return secrets


def _veiled(body: bytes, *, cuts: list[int], text: bool = True) -> bytes:
    veil = Veil(_secrets().known(), text=text)
    points = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    pieces = [veil.feed(body[start:end]) for start, end in zip(points, points[1:], strict=False)]
    return b"".join([*pieces, veil.close()])


@pytest.mark.parametrize(
    "name",
    ["Authorization", "x-api-key", "X-API-Key", "api_key", "access_token", "Cookie", "Set-Cookie", "X-Amz-Signature"],
)
def test_names_of_secrets(name: str) -> None:
    """What stands under such a name is a secret."""
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["Content-Type", "next_page_token", "tokens", "max_tokens", "key", "x-request-id"])
def test_other_names(name: str) -> None:
    """What stands under such a name is not."""
    assert not is_secret_name(name)


BODY = (
    "x" * 40
    + json.dumps({"echo": KEY, "token": JWT, "client_secret": 'a"b', "next_page_token": "page-two"})
    + f" {KEY} {JWT} 0123456789abc sk_car_abcdefgh01 "
    + "https://files.example/x?access_token=short&format=wav "
    + "x" * 40
).encode()


@given(cuts=st.lists(st.integers(0, 2_000), max_size=20))
def test_a_body_is_veiled_however_it_is_cut(cuts: list[int]) -> None:
    """Nothing secret is left of a body in pieces, its length is kept, and all else stays."""
    veiled = _veiled(BODY, cuts=cuts)
    assert len(veiled) == len(BODY)
    assert veiled == _veiled(BODY, cuts=[])
    text = veiled.decode()
    for secret in (KEY, json.dumps(KEY)[1:-1], JWT, "0123456789abc", "sk_car_abc", "short", 'a\\"b', "c2lnbmF0dXJl"):
        assert secret not in text
    for kept in ('"next_page_token": "page-two"', "&format=wav", '"client_secret": "****"'):
        assert kept in text


def test_what_is_long_is_given_on() -> None:
    """Of a long body only its end is held back."""
    veil = Veil(_secrets().known(), text=True)
    given = sum(len(veil.feed(b"word " * 10_000)) for _ in range(10))
    assert 500_000 - 20_000 < given < 500_000
    binary = Veil(_secrets().known(), text=False)
    assert len(binary.feed(bytes(1_000))) > 900


def test_bytes_are_searched_for_known_secrets_only() -> None:
    """Audio that happens to look like a token is left alone; a credential is not."""
    body = f"{JWT} {KEY}".encode()
    assert _veiled(body, cuts=[5, 80], text=False) == f"{JWT} {'*' * len(KEY)}".encode()


def test_requests_are_cleaned() -> None:
    """Texts, JSON and the query lose what is secret, by value and by name; a short stand-in is no secret."""
    secrets = _secrets()
    secrets.meet([("X-API-Key", "test"), ("token", "c2VjcmV0IQ==")])
    assert secrets.hidden(f"test {KEY} c2VjcmV0IQ==") == "test *** ***"
    assert secrets.hidden_in({"a": [KEY, 1, None], "api_key": "x", "token": 5}) == {
        "a": ["***", 1, None],
        "api_key": "***",
        "token": 5,
    }
    query = [("access_token", "x"), ("q", KEY), ("q", "b")]
    assert visible_parameters(query, secrets) == {"q": ["***", "b"]}


def test_headers_are_cleaned() -> None:
    """An answer's headers lose cookies, and secrets in the others."""
    headers = [("Set-Cookie", "a=b"), ("Location", f"/x?api_key={KEY}"), ("Vary", "a"), ("Vary", "b")]
    shown = visible_headers(headers, _secrets())
    assert list(shown) == ["Location", "Vary"]
    assert shown["Vary"] == ["a", "b"]
    assert KEY not in shown["Location"][0]


def test_few_are_remembered() -> None:
    """A client with a new token for each call does not make the recorder slower and slower."""
    secrets = Secrets()
    for number in range(200):
        secrets.meet([("authorization", f"Bearer token-number-{number:04}")])
    assert secrets.hidden("token-number-0199") == "***"
    assert len(secrets.known()) <= 64
