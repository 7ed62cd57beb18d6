"""How alike prompts are: the share of different words that two of them have in common.

Order, repetition, commas and weights do not matter: 100 % means the same words, 50 % that half of all words of the two
stand in both (the Jaccard index). Of all prompts only those are looked at that have one of the text's rarest words:
for a likeness of t, a prompt must share t of the n words of the text, and so at least one of any n - t + 1 of them.
"""

from math import ceil
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog.columns import Ints, Mask
from diffusion_toolkit.catalog.prompts import Prompts, Segment
from diffusion_toolkit.catalog.words import WordIndex
from diffusion_toolkit.query.words import words

Likeness = NDArray[np.float32]

_POSTINGS_PER_SEARCH = 16
"""Looking one prompt up among a word's prompts costs as much as marking so many of them."""

_different_words: WeakKeyDictionary[Segment, Ints] = WeakKeyDictionary()


def likeness(prompts: Prompts, text: str, minimum: float) -> Likeness:
    """For each prompt how alike it is to the text, 0 to 1; 0 for all below `minimum`."""
    wanted = sorted(set(words(text)))
    parts = [_of_segment(segment, wanted, minimum) for segment in prompts.segments]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)


def same_text(prompts: Prompts, text: str) -> Mask:
    """Which prompts are this text from end to end, ignoring case and blanks around it."""
    found = [_equal(segment, text.strip().casefold().encode(errors="surrogatepass")) for segment in prompts.segments]
    return np.concatenate(found) if found else np.empty(0, np.bool_)


def _of_segment(segment: Segment, wanted: list[str], minimum: float) -> Likeness:
    found = np.zeros(len(segment), np.float32)
    if not wanted:
        return found
    index = segment.index
    needed = max(1, ceil(minimum * len(wanted) - 1e-9))
    postings = sorted((_owners(index, word) for word in wanted), key=len)
    shared = np.zeros(len(segment), np.uint16)
    first = len(postings) - needed + 1
    for owners in postings[:first]:
        shared[owners] += 1  # an owner that comes twice is marked once
    candidates = np.flatnonzero(shared)
    for owners in postings[first:]:
        if len(owners) < len(candidates) * _POSTINGS_PER_SEARCH:
            shared[owners] += 1
        else:
            at = np.minimum(np.searchsorted(owners, candidates), len(owners) - 1)
            shared[candidates] += owners[at] == candidates
    candidates = candidates[shared[candidates] >= needed]
    both = shared[candidates].astype(np.float32)
    values = both / (len(wanted) + _words_of(segment)[candidates] - both)
    found[candidates] = np.where(values >= minimum - 1e-6, values, 0)
    return found


def _owners(index: WordIndex, word: str) -> Ints:
    """The prompts that hold a word, ascending."""
    numbers = index.dictionary.find(word)
    if not len(numbers):
        return np.empty(0, np.int32)
    number = int(numbers[0])
    return index.owners[index.word_starts[number] : index.word_starts[number + 1]]


def _words_of(segment: Segment) -> Ints:
    """How many different words each prompt has; worked out once per segment."""
    known = _different_words.get(segment)
    if known is None:
        index = segment.index
        owners = index.owners
        is_first = np.ones(len(owners), np.bool_)
        is_first[1:] = owners[1:] != owners[:-1]
        starts = index.word_starts[:-1]
        is_first[starts[starts < len(owners)]] = True
        known = np.bincount(owners[is_first], minlength=len(segment)).astype(np.int32)
        _different_words[segment] = known
    return known


def _equal(segment: Segment, wanted: bytes) -> Mask:
    """By length first; blanks around a prompt are allowed for."""
    found = np.zeros(len(segment), np.bool_)
    lengths = np.diff(segment.starts)
    near = np.flatnonzero((lengths >= len(wanted)) & (lengths <= len(wanted) + 4))
    text = segment.text
    for number in near.tolist():
        own = text[segment.starts[number] : segment.starts[number + 1]].tobytes()
        found[number] = own.strip() == wanted
    return found
