"""File names of all images in one block of bytes, and searching in it without a Python step per name."""

import threading
from dataclasses import dataclass, field

import numpy as np

from diffusion_toolkit.catalog.columns import Bytes, Ints, Longs, Mask, extended
from diffusion_toolkit.catalog.finder import find_bytes
from diffusion_toolkit.catalog.text_order import GrowingOrder, TextOrder, natural_key, natural_keys

_LONGEST_EXTENSION = 8


@dataclass(frozen=True, slots=True)
class Names:
    """`count` names (stored form, UTF-8); grows at the end, like the columns."""

    count: int
    text: Bytes
    starts: Longs
    folded: "FoldedNames" = field(default_factory=lambda: FoldedNames(), repr=False)

    @property
    def used(self) -> int:
        """Bytes in use."""
        return int(self.starts[self.count])

    def __getitem__(self, number: int) -> str:
        return self.text[self.starts[number] : self.starts[number + 1]].tobytes().decode()

    def bytes_at(self, number: int) -> bytes:
        """One name as bytes."""
        return self.text[self.starts[number] : self.starts[number + 1]].tobytes()

    def appended(self, text: bytes, offsets: Longs) -> "Names":
        """With more names; offsets as `store.feed` gives them."""
        block = np.frombuffer(text, np.uint8)
        more = len(offsets) - 1
        return Names(
            self.count + more,
            extended(self.text, self.used, block),
            extended(self.starts, self.count + 1, offsets[1:] + self.used),
            self.folded,
        )

    def containing(self, needle: str) -> Mask:
        """Which names contain this text (casefolded by the caller), ignoring case; `\\` counts as `/`."""
        text, starts = self._folded()
        found = find_bytes(text, needle.encode())
        mask = np.zeros(self.count, np.bool_)
        number = np.searchsorted(starts, found, side="right") - 1
        mask[number[found + len(needle.encode()) <= starts[number + 1]]] = True
        return mask

    def ending(self, needle: str) -> Mask:
        """Which names end with this text, ignoring case."""
        text, starts = self._folded()
        wanted = needle.encode()
        mask = (starts[1:] - starts[:-1]) >= len(wanted)
        for place, byte in enumerate(reversed(wanted), start=1):
            mask &= text[np.maximum(starts[1:] - place, 0)] == byte
        return mask

    def starting(self, needle: str) -> Mask:
        """Which names begin with this text, ignoring case."""
        text, starts = self._folded()
        wanted = needle.encode()
        mask = (starts[1:] - starts[:-1]) >= len(wanted)
        for place, byte in enumerate(wanted):
            mask &= text[np.minimum(starts[:-1] + place, max(len(text) - 1, 0))] == byte
        return mask

    def ranks(self) -> Ints:
        """The place of each name in natural order, ignoring case (img2 before img10); equal names have equal ranks."""
        return self.folded.ranks(self)

    def first_characters(self) -> Ints:
        """The first character (code point) of each name, casefolded."""
        text, starts = self._folded()
        at = np.minimum(starts[:-1], max(len(text) - 1, 0))
        first = text[at].astype(np.int32) if len(text) else np.zeros(self.count, np.int32)
        for number in np.flatnonzero(first >= 0x80).tolist():
            first[number] = ord(text[starts[number] : starts[number + 1]].tobytes().decode()[0])
        return first

    def folded_lengths(self) -> Longs:
        """Bytes of each casefolded name."""
        starts = self._folded()[1]
        return np.diff(starts)

    def _folded(self) -> tuple[Bytes, Longs]:
        return self.folded.of(self)


class FoldedNames:
    """The names as they are compared: casefolded, made when first searched and continued as names are added."""

    def __init__(self, order: TextOrder | None = None) -> None:
        self.order = GrowingOrder(order)
        self._lock = threading.Lock()
        self._done = (0, np.empty(0, np.uint8), np.zeros(1, np.int64))

    def of(self, names: Names) -> tuple[Bytes, Longs]:
        """Folded text and its starts."""
        with self._lock:
            count, text, starts = self._done
            if count < names.count:
                more, offsets = _folded_block(names, count)
                block = np.frombuffer(more, np.uint8)
                used = int(starts[count])
                text = extended(text, used, block)
                starts = extended(starts, count + 1, offsets[1:] + used)
                self._done = (names.count, text, starts)
        return text[: starts[names.count]], starts[: names.count + 1]

    def ranks(self, names: Names) -> Ints:
        """The rank of each name in natural order."""
        return self.order.ranks(
            names.count,
            lambda: natural_keys(*self.of(names)),
            lambda: lambda number: natural_key(folded_path(names[number])),
        )


def _folded_block(names: Names, first: int) -> tuple[bytes, Longs]:
    block = names.text[names.starts[first] : names.used].tobytes()
    starts = names.starts[first : names.count + 1] - names.starts[first]
    if block.isascii():
        return block.lower().replace(b"\\", b"/"), starts
    folded = [folded_path(names[number]).encode() for number in range(first, names.count)]
    lengths = np.fromiter(map(len, folded), np.int64, count=len(folded))
    return b"".join(folded), np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def folded_path(path: str) -> str:
    """A path as paths are compared: ignoring case, `\\` and `/` alike."""
    return path.casefold().replace("\\", "/")


def extensions(text: bytes, offsets: Longs) -> tuple[list[str], Ints]:
    """The extensions in these names (lower case, without the dot), and which one each name has, -1 for none."""
    block = np.frombuffer(text, np.uint8)
    count = len(offsets) - 1
    dots = np.flatnonzero(block == ord("."))
    owner = np.searchsorted(offsets, dots, side="right") - 1
    last = np.full(count, -1, np.int64)
    last[owner] = dots  # of several, the last one stays
    length = offsets[1:] - last - 1
    has = (last > offsets[:-1]) & (length >= 1) & (length <= _LONGEST_EXTENSION)
    packed = np.zeros((count, _LONGEST_EXTENSION), np.uint8)
    for place in range(_LONGEST_EXTENSION):
        here = np.flatnonzero(has & (length > place))
        packed[here, place] = block[last[here] + 1 + place]
    known, codes = np.unique(packed.view("u8").ravel(), return_inverse=True)
    values = [int(value).to_bytes(8, "little").rstrip(b"\0").decode(errors="replace").lower() for value in known]
    distinct = sorted(set(values) - {""})
    place = {value: number for number, value in enumerate(distinct)} | {"": -1}
    table = np.array([place[value] for value in values] or [-1], np.int32)
    return distinct, table[codes] if count else np.empty(0, np.int32)
