"""Ratings and keywords that other programs (digiKam, Lightroom, darktable, Windows) wrote into files or beside them.

XMP knows one to five stars; here they are 2, 4 … 10. Windows writes per cent. "Rejected" (-1) is a mark for deletion.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass

from diffusion_toolkit.formats import read_container
from diffusion_toolkit.formats.source import OPEN_FLAGS
from diffusion_toolkit.formats.xmp import packet_properties

LARGEST_SIDECAR = 4 * 2**20
MOST_WORDS = 1_000
_PER_CENT = ((87, 10), (63, 8), (38, 6), (13, 4), (1, 2))
_REJECTED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """What another program wrote about a file. rating: 1 to 10."""

    rating: int | None = None
    rejected: bool = False
    tags: tuple[str, ...] = ()


def foreign_curation(path: str) -> Foreign:
    """What other programs wrote about this file: beside it (`photo.png.xmp`, `photo.xmp`), else into it."""
    for beside in (f"{path}.xmp", f"{os.path.splitext(path)[0]}.xmp"):
        found = _understood(packet_properties(_read(beside)))
        if found != Foreign():
            return found
    container = read_container(path)
    return _understood({text.key: text.value for text in container.texts if text.source.startswith("xmp:")})


def _understood(properties: Mapping[str, str]) -> Foreign:
    stars, per_cent = (_number(properties.get(name)) for name in ("xmp:Rating", "MicrosoftPhoto:Rating"))
    rating = 2 * stars if stars is not None and 1 <= stars <= 5 else _of_per_cent(per_cent)
    words = properties.get("dc:subject", "").split(", ", MOST_WORDS)[:MOST_WORDS]
    return Foreign(
        rating=rating, rejected=stars == _REJECTED, tags=tuple(word.strip() for word in words if word.strip())
    )


def _of_per_cent(value: int | None) -> int | None:
    return next((rating for least, rating in _PER_CENT if value is not None and value >= least), None)


def _number(text: str | None) -> int | None:
    try:
        return round(float(text)) if text and len(text) <= 20 else None
    except (ValueError, OverflowError):
        return None


def _read(path: str) -> bytes:
    try:
        descriptor = os.open(path, OPEN_FLAGS)
    except (OSError, ValueError):
        return b""
    try:
        data = _read_regular(descriptor)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
    return data if len(data) <= LARGEST_SIDECAR else b""


def _read_regular(descriptor: int) -> bytes:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return b""
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return file.read(LARGEST_SIDECAR + 1)
