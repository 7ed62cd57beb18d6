"""The words of many prompts: which prompts hold a word, or words side by side.

All words with a prefix are one range of the sorted dictionary, so their postings are one slice.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog.columns import Array, Ints, Longs, Mask
from diffusion_toolkit.progress import IsCancelled, never, stop_if
from diffusion_toolkit.query.wildcards import has_wildcards, longest_piece, pattern
from diffusion_toolkit.query.words import word_starts, words

_TEXTS_PER_LOOK = 1_000
_LAST_CHARACTER = chr(0x10FFFF)

WordSet: TypeAlias = range | Ints
"""Numbers of words: a range, or some."""


@dataclass(frozen=True)
class WordIndex:
    """Dictionary and postings of the prompts 0, 1, 2 …

    dictionary: sorted words · prompt_starts: where each prompt begins in `tokens` · tokens: the word at each place ·
    word_starts: where each word begins in `places` and `owners` · places: where the word stands in `tokens`,
    ascending · owners: the prompt of each such place · offsets: the byte of its prompt at which the word at each place
    of `tokens` begins, where the prompt is ASCII.
    """

    dictionary: "Dictionary"
    prompt_starts: Longs
    tokens: Array
    word_starts: Longs
    places: NDArray[np.uint32]
    owners: Ints
    offsets: Ints

    @property
    def prompt_count(self) -> int:
        """How many prompts are indexed."""
        return len(self.prompt_starts) - 1

    def with_words(self, term: Sequence[str]) -> Mask:
        """Prompts in which these words stand side by side; the last one as a prefix (see `tree.Term`)."""
        *heads, last = term
        return self.with_phrase([*map(self.dictionary.find, heads), self.dictionary.find_prefix(last)])

    def with_phrase(self, sets: Sequence[WordSet]) -> Mask:
        """Prompts in which a word of each set stands beside one of the next."""
        found = np.zeros(self.prompt_count, np.bool_)
        found[self.phrase(sets)[0]] = True
        return found

    def phrase(self, sets: Sequence[WordSet]) -> tuple[Ints, Longs]:
        """Where a word of each set stands beside one of the next: the prompts, and the first place in `tokens`."""
        if not all(map(len, sets)):
            return np.empty(0, np.int32), np.empty(0, np.int64)
        if len(sets) > 1:
            return self._phrase(sets)
        slots = self._slots(sets[0])
        return self.owners[slots], self.places[slots].astype(np.int64)

    def count(self, numbers: WordSet) -> int:
        """How often these words occur in all."""
        if isinstance(numbers, range):
            return int(self.word_starts[numbers.stop] - self.word_starts[numbers.start])
        return int((self.word_starts[numbers + 1] - self.word_starts[numbers]).sum())

    def _slots(self, numbers: WordSet) -> slice | Longs:
        if isinstance(numbers, range):
            return slice(int(self.word_starts[numbers.start]), int(self.word_starts[numbers.stop]))
        begins, ends = self.word_starts[numbers], self.word_starts[numbers + 1]
        lengths = ends - begins
        skipped = np.cumsum(lengths) - lengths
        return np.arange(int(lengths.sum()), dtype=np.int64) + np.repeat(begins - skipped, lengths)

    def _phrase(self, sets: Sequence[WordSet]) -> tuple[Ints, Longs]:
        """Starts at the rarest word, then looks at its neighbours."""
        anchor = min(range(len(sets)), key=lambda place: self.count(sets[place]))
        slots = self._slots(sets[anchor])
        owner, first = self.owners[slots], self.places[slots].astype(np.int64) - anchor
        fits = first + len(sets) <= self.prompt_starts.take(owner + 1)
        if anchor:
            fits &= first >= self.prompt_starts.take(owner)
        owner, first = np.compress(fits, owner), np.compress(fits, first)
        for place in sorted(range(len(sets)), key=lambda place: self.count(sets[place])):
            if place != anchor and len(first):
                fits = self._is_in(self.tokens.take(first + place), sets[place])
                owner, first = np.compress(fits, owner), np.compress(fits, first)
        return owner, first

    def _is_in(self, tokens: Array, numbers: WordSet) -> Mask:
        if isinstance(numbers, range):
            return (tokens >= numbers.start) & (tokens < numbers.stop)
        table = np.zeros(len(self.dictionary.words), np.bool_)
        table[numbers] = True
        return table.take(tokens)


@dataclass(frozen=True)
class Dictionary:
    """Distinct words in sorted order; the number of a word is its place."""

    words: list[str]
    joined: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "joined", "\n".join(self.words))

    @cached_property
    def lengths(self) -> Ints:
        """Characters of each word."""
        return np.fromiter(map(len, self.words), np.int32, count=len(self.words))

    def find(self, word: str) -> WordSet:
        """The word itself, or all that fit its wildcards."""
        if has_wildcards(word):
            return self._fitting(word)
        first = bisect_left(self.words, word)
        return range(first, first + (first < len(self.words) and self.words[first] == word))

    def find_prefix(self, word: str) -> WordSet:
        """All words that begin so. A word that ends in a wildcard is matched by that wildcard."""
        if word.endswith(("*", "?")):
            return self.find(word)
        if has_wildcards(word):
            return self._fitting(word + "*")
        return self._beginning(word)

    def containing(self, text: str) -> Ints:
        """All words with this text somewhere in them."""
        starts, found, at = self._starts, list[int](), self.joined.find(text)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            found.append(number)
            at = self.joined.find(text, starts[number + 1]) if number + 1 < len(starts) else -1
        return np.array(found, np.int32)

    def ending(self, text: str) -> Ints:
        """All words that end so."""
        return np.array([n for n in map(int, self.containing(text)) if self.words[n].endswith(text)], np.int32)

    def _beginning(self, prefix: str) -> range:
        return range(bisect_left(self.words, prefix), bisect_right(self.words, prefix + _LAST_CHARACTER))

    def _fitting(self, word: str) -> WordSet:
        head = word[: min(place for place in (word.find("*"), word.find("?")) if place >= 0)]
        if word == head + "*":
            return self._beginning(head)
        fits = pattern(word).fullmatch
        numbers: Iterable[int] = self._beginning(head) if head else map(int, self.containing(longest_piece(word)))
        return np.array([number for number in numbers if fits(self.words[number])], np.int32)

    @property
    def _starts(self) -> list[int]:
        if not self._start_list:
            place = 0
            for word in self.words:
                self._start_list.append(place)
                place += len(word) + 1
        return self._start_list

    _start_list: list[int] = field(default_factory=list[int], init=False, repr=False, compare=False)


def build(texts: Iterable[str], is_cancelled: IsCancelled = never) -> WordIndex:
    """Cut all texts into words and index them. Raises Cancelled."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    number_of = numbers.__getitem__
    lengths: list[int] = []
    blocks: list[Ints] = []
    starts: list[Ints] = []
    for number, text in enumerate(texts):
        if number % _TEXTS_PER_LOOK == 0:
            stop_if(is_cancelled)
        found = words(text)
        lengths.append(len(found))
        blocks.append(np.fromiter(map(number_of, found), np.int32, count=len(found)))
        starts.append(np.array(word_starts(text), np.int32) if text.isascii() else np.zeros(len(found), np.int32))
    known = sorted(numbers)
    rank = np.empty(len(known), np.int32)
    rank[[numbers[word] for word in known]] = np.arange(len(known), dtype=np.int32)
    tokens = rank[_joined(blocks)]
    return _indexed(Dictionary(known), np.array(lengths, np.int64), tokens, _joined(starts))


