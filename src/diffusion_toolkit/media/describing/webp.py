"""XMP in WebP: a chunk behind the pixels, announced in the header that some files first have to get."""

from collections.abc import Callable
from typing import Final

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.source import Source
from diffusion_toolkit.formats.webp import CHUNK
from diffusion_toolkit.media.describing.splices import Splice

_HAS_XMP, _HAS_ALPHA = 0x04, 0x10
_DAMAGED: Final = "This WebP file is damaged; nothing is written into it."


def splices(source: Source, edit: Callable[[bytes | None], bytes]) -> list[Splice]:
    """Put what `edit` makes of the packet in its place. Raises UnreadableFile for a file that is damaged."""
    end = 8 + int.from_bytes(source.head[4:8], "little")
    if end > source.size:
        raise UnreadableFile(_DAMAGED)
    chunks = _chunks(source, end)
    if not chunks:
        raise UnreadableFile(_DAMAGED)
    found = _first(source, chunks)
    xmp = next(((offset, length) for kind, offset, length in chunks if kind == b"XMP "), None)
    if xmp is None:
        found.append(Splice(end, 0, _chunk(edit(None))))
    else:
        offset, length = xmp
        found.append(Splice(offset, 8 + length + (length & 1), _chunk(edit(source.read(offset + 8, length)))))
    grown = sum(len(splice.new) - splice.length for splice in found)
    return [Splice(4, 4, (end - 8 + grown).to_bytes(4, "little")), *found]


def _chunks(source: Source, end: int) -> list[tuple[bytes, int, int]]:
    """Name, offset and length of every chunk."""
    offset, found = 12, list[tuple[bytes, int, int]]()
    while offset + 8 <= end and len(found) < limits.MOST_WEBP_CHUNKS:
        kind, length = CHUNK.unpack(source.read(offset, 8))
        if offset + 8 + length > end:
            raise UnreadableFile(_DAMAGED)
        found.append((kind, offset, length))
        offset += 8 + length + (length & 1)
    if offset < end - 1:
        raise UnreadableFile(_DAMAGED)
    return found


def _first(source: Source, chunks: list[tuple[bytes, int, int]]) -> list[Splice]:
    """Have the header say that there is XMP: a bit of it, or a header where there is none."""
    kind, offset, length = chunks[0]
    head = source.read(offset + 8, min(length, 10))
    if kind == b"VP8X" and len(head) == 10:
        return [Splice(offset + 8, 1, bytes([head[0] | _HAS_XMP]))]
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        width, height, alpha = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little"), 0
        return [Splice(offset, 0, _header(width & 0x3FFF, height & 0x3FFF, alpha))]
    if kind == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        alpha = _HAS_ALPHA if bits >> 28 & 1 else 0
        return [Splice(offset, 0, _header((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, alpha))]
    raise UnreadableFile(_DAMAGED)


def _header(width: int, height: int, flags: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return CHUNK.pack(b"VP8X", 10) + bytes([flags | _HAS_XMP, 0, 0, 0]) + sides


def _chunk(packet: bytes) -> bytes:
    return CHUNK.pack(b"XMP ", len(packet)) + packet + b"\0" * (len(packet) & 1)
