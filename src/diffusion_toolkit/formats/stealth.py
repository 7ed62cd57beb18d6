"""Texts hidden in the lowest bits of a picture's pixels, column by column from the top left.

The cost: a PNG without such a text is told from one byte of each of its first eight rows, in far less than a
millisecond. A lossless WebP and an interlaced PNG must be decoded to be searched, which the limits of `limits.py`
(`LARGEST_SEARCHED_PIXELS`, `LARGEST_HIDING_PIXELS`) keep under two seconds and 512 MB for any file.
"""

import io
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Container, Text
from diffusion_toolkit.formats.deflate import Inflater, NotDeflated
from diffusion_toolkit.formats.png_pixels import PngPixels, first_pixel, left_part, pixels_of, unfiltered, without_texts
from diffusion_toolkit.formats.source import Source
from diffusion_toolkit.formats.text import decoded
from diffusion_toolkit.formats.webp import CHUNK as WEBP_CHUNK

if TYPE_CHECKING:
    from PIL.Image import Image

_MARK_BYTES = 15
_HEAD_BITS = (_MARK_BYTES + 4) * 8
"""The mark, and the length of the text in bits as four bytes."""

_LOWEST_BITS = bytes(b"01"[value & 1] for value in range(256))
_FIRST_ROWS = 8
_LEFT_COLUMNS, _MOST_ROWS = 32, 4096
"""Columns that are decoded one by one; most texts take fewer, and more are the work of a whole decoder."""

_PIECE_BYTES = 64 * 1024


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


def _in_png(source: Source) -> list[tuple[_Place, str]]:
    picture = pixels_of(source)
    if picture is None:
        return []
    places = [_ALPHA, _RGB] if picture.channels == 4 else [_RGB]
    if picture.interlaced:
        is_small = picture.width * picture.height <= limits.LARGEST_SEARCHED_PIXELS
        return _in_pixels(without_texts(source, picture), places) if is_small else []
    columns, seen = min(picture.width, _LEFT_COLUMNS), list[bytes]()
    rows = left_part(source, picture, columns)
    places = _places_by_first_column(rows, seen, picture, places)
    if len(places) == 1 and picture.height <= _MOST_ROWS:
        text = _in_left_columns([*seen, *rows], columns, picture, places[0])
        if text is not None:
            return [(places[0], text)]
    return _in_pixels(without_texts(source, picture), places) if places else []


def _in_left_columns(rows: list[bytes], most: int, picture: PngPixels, place: _Place) -> str | None:
    """The text of a place, None when it takes more than these columns. To decode only some takes half the time."""
    if len(rows) < picture.height:
        return None

    def hidden(bits: int) -> bytes | None:
        columns = -(-bits // (picture.height * len(place.channels)))
        return _bits_of(rows, picture.channels, columns, place)[: bits // 8] if columns <= most else None

    return _text_at(place, picture.width * picture.height * len(place.channels), hidden)


def _bits_of(rows: list[bytes], channels: int, columns: int, place: _Place) -> bytes:
    """The bits hidden in these columns as bytes."""
    planes = [_plane(rows, channel, channels, columns) for channel in place.channels]
    values = [plane[row][column] for column in range(columns) for row in range(len(rows)) for plane in planes]
    return _packed(bytes(values).translate(_LOWEST_BITS))


def _plane(rows: list[bytes], channel: int, channels: int, columns: int) -> list[list[int]]:
    """The values of one channel in these columns, by rows."""
    plane: list[list[int]] = []
    above = [0] * columns
    for row in rows:
        above = unfiltered(row[0], row[1 + channel : 1 + columns * channels : channels], above)
        plane.append(above)
    return plane


def _packed(digits: bytes) -> bytes:
    """Whole bytes from digits 0 and 1."""
    whole = digits[: len(digits) & ~7]
    return int(whole or b"0", 2).to_bytes(len(whole) // 8, "big")


def _places_by_first_column(
    rows: Iterator[bytes], seen: list[bytes], picture: PngPixels, places: list[_Place]
) -> list[_Place]:
    """The places whose mark stands in the first column, looked for in ever more rows; a low picture has part of it.

    seen: gets the rows that were looked at.
    """
    column: list[list[int]] = []
    above = [0] * picture.channels
    wanted = min(picture.height, _FIRST_ROWS)
    while places:
        while len(column) < wanted:
            row = next(rows, None)
            if row is None:
                return []
            seen.append(row)
            above = first_pixel(row, above, picture.channels)
            column.append(above)
        places = [place for place in places if _may_begin(place, column)]
        if wanted >= min(picture.height, _MARK_BYTES * 8):
            return places
        wanted = min(picture.height, wanted * 4, _MARK_BYTES * 8)
    return []


def _may_begin(place: _Place, column: list[list[int]]) -> bool:
    bits = bytes([pixel[channel] for pixel in column for channel in place.channels]).translate(_LOWEST_BITS)
    return any(_as_bits(mark).startswith(bits[: len(mark) * 8]) for mark in (place.plain, place.gzip))


def _as_bits(mark: bytes) -> bytes:
    return f"{int.from_bytes(mark, 'big'):0{len(mark) * 8}b}".encode()


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
    return _text_at(place, available, lambda bits: _hidden(picture, place, bits)) or ""


def _text_at(place: _Place, available: int, hidden: Callable[[int], bytes | None]) -> str | None:
    """The text behind the mark of a place, "" when there is none. hidden: gives the first so many bits as bytes, or
    None when they are too many for it."""
    head = hidden(min(available, _HEAD_BITS))
    if head is None:
        return None
    mark, length = head[:_MARK_BYTES], int.from_bytes(head[_MARK_BYTES:], "big")
    if mark not in (place.plain, place.gzip) or not 0 < length <= available - _HEAD_BITS:
        return ""
    whole = hidden(_HEAD_BITS + length)
    if whole is None:
        return None
    payload = whole[_HEAD_BITS // 8 :]
    payload = _unzipped(payload) if mark == place.gzip else payload[: limits.LARGEST_TEXT_BYTES]
    return decoded(payload).strip("\0")


def _hidden(picture: "Image", place: _Place, bits: int) -> bytes:
    """The first so many hidden bits as bytes, decoded from no more columns than hold them."""
    from PIL.Image import Transpose

    columns = min(picture.width, -(-bits // (picture.height * len(place.channels))))
    part = picture.crop((0, 0, columns, picture.height)).transpose(Transpose.TRANSPOSE)
    part = part.getchannel(3) if place is _ALPHA else part.convert("RGB")
    return _packed(part.tobytes().translate(_LOWEST_BITS)[:bits])


def _unzipped(payload: bytes) -> bytes:
    inflater = Inflater(gzip=True)
    limit = min(limits.LARGEST_TEXT_BYTES, limits.FREE_GROWTH_BYTES + limits.LARGEST_GROWTH * len(payload))
    try:
        value = inflater.inflate(payload, limit)
    except NotDeflated:
        return b""
    return value if inflater.ended else b""
