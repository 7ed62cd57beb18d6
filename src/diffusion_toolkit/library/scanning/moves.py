"""Recognises known images among new files: moved, renamed, or back again. Copies never inherit."""

import os
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from diffusion_toolkit.library.roots import Root, is_mounted
from diffusion_toolkit.library.scanning.file_state import file_state
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.library.scanning.walk import File, Listing
from diffusion_toolkit.paths import system_name
from diffusion_toolkit.store import scans
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.scans import Candidate, Keys

NewFiles = tuple[Listing, list[File]]
"""A folder and those of its files that no image stands for."""

New = tuple[Listing, File]
Moved = tuple[Candidate, Listing, File]
"""A known image, and the folder and file that it is now."""


class Moves:
    """Finds out, for one scan of one root, which new files are known images.

    An image is recognised when its own file is gone, the new file has its size and time to the nanosecond, and the
    content's fingerprint confirms it; before the first reading there is none, and the name must be the same.
    """

    def __init__(self, collection: Collection, root: Root, readers: Readers) -> None:
        self._collection = collection
        self._root = root
        self._readers = readers
        self._keys: Keys | None = None
        self._among: list[int] | None = None
        self._reachable: dict[str, bool] = {}

    def look_among(self, image_ids: Sequence[int]) -> None:
        """Compare with these images only."""
        self._among = list(image_ids)
        with self._collection.begin() as connection:
            self._keys = scans.keys_of(connection, self._among)

    def among(self, new: Sequence[NewFiles]) -> list[Moved]:
        """The known images among these new files, each at most once."""
        suspects = self._suspects(new)
        if not suspects:
            return []
        with self._collection.begin() as connection:
            found = scans.candidates(
                connection, [file[1] for _, file in suspects], [file[2] for _, file in suspects], self._among
            )
        gone: dict[tuple[int, int], list[Candidate]] = defaultdict(list)
        back: dict[tuple[str, str], Candidate] = {}
        for candidate in found:
            if candidate.missing and candidate.root_id == self._root.id:
                back[candidate.folder, candidate.name] = candidate
            if self._is_gone(candidate):
                gone[candidate.size_bytes, candidate.mtime_ns].append(candidate)
        return self._matched(suspects, gone, back)

    def _suspects(self, folders: Sequence[NewFiles]) -> list[New]:
        """New files with the size and time of a known image. Cheap: one search per file in a sorted array."""
        if self._keys is None:
            with self._collection.begin() as connection:
                self._keys = scans.known_keys(connection)
        if not len(self._keys):
            return []
        new = [(listing, file) for listing, files in folders for file in files]
        sizes = np.fromiter((file[1] for _, file in new), np.int64, len(new))
        mtimes = np.fromiter((file[2] for _, file in new), np.int64, len(new))
        suspected = np.isin(scans.file_keys(sizes, mtimes), self._keys)
        return [new[index] for index in np.flatnonzero(suspected).tolist()]

    def _is_gone(self, candidate: Candidate) -> bool:
        """Whether the image's file is not at its last place any more. Not known means no."""
        if not self._can_reach(candidate):
            return False
        try:
            state = file_state(
                os.path.join(system_name(candidate.root), system_name(candidate.folder), system_name(candidate.name))
            )
        except OSError:
            return False
        return state is None or (state.size_bytes, state.mtime_ns) != (candidate.size_bytes, candidate.mtime_ns)

    def _can_reach(self, candidate: Candidate) -> bool:
        if candidate.root_id == self._root.id:
            return True
        if candidate.root not in self._reachable:
            reachable = candidate.available and is_mounted(candidate.root)
            self._reachable[candidate.root] = reachable
        return self._reachable[candidate.root]

    def _matched(
        self,
        suspects: Sequence[New],
        gone: dict[tuple[int, int], list[Candidate]],
        back: dict[tuple[str, str], Candidate],
    ) -> list[Moved]:
        """Pair files and images: first those at their old place, then those of the same name, then the rest."""
        moved: list[Moved] = []
        used: set[int] = set()
        left: list[New] = []
        for listing, file in suspects:
            candidate = back.get((listing.path, file[0]))
            if candidate is not None and (candidate.size_bytes, candidate.mtime_ns) == file[1:]:
                moved.append((candidate, listing, file))
                used.add(candidate.id)
            elif file[1:] in gone:
                left.append((listing, file))
        fingerprints = self._fingerprints(left, gone)
        for choose in (_of_same_name, _only_one):
            still: list[New] = []
            for listing, file in left:
                options = [
                    candidate
                    for candidate in gone[file[1:]]
                    if candidate.id not in used and _confirmed(candidate, file, fingerprints[listing.path, file[0]])
                ]
                candidate = choose(options, listing, file)
                if candidate is None:
                    still.append((listing, file))
                else:
                    moved.append((candidate, listing, file))
                    used.add(candidate.id)
            left = still
        return moved

    def _fingerprints(
        self, files: Sequence[New], gone: dict[tuple[int, int], list[Candidate]]
    ) -> dict[tuple[str, str], bytes | None]:
        """The fingerprints of new files by place; read only where an image that was read before asks for it."""
        fingerprints: dict[tuple[str, str], bytes | None] = {(listing.path, file[0]): None for listing, file in files}
        asked = [
            (listing.path, file[0])
            for listing, file in files
            if any(candidate.fingerprint is not None for candidate in gone[file[1:]])
        ]
        if asked:
            top = system_name(self._root.path)
            readings = self._readers.read(
                [os.path.join(top, system_name(folder), system_name(name)) for folder, name in asked]
            )
            for place, reading in zip(asked, readings, strict=True):
                fingerprints[place] = None if reading is None else reading[0].fingerprint
        return fingerprints


Choose = Callable[[Sequence[Candidate], Listing, File], Candidate | None]


def _confirmed(candidate: Candidate, file: File, fingerprint: bytes | None) -> bool:
    if candidate.fingerprint is None:
        return candidate.name == file[0]
    return candidate.fingerprint == fingerprint


def _of_same_name(options: Sequence[Candidate], listing: Listing, file: File) -> Candidate | None:
    """The one option with the file's name; of several, the one whose folder has the same name too."""
    named = [candidate for candidate in options if candidate.name == file[0]]
    if len(named) > 1:
        folder = listing.path.rpartition("/")[2]
        named = [candidate for candidate in named if candidate.folder.rpartition("/")[2] == folder]
    return _only_one(named, listing, file)


def _only_one(options: Sequence[Candidate], listing: Listing, file: File) -> Candidate | None:
    del listing, file
    return options[0] if len(options) == 1 else None
