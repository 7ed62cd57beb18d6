"""WebP, still and animated: size, EXIF and XMP; pixel data is stepped over."""

import struct

from diffusion_toolkit.formats import exif, limits
from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.text import decoded

_PIXELS = {b"VP8 ", b"VP8L", b"ALPH", b"ANMF"}
_CUT_OFF = "This WebP file is cut off: its end is missing."


def _read(draft: Draft) -> None:
    source = draft.source
    end = 8 + int.from_bytes(source.head[4:8], "little")
    if end > source.size:
        draft.damaged(_CUT_OFF)
        end = source.size
    offset = 12
    for _ in range(limits.MOST_CHUNKS):
        if offset + 8 > end:
            break
        kind, length = struct.unpack("<4sI", source.read(offset, 8))
        begin, offset = offset + 8, offset + 8 + length + (length & 1)
        if begin + length > end:
            if kind in _PIXELS:
                _read_pixels(draft, kind, begin, end - begin)
            draft.damaged(_CUT_OFF)
            break
        if kind in _PIXELS:
            _read_pixels(draft, kind, begin, length)
        elif kind in (b"VP8X", b"EXIF", b"XMP "):
            _read_chunk(draft, kind, source.read(begin, min(length, limits.LARGEST_TEXT_BYTES)))
    else:
        draft.damaged("This WebP file has too many chunks to be read to its end.")
    if not draft.pixel_spans:
        draft.damaged("This WebP file is damaged: it holds no picture.")


def _read_pixels(draft: Draft, kind: bytes, begin: int, length: int) -> None:
    draft.pixel_spans.append((begin, length))
    if draft.width is not None:
        return
    head = draft.source.read(begin, min(length, 10))
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == 10:
        width, height = struct.unpack("<HH", head[6:10])
        draft.width, draft.height = (width & 0x3FFF) or None, (height & 0x3FFF) or None
    elif kind == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        draft.width, draft.height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _read_chunk(draft: Draft, kind: bytes, body: bytes) -> None:
    if kind == b"VP8X" and len(body) >= 10:
        draft.width = int.from_bytes(body[4:7], "little") + 1
        draft.height = int.from_bytes(body[7:10], "little") + 1
    elif kind == b"EXIF":
        exif.read(draft, body[6:] if body.startswith(b"Exif\0\0") else body)
    elif kind == b"XMP ":
        draft.add("XML:com.adobe.xmp", decoded(body.rstrip(b"\0")), "xmp")


WEBP = Format(
    slug="webp",
    title="WebP",
    extensions=(".webp",),
    matches=lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
    read=_read,
)
