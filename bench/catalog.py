"""Measures the catalog: page of 200 from the middle of the result, exact total and three facets, for 40 mixed queries.

`python -m bench.catalog --rows 1000000 [--url postgresql://…]` makes its own database (embedded without --url),
fills it, and prints times of the catalog beside times of SQL on the same rows.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import psutil
import sqlalchemy as sa

from bench.rows import Spread, fill, image_lines
from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.catalog.sort import KEYS
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.store.database import Collection, Database, driver

PAGE = 200
FACETS = ("folder", "model", "sampler")
OTHER_FACETS = ("generator", "month", "rating")
TARGET_P95_MS = 30.0
NOW = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))

QUERIES: Sequence[tuple[str, str]] = (
    ("", "date"), ("", "added asc"), ("", "modified"), ("", "name"), ("", "path"), ("", "rating"), ("", "filesize"),
    ("", "pixels"), ("", "ratio desc"), ("", "prompt"), ("", "model"), ("", "seed"), ("", "steps"), ("", "cfg"),
    ("", "random:7"),
    ("castle", "date"), ("best quality", "date"), ("masterpiece, 1girl", "name"), ("blue eyes, long hair", "rating"),
    ("*punk", "date"), ('"night sky, "', "date"), ('"by greg rutkowski"', "seed"), ("lora detail 7", "date"),
    ("v123456", "date"), ("castle OR tower", "path"), ("fantasy, -dragon", "prompt"), ("negative:blurry", "date"),
    ("zuvor", "date"), ("steps:20", "name"), ("cfg:4..6 steps>=30", "date"), ("seed:123*", "date"),
    ("rating>=8 favorite", "rating"), ("model:juggernaut* sampler:\"euler a\"", "model"),
    ("date:2025-01-01..2025-06-30", "date"), ("size:portrait generator:comfyui", "pixels"), ("path:*img2img*", "path"),
    ("in:2024 ext:png", "filesize"), ("width>=1024 has:workflow portrait", "date"), ("rating:none snow", "random:3"),
    ("(masterpiece:1.2), castle, model:realvis* rating>=5", "date"),
)  # fmt: skip
"""40 texts; every sort, no words, common and rare words, ranges and combinations."""

WARM_UP: Sequence[tuple[str, str]] = (
    ("forest", "date"), ("highly detailed", "name"), ("steps:30 cfg:7", "path"), ("rating:10", "rating"),
    ("date:2023", "filesize"), ("in:2022", "pixels"), ("sampler:ddim", "ratio"), ("*scape", "prompt"),
    ("", "model desc"), ('"digital painting"', "seed asc"), ("size:square", "steps desc"),
    ("model:dreamshaper*", "cfg desc"), ("path:contains txt2img", "added"), ("type:image", "modified asc"),
    ("sunset", "random:1"),
)  # fmt: skip

BASELINE: Sequence[tuple[str, str, str]] = (
    ("", "TRUE", "file_date DESC"),
    ("castle", "prompt_id IN (SELECT id FROM prompt WHERE text ~* '\\mcastle')", "file_date DESC"),
    ("steps:20", "steps = 20", "name"),
    (
        "date:2025-01-01..2025-06-30",
        "file_date >= '2024-12-31T23:00Z' AND file_date < '2025-06-30T22:00Z'",
        "file_date",
    ),
)


def main() -> None:
    """Measure, print, and fail when the target is missed by far."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--url", help="an empty or filled database; without it an embedded one is made and removed")
    parser.add_argument("--scan", nargs=2, metavar=("URL", "ROWS"), help=argparse.SUPPRESS)
    parser.add_argument("--first", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.first:
        first_start(options.first[0], Path(options.first[1]))
        return
    if options.scan:
        scan_until_told(options.scan[0], int(options.scan[1]))
        return
    with tempfile.TemporaryDirectory() as folder, database_url(options.url, folder) as url:
        measure(url, options.rows, Path(folder))


@contextmanager
def database_url(given: str | None, folder: str) -> Generator[str]:
    """The given database, or an embedded one for as long as it is needed."""
    if given:
        yield given
        return
    from diffusion_toolkit.store.server import connect_embedded

    with connect_embedded(Path(folder) / "server") as server:
        yield server.url


def measure(url: str, rows: int, folder: Path) -> None:
    """Fill if empty, then measure everything and print it."""
    database = Database(url)
    database.prepare()
    collection = database.collection()
    with collection.begin() as connection:
        is_empty = connection.scalar(sa.text("SELECT NOT EXISTS (SELECT FROM image)"))
    if is_empty:
        print(f"filling with {rows:,} images …", file=sys.stderr)
        fill(collection, Spread(rows=rows, prompts=max(1, rows * 2 // 5)))
    # In a process of its own, so that the memory below is that of a later start.
    subprocess.run([sys.executable, "-m", "bench.catalog", "--first", url, str(folder / "snapshots")], check=True)
    options = CatalogOptions(snapshot_folder=folder / "snapshots")
    catalog = Catalog(collection, options)
    print(f"load from the snapshot              {timed(catalog.load):8.0f} ms")
    search = Search(catalog)
    cold = [
        timed(lambda word=word: search.run(word, now=NOW))
        for word in ("portrait", "sharp focus", '"red hair"', "*lights")
    ]
    show("cold word leaves", cold)
    for query, sort in WARM_UP:
        one(search, query, sort, OTHER_FACETS)
    show("40 queries, quiet", everything(search))

    process = subprocess.Popen([sys.executable, "-m", "bench.catalog", "--scan", url, str(rows)], stdin=subprocess.PIPE)
    catalog.follow()
    time.sleep(3)
    revision = catalog.state.revision
    busy = everything(search, pause_s=0.1)
    assert process.stdin is not None
    process.stdin.close()
    process.wait()
    show(f"40 queries, {catalog.state.revision - revision} states of a scan meanwhile", busy)
    print(f"memory (PSS), this process          {pss_mb([psutil.Process()]):8.0f} MB")
    print(f"memory (PSS), with PostgreSQL       {pss_mb([psutil.Process(), *server_processes(collection)]):8.0f} MB")
    compare_with_sql(collection, search)
    catalog.close()
    database.close()


def first_start(url: str, folder: Path) -> None:
    """Load without a snapshot, and leave one."""
    database = Database(url)
    catalog = Catalog(database.collection(), CatalogOptions(snapshot_folder=folder))
    print(f"load from the store                 {timed(catalog.load):8.0f} ms", flush=True)
    search = Search(catalog)
    print(f"first word query (words not ready)  {timed(lambda: search.run('castle', now=NOW)):8.0f} ms", flush=True)
    print(f"snapshot written                    {timed(catalog.save):8.0f} ms", flush=True)
    while len(catalog.state.orders.ready) < len(KEYS):
        time.sleep(0.1)
    catalog.save()
    catalog.close()
    database.close()


def one(search: Search, query: str, sort: str, facets: Sequence[str]) -> int:
    """What a page asks for: total, 200 items from the middle, three facets."""
    found = search.run(query, sort, now=NOW)
    search.page(found.handle, max(0, found.total // 2 - PAGE // 2), PAGE)
    search.facets(found.handle, facets)
    return found.total


def everything(search: Search, pause_s: float = 0.0) -> list[float]:
    """Each query once; prints the slowest."""
    times: list[tuple[float, str]] = []
    for number, (query, sort) in enumerate(QUERIES):
        facets = FACETS if number % 2 else OTHER_FACETS
        times.append((timed(lambda q=query, s=sort, f=facets: one(search, q, s, f)), f"{query!r} by {sort}"))
        time.sleep(pause_s)
    for taken, text in sorted(times, reverse=True)[:4]:
        print(f"    {taken:6.1f} ms  {text}")
    return [taken for taken, _ in times]


def show(title: str, times: Sequence[float]) -> None:
    """Percentiles in one line."""
    p50, p95 = np.percentile(times, [50, 95])
    print(f"{title}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, max {max(times):.1f} ms")


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1_000


def scan_until_told(url: str, rows: int) -> None:
    """Like a scan: batches of new images and of images read deeply, each committed, until standard input closes."""
    database = Database(url)
    collection = database.collection()
    random = np.random.default_rng()
    spread = Spread(rows=rows, prompts=max(1, rows * 2 // 5))
    closed = _closed_input()
    number = 0
    while not closed():
        number += 1
        _commit_batch(collection, spread, random, number)
        time.sleep(0.25)
    with collection.begin() as connection:
        connection.exec_driver_sql("DELETE FROM image WHERE id > %s", (rows,))
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
            " scheduler_id, steps, cfg_scale, seed, workflow) FROM STDIN"
        ) as copy:
            first = spread.rows + 1 + number * 256
            for line in image_lines(spread, random, first_id=first, count=256):
                copy.write(line + "\n")
        ids = random.integers(1, spread.rows + 1, 256).tolist()
        connection.exec_driver_sql(
            "UPDATE image SET steps = 1 + mod(id, 40), prompt_id = (SELECT max(id) FROM prompt) WHERE id = ANY(%s)",
            (ids,),
        )


def _closed_input() -> Callable[[], bool]:
    import select

    def is_closed() -> bool:
        ready, _, _ = select.select([sys.stdin], [], [], 0)
        return bool(ready)

    return is_closed


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


def compare_with_sql(collection: Collection, search: Search) -> None:
    """The same answers by SQL in this run."""
    for query, condition, order in BASELINE:
        catalog_ms = timed(lambda query=query: one(search, query, "date", FACETS))
        sql_ms = timed(lambda condition=condition, order=order: _by_sql(collection, condition, order))
        print(f"SQL baseline {query!r}: {sql_ms:.0f} ms, catalog {catalog_ms:.1f} ms, {sql_ms / catalog_ms:.0f} times")


def _by_sql(collection: Collection, condition: str, order: str) -> None:
    with collection.begin() as connection:
        total = connection.scalar(sa.text(f"SELECT count(*) FROM image WHERE {condition}")) or 0
        connection.execute(
            sa.text(
                f"SELECT id, name FROM image WHERE {condition} ORDER BY {order}, id OFFSET {total // 2} LIMIT {PAGE}"
            )
        ).all()
        for column in ("folder_id", "model_id", "sampler_id"):
            connection.execute(
                sa.text(f"SELECT {column}, count(*) FROM image WHERE {condition} GROUP BY 1 ORDER BY 2 DESC LIMIT 50")
            ).all()


if __name__ == "__main__":
    main()
