"""JPEG: EXIF, XMP and comments before the pixels, and the size from the frame header."""

import struct

from diffusion_toolkit.formats import exif, limits
from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.source import END_BYTES
from diffusion_toolkit.formats.text import decoded

_SOS, _EOI, _COM, _APP1 = 0xDA, 0xD9, 0xFE, 0xE1
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length: TEM, restarts, and a second start of image."""

_EXIF = b"Exif\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_CUT_OFF = "This JPEG file is cut off: its end is missing."
_MOST_FILL_BYTES = 1024


def _read(draft: Draft) -> None:
    source, offset = draft.source, 2
    for _ in range(limits.MOST_SEGMENTS):
        offset, marker = _next_marker(draft, offset)
        if marker is None or marker == _EOI:
            return
        if marker in _BARE:
            continue
        size = source.read(offset, 2)
        length = int.from_bytes(size, "big")
        if len(size) < 2 or offset + length > source.size:
            draft.damaged(_CUT_OFF)
            return
        if length < 2:
            draft.damaged("This JPEG file is damaged: a segment has an impossible length.")
            return
        if marker == _SOS:
            _read_pixels(draft, offset - 2)
            return
        if marker in (_APP1, _COM) or marker in _FRAMES:
            _read_segment(draft, marker, source.read(offset + 2, length - 2))
        offset += length
    draft.damaged("This JPEG file has too many segments to be read to its end.")


def _next_marker(draft: Draft, offset: int) -> tuple[int, int | None]:
    """The position behind the next marker, and its code; None when the file has none there."""
    pair = draft.source.read(offset, 2)
    if len(pair) < 2:
        draft.damaged(_CUT_OFF)
        return offset, None
    fill = 0
    while pair[0] == 0xFF and pair[1] == 0xFF and fill < _MOST_FILL_BYTES:
        offset, fill = offset + 1, fill + 1
        pair = draft.source.read(offset, 2)
        if len(pair) < 2:
            draft.damaged(_CUT_OFF)
            return offset, None
    if pair[0] != 0xFF or pair[1] in (0x00, 0xFF):
        draft.damaged("This JPEG file is damaged: something else stands where a segment should begin.")
        return offset, None
    return offset + 2, pair[1]


def _read_segment(draft: Draft, marker: int, body: bytes) -> None:
    if marker in _FRAMES:
        if len(body) >= 5:
            height, width = struct.unpack(">HH", body[1:5])
            draft.width, draft.height = width or None, height or None
    elif marker == _COM:
        draft.add("Comment", decoded(body.rstrip(b"\0")), "jpeg:COM")
    elif body.startswith(_EXIF):
        exif.read(draft, body[6:])
    elif body.startswith(_XMP):
        draft.add("XML:com.adobe.xmp", decoded(body[len(_XMP) :]), "xmp")


def _read_pixels(draft: Draft, begin: int) -> None:
    """Everything from the scan on. Whether it is whole shows at its end: nothing else there can spell FF D9.

    Phones and editors append data behind the picture, so the mark is looked for in the last 64 KiB.
    """
    source = draft.source
    draft.pixel_spans.append((begin, source.size - begin))
    tail = max(begin, source.size - END_BYTES)
    if b"\xff\xd9" in source.read(tail, source.size - tail):
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
        if b"\xff\xd9" in source.read(start, offset - start + 1):
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
