"""JPEG: EXIF, XMP, comments and other texts before the pixels, and the size from the frame header."""

import struct

from diffusion_toolkit.formats import exif, limits
from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.iptc import PHOTOSHOP, add_photoshop
from diffusion_toolkit.formats.source import END_BYTES
from diffusion_toolkit.formats.text import decoded, is_plain, unlabelled
from diffusion_toolkit.formats.xmp import add_xmp

_SOS, _EOI, _COM, _APP0, _APP1, _APP13 = 0xDA, 0xD9, 0xFE, 0xE0, 0xE1, 0xED
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length: TEM, restarts, and a second start of image."""

_OTHERS = frozenset(range(0xE2, 0xF0))
"""Application segments of many makers, of which some hold a text."""

_OF_INTEREST = frozenset({_APP1, _COM, *_FRAMES, *_OTHERS})

_EXIF = b"Exif\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_SKIPPED = frozenset(range(0x02, 0xFF)) - _BARE - _OF_INTEREST - {_SOS, _EOI}
"""Markers of segments with a length that say nothing to us."""

_MARKED = struct.Struct(">BBH")
"""How a segment begins: 255, its marker, its length."""

_EXTENDED = struct.Struct(">32sII")
"""What stands before a part of an extended XMP packet: its GUID, its whole length, where the part belongs."""

_END = b"\xff\xd9"
_CUT_OFF = "This JPEG file is cut off: its end is missing."
_TOO_MUCH = "This JPEG file holds more text than can be read."
_MOST_FILL_BYTES = 1024
_FEWEST_TEXT_BYTES = 8
"""A shorter application segment is a mark, not a text."""


class _Parts:
    """What may be spread over several segments: EXIF, Photoshop's resources, extended XMP packets by their GUID."""

    __slots__ = ("exif", "extended", "photoshop")

    def __init__(self) -> None:
        self.exif: list[bytes] = []
        self.photoshop: list[bytes] = []
        self.extended: dict[bytes, list[tuple[int, bytes]]] = {}


def _read(draft: Draft) -> None:
    parts = _Parts()
    _read_segments(draft, parts)
    _end_exif(draft, parts)
    if parts.photoshop:
        add_photoshop(draft, b"".join(parts.photoshop))
    for pieces in parts.extended.values():
        _add_extended(draft, pieces)


def _read_segments(draft: Draft, parts: _Parts) -> None:
    source, offset, spent = draft.source, 2, 0
    head, size = source.head, source.size
    last_in_head = len(head) - _MARKED.size
    for _ in range(limits.MOST_SEGMENTS):
        if offset <= last_in_head:
            mark, marker, length = _MARKED.unpack_from(head, offset)
            if mark == 0xFF and marker in _SKIPPED and 2 <= length <= size - offset - 2:
                offset += length + 2  # tables, two thirds of all segments, in a third of the time
                continue
        offset, marker = _next_marker(draft, offset)
        if marker is None or marker == _EOI:
            return
        if marker in _BARE:
            continue
        header = source.read(offset, 2)
        length = int.from_bytes(header, "big")
        if len(header) < 2 or offset + length > size:
            draft.damaged(_CUT_OFF)
            return
        if length < 2:
            draft.damaged("This JPEG file is damaged: a segment has an impossible length.")
            return
        if marker == _SOS:
            _read_pixels(draft, offset - 2)
            return
        if marker in _OF_INTEREST:
            if spent > limits.LARGEST_TEXTS_BYTES or len(draft.texts) >= limits.MOST_TEXTS:
                draft.damaged(_TOO_MUCH)
            else:
                spent += _read_segment(draft, parts, marker, offset + 2, length - 2)
        offset += length
    draft.damaged("This JPEG file has too many segments to be read to its end.")


def _next_marker(draft: Draft, offset: int) -> tuple[int, int | None]:
    """The position behind the next marker, and its code; None when the file has none there."""
    pair = draft.source.read(offset, 2)
    if len(pair) == 2 and pair[0] == 0xFF and pair[1] not in (0x00, 0xFF):
        return offset + 2, pair[1]
    found = draft.source.read(offset, _MOST_FILL_BYTES)
    rest = found.lstrip(b"\xff")
    if not rest and len(found) < _MOST_FILL_BYTES:
        draft.damaged(_CUT_OFF)
        return offset, None
    if not rest or rest is found or rest[0] == 0:
        draft.damaged("This JPEG file is damaged: something else stands where a segment should begin.")
        return offset, None
    return offset + len(found) - len(rest) + 1, rest[0]


