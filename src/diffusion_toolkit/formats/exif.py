"""EXIF: the texts of its two directories, in whichever byte order and encoding they were written."""

import struct
from dataclasses import dataclass

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Draft
from diffusion_toolkit.formats.text import decoded, looks_like_utf16, utf16

_EXIF_DIRECTORY = 0x8769
_USER_COMMENT = 0x9286
_WINDOWS = frozenset({0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F})
"""Tags that Windows writes, always in little-endian UTF-16."""

TAGS = {
    0x010D: "DocumentName",
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x013B: "Artist",
    0x8298: "Copyright",
    0x927C: "MakerNote",
    _USER_COMMENT: "UserComment",
    0x9C9B: "XPTitle",
    0x9C9C: "XPComment",
    0x9C9D: "XPAuthor",
    0x9C9E: "XPKeywords",
    0x9C9F: "XPSubject",
}

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MOST_SHARED = 2
"""Entries may point to the same bytes; together they give at most so many times what is there."""

_DAMAGED = "The EXIF data of this file is damaged."


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Tiff:
    data: bytes
    little_endian: bool

    def number(self, offset: int, count: int) -> int:
        return int.from_bytes(self.data[offset : offset + count], "little" if self.little_endian else "big")


def read(draft: Draft, data: bytes) -> None:
    """Add the texts of an EXIF block (from its TIFF header on) to the draft."""
    order = data[:2]
    if order not in (b"II", b"MM") or len(data) < 8:
        draft.damaged(_DAMAGED)
        return
    tiff = _Tiff(data, order == b"II")
    pointers = [tiff.number(4, 4)]
    seen: set[int] = set()
    while pointers and len(seen) < 4:
        offset = pointers.pop(0)
        if offset in seen:
            continue
        seen.add(offset)
        for entry in _entries(draft, tiff, offset):
            if entry.tag == _EXIF_DIRECTORY:
                pointers.append(int.from_bytes(entry.data[:4], "little" if tiff.little_endian else "big"))
            else:
                name = TAGS[entry.tag]
                draft.add(name, _text(entry, little_endian=tiff.little_endian), f"exif:{name}")


def _entries(draft: Draft, tiff: _Tiff, offset: int) -> list[_Entry]:
    size = len(tiff.data)
    if offset + 2 > size:
        draft.damaged(_DAMAGED)
        return []
    entries: list[_Entry] = []
    spent = 0
    for number in range(min(tiff.number(offset, 2), limits.MOST_EXIF_ENTRIES)):
        begin = offset + 2 + 12 * number
        if begin + 12 > size:
            draft.damaged(_DAMAGED)
            break
        tag, kind = struct.unpack("<HH" if tiff.little_endian else ">HH", tiff.data[begin : begin + 4])
        if tag != _EXIF_DIRECTORY and tag not in TAGS:
            continue
        length = tiff.number(begin + 4, 4) * _SIZES.get(kind, 1)
        where = begin + 8 if length <= 4 else tiff.number(begin + 8, 4)
        spent += length
        if where + length > size or spent > _MOST_SHARED * size:
            draft.damaged(_DAMAGED)
            continue
        entries.append(_Entry(tag, tiff.data[where : where + length]))
    return entries


def _text(entry: _Entry, *, little_endian: bool) -> str:
    if entry.tag in _WINDOWS:
        return utf16(entry.data, little_endian=True).strip("\0")
    if entry.tag == _USER_COMMENT:
        return user_comment(entry.data, little_endian=little_endian)
    return decoded(entry.data.strip(b"\0"))


def user_comment(data: bytes, *, little_endian: bool) -> str:
    """The text of a UserComment: eight bytes name its encoding, not always truly; many programs leave them out."""
    prefix, body = data[:8], data[8:]
    if prefix == b"UNICODE\0":
        return utf16(body, little_endian=little_endian).strip("\0")
    if prefix == b"JIS\0\0\0\0\0":
        return _japanese(body)
    if prefix not in (b"ASCII\0\0\0", b"\0" * 8):
        body = data
    if looks_like_utf16(body):
        return utf16(body, little_endian=little_endian).strip("\0")
    return decoded(body.strip(b"\0"))


def _japanese(body: bytes) -> str:
    for encoding in ("iso2022_jp", "shift_jis"):
        try:
            return body.decode(encoding).strip("\0")
        except UnicodeDecodeError:
            continue
    return decoded(body.strip(b"\0"))
