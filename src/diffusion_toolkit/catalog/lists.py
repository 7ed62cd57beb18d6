"""Many values per image, following changes: postings of all images, and the ones that changed since laid over them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Ints, Longs, Mask
from diffusion_toolkit.catalog.postings import Block, Keep, Postings, build, code_kind, no_postings, slots

_LEAST_OVERLAY = 16_384
_WORTH_COMPACTING = 32
_FEW_CODES = 16


@dataclass(frozen=True, slots=True)
class ValueRows:
    """The values of some images, by position ascending: how many each has, their codes and weights."""

    positions: Ints
    lengths: Array
    codes: Array
    weights: Array


@dataclass(frozen=True)
class Overlay:
    """Images whose values differ from the postings. stamps: in which step each of them changed last."""

    positions: Ints
    lengths: Longs
    codes: Array
    weights: Array
    stamps: Longs

    def __len__(self) -> int:
        return len(self.positions)

    @cached_property
    def owners(self) -> Ints:
        """The image of each value."""
        return np.repeat(self.positions, self.lengths)

    @cached_property
    def starts(self) -> Longs:
        """Where each image's values begin, and the end."""
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(self.lengths)])

    def entries(self, codes: Array) -> Longs:
        """The places of these codes in `codes`. A few are looked for one by one, which is ten times as fast."""
        if len(codes) > _FEW_CODES:
            return np.flatnonzero(_table(codes, self.codes).take(self.codes))
        wanted = np.zeros(len(self.codes), np.bool_)
        for code in codes.tolist():
            if code <= np.iinfo(self.codes.dtype).max:
                wanted |= self.codes == code
        return np.flatnonzero(wanted)

    def only(self, wanted: Mask) -> "Overlay":
        """Some of its images."""
        entries = np.repeat(wanted, self.lengths)
        return Overlay(
            self.positions[wanted],
            self.lengths[wanted],
            self.codes[entries],
            self.weights[entries],
            self.stamps[wanted],
        )

    def replaced(self, rows: ValueRows, stamp: int) -> "Overlay":
        """With these images' values instead of older ones."""
        old = self.only(~np.isin(self.positions, rows.positions, assume_unique=True))
        positions = np.concatenate([old.positions, rows.positions])
        lengths = np.concatenate([old.lengths, rows.lengths]).astype(np.int64)
        ends = np.cumsum(lengths)
        order = np.argsort(positions)
        entries = slots((ends - lengths)[order], ends[order])
        kind = np.promote_types(old.codes.dtype, rows.codes.dtype)
        return Overlay(
            positions[order],
            lengths[order],
            np.concatenate([old.codes, rows.codes]).astype(kind)[entries],
            np.concatenate([old.weights, rows.weights])[entries],
            np.concatenate([old.stamps, np.full(len(rows.positions), stamp, np.int64)])[order],
        )


