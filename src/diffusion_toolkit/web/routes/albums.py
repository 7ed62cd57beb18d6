"""Albums, plain and smart: the list, their images and order."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Response

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library import albums as library_albums
from diffusion_toolkit.library import smart_albums
from diffusion_toolkit.library.album_list import Album, AlbumOrder, get_album, list_albums
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, ImageId, TheLibrary
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.models import LARGEST_ID, WrittenAnswer
from diffusion_toolkit.web.models_albums import AlbumAnswer, AlbumChange, AlbumMove, HoldingAlbumAnswer, NewAlbum
from diffusion_toolkit.web.models_curation import Chosen, PlaceRequest
from diffusion_toolkit.web.writing import TheWriting, Writing

router = APIRouter(prefix=IN_COLLECTION, tags=["albums"], responses=PROBLEMS)

AlbumId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/albums", response_model=list[AlbumAnswer])
def albums(writing: TheWriting, order: AlbumOrder = "custom") -> Response:
    """All albums with exact counts: as the person arranged them, by name, or the newest first."""
    return json_answer([_answer(album) for album in list_albums(writing.search, order, now=local_now())])


@router.post("/albums", response_model=WrittenAnswer)
def create_album(writing: TheWriting, asked: NewAlbum) -> WrittenAnswer:
    """Make an album: empty, of images, or of a query."""
    if asked.images is not None and asked.query is not None:
        raise UsageError("An album has images or a query, not both.")
    if asked.query is not None:
        written = smart_albums.create_smart_album(writing.search, asked.name, asked.query, asked.sort)
    else:
        ids = writing.ids(asked.images) if asked.images is not None else ()
        written = library_albums.create_album(writing.collection, asked.name, ids)
    return writing.done(written, "albums")


@router.post("/albums/holding", response_model=list[HoldingAlbumAnswer])
def albums_holding(writing: TheWriting, asked: Chosen) -> Response:
    """The albums that hold some of these images."""
    return json_answer(library_albums.albums_holding(writing.collection, writing.ids(asked)))


@router.get("/albums/{album_id}", response_model=AlbumAnswer)
def album(writing: TheWriting, album_id: AlbumId) -> Response:
    """One album."""
    return json_answer(_answer(get_album(writing.search, album_id, now=local_now())))


@router.patch("/albums/{album_id}", response_model=WrittenAnswer)
def change_album(writing: TheWriting, album_id: AlbumId, asked: AlbumChange) -> WrittenAnswer:
    """Rename an album, give a smart one another query, or choose its cover."""
    return writing.done(_changed(writing, album_id, asked), "albums")


@router.delete("/albums/{album_id}", response_model=WrittenAnswer)
def delete_album(writing: TheWriting, album_id: AlbumId) -> WrittenAnswer:
    """Delete an album. Its images stay."""
    return writing.done(library_albums.delete_album(writing.collection, album_id), "albums")


@router.post("/albums/{album_id}/place", response_model=WrittenAnswer)
def place_album(writing: TheWriting, album_id: AlbumId, asked: PlaceRequest) -> WrittenAnswer:
    """Put an album in front of another one in the person's own order."""
    return writing.done(library_albums.place_album(writing.collection, album_id, asked.before), "albums")


@router.post("/albums/{album_id}/add", response_model=WrittenAnswer)
def add_to_album(writing: TheWriting, album_id: AlbumId, asked: Chosen) -> WrittenAnswer:
    """Put images at the end of an album."""
    return writing.done(library_albums.add_images(writing.collection, album_id, writing.ids(asked)), "albums")


@router.post("/albums/{album_id}/remove", response_model=WrittenAnswer)
def remove_from_album(writing: TheWriting, album_id: AlbumId, asked: Chosen) -> WrittenAnswer:
    """Take images out of an album. They stay in the library."""
    return writing.done(library_albums.remove_images(writing.collection, album_id, writing.ids(asked)), "albums")


@router.post("/albums/{album_id}/move", response_model=WrittenAnswer)
def move_in_album(writing: TheWriting, album_id: AlbumId, asked: AlbumMove) -> WrittenAnswer:
    """Put images of an album in front of another one of it, behind one, or at the end."""
    written = library_albums.move_images(
        writing.collection, album_id, writing.ids(asked), before=asked.before, after=asked.after
    )
    return writing.done(written, "albums")


@router.post("/albums/{album_id}/convert", response_model=WrittenAnswer)
def convert_album(writing: TheWriting, album_id: AlbumId) -> WrittenAnswer:
    """Make a plain album of a smart one: it keeps the images that its query finds now."""
    return writing.done(smart_albums.convert_album(writing.search, album_id, now=local_now()), "albums")


@router.get("/images/{image_id}/albums", response_model=list[HoldingAlbumAnswer])
def image_albums(library: TheLibrary, collection: CollectionName, image_id: ImageId) -> Response:
    """The albums that an image is in."""
    return json_answer(library_albums.albums_holding(library.collection(collection), [image_id]))


def _changed(writing: Writing, album_id: int, asked: AlbumChange) -> Written:
    given = asked.model_fields_set - {"sort"}
    if len(given) != 1:
        raise UsageError("Name exactly one of name, query and cover_id.")
    if asked.name is not None:
        return library_albums.rename_album(writing.collection, album_id, asked.name)
    if asked.query is not None:
        return smart_albums.change_query(writing.search, album_id, asked.query, asked.sort)
    if "cover_id" in given:
        return library_albums.set_cover(writing.collection, album_id, asked.cover_id)
    raise UsageError("A name or a query cannot be null.")


def _answer(album: Album) -> dict[str, object]:
    return {**asdict(album), "made_at": album.made_at.timestamp(), "touched_at": album.touched_at.timestamp()}
