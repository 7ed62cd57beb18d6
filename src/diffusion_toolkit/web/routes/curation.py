"""Ratings, favourites and flags; words that mark NSFW; undoing and doing again."""

from typing import Annotated

from fastapi import APIRouter, Query

from diffusion_toolkit.library import curate as curation
from diffusion_toolkit.library import nsfw_words as words
from diffusion_toolkit.library import undo as undoing
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.nsfw_results import mark_by_words
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.models import UndoneAnswer, UndoRequest, WrittenAnswer
from diffusion_toolkit.web.models_curation import (
    ActionAnswer,
    Chosen,
    CurationRequest,
    ViewedRequest,
    WordsAnswer,
    WordsRequest,
)
from diffusion_toolkit.web.telling import told_answer
from diffusion_toolkit.web.writing import EVERYTHING, TheWriting, Writing

router = APIRouter(prefix=IN_COLLECTION, tags=["curation"], responses=PROBLEMS)


@router.post("/curation", response_model=WrittenAnswer)
def curate(writing: TheWriting, asked: CurationRequest) -> WrittenAnswer:
    """Set fields of some images, or of all that a selection or a query has."""
    change = curation.Change(**asked.set.model_dump(exclude_unset=True))
    return writing.done(curation.curate(writing.collection, writing.ids(asked), change), "curation")


@router.post("/viewed", response_model=WrittenAnswer)
def viewed(writing: TheWriting, asked: ViewedRequest) -> WrittenAnswer:
    """Note that somebody looked at these images. Nothing to undo."""
    return writing.done(curation.viewed(writing.collection, writing.told(asked.image_ids).tolist()))


@router.post("/undo", response_model=UndoneAnswer)
def undo(writing: TheWriting, asked: UndoRequest) -> UndoneAnswer:
    """Put back what an action changed; without a number, the last one."""
    return _undone(writing, undoing.undo(writing.collection, asked.journal))


@router.post("/redo", response_model=UndoneAnswer)
def redo(writing: TheWriting, asked: UndoRequest) -> UndoneAnswer:
    """Do again what was undone; without a number, what was undone last, if nothing was done since."""
    return _undone(writing, undoing.redo(writing.collection, asked.journal))


@router.get("/journal", response_model=list[ActionAnswer])
def journal(
    library: TheLibrary, collection: CollectionName, limit: Annotated[int, Query(ge=1, le=1_000)] = 50
) -> list[ActionAnswer]:
    """The last actions, the newest first, each with a sentence. While NSFW is hidden, "…" stands for names of tags and
    albums that only hidden pictures have."""
    untold = library.untold_names(collection)
    return [
        ActionAnswer(
            id=action.id,
            action=action.action,
            sentence=action.sentence,
            parts=[told_answer(part) for part in action.parts],
            changed=action.changed,
            made_at=action.made_at.timestamp(),
            undone_at=action.undone_at.timestamp() if action.undone_at else None,
        )
        for action in undoing.last_actions(library.collection(collection), limit, untold=untold)
    ]


@router.get("/nsfw-words", response_model=WordsAnswer)
def nsfw_words(library: TheLibrary, collection: CollectionName) -> WordsAnswer:
    """Words of prompts that mark images NSFW when a scan reads them."""
    return WordsAnswer(words=words.nsfw_words(library.collection(collection)))


@router.put("/nsfw-words", response_model=WordsAnswer)
def set_nsfw_words(library: TheLibrary, collection: CollectionName, asked: WordsRequest) -> WordsAnswer:
    """Replace the list. Images that are marked stay marked."""
    return WordsAnswer(words=words.set_nsfw_words(library.collection(collection), asked.words))


@router.post("/nsfw-words/mark", response_model=WrittenAnswer)
def mark_nsfw(writing: TheWriting, asked: Chosen) -> WrittenAnswer:
    """Mark those of these images whose prompt has one of the words, but for those about which a person decided."""
    return writing.done(mark_by_words(writing.search, writing.ids(asked), now=local_now()), "curation")


def _undone(writing: Writing, written: Written) -> UndoneAnswer:
    writing.tell(written, *EVERYTHING)
    return UndoneAnswer(
        token=written.token,
        journal=written.journal_id,
        changed=written.changed,
        id=None,
        image_ids=list(written.image_ids),
    )
