"""Models that look at pictures: start, watch, pause, resume and stop runs; what failed, and what one would take."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Path, Query, Response

from diffusion_toolkit import jobs, paths
from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.estimate import estimate
from diffusion_toolkit.enrich.engine.runs import Wanted
from diffusion_toolkit.enrich.engine.trials import tried_apart
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.models import LARGEST_ID
from diffusion_toolkit.web.models_enrichment import (
    EstimateAnswer,
    EstimateRequest,
    FailureAnswer,
    FirstAnswer,
    FirstRequest,
    ResumeRequest,
    RunAnswer,
    RunRequest,
    StartedRun,
)
from diffusion_toolkit.web.run_answers import estimate_answer, run_answer
from diffusion_toolkit.web.writing import TheWriting

router = APIRouter(prefix=IN_COLLECTION + "/enrichment", tags=["enrichment"], responses=PROBLEMS)

RunId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/runs", response_model=list[RunAnswer])
def list_runs(
    library: TheLibrary,
    collection: CollectionName,
    kind: Annotated[str | None, Query(max_length=40, pattern=r"^\w+$", description="As in tags; all without.")] = None,
) -> list[RunAnswer]:
    """The runs, the newest first."""
    return [run_answer(run) for run in runs.list_runs(library.collection(collection), kind)]


@router.post("/runs", status_code=202, response_model=StartedRun)
def start_run(writing: TheWriting, asked: RunRequest) -> StartedRun:
    """Let models look at these images, in the background. Only what they have not done yet is done."""
    wanted = Wanted(
        kind=asked.kind,
        options=asked.options,
        held=asked.held,
        query=asked.query or "",
        again=asked.again,
        retry_failed=asked.retry_failed,
    )
    ids = writing.ids(asked).astype(np.int32)
    run_id = runs.start(writing.collection, wanted, ids, writing.library.stages())
    job = jobs.start_enrichment(writing.library.database, writing.name, run_id)
    return StartedRun(run=run_answer(runs.get_run(writing.collection, run_id)), job=job)


@router.get("/runs/{run_id}", response_model=RunAnswer)
def get_run(library: TheLibrary, collection: CollectionName, run_id: RunId) -> RunAnswer:
    """One run."""
    return run_answer(runs.get_run(library.collection(collection), run_id))


@router.post("/runs/{run_id}/pause", status_code=204, response_class=Response)
def pause_run(library: TheLibrary, collection: CollectionName, run_id: RunId) -> None:
    """Let a run rest; what it has done is kept."""
    runs.pause(library.collection(collection), run_id)


@router.post("/runs/{run_id}/resume", status_code=202, response_model=StartedRun)
def resume_run(library: TheLibrary, collection: CollectionName, run_id: RunId, asked: ResumeRequest) -> StartedRun:
    """Go on with a run that rests, failed, or was interrupted."""
    run = runs.make_ready(library.collection(collection), run_id, retry_failed=asked.retry_failed)
    return StartedRun(run=run_answer(run), job=jobs.start_enrichment(library.database, collection, run_id))


@router.post("/runs/{run_id}/cancel", status_code=204, response_class=Response)
def cancel_run(library: TheLibrary, collection: CollectionName, run_id: RunId) -> None:
    """Stop a run for good; what it has done is kept."""
    runs.cancel(library.collection(collection), run_id)


@router.get("/runs/{run_id}/failures", response_model=list[FailureAnswer])
def run_failures(
    library: TheLibrary,
    collection: CollectionName,
    run_id: RunId,
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=0, le=1000)] = 200,
) -> list[FailureAnswer]:
    """The images that could not be looked at in a run, each with the reason."""
    found = runs.failures(library.collection(collection), run_id, offset=offset, most=limit)
    shown = set(library.shown(collection, [row.image_id for row in found]))
    return [
        FailureAnswer(
            image_id=row.image_id,
            name=paths.printable(row.name),
            stage=row.stage,
            cause=row.cause,
            message=row.message,
        )
        for row in found
        if row.image_id in shown
    ]


@router.post("/first", response_model=FirstAnswer)
def look_first(library: TheLibrary, collection: CollectionName, asked: FirstRequest) -> FirstAnswer:
    """Have the images on the screen looked at before all others that wait."""
    return FirstAnswer(results=runs.look_first(library.collection(collection), asked.image_ids))


@router.post("/estimate", response_model=EstimateAnswer)
def estimate_run(writing: TheWriting, asked: EstimateRequest) -> EstimateAnswer:
    """How long a run over these images would take: as the last one of the same models did it; else they are tried on a
    few images, in a process of their own, which takes some seconds.
    """
    wanted = Wanted(kind=asked.kind, options=asked.options, again=asked.again, retry_failed=asked.retry_failed)
    ids = writing.ids(asked).astype(np.int32)
    return estimate_answer(estimate(writing.collection, wanted, ids, writing.library.stages(), try_out=tried_apart))
