"""Tags of images: the list, giving and taking them, import and export."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from diffusion_toolkit.library import tags as library_tags
from diffusion_toolkit.library.tag_list import TagSource, counted_tags
from diffusion_toolkit.library.tags import Tagging
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, ImageId, TheLibrary
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.models import LARGEST_ID, WrittenAnswer
from diffusion_toolkit.web.models_curation import Chosen, RenameRequest
from diffusion_toolkit.web.models_tags import (
    CountedTagAnswer,
    HeldTagAnswer,
    MergeRequest,
    NewTag,
    SuggestedTagAnswer,
    TagAnswer,
    TaggingRequest,
    TagListText,
    TagsRequest,
)
from diffusion_toolkit.web.writing import TheWriting

router = APIRouter(prefix=IN_COLLECTION, tags=["tags"], responses=PROBLEMS)

TagId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Source = Annotated[
    TagSource | None,
    Query(description="own: a person, an import or a file gave it, or nobody yet; model: a model. Absent: all."),
]
LIST: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "array"}}}}
}


@router.get("/tags", response_model=list[CountedTagAnswer])
def tags(writing: TheWriting, source: Source = None) -> Response:
    """All tags by name, with counts; or those that models gave, or that others did."""
    return json_answer(counted_tags(writing.search, source))


@router.post("/tags", response_model=WrittenAnswer)
def create_tag(writing: TheWriting, asked: NewTag) -> WrittenAnswer:
    """Make a tag that no image has yet."""
    return writing.done(library_tags.create_tag(writing.collection, asked.name), "tags")


@router.get("/tags/export", response_class=Response, responses=LIST)
def export_tags(writing: TheWriting, form: Literal["text", "json"] = "text") -> Response:
    """The names of all tags: one a line, or as JSON with counts."""
    found = counted_tags(writing.search)
    if form == "json":
        return Response(library_tags.tags_as_json(found), media_type="application/json")
    return Response(library_tags.tags_as_text(found), media_type="text/plain")


@router.post("/tags/names", response_model=WrittenAnswer)
def import_tags(writing: TheWriting, asked: TagListText) -> WrittenAnswer:
    """Make tags of a list; those that are known are skipped. `changed`: how many are new."""
    return writing.done(library_tags.import_tags(writing.collection, asked.text), "tags")


@router.post("/tags/merge", response_model=WrittenAnswer)
def merge_tags(writing: TheWriting, asked: MergeRequest) -> WrittenAnswer:
    """Make one tag of several; the images of all of them have it then."""
    return writing.done(library_tags.merge_tags(writing.collection, asked.tag_ids, asked.into), "tags")


@router.post("/tags/delete", response_model=WrittenAnswer)
def delete_tags(writing: TheWriting, asked: TagsRequest) -> WrittenAnswer:
    """Delete tags; their images lose them."""
    return writing.done(library_tags.delete_tags(writing.collection, asked.tag_ids), "tags")


@router.post("/tags/images", response_model=WrittenAnswer)
def tag_images(writing: TheWriting, asked: TaggingRequest) -> WrittenAnswer:
    """Give tags to images and take tags from them."""
    tagging = Tagging(add=asked.add, remove=asked.remove, only=asked.only, toggle=asked.toggle)
    return writing.done(library_tags.tag_images(writing.collection, writing.ids(asked), tagging), "tags")


@router.post("/tags/held", response_model=list[HeldTagAnswer])
def held_tags(writing: TheWriting, asked: Chosen) -> Response:
    """Which tags these images have, and whether all or some of them; the ticks of a list of tags."""
    return json_answer(library_tags.held_tags(writing.collection, writing.ids(asked)))


@router.patch("/tags/{tag_id}", response_model=WrittenAnswer)
def rename_tag(writing: TheWriting, tag_id: TagId, asked: RenameRequest) -> WrittenAnswer:
    """Call a tag something else."""
    return writing.done(library_tags.rename_tag(writing.collection, tag_id, asked.name), "tags")


@router.delete("/tags/{tag_id}", response_model=WrittenAnswer)
def delete_tag(writing: TheWriting, tag_id: TagId) -> WrittenAnswer:
    """Delete a tag; its images lose it."""
    return writing.done(library_tags.delete_tags(writing.collection, [tag_id]), "tags")


@router.get("/images/{image_id}/tags", response_model=list[TagAnswer])
def image_tags(library: TheLibrary, collection: CollectionName, image_id: ImageId) -> Response:
    """The tags that a person gave an image, in the order of giving."""
    return json_answer(library_tags.tags_of(library.collection(collection), image_id))


@router.get("/images/{image_id}/tags/suggested", response_model=list[SuggestedTagAnswer])
def suggested_tags(library: TheLibrary, collection: CollectionName, image_id: ImageId) -> Response:
    """The tags that models or the file name and the person has not given, the most certain first."""
    return json_answer(library_tags.suggested_tags(library.collection(collection), image_id))
