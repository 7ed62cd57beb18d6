"""GIF: the size of its canvas."""

import struct

from diffusion_toolkit.formats.container import Draft, Format


def _read(draft: Draft) -> None:
    head = draft.source.head[:13]
    if len(head) < 13:
        draft.damaged("This GIF file is cut off: its end is missing.")
        return
    width, height = struct.unpack("<HH", head[6:10])
    draft.width, draft.height = width or None, height or None


GIF = Format(
    slug="gif",
    title="GIF",
    extensions=(".gif",),
    matches=lambda head: head.startswith((b"GIF87a", b"GIF89a")),
    read=_read,
)