def merge(parts: Sequence[WordIndex]) -> WordIndex:
    """One index of the prompts of all parts, in their order, without cutting texts again."""
    known = sorted({word for part in parts for word in part.dictionary.words})
    place = {word: number for number, word in enumerate(known)}
    tokens = [np.array([place[word] for word in part.dictionary.words], np.int32)[part.tokens] for part in parts]
    lengths = np.concatenate([np.diff(part.prompt_starts) for part in parts])
    offsets = np.concatenate([part.offsets for part in parts])
    return _indexed(Dictionary(known), lengths, np.concatenate(tokens), offsets)


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int32), *parts])


def _indexed(dictionary: Dictionary, lengths: Longs, tokens: Ints, offsets: Ints) -> WordIndex:
    # Word and place in one 64-bit number: numpy sorts these ten times faster than it sorts indirectly.
    packed = (tokens.astype(np.uint64) << np.uint64(32)) | np.arange(len(tokens), dtype=np.uint64)
    packed.sort()
    places = packed.astype(np.uint32)
    counts = np.bincount(tokens, minlength=len(dictionary.words))
    owner_of = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return WordIndex(
        dictionary=dictionary,
        prompt_starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
        tokens=tokens,
        word_starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]),
        places=places,
        owners=owner_of[places],
        offsets=offsets,
    )
