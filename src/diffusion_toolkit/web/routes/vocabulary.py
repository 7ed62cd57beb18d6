"""The vocabulary of tags: the person's map, what it would do, and doing it."""

from fastapi import APIRouter, Response

from diffusion_toolkit.library import tag_vocabulary
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.models import WrittenAnswer
from diffusion_toolkit.web.models_vocabulary import (
    AliasAnswer,
    AliasesRequest,
    AliasRequest,
    AliasText,
    NamesRequest,
    RespellingAnswer,
    VocabularyAnswer,
)
from diffusion_toolkit.web.writing import TheWriting

router = APIRouter(prefix=f"{IN_COLLECTION}/vocabulary", tags=["tags"], responses=PROBLEMS)


@router.get("", response_model=VocabularyAnswer)
def vocabulary(library: TheLibrary, collection: CollectionName) -> VocabularyAnswer:
    """The person's map, and the label lists of taggers that are taken into account."""
    found = library.collection(collection)
    lines = [AliasAnswer(alias=each.alias, canonical=each.canonical) for each in tag_vocabulary.list_aliases(found)]
    return VocabularyAnswer(aliases=lines, lists=tag_vocabulary.known_lists(found))


@router.get(
    "/text",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def vocabulary_text(library: TheLibrary, collection: CollectionName) -> Response:
    """The map as text, to be changed and sent back: `alias = canonical name` a line."""
    text = tag_vocabulary.aliases_as_text(library.collection(collection))
    return Response(text, media_type="text/plain")


@router.post("/text", response_model=WrittenAnswer)
def import_vocabulary(writing: TheWriting, asked: AliasText) -> WrittenAnswer:
    """Add lines to the map, or put them in its place. `changed`: how many lines."""
    return writing.done(tag_vocabulary.import_aliases(writing.collection, asked.text, replace=asked.replace), "tags")


@router.post("/aliases", response_model=WrittenAnswer)
def add_alias(writing: TheWriting, asked: AliasRequest) -> WrittenAnswer:
    """Let a tag mean another one from now on."""
    return writing.done(tag_vocabulary.add_alias(writing.collection, asked.alias, asked.canonical), "tags")


@router.post("/aliases/delete", response_model=WrittenAnswer)
def remove_aliases(writing: TheWriting, asked: AliasesRequest) -> WrittenAnswer:
    """Let tags stand for themselves again."""
    return writing.done(tag_vocabulary.remove_aliases(writing.collection, asked.aliases), "tags")


@router.post("/spell", response_model=list[str])
def spell(library: TheLibrary, collection: CollectionName, asked: NamesRequest) -> list[str]:
    """The canonical name of each of these tags."""
    return tag_vocabulary.spell(library.collection(collection), asked.names)


@router.get("/respellings", response_model=list[RespellingAnswer])
def respellings(library: TheLibrary, collection: CollectionName) -> Response:
    """Tags that applying the vocabulary would rename or merge."""
    return json_answer(tag_vocabulary.respellings(library.collection(collection)))


@router.post("/apply", response_model=WrittenAnswer)
def apply_vocabulary(writing: TheWriting) -> WrittenAnswer:
    """Give all tags their canonical names, as one action that can be undone."""
    return writing.done(tag_vocabulary.apply_vocabulary(writing.collection), "tags", "curation")
