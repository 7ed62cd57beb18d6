"""A real watcher over a real folder, and the patience to see what it does."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from scan_pictures import BOTH, by_name, png, rate, run, write

from diffusion_toolkit.generators import read_file
from diffusion_toolkit.jobs.watcher import Watcher
from diffusion_toolkit.library.watching.listening import WatchOptions
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.watching import WatchedRow, watched

PATIENCE_S = 60.0
"""A machine that is busy with other tests may be slow; what must be fast is measured by `bench.watch`."""


def eventually(fact: Callable[[], bool], within_s: float = PATIENCE_S) -> float:
    """Wait until something holds; returns how long it took."""
    begun = time.monotonic()
    while not fact():
        assert time.monotonic() - begun < within_s, f"not within {within_s} seconds"
        time.sleep(0.02)
    return time.monotonic() - begun


@contextmanager
def watching(collection: Collection, options: WatchOptions | None = None) -> Generator[Watcher]:
    """A watcher that has begun to listen to every root."""
    watcher = Watcher(collection.database, read_file, options)
    watcher.start()
    try:
        eventually(lambda: bool(hows(collection)))
        yield watcher
    finally:
        watcher.stop()


def hows(collection: Collection) -> dict[int, WatchedRow]:
    """How each root is watched."""
    with collection.begin() as connection:
        return watched(connection, collection)


def waiting_jobs(collection: Collection) -> int:
    """How many jobs wait in the queue."""
    with collection.begin() as connection:
        if connection.scalar(sa.text("SELECT to_regclass('procrastinate.procrastinate_jobs')")) is None:
            return 0
        return int(connection.scalar(sa.text("SELECT count(*) FROM procrastinate.procrastinate_jobs")) or 0)


def rated_root(collection: Collection, folder: Path) -> Path:
    """A root of one picture, scanned and rated."""
    write(folder / "old.png", png("old", 1))
    run(collection, folder, BOTH)
    rate(collection, "old.png", 7)
    return folder


def prompts(collection: Collection) -> dict[str, str | None]:
    """Prompt by place."""
    return {place: row["prompt"] for place, row in by_name(collection).items()}
