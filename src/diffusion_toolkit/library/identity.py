"""Keeps curation with its picture when another program made another file of it.

Pictures that carry curation get hashes of their decoded pixels soon after. When such a picture goes missing, files of
the same shape are compared with it: the very same pixels (a lossless conversion) are followed, when only one file
has them and nobody rated it; likeness (a lossy conversion, a resize) is only offered, because a sibling may look alike.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from diffusion_toolkit.errors import NotFound, ToolkitError, UnreadableFile
from diffusion_toolkit.library.scanning.file_state import file_state
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.media.pixel_hashes import ALIKE_BITS, distance, hashes_of
from diffusion_toolkit.paths import printable, system_name
from diffusion_toolkit.progress import stop_if
from diffusion_toolkit.store import albums, deep, identity, journal, portable_write
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.identity import CandidatePicture, HashPlace, LostPicture

HASHES_AT_ONCE = 1_000
"""Asking which pictures are due takes a second where 300,000 are rated; hashing so many takes half a minute."""

LOST_AT_ONCE = 200
MOST_CANDIDATES = 20_000
"""At most so many files are compared with one group of missing pictures."""

EXACT, ALIKE = "pixels", "likeness"

IsCancelled = Callable[[], bool]
Hashes = tuple[bytes, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A file that is there and may be a missing picture. kind: "pixels" or "likeness"; distance: of 64 bits, how many
    differ; paths: as one shows them.
    """

    missing_id: int
    found_id: int
    kind: str
    distance: int
    missing_path: str
    found_path: str


def hash_curated(collection: Collection, decoders: Decoders, is_cancelled: IsCancelled = lambda: False) -> int:
    """Hash the pictures that carry curation and have no hashes yet; returns how many files were looked at."""
    done = after = 0
    while True:
        with collection.begin() as connection:
            places = identity.due(connection, after, HASHES_AT_ONCE)
        if not any(os.path.exists(_path(place)) for place in places):
            return done  # no more, or their drive went away: the next round looks again
        after = places[-1].id
        for place in places:
            stop_if(is_cancelled)
            _hash(collection, place, decoders)
        done += len(places)


def find_lost(collection: Collection, decoders: Decoders, is_cancelled: IsCancelled = lambda: False) -> tuple[int, int]:
    """Look for missing pictures among the files that are there: how many were followed, and how many offers made."""
    followed = offered = after = 0
    while True:
        with collection.begin() as connection:
            some = identity.lost(connection, after, LOST_AT_ONCE)
        if not some:
            return followed, offered
        after = some[-1].place.id
        gone = [picture for picture in some if picture.ratio and _is_gone(picture)]
        more_followed, more_offered = _find(collection, gone, decoders, is_cancelled) if gone else (0, 0)
        followed, offered = followed + more_followed, offered + more_offered


def what_is_there(collection: Collection) -> tuple[int, int, int]:
    """Changes when pictures came, were read, or went, so that looking for lost ones is worth it again."""
    with collection.begin() as connection:
        return identity.signature(connection)


def list_offers(collection: Collection) -> list[Offer]:
    """Offers that wait for a decision, the surest first."""
    with collection.begin() as connection:
        rows = identity.offers(connection)
    return [
        Offer(
            missing_id=row.missing_id,
            found_id=row.found_id,
            kind=row.kind,
            distance=row.distance,
            missing_path=printable(row.missing_path),
            found_path=printable(row.found_path),
        )
        for row in rows
    ]


def accept(collection: Collection, missing_id: int, found_id: int) -> Written:
    """Give a file the curation of the missing picture that it is. What the file has already stays. Can be undone.

    Raises NotFound when there is no such offer any more.
    """
    with collection.begin() as connection:
        journal.lock(connection)
        if not any(row.missing_id == missing_id and row.found_id == found_id for row in identity.offers(connection)):
            raise NotFound("There is no such offer any more.")
        journal_id = journal.begin(
            connection, "identity.accept", {"changed": 1, "sentence": "Gave a file the curation of a missing picture"}
        )
        portable_write.hand_on(connection, journal_id, missing_id, found_id)
        albums.put_beside(connection, journal_id, missing_id, found_id)
        identity.settle(connection, missing_id, None)
        token = journal.token(connection)
    return Written(token=token, journal_id=journal_id, changed=1, image_ids=(found_id,))


