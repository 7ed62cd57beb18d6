"""Review: results of models that wait; accept, edit, reject, ask again, one by one, many, or a tag over all."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Path, Query, Response

from diffusion_toolkit import jobs
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.jobs.review import plan_retry
from diffusion_toolkit.library import review
from diffusion_toolkit.library.review import Ids, Results, ResultState
from diffusion_toolkit.store.proposal_decisions import ProposalRow
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.models import LARGEST_ID, Id, WrittenAnswer
from diffusion_toolkit.web.models_review import (
    AcceptRequest,
    AcceptSureRequest,
    CaptionEdit,
    ChosenResults,
    ModelName,
    ResultKind,
    RetriedAnswer,
    TagDecision,
    TagsEdit,
    WaitingCountAnswer,
    WaitingPage,
    WaitingResult,
    WaitingTagAnswer,
)
from diffusion_toolkit.web.writing import TheWriting, Writing

router = APIRouter(prefix=f"{IN_COLLECTION}/review", tags=["review"], responses=PROBLEMS)

ResultId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Kind = Annotated[ResultKind | None, Query(description="Absent: all.")]
Source = Annotated[ModelName | None, Query(description="The name of a model. Absent: all.")]
RunNumbers = Annotated[
    list[Id] | None,
    Query(max_length=100, description="Of a run, or of several: named again and again. Absent: of all."),
]


@router.get("", response_model=WaitingPage)
def waiting_results(
    writing: TheWriting,
    kind: Kind = None,
    source: Source = None,
    run_id: RunNumbers = None,
    state: Annotated[ResultState, Query(description="Those that wait, or those that were decided.")] = "waiting",
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> WaitingPage:
    """The results that wait, or that were accepted or rejected, by number."""
    found = review.results(writing.collection, kind=kind, source=source, run_ids=run_id, state=state)
    ids = _shown(writing, found)
    later = ids[ids > after]
    rows = review.read(writing.collection, later[:limit].tolist())
    following = int(later[limit - 1]) if len(later) > limit else None
    return WaitingPage(total=len(ids), items=[_answer(row) for row in rows], next=following)


@router.get("/counts", response_model=list[WaitingCountAnswer])
def waiting_counts(writing: TheWriting) -> list[WaitingCountAnswer]:
    """How many results wait, by run, kind and model, the newest run first."""
    counts = [(group, len(_told(writing, group.image_ids))) for group in review.groups_waiting(writing.collection)]
    return [
        WaitingCountAnswer(run_id=group.run_id, kind=group.kind, source=group.source, waiting=count)
        for group, count in counts
        if count
    ]


@router.get("/tags", response_model=list[WaitingTagAnswer])
def waiting_tags(writing: TheWriting, kind: Kind = None, source: Source = None, run_id: RunNumbers = None) -> Response:
    """The tags that the results propose, the most frequent first; each can be settled with one word."""
    ids = _shown(writing, review.results(writing.collection, kind=kind, source=source, run_ids=run_id))
    return json_answer(review.tags_waiting(writing.collection, ids))


@router.post("/accept", response_model=WrittenAnswer)
def accept_results(writing: TheWriting, asked: AcceptRequest) -> WrittenAnswer:
    """Apply results. `changed`: on how many pictures."""
    written = review.accept(writing.collection, _chosen(writing, asked), asked.thresholds)
    return writing.done(written, "review", "tags", "curation")


@router.post("/accept-sure", response_model=WrittenAnswer)
def accept_sure(writing: TheWriting, asked: AcceptSureRequest) -> WrittenAnswer:
    """Apply those tags of results that are sure enough; the others go on waiting. `changed`: on how many pictures."""
    ids = _chosen(writing, asked)
    written = review.accept_sure(writing.collection, ids, asked.sure_from, asked.thresholds)
    return writing.done(written, "review", "tags", "curation")


@router.post("/reject", response_model=WrittenAnswer)
def reject_results(writing: TheWriting, asked: ChosenResults) -> WrittenAnswer:
    """Let results never be applied."""
    return writing.done(review.reject(writing.collection, _chosen(writing, asked)), "review")


@router.post("/reopen", response_model=WrittenAnswer)
def reopen_results(writing: TheWriting, asked: ChosenResults) -> WrittenAnswer:
    """Let results that were rejected wait again."""
    ids = _chosen(writing, asked, state="rejected")
    return writing.done(review.reopen(writing.collection, ids), "review")


@router.post("/retry", status_code=202, response_model=RetriedAnswer)
def retry_results(writing: TheWriting, asked: ChosenResults) -> RetriedAnswer:
    """Put results aside and ask the models again, in the background; what they say then waits too."""
    written, runs = plan_retry(writing.collection, _chosen(writing, asked), writing.library.stages())
    for run_id in runs:
        jobs.start_enrichment(writing.library.database, writing.name, run_id)
    return RetriedAnswer(**writing.done(written, "review").model_dump(), runs=runs)


@router.post("/tag", response_model=WrittenAnswer)
def settle_tag(writing: TheWriting, asked: TagDecision) -> WrittenAnswer:
    """Take or refuse one tag over all these results; taken ones are applied at once."""
    ids = _chosen(writing, asked)
    written = review.settle_tag(writing.collection, ids, asked.name, asked.decision)
    return writing.done(written, "review", "tags", "curation")


@router.put("/{result_id}/tags", response_model=WrittenAnswer)
def edit_result_tags(writing: TheWriting, result_id: ResultId, asked: TagsEdit) -> WrittenAnswer:
    """Let a result have these tags; it goes on waiting."""
    _require_shown(writing, result_id)
    return writing.done(review.edit_tags(writing.collection, result_id, asked.tags), "review")


@router.put("/{result_id}/caption", response_model=WrittenAnswer)
def edit_result_caption(writing: TheWriting, result_id: ResultId, asked: CaptionEdit) -> WrittenAnswer:
    """Let a result have this text; it goes on waiting."""
    _require_shown(writing, result_id)
    return writing.done(review.edit_caption(writing.collection, result_id, asked.text), "review")


def _chosen(writing: Writing, asked: ChosenResults, state: ResultState = "waiting") -> Ids:
    """The results that are meant; those of hidden pictures never are."""
    found = review.results(writing.collection, kind=asked.kind, source=asked.source, run_ids=asked.run_ids, state=state)
    ids = _shown(writing, found)
    if asked.ids is not None:
        ids = ids[np.isin(ids, np.asarray(asked.ids, np.int64))]
    return ids[~np.isin(ids, np.asarray(asked.except_, np.int64))] if asked.except_ else ids


def _require_shown(writing: Writing, result_id: int) -> None:
    """Raises NotFound for a result that does not wait, or of a hidden picture."""
    if result_id not in _shown(writing, review.results(writing.collection)):
        raise NotFound("This result does not wait any more.")


def _shown(writing: Writing, found: Results) -> Ids:
    """The numbers of those results whose pictures may be told of."""
    return found.only(np.isin(found.image_ids, _told(writing, found.image_ids))).ids


def _told(writing: Writing, image_ids: Ids) -> Ids:
    """Those of these pictures that may be told of."""
    if writing.library.nsfw_mode != "hide":
        return image_ids
    return writing.search.catalog.state.without_hidden(image_ids)


def _answer(row: ProposalRow) -> WaitingResult:
    return WaitingResult(
        id=row.id,
        image_id=row.image_id,
        kind=row.kind,
        source=row.source,
        model_version=row.model_version,
        run_id=row.run_id,
        payload=row.payload,
        made_at=row.made_at.timestamp(),
    )
