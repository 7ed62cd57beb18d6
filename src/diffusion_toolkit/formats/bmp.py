"""BMP: the size of the picture."""

import struct

from diffusion_toolkit.formats.container import Draft, Format

_OLDEST_HEADER = 12


def _read(draft: Draft) -> None:
    head = draft.source.head[:26]
    if len(head) < 26:
        draft.damaged("This BMP file is cut off: its end is missing.")
        return
    if int.from_bytes(head[14:18], "little") == _OLDEST_HEADER:
        width, height = struct.unpack("<HH", head[18:22])
    else:
        width, height = struct.unpack("<ii", head[18:26])
    draft.width, draft.height = abs(width) or None, abs(height) or None


def _matches(head: bytes) -> bool:
    """ "BM" alone begins too many texts; the four reserved bytes are zero in every BMP."""
    return head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and len(head) >= 18


BMP = Format(slug="bmp", title="BMP", extensions=(".bmp", ".dib"), matches=_matches, read=_read)
