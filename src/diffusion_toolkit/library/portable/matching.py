"""Finds out which images of a collection the pictures of a bundle are."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from diffusion_toolkit.library.portable.entry import Picture
from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.store import portable_match, roots
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.portable_match import Match, Wanted

_NOT_IN_PATHS: Final = {"", ".", ".."}


class Matching:
    """Pairs pictures with images, for one import into one collection."""

    def __init__(self, collection: Collection, known: Sequence[Root]) -> None:
        self._collection = collection
        self._roots = [(_spelled(root.path), root.id) for root in known]
        self._folders: dict[int, dict[str, int]] = {}

    def images(self, pictures: Sequence[Picture], *, keep_missing: bool) -> dict[int, int]:
        """Place of each picture in the sequence to the image it is. keep_missing: pictures whose file is not there, but
        whose digest is known, become missing images, which come to life when a scan meets the file.
        """
        wanted = [self._wanted(place, picture) for place, picture in enumerate(pictures)]
        with self._collection.begin() as connection:
            found = _chosen(portable_match.matches(connection, wanted))
        if keep_missing:
            found |= self._added([one for one in wanted if one.number not in found])
        return found

    def place(self, folder: str) -> tuple[int, str] | None:
        """The root and the place in it of a folder, in stored form; None when it lies in no root of this library."""
        spelled = _spelled(folder)
        for root, root_id in self._roots:
            if spelled == root or spelled.startswith(root + "/"):
                inside = spelled[len(root) + 1 :]
                return (root_id, inside) if not inside or _NOT_IN_PATHS.isdisjoint(inside.split("/")) else None
        return None

    def _wanted(self, number: int, picture: Picture) -> Wanted:
        place = self.place(f"{picture.root}/{picture.folder}" if picture.folder else picture.root)
        return Wanted(
            number=number,
            root_id=place[0] if place else None,
            folder=place[1] if place else "",
            name=picture.name,
            size_bytes=picture.size_bytes,
            mtime_ns=picture.mtime_ns,
            fingerprint=picture.fingerprint,
            pixels=picture.pixels,
        )

    def _added(self, unknown: Sequence[Wanted]) -> dict[int, int]:
        usable = (one for one in unknown if one.root_id is not None and one.fingerprint and one.name)
        by_place = {(one.root_id, one.folder, one.name): one for one in usable}
        fit = list(by_place.values())
        if not fit:
            return {}
        with self._collection.begin() as connection:
            for root_id in {one.root_id for one in fit if one.root_id is not None}:
                places = sorted({one.folder for one in fit if one.root_id == root_id})
                self._folders.setdefault(root_id, {}).update(roots.insert_folders(connection, root_id, places))
            folder_ids = [self._folders[one.root_id or 0][one.folder] for one in fit]
            ids = portable_match.insert_missing(connection, fit, folder_ids)
        return dict(zip((one.number for one in fit), ids, strict=True))


def _spelled(path: str) -> str:
    """A path with `/` between its parts and none at its end; Windows' own are known by their drive or share."""
    is_windows = path[1:3] == ":\\" or path.startswith("\\\\")
    return (path.replace("\\", "/") if is_windows else path).rstrip("/")


def _chosen(found: Sequence[Match]) -> dict[int, int]:
    """The image of each picture: by the surest rank that knows it, files that are there before missing ones, and only
    when no other image is as likely.
    """
    by_number: dict[int, list[Match]] = defaultdict(list)
    for match in found:
        by_number[match.number].append(match)
    chosen: dict[int, int] = {}
    for number, options in by_number.items():
        best = min((match.rank, not match.present) for match in options)
        images = {match.image_id for match in options if (match.rank, not match.present) == best}
        if len(images) == 1:
            chosen[number] = images.pop()
    return chosen
