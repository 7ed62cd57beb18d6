"""GIF: size, duration, all comments and XMP; every other byte counts as picture."""

import struct
from dataclasses import dataclass

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.source import Source
from diffusion_toolkit.formats.text import unlabelled
from diffusion_toolkit.formats.xmp import add_xmp

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _COMMENT, _APPLICATION = 0xF9, 0xFE, 0xFF
_XMP = b"\x0bXMP DataXMP"
_XMP_TRAILER_BYTES = 258
"""Behind a packet, which is no row of blocks: bytes that end one for whoever steps over it as if it were."""

_HEADER_BYTES = 13
_SIGNATURE_BYTES = 6
"""Not counted as picture: the version in it changes when a comment is added."""

_PIECE_BYTES = 256 * 1024
_CUT_OFF = "This GIF file is cut off: its end is missing."
_TOO_MANY = "This GIF file has too many parts to be read to its end."
_DAMAGED = "This GIF file is damaged: something else stands where a block should begin."


class _Ended(Exception):
    """Raised where the file ends too early, or where it is walked no further."""


@dataclass(slots=True)
class _Walk:
    """A way through the file from byte to byte, read in large pieces and not for ever."""

    source: Source
    piece: bytes
    begin: int = 0
    blocks_left: int = limits.MOST_GIF_BLOCKS
    frames: int = 0
    delay: int = 0
    frames_delay: int = 0
    kept_from: int = _SIGNATURE_BYTES

    def byte(self, offset: int) -> int:
        """The byte at this offset, which lies behind those asked for before. Raises _Ended."""
        at = offset - self.begin
        if at >= len(self.piece):
            if offset > limits.LARGEST_GIF_WALK_BYTES:
                raise _Ended
            self.piece, self.begin, at = self.source.read(offset, _PIECE_BYTES), offset, 0
            if not self.piece:
                raise _Ended
        return self.piece[at]

    def behind_blocks(self, offset: int) -> int:
        """The position behind a row of data blocks: each begins with its length, the last is empty. Raises _Ended."""
        while self.blocks_left > 0:
            self.byte(offset)
            piece, at, end = self.piece, offset - self.begin, len(self.piece)
            count = 0
            while at < end:
                length = piece[at]
                at += length + 1
                count += 1
                if not length:
                    self.blocks_left -= count
                    return self.begin + at
            self.blocks_left -= count
            offset = self.begin + at
        raise _Ended


def _read(draft: Draft) -> None:
    source = draft.source
    head = source.head[:_HEADER_BYTES]
    if len(head) < _HEADER_BYTES:
        draft.damaged(_CUT_OFF)
        return
    width, height = struct.unpack("<HH", head[6:10])
    draft.width, draft.height = width or None, height or None
    walk = _Walk(source, source.head)
    end = source.size
    try:
        end = _walk_parts(draft, walk, _HEADER_BYTES + _palette_bytes(head[10]))
    except _Ended:
        if walk.blocks_left <= 0:
            draft.damaged(_TOO_MANY)
        elif source.size <= limits.LARGEST_GIF_WALK_BYTES:
            draft.damaged(_CUT_OFF)
    else:
        if walk.frames > 1 and walk.frames_delay:
            draft.duration_s = walk.frames_delay / 100
    if end > walk.kept_from:
        draft.pixel_spans.append((walk.kept_from, end - walk.kept_from))


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _walk_parts(draft: Draft, walk: _Walk, offset: int) -> int:
    """Go through the file; gives where its picture ends. Raises _Ended."""
    for _ in range(limits.MOST_GIF_PARTS):
        kind = walk.byte(offset)
        if kind == _TRAILER:
            return offset + 1
        if kind == _IMAGE:
            walk.frames += 1
            walk.frames_delay, walk.delay = walk.frames_delay + walk.delay, 0
            offset = walk.behind_blocks(offset + 11 + _palette_bytes(walk.byte(offset + 9)))
        elif kind == _EXTENSION:
            offset = _walk_extension(draft, walk, offset)
        else:
            draft.damaged(_DAMAGED)
            return draft.source.size
    draft.damaged(_TOO_MANY)
    return draft.source.size


def _walk_extension(draft: Draft, walk: _Walk, offset: int) -> int:
    """Take what an extension says; gives the position behind it. Raises _Ended."""
    label = walk.byte(offset + 1)
    if label == _CONTROL:
        delay = draft.source.read(offset + 4, 2)
        walk.delay = int.from_bytes(delay, "little")
    end = walk.behind_blocks(offset + 2)
    if label == _COMMENT:
        _take(draft, walk, offset, end)
        draft.add("Comment", unlabelled(_joined(_bytes(draft, offset + 2, end))).strip("\0"), "gif:comment")
    elif label == _APPLICATION and draft.source.read(offset + 2, len(_XMP)) == _XMP:
        _take(draft, walk, offset, end)
        data = _bytes(draft, offset + 2 + len(_XMP), end)
        add_xmp(draft, data[:-_XMP_TRAILER_BYTES] if data[:1] in (b"<", b"\xef") else _joined(data))
    return end


def _take(draft: Draft, walk: _Walk, offset: int, end: int) -> None:
    """Leave a text out of the picture."""
    if offset > walk.kept_from:
        draft.pixel_spans.append((walk.kept_from, offset - walk.kept_from))
    walk.kept_from = end


def _bytes(draft: Draft, begin: int, end: int) -> bytes:
    """The bytes of one text, if it may still be read."""
    if len(draft.texts) >= limits.MOST_TEXTS or end - begin > limits.LARGEST_TEXT_BYTES:
        draft.damaged("This GIF file holds more text than can be read.")
        return b""
    return draft.source.read(begin, end - begin)


def _joined(blocks: bytes) -> bytes:
    """What a row of data blocks holds, without their lengths."""
    parts: list[bytes] = []
    at = 0
    while at < len(blocks) and blocks[at]:
        parts.append(blocks[at + 1 : at + 1 + blocks[at]])
        at += blocks[at] + 1
    return b"".join(parts)


GIF = Format(
    slug="gif",
    title="GIF",
    extensions=(".gif",),
    matches=lambda head: head.startswith((b"GIF87a", b"GIF89a")),
    read=_read,
)
