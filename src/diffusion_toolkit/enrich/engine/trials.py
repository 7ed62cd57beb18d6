"""Trying a run on a few of its pictures: here, or in a process of its own, which takes its models along at its end."""

import logging
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Final, TypeAlias, cast

from diffusion_toolkit.enrich.engine.pipeline import Picture, Pipeline
from diffusion_toolkit.enrich.engine.stage import AnyStage, ItemFailed, Options, StageContext, device_of
from diffusion_toolkit.enrich.executors.local import LocalOptions, notices_of, opened_on_devices
from diffusion_toolkit.errors import ToolkitError
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.media.spawning import without_main

MOST_S: Final = 20.0
"""Of trying; a slow model is tried on fewer."""

LONGEST_S: Final = 600.0
"""Of a process that tries, with loading its models."""

_END_S: Final = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried: a kind of stages with checked options, on these pictures."""

    kind: str
    options: Options
    context: StageContext
    pictures: Sequence[Picture]
    local: LocalOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How it went. tried, failed: results; rate_per_s: None where nothing could be measured; device, notices: what it
    ran on.
    """

    tried: int
    failed: int
    rate_per_s: float | None
    device: str
    notices: tuple[str, ...]


Try: TypeAlias = Callable[[Trial], Measured]
"""How a trial is made. Raises what opening the stages does."""


def tried_here(trial: Trial) -> Measured:
    """Try in this process. Nothing is written."""
    with (
        opened_on_devices(trial.kind, trial.options, trial.context) as runners,
        trial.local.open_decoders(runners) as decoders,
    ):
        tried, failed, rate = _measured(runners, trial, decoders)
        return Measured(
            tried=tried, failed=failed, rate_per_s=rate, device=device_of(runners), notices=notices_of(runners)
        )


def tried_apart(trial: Trial) -> Measured:
    """Try in a process of its own. Raises ToolkitError too when it ends, or is not done in ten minutes."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    given = replace(trial.context, given=dict(trial.context.given))
    sent = replace(trial, context=given, local=replace(trial.local, pool=None))
    process = context.Process(target=_serve, args=(theirs, sent), name="dtk-trial")
    with without_main():
        process.start()
    theirs.close()
    try:
        if not ours.poll(LONGEST_S):
            raise ToolkitError("Trying the model took too long.")
        answer = cast("Measured | ToolkitError", ours.recv())
    except EOFError as error:
        raise ToolkitError("The process that tried the model ended; it may be too large for this machine.") from error
    finally:
        ours.close()
        process.join(_END_S)
        process.kill()
    if isinstance(answer, ToolkitError):
        raise answer
    return answer


def _serve(connection: "Connection[Measured | ToolkitError, object]", trial: Trial) -> None:
    try:
        connection.send(tried_here(trial))
    except ToolkitError as error:
        connection.send(error)


class _Once:
    """A few pictures, and no more."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures = list(pictures)

    def more(self) -> list[Picture] | None:
        found, self._pictures = self._pictures, []
        return found or None


def _measured(runners: Sequence[Sequence[AnyStage]], trial: Trial, decoders: Decoders) -> tuple[int, int, float | None]:
    """Results, those that failed, and how many came in a second. The first picture pays for waking everything up."""
    first, rest = trial.pictures[:1], trial.pictures[1:]
    count = trial.local.decoder_count
    one = _timed(Pipeline(runners, _Once(first), decoders, count))
    if not rest:
        return one
    tried, failed, rate = _timed(Pipeline(runners, _Once(rest), decoders, count))
    return one[0] + tried, one[1] + failed, rate


def _timed(pipeline: Pipeline) -> tuple[int, int, float | None]:
    """How many results there were, how many of them failed, and how many came in a second, after the first ones."""
    begun = time.monotonic()
    moments: list[float] = []
    failed = 0
    try:
        for outcome in pipeline.outcomes():
            if outcome is not None:
                moments.append(time.monotonic())
                failed += isinstance(outcome.result, ItemFailed)
            if time.monotonic() - begun > MOST_S and moments:
                break
    finally:
        pipeline.stop()
    # Results of a batch come together; the first batch of a size may be slow.
    first = next((moment for moment in moments if moment > moments[0] + 0.01), None) if moments else None
    if first is None:
        took = moments[-1] - begun if moments else 0.0
        return len(moments), failed, len(moments) / took if took > 0 else None
    counted = sum(moment >= first for moment in moments)
    took = moments[-1] - moments[0]
    return len(moments), failed, counted / took
