"""PNG: text chunks wherever they stand, EXIF and XMP; pixel data is stepped over."""

import struct

from diffusion_toolkit.formats import exif, limits
from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.deflate import Inflater, NotDeflated, crc32
from diffusion_toolkit.formats.iptc import add_iptc, add_photoshop
from diffusion_toolkit.formats.text import decoded
from diffusion_toolkit.formats.xmp import KEY as XMP_KEY
from diffusion_toolkit.formats.xmp import add_xmp

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHUNK = struct.Struct(">I4s")
"""How a chunk begins: the length of its body, its name."""

_PIXELS = {b"IDAT": 0, b"fdAT": 4}
"""Chunks of pixel data, and how many bytes of them are a counter."""

_OF_INTEREST = {b"IHDR", b"tEXt", b"zTXt", b"iTXt", b"comf", b"eXIf", b"zxIf"}
"""Beside the standard's own, `zxIf` and `comf`: EXIF that is compressed, and a tEXt of ComfyUI's animated PNG."""
_RAW_PROFILE = "raw profile type "
_EXIF_MARK, _XMP_MARK = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_CUT_OFF = "This PNG file is cut off: its end is missing."
_TOO_MUCH = "This PNG file holds more text than can be read."


def _read(draft: Draft) -> None:
    source, offset = draft.source, len(SIGNATURE)
    size, read, head, spans = source.size, source.read, source.head, draft.pixel_spans
    spent, last_in_head = 0, len(head) - 8
    for _ in range(limits.MOST_CHUNKS):
        if offset <= last_in_head:
            length, kind = CHUNK.unpack_from(head, offset)
        elif len(header := read(offset, 8)) == 8:
            length, kind = CHUNK.unpack(header)
        else:
            draft.damaged(_CUT_OFF)
            return
        begin, offset = offset + 8, offset + 12 + length
        if offset > size:
            _cut_chunk(draft, kind, begin)
            return
        if kind == b"IDAT":
            if length or not spans:
                spans.append((begin, length))
        elif kind in _PIXELS:
            skip = min(_PIXELS[kind], length)
            if length > skip or not spans:
                spans.append((begin + skip, length - skip))
        elif kind in _OF_INTEREST:
            if (
                length > limits.LARGEST_TEXT_BYTES
                or spent > limits.LARGEST_TEXTS_BYTES
                or len(draft.texts) >= limits.MOST_TEXTS
            ):
                draft.damaged(_TOO_MUCH)
                continue
            spent += _read_chunk(draft, kind, read(begin - 4, length + 8))
        elif kind == b"IEND":
            return
        elif not kind.isalpha():
            draft.damaged("This PNG file is damaged: a chunk has no valid name.")
            return
    draft.damaged("This PNG file has too many chunks to be read to its end.")


def _cut_chunk(draft: Draft, kind: bytes, begin: int) -> None:
    """The file ends inside this chunk. Its pixels still count for the digest, its text does not."""
    if kind in _PIXELS:
        draft.pixel_spans.append((begin, max(0, draft.source.size - begin)))
    draft.damaged(_CUT_OFF)


def _read_chunk(draft: Draft, kind: bytes, data: bytes) -> int:
    """Take what one chunk says, from its name to its checksum; gives how many bytes of text that cost."""
    body = data[4:-4]
    if crc32(memoryview(data)[:-4]) != int.from_bytes(data[-4:], "big"):
        draft.damaged(f"The checksum of this PNG file's {kind.decode('ascii')} chunk is wrong.")
    if kind == b"IHDR":
        _read_header(draft, body)
    elif kind == b"eXIf" or (kind == b"zxIf" and body[:1] != b"\0"):
        exif.read(draft, body)
    elif kind == b"zxIf":
        block, spent = inflated(draft, "zxIf", body[5:])
        exif.read(draft, block)
        return spent
    else:
        return _read_text(draft, kind, body)
    return len(body)


def _read_header(draft: Draft, body: bytes) -> None:
    if len(body) < 8:
        draft.damaged("This PNG file is damaged: its header is too short.")
        return
    width, height = struct.unpack_from(">II", body)
    if not (0 < width <= limits.LARGEST_SIDE and 0 < height <= limits.LARGEST_SIDE):
        draft.damaged("This PNG file is damaged: its width or height is impossible.")
        return
    draft.width, draft.height = width, height


def _read_text(draft: Draft, kind: bytes, body: bytes) -> int:
    name, separator, value = body.partition(b"\0")
    if not separator or not name:
        return len(body)
    keyword, spent = decoded(name[:255]), 0
    if kind == b"zTXt":
        value, spent = inflated(draft, keyword, value[1:])
    elif kind == b"iTXt":
        value, spent = _international(draft, keyword, value)
    _add(draft, keyword, value)
    return max(len(body), spent)


def _add(draft: Draft, keyword: str, value: bytes) -> None:
    if keyword == XMP_KEY:
        add_xmp(draft, value)
    elif not (keyword[:17].lower() == _RAW_PROFILE and _read_profile(draft, keyword[17:], value)):
        draft.add(keyword, decoded(value.rstrip(b"\0")), f"png:{keyword}")


def _international(draft: Draft, keyword: str, rest: bytes) -> tuple[bytes, int]:
    _language, _, after = rest[2:].partition(b"\0")
    _translated, _, value = after.partition(b"\0")
    return inflated(draft, keyword, value) if rest[:1] == b"\x01" else (value, 0)


def _read_profile(draft: Draft, kind: str, value: bytes) -> bool:
    """Read a block that ImageMagick wrote as a text: its name, its length and itself in hexadecimal, on lines."""
    parts = value.split(None, 2)
    if len(parts) != 3:
        return False
    try:
        block = bytes.fromhex(parts[2].decode("ascii"))
    except ValueError:
        return False
    if block.startswith(_XMP_MARK):
        add_xmp(draft, block[len(_XMP_MARK) :])
    elif block.startswith(_EXIF_MARK) or kind.lower() == "exif":
        exif.read(draft, block)
    elif kind.lower() == "xmp":
        add_xmp(draft, block)
    elif kind.lower() in ("iptc", "8bim"):
        (add_iptc if block[:1] == b"\x1c" else add_photoshop)(draft, block)
    return True


def inflated(draft: Draft, keyword: str, data: bytes) -> tuple[bytes, int]:
    """A compressed text, and how many bytes of all texts it costs; without end or limit there is none."""
    inflater = Inflater()
    limit = min(limits.LARGEST_TEXT_BYTES, limits.FREE_GROWTH_BYTES + limits.LARGEST_GROWTH * len(data))
    try:
        value = inflater.inflate(data, limit)
    except NotDeflated:
        draft.damaged(f"The compressed text “{keyword}” of this PNG file is damaged.")
        return b"", limit
    if not inflater.ended:
        if inflater.has_more:
            draft.damaged(f"The compressed text “{keyword}” of this PNG file is too large to be read.")
            return b"", limits.REFUSED_TEXT_COSTS * len(value)
        draft.damaged(f"The compressed text “{keyword}” of this PNG file is damaged.")
    return value, len(value)


PNG = Format(
    slug="png",
    title="PNG",
    extensions=(".png", ".apng"),
    matches=lambda head: head.startswith(SIGNATURE),
    read=_read,
)
