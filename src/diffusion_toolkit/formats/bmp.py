"""BMP: the size of the picture, and its pixels."""

import struct

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Draft, Format

_OLDEST_HEADER = 12
_PLAIN = 0
_CUT_OFF = "This BMP file is cut off: its end is missing."


def _read(draft: Draft) -> None:
    head = draft.source.head[:34]
    if len(head) < 26:
        draft.damaged(_CUT_OFF)
        return
    begin, header = struct.unpack_from("<II", head, 10)
    if header == _OLDEST_HEADER:
        width, height, _, depth = struct.unpack_from("<HHHH", head, 18)
        compression = _PLAIN
    else:
        width, height, _, depth = struct.unpack_from("<iiHH", head.ljust(34, b"\0"), 18)
        compression = int.from_bytes(head[30:34], "little")
    height = abs(height)
    if not (0 < width <= limits.LARGEST_SIDE and 0 < height <= limits.LARGEST_SIDE):
        draft.damaged("This BMP file is damaged: its width or height is impossible.")
        return
    draft.width, draft.height = width, height
    left = draft.source.size - begin
    needed = (width * depth + 31) // 32 * 4 * height if compression == _PLAIN else 1
    if left > 0:
        draft.pixel_spans.append((begin, min(left, needed) if compression == _PLAIN else left))
    if left < needed:
        draft.damaged(_CUT_OFF)


def _matches(head: bytes) -> bool:
    """ "BM" alone begins too many texts; the four reserved bytes are zero in every BMP."""
    return head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and len(head) >= 18


BMP = Format(slug="bmp", title="BMP", extensions=(".bmp", ".dib"), matches=_matches, read=_read)
