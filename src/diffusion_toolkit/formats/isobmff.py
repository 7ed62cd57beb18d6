"""Walks the boxes of ISO base media files (MP4, QuickTime, AVIF, HEIF) without reading what is in them."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Draft
from diffusion_toolkit.formats.window import Window

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")

_STILL_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "heif"),
}
_EITHER_STILL = (b"mif1", b"mif2", b"msf1", b"miaf")
_NO_FILM = (b"crx ", b"jp2 ", b"jpx ", b"jxl ", b"mjp2")
_WITHOUT_BRAND = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""How a QuickTime file begins that has no `ftyp`: it is older than that box."""

_HEADER = struct.Struct(">I4s")


class Box(NamedTuple):
    """A box: its four letters, and where its content begins and ends in the file."""

    kind: bytes
    begin: int
    end: int


class Boxes:
    """Walks over boxes and counts them, so that no file keeps us busy for long."""

    __slots__ = ("_left", "draft", "title", "window")

    def __init__(self, draft: Draft, title: str, most: int = limits.MOST_BOXES) -> None:
        self.draft, self.title = draft, title
        self.window = Window(draft.source)
        self._left = most

    def inside(self, begin: int, end: int) -> Iterator[Box]:
        """The boxes between two offsets. One that claims to go on behind the end is given as far as it goes."""
        whole = end == self.draft.source.size
        while begin + 8 <= end:
            if self._left <= 0:
                self.draft.damaged(f"This {self.title} file has too many parts to be read to its end.")
                return
            self._left -= 1
            size, kind = _HEADER.unpack(self.window.at(begin, 8).ljust(8, b"\0"))
            content = begin + 8
            if size == 1:
                size, content = int.from_bytes(self.window.at(content, 8), "big"), begin + 16
            elif size == 0:
                size = end - begin
            if begin + size > end:
                self.draft.damaged(self.cut_off if whole else self.wrong)
                size = end - begin
            elif begin + size < content:
                self.draft.damaged(self.wrong)
                return
            yield Box(kind, min(content, begin + size), begin + size)
            begin += size

    def body(self, box: Box, most: int = limits.LARGEST_BOX_BYTES) -> bytes:
        """What is in a box, the first `most` bytes of it."""
        return self.window.at(box.begin, min(box.end - box.begin, most))

    @property
    def cut_off(self) -> str:
        """The sentence for a file whose end is missing."""
        return f"This {self.title} file is cut off: its end is missing."

    @property
    def wrong(self) -> str:
        """The sentence for lengths that contradict one another."""
        return f"This {self.title} file is damaged: one of its parts has a wrong length."


def number(data: bytes, offset: int, count: int) -> int:
    """A big-endian number; what is missing at the end counts as not there."""
    return int.from_bytes(data[offset : offset + count], "big")


def versioned(body: bytes, offset: int, wide_offset: int) -> tuple[int, int]:
    """Time scale and duration of a header box, which version 1 holds in wider fields. All ones: not known."""
    if body[:1] == b"\1":
        scale, duration = number(body, wide_offset, 4), number(body, wide_offset + 4, 8)
        return scale, 0 if duration == 2**64 - 1 else duration
    scale, duration = number(body, offset, 4), number(body, offset + 4, 4)
    return scale, 0 if duration == 2**32 - 1 else duration


def brand(head: bytes) -> str | None:
    """Which format this is, from the first 64 bytes: "avif", "heif", "mov" or "mp4"."""
    kind = head[4:8]
    if kind == b"ftyp":
        return _by_brands(head[8:12], head[16 : min(len(head), number(head, 0, 4))])
    if kind in (b"styp", b"moof"):
        return "mp4"
    if kind in _WITHOUT_BRAND and (head[:3] == b"\0\0\0" or kind in (b"moov", b"mdat")):
        return "mov"
    return None


def _by_brands(major: bytes, others: bytes) -> str | None:
    compatible = {others[begin : begin + 4] for begin in range(0, len(others) - 3, 4)}
    if major in _STILL_BRANDS:
        return _STILL_BRANDS[major]
    if major in _EITHER_STILL:
        return "avif" if compatible & {b"avif", b"avis"} else "heif"
    if major in _NO_FILM:
        return None
    return "mov" if major == b"qt  " else "mp4"


def unpacked(layout: str, data: bytes, most: int) -> Iterator[tuple[int, ...]]:
    """The rows of a table, `most` at the most; a row that is cut off is left out."""
    row = struct.Struct(layout)
    whole = min(len(data) // row.size, most)
    return row.iter_unpack(data[: whole * row.size])
