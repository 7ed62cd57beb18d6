"""Searching, and everything one asks about a selection."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.search_options import TEXT_PROPERTIES, Hide, ParseOptions, Scope, SearchOptions
from diffusion_toolkit.query.options import Preset
from diffusion_toolkit.query.scope import scope_properties
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.models import (
    LARGEST_ID,
    FacetAnswer,
    GroupAnswer,
    IndexAnswer,
    ItemsAnswer,
)
from diffusion_toolkit.web.models_search import PlacesAnswer, PlacesRequest, SearchAnswer, SizeAnswer

LONGEST_QUERY = 20_000
MOST_ITEMS = 500
MOST_COLOURS = 50_000

MOST_FACET_VALUES = 100_000
"""The page asks for every folder at once."""

router = APIRouter(prefix=IN_COLLECTION, tags=["search"], responses=PROBLEMS)

Handle = Annotated[str, Path(min_length=1, max_length=100)]
Keys = Annotated[str, Query(max_length=500, description="Facet keys, with commas between.")]


@router.get("/search", response_model=SearchAnswer)
def search(
    library: TheLibrary,
    collection: CollectionName,
    q: Annotated[str, Query(max_length=LONGEST_QUERY, description="A query.")] = "",
    sort: Annotated[str, Query(max_length=100, description="A sort key, then asc or desc.")] = "date",
    after: Annotated[int | None, Query(ge=0, lt=2**63, description="The token of a write that must be seen.")] = None,
    facets: Keys = "",
    hide: Annotated[
        str, Query(max_length=100, description="What is left out: nsfw, deleted, unavailable, with commas between.")
    ] = "",
    preset: Annotated[Preset, Query(description="classic: as users of Diffusion Toolkit type.")] = "standard",
    month_first: Annotated[bool, Query(description="3/4/2026 is in March.")] = False,
    nodes: Annotated[
        str,
        Query(
            max_length=1_000,
            description="Properties of workflow nodes that the text is also looked for in, with commas between; "
            f'"default" is {", ".join(TEXT_PROPERTIES)}, "*" all.',
        ),
    ] = "",
    raw: Annotated[bool, Query(description="Look for the text in all metadata, too. Slow.")] = False,
) -> Response:
    """Run a query and get a selection."""
    options = SearchOptions(
        hide=_hide(hide),
        parse=ParseOptions(preset=preset, month_first=month_first),
        scope=Scope(node_properties=scope_properties(_keys(nodes)), raw=raw),
    )
    found = library.search(collection)
    selection = found.run(q, sort, now=local_now(), after=library.must_see(collection, after), options=options)
    counted = found.facets(selection.handle, _keys(facets)) if facets else {}
    return json_answer(
        {
            "selection": selection.handle,
            "total": selection.total,
            "revision": selection.revision,
            "milliseconds": selection.milliseconds,
            "hidden": selection.hidden,
            "hints": found.hints(selection.handle),
            "facets": counted,
        }
    )


@router.get("/selections/{selection}/items", response_model=ItemsAnswer)
def selection_items(
    library: TheLibrary,
    collection: CollectionName,
    selection: Handle,
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=0, le=MOST_ITEMS)] = 200,
) -> Response:
    """One range of a selection."""
    items = library.search(collection).rows(selection, offset, limit)
    return json_answer({"offset": offset, "items": items})


@router.get(
    "/selections/{selection}/layout",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def selection_layout(library: TheLibrary, collection: CollectionName, selection: Handle) -> Response:
    """One byte per image: its aspect ratio is 2 ** ((byte - 128) / 32), 0 = not known."""
    return Response(library.search(collection).layout(selection), media_type="application/octet-stream")


@router.get(
    "/selections/{selection}/colours",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def selection_colours(
    library: TheLibrary,
    collection: CollectionName,
    selection: Handle,
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=0, le=MOST_COLOURS)] = MOST_COLOURS,
) -> Response:
    """Three bytes per image of one range, its main colour: red, green, blue; 0, 0, 0 = not known."""
    ids = library.search(collection).ids(selection)[offset : offset + limit]
    return Response(library.colours(collection).of(ids), media_type="application/octet-stream")


@router.get("/selections/{selection}/size", response_model=SizeAnswer)
def selection_size(library: TheLibrary, collection: CollectionName, selection: Handle) -> SizeAnswer:
    """How many images a selection has, and how many bytes their files have together."""
    found = library.search(collection)
    return SizeAnswer(images=found.selection(selection).total, bytes=found.size_bytes(selection))


@router.post("/selections/{selection}/places", response_model=PlacesAnswer)
def selection_places(
    library: TheLibrary, collection: CollectionName, selection: Handle, asked: PlacesRequest
) -> Response:
    """Where some images stand in a selection."""
    return json_answer({"places": library.search(collection).places(selection, asked.image_ids)})


@router.get("/selections/{selection}/groups", response_model=list[GroupAnswer])
def selection_groups(library: TheLibrary, collection: CollectionName, selection: Handle) -> Response:
    """The headings of a selection, in order: days, first letters, ratings, folders, models, prompts."""
    return json_answer(library.search(collection).groups(selection))


@router.get("/selections/{selection}/facets", response_model=dict[str, list[FacetAnswer]])
def selection_facets(
    library: TheLibrary,
    collection: CollectionName,
    selection: Handle,
    keys: Keys,
    limit: Annotated[int, Query(ge=1, le=MOST_FACET_VALUES)] = 50,
) -> Response:
    """The most frequent values of some facets."""
    return json_answer(library.search(collection).facets(selection, _keys(keys), limit))


@router.get("/selections/{selection}/index", response_model=IndexAnswer)
def selection_index(
    library: TheLibrary,
    collection: CollectionName,
    selection: Handle,
    image: Annotated[int, Query(ge=1, le=LARGEST_ID)],
) -> Response:
    """Where an image stands in a selection."""
    return json_answer({"index": library.search(collection).index_of(selection, image)})


def _hide(text: str) -> Hide:
    names = _keys(text)
    for name in names:
        if name not in ("nsfw", "deleted", "unavailable"):
            raise UsageError(f'nothing to hide is called "{name[:50]}"; nsfw, deleted or unavailable')
    return Hide(nsfw="nsfw" in names, deleted="deleted" in names, unavailable="unavailable" in names)


def _keys(text: str) -> list[str]:
    return [key for key in (part.strip() for part in text.split(",")) if key]
