"""Measures how soon the watcher shows what happens in a root, with real files.

    python -m bench.watch --files 10000

one: seconds from the closing of one new file until its row, and until its metadata, are in the store (median and
worst of some rounds, in a root that holds the flood already). flood: many files written at once, by another process.
rename: a folder of all of them renamed.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from bench.libraries import Shape, make_library
from bench.scan import fresh_database
from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.jobs.watcher import Watcher
from diffusion_toolkit.library.roots import add_root, watched_roots
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.store.database import Collection

ROUNDS = 10
LIMIT_S = 2.0
PATIENCE_S = 600.0


def until(fact: Callable[[], bool]) -> float:
    """Wait until something holds; seconds."""
    begun = time.perf_counter()
    while not fact():
        if time.perf_counter() - begun > PATIENCE_S:
            raise SystemExit("It never came to be.")
        time.sleep(0.02)
    return time.perf_counter() - begun


def count(collection: Collection, condition: str, values: dict[str, str] | None = None) -> int:
    """How many images that are there fulfil a condition."""
    query = (
        "SELECT count(*) FROM image JOIN folder ON folder.id = folder_id"
        f" WHERE image.missing_since IS NULL AND {condition}"
    )
    with collection.begin() as connection:
        return int(connection.scalar(sa.text(query), values or {}) or 0)


def measure(collection: Collection, top: Path, source: Path, files: int) -> dict[str, float]:
    """The figures, in seconds."""
    figures: dict[str, float] = {"files": files}
    copy = [sys.executable, "-c", "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2])"]
    begun = time.perf_counter()
    subprocess.run([*copy, str(source), str(top / "flood")], check=True)
    figures["flood_written_s"] = time.perf_counter() - begun
    until(lambda: count(collection, "true") >= files)
    figures["flood_visible_s"] = time.perf_counter() - begun
    pictures = sorted(path for path in source.rglob("*") if path.is_file())[:ROUNDS]
    seen: list[float] = []
    read: list[float] = []
    for number, picture in enumerate(pictures):
        name = f"one-{number}{picture.suffix}"
        shutil.copyfile(picture, top / name)
        begun = time.perf_counter()
        until(lambda name=name: count(collection, "name = :name", {"name": name}) == 1)
        seen.append(time.perf_counter() - begun)
        until(lambda name=name: count(collection, "name = :name AND phase = 1", {"name": name}) == 1)
        read.append(time.perf_counter() - begun)
        time.sleep(0.5)
    figures |= {"one_visible_s": statistics.median(seen), "one_visible_worst_s": max(seen)}
    figures |= {"one_read_s": statistics.median(read), "one_read_worst_s": max(read)}
    (top / "flood").rename(top / "renamed")
    figures["rename_s"] = until(
        lambda: (
            count(collection, "starts_with(path, 'renamed')") >= files
            and count(collection, "starts_with(path, 'flood')") == 0
        )
    )
    return {name: round(value, 3) for name, value in figures.items()}


def main() -> None:
    """Make files, watch, measure, print."""
    parser = argparse.ArgumentParser(description="Measure the watcher.")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--database", help="use this PostgreSQL server instead of an embedded one")
    asked = parser.parse_args()
    temporary = Path(tempfile.mkdtemp(prefix="dtk-bench-"))
    try:
        make_library(temporary / "source", Shape(files=asked.files))
        files = sum(1 for path in (temporary / "source").rglob("*.*") if path.is_file())
        top = temporary / "root"
        top.mkdir()
        with fresh_database(asked.database, temporary / "data") as database:
            collection = database.collection("main")
            root = add_root(collection, top)
            for _ in scan(collection, root.id, ScanOptions(workers=1)):
                pass
            watcher = Watcher(database, FileReader())
            watcher.start()
            try:
                until(lambda: watched_roots(collection)[root.id].how == "events")
                figures = measure(collection, top, temporary / "source", files)
            finally:
                watcher.stop()
        for name, value in figures.items():
            limit = f"   (at most {LIMIT_S:g})" if name == "one_visible_worst_s" else ""
            print(f"{name:<22}{value:10,.2f}{limit}")
        print(json.dumps(figures))
    finally:
        shutil.rmtree(temporary)


if __name__ == "__main__":
    main()
