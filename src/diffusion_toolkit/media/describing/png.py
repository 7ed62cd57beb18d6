"""XMP in PNG: an uncompressed `iTXt` chunk before the pixels."""

import zlib
from collections.abc import Callable
from typing import Final

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.png import CHUNK, SIGNATURE
from diffusion_toolkit.formats.source import Source
from diffusion_toolkit.formats.xmp import KEY
from diffusion_toolkit.media.describing.splices import Splice

_KEY: Final = KEY.encode()


def splices(source: Source, edit: Callable[[bytes | None], bytes]) -> list[Splice]:
    """Put what `edit` makes of the packet in its place. Raises UnreadableFile for a file that is damaged."""
    offset = len(SIGNATURE)
    before_pixels: int | None = None
    for _ in range(limits.MOST_CHUNKS):
        header = source.read(offset, 8)
        if len(header) < 8:
            break
        length, kind = CHUNK.unpack(header)
        if offset + 12 + length > source.size:
            break
        if kind == b"IDAT" and before_pixels is None:
            before_pixels = offset
        elif kind == b"iTXt" and source.read(offset + 8, len(_KEY) + 1) == _KEY + b"\0":
            packet = _packet(source.read(offset + 8, length))
            return [Splice(offset, 12 + length, _chunk(edit(packet)))]
        elif kind == b"IEND" and before_pixels is not None:
            return [Splice(before_pixels, 0, _chunk(edit(None)))]
        offset += 12 + length
    raise UnreadableFile("This PNG file is damaged; nothing is written into it.")


def _packet(body: bytes) -> bytes:
    rest = body[len(_KEY) + 1 :]
    compressed = rest[:1] == b"\x01"
    value = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    if not compressed:
        return value
    try:
        inflater = zlib.decompressobj()
        packet = inflater.decompress(value, limits.LARGEST_TEXT_BYTES)
    except zlib.error as error:
        raise UnreadableFile("The XMP data of this file is damaged; nothing is written into it.") from error
    if not inflater.eof:
        raise UnreadableFile("The XMP data of this file is larger than can be read.")
    return packet


def _chunk(packet: bytes) -> bytes:
    named = b"iTXt" + _KEY + b"\0\0\0\0\0" + packet
    return (len(named) - 4).to_bytes(4, "big") + named + zlib.crc32(named).to_bytes(4, "big")
