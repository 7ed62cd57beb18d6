"""TIFF and BigTIFF: size, and the texts of every page, in both byte orders; pixel data is stepped over."""

import struct
from dataclasses import dataclass, field

from diffusion_toolkit.formats import exif, limits
from diffusion_toolkit.formats.container import Draft, Format

_WIDTH, _HEIGHT = 256, 257
_STRIPS, _TILES = (273, 279), (324, 325)
"""Where strips or tiles of pixels begin, and how long they are."""
_OF_PAGE = (_WIDTH, _HEIGHT, *_STRIPS, *_TILES)

_SUB_DIRECTORIES = 330
_NUMBER_TYPES = {3: "H", 4: "I", 13: "I", 16: "Q"}
_TYPE_SIZES: dict[int, int] = {**exif.TYPE_SIZES, 16: 8, 17: 8, 18: 8}
_DAMAGED = "This TIFF file is damaged."
_CUT_OFF = "This TIFF file is cut off: its end is missing."
_TOO_MUCH = "This TIFF file holds more text than can be read."


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the file writes its numbers: byte order, and the widths of counts and offsets."""

    order: str
    count: struct.Struct
    entry: struct.Struct
    offset: struct.Struct

    @property
    def inline_at(self) -> int:
        """Where in an entry a short value stands."""
        return self.entry.size - self.offset.size


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    kind: int
    number: int
    begin: int
    length: int


@dataclass(slots=True)
class _Walk:
    """Which directories are still to be read, and how much text may still be taken."""

    pointers: list[tuple[int, bool]]
    left: int
    seen: set[int] = field(default_factory=set[int])


def _layout(head: bytes) -> tuple[_Layout, int]:
    order = "<" if head[:2] == b"II" else ">"
    big = int.from_bytes(head[2:4], "little" if order == "<" else "big") == 43
    forms = ("Q", "HHQQ", "Q") if big else ("H", "HHII", "I")
    layout = _Layout(order, *(struct.Struct(order + form) for form in forms))
    return layout, 8 if big else 4


def _read(draft: Draft) -> None:
    source = draft.source
    layout, at = _layout(source.head)
    if source.size < at + layout.offset.size:
        draft.damaged(_CUT_OFF)
        return
    walk = _Walk(
        [(layout.offset.unpack_from(source.head, at)[0], True)], min(limits.LARGEST_TEXTS_BYTES, 2 * source.size)
    )
    while walk.pointers and len(walk.seen) < limits.MOST_TIFF_DIRECTORIES:
        offset, has_next = walk.pointers.pop(0)
        if offset in walk.seen:
            continue
        entries, following = _directory(draft, layout, offset)
        if not walk.seen:
            _read_page(draft, layout, entries)
        walk.seen.add(offset)
        _read_texts(draft, layout, walk, entries)
        if has_next and 0 < following < source.size:
            walk.pointers.append((following, True))
    if draft.width is None:
        draft.damaged("This TIFF file is damaged: it holds no picture.")


def _directory(draft: Draft, layout: _Layout, offset: int) -> tuple[list[_Entry], int]:
    """The entries of one directory whose values lie within the file, and where the next directory is."""
    source, size = draft.source, layout.entry.size
    header = source.read(offset, layout.count.size)
    if len(header) < layout.count.size:
        draft.damaged(_CUT_OFF)
        return [], 0
    (count,) = layout.count.unpack(header)
    known = min(count, limits.MOST_EXIF_ENTRIES)
    begin = offset + layout.count.size
    table = source.read(begin, known * size)
    if len(table) < known * size:
        draft.damaged(_CUT_OFF)
    entries: list[_Entry] = []
    for at in range(0, len(table) - size + 1, size):
        tag, kind, number, where = layout.entry.unpack_from(table, at)
        length = number * _TYPE_SIZES.get(kind, 1)
        if length <= layout.offset.size:
            where = begin + at + layout.inline_at
        if where + length > source.size:
            draft.damaged(_DAMAGED)
        else:
            entries.append(_Entry(tag, kind, number, where, length))
    following = source.read(begin + count * size, layout.offset.size)
    return entries, layout.offset.unpack(following)[0] if len(following) == layout.offset.size else 0


def _read_texts(draft: Draft, layout: _Layout, walk: _Walk, entries: list[_Entry]) -> None:
    for entry in entries:
        if entry.tag in (exif.EXIF_DIRECTORY, _SUB_DIRECTORIES):
            below = _numbers(draft, layout, entry, limits.MOST_TIFF_DIRECTORIES)
            walk.pointers.extend((where, False) for where in below)
        elif entry.tag in exif.WANTED:
            walk.left -= entry.length
            if walk.left < 0 or entry.length > limits.LARGEST_TEXT_BYTES or len(draft.texts) >= limits.MOST_TEXTS:
                draft.damaged(_TOO_MUCH)
                return
            data = draft.source.read(entry.begin, entry.length)
            exif.add_value(draft, entry.tag, entry.kind, data, little_endian=layout.order == "<")


def _read_page(draft: Draft, layout: _Layout, entries: list[_Entry]) -> None:
    """The size of the first page, and where its pixels are."""
    numbers = {
        entry.tag: _numbers(draft, layout, entry, limits.MOST_TIFF_STRIPS) for entry in entries if entry.tag in _OF_PAGE
    }
    width, height = (next(iter(numbers.get(tag, ())), 0) for tag in (_WIDTH, _HEIGHT))
    if not (0 < width <= limits.LARGEST_SIDE and 0 < height <= limits.LARGEST_SIDE):
        draft.damaged("This TIFF file is damaged: its width or height is impossible.")
        return
    draft.width, draft.height = width, height
    for offsets, lengths in (_STRIPS, _TILES):
        for begin, length in zip(numbers.get(offsets, ()), numbers.get(lengths, ()), strict=False):
            if begin + length > draft.source.size:
                draft.damaged(_CUT_OFF)
                length = max(0, draft.source.size - begin)
            if length:
                draft.pixel_spans.append((begin, length))


def _numbers(draft: Draft, layout: _Layout, entry: _Entry, most: int) -> tuple[int, ...]:
    """The whole numbers of an entry, the first `most` of them."""
    form = _NUMBER_TYPES.get(entry.kind)
    if form is None:
        return ()
    data = draft.source.read(entry.begin, min(entry.number, most) * _TYPE_SIZES[entry.kind])
    return struct.unpack(f"{layout.order}{len(data) // _TYPE_SIZES[entry.kind]}{form}", data)


TIFF = Format(
    slug="tiff",
    title="TIFF",
    extensions=(".tif", ".tiff"),
    matches=lambda head: head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    read=_read,
)
