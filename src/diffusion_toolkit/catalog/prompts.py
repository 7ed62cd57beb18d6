"""The texts of all prompts, in segments that never change: searching them, and adding new ones.

New prompts make a small segment of their own, with its own word index; a segment is merged with its left neighbour once
it is half as large, so that there are never many.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from mmap import mmap

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Bytes, Ints, Longs, Mask, Places
from diffusion_toolkit.catalog.finder import find_bytes, holding
from diffusion_toolkit.catalog.text_order import GrowingOrder
from diffusion_toolkit.catalog.words import WordIndex, WordSet, build, merge
from diffusion_toolkit.progress import IsCancelled, never
from diffusion_toolkit.query.tree import Exact, Term

_BYTES_PER_LOOK = 4_000
"""Looking at one prompt costs as much time as searching so many bytes of all of them."""


class Segment:
    """Some prompts: their casefolded text (for exact characters) and their words (indexed when first asked for).

    starts: where each text begins, and the end; other: which texts hold more than ASCII.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        folded = [text.casefold() for text in texts]
        self.other: Mask = np.fromiter((not text.isascii() for text in texts), np.bool_, count=len(texts))
        encoded = [text.encode() for text in folded]
        lengths = np.fromiter(map(len, encoded), np.int64, count=len(encoded))
        self.starts: Longs = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        self._block: bytes | mmap = b"".join(encoded)
        self._texts: Sequence[str] | None = texts
        self._index: WordIndex | None = None
        self._lock = threading.Lock()

    @classmethod
    def of(cls, *, block: bytes | mmap, starts: Longs, other: Mask, index: WordIndex) -> "Segment":
        """A segment whose parts are known."""
        made = cls([])
        made._block, made.starts, made.other = block, starts, other
        made._texts, made._index = None, index
        return made

    @property
    def text(self) -> Bytes:
        """The casefolded texts, one after the other."""
        return np.frombuffer(self._block, np.uint8)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of_prompt(self, number: int) -> bytes:
        """The casefolded text of one prompt."""
        return self._block[int(self.starts[number]) : int(self.starts[number + 1])]

    @property
    def index(self) -> WordIndex:
        """The words. Making the index takes seconds for a million prompts; others wait for it."""
        return self.prepared()

    def prepared(self, is_cancelled: IsCancelled = never) -> WordIndex:
        """The index, made now if there was none. Raises Cancelled."""
        with self._lock:
            if self._index is None:
                self._index = build(self._texts or (), is_cancelled)
                self._texts = None
            return self._index

    def matching(self, text: Term | Exact) -> Mask:
        """Which prompts of the segment hold the text."""
        if isinstance(text, Term):
            return self.index.with_words(text.words)
        return self._with_characters(text.text.casefold())

    def _with_characters(self, wanted: str) -> Mask:
        if not wanted:
            return np.ones(len(self), np.bool_)
        if not wanted.isascii():
            return self._verified(self.other, wanted)
        phrases = _phrases(self.index, wanted)
        if not phrases:
            return self._verified(np.ones(len(self), np.bool_), wanted)
        if wanted.isalnum():  # part of one word: the dictionary knows all such words
            found = self.index.with_phrase(phrases[0].words)
        else:
            found = self._beside(min(phrases, key=self._rarity), wanted.encode())
        found[self.other] = False
        return found | self._verified(self.other, wanted)

    def _rarity(self, phrase: "_Phrase") -> int:
        return min(map(self.index.count, phrase.words))

    def _beside(self, phrase: "_Phrase", needle: bytes) -> Mask:
        """Which texts hold the characters, of which the phrase is a part. Only those of ASCII are answered."""
        index = self.index
        owners, places = index.phrase(phrase.words)
        starts, ends = self.starts.take(owners), self.starts.take(owners + 1)
        begins = starts + index.offsets.take(places) - phrase.start
        if phrase.start == 0:  # the end of a longer word
            begins += index.dictionary.lengths.take(index.tokens.take(places)) - phrase.first_length
        inside = (begins >= starts) & (begins + len(needle) <= ends)
        owners, begins = np.compress(inside, owners), np.compress(inside, begins)
        found = np.zeros(len(self), np.bool_)
        found[owners[holding(self.text, begins, needle)]] = True
        return found

    def _verified(self, candidates: Mask, wanted: str) -> Mask:
        """Those of the candidates that hold the characters."""
        found = np.zeros(len(self), np.bool_)
        numbers = np.flatnonzero(candidates)
        needle = wanted.encode()
        if len(numbers) * _BYTES_PER_LOOK > len(self.text):
            hits = find_bytes(self.text, needle)
            owner = np.searchsorted(self.starts, hits, side="right") - 1
            found[owner[hits + len(needle) <= self.starts[owner + 1]]] = True
            return found
        find, begins, ends = self._block.find, self.starts[numbers].tolist(), self.starts[numbers + 1].tolist()
        spans = zip(numbers.tolist(), begins, ends, strict=True)
        found[[number for number, begin, end in spans if find(needle, begin, end) >= 0]] = True
        return found


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Runs of letters and digits side by side in what is looked for.

    start: where the first begins · first_length: of the first · words: for each run, the dictionary words it may be
    part of, or is.
    """

    start: int
    first_length: int
    words: list[WordSet]


def _phrases(index: WordIndex, wanted: str) -> list[_Phrase]:
    """The phrases of `wanted`. A run without a letter ends one: as an attention weight it is no word at all."""
    phrases: list[_Phrase] = []
    is_new = True
    for start, end in _runs(wanted):
        run = wanted[start:end]
        if run.isdigit():
            is_new = True
            continue
        if is_new:
            phrases.append(_Phrase(start, end - start, []))
        phrases[-1].words.append(_words_of(index, run, is_first=start == 0, is_last=end == len(wanted)))
        is_new = False
    return phrases


def _words_of(index: WordIndex, run: str, *, is_first: bool, is_last: bool) -> WordSet:
    """The words that a run may be: at an end of what is looked for, a part of a longer one."""
    known = index.dictionary
    if is_first and is_last:
        return known.containing(run)
    if is_first:
        return known.ending(run)
    return known.find_prefix(run) if is_last else known.find(run)


def _runs(text: str) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    start = -1
    for place, character in enumerate(text + " "):
        if character.isalnum():
            start = place if start < 0 else start
        elif start >= 0:
            runs.append((start, place))
            start = -1
    return runs


@dataclass(frozen=True)
class Prompts:
    """All prompts; the code of a prompt is its place over all segments."""

    places: Places
    segments: tuple[Segment, ...] = ()
    order: GrowingOrder = field(default_factory=GrowingOrder, repr=False)

    @classmethod
    def of(cls, ids: Sequence[int], texts: Sequence[str]) -> "Prompts":
        """Prompts by database id."""
        return cls(Places.of(np.array(ids, np.int32)), (Segment(texts),) if texts else ())

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.places.ids)

    def codes(self, ids: Array) -> Ints:
        """The codes of database ids; -1 for 0 and for unknown ones."""
        return self.places.find(ids)

    def appended(self, ids: Sequence[int], texts: Sequence[str]) -> "Prompts":
        """With new prompts."""
        if not ids:
            return self
        segments = [*self.segments, Segment(texts)]
        while len(segments) > 1 and len(segments[-1]) * 2 >= len(segments[-2]):
            right, left = segments.pop(), segments.pop()
            segments.append(_joined(left, right))
        return Prompts(self.places.appended(np.array(ids, np.int32)), tuple(segments), self.order)

    def matching(self, text: Term | Exact) -> Mask:
        """Which prompts hold the text; the last entry stands for code -1."""
        none = np.zeros(1, np.bool_)
        return np.concatenate([*(segment.matching(text) for segment in self.segments), none])

    def prepare(self, is_cancelled: IsCancelled) -> None:
        """Index the words of all segments now, so that no query has to wait for it. Raises Cancelled."""
        for segment in self.segments:
            segment.prepared(is_cancelled)

    def ranks(self) -> Ints:
        """The place of each prompt by its text, ignoring case; the last entry stands for code -1."""
        return self.order.ranks(self.count, self._whole_text, lambda: self.text_bytes)

    def _whole_text(self) -> tuple[Bytes, Longs]:
        starts = [np.zeros(1, np.int64)]
        for segment in self.segments:
            starts.append(segment.starts[1:] + starts[-1][-1])
        empty = np.empty(0, np.uint8)
        return np.concatenate([empty, *(segment.text for segment in self.segments)]), np.concatenate(starts)

    def beginning(self, code: int, characters: int) -> str:
        """The first characters of one prompt, casefolded."""
        return self.text_bytes(code)[: 4 * characters].decode(errors="ignore")[:characters]

    def text_bytes(self, code: int) -> bytes:
        """The casefolded text of one prompt."""
        for segment in self.segments:
            if code < len(segment):
                return segment.of_prompt(code)
            code -= len(segment)
        raise IndexError(code)


def _joined(left: Segment, right: Segment) -> Segment:
    return Segment.of(
        block=left.text.tobytes() + right.text.tobytes(),
        starts=np.concatenate([left.starts, right.starts[1:] + left.starts[-1]]),
        other=np.concatenate([left.other, right.other]),
        index=merge([left.index, right.index]),
    )
