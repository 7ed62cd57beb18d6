"""PNG: text chunks wherever they stand, EXIF and XMP; pixel data is stepped over."""

import struct
import zlib

from diffusion_toolkit.formats import exif, limits
from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.text import decoded

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = {b"IDAT": 0, b"fdAT": 4}
"""Chunks of pixel data, and how many bytes of them are a counter."""

_OF_INTEREST = {b"IHDR", b"tEXt", b"zTXt", b"iTXt", b"eXIf"}
_XMP = "XML:com.adobe.xmp"
_CUT_OFF = "This PNG file is cut off: its end is missing."


def _read(draft: Draft) -> None:
    source, offset = draft.source, len(_SIGNATURE)
    spent = 0
    for _ in range(limits.MOST_CHUNKS):
        header = source.read(offset, 8)
        if len(header) < 8:
            draft.damaged(_CUT_OFF)
            return
        length, kind = struct.unpack(">I4s", header)
        begin, offset = offset + 8, offset + 12 + length
        if offset > source.size:
            _cut_chunk(draft, kind, begin)
            return
        if kind == b"IEND":
            return
        if kind in _PIXELS:
            skip = min(_PIXELS[kind], length)
            draft.pixel_spans.append((begin + skip, length - skip))
        elif kind in _OF_INTEREST:
            if length > limits.LARGEST_TEXT_BYTES or spent > limits.LARGEST_TEXTS_BYTES:
                draft.damaged("This PNG file holds more text than can be read.")
                continue
            spent += _read_chunk(draft, kind, source.read(begin, length + 4))
        elif not kind.isalpha():
            draft.damaged("This PNG file is damaged: a chunk has no valid name.")
            return
    else:
        draft.damaged("This PNG file has too many chunks to be read to its end.")


def _cut_chunk(draft: Draft, kind: bytes, begin: int) -> None:
    """The file ends inside this chunk. Its pixels still count for the digest, its text does not."""
    if kind in _PIXELS:
        draft.pixel_spans.append((begin, max(0, draft.source.size - begin)))
    draft.damaged(_CUT_OFF)


def _read_chunk(draft: Draft, kind: bytes, data: bytes) -> int:
    """Take what one chunk says; gives how many bytes of text that cost."""
    body = data[:-4]
    if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[-4:], "big"):
        draft.damaged(f"The checksum of this PNG file's {kind.decode('ascii')} chunk is wrong.")
    if kind == b"IHDR":
        _read_header(draft, body)
    elif kind == b"eXIf":
        exif.read(draft, body)
    else:
        return _read_text(draft, kind, body)
    return len(body)


def _read_header(draft: Draft, body: bytes) -> None:
    if len(body) < 8:
        draft.damaged("This PNG file is damaged: its header is too short.")
        return
    width, height = struct.unpack(">II", body[:8])
    if not (0 < width < 2**31 and 0 < height < 2**31):
        draft.damaged("This PNG file is damaged: its width or height is impossible.")
        return
    draft.width, draft.height = width, height


def _read_text(draft: Draft, kind: bytes, body: bytes) -> int:
    name, separator, rest = body.partition(b"\0")
    if not separator or not name:
        return len(body)
    keyword = decoded(name[:255])
    if kind == b"tEXt":
        value = decoded(rest.rstrip(b"\0"))
    elif kind == b"zTXt":
        value = decoded(_inflated(draft, keyword, rest[1:]))
    else:
        value = _international(draft, keyword, rest)
    draft.add(keyword, value, "xmp" if keyword == _XMP else f"png:{keyword}")
    return max(len(body), len(value))


def _international(draft: Draft, keyword: str, rest: bytes) -> str:
    compressed, after = rest[:1], rest[2:]
    _language, _, after = after.partition(b"\0")
    _translated, _, value = after.partition(b"\0")
    if compressed == b"\x01":
        value = _inflated(draft, keyword, value)
    return decoded(value)


def _inflated(draft: Draft, keyword: str, data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        value = inflater.decompress(data, limits.LARGEST_TEXT_BYTES)
    except zlib.error:
        draft.damaged(f"The compressed text “{keyword}” of this PNG file is damaged.")
        return b""
    if not inflater.eof:
        if inflater.unconsumed_tail:
            draft.damaged(f"The compressed text “{keyword}” of this PNG file is too large to be read.")
            return b""
        draft.damaged(f"The compressed text “{keyword}” of this PNG file is damaged.")
    return value


PNG = Format(
    slug="png",
    title="PNG",
    extensions=(".png", ".apng"),
    matches=lambda head: head.startswith(_SIGNATURE),
    read=_read,
)