def _read_segment(draft: Draft, parts: _Parts, marker: int, begin: int, length: int) -> int:
    """Take what one segment says; gives how many bytes that cost."""
    if marker in _OTHERS and not _is_of_use(draft, marker, begin, length):
        return 0
    body = draft.source.read(begin, length)
    if marker in _FRAMES:
        _read_frame(draft, body)
    elif marker == _COM:
        draft.add("Comment", unlabelled(body).strip("\0"), "jpeg:COM")
    elif marker == _APP1:
        _read_app1(draft, parts, body)
    elif body.startswith(PHOTOSHOP):
        parts.photoshop.append(body[len(PHOTOSHOP) :])
    else:
        name = f"APP{marker - _APP0}"
        draft.add(name, decoded(body.rstrip(b"\0")), f"jpeg:{name}")
    return length


def _is_of_use(draft: Draft, marker: int, begin: int, length: int) -> bool:
    """Whether an application segment holds Photoshop's resources or plain text; most hold profiles and the like."""
    start = draft.source.read(begin, min(length, 64))
    if start.startswith(PHOTOSHOP):
        return marker == _APP13
    return length >= _FEWEST_TEXT_BYTES and is_plain(start.rstrip(b"\0"))


def _read_frame(draft: Draft, body: bytes) -> None:
    if len(body) >= 5:
        height, width = struct.unpack_from(">HH", body, 1)
        draft.width, draft.height = width or None, height or None


def _read_app1(draft: Draft, parts: _Parts, body: bytes) -> None:
    if body.startswith(_EXIF):
        block = body[6:]
        if block[:2] in (b"II", b"MM"):
            _end_exif(draft, parts)
        parts.exif.append(block)
        return
    _end_exif(draft, parts)
    if body.startswith(_XMP):
        add_xmp(draft, body[len(_XMP) :])
    elif body.startswith(_EXTENDED_XMP) and len(body) >= len(_EXTENDED_XMP) + _EXTENDED.size:
        guid, _, offset = _EXTENDED.unpack_from(body, len(_EXTENDED_XMP))
        if guid in parts.extended or len(parts.extended) < limits.MOST_EXTENDED_XMP:
            part = body[len(_EXTENDED_XMP) + _EXTENDED.size :]
            parts.extended.setdefault(guid, []).append((offset, part))


def _end_exif(draft: Draft, parts: _Parts) -> None:
    if parts.exif:
        exif.read(draft, b"".join(parts.exif))
        parts.exif.clear()


def _add_extended(draft: Draft, pieces: list[tuple[int, bytes]]) -> None:
    """Join the parts of an extended packet; one that has a gap cannot be read."""
    packet: list[bytes] = []
    length = 0
    for offset, part in sorted(pieces):
        if offset != length:
            draft.damaged("The extended XMP data of this JPEG file is not complete.")
            return
        packet.append(part)
        length += len(part)
    add_xmp(draft, b"".join(packet))


def _read_pixels(draft: Draft, begin: int) -> None:
    """Everything from the scan on. Whether it is whole shows at its end: nothing else there can spell FF D9.

    Phones and editors append data behind the picture, so the mark is looked for in the last 64 KiB, from their end.
    """
    source = draft.source
    draft.pixel_spans.append((begin, source.size - begin))
    tail = max(begin, source.size - END_BYTES)
    if source.read(source.size - 2, 2) == _END or source.read(tail, source.size - tail).rfind(_END) >= 0:
        return
    if source.size - begin <= END_BYTES or not _has_trailer(draft, begin):
        draft.damaged(_CUT_OFF)


def _has_trailer(draft: Draft, begin: int) -> bool:
    """Whether a film or a second picture of more than 64 KiB is appended (motion photos); looks at 8 MiB at most."""
    source = draft.source
    step = END_BYTES * 16
    offset = source.size
    for _ in range(8):
        start = max(begin, offset - step)
        if source.read(start, offset - start + 1).rfind(_END) >= 0:
            return True
        if start == begin:
            return False
        offset = start
    return False


JPEG = Format(
    slug="jpeg",
    title="JPEG",
    extensions=(".jpg", ".jpeg", ".jpe", ".jfif"),
    matches=lambda head: head.startswith(b"\xff\xd8\xff"),
    read=_read,
)
