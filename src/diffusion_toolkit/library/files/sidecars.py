"""Which files follow a picture when it is moved: those beside it that bear its name."""

import os
import stat
from dataclasses import dataclass

from diffusion_toolkit.formats.folders import SIDECAR_EXTENSIONS
from diffusion_toolkit.library.scanning.walk import EXTENSIONS

FOLLOWING = (*SIDECAR_EXTENSIONS, ".xmp")
"""Texts that are read as metadata, and the ratings and keywords that other programs keep beside a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """A file that goes along. name: as the system has it; tail: what follows the stem or the name of the picture;
    whole: it is called after the picture's whole name ("cat.png.txt"), so that it is nobody else's.
    """

    name: str
    tail: str
    whole: bool
    size_bytes: int
    mtime_ns: int

    def name_for(self, picture: str) -> str:
        """What it is called beside a picture of this name."""
        return (picture if self.whole else os.path.splitext(picture)[0]) + self.tail


def sidecars(folder: str, picture: str) -> list[Sidecar]:
    """The ordinary files beside a picture that are its own (system forms)."""
    found: list[Sidecar] = []
    seen: set[tuple[int, int]] = set()
    stem = os.path.splitext(picture)[0]
    for whole, base in ((True, picture), (False, stem)):
        for extension in FOLLOWING:
            for tail in (extension, extension.upper()):
                status = _status(os.path.join(folder, base + tail))
                if status is None or (status.st_dev, status.st_ino) in seen:
                    continue
                seen.add((status.st_dev, status.st_ino))
                found.append(
                    Sidecar(
                        name=base + tail,
                        tail=tail,
                        whole=whole,
                        size_bytes=status.st_size,
                        mtime_ns=status.st_mtime_ns,
                    )
                )
    return found


def pictures_of_stem(folder: str, picture: str) -> list[str]:
    """The other pictures in the folder that differ from this one only by their ending (system forms)."""
    stem, own = os.path.splitext(picture)
    tails = {f".{ending}" for ending in EXTENSIONS} | {f".{ending.upper()}" for ending in EXTENSIONS}
    mine = _status(os.path.join(folder, picture))
    others: list[str] = []
    for tail in sorted(tails - {own}):
        status = _status(os.path.join(folder, stem + tail))
        if status is not None and (mine is None or not os.path.samestat(status, mine)):
            others.append(stem + tail)
    return others


def _status(path: str) -> os.stat_result | None:
    """The state of an ordinary file; None for anything else."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None
