"""What an emulator holds: voices and datasets, as they were made, changed and deleted."""

from __future__ import annotations

import datetime
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar

import attrs

from .voice.library import stock_voices
from .voice.timbre import Timbre, embedding_of

OWNER_ID = "482aa35e-d86c-42a4-b818-7bdcfe40a858"


@attrs.frozen(kw_only=True)
class StoredVoice:
    """
    A voice.

    Attributes:
        id: A UUID.
        name: Its name.
        description: What it is like.
        language: The language it speaks, a code such as `en`.
        timbre: What makes it sound as it does.
        created_at: When it was made, ISO 8601.
        gender: `masculine`, `feminine`, `gender_neutral` or unknown.
        country: The country of its accent, such as `US`.
        tagline: At most 32 characters about it.
        accent: The accent it was made with, where one was named.
        is_owner: Whether it belongs to who asks (all voices but the library's).
        base_voice_id: The voice it was made from.
        given_embedding: The embedding it was created with, if it was.
    """

    id: str
    name: str
    description: str
    language: str
    timbre: Timbre
    created_at: str
    gender: str | None = None
    country: str | None = None
    tagline: str = ""
    accent: str | None = None
    is_owner: bool = True
    base_voice_id: str | None = None
    given_embedding: tuple[float, ...] | None = None

    @property
    def embedding(self) -> list[float]:
        """The voice as numbers: those it was created with, or those that describe how it sounds."""
        return embedding_of(self.timbre) if self.given_embedding is None else list(self.given_embedding)


@attrs.frozen(kw_only=True)
class StoredFile:
    """A file of a dataset; its bytes are not kept."""

    id: str
    filename: str
    size: int
    created_at: str


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


class Shelf(Generic[T]):
    """Things by id, in the order they were put there; a place stays known after its thing has gone."""

    def __init__(self) -> None:
        self._things: dict[str, T] = {}
        self._places: dict[str, int] = {}
        self._next_place = itertools.count()

    def __iter__(self) -> Iterator[T]:
        return iter(self._things.values())

    def get(self, id: str) -> T | None:
        """Give the thing with an id, `None` where there is none."""
        return self._things.get(id)

    def put(self, thing: T) -> T:
        """Add a thing, or put it in the place of the one with its id."""
        self._things[thing.id] = thing
        if thing.id not in self._places:
            self._places[thing.id] = next(self._next_place)
        return thing

    def remove(self, id: str) -> T | None:
        """Take a thing away; `None` where it was not there."""
        return self._things.pop(id, None)

    def place(self, id: str) -> int | None:
        """Tell where a thing is or was in the order, so that a page may follow one that was deleted meanwhile."""
        return self._places.get(id)


@attrs.define(kw_only=True)
class StoredDataset:
    """A dataset and its files."""

    id: str
    name: str
    description: str
    created_at: str
    files: Shelf[StoredFile] = attrs.field(factory=Shelf[StoredFile])


MakeUp = Callable[[str], StoredVoice | None]


@attrs.define
class State:
    """
    All that one emulator holds; used on its loop only.

    Attributes:
        voices: The voices.
        datasets: The datasets.
        make_up: Makes the voice of an id that is not there, `None` where there is to be none.
    """

    voices: Shelf[StoredVoice] = attrs.field(factory=Shelf[StoredVoice])
    datasets: Shelf[StoredDataset] = attrs.field(factory=Shelf[StoredDataset])
    make_up: MakeUp | None = None

    def voice(self, id: str) -> StoredVoice | None:
        """Give the voice of an id; `None` where there is none, or it was deleted."""
        found = self.voices.get(id)
        if found is None and self.make_up is not None and self.voices.place(id) is None:
            return self.make_up(id)
        return found

    def delete_voice(self, voice: StoredVoice) -> None:
        """Take a voice away, for good; one that was made up, too."""
        self.voices.put(voice)
        self.voices.remove(voice.id)


def fresh_state(own: Iterable[StoredVoice] = (), make_up: MakeUp | None = None) -> State:
    """Make the state that an emulator starts from: the stock library and voices of its own, no datasets."""
    state = State(make_up=make_up)
    for stock in stock_voices():
        state.voices.put(
            StoredVoice(
                id=stock.id,
                name=stock.name,
                description=stock.description,
                language=stock.language,
                timbre=stock.timbre,
                created_at=stock.created_at,
                gender=stock.gender,
                country=stock.country,
                tagline=stock.tagline,
                is_owner=False,
            )
        )
    for voice in own:
        state.voices.put(voice)
    return state


def new_id() -> str:
    """Make an id (UUID4)."""
    return str(uuid.uuid4())


def now() -> str:
    """Give the time as the service writes it: ISO 8601 in UTC, microseconds, `Z`."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
