"""XMP in JPEG: an `APP1` segment behind the EXIF data."""

from collections.abc import Callable
from typing import Final

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.source import Source
from diffusion_toolkit.media.describing.splices import Splice

LARGEST_PACKET: Final = 65_533 - 2 - 29
"""A segment has two bytes for its length, which counts itself; 29 bytes say what it is."""

_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF: Final = b"Exif\0"
_APP0, _APP1, _SOS = 0xE0, 0xE1, 0xDA
_DAMAGED: Final = "This JPEG file is damaged; nothing is written into it."


def splices(source: Source, edit: Callable[[bytes | None], bytes]) -> list[Splice]:
    """Put what `edit` makes of the packet in its place. Raises UnreadableFile for a damaged file or too long a text."""
    offset = behind_exif = 2
    for _ in range(limits.MOST_SEGMENTS):
        head = source.read(offset, 4)
        if len(head) < 4 or head[0] != 0xFF:
            break
        if head[1] == 0xFF:  # a filling byte
            offset += 1
            continue
        if head[1] == _SOS:
            return [Splice(behind_exif, 0, _segment(edit(None)))]
        length = 2 + int.from_bytes(head[2:], "big")
        if length < 4 or offset + length > source.size:
            break
        start = source.read(offset + 4, min(length - 4, len(_XMP)))
        if head[1] == _APP1 and start == _XMP:
            packet = source.read(offset + 4 + len(_XMP), length - 4 - len(_XMP))
            return [Splice(offset, length, _segment(edit(packet)))]
        if head[1] == _APP0 or (head[1] == _APP1 and start.startswith(_EXIF)):
            behind_exif = offset + length
        offset += length
    raise UnreadableFile(_DAMAGED)


def _segment(packet: bytes) -> bytes:
    if len(packet) > LARGEST_PACKET:
        raise UnreadableFile("Tags and caption are longer than a JPEG file can hold.")
    return b"\xff\xe1" + (len(packet) + len(_XMP) + 2).to_bytes(2, "big") + _XMP + packet
