"""Runs as the HTTP interface and its events tell them."""

from diffusion_toolkit.enrich.engine.estimate import Estimate
from diffusion_toolkit.enrich.engine.runs import Run, list_runs
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.web.models_enrichment import EstimateAnswer, RunAnswer

SHOWN = 20
"""Runs of an event: those that go on, and the last that ended."""


def run_answer(run: Run) -> RunAnswer:
    """One run."""
    return RunAnswer(
        id=run.id,
        kind=run.kind,
        stages=list(run.stages),
        options=run.options,
        query=run.query,
        held=run.held,
        state=run.state,
        total=run.total,
        done=run.done,
        failed=run.failed,
        rate_per_s=run.rate_per_s,
        remaining_s=run.remaining_s,
        busy_s=run.busy_s,
        notices=list(run.notices),
        message=run.message,
        resumable=run.resumable,
        made_at=run.made_at.timestamp(),
        finished_at=run.finished_at.timestamp() if run.finished_at else None,
    )


def estimate_answer(found: Estimate) -> EstimateAnswer:
    """How long a run would take."""
    return EstimateAnswer(
        results=found.results,
        tried=found.tried,
        failed=found.failed,
        rate_per_s=found.rate_per_s,
        seconds=found.seconds,
        device=found.device,
        notices=list(found.notices),
        basis=found.basis,
    )


def run_news(collection: Collection) -> list[dict[str, object]]:
    """The data of an `enrichment` event."""
    return [run_answer(run).model_dump() for run in list_runs(collection)[:SHOWN]]
