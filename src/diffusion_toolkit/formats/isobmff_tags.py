"""The tags of MP4 and QuickTime films: iTunes items, keys with items, and QuickTime's own user data."""

import struct

from diffusion_toolkit.formats import limits, xmp
from diffusion_toolkit.formats.film import Tags
from diffusion_toolkit.formats.isobmff import XMP_UUID, Box, Boxes, number
from diffusion_toolkit.formats.text import decoded

_NAMES = {
    b"\xa9nam": "title",
    b"\xa9cmt": "comment",
    b"\xa9too": "encoder",
    b"\xa9enc": "encoder",
    b"\xa9swr": "encoder",
    b"\xa9ART": "artist",
    b"\xa9aut": "author",
    b"\xa9alb": "album",
    b"\xa9day": "date",
    b"\xa9gen": "genre",
    b"\xa9des": "description",
    b"\xa9inf": "information",
    b"\xa9key": "keywords",
    b"\xa9lyr": "lyrics",
    b"\xa9wrt": "composer",
    b"\xa9cpy": "copyright",
    b"\xa9mak": "make",
    b"\xa9mod": "model",
    b"desc": "description",
    b"ldes": "synopsis",
    b"cprt": "copyright",
    b"keyw": "keywords",
    b"aART": "album_artist",
    b"catg": "category",
    b"purd": "purchase_date",
    b"name": "title",
    b"titl": "title",
    b"dscp": "description",
    b"auth": "author",
    b"perf": "artist",
}
_MOBILE = (b"titl", b"dscp", b"cprt", b"auth", b"perf")
"""Texts of 3GPP phones: version, language, text."""

_APPLE = "com.apple.quicktime."
_ENCODINGS = {1: "utf-8", 2: "utf-16-be", 3: "shift_jis", 4: "utf-8", 5: "utf-16-be"}
_FIRST_LANGUAGE_CODE = 0x400
"""Below are Macintosh languages, whose texts are in the Macintosh's encoding; from here on letters, and Unicode."""


def read_xmp(boxes: Boxes, box: Box) -> None:
    """Read a `uuid` box, if it is the one that holds XMP."""
    if boxes.window.at(box.begin, 16) == XMP_UUID:
        _add_xmp(boxes, box.begin + 16, box.end)


def _add_xmp(boxes: Boxes, begin: int, end: int) -> None:
    if end - begin <= limits.LARGEST_TEXT_BYTES:
        xmp.add_xmp(boxes.draft, boxes.window.at(begin, end - begin))


def read_user_data(boxes: Boxes, tags: Tags, user_data: Box) -> None:
    """Read a film's `udta` box."""
    for box in boxes.inside(user_data.begin, user_data.end):
        if box.kind == b"meta":
            read_meta(boxes, tags, box)
        elif box.kind == b"XMP_":
            _add_xmp(boxes, box.begin, box.end)
        elif box.kind[:1] == b"\xa9" and tags.room(box.end - box.begin):
            _add_localised(tags, box.kind, boxes.window.at(box.begin, box.end - box.begin))
        elif box.kind == b"name" and tags.room(box.end - box.begin):
            tags.add("name", boxes.window.at(box.begin, box.end - box.begin), "title")
        elif box.kind in _MOBILE and box.end - box.begin > 6 and tags.room(box.end - box.begin):
            text = boxes.window.at(box.begin + 6, box.end - box.begin - 6)
            tags.add(decoded(box.kind), _unicode(text), _NAMES[box.kind])


def read_meta(boxes: Boxes, tags: Tags, meta: Box) -> None:
    """Read the items of a `meta` box, which QuickTime writes without the version that the standard asks for."""
    plain = boxes.window.at(meta.begin + 4, 4) == b"hdlr"
    keys: list[str] = []
    for box in boxes.inside(meta.begin + (0 if plain else 4), meta.end):
        if box.kind == b"keys":
            keys = _keys(boxes, box)
        elif box.kind == b"ilst":
            for item in boxes.inside(box.begin, box.end):
                _read_item(boxes, tags, item, keys)


def _keys(boxes: Boxes, box: Box) -> list[str]:
    return [decoded(boxes.body(key, 1024)) for key in boxes.inside(box.begin + 8, box.end)]


def _read_item(boxes: Boxes, tags: Tags, item: Box, keys: list[str]) -> None:
    place = number(item.kind, 0, 4)
    key = keys[place - 1] if 0 < place <= len(keys) else decoded(item.kind)
    name = key.removeprefix(_APPLE) if 0 < place <= len(keys) else _NAMES.get(item.kind, key.strip("\xa9 "))
    for box in boxes.inside(item.begin, item.end):
        if box.kind == b"name":
            key = name = decoded(boxes.body(box, 1024)[4:])
        elif box.kind == b"data" and box.end - box.begin > 8:
            _add_data(boxes, tags, box, key, name)


def _add_data(boxes: Boxes, tags: Tags, box: Box, key: str, name: str) -> None:
    kind = number(boxes.window.at(box.begin, 4), 1, 3)
    length = box.end - box.begin - 8
    if kind in _ENCODINGS and tags.room(length):
        text = boxes.window.at(box.begin + 8, length)
        tags.add(key, text if kind in (1, 4) else text.decode(_ENCODINGS[kind], "replace"), name)
    elif kind in (21, 22) and length <= 8:
        tags.add(key, str(int.from_bytes(boxes.window.at(box.begin + 8, length), "big", signed=kind == 21)), name)
    elif kind in (23, 24) and length == (4 if kind == 23 else 8):
        (value,) = struct.unpack(">f" if kind == 23 else ">d", boxes.window.at(box.begin + 8, length))
        tags.add(key, f"{value:.7g}", name)


def _add_localised(tags: Tags, kind: bytes, body: bytes) -> None:
    """QuickTime's texts: each has a length of 16 bits, a language, and then the text.

    FFmpeg writes a text of more than 64 KiB with its length cut to 16 bits; then the box itself tells how long it is.
    """
    key, name = decoded(kind), _NAMES.get(kind, decoded(kind[1:]))
    offset = 0
    while offset + 4 < len(body):
        length, language = number(body, offset, 2), number(body, offset + 2, 2)
        rest = len(body) - offset - 4
        if rest & 0xFFFF == length:
            length = rest
        text = body[offset + 4 : offset + 4 + length]
        tags.add(key, _unicode(text) if language >= _FIRST_LANGUAGE_CODE else _macintosh(text), name)
        offset += 4 + length
        if not length:
            return


def _unicode(text: bytes) -> str:
    if text.startswith((b"\xfe\xff", b"\xff\xfe")):
        return text.decode("utf-16", "replace")
    return decoded(text)


def _macintosh(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("mac_roman")
