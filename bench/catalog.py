"""Measures searching over HTTP: page of 200 from the middle of the result, exact total and five facets, for 60 queries.

`python -m bench.catalog --images 1000000` makes a library of its own (40 tags an image, two fifths as many distinct
prompts, LoRAs, albums, three in ten with a ComfyUI graph), starts `dtk serve` on it, and asks each text once after a
warm-up with other texts; again while a scan writes; rates 10,000 images; and asks SQLite with LIKE on the same rows.
"""

import argparse
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import sqlalchemy as sa

from bench.queries import CASES, COLD, HTTP_FACETS, STORE_CASES, WARM_UP
from bench.rows import MORE_COLUMNS, Spread, fill, image_lines
from bench.serving import Serving, serving
from bench.sqlite import compare_with_sqlite
from diffusion_toolkit.jobs.worker import give_way
from diffusion_toolkit.store.database import Collection, Database, driver
from diffusion_toolkit.store.server import connect_embedded

PAGE = 200
TARGET_P95_MS = 50.0
TARGET_RATING_S = 1.0
TARGET_MB = 4_096
SNAPSHOT_S = 3
QUIET_S = 8
MOST_WAIT_S = 300


def main() -> None:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", "--rows", dest="images", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a folder in which the library is made once and stays")
    parser.add_argument("--scan", nargs=2, metavar=("FOLDER", "IMAGES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.scan:
        scan_until_told(Path(options.scan[0]), int(options.scan[1]))
        return
    with tempfile.TemporaryDirectory(prefix="dtk-bench-") as name:
        folder = options.keep or Path(name)
        make_library(folder, options.images)
        measure(folder, options.images)


@contextmanager
def database_url(given: str | None, folder: str) -> Generator[str]:
    """The given database, or an embedded one for as long as it is needed."""
    if given:
        yield given
        return
    with connect_embedded(Path(folder) / "server") as server:
        yield server.url


def spread_of(images: int) -> Spread:
    """A library of so many images with two fifths as many distinct prompts."""
    return Spread(rows=images, prompts=max(1, images * 2 // 5))


def make_library(folder: Path, images: int) -> None:
    """Write the library, if the folder has none."""
    with connect_embedded(folder) as server:
        database = Database(server.url)
        database.prepare()
        collection = database.collection()
        with collection.begin() as connection:
            is_empty = connection.scalar(sa.text("SELECT NOT EXISTS (SELECT FROM image)"))
        if is_empty:
            taken = timed(lambda: fill(collection, spread_of(images))) / 1_000
            print(f"library of {images:,} images written {taken:8.0f} s", flush=True)
        database.close()


def measure(folder: Path, images: int) -> None:
    """Start twice, from the store and from the snapshot, and ask."""
    with serving(folder) as server:
        print(f"first start, from the store         {timed(lambda: server.total('')) / 1_000:8.1f} s", flush=True)
        wait_for_snapshot(folder)
    with serving(folder) as server:
        print(f"later start, from its snapshot      {timed(lambda: server.total('')) / 1_000:8.1f} s", flush=True)
        wait_until_quiet(server)
        ask = Asking(server)
        for query, sort in WARM_UP:
            ask.one(query, sort, 0)
        show("cold leaves", [ask.one(query, sort, 1) for query, sort in COLD])
        quiet = ask.everything(CASES)
        show(f"{len(CASES)} queries, quiet", quiet, TARGET_P95_MS)
        show("values of nodes, asked of the store", ask.everything(STORE_CASES))
        rate(server, images)
        with scanning(folder, images):
            time.sleep(3)
            busy = ask.everything(CASES, pause_s=0.1)
        show(f"{len(CASES)} queries during a scan", busy, TARGET_P95_MS)
        memory = memory_mb(server, folder)
        print(f"memory of all processes (PSS)       {memory:8.0f} MB{'' if memory < TARGET_MB else '  TOO MUCH'}")
        compare_with_sqlite(folder, images, lambda query: ask.one(query, "date", 0))


class Asking:
    """Asks like the page does: the search with its facets, then 200 items from the middle."""

    def __init__(self, server: Serving) -> None:
        self._server = server

    def one(self, query: str, sort: str, facets: int) -> float:
        """Milliseconds of one query with its page, total and facets."""
        begun = time.perf_counter()
        found = self._server.get("search", q=query, sort=sort, facets=HTTP_FACETS[facets % len(HTTP_FACETS)])
        offset = max(0, found["total"] // 2 - PAGE // 2)
        self._server.get(f"selections/{found['selection']}/items", offset=offset, limit=PAGE)
        return (time.perf_counter() - begun) * 1_000

    def everything(self, cases: Sequence[tuple[str, str]], pause_s: float = 0.0) -> list[float]:
        """Each query once; prints the slowest."""
        times: list[tuple[float, str]] = []
        for number, (query, sort) in enumerate(cases):
            times.append(
                (self.one(query, sort, number), f"{query!r} by {sort}, {HTTP_FACETS[number % len(HTTP_FACETS)]}")
            )
            time.sleep(pause_s)
        for taken, text in sorted(times, reverse=True)[:5]:
            print(f"    {taken:6.1f} ms  {text}")
        return [taken for taken, _ in times]


def rate(server: Serving, images: int) -> None:
    """Rate 10,000 images at once, and see it in the next query."""
    chosen = np.random.default_rng().choice(np.arange(1, images + 1), min(10_000, images), replace=False).tolist()
    begun = time.perf_counter()
    written = server.post("curation", {"image_ids": chosen, "set": {"rating": 10}})
    after_write = time.perf_counter() - begun
    ids = ",".join(map(str, sorted(chosen)[:1_000]))
    found = server.get("search", q=f"rating:10 id:{ids}", after=written["token"])
    taken = time.perf_counter() - begun
    assert found["total"] == len(sorted(chosen)[:1_000]), found["total"]
    note = "" if taken <= TARGET_RATING_S else "  TOO SLOW"
    print(f"10,000 images rated                 {after_write:8.2f} s, seen by the next query {taken:.2f} s{note}")


def wait_until_quiet(server: Serving) -> None:
    """Until the look at every folder with which the program starts has ended, what it found is in the catalog, and
    lists of tags that changed much are built anew."""
    wait_until_steady(lambda: server.get("search", q="", facets="rating")["revision"], QUIET_S)


def wait_for_snapshot(folder: Path) -> None:
    """Until the server has written what the next start reads, with all orders."""
    wait_until_steady(lambda: [path.stat().st_size for path in (folder / "catalog").rglob("*.catalog")], SNAPSHOT_S)


def wait_until_steady(read: Callable[[], object], still_s: float) -> None:
    """Until something is there and stays the same for so long."""
    last, since, end = read(), time.monotonic(), time.monotonic() + MOST_WAIT_S
    while not last or time.monotonic() - since < still_s:
        if time.monotonic() > end:
            return
        time.sleep(0.2)
        if (found := read()) != last:
            last, since = found, time.monotonic()


def show(title: str, times: Sequence[float], target: float | None = None) -> None:
    """Percentiles in one line."""
    p50, p95 = np.percentile(times, [50, 95])
    note = "  TOO SLOW" if target is not None and p95 > target else ""
    print(f"{title}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, max {max(times):.1f} ms{note}", flush=True)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1_000


# --- a scan meanwhile -----------------------------------------------------------------------------


@contextmanager
def scanning(folder: Path, images: int) -> Generator[None]:
    """A process that writes like a scan does, for as long as this lasts."""
    command = [sys.executable, "-m", "bench.catalog", "--scan", str(folder), str(images)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None
    try:
        yield
    finally:
        process.stdin.close()
        process.wait()


def scan_until_told(folder: Path, images: int) -> None:
    """Batches of new images and of images read deeply, each committed, until standard input closes."""
    give_way()
    with connect_embedded(folder) as server:
        database = Database(server.url)
        collection = database.collection()
        random = np.random.default_rng()
        with collection.begin() as connection:
            used = int(connection.scalar(sa.text("SELECT coalesce(max(image_id), 0) FROM tombstone")) or 0)
        number = max(0, used - images) // 256 + 1  # as in life, no number is given twice
        while not select.select([sys.stdin], [], [], 0)[0]:
            number += 1
            _commit_batch(collection, spread_of(images), random, number)
            time.sleep(0.25)
        with collection.begin() as connection:
            connection.exec_driver_sql("DELETE FROM image WHERE id > %s", (images,))
        database.close()


def _commit_batch(collection: Collection, spread: Spread, random: np.random.Generator, number: int) -> None:
    with collection.begin() as connection:
        cursor = driver(connection).cursor()
        with cursor.copy("COPY prompt (identity, text) FROM STDIN") as copy:
            for _ in range(100):
                text = f"castle, freshly scanned {random.integers(1 << 62)}, blue eyes"
                copy.write(f"\\\\x{random.bytes(32).hex()}\t{text}\n")
        with cursor.copy(
            "COPY image (id, folder_id, name, size_bytes, mtime_ns, file_date, added_at, phase, problems, format,"
            " width, height, fingerprint, generator_id, prompt_id, negative_prompt_id, model_id, sampler_id,"
            f" scheduler_id, steps, cfg_scale, seed, workflow, {MORE_COLUMNS}) FROM STDIN"
        ) as copy:
            first = spread.rows + 1 + number * 256
            for line in image_lines(spread, random, first_id=first, count=256):
                copy.write(line + "\n")
        ids = random.integers(1, spread.rows + 1, 256).tolist()
        connection.exec_driver_sql(
            "UPDATE image SET steps = 1 + mod(id, 40), prompt_id = (SELECT max(id) FROM prompt) WHERE id = ANY(%s)",
            (ids,),
        )
        connection.exec_driver_sql(
            "UPDATE image_tags SET tag_ids = tag_ids[1:30], confidences = confidences[1:30]"
            " WHERE image_id = ANY(%s) AND source = 'wd'",
            (ids[:64],),
        )


# --- memory ---------------------------------------------------------------------------------------


def memory_mb(server: Serving, folder: Path) -> float:
    """Memory of the server, its worker and PostgreSQL together."""
    ours = psutil.Process(server.process.pid)
    with connect_embedded(folder) as embedded:
        database = Database(embedded.url)
        found = [ours, *ours.children(recursive=True), *server_processes(database.collection())]
        database.close()
        return pss_mb(list({process.pid: process for process in found}.values()))


def server_processes(collection: Collection) -> list[psutil.Process]:
    """PostgreSQL's processes, when they run on this machine."""
    with collection.begin() as connection:
        backend = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    try:
        postmaster = psutil.Process(int(backend or 0)).parent()
    except psutil.NoSuchProcess:
        return []
    return [postmaster, *postmaster.children(recursive=True)] if postmaster else []


def pss_mb(processes: Sequence[psutil.Process]) -> float:
    """Memory of some processes together; what several share counts once."""
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


if __name__ == "__main__":
    main()
