"""Works a run off on this machine: one process, a thread for each device, processes that decode."""

import contextlib
import os
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.claiming import Claims
from diffusion_toolkit.enrich.engine.pipeline import Outcome, Pipeline
from diffusion_toolkit.enrich.engine.runner import ENDS, Note, by_name, enter, leave, working
from diffusion_toolkit.enrich.engine.runs import Run
from diffusion_toolkit.enrich.engine.stage import AnyStage, StageContext, StageFailed, StageKind, device_of
from diffusion_toolkit.enrich.engine.writing import COMMIT_AT, COMMIT_EVERY_S, Writer
from diffusion_toolkit.enrich.stages.registry import kind_of
from diffusion_toolkit.errors import StoreError, ToolkitError
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.progress import IsCancelled, Progress, never, stop_if
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.enrichment_runs import Wish

BESIDE_CARDS: Final = 5
"""Niceness of decoders below the process that looks: the thread that feeds a card does not wait for them."""

BESIDE_NETWORKS: Final = 19
"""As above, where the network is on the same processor. All its threads stand still while one of them waits for a
core, so decoders only get the time that it leaves: when no picture is ready, that is all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalOptions:
    """decoders: processes that decode; 0: one for each core, at least two. pool: such processes that others use too."""

    decoders: int = 0
    pool: Decoders | None = None

    @property
    def decoder_count(self) -> int:
        """How many pictures are decoded at once."""
        return self.decoders or max(2, os.cpu_count() or 2)

    @contextlib.contextmanager
    def open_decoders(self, runners: Sequence[Sequence[AnyStage]]) -> Generator[Decoders]:
        """The processes that decode for these stages."""
        on_processor = any(stage.device == "cpu" for stage in runners[0])
        niceness = BESIDE_NETWORKS if on_processor else BESIDE_CARDS
        decoders = self.pool or Decoders(self.decoder_count, niceness=niceness)
        try:
            yield decoders
        finally:
            if self.pool is None:
                decoders.close()


def work(
    collection: Collection,
    run_id: int,
    context: StageContext,
    is_cancelled: IsCancelled = never,
    options: LocalOptions | None = None,
) -> Iterator[Progress]:
    """Work a run off; the last progress has the results. A person's wish to pause or to stop it ends it in order.

    Raises Cancelled when asked to stop by `is_cancelled`: the run waits then for whoever goes on with it. One that is
    broken off (Ctrl+C) rests. Raises what made the run fail, after that was noted; everything done is kept.
    """
    run = runs.get_run(collection, run_id)
    with working(collection, run_id) as runner_id:
        chosen = options or LocalOptions(decoders=context.decoders)
        wish = yield from _worked(collection, run, runner_id, context, is_cancelled, chosen)
        leave(collection, run_id, runner_id, ENDS[wish])


@contextlib.contextmanager
def opened_on_devices(
    run_kind: str, options: runs.Options, context: StageContext
) -> Generator[list[tuple[AnyStage, ...]]]:
    """The stages of a kind, opened once for each device that they can run on; closed in the end.

    Raises StageFailed where they are not the same on all.
    """
    kind = kind_of(run_kind)
    with contextlib.ExitStack() as closing:
        opened = [_opened(kind, options, context, closing)]
        while all(stage.device == "cuda" and stage.fixed_batch is None for stage in opened[0]):
            runtime = replace(context.runtime, device="cuda", device_id=context.runtime.device_id + len(opened))
            try:
                further = _opened(kind, options, replace(context, runtime=runtime), closing)
            except ToolkitError:
                break  # there is no further card
            if [stage.version for stage in further] != [stage.version for stage in opened[0]]:
                raise StageFailed("A model was replaced while it was loaded. Start the run again.")
            opened.append(further)
        yield opened


def _opened(
    kind: StageKind, options: runs.Options, context: StageContext, closing: contextlib.ExitStack
) -> tuple[AnyStage, ...]:
    stages = kind.open(options, context)
    for stage in stages:
        closing.callback(stage.close)
    return stages


def notices_of(runners: Sequence[Sequence[AnyStage]]) -> tuple[str, ...]:
    """What the stages of all devices have to say to the user, each sentence once."""
    return tuple(dict.fromkeys(notice for stages in runners for stage in stages for notice in stage.notices))


def _worked(
    collection: Collection,
    run: Run,
    runner_id: int,
    context: StageContext,
    is_cancelled: IsCancelled,
    options: LocalOptions,
) -> Generator[Progress, None, Wish | None]:
    with (
        opened_on_devices(run.kind, run.options, context) as runners,
        options.open_decoders(runners) as decoders,
    ):
        stages = by_name(run, runners[0])
        notices = notices_of(runners)
        enter(collection, run.id, notices, device_of(runners))
        claims = Claims(collection, run.id, runner_id, stages)
        pipeline = Pipeline(runners, claims, decoders, options.decoder_count)
        writer = Writer(collection, run.id, runner_id, stages, held=run.held)
        return (yield from _flowing(pipeline, claims, writer, Note(collection, run, writer, notices), is_cancelled))


def _flowing(
    pipeline: Pipeline, claims: Claims, writer: Writer, note: Note, is_cancelled: IsCancelled
) -> Generator[Progress, None, Wish | None]:
    """Let pictures flow until nothing is left or a person wishes otherwise; that wish."""
    unwritten: list[Outcome] = []
    wish: Wish | None = None
    try:
        for written in _written(pipeline, writer, unwritten):
            claims.finished(written)
            note.tell(pipeline.lost)
            stop_if(is_cancelled)
            progress, wish = note.take()
            if progress is not None:
                yield progress
            if wish is not None:
                break
    except StoreError:
        # The database takes nothing: whoever goes on with the run makes these results again.
        pipeline.stop()
        unwritten.clear()
        raise
    finally:
        unwritten += pipeline.stop()
        writer.write(unwritten)
    note.tell(pipeline.lost)
    yield note.last()
    return wish


def _written(pipeline: Pipeline, writer: Writer, waiting: list[Outcome]) -> Iterator[int]:
    """Commit outcomes as they come; yields again and again how many more are committed. waiting: what is not yet."""
    since = time.monotonic()
    for outcome in pipeline.outcomes():
        if outcome is not None:
            waiting.append(outcome)
        if len(waiting) >= COMMIT_AT or time.monotonic() - since >= COMMIT_EVERY_S:
            count = len(waiting)
            writer.write(waiting)
            waiting.clear()
            since = time.monotonic()
            yield count
        elif outcome is None:
            yield 0
