"""Texts hidden in the lowest bits of a picture's pixels, column by column from the top left.

The cost: a PNG without such a text is told from one byte of each of its first eight rows, in far less than a
millisecond. A lossless WebP and an interlaced PNG must be decoded to be searched, which the limits of `limits.py`
(`LARGEST_SEARCHED_PIXELS`, `LARGEST_HIDING_PIXELS`) keep under two seconds and 512 MB for any file.
"""

import io
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Container, Text
from diffusion_toolkit.formats.png import CHUNK as PNG_CHUNK
from diffusion_toolkit.formats.png import SIGNATURE as PNG_SIGNATURE
from diffusion_toolkit.formats.source import Source
from diffusion_toolkit.formats.text import decoded
from diffusion_toolkit.formats.webp import CHUNK as WEBP_CHUNK

if TYPE_CHECKING:
    from PIL.Image import Image

_MARK_BYTES = 15
_HEAD_BITS = (_MARK_BYTES + 4) * 8
"""The mark, and the length of the text in bits as four bytes."""

_LOWEST_BITS = bytes(b"01"[value & 1] for value in range(256))
_COLOURS, _COLOURS_AND_ALPHA = 2, 6
_FIRST_ROWS = 8
_PIECE_BYTES = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class _Place:
    """One way to hide a text: in which channels, and behind which mark; `gzip` marks a compressed one."""

    source: str
    channels: tuple[int, ...]
    plain: bytes
    gzip: bytes


_ALPHA = _Place("stealth:alpha", (3,), b"stealth_pnginfo", b"stealth_pngcomp")
_RGB = _Place("stealth:rgb", (0, 1, 2), b"stealth_rgbinfo", b"stealth_rgbcomp")


def read_hidden(path: str | os.PathLike[str], container: Container) -> list[Text]:
    """The text hidden in a picture's alpha or colour bits, as source "stealth:alpha" or "stealth:rgb"; often none."""
    if container.format not in ("png", "webp") or not container.width or not container.height:
        return []
    if container.width * container.height > limits.LARGEST_HIDING_PIXELS:
        return []
    try:
        with open(path, "rb") as file:
            source = Source.of_descriptor(file.fileno(), os.fstat(file.fileno()).st_size)
            found = _in_png(source) if container.format == "png" else _in_webp(source, container)
    except (OSError, ValueError):
        return []
    return [Text(key="parameters", value=value, source=place.source) for place, value in found if value]


@dataclass(frozen=True, slots=True)
class _Png:
    header: bytes
    width: int
    height: int
    channels: int
    interlaced: bool
    spans: list[tuple[int, int]]


def _in_png(source: Source) -> list[tuple[_Place, str]]:
    picture = _png(source)
    if picture is None:
        return []
    places = [_ALPHA, _RGB] if picture.channels == 4 else [_RGB]
    if not picture.interlaced:
        places = _places_by_first_column(source, picture, places)
    elif picture.width * picture.height > limits.LARGEST_SEARCHED_PIXELS:
        return []
    return _in_pixels(_without_texts(source, picture), places) if places else []


def _png(source: Source) -> _Png | None:
    """What matters of a PNG with 8 bits per channel and no palette; none for others."""
    header, spans, offset = source.read(16, 13), list[tuple[int, int]](), len(PNG_SIGNATURE)
    if len(header) < 13 or not source.head.startswith(PNG_SIGNATURE) or source.read(12, 4) != b"IHDR":
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
        length, kind = PNG_CHUNK.unpack(head)
        if kind == b"IDAT":
            spans.append((offset + 8, length))
        elif kind == b"IEND":
            break
        offset += 12 + length
    return _Png(header, width, height, 4 if colours == _COLOURS_AND_ALPHA else 3, bool(interlaced), spans)


def _places_by_first_column(source: Source, picture: _Png, places: list[_Place]) -> list[_Place]:
    """The places whose mark stands in the first column, looked for in ever more rows; a low picture has part of it."""
    column: list[bytes] = []
    above = bytes(picture.channels)
    rows = _rows_of_column(source, picture)
    wanted = min(picture.height, _FIRST_ROWS)
    while places:
        while len(column) < wanted:
            row = next(rows, None)
            if row is None:
                return []
            above = _first_pixel(row[0], row[1:], above)
            column.append(above)
        places = [place for place in places if _may_begin(place, column)]
        if wanted >= min(picture.height, _MARK_BYTES * 8):
            return places
        wanted = min(picture.height, wanted * 4, _MARK_BYTES * 8)
    return []


def _may_begin(place: _Place, column: list[bytes]) -> bool:
    bits = b"".join(bytes([pixel[channel]]) for pixel in column for channel in place.channels).translate(_LOWEST_BITS)
    return any(_as_bits(mark).startswith(bits[: len(mark) * 8]) for mark in (place.plain, place.gzip))


def _as_bits(mark: bytes) -> bytes:
    return f"{int.from_bytes(mark, 'big'):0{len(mark) * 8}b}".encode()


