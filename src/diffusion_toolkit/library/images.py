"""One image: everything known of it, its file, its thumbnail."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from diffusion_toolkit import paths
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.formats import VIDEO_FORMATS
from diffusion_toolkit.library.colours import Colours
from diffusion_toolkit.library.recipes import stored_caption, stored_problems, stored_recipe
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.media.renditions import RenditionKind, rendition_kind, shown_seconds
from diffusion_toolkit.media.thumbnails import thumbnail
from diffusion_toolkit.record import Recipe
from diffusion_toolkit.store import images
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.images import ImagePlace, ImageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDetail:
    """Everything known of one image. Paths are printable, moments in seconds since 1970; codec, audio_codec,
    frame_rate: of films; recipe: None when its file names none; caption: what a person wrote, else what
    a model wrote, else the text beside the file that is no recipe; model_caption, file_caption: the latter two;
    captioned: a person wrote it, or took it away;
    problem_texts: of file and recipe together.
    """

    id: int
    name: str
    path: str
    folder: str
    root: str
    format: str | None
    width: int | None
    height: int | None
    duration_s: float | None
    codec: str | None
    audio_codec: str | None
    frame_rate: float | None
    size_bytes: int
    date: float
    added_at: float
    modified_at: float
    rating: int | None
    favorite: bool
    nsfw: bool
    for_deletion: bool
    problems: int
    phase: int
    missing: bool
    available: bool
    version: str
    recipe: Recipe | None
    caption: str | None
    model_caption: str | None
    file_caption: str | None
    captioned: bool
    problem_texts: tuple[str, ...]

    @property
    def rendition(self) -> RenditionKind:
        """What a browser has to be shown of it."""
        return rendition_kind(self.format, self.codec, self.audio_codec)

    @property
    def rendition_limit_s(self) -> float | None:
        """How many seconds of a film its rendition shows, when it is not all of it."""
        return shown_seconds(self.rendition, self.duration_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageContent:
    """The file of an image as it is now. key: names what it holds, for caches; is_film: as the scan recognised it."""

    path: Path
    key: str
    is_film: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """A file on disk that belongs to an image. format: as the scan recognised it; version: of the file then."""

    path: Path
    name: str
    format: str | None
    version: str


def image_detail(collection: Collection, image_id: int) -> ImageDetail:
    """Everything known of one image. Raises NotFound."""
    with collection.begin() as connection:
        found = images.image_row(connection, image_id)
    if found is None:
        raise NotFound("There is no such image.")
    place, row, made = found
    folder = _joined(place.root, place.folder)
    file_caption = stored_caption(made)
    return ImageDetail(
        id=image_id,
        name=paths.printable(place.name),
        path=paths.printable(_joined(folder, place.name)),
        folder=paths.printable(folder),
        root=paths.printable(place.root),
        format=place.format,
        width=row.width,
        height=row.height,
        duration_s=row.duration_s,
        codec=row.codec,
        audio_codec=row.audio_codec,
        frame_rate=row.frame_rate,
        size_bytes=place.size_bytes,
        date=row.file_date.timestamp(),
        added_at=row.added_at.timestamp(),
        modified_at=place.mtime_ns / 1e9,
        rating=row.rating,
        favorite=row.favorite,
        nsfw=row.nsfw,
        for_deletion=row.for_deletion,
        problems=row.problems,
        phase=row.phase,
        missing=place.missing,
        available=place.root_available,
        version=file_version(place.size_bytes, place.mtime_ns),
        recipe=stored_recipe(made),
        caption=_caption(row, file_caption),
        model_caption=row.model_caption or None,
        file_caption=file_caption,
        captioned=row.written_caption is not None,
        problem_texts=stored_problems(made),
    )


def _caption(row: ImageRow, file_caption: str | None) -> str | None:
    """The caption that counts: a person's, even "none", before a model's before the file's."""
    if row.written_caption is not None:
        return row.written_caption or None
    return row.model_caption or file_caption


