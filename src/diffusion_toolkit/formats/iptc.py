"""IPTC texts, bare or within the resource blocks of Photoshop."""

import struct

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Draft
from diffusion_toolkit.formats.text import decoded
from diffusion_toolkit.formats.xmp import add_xmp

PHOTOSHOP = b"Photoshop 3.0\0"

_NAMES = {
    5: "ObjectName",
    25: "Keywords",
    40: "SpecialInstructions",
    65: "OriginatingProgram",
    70: "ProgramVersion",
    80: "By-line",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    120: "Caption-Abstract",
    122: "Writer-Editor",
}
"""Datasets of record 2 that hold texts a program or a person wrote."""

_IPTC, _XMP = 0x0404, 0x0424
_RESOURCE = b"8BIM"
_DAMAGED = "The IPTC data of this file is damaged."


def add_iptc(draft: Draft, data: bytes) -> None:
    """Add the texts of an IPTC block as "iptc:Caption-Abstract" and the like; a repeated dataset becomes one text."""
    texts: dict[str, list[str]] = {}
    offset = 0
    for _ in range(limits.MOST_IPTC_ENTRIES):
        if offset + 5 > len(data) or data[offset] != 0x1C:
            break
        record, dataset, length = struct.unpack_from(">BBH", data, offset + 1)
        offset += 5
        if length > 0x7FFF or offset + length > len(data):
            draft.damaged(_DAMAGED)
            break
        if record == 2 and dataset in _NAMES:
            texts.setdefault(_NAMES[dataset], []).append(decoded(data[offset : offset + length].strip(b"\0")))
        offset += length
    for name, values in texts.items():
        draft.add(name, ", ".join(value for value in values if value), f"iptc:{name}")


def add_photoshop(draft: Draft, data: bytes) -> None:
    """Add the IPTC and XMP among Photoshop's resource blocks; there may be "Photoshop 3.0" before them."""
    offset = len(PHOTOSHOP) if data.startswith(PHOTOSHOP) else 0
    for _ in range(limits.MOST_IPTC_ENTRIES):
        if data[offset : offset + 4] != _RESOURCE or offset + 12 > len(data):
            return
        (number,) = struct.unpack_from(">H", data, offset + 4)
        name_length = data[offset + 6] + 1
        offset += 6 + name_length + (name_length & 1)
        length = int.from_bytes(data[offset : offset + 4], "big")
        offset += 4
        if offset + length > len(data):
            draft.damaged(_DAMAGED)
            return
        if number == _IPTC:
            add_iptc(draft, data[offset : offset + length])
        elif number == _XMP:
            add_xmp(draft, data[offset : offset + length])
        offset += length + (length & 1)