@dataclass(frozen=True)
class Lists:
    """The values of all images. An image that neither part knows has none.

    weight_kind: type of the weights · stamp: counts the changes.
    """

    weight_kind: str
    postings: Postings
    overlay: Overlay
    stamp: int = 0

    @classmethod
    def none(cls, weight_kind: str) -> "Lists":
        """No values."""
        return cls(weight_kind, no_postings(weight_kind), _no_overlay(weight_kind))

    @classmethod
    def of(cls, blocks: Iterable[Block], code_count: int, weight_kind: str) -> "Lists":
        """The values of images 0, 1, 2 …"""
        return cls(weight_kind, build(blocks, code_count, weight_kind), _no_overlay(weight_kind))

    def updated(self, rows: ValueRows) -> "Lists":
        """With the present values of some images."""
        if not len(rows.positions):
            return self
        stamp = self.stamp + 1
        return Lists(self.weight_kind, self.postings, self.overlay.replaced(rows, stamp), stamp)

    @property
    def is_empty(self) -> bool:
        """No image was ever known to have a value."""
        return not self.postings.count and not len(self.overlay)

    @property
    def wants_compacting(self) -> bool:
        """So much changed that everything should be built anew."""
        return len(self.overlay) > max(_LEAST_OVERLAY, self.postings.count // _WORTH_COMPACTING)

    def compacted(self) -> "Lists":
        """The same values without an overlay. Takes a second for 20 million values; nobody has to wait for it."""
        highest = int(self.overlay.codes.max()) + 1 if len(self.overlay.codes) else 0
        code_count = max(self.postings.code_count, highest)
        postings = build(_merged(self.postings, self.overlay, code_kind(code_count)), code_count, self.weight_kind)
        return replace(self, postings=postings, overlay=_no_overlay(self.weight_kind))

    def instead(self, older: "Lists", compacted: "Lists") -> "Lists":
        """These values on the postings that were made of an older state; only what changed since lies over them."""
        return replace(
            self,
            postings=compacted.postings,
            overlay=self.overlay.only(self.overlay.stamps > older.stamp),
        )

    def mask(self, codes: Array, count: int, keep: Keep | None = None) -> Mask:
        """Which of `count` images have any of these codes, with a weight that counts."""
        found = np.zeros(count, np.bool_)
        if not len(codes):
            return found
        self.postings.mark(found, codes, keep)
        if len(self.overlay):
            found[self.overlay.positions] = False
            entries = self.overlay.entries(codes)
            if keep is not None:
                entries = entries[keep(self.overlay.weights[entries])]
            found[self.overlay.owners[entries]] = True
        return found

    def weighted(self, codes: Array) -> tuple[Ints, Array]:
        """The image and the weight of each value that is one of these codes, as they are stored. Both (values,)."""
        known = codes[codes < self.postings.code_count].tolist()
        images = [self.postings.images(code) for code in known]
        weights = [self.postings.weights_of(code) for code in known]
        older = np.concatenate([*images, np.empty(0, np.int32)])
        stays = ~np.isin(older, self.overlay.positions)
        wanted = np.isin(self.overlay.codes, codes)
        kept = np.concatenate([*weights, np.empty(0, self.weight_kind)])[stays]
        return (
            np.concatenate([older[stays], self.overlay.owners[wanted]]),
            np.concatenate([kept, self.overlay.weights[wanted]]),
        )

    def lengths(self, count: int) -> Longs:
        """How many values each image has."""
        lengths = np.zeros(count, np.int64)
        lengths[: self.postings.count] = np.diff(self.postings.starts)
        lengths[self.overlay.positions] = self.overlay.lengths
        return lengths

    def any(self, count: int, dead: Array | None = None) -> Mask:
        """Which images have a value. dead: codes that do not count."""
        found = self.lengths(count) > 0
        if dead is not None and len(dead):
            unsure = np.flatnonzero(self.mask(dead, count))
            rows = self.rows(unsure.astype(np.int32))
            lives = ~_table(dead, rows.codes)[rows.codes]
            owners = np.repeat(np.arange(len(unsure)), rows.lengths)
            found[unsure] = np.bincount(owners[lives], minlength=len(unsure)) > 0
        return found

    def values(self, position: int) -> tuple[Array, Array]:
        """Codes and weights of one image."""
        at = int(np.searchsorted(self.overlay.positions, position))
        if at < len(self.overlay) and self.overlay.positions[at] == position:
            span = slice(self.overlay.starts[at], self.overlay.starts[at + 1])
            return self.overlay.codes[span], self.overlay.weights[span]
        if position >= self.postings.count:
            return self.postings.codes[:0], self.postings.weights[:0]
        codes = self.postings.codes[self.postings.starts[position] : self.postings.starts[position + 1]]
        weights = [self.postings.weight_of(code, position) for code in codes.tolist()]
        return codes, np.array(weights, self.postings.weights.dtype)

    def rows(self, positions: Ints) -> ValueRows:
        """The codes of some images (their weights are left out)."""
        overlay, postings = self.overlay, self.postings
        place = np.minimum(np.searchsorted(overlay.positions, positions), max(len(overlay) - 1, 0))
        laid = overlay.positions[place] == positions if len(overlay) else np.zeros(len(positions), np.bool_)
        known = ~laid & (positions < postings.count)
        begins, ends = np.zeros(len(positions), np.int64), np.zeros(len(positions), np.int64)
        begins[known], ends[known] = postings.starts[positions[known]], postings.starts[positions[known] + 1]
        shift = len(postings.codes)
        begins[laid] = overlay.starts[place[laid]] + shift
        ends[laid] = overlay.starts[place[laid] + 1] + shift
        entries = slots(begins, ends)
        codes = np.empty(len(entries), np.int32)
        here = entries < shift
        codes[here] = postings.codes[entries[here]]
        codes[~here] = overlay.codes[entries[~here] - shift]
        return ValueRows(positions, ends - begins, codes, np.empty(0, self.weight_kind))


def _no_overlay(weight_kind: str) -> Overlay:
    nothing = np.empty(0, np.int32)
    longs = np.empty(0, np.int64)
    return Overlay(nothing, longs, np.empty(0, np.uint16), np.empty(0, weight_kind), longs)


def _table(codes: Array, used: Array) -> Mask:
    """Which codes are wanted, for all that are used."""
    size = max(int(codes.max()), int(used.max()) if len(used) else 0) + 1
    table = np.zeros(size, np.bool_)
    table[codes] = True
    return table


def _merged(postings: Postings, overlay: Overlay, kind: "np.dtype[np.generic]") -> Iterable[Block]:
    """The values of all images in order, those of the overlay instead of the older ones."""
    first = 0
    for block in postings.blocks():
        yield _with(block, overlay, first, first + len(block.lengths), kind)
        first += len(block.lengths)
    if len(overlay) and overlay.positions[-1] >= first:
        nothing = Block(
            np.zeros(int(overlay.positions[-1]) + 1 - first, np.int64),
            np.empty(0, kind),
            np.empty(0, overlay.weights.dtype),
        )
        yield _with(nothing, overlay, first, first + len(nothing.lengths), kind)


def _with(block: Block, overlay: Overlay, first: int, end: int, kind: "np.dtype[np.generic]") -> Block:
    low, high = np.searchsorted(overlay.positions, [first, end])
    if low == high:
        return block
    here = overlay.positions[low:high] - first
    ends = np.cumsum(block.lengths)
    begins = ends - block.lengths
    span = slice(overlay.starts[low], overlay.starts[high])
    begins[here] = len(block.codes) + overlay.starts[low:high] - overlay.starts[low]
    lengths = np.array(block.lengths)
    lengths[here] = overlay.lengths[low:high]
    entries = slots(begins, begins + lengths)
    return Block(
        lengths,
        np.concatenate([block.codes, overlay.codes[span]]).astype(kind)[entries],
        np.concatenate([block.weights, overlay.weights[span]])[entries],
    )
