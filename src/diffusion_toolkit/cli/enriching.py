"""What commands share that let models look at pictures: runs that are started, drawn, told, and looked back at."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import chosen, searching
from diffusion_toolkit.cli.library import OpenLibrary
from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.estimate import Estimate
from diffusion_toolkit.enrich.engine.runs import ImageIds, Run, Wanted
from diffusion_toolkit.enrich.engine.stage import StageContext
from diffusion_toolkit.enrich.executors.ray import ClusterOptions
from diffusion_toolkit.errors import ToolkitError
from diffusion_toolkit.jobs.enrichment import work_off
from diffusion_toolkit.paths import printable
from diffusion_toolkit.store.database import Collection

MOST_NAMED = 10
"""Failures that are told; --json has more."""


Measure: TypeAlias = Callable[[Collection, Wanted, ImageIds, StageContext], Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a command was asked for. measure: just how long it would take, and how that is found out; cluster: where
    else than here.
    """

    wanted: Wanted
    query: tuple[str, ...]
    everything: bool
    measure: Measure | None
    as_json: bool
    cluster: ClusterOptions | None = None


def enrich(library: OpenLibrary, asked: Asked, context: StageContext) -> int:
    """Start a run over the pictures that a query finds, and work it off here; the exit code."""
    ids = picked(library, asked.query, everything=asked.everything)
    if asked.measure is not None:
        return _tell_estimate(asked.measure(library.collection, asked.wanted, ids, context), as_json=asked.as_json)
    run_id = runs.start(library.collection, asked.wanted, ids, context)
    return work_here(library, run_id, context, as_json=asked.as_json, cluster=asked.cluster)


def work_here(
    library: OpenLibrary,
    run_id: int,
    context: StageContext,
    *,
    as_json: bool,
    cluster: ClusterOptions | None = None,
) -> int:
    """Work a planned run off, draw it and tell how it went; the exit code."""
    begun = time.monotonic()
    problem: ToolkitError | None = None
    with output.ProgressBar() as bar:
        try:
            for progress in work_off(library.collection, run_id, context, cluster=cluster):
                bar.show(progress)
        except ToolkitError as error:
            problem = error
    return _tell(library, runs.get_run(library.collection, run_id), time.monotonic() - begun, problem, as_json)


def picked(library: OpenLibrary, query: tuple[str, ...], *, everything: bool) -> NDArray[np.int32]:
    """The pictures that a query finds, in order."""
    with searching(library) as search:
        return chosen(search, query, everything=everything)


def failures_json(library: OpenLibrary, run_id: int | None) -> list[dict[str, Any]]:
    """The pictures that could not be looked at, with the reasons."""
    return [
        {
            "image_id": row.image_id,
            "path": printable("/".join(part for part in (row.root, row.folder, row.name) if part)),
            "stage": row.stage,
            "cause": row.cause,
            "message": row.message,
        }
        for row in runs.failures(library.collection, run_id)
    ]


def _tell(library: OpenLibrary, run: Run, seconds: float, problem: ToolkitError | None, as_json: bool) -> int:
    failed = failures_json(library, run.id) if run.failed else []
    rate = (run.done + run.failed) / seconds if seconds > 0 else 0.0
    if as_json:
        output.print_json(
            {
                "run": run.id,
                "state": run.state,
                "stages": list(run.stages),
                "total": run.total,
                "done": run.done,
                "failed": run.failed,
                "held": run.held,
                "seconds": round(seconds, 3),
                "images_per_s": round(rate / max(len(run.stages), 1), 3),
                "notices": list(run.notices),
                "message": run.message,
                "failures": failed,
            }
        )
    else:
        for notice in run.notices:
            output.message(notice)
        where = " They wait for review." if run.held and run.done else ""
        output.message(
            f"{run.done:,} of {run.total:,} results, {run.failed:,} failed. {seconds:.1f} s, {rate:,.1f} per s.{where}"
        )
        for each in failed[:MOST_NAMED]:
            output.message(f"Failed: {each['path']}: {each['message']}")
        if len(failed) > MOST_NAMED:
            output.message(f"… and {len(failed) - MOST_NAMED:,} more.")
        if problem is not None:
            output.message(f"{problem} The same command goes on with the rest.")
    return 1 if problem is not None or run.failed else 0


def _tell_estimate(found: Estimate, *, as_json: bool) -> int:
    if as_json:
        output.print_json(
            {
                "results": found.results,
                "tried": found.tried,
                "failed": found.failed,
                "results_per_s": None if found.rate_per_s is None else round(found.rate_per_s, 3),
                "seconds": None if found.seconds is None else round(found.seconds, 3),
                "device": found.device,
                "notices": list(found.notices),
                "basis": found.basis,
            }
        )
        return 0
    for notice in found.notices:
        output.message(notice)
    if found.rate_per_s is None or found.seconds is None:
        output.message(f"{found.results:,} results are missing. How long they take, their first ones will tell.")
    else:
        how = {"earlier_run": "as the last run", "asked": "by one question"}.get(
            found.basis, f"measured on {found.tried}"
        )
        output.message(
            f"{found.results:,} results are missing: about {_duration(found.seconds)} on {found.device}, "
            f"at {found.rate_per_s:,.1f} per s, {how}."
        )
    return 0


def _duration(seconds: float) -> str:
    for size, name in ((86_400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} seconds"
