"""Which sidecars lie in a folder, remembered, because a folder may hold 200,000 pictures and hardly a sidecar."""

import os
from collections import OrderedDict
from dataclasses import dataclass

from diffusion_toolkit.formats import limits

SIDECAR_EXTENSIONS = (".swarm.json", ".json", ".yaml", ".yml", ".txt", ".caption")
"""SwarmUI's own goes first: it stands beside every film."""

_ENTRIES_PER_REQUEST = 100
"""A changed folder is listed again only after one question per so many entries: a program that keeps adding pictures
to a folder of 200,000 would else make each of them cost a tenth of a second."""

_STILLS = frozenset(
    (".png", ".jpg", ".jpeg", ".jfif", ".webp", ".avif", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff")
)
_PICTURES = _STILLS | {".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi"}


@dataclass(slots=True)
class Folder:
    """The sidecars of a folder when it was listed.

    changed_ns: the folder's time of change then; names: of all sidecars; orphans: stem to name of each `.txt` that
    no picture shares its stem with; entries: how many files there were; requests: questions since; stale: the folder
    has changed since, and it is not worth listing again yet.
    """

    changed_ns: int
    names: frozenset[str]
    orphans: dict[str, str]
    entries: int
    requests: int = 0
    stale: bool = False

    def has(self, name: str) -> bool:
        """Whether a sidecar of this name may be there; a stale list cannot say no."""
        return self.stale or name in self.names


_known: OrderedDict[str, Folder] = OrderedDict()


def sidecar_stem(name: str) -> str:
    """The name of a sidecar without its ending: the stem of its picture, or the picture's whole name."""
    folded = name.lower()
    ending = next((ending for ending in SIDECAR_EXTENSIONS if folded.endswith(ending)), "")
    return name[: len(name) - len(ending)]


def folder_at(path: str) -> Folder | None:
    """The sidecars of a folder, or None when it cannot be listed. Costs one look at the folder when it is known.

    A sidecar that is written in the same tick of the file system's clock in which the folder was listed is not seen
    until the folder changes again.
    """
    try:
        changed_ns = os.stat(path).st_mtime_ns
        folder = _known.get(path)
        if folder is not None:
            folder.requests += 1
            folder.stale = folder.changed_ns != changed_ns
            if not folder.stale or folder.requests * _ENTRIES_PER_REQUEST < folder.entries:
                return folder
        folder = _listed(path, changed_ns)
    except OSError:
        return None
    _remember(path, folder)
    return folder


def _listed(path: str, changed_ns: int) -> Folder:
    sidecars: list[str] = []
    pictures: set[str] = set()
    entries = 0
    with os.scandir(path) as found:
        for entry in found:
            entries += 1
            name = entry.name
            stem, extension = os.path.splitext(name)
            extension = extension.lower()
            if extension in SIDECAR_EXTENSIONS:
                sidecars.append(name)
            elif extension in _PICTURES:
                pictures.add(stem)
    return Folder(changed_ns, frozenset(sidecars), _orphans(sidecars, pictures), entries)


def _orphans(sidecars: list[str], pictures: set[str]) -> dict[str, str]:
    """The texts that belong to no one picture, neither as `photo.txt` nor as `photo.png.txt`."""
    orphans: dict[str, str] = {}
    for name in sidecars:
        stem, extension = os.path.splitext(name)
        inner, inner_extension = os.path.splitext(stem)
        of_picture = stem in pictures or (inner in pictures and inner_extension.lower() in _PICTURES)
        if extension.lower() == ".txt" and not of_picture:
            orphans[stem] = name
    return orphans


def _remember(path: str, folder: Folder) -> None:
    _known[path] = folder
    _known.move_to_end(path)
    names = sum(len(known.names) for known in _known.values())
    while len(_known) > 1 and (len(_known) > limits.MOST_FOLDERS_KNOWN or names > limits.MOST_SIDECARS_KNOWN):
        names -= len(_known.popitem(last=False)[1].names)
