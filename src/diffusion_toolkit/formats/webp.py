"""WebP, still and animated: size, duration, EXIF and XMP; pixel data is stepped over."""

import struct

from diffusion_toolkit.formats import exif, limits
from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.xmp import add_xmp

CHUNK = struct.Struct("<4sI")
"""How a chunk begins: its name, the length of its body."""

_PIXELS = {b"VP8 ", b"VP8L", b"ALPH", b"ANMF"}
_FRAME_HEADER_BYTES = 16
_CUT_OFF = "This WebP file is cut off: its end is missing."


def _read(draft: Draft) -> None:
    source = draft.source
    end = 8 + int.from_bytes(source.head[4:8], "little")
    if end > source.size:
        draft.damaged(_CUT_OFF)
        end = source.size
    offset, spent, delays_ms = 12, 0, list[int]()
    for _ in range(limits.MOST_WEBP_CHUNKS):
        if offset + 8 > end:
            break
        kind, length = CHUNK.unpack(source.read(offset, 8))
        begin, offset = offset + 8, offset + 8 + length + (length & 1)
        if begin + length > end:
            if kind in _PIXELS:
                _read_pixels(draft, kind, begin, end - begin)
            draft.damaged(_CUT_OFF)
            break
        if kind == b"ANMF" and length >= _FRAME_HEADER_BYTES:
            delays_ms.append(int.from_bytes(source.read(begin + 12, 3), "little"))
        if kind in _PIXELS:
            _read_pixels(draft, kind, begin, length)
        elif kind in (b"VP8X", b"EXIF", b"XMP "):
            if length > limits.LARGEST_TEXT_BYTES or spent > limits.LARGEST_TEXTS_BYTES:
                draft.damaged("This WebP file holds more text than can be read.")
            elif len(draft.texts) < limits.MOST_TEXTS:
                spent += length
                _read_chunk(draft, kind, source.read(begin, length))
    else:
        draft.damaged("This WebP file has too many chunks to be read to its end.")
    if not draft.pixel_spans:
        draft.damaged("This WebP file is damaged: it holds no picture.")
    if len(delays_ms) > 1 and any(delays_ms):
        draft.duration_s = sum(delays_ms) / 1000


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
        exif.read(draft, body)
    elif kind == b"XMP ":
        add_xmp(draft, body)


WEBP = Format(
    slug="webp",
    title="WebP",
    extensions=(".webp",),
    matches=lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
    read=_read,
)