def decline(collection: Collection, missing_id: int, found_id: int | None = None) -> int:
    """Offer this file, or any that was offered (None), for this picture no more; returns how many offers went."""
    with collection.begin() as connection:
        return identity.settle(connection, missing_id, found_id)


def _hash(collection: Collection, place: HashPlace, decoders: Decoders) -> Hashes | None:
    path = _path(place)
    try:
        found = hashes_of(path, decoders)
    except NotFound:
        return None  # the next scan sees that it is gone
    except UnreadableFile:
        hashes = None
    else:
        hashes = (found.pixels, found.perceptual)
    with collection.begin() as connection:
        identity.write_hash(connection, place, *(hashes or (None, None)))
    return hashes


def _find(
    collection: Collection, lost: Sequence[LostPicture], decoders: Decoders, is_cancelled: IsCancelled
) -> tuple[int, int]:
    with collection.begin() as connection:
        found = identity.candidates(connection, lost, MOST_CANDIDATES)
    hashes: dict[int, Hashes | None] = {}
    for candidate in found:
        stop_if(is_cancelled)
        if candidate.place.id not in hashes:
            hashes[candidate.place.id] = _known(candidate) or _hash(collection, candidate.place, decoders)
    return _decide(collection, lost, found, hashes)


def _known(candidate: CandidatePicture) -> Hashes | None:
    if not candidate.hashed or candidate.pixels is None or candidate.perceptual is None:
        return None
    return candidate.pixels, candidate.perceptual


def _decide(
    collection: Collection,
    lost: Sequence[LostPicture],
    found: Sequence[CandidatePicture],
    hashes: Mapping[int, Hashes | None],
) -> tuple[int, int]:
    followed = offered = 0
    rivals: dict[int, list[CandidatePicture]] = defaultdict(list)
    for one in found:
        rivals[one.lost_id].append(one)
    exact = {
        picture.place.id: {one.place.id for one in rivals[picture.place.id] if _has(hashes, one, picture)}
        for picture in lost
    }
    claims = Counter(found_id for options in exact.values() for found_id in options)
    for picture in lost:
        missing_id, options = picture.place.id, exact[picture.place.id]
        only = next(iter(options)) if len(options) == 1 else None
        if only is not None and claims[only] == 1 and _follow(collection, missing_id, only):
            followed += 1
            continue
        with collection.begin() as connection:
            for one in rivals[missing_id]:
                bits = 0 if one.place.id in options else _distance(hashes, one, picture)
                if bits <= ALIKE_BITS:
                    kind = EXACT if one.place.id in options else ALIKE
                    identity.offer(connection, missing_id, one.place.id, kind, bits)
                    offered += 1
    return followed, offered


def _has(hashes: Mapping[int, Hashes | None], one: CandidatePicture, picture: LostPicture) -> bool:
    """The very same pixels; not of pictures of one colour, which are the same by chance."""
    found = hashes.get(one.place.id)
    return found is not None and bool(picture.perceptual) and found[0] == picture.pixels


def _distance(hashes: Mapping[int, Hashes | None], one: CandidatePicture, picture: LostPicture) -> int:
    """In how many bits they differ; 64 when one of them has no likeness, as a picture of one colour."""
    found = hashes.get(one.place.id)
    return distance(found[1], picture.perceptual) if found and found[1] and picture.perceptual else 64


def _follow(collection: Collection, missing_id: int, found_id: int) -> bool:
    """Let the missing image stand for this file, unless somebody rated the file's own image meanwhile."""
    try:
        with collection.begin() as connection:
            if found_id not in deep.uncurated(connection, [found_id]):
                return False
            identity.take_place(connection, missing_id, found_id)
    except ToolkitError:
        return False
    return True


def _is_gone(picture: LostPicture) -> bool:
    """Whether the file is really not at its last place. Not known means no."""
    try:
        return picture.available and file_state(_path(picture.place)) is None
    except OSError:
        return False


def _path(place: HashPlace) -> str:
    return os.path.join(system_name(place.root), system_name(place.folder), system_name(place.name))
