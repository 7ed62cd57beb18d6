"""Small pictures that any program can open, to put metadata into."""

import gzip
import zlib
from io import BytesIO

from PIL import Image

from container_bytes import chunk, exif_segment

SIZE = (64, 48)


def drawn_picture() -> Image.Image:
    """A few squares of colour: something to see, small in every format."""
    picture = Image.new("RGB", SIZE)
    picture.putdata([(60 * (x // 16), 80 * (y // 16), 90) for y in range(SIZE[1]) for x in range(SIZE[0])])
    return picture


def drawn_png(*chunks: bytes, after: bytes = b"") -> bytes:
    """A PNG with these chunks before its pixels, and these behind them."""
    width, height = SIZE
    rows = drawn_picture().tobytes()
    lines = b"".join(b"\0" + rows[3 * width * row : 3 * width * (row + 1)] for row in range(height))
    header = chunk(b"IHDR", width.to_bytes(4) + height.to_bytes(4) + bytes((8, 2, 0, 0, 0)))
    pixels = chunk(b"IDAT", zlib.compress(lines, 9))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + after + chunk(b"IEND")


def drawn_jpeg(*segments: bytes) -> bytes:
    """A JPEG with these segments at its beginning."""
    file = BytesIO()
    drawn_picture().save(file, "JPEG", quality=70)
    data = file.getvalue()
    return data[:2] + b"".join(segments) + data[2:]


def drawn_webp(exif_block: bytes) -> bytes:
    """A WebP with this EXIF block."""
    file = BytesIO()
    drawn_picture().save(file, "WEBP", quality=70, exif=exif_block)
    return file.getvalue()


def with_exif(block: bytes) -> bytes:
    """A JPEG with this EXIF block."""
    return drawn_jpeg(exif_segment(block))


def hidden_png(text: bytes, size: tuple[int, int] = (96, 64)) -> bytes:
    """A PNG with this text in the lowest bits of its alpha, column by column, as NovelAI hides it: packed, and behind
    its name and its length in bits."""
    packed = gzip.compress(text, mtime=0)
    hidden = b"stealth_pngcomp" + (8 * len(packed)).to_bytes(4) + packed
    bits = [byte >> place & 1 for byte in hidden for place in range(7, -1, -1)]
    assert len(bits) <= size[0] * size[1], "the picture is too small for this text"
    picture = Image.new("RGBA", size, (90, 140, 200, 255))
    for number, bit in enumerate(bits):
        picture.putpixel((number // size[1], number % size[1]), (90, 140, 200, 254 + bit))
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