def _rows_of_column(source: Source, picture: _Png) -> Iterator[bytes]:
    """The filter and first pixel of each row, as they are stored."""
    stride, wanted = 1 + picture.width * picture.channels, 1 + picture.channels
    inflater, stored, skip = zlib.decompressobj(), b"", 0
    for piece in _pieces(source, picture.spans):
        try:
            while piece and not inflater.eof:
                stored += inflater.decompress(piece, _PIECE_BYTES)
                piece = inflater.unconsumed_tail
                while skip + wanted <= len(stored):
                    yield stored[skip : skip + wanted]
                    skip += stride
                dropped = min(skip, len(stored))
                stored, skip = stored[dropped:], skip - dropped
        except zlib.error:
            return


def _pieces(source: Source, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    for begin, length in spans:
        for offset in range(begin, begin + length, _PIECE_BYTES):
            piece = source.read(offset, min(_PIECE_BYTES, begin + length - offset))
            if not piece:
                return
            yield piece


def _first_pixel(kind: int, stored: bytes, above: bytes) -> bytes:
    """Undo a row's filter for its first pixel, which has nothing to its left."""
    if kind in (2, 4):
        return bytes([(now + before) & 0xFF for now, before in zip(stored, above, strict=True)])
    if kind == 3:
        return bytes([(now + before // 2) & 0xFF for now, before in zip(stored, above, strict=True)])
    return stored


def _without_texts(source: Source, picture: _Png) -> bytes:
    """The same picture with nothing but its pixels: what else is in the file may keep a decoder from opening it."""
    parts = [PNG_SIGNATURE, _chunk(b"IHDR", picture.header)]
    left = 2 * picture.width * picture.height * picture.channels + _PIECE_BYTES
    for begin, length in picture.spans:
        if length > left:
            break
        left -= length
        parts.append(_chunk(b"IDAT", source.read(begin, length)))
    return b"".join([*parts, _chunk(b"IEND", b"")])


def _chunk(kind: bytes, body: bytes) -> bytes:
    return PNG_CHUNK.pack(len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def _in_webp(source: Source, container: Container) -> list[tuple[_Place, str]]:
    """Only lossless pixels keep their lowest bits; an animation hides nothing."""
    pixels = (container.width or 0) * (container.height or 0)
    if pixels > limits.LARGEST_SEARCHED_PIXELS or source.size > 8 * pixels + _PIECE_BYTES:
        return []
    lossless = _lossless_chunk(source)
    if lossless is None:
        return []
    has_alpha = bool(lossless[4] & 0x10)
    return _in_pixels(source.read(0, source.size), [_ALPHA, _RGB] if has_alpha else [_RGB])


def _lossless_chunk(source: Source) -> bytes | None:
    """The first five bytes of the lossless pixels."""
    offset = 12
    for _ in range(limits.MOST_WEBP_CHUNKS):
        head = source.read(offset, 13)
        if len(head) < 13:
            return None
        kind, length = WEBP_CHUNK.unpack_from(head)
        if kind == b"VP8L":
            return head[8:]
        if kind in (b"VP8 ", b"ANMF"):
            return None
        offset += 8 + length + (length & 1)
    return None


def _in_pixels(data: bytes, places: list[_Place]) -> list[tuple[_Place, str]]:
    """Decode a picture and take the texts hidden in these places of it."""
    from PIL import Image, UnidentifiedImageError  # costs 90 ms, and few files come so far

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "WEBP")) as picture:
            picture.load()
            found = [(place, _text_in(picture, place)) for place in places if max(place.channels) < len(picture.mode)]
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        struct.error,
        zlib.error,
        UnidentifiedImageError,
        Image.DecompressionBombError,
    ):
        return []
    return found


def _text_in(picture: "Image", place: _Place) -> str:
    if picture.mode not in ("RGB", "RGBA"):
        return ""
    available = picture.width * picture.height * len(place.channels)
    head = _hidden(picture, place, min(available, _HEAD_BITS))
    mark, length = head[:_MARK_BYTES], int.from_bytes(head[_MARK_BYTES:], "big")
    if mark not in (place.plain, place.gzip) or not 0 < length <= available - _HEAD_BITS:
        return ""
    payload = _hidden(picture, place, _HEAD_BITS + length)[_HEAD_BITS // 8 :]
    payload = _unzipped(payload) if mark == place.gzip else payload[: limits.LARGEST_TEXT_BYTES]
    return decoded(payload).strip("\0")


def _hidden(picture: "Image", place: _Place, bits: int) -> bytes:
    """The first so many hidden bits as bytes, decoded from no more columns than hold them."""
    from PIL.Image import Transpose

    columns = min(picture.width, -(-bits // (picture.height * len(place.channels))))
    part = picture.crop((0, 0, columns, picture.height)).transpose(Transpose.TRANSPOSE)
    part = part.getchannel(3) if place is _ALPHA else part.convert("RGB")
    digits = part.tobytes().translate(_LOWEST_BITS)[: bits & ~7]
    return int(digits or b"0", 2).to_bytes(len(digits) // 8, "big")


def _unzipped(payload: bytes) -> bytes:
    inflater = zlib.decompressobj(_GZIP)
    limit = min(limits.LARGEST_TEXT_BYTES, limits.FREE_GROWTH_BYTES + limits.LARGEST_GROWTH * len(payload))
    try:
        value = inflater.decompress(payload, limit)
    except zlib.error:
        return b""
    return value if inflater.eof else b""
