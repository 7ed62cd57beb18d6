"""Marks pictures NSFW whose prompt has certain words, when a scan reads them.

A line of the list matches as a term of a query does: its words side by side, ignoring case and weights, the last one
as a prefix. So "nude" finds "nudes" and "nude, beach", but not "denuded", as a substring would.
What a person decided is never touched, and nothing is ever unmarked.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.query.words import plain_text, typed_words, word_pattern
from diffusion_toolkit.record import FileRecord
from diffusion_toolkit.store import curation, journal
from diffusion_toolkit.store.clean import clean_text
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.options import merge_option, option
from diffusion_toolkit.store.readings import ReadRow

FIRST_WORDS: Final = ("nsfw", "nude", "naked")
MOST_WORDS: Final = 500
LONGEST_LINE: Final = 200

_OPTION: Final = "nsfw_words"


def nsfw_words(collection: Collection) -> list[str]:
    """The list, one term a line; at first "nsfw", "nude" and "naked"."""
    with collection.begin() as connection:
        return _words(connection)


def set_nsfw_words(collection: Collection, lines: Iterable[str]) -> list[str]:
    """Replace the list; empty lines and repeated ones are left out. An empty list marks nothing.

    Raises UsageError for a line without a letter or digit, or with a wildcard that is not at its end.
    """
    words = list(dict.fromkeys(cleaned for line in lines if (cleaned := " ".join(clean_text(line).split()))))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_LINE for word in words):
        raise UsageError(f"The list has at most {MOST_WORDS} lines of at most {LONGEST_LINE} characters.")
    for word in words:
        _pattern(word)
    with collection.begin() as connection:
        merge_option(connection, _OPTION, {"words": [*words]})
    return words


class NsfwMarker:
    """Marks what a scan reads. Never makes a scan wait for a person's bulk edit, nor the other way round."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._patterns = [_pattern(word) for word in nsfw_words(collection)]
        self._late: list[int] = []

    def prompts(self, rows: Sequence[ReadRow], records: Iterable[FileRecord]) -> set[int]:
        """The numbers of those prompts of these rows that have one of the words."""
        found: set[int] = set()
        for row, record in zip(rows, records, strict=True):
            text = record.recipe.prompt if record.recipe else None
            if text and row.prompt_id is not None and row.prompt_id not in found and self._matches(text):
                found.add(row.prompt_id)
        return found

    def mark(self, connection: Connection, rows: Sequence[ReadRow], prompts: set[int]) -> None:
        """Mark images that were written in this transaction, at its very end; later while a person edits many."""
        ids = self._late + [row.image_id for row in rows if row.prompt_id in prompts]
        if not ids:
            return
        # A bulk edit holds rows of curation and waits for rows of images that this transaction may hold.
        if journal.lock_if_free(connection):
            curation.mark_nsfw(connection, ids)
            ids = []
        self._late = ids

    def finish(self) -> None:
        """Mark what had to wait."""
        if self._late:
            with self._collection.begin() as connection:
                journal.lock(connection)
                curation.mark_nsfw(connection, self._late)
            self._late = []

    def _matches(self, prompt: str) -> bool:
        text = plain_text(prompt)
        return any(pattern.search(text) for pattern in self._patterns)


def _words(connection: Connection) -> list[str]:
    value = option(connection, _OPTION)
    words = value.get("words") if isinstance(value, dict) else None
    return [str(word) for word in words] if isinstance(words, list) else list(FIRST_WORDS)


def _pattern(line: str) -> re.Pattern[str]:
    words = typed_words(line)
    pattern = word_pattern(words) if words else None
    if pattern is None:
        raise UsageError(f'"{line}" cannot be looked for: a line holds words, and a * only at its end.')
    return pattern