def image_file(collection: Collection, image_id: int) -> ImageFile:
    """The file of an image. Raises NotFound when it is not there now, Refused when it left its root."""
    place = _place(collection, image_id)
    return ImageFile(
        path=_reachable(place),
        name=paths.printable(place.name),
        format=place.format,
        version=file_version(place.size_bytes, place.mtime_ns),
    )


def image_content(collection: Collection, image_id: int) -> ImageContent:
    """What to make a rendition of. Raises NotFound when the file is not there now, Refused when it left its root."""
    place = _place(collection, image_id)
    path = _reachable(place)
    status = path.stat()
    key = _place_key(place, status.st_size, status.st_mtime_ns)
    if place.fingerprint and (status.st_size, status.st_mtime_ns) == (place.size_bytes, place.mtime_ns):
        key = place.fingerprint.hex()
    return ImageContent(path=path, key=key, is_film=place.format in VIDEO_FORMATS)


def image_thumbnail(
    collection: Collection, image_id: int, size: int, cache: ThumbnailCache, colours: Colours | None = None
) -> bytes:
    """A WebP of the image, `size` pixels on its longer side. From the cache it comes even when the drive is unplugged.

    colours: learn its main one. Raises NotFound when the file is not there, UnreadableFile when no picture can be made
    of it.
    """
    place = _place(collection, image_id)
    found = _kept_thumbnail(place, size, cache)
    if found is not None:
        if colours:
            colours.note(image_id, found)
        return found
    path = _reachable(place)

    def make() -> bytes:
        made = thumbnail(path, size)
        if colours:
            colours.note(image_id, made, is_new=True)
        return made

    status = path.stat()
    by_place = _place_key(place, status.st_size, status.st_mtime_ns)
    if place.fingerprint is None or (status.st_size, status.st_mtime_ns) != (place.size_bytes, place.mtime_ns):
        # rewritten since it was read: what it shows now must not pass for the old content
        return cache.get_or_make(by_place, size, make)
    by_content = place.fingerprint.hex()
    cache.rename(by_place, by_content, size)
    return cache.get_or_make(by_content, size, make)


def kept_thumbnails(
    collection: Collection, image_ids: Sequence[int], size: int, cache: ThumbnailCache, colours: Colours
) -> list[bytes | None]:
    """The thumbnails of these images that were made before, in order; None for the others. Their colours are learnt."""
    with collection.begin() as connection:
        places = images.image_places(connection, image_ids)
    kept = [_kept_thumbnail(places[number], size, cache) if number in places else None for number in image_ids]
    for number, found in zip(image_ids, kept, strict=True):
        if found is not None:
            colours.note(number, found)
    return kept


def images_per_root(collection: Collection) -> dict[int, int]:
    """How many images each root has now, by its number; roots without images are absent."""
    with collection.begin() as connection:
        return images.images_per_root(connection)


def file_version(size_bytes: int, mtime_ns: int) -> str:
    """Hexadecimal digits that change when a file does."""
    return f"{mtime_ns & 2**64 - 1:016x}{size_bytes:x}"


def _place(collection: Collection, image_id: int) -> ImagePlace:
    with collection.begin() as connection:
        place = images.image_place(connection, image_id)
    if place is None:
        raise NotFound("There is no such image.")
    return place


def _kept_thumbnail(place: ImagePlace, size: int, cache: ThumbnailCache) -> bytes | None:
    by_content = place.fingerprint.hex() if place.fingerprint else None
    return cache.get(by_content or _place_key(place, place.size_bytes, place.mtime_ns), size)


def _reachable(place: ImagePlace) -> Path:
    """The file, through the one door. Raises NotFound with the reason when it cannot be there."""
    if not place.root_available:
        raise NotFound(f"The folder {paths.printable(place.root)} cannot be reached now. Is its drive connected?")
    path = paths.inside(place.root, _joined(place.folder, place.name))
    if place.missing or not path.is_file():
        raise NotFound(f"{paths.printable(place.name)} is not there any more; the next scan will note it.")
    return path


def _joined(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder else name


def _place_key(place: ImagePlace, size_bytes: int, mtime_ns: int) -> str:
    """Stands for the content until its fingerprint is known."""
    text = "\0".join([place.root, place.folder, place.name, str(size_bytes), str(mtime_ns)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
