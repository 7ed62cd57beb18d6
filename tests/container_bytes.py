"""Builds PNG, JPEG, WebP and EXIF byte by byte, right or wrong, for tests of what reads them."""

import struct
import zlib
from collections.abc import Iterable

USER_COMMENT = 0x9286


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    """One PNG chunk with a right checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def text_chunk(key: str, value: str) -> bytes:
    """A tEXt chunk, in UTF-8 as many programs write it."""
    return chunk(b"tEXt", key.encode() + b"\0" + value.encode("utf-8"))


def compressed_chunk(key: str, value: bytes) -> bytes:
    """A zTXt chunk."""
    return chunk(b"zTXt", key.encode() + b"\0\0" + zlib.compress(value))


def international_chunk(key: str, value: str, *, compressed: bool = False) -> bytes:
    """An iTXt chunk."""
    body = value.encode("utf-8")
    body = zlib.compress(body) if compressed else body
    return chunk(b"iTXt", key.encode() + b"\0" + bytes([compressed, 0]) + b"en\0" + b"title\0" + body)


def png(
    *before: bytes, after: Iterable[bytes] = (), pixels: bytes = b"\1\2\3", size: tuple[int, int] = (64, 48)
) -> bytes:
    """A PNG with these chunks before and after its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    parts = [b"\x89PNG\r\n\x1a\n", header, *before, chunk(b"IDAT", pixels), *after, chunk(b"IEND")]
    return b"".join(parts)


def exif(entries: dict[int, bytes], *, sub: dict[int, bytes] | None = None, order: str = "<", kind: int = 7) -> bytes:
    """An EXIF block: entries of IFD0, and of the EXIF directory below it."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    count = len(entries) + (1 if sub is not None else 0)
    begin = 8 + 2 + 12 * count + 4
    first, data = _directory(entries, begin, order, kind)
    pointer = b""
    if sub is not None:
        where = begin + len(data)
        pointer = struct.pack(order + "HHII", 0x8769, 4, 1, where)
        second, more = _directory(sub, where + 2 + 12 * len(sub) + 4, order, kind)
        data += struct.pack(order + "H", len(sub)) + second + b"\0\0\0\0" + more
    return head + struct.pack(order + "H", count) + first + pointer + b"\0\0\0\0" + data


def _directory(entries: dict[int, bytes], begin: int, order: str, kind: int) -> tuple[bytes, bytes]:
    table, data = b"", b""
    for tag, value in entries.items():
        table += struct.pack(order + "HHI", tag, kind, len(value))
        if len(value) <= 4:
            table += value.ljust(4, b"\0")
        else:
            table += struct.pack(order + "I", begin + len(data))
            data += value
    return table, data


def segment(marker: int, body: bytes) -> bytes:
    """One JPEG segment."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(
    *segments: bytes, size: tuple[int, int] = (64, 48), scan: bytes = b"\x11\x22\x33", end: bytes = b"\xff\xd9"
) -> bytes:
    """A JPEG with these segments before its frame header."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, size[1], size[0], 1) + b"\1\x11\0")
    return b"".join([b"\xff\xd8", *segments, frame, segment(0xDA, b"\1\1\0\0\x3f\0"), scan, end])


def exif_segment(block: bytes) -> bytes:
    """An APP1 segment with EXIF."""
    return segment(0xE1, b"Exif\0\0" + block)


def webp(*chunks: tuple[bytes, bytes], size: tuple[int, int] = (64, 48), pixels: bytes = b"\0" * 8) -> bytes:
    """A WebP in the extended form with these chunks behind its (lossy) pixels."""
    canvas = b"\x0c\0\0\0" + (size[0] - 1).to_bytes(3, "little") + (size[1] - 1).to_bytes(3, "little")
    frame = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", *size) + pixels
    return riff(b"WEBP", (b"VP8X", canvas), (b"VP8 ", frame), *chunks)


def riff(form: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A RIFF file of these chunks."""
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + form + body
