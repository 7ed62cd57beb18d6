"""Measures scans against what the system itself needs for the same files.

    python -m bench.scan --files 200000

quick: new files into an empty library; its baseline is `find -printf` piped into COPY on a table with the same
columns and indexes. rescan: the unchanged tree, every file stat'ed; its baseline is `find -printf` alone.
`dtk serve` runs meanwhile, and its catalog follows (not with --database).
deep: metadata of the same files. Everything in one run, on a warm file cache, with its baseline right beside it.

    python -m bench.scan --full-size 2000

deep scan of files as large as real pictures (1.5 MiB), out of a cold file cache; its baseline is reading the same bytes
and digesting them (XXH3) with as many threads.

    python -m bench.scan --files 1000000 --growth

files per second in every tenth of one scan: the last tenth of a million should be no slower than the first.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from itertools import pairwise
from pathlib import Path

import psycopg
import sqlalchemy as sa
import xxhash
from psycopg import sql

from bench.libraries import Shape, make_library
from bench.serving import Serving, serving
from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.store.server import connect_embedded

ROUNDS = 3
LISTED = r"1\t%P\t%s\t%T@\n"
"""As cheap as find can tell size and time: dates in words would cost it six times as long."""

FULL_SIZE_BYTES = 3 * 2**19
QUICK_LIMIT = 3.0
RESCAN_LIMIT = 4.0
TENTHS = 10
FALL_LIMIT = 10.0


def measure(folder: Path, files: int, database: Database, server: Serving | None, *, deep: bool) -> dict[str, float]:
    """The figures of one library, in seconds, and their ratios."""
    find(folder)
    quicks: list[float] = []
    loads: list[float] = []
    collections = [database.collection(f"bench-{number}") for number in range(ROUNDS)]
    for empty in collections:
        if server:
            server.total("", empty.name)  # its catalog follows what the scan writes
        loads.append(seconds(lambda: find_into_copy(folder, database)))
        quicks.append(seconds(lambda empty=empty: run(empty, folder, "quick")))
    collection = collections[-1]
    rescans: list[float] = []
    finds: list[float] = []
    for _ in range(ROUNDS):
        finds.append(seconds(lambda: find(folder)))
        rescans.append(seconds(lambda: run(collection, folder, "quick")))
    quick, load = statistics.median(quicks), statistics.median(loads)
    rescan, listed = statistics.median(rescans), statistics.median(finds)
    figures = {
        "files": files,
        "quick_seconds": quick,
        "find_copy_seconds": load,
        "quick_ratio": quick / load,
        "rescan_seconds": rescan,
        "find_seconds": listed,
        "rescan_ratio": rescan / listed,
    }
    if deep:
        took = seconds(lambda: run(collection, folder, "deep"))
        figures |= {"deep_seconds": took, "deep_files_per_second": files / took}
    return {name: round(value, 3) for name, value in figures.items()}


def measure_full_size(folder: Path, database: Database) -> dict[str, float]:
    """Deep scan against bare reading, in seconds; the median of three rounds."""
    paths = [path for path in folder.rglob("*.*") if path.is_file()]
    for path in paths:
        with path.open("ab") as file:
            file.write(os.urandom(FULL_SIZE_BYTES - path.stat().st_size))
    os.sync()
    scans: list[float] = []
    reads: list[float] = []
    for number in range(ROUNDS):
        collection = database.collection(f"bench-large-{number}")
        run(collection, folder, "quick")
        forget(paths)
        reads.append(seconds(lambda: read_all(paths)))
        forget(paths)
        scans.append(seconds(lambda collection=collection: run(collection, folder, "deep")))
    deep, read = statistics.median(scans), statistics.median(reads)
    figures = {"files": len(paths), "deep_seconds": deep, "read_seconds": read, "deep_ratio": deep / read}
    return {name: round(value, 3) for name, value in figures.items()}


def measure_growth(folder: Path, database: Database) -> dict[str, list[float]]:
    """Files per second in each tenth of a quick scan, a rescan and a deep scan, whose baseline is the first tenth."""
    collection = database.collection("bench-growth")
    files = sum(len(names) for _, _, names in os.walk(folder))
    return {
        name: tenths(collection, folder, phase, files)
        for name, phase in (("quick scan", "quick"), ("rescan", "quick"), ("deep scan", "deep"))
    }


def tenths(collection: Collection, folder: Path, phase: str, files: int) -> list[float]:
    """Files per second in each tenth of one scan, from the first to the last."""
    root = add_root(collection, folder).id
    marks: list[tuple[float, int]] = []
    for progress in scan(collection, root, ScanOptions(phases=(phase,))):
        if not marks or progress.done >= marks[-1][1] + files // TENTHS:
            marks.append((time.perf_counter(), progress.done))
    return [(after[1] - before[1]) / (after[0] - before[0]) for before, after in pairwise(marks)]


def print_growth(figures: dict[str, list[float]]) -> None:
    """One line for each scan: its tenths, and the last against the first."""
    for name, rates in figures.items():
        fall = (1 - rates[-1] / rates[0]) * 100
        note = "" if fall <= FALL_LIMIT else "  TOO SLOW"
        print(f"{name:<12}{' '.join(f'{rate:8,.0f}' for rate in rates)}  files/s, falls by {fall:.0f} %{note}")


def forget(paths: Sequence[Path]) -> None:
    """Take the files out of the system's cache."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def read_all(paths: Sequence[Path]) -> None:
    """Read and digest every file, with as many threads as the scan has readers."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(_digest, paths))


def _digest(path: Path) -> bytes:
    return xxhash.xxh3_128_digest(path.read_bytes())


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def run(collection: Collection, folder: Path, phase: str) -> None:
    """Scan the folder."""
    for _ in scan(collection, add_root(collection, folder).id, ScanOptions(phases=(phase,))):
        pass


def find(folder: Path) -> None:
    """List the tree with size and time of every file, to nowhere."""
    subprocess.run(["find", folder, "-type", "f", "-printf", LISTED], stdout=subprocess.DEVNULL, check=True)


def find_into_copy(folder: Path, database: Database) -> None:
    """List the tree into a new table that has the columns and indexes of ours."""
    with database.listen() as connection:
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier("collection_main")))
        connection.execute("DROP TABLE IF EXISTS listed")
        connection.execute("CREATE TABLE listed (LIKE image INCLUDING ALL)")
        connection.execute(
            "ALTER TABLE listed ALTER mtime_ns TYPE double precision, ALTER file_date SET DEFAULT '2000-01-01'"
        )
        statement = "COPY listed (folder_id, name, size_bytes, mtime_ns) FROM STDIN"
        command = ["find", str(folder), "-type", "f", "-printf", LISTED]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE) as process,
            connection.cursor() as cursor,
            cursor.copy(statement) as copy,
        ):
            assert process.stdout is not None
            while part := process.stdout.read(1 << 18):
                copy.write(part)


@contextmanager
def fresh_database(server: str | None, data: Path) -> Generator[Database]:
    """An empty database with our tables: on this server, else on an embedded one of our own."""
    if server is None:
        with connect_embedded(data) as embedded, _database(embedded.url) as database:
            yield database
        return
    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with _database(sa.make_url(server).set(database=name).render_as_string(hide_password=False)) as database:
                yield database
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _database(url: str) -> Generator[Database]:
    database = Database(url)
    try:
        database.prepare()
        database.collection("main")
        yield database
    finally:
        database.close()


def print_table(figures: dict[str, float]) -> None:
    """The figures for people, then as one line of JSON."""
    rows = [
        ("quick scan", "quick_seconds", "find -printf | COPY", "find_copy_seconds", "quick_ratio", QUICK_LIMIT),
        ("rescan", "rescan_seconds", "find -printf", "find_seconds", "rescan_ratio", RESCAN_LIMIT),
    ]
    print(f"{figures['files']:,.0f} files")
    for name, ours, other, theirs, ratio, limit in rows:
        print(
            f"{name:<12}{figures[ours]:8.2f} s   {other:<20}{figures[theirs]:8.2f} s   "
            f"{figures[ratio]:5.2f} times (at most {limit:g})"
        )
    if "deep_seconds" in figures:
        print(f"{'deep scan':<12}{figures['deep_seconds']:8.2f} s   {figures['deep_files_per_second']:,.0f} files/s")
    print(json.dumps(figures))


def main() -> None:
    """Make a library, measure, print."""
    parser = argparse.ArgumentParser(description="Measure the scans against find and COPY.")
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--library", type=Path, help="use this library (made by bench.libraries) instead of a new one")
    parser.add_argument("--database", help="use this PostgreSQL server instead of an embedded one")
    parser.add_argument("--no-deep", action="store_true")
    parser.add_argument("--full-size", type=int, metavar="FILES", help="measure the deep scan of large files alone")
    parser.add_argument("--growth", action="store_true", help="measure the rates in each tenth of the scans alone")
    asked = parser.parse_args()
    temporary = Path(tempfile.mkdtemp(prefix="dtk-bench-"))
    try:
        if asked.full_size:
            make_library(temporary / "library", Shape(files=asked.full_size))
            with fresh_database(asked.database, temporary / "data") as database:
                figures = measure_full_size(temporary / "library", database)
            print(
                f"deep scan of {figures['files']:,.0f} files of 1.5 MiB {figures['deep_seconds']:.2f} s   "
                f"reading them {figures['read_seconds']:.2f} s   {figures['deep_ratio']:.2f} times"
            )
            print(json.dumps(figures))
            return
        folder = asked.library or temporary / "library"
        if asked.library is None:
            make_library(folder, Shape(files=asked.files))
        if asked.growth:
            with fresh_database(asked.database, temporary / "data") as database:
                print_growth(measure_growth(folder, database))
            return
        files = asked.files if asked.library is None else sum(1 for path in folder.rglob("*.*") if path.is_file())
        data = temporary / "data"
        with (
            fresh_database(asked.database, data) as database,
            nullcontext() if asked.database else serving(data) as server,
        ):
            print_table(measure(folder, files, database, server, deep=not asked.no_deep))
    finally:
        shutil.rmtree(temporary)


if __name__ == "__main__":
    main()
