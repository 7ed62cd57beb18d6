"""The items of an AVIF or HEIF picture: which is the main one, how large it is, and where its metadata lies."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from diffusion_toolkit.formats import exif, film, limits, xmp
from diffusion_toolkit.formats.isobmff import Box, Boxes, number

_MADE_OF_TILES = (b"grid", b"iovl", b"iden")
_XMP_TYPE = b"application/rdf+xml"

Span = tuple[int, int]


@dataclass(slots=True)
class Items:
    """What a `meta` box says. types: of each item, four letters and for "mime" what it holds; tiles: items that the
    main one is put together from; spans: where an item's bytes stand in the file; size: of the main one as shown.
    """

    main: int | None = None
    types: dict[int, tuple[bytes, bytes]] = field(default_factory=dict[int, tuple[bytes, bytes]])
    tiles: tuple[int, ...] = ()
    spans: dict[int, list[Span]] = field(default_factory=dict[int, list[Span]])
    size: tuple[int, int] | None = None


def read_items(boxes: Boxes, meta: Box) -> None:
    """Read the `meta` box of a picture into the draft: size, texts, and where its pixels are."""
    parts = {box.kind: box for box in boxes.inside(meta.begin + 4, meta.end)}
    items = Items()
    if b"pitm" in parts:
        body = boxes.body(parts[b"pitm"])
        items.main = number(body, 4, 4 if body[:1] != b"\0" else 2)
    if b"iinf" in parts:
        _read_types(boxes, items, parts[b"iinf"])
    if b"iref" in parts and items.types.get(items.main or 0, (b"",))[0] in _MADE_OF_TILES:
        _read_tiles(boxes, items, parts[b"iref"])
    if b"iloc" in parts:
        wanted = {items.main, *items.tiles, *(key for key, kind in items.types.items() if _is_metadata(kind))}
        _read_places(boxes, items, parts[b"iloc"], parts.get(b"idat"), wanted)
    if b"iprp" in parts:
        _read_size(boxes, items, parts[b"iprp"])
    _fill(boxes, items)


def _is_metadata(kind: tuple[bytes, bytes]) -> bool:
    return kind[0] == b"Exif" or kind == (b"mime", _XMP_TYPE)


def _read_types(boxes: Boxes, items: Items, iinf: Box) -> None:
    wide = boxes.window.at(iinf.begin, 1) != b"\0"
    for box in boxes.inside(iinf.begin + (8 if wide else 6), iinf.end):
        body = boxes.body(box, 512)
        version = number(body, 0, 1)
        if box.kind == b"infe" and version in (2, 3):
            place = 10 if version == 3 else 8
            _, _, rest = body[place + 4 :].partition(b"\0")
            content, _, encoding = rest.partition(b"\0")
            readable = not encoding.strip(b"\0")
            items.types[number(body, 4, place - 6)] = (body[place : place + 4], content if readable else b"")


def _read_tiles(boxes: Boxes, items: Items, iref: Box) -> None:
    width = 2 if boxes.window.at(iref.begin, 1) == b"\0" else 4
    for box in boxes.inside(iref.begin + 4, iref.end):
        body = boxes.body(box)
        if box.kind == b"dimg" and number(body, 0, width) == items.main:
            count = min(number(body, width, 2), limits.MOST_ITEMS)
            places = range(width + 2, min(width + 2 + count * width, len(body) - width + 1), width)
            items.tiles = tuple(number(body, place, width) for place in places)
            return


def _read_places(boxes: Boxes, items: Items, iloc: Box, idat: Box | None, wanted: set[int | None]) -> None:
    """Read where the wanted items are: in the file, or in the `idat` box of the same `meta`."""
    body = boxes.body(iloc)
    version = number(body, 0, 1)
    if version > 2:
        return
    offset_bytes, length_bytes = number(body, 4, 1) >> 4, number(body, 4, 1) & 15
    base_bytes, index_bytes = number(body, 5, 1) >> 4, number(body, 5, 1) & 15 if version else 0
    id_bytes = 4 if version == 2 else 2
    count, place = number(body, 6, id_bytes), 6 + id_bytes
    for _ in range(min(count, limits.MOST_ITEMS)):
        if place >= len(body):
            return
        item, place = number(body, place, id_bytes), place + id_bytes
        method, place = (number(body, place, 2) & 15, place + 2) if version else (0, place)
        source, place = number(body, place, 2), place + 2
        base, place = number(body, place, base_bytes), place + base_bytes
        extents, place = number(body, place, 2), place + 2
        row = index_bytes + offset_bytes + length_bytes
        begin, place = place + index_bytes, place + extents * row
        if item not in wanted or source != 0 or method > 1 or (method == 1 and idat is None) or row == 0:
            continue
        first, end = (idat.begin, idat.end) if method == 1 and idat else (0, boxes.draft.source.size)
        for at in range(begin, min(place, len(body)), row):
            offset, length = number(body, at, offset_bytes), number(body, at + offset_bytes, length_bytes)
            items.spans.setdefault(item, []).append(_span(boxes, first + base + offset, length, end))


def _span(boxes: Boxes, offset: int, length: int, end: int) -> Span:
    """Where an extent is; a length of nought means to the end of the file, or of the box it lies in."""
    left = end - offset
    if left <= 0 or length > left:
        boxes.draft.damaged(boxes.cut_off)
    return offset, max(min(length or left, left), 0)


def _read_size(boxes: Boxes, items: Items, iprp: Box) -> None:
    parts = {box.kind: box for box in boxes.inside(iprp.begin, iprp.end)}
    if b"ipco" not in parts or b"ipma" not in parts:
        return
    properties = list(boxes.inside(parts[b"ipco"].begin, parts[b"ipco"].end))
    for place in _properties_of(items.main, boxes.body(parts[b"ipma"])):
        if not 0 < place <= len(properties):
            continue
        kind, body = properties[place - 1].kind, boxes.body(properties[place - 1], 32)
        if kind == b"ispe":
            items.size = (number(body, 4, 4), number(body, 8, 4))
        elif kind == b"clap" and number(body, 4, 4) and number(body, 12, 4):
            items.size = (number(body, 0, 4) // number(body, 4, 4), number(body, 8, 4) // number(body, 12, 4))
        elif kind == b"irot" and number(body, 0, 1) & 1 and items.size:
            items.size = (items.size[1], items.size[0])


def _properties_of(item: int | None, body: bytes) -> Iterable[int]:
    """The places of an item's properties, from 1 on, in the order in which they are to be applied."""
    id_bytes, wide = (4 if body[:1] != b"\0" else 2), number(body, 3, 1) & 1
    place = 8
    for _ in range(min(number(body, 4, 4), limits.MOST_ITEMS)):
        if place >= len(body):
            break
        count = number(body, place + id_bytes, 1)
        begin = place + id_bytes + 1
        width = 2 if wide else 1
        if number(body, place, id_bytes) == item:
            mask = 0x7FFF if wide else 0x7F
            return [number(body, begin + width * at, width) & mask for at in range(count)]
        place = begin + width * count
    return ()


def _fill(boxes: Boxes, items: Items) -> None:
    draft = boxes.draft
    if items.size:
        film.set_size(draft, *items.size)
    for item in items.tiles or (items.main,):
        draft.pixel_spans += items.spans.get(item or 0, [])
    left = limits.LARGEST_TEXT_BYTES
    for item, kind in items.types.items():
        spans = items.spans.get(item, [])
        left -= sum(length for _, length in spans) if _is_metadata(kind) else 0
        if left < 0:
            draft.damaged(f"This {boxes.title} file has texts that are too long to be read.")
            return
        if not _is_metadata(kind) or not spans:
            continue
        data = b"".join(boxes.window.at(*span) for span in spans)
        if kind[0] == b"Exif":
            exif.read(draft, _behind_prefix(data))
        else:
            xmp.add_xmp(draft, data)


def _behind_prefix(data: bytes) -> bytes:
    """EXIF from its TIFF header on; the first four bytes say how much stands before it, usually "Exif" or nothing."""
    body = data[4 + number(data, 0, 4) :]
    if body[:2] not in (b"II", b"MM"):
        body = data[4:]
    return body.removeprefix(b"Exif\0\0")
