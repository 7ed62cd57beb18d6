"""Saved queries: the list, saving, renaming, order, and the one that is run at the start."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Response

from diffusion_toolkit.library import saved_queries as library_queries
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.models import LARGEST_ID, WrittenAnswer
from diffusion_toolkit.web.models_curation import PlaceRequest, RenameRequest
from diffusion_toolkit.web.models_saved_queries import DefaultQuery, NewSavedQuery, SavedQueryAnswer
from diffusion_toolkit.web.writing import TheWriting

router = APIRouter(prefix=IN_COLLECTION, tags=["saved queries"], responses=PROBLEMS)

QueryId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/saved-queries", response_model=list[SavedQueryAnswer])
def saved_queries(library: TheLibrary, collection: CollectionName) -> Response:
    """All saved queries in the person's own order."""
    return json_answer(
        [
            asdict(saved) | {"made_at": saved.made_at.timestamp(), "touched_at": saved.touched_at.timestamp()}
            for saved in library_queries.list_queries(library.collection(collection))
        ]
    )


@router.post("/saved-queries", response_model=WrittenAnswer)
def save_query(writing: TheWriting, asked: NewSavedQuery) -> WrittenAnswer:
    """Save a query under a name of its own."""
    written = library_queries.save_query(
        writing.search, asked.name, asked.query, asked.sort, asked.view, overwrite=asked.overwrite
    )
    return writing.done(written, "queries")


@router.put("/saved-queries/default", status_code=204, response_class=Response)
def set_default_query(writing: TheWriting, asked: DefaultQuery) -> None:
    """Choose what is run at every start."""
    library_queries.choose_default(writing.collection, asked.id)


@router.patch("/saved-queries/{query_id}", response_model=WrittenAnswer)
def rename_query(writing: TheWriting, query_id: QueryId, asked: RenameRequest) -> WrittenAnswer:
    """Call a saved query something else."""
    return writing.done(library_queries.rename_query(writing.collection, query_id, asked.name), "queries")


@router.delete("/saved-queries/{query_id}", response_model=WrittenAnswer)
def delete_query(writing: TheWriting, query_id: QueryId) -> WrittenAnswer:
    """Delete a saved query."""
    return writing.done(library_queries.delete_query(writing.collection, query_id), "queries")


@router.post("/saved-queries/{query_id}/place", response_model=WrittenAnswer)
def place_query(writing: TheWriting, query_id: QueryId, asked: PlaceRequest) -> WrittenAnswer:
    """Put a saved query in front of another one."""
    return writing.done(library_queries.place_query(writing.collection, query_id, asked.before), "queries")
