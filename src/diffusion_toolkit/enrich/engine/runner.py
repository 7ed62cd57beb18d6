"""A runner: somebody who works on a run, with a lock that tells whether it lives, and the run's row kept by it."""

import contextlib
import logging
import os
import platform
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.runs import Run
from diffusion_toolkit.enrich.engine.stage import AnyStage, StageFailed
from diffusion_toolkit.enrich.engine.writing import Writer
from diffusion_toolkit.errors import Cancelled, StoreError, ToolkitError
from diffusion_toolkit.progress import Pace, Progress
from diffusion_toolkit.store import enrichment_items as items
from diffusion_toolkit.store import enrichment_runs as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.enrichment_runs import Wish
from diffusion_toolkit.store.locks import RootLock
from diffusion_toolkit.store.options import announce_progress

NOTE_EVERY_S: Final = 0.5
BEAT_EVERY_S: Final = 5.0

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def working(collection: Collection, run_id: int) -> Generator[int]:
    """Be a runner of a run; its number. Ends it in order, however the work in the body ends: without an error, the body
    has called `leave`; stopped, it waits for whoever goes on; broken off, it rests; else it failed.
    """
    with _living(collection, run_id) as runner_id:
        try:
            yield runner_id
        except Cancelled:
            leave(collection, run_id, runner_id, "waiting")
            raise
        except (GeneratorExit, KeyboardInterrupt):
            leave(collection, run_id, runner_id, "paused")
            raise
        except ToolkitError as error:
            leave(collection, run_id, runner_id, "failed", str(error))
            raise
        except BaseException:
            _log.exception("Run %d failed", run_id)
            leave(collection, run_id, runner_id, "failed", "An unexpected error; see the log.")
            raise


def leave(
    collection: Collection, run_id: int, runner_id: int, state: runs.RunState, message: str | None = None
) -> None:
    """End as a runner, and end the run when there is no other. When the database cannot be reached, whoever comes next
    sees that we are gone.
    """
    with contextlib.suppress(StoreError), collection.begin() as connection:
        items.remove_runner(connection, runner_id)
        others = items.runners(connection, collection, run_id)
        if not others:
            runs.finish_waiting(connection, run_id, state, message)


def by_name(run: Run, opened: Sequence[AnyStage]) -> dict[str, AnyStage]:
    """The opened stages. Raises StageFailed when one that was planned is not among them."""
    stages = {stage.name: stage for stage in opened}
    if gone := [name for name in run.stages if name not in stages]:
        raise StageFailed(f'"{gone[0]}" cannot be done any more: its model is not here.')
    return stages


def enter(collection: Collection, run_id: int, notices: Sequence[str], device: str, place: str = "") -> None:
    """The run runs now. notices: sentences for people, such as on what it runs; device, place: as the store has it."""
    with collection.begin() as connection:  # a wish of the time of loading stays
        store.begin(connection, run_id, notices=list(dict.fromkeys(notices)), device=device, place=place)


ENDS: Final[Mapping[Wish | None, runs.RunState]] = {None: "done", "pause": "paused", "cancel": "cancelled"}
"""How a run ends that was worked on until nothing was left, or until a person wished otherwise."""


@contextlib.contextmanager
def _living(collection: Collection, run_id: int) -> Generator[int]:
    """A runner with its session lock, and a heart that beats while it lives."""
    place = f"{platform.node()} {os.getpid()}"
    with collection.begin() as connection:
        runner_id = items.add_runner(connection, run_id, place)
        # Before anybody sees it: without its lock it would be thought dead.
        lock = RootLock(collection, runner_id, items.RUNNER)
        lock.take()
    stopping = threading.Event()

    def beat() -> None:
        while not stopping.wait(BEAT_EVERY_S):
            with contextlib.suppress(StoreError), collection.begin() as connection:
                items.beat(connection, run_id, runner_id, place)

    heart = threading.Thread(target=beat, name="dtk-heart", daemon=True)
    try:
        heart.start()
        yield runner_id
    finally:
        stopping.set()
        lock.close()


class Note:
    """Keeps the progress in the run's row, and hears what a person wishes. notices: those the run was entered with."""

    def __init__(self, collection: Collection, run: Run, writer: Writer, notices: Sequence[str] = ()) -> None:
        self._collection = collection
        self._run = run
        self._writer = writer
        self._notices = notices
        self._news: tuple[str, ...] = ()
        self._pace = Pace()
        self._noted_at = time.monotonic()

    def take(self) -> tuple[Progress | None, Wish | None]:
        """The progress, now and then, and the wish, when there is one."""
        now = time.monotonic()
        if now - self._noted_at < NOTE_EVERY_S:
            return None, None
        progress, wish = self.last(), None
        # Whether the database is away for long is for who commits to find out.
        with contextlib.suppress(StoreError), self._collection.begin() as connection:
            wish = store.note_progress(
                connection,
                self._run.id,
                rate_per_s=progress.rate_per_s,
                remaining_s=progress.remaining_s,
                busy_s=now - self._noted_at,
            )
            announce_progress(connection)
        self._noted_at = now
        return progress, wish

    def tell(self, news: tuple[str, ...]) -> None:
        """Have the run say these sentences too, which are all that there are since it was entered."""
        if news != self._news:
            with self._collection.begin() as connection:
                store.change(connection, self._run.id, notices=list(dict.fromkeys((*self._notices, *news))))
            self._news = news

    def last(self) -> Progress:
        """The progress as it is."""
        writer, run = self._writer, self._run
        done, failed = run.done + writer.done, run.failed + writer.failed
        total = max(run.total, done + failed)
        counts = {"done": done, "failed": failed}
        rated = self._pace.report(run.kind, writer.done + writer.failed, total - run.done - run.failed)
        return replace(rated, done=done + failed, total=total, counts=counts)
