"""EXIF: the texts of its directories, in whichever byte order and encoding they were written."""

import struct
from collections.abc import Callable

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Draft
from diffusion_toolkit.formats.iptc import add_iptc, add_photoshop
from diffusion_toolkit.formats.text import decoded, is_plain, unlabelled, utf16
from diffusion_toolkit.formats.xmp import add_xmp

EXIF_DIRECTORY = 0x8769
_USER_COMMENT = 0x9286
_MAKER_NOTE = 0x927C
_WINDOWS = frozenset({0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F})
"""Tags that Windows writes, always in little-endian UTF-16."""

TAGS = {
    0x010D: "DocumentName",
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x011D: "PageName",
    0x0131: "Software",
    0x013B: "Artist",
    0x013C: "HostComputer",
    0x0320: "ImageTitle",
    0x8298: "Copyright",
    _MAKER_NOTE: "MakerNote",
    _USER_COMMENT: "UserComment",
    0x9C9B: "XPTitle",
    0x9C9C: "XPComment",
    0x9C9D: "XPAuthor",
    0x9C9E: "XPKeywords",
    0x9C9F: "XPSubject",
    0xA430: "CameraOwnerName",
    0xA436: "Title",
    0xA438: "ImageEditor",
    0xA43C: "MetadataEditingSoftware",
}

_PACKETS: dict[int, Callable[[Draft, bytes], None]] = {700: add_xmp, 0x83BB: add_iptc, 0x8649: add_photoshop}
"""Tags that hold metadata of another kind."""

WANTED = frozenset({EXIF_DIRECTORY, *TAGS, *_PACKETS})

TYPE_SIZES: dict[int, int] = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
"""Bytes of one value of each type; 129 is the UTF-8 of EXIF 3."""

_TEXT_TYPES = frozenset({1, 2, 6, 7, 129})
"""The types that texts are written in: bytes, ASCII, undefined, UTF-8."""

MOST_SHARED = 2
"""Entries may point to the same bytes; together they give at most so many times what is there."""

_DAMAGED = "The EXIF data of this file is damaged."
_ORDERS = {
    b"II": (struct.Struct("<H"), struct.Struct("<I"), struct.Struct("<HHII")),
    b"MM": (struct.Struct(">H"), struct.Struct(">I"), struct.Struct(">HHII")),
}


def read(draft: Draft, data: bytes) -> None:
    """Add the texts of an EXIF block, with or without "Exif" before its TIFF header, to the draft."""
    if data.startswith(b"Exif\0"):
        data = data[6:]
    order = _ORDERS.get(data[:2])
    if order is None or len(data) < 8:
        draft.damaged(_DAMAGED)
        return
    little_endian = data[:1] == b"I"
    pointers = [(order[1].unpack_from(data, 4)[0], True)]
    seen: set[int] = set()
    left = MOST_SHARED * len(data)
    while pointers and len(seen) < limits.MOST_EXIF_DIRECTORIES:
        offset, has_next = pointers.pop(0)
        if offset in seen:
            continue
        seen.add(offset)
        found, following, left = _read_directory(draft, data, offset, order, left, little_endian=little_endian)
        pointers += [(where, False) for where in found]
        if has_next and following and following + 2 <= len(data):
            pointers.append((following, True))


def _read_directory(
    draft: Draft,
    data: bytes,
    offset: int,
    order: tuple[struct.Struct, struct.Struct, struct.Struct],
    left: int,
    *,
    little_endian: bool,
) -> tuple[list[int], int, int]:
    """Add the texts of one directory; gives where the directories below it and the next one are, and what is left
    of the bytes to spend. Behind a directory below another some programs write no number for a next one.
    """
    short, word, entry = order
    size = len(data)
    if offset + 2 > size:
        draft.damaged(_DAMAGED)
        return [], 0, left
    below: list[int] = []
    (count,) = short.unpack_from(data, offset)
    end = offset + 2 + 12 * count
    for begin in range(offset + 2, min(end, size - 11, offset + 2 + 12 * limits.MOST_EXIF_ENTRIES), 12):
        tag, kind, number, where = entry.unpack_from(data, begin)
        if tag not in WANTED:
            continue
        if tag == EXIF_DIRECTORY:
            below.append(where)
            continue
        length = number * TYPE_SIZES.get(kind, 1)
        if length <= 4:
            where = begin + 8
        left -= length
        if where + length > size or left < 0:
            draft.damaged(_DAMAGED)
            continue
        add_value(draft, tag, kind, data[where : where + length], little_endian=little_endian)
    if end > size:
        draft.damaged(_DAMAGED)
    following: int = word.unpack_from(data, end)[0] if end + 4 <= size else 0
    return below, following, left


def add_value(draft: Draft, tag: int, kind: int, data: bytes, *, little_endian: bool) -> None:
    """Add what one entry of an EXIF or TIFF directory says, if it is a text or another block of metadata."""
    packet = _PACKETS.get(tag)
    if packet is not None:
        packet(draft, data)
    elif kind in _TEXT_TYPES and (tag != _MAKER_NOTE or is_plain(data.strip(b"\0"))):
        name = TAGS[tag]
        draft.add(name, _text(tag, data, little_endian=little_endian), f"exif:{name}")


def _text(tag: int, data: bytes, *, little_endian: bool) -> str:
    if tag in _WINDOWS:
        return utf16(data, little_endian=True).strip("\0")
    if tag == _USER_COMMENT:
        return user_comment(data, little_endian=little_endian)
    return unlabelled(data).strip("\0")


def user_comment(data: bytes, *, little_endian: bool) -> str:
    """The text of a UserComment: eight bytes name its encoding, not always truly; many programs leave them out."""
    prefix, body = data[:8].upper(), data[8:]
    if prefix == b"UNICODE\0":
        return utf16(body, little_endian=little_endian).strip("\0")
    if prefix == b"JIS\0\0\0\0\0":
        return _japanese(body)
    if prefix not in (b"ASCII\0\0\0", b"ASCII   ", b"\0" * 8):
        body = data
    return unlabelled(body).strip("\0")


def _japanese(body: bytes) -> str:
    encodings = ("iso2022_jp",) if b"\x1b" in body else ("utf-8", "shift_jis", "euc_jp")
    for encoding in encodings:
        try:
            return body.decode(encoding).strip("\0")
        except UnicodeDecodeError:
            continue
    return decoded(body.strip(b"\0"))
