"""The pixels of a PNG without a decoder: where they are, and those of its leftmost columns.

Only for 8 bits per channel, without a palette.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.deflate import Inflater, NotDeflated, crc32
from diffusion_toolkit.formats.png import CHUNK, SIGNATURE
from diffusion_toolkit.formats.source import Source

_COLOURS, _COLOURS_AND_ALPHA = 2, 6
_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class PngPixels:
    """Size and place of a PNG's pixels; spans: of its compressed data."""

    header: bytes
    width: int
    height: int
    channels: int
    interlaced: bool
    spans: list[tuple[int, int]]


def pixels_of(source: Source) -> PngPixels | None:
    """What matters of a PNG with 8 bits per channel and no palette; none for others."""
    header, spans, offset = source.read(16, 13), list[tuple[int, int]](), len(SIGNATURE)
    if len(header) < 13 or not source.head.startswith(SIGNATURE) or source.read(12, 4) != b"IHDR":
        return None
    width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if depth != 8 or colours not in (_COLOURS, _COLOURS_AND_ALPHA):
        return None
    if not 0 < width * height <= limits.LARGEST_HIDING_PIXELS:
        return None
    for _ in range(limits.MOST_CHUNKS):
        head = source.read(offset, 8)
        if len(head) < 8:
            break
        length, kind = CHUNK.unpack(head)
        if kind == b"IDAT":
            spans.append((offset + 8, length))
        elif kind == b"IEND":
            break
        offset += 12 + length
    return PngPixels(header, width, height, 4 if colours == _COLOURS_AND_ALPHA else 3, bool(interlaced), spans)


def left_part(source: Source, picture: PngPixels, columns: int) -> Iterator[bytes]:
    """The filter and the first pixels of each row, as they are stored."""
    stride, wanted = 1 + picture.width * picture.channels, 1 + columns * picture.channels
    stored, skip = b"", 0
    for inflated in _inflated(source, picture.spans):
        stored += inflated
        while skip + wanted <= len(stored):
            yield stored[skip : skip + wanted]
            skip += stride
        dropped = min(skip, len(stored))
        stored, skip = stored[dropped:], skip - dropped


def _inflated(source: Source, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    """The stored rows in pieces, up to their end or the first that is damaged."""
    inflater = Inflater()
    for piece in _pieces(source, spans):
        try:
            yield inflater.inflate(piece, _PIECE_BYTES)
            while inflater.has_more:
                yield inflater.inflate(b"", _PIECE_BYTES)
        except NotDeflated:
            return
        if inflater.ended:
            return


def _pieces(source: Source, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    for begin, length in spans:
        for offset in range(begin, begin + length, _PIECE_BYTES):
            piece = source.read(offset, min(_PIECE_BYTES, begin + length - offset))
            if not piece:
                return
            yield piece


def first_pixel(row: bytes, above: list[int], channels: int) -> list[int]:
    """The first pixel of a row, to whose left there is nothing; above: that of the row before."""
    kind = row[0]
    if kind in (2, 4):
        return [(row[1 + channel] + up) & 0xFF for channel, up in enumerate(above)]
    if kind == 3:
        return [(row[1 + channel] + up // 2) & 0xFF for channel, up in enumerate(above)]
    return list(row[1 : 1 + channels])


def unfiltered(kind: int, stored: bytes, above: list[int]) -> list[int]:
    """The first values of one channel of a row from its filter and what is stored of them; above: the same of the row
    before. No filter looks at another channel."""
    if kind == 2:
        return [(stored[place] + up) & 0xFF for place, up in enumerate(above)]
    if kind not in (1, 3, 4):
        return list(stored)
    now: list[int] = []
    left = corner = 0
    for place, up in enumerate(above):
        expected = left if kind == 1 else (left + up) // 2 if kind == 3 else _nearest(left, up, corner)
        left, corner = (stored[place] + expected) & 0xFF, up
        now.append(left)
    return now


def _nearest(left: int, above: int, corner: int) -> int:
    """What of the three is nearest to left + above - corner (Paeth's predictor of the PNG specification)."""
    to_left = above - corner if above >= corner else corner - above
    to_above = left - corner if left >= corner else corner - left
    to_corner = left + above - 2 * corner
    if to_corner < 0:
        to_corner = -to_corner
    if to_left <= to_above and to_left <= to_corner:
        return left
    return above if to_above <= to_corner else corner


def without_texts(source: Source, picture: PngPixels) -> bytes:
    """The same picture with nothing but its pixels: what else is in the file may keep a decoder from opening it."""
    parts = [SIGNATURE, _chunk(b"IHDR", picture.header)]
    left = 2 * picture.width * picture.height * picture.channels + _PIECE_BYTES
    for begin, length in picture.spans:
        if length > left:
            break
        left -= length
        parts.append(_chunk(b"IDAT", source.read(begin, length)))
    return b"".join([*parts, _chunk(b"IEND", b"")])


def _chunk(kind: bytes, body: bytes) -> bytes:
    return CHUNK.pack(len(body), kind) + body + struct.pack(">I", crc32(kind + body))
