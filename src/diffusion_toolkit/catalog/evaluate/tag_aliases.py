"""What else tags are called: aliases of the vocabulary, for names that no tag of the library has."""

import threading
import time
from typing import Final

from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.feed import Snapshot
from diffusion_toolkit.store.vocabulary import Edition, edition, whole
from diffusion_toolkit.vocabulary import Vocabulary, tag_key

LOOK_AGAIN_S: Final = 1.0
"""The vocabulary is no part of what the catalog follows; so often one looks whether it changed, while it is asked."""


class Aliases:
    """The vocabulary of a collection as searches need it. May be used from many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._edition: Edition | None = None
        self._seen: tuple[Snapshot, float] | None = None
        self._vocabulary: Vocabulary | None = None
        self._changes = 0

    def canonical(self, state: State, collection: Collection, name: str) -> str:
        """The name that counts for a tag."""
        with self._lock:
            return self._read(state, collection).canonical(name)

    def changes(self, state: State, collection: Collection) -> int:
        """How often the vocabulary was another one than before."""
        with self._lock:
            self._look(state, collection)
            return self._changes

    def starting(self, state: State, collection: Collection, typed: str) -> list[tuple[str, str]]:
        """A person's own aliases that begin so, each with the name that counts, by alias."""
        key = tag_key(typed)
        with self._lock:
            vocabulary = self._read(state, collection)
            own = self._edition.own if self._edition else ()
            return sorted((alias, vocabulary.canonical(alias)) for alias, _ in own if tag_key(alias).startswith(key))

    def _read(self, state: State, collection: Collection) -> Vocabulary:
        self._look(state, collection)
        if self._vocabulary is None:
            with collection.begin() as connection:
                self._vocabulary = whole(connection)
        return self._vocabulary

    def _look(self, state: State, collection: Collection) -> None:
        now = time.monotonic()
        if self._seen and self._seen[0] is state.snapshot and now - self._seen[1] < LOOK_AGAIN_S:
            return
        with collection.begin() as connection:
            found = edition(connection)
        if found != self._edition:
            self._edition, self._vocabulary = found, None
            self._changes += 1
        self._seen = (state.snapshot, now)


def aliases(state: State) -> Aliases:
    """The aliases for searches over this state."""
    return state.tags.kept.get("aliases", Aliases)
