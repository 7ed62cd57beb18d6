"""The tokens of every prompt that was ever asked about: cut once, kept as numbers.

A *unit* is a token under one weight, so that a prompt is a row of small numbers. Cutting takes 0.1 ms per prompt, so
the first question about a large library is answered from the prompts that most images have, and the next ones go on
from there.
"""

import threading
import time
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog.columns import Array, Ints, Longs, extended
from diffusion_toolkit.progress import IsCancelled, never, stop_if
from diffusion_toolkit.query.prompt_tokens import TokenKind, prompt_tokens
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.prompt_texts import prompt_texts

MOST_TOKENS: Final = 1_500_000
"""Different ones; of a library with more, the rarest sentences are left out. 300 MB."""

MOST_CHARACTERS: Final = 100_000
_AT_ONCE: Final = 2_000


class Rows:
    """Rows of units, one after the other; grows at the end."""

    def __init__(self) -> None:
        self.count = 0
        self._starts: Longs = np.zeros(1, np.int64)
        self._units: Ints = np.empty(0, np.int32)

    def append(self, rows: Sequence[Sequence[int]]) -> None:
        """Add rows."""
        used = int(self._starts[self.count])
        lengths = np.fromiter(map(len, rows), np.int64, count=len(rows))
        flat = np.fromiter((unit for row in rows for unit in row), np.int32, count=int(lengths.sum()))
        self._units = extended(self._units, used, flat)
        self._starts = extended(self._starts, self.count + 1, np.cumsum(lengths) + used)
        self.count += len(rows)

    def sums(self, rows: Ints, values: Sequence[NDArray[np.float64]], units: int) -> list[NDArray[np.float64]]:
        """For each list of values (one per row asked for), the sum of each unit's rows."""
        starts, ends = self._starts[rows], self._starts[rows + 1]
        lengths = ends - starts
        if len(rows) * 2 > self.count:  # reading on end to end is faster than hopping
            whole = np.diff(self._starts[: self.count + 1])
            flat = self._units[: int(self._starts[self.count])]

            def spread(value: NDArray[np.float64]) -> Array:
                of_all = np.zeros(self.count)
                of_all[rows] = value
                return np.repeat(of_all, whole)
        else:
            skipped = np.cumsum(lengths) - lengths
            flat = self._units[np.arange(int(lengths.sum()), dtype=np.int64) + np.repeat(starts - skipped, lengths)]

            def spread(value: NDArray[np.float64]) -> Array:
                return np.repeat(value, lengths)

        return [summed(flat, spread(value), units) for value in values]


def summed(numbers: Ints, values: NDArray[np.floating], size: int = 0) -> NDArray[np.float64]:
    """The sum of the values of each number."""
    return np.bincount(numbers, weights=values, minlength=size).astype(np.float64)


class TokenIndex:
    """The tokens of prompts of one collection, by the prompts' numbers. May be used from many threads."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._lock = threading.Lock()
        self._row_of: Ints = np.full(1, -1, np.int32)
        self._numbers: dict[tuple[TokenKind, str], int] = {}
        self._units: dict[tuple[int, float], int] = {}
        self._kinds: list[TokenKind] = []
        self._texts: list[str] = []
        self._unit_tokens: list[int] = []
        self._unit_weights: list[float] = []
        self.words = Rows()
        self.tags = Rows()

    def include(self, ids: Sequence[int], *, budget_s: float | None = None, is_cancelled: IsCancelled = never) -> bool:
        """Cut these prompts, in their order, those that are not cut yet; False when the time was over before the end.

        Raises Cancelled; what was cut is kept.
        """
        deadline = None if budget_s is None else time.monotonic() + budget_s
        missing = [number for number, row in zip(ids, self.rows(ids).tolist(), strict=True) if row < 0]
        for first in range(0, len(missing), _AT_ONCE):
            if deadline is not None and time.monotonic() > deadline:
                return False
            stop_if(is_cancelled)
            self._add(missing[first : first + _AT_ONCE])
        return True

    def rows(self, ids: Sequence[int] | Ints) -> Ints:
        """The row of each prompt, -1 where it is not cut yet."""
        numbers = np.asarray(ids, np.int64)
        table = self._row_of
        known = (numbers >= 0) & (numbers < len(table))
        return np.where(known, table[np.where(known, numbers, 0)], np.int32(-1)).astype(np.int32)

    def units(self) -> tuple[Ints, NDArray[np.float32]]:
        """Token and weight of every unit."""
        with self._lock:
            return np.array(self._unit_tokens, np.int32), np.array(self._unit_weights, np.float32)

    def token(self, number: int) -> tuple[TokenKind, str]:
        """Kind and text of a token."""
        return self._kinds[number], self._texts[number]

    @property
    def token_count(self) -> int:
        """How many different tokens there are."""
        return len(self._texts)

    def matching(self, kinds: Sequence[TokenKind], text: str) -> Longs:
        """Tokens of these kinds with this text in them."""
        wanted, chosen = text.casefold().replace("_", " ").strip(), frozenset(kinds)
        pairs = enumerate(zip(self._kinds, self._texts, strict=False))
        return np.array([number for number, (kind, own) in pairs if kind in chosen and wanted in own], np.int64)

    def _add(self, ids: Sequence[int]) -> None:
        with self._collection.begin() as connection:
            texts = prompt_texts(connection, ids, MOST_CHARACTERS)
        with self._lock:
            fresh = [number for number in ids if number in texts and self.rows([number])[0] < 0]
            words: list[list[int]] = []
            tags: list[list[int]] = []
            for number in fresh:
                own_words, own_tags = self._cut(texts[number].text)
                words.append(own_words)
                tags.append(own_tags)
            first = self.words.count
            self.words.append(words)
            self.tags.append(tags)
            self._remember(fresh, first)

    def _remember(self, ids: list[int], first: int) -> None:
        if ids:
            table = self._row_of
            if max(ids) >= len(table):
                table = np.full(max(ids) + max(ids) // 4 + 1_000, -1, np.int32)
                table[: len(self._row_of)] = self._row_of
            table[ids] = np.arange(first, first + len(ids), dtype=np.int32)
            self._row_of = table

    def _cut(self, text: str) -> tuple[list[int], list[int]]:
        """Units of the words, and of all else. A token that comes twice counts once, under its greatest weight."""
        weights: dict[int, float] = {}
        numbers, kinds = self._numbers, self._kinds
        for kind, own, weight in prompt_tokens(text):
            number = numbers.get((kind, own))
            if number is None:
                if len(kinds) >= MOST_TOKENS:
                    continue
                number = numbers[kind, own] = len(kinds)
                kinds.append(kind)
                self._texts.append(own)
            known = weights.get(number)
            if known is None or weight > known:
                weights[number] = weight
        words: list[int] = []
        tags: list[int] = []
        for number, weight in weights.items():
            (words if kinds[number] == "word" else tags).append(self._unit(number, weight))
        return words, tags

    def _unit(self, token: int, weight: float) -> int:
        found = self._units.get((token, weight))
        if found is None:
            found = self._units[token, weight] = len(self._unit_tokens)
            self._unit_tokens.append(token)
            self._unit_weights.append(weight)
        return found
