"""Walks the elements of EBML, the encoding of Matroska and WebM, without reading what is in them."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Draft
from diffusion_toolkit.formats.window import Window


class Element(NamedTuple):
    """An element: its id with all bits, where it, its content and its end are; open: its length is not known."""

    id: int
    offset: int
    begin: int
    end: int
    open: bool


class Elements:
    """Walks over elements and counts them, so that no file keeps us busy for long.

    searching: it may stop half-way without a word, because nothing need be there.
    """

    __slots__ = ("_left", "_searching", "draft", "title", "window")

    def __init__(self, draft: Draft, title: str, *, searching: bool = False) -> None:
        self.draft, self.title, self._searching = draft, title, searching
        self.window = Window(draft.source)
        self._left = limits.MOST_ELEMENTS

    def inside(self, begin: int, end: int) -> Iterator[Element]:
        """The elements between two offsets. One that claims to go on behind the end is given as far as it goes."""
        whole = end == self.draft.source.size
        while begin + 2 <= end:
            if self._left <= 0:
                if not self._searching:
                    self.draft.damaged(f"This {self.title} file has too many parts to be read to its end.")
                return
            self._left -= 1
            element = _element(self.window.at(begin, 12), begin, end)
            if element is None:
                self.draft.damaged(self.wrong)
                return
            if element.end > end:
                self.draft.damaged(self.cut_off if whole else self.wrong)
                element = element._replace(begin=min(element.begin, end), end=end)
            yield element
            begin = element.end

    def body(self, element: Element, most: int = 4096) -> bytes:
        """What is in an element, the first `most` bytes of it."""
        return self.window.at(element.begin, min(element.end - element.begin, most))

    def unsigned(self, element: Element) -> int:
        """An unsigned number."""
        return int.from_bytes(self.body(element, 8), "big")

    def real(self, element: Element) -> float:
        """A floating-point number; nought when it is none."""
        body = self.body(element, 8)
        if len(body) in (4, 8):
            (value,) = struct.unpack(">f" if len(body) == 4 else ">d", body)
            return value if value == value else 0.0  # NaN is not equal to itself
        return 0.0

    @property
    def cut_off(self) -> str:
        """The sentence for a file whose end is missing."""
        return f"This {self.title} file is cut off: its end is missing."

    @property
    def wrong(self) -> str:
        """The sentence for lengths that contradict one another."""
        return f"This {self.title} file is damaged: one of its parts has a wrong length."


def _element(header: bytes, offset: int, end: int) -> Element | None:
    """An element from its first bytes: the number of leading zero bits tells how long id and length are."""
    id_bytes = 9 - header[0].bit_length() if header else 9
    if id_bytes > 4 or id_bytes + 1 > len(header):
        return None
    first = header[id_bytes]
    length_bytes = 9 - first.bit_length()
    if length_bytes > 8 or id_bytes + length_bytes > len(header):
        return None
    all_ones = (1 << 7 * length_bytes) - 1
    length = int.from_bytes(header[id_bytes : id_bytes + length_bytes], "big") & all_ones
    begin = offset + id_bytes + length_bytes
    unknown = length == all_ones
    name = int.from_bytes(header[:id_bytes], "big")
    return Element(name, offset, begin, max(begin, end) if unknown else begin + length, unknown)
