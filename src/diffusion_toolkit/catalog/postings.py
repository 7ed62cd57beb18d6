"""Many values per image (tags, resources of recipes), stored both ways: the codes of an image, the images of a code.

Codes that many images have are kept as bits: a bit per image is smaller than a position from one image in 32 on, and
counts within a result 64 images at a time. Weights (confidences) lie in the order of the codes, beside the positions.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Bytes, Ints, Longs, Mask
from diffusion_toolkit.catalog.kept import Kept

_WORTH_BITS = 32
_ENTRIES_AT_ONCE = 4_000_000
_FEW_CODES = 64
_SMALL_CODES = 65_535
"""Up to so many codes are stored in two bytes, which also sort several times faster."""

Keep = Callable[[Array], Mask]
"""Which of these weights count."""


@dataclass(frozen=True, slots=True)
class Block:
    """The values of consecutive images: how many each has, their codes (ascending within an image) and weights."""

    lengths: Array
    codes: Array
    weights: Array


@dataclass(frozen=True)
class Postings:
    """The values of images 0, 1, 2 …

    starts: where each image begins in `codes` · codes: by image, ascending · code_starts: where each code begins in
    `weights` · weights: by code, in the order of the images · place_starts: where each code begins in `places` ·
    places: the images of codes without bits · common: codes with bits, ascending · bits: a row of 64-bit words for each
    of those, the first image in the highest bit of the first byte.
    """

    starts: Longs
    codes: Array
    code_starts: Longs
    weights: Array
    place_starts: Longs
    places: Ints
    common: Ints
    bits: Array

    @property
    def count(self) -> int:
        """How many images."""
        return len(self.starts) - 1

    @property
    def code_count(self) -> int:
        """Codes from this on occur nowhere."""
        return len(self.code_starts) - 1

    @cached_property
    def totals(self) -> Longs:
        """How many images have each code."""
        return np.diff(self.code_starts)

    @cached_property
    def kept(self) -> Kept:
        """What was worked out of these postings, by those who need it again."""
        return Kept()

    @cached_property
    def bits_of(self) -> Ints:
        """The row of `bits` of each code, -1 for none."""
        rows = np.full(self.code_count, -1, np.int32)
        rows[self.common] = np.arange(len(self.common), dtype=np.int32)
        return rows

    def images(self, code: int) -> Ints:
        """The images with a code, ascending."""
        row = int(self.bits_of[code])
        if row < 0:
            return self.places[self.place_starts[code] : self.place_starts[code + 1]]
        return np.flatnonzero(self._unpacked(row)).astype(np.int32)

    def mark(self, found: Mask, codes: Array, keep: Keep | None = None) -> None:
        """Set the images that have any of these codes (with a weight that counts)."""
        codes = codes[codes < self.code_count]
        rows = self.bits_of[codes]
        plain = codes[rows < 0]
        for code in codes[rows >= 0].tolist() + (plain.tolist() if len(plain) <= _FEW_CODES else []):
            self._mark_one(found, code, keep)
        if len(plain) > _FEW_CODES:
            images = self.places[slots(self.place_starts[plain], self.place_starts[plain + 1])]
            if keep is not None:
                weights = self.weights.take(slots(self.code_starts[plain], self.code_starts[plain + 1]))
                images = np.compress(keep(weights), images)
            found[images] = True

    def _mark_one(self, found: Mask, code: int, keep: Keep | None) -> None:
        row = int(self.bits_of[code])
        if keep is not None:
            found[np.compress(keep(self.weights_of(code)), self.images(code))] = True
        elif row >= 0:
            here = found[: self.count]
            here |= self._unpacked(row)
        else:
            found[self.images(code)] = True

    def _unpacked(self, row: int) -> Mask:
        return np.unpackbits(self.bits[row].view(np.uint8), count=self.count).view(np.bool_)

    def weights_of(self, code: int) -> Array:
        """The weights of a code, in the order of its images."""
        return self.weights[self.code_starts[code] : self.code_starts[code + 1]]

    def weight_of(self, code: int, image: int) -> float:
        """The weight of a code that the image has, as it is stored."""
        return self.weights[int(self.code_starts[code]) + int(np.searchsorted(self.images(code), image))].item()

    def blocks(self) -> Iterator[Block]:
        """All values in the order of the images, for building anew. Walks the codes with a cursor per image."""
        weights = np.empty_like(self.weights)
        cursor = self.starts[:-1].copy()
        for code in np.flatnonzero(self.totals).tolist():
            images = self.images(code)
            here = cursor[images]
            weights[here] = self.weights[self.code_starts[code] : self.code_starts[code + 1]]
            cursor[images] = here + 1
        for first, last in image_spans(self.starts):
            span = slice(self.starts[first], self.starts[last])
            yield Block(np.diff(self.starts[first : last + 1]), self.codes[span], weights[span])


def image_spans(starts: Longs) -> Iterator[tuple[int, int]]:
    """Runs of images with some million values each."""
    count, first = len(starts) - 1, 0
    while first < count:
        last = int(np.searchsorted(starts, int(starts[first]) + _ENTRIES_AT_ONCE, side="right")) - 1
        last = min(max(last, first + 1), count)
        yield first, last
        first = last


def slots(begins: Array, ends: Array) -> Longs:
    """The places begin, begin + 1 … end - 1 of each pair, one after the other."""
    lengths = ends - begins
    skipped = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum()), dtype=np.int64) + np.repeat(begins - skipped, lengths)


def no_postings(weight_kind: str) -> Postings:
    """Of no images."""
    return build([], 0, weight_kind)


def code_kind(code_count: int) -> "np.dtype[np.generic]":
    """The type that codes below `code_count` are stored in."""
    return np.dtype(np.uint16 if code_count <= _SMALL_CODES else np.int32)


def build(blocks: Iterable[Block], code_count: int, weight_kind: str) -> Postings:
    """Postings of all images of the blocks, in their order."""
    kind = code_kind(code_count)
    kept = [Block(block.lengths, block.codes.astype(kind, copy=False), block.weights) for block in blocks]
    none = np.zeros(1, np.int64)
    starts = np.concatenate([none, np.cumsum(np.concatenate([none[:0], *(block.lengths for block in kept)]))])
    totals = np.zeros(code_count, np.int64)
    for block in kept:
        totals += np.bincount(block.codes, minlength=code_count)
    code_starts = np.concatenate([none, np.cumsum(totals)])
    codes = np.concatenate([np.empty(0, kind), *(block.codes for block in kept)])
    images = np.empty(len(codes), np.int32)
    weights = np.empty(len(codes), weight_kind)
    _invert(kept, code_starts, images, weights)
    count = len(starts) - 1
    common = np.flatnonzero(totals * _WORTH_BITS > count).astype(np.int32)
    rare = totals.copy()
    rare[common] = 0
    return Postings(
        starts=starts,
        codes=codes,
        code_starts=code_starts,
        weights=weights,
        place_starts=np.concatenate([none, np.cumsum(rare)]),
        places=_without(images, [slice(*code_starts[code : code + 2].tolist()) for code in common.tolist()]),
        common=common,
        bits=_bits(common, code_starts, images, count),
    )


def _invert(blocks: list[Block], code_starts: Longs, images: Ints, weights: Array) -> None:
    """Sort by code, block by block: each block's part of a code goes behind those of the blocks before."""
    done = code_starts[:-1].copy()
    first_image = 0
    for block in blocks:
        order = np.argsort(block.codes, kind="stable")
        counts = np.bincount(block.codes, minlength=len(done))
        begins = np.cumsum(counts) - counts
        to = np.arange(len(order), dtype=np.int64) + np.repeat(done - begins, counts)
        owners = np.repeat(np.arange(first_image, first_image + len(block.lengths), dtype=np.int32), block.lengths)
        images[to] = owners[order]
        weights[to] = block.weights[order]
        done += counts
        first_image += len(block.lengths)


def _without(values: Array, gaps: Sequence[slice]) -> Array:
    """The values outside of some gaps (ascending). Slices are joined without keeping other threads waiting."""
    begins, ends = [0, *(gap.stop for gap in gaps)], [*(gap.start for gap in gaps), len(values)]
    return np.concatenate([values[begin:end] for begin, end in zip(begins, ends, strict=True)])


def _bits(common: Ints, code_starts: Longs, images: Ints, count: int) -> Array:
    words = -(-count // 64)
    bits = np.zeros((len(common), words), np.uint64)
    marks = np.zeros(words * 64, np.bool_)
    for row, code in enumerate(common.tolist()):
        here = images[code_starts[code] : code_starts[code + 1]]
        marks[here] = True
        bits[row] = packed(marks)
        marks[here] = False
    return bits


def packed(marks: Mask) -> Array:
    """Marks as 64-bit words; their number is a multiple of 64."""
    bits: Bytes = np.packbits(marks)
    return bits.view(np.uint64)
