"""Measures the workflow store: writing and asking for the values of nodes in a library of ComfyUI pictures.

`python -m bench.workflows --images 80000 [--url postgresql://…]` makes its own database (embedded without --url) with
50 properties per picture in some dozens of graphs, as deep-scan batches write them, and prints each query's time beside
that of a plain count over the same table in the same run.
"""

import argparse
import hashlib
import random
import statistics
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import sqlalchemy as sa

from bench.catalog import database_url, timed
from bench.rows import Spread, prompt_texts
from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.record import FileRecord, Recipe, WorkflowGraph
from diffusion_toolkit.store import deep
from diffusion_toolkit.store.database import Collection, Database, driver
from diffusion_toolkit.store.readings import Interned, Reading, read_rows

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BATCH = 250
GRAPHS = 48
CORE = (
    ("KSampler", ("seed", "steps", "cfg", "sampler_name", "scheduler", "denoise")),
    ("CLIPTextEncode", ("text",)),
    ("CLIPTextEncode", ("text",)),
    ("CheckpointLoaderSimple", ("ckpt_name",)),
    ("EmptyLatentImage", ("width", "height", "batch_size")),
    ("SaveImage", ("filename_prefix",)),
)
MEMORY_LIMIT_MS = 10.0
STORE_LIMIT_MS = 300.0
QUERIES: Sequence[tuple[str, float]] = (
    ("node:KSampler", MEMORY_LIMIT_MS),
    ("node:Extra3*", MEMORY_LIMIT_MS),
    ("graph:like 1", MEMORY_LIMIT_MS),
    ("node.KSampler.cfg:any", MEMORY_LIMIT_MS),
    ("node.KSampler.cfg>7", STORE_LIMIT_MS),
    ("node.KSampler.steps:20..25", STORE_LIMIT_MS),
    ("node.KSampler.sampler_name:euler|dpmpp_2m", STORE_LIMIT_MS),
    ('node.*.text:"castle"', STORE_LIMIT_MS),
    ("node.*.text:blue", STORE_LIMIT_MS),
    ("node.*.seed:123*", STORE_LIMIT_MS),
    ("node.*.*:none_such", STORE_LIMIT_MS),
    ("node.Extra3*.p1>500 node.KSampler.cfg<5", STORE_LIMIT_MS),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=80_000)
    parser.add_argument("--url", help="an empty database; without it an embedded one is made and removed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database_url(options.url, folder) as url:
        database = Database(url)
        database.prepare()
        collection = database.collection()
        measure(collection, options.images)
        database.close()


def measure(collection: Collection, images: int) -> None:
    """Write pictures without and with graphs, then ask."""
    add_images(collection, images)
    plain = write(collection, [None] * images) / 1_000
    print(f"write without graphs                {images / plain:8.0f} rows/s")
    full = write(collection, list(graphs(images))) / 1_000
    print(f"write with graphs, first            {images / full:8.0f} rows/s, {plain / full:.2f} of those without")
    again = write(collection, list(graphs(images))) / 1_000
    print(f"write with graphs, again            {images / again:8.0f} rows/s")
    with collection.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
        for table in ("image", "image_workflow", "workflow_value", "workflow_graph"):
            size, rows = connection.execute(
                sa.text(f"SELECT pg_total_relation_size('{table}'), (SELECT count(*) FROM {table})")
            ).one()
            print(f"{table:36}{size / 2**20:8.0f} MB, {rows:,} rows")
    ask(collection)


def add_images(collection: Collection, images: int) -> None:
    """Files that wait to be read."""
    with collection.begin() as connection:
        cursor = driver(connection).cursor()
        cursor.execute("INSERT INTO root (id, identity, path) VALUES (1, 'r', '/pictures')")
        cursor.execute("INSERT INTO folder (id, root_id, identity, path) VALUES (1, 1, 'f', '')")
        with cursor.copy("COPY image (id, folder_id, name, size_bytes, mtime_ns, file_date) FROM STDIN") as copy:
            for number in range(1, images + 1):
                copy.write(f"{number}\t1\tComfyUI_{number:06}_.png\t1000000\t{number}\t2026-01-01\n")


def graphs(images: int) -> list[WorkflowGraph]:
    """One graph per picture: 14 nodes and 50 properties; seeds differ, half as many prompts as pictures."""
    chance = random.Random(1)
    prompts = list(prompt_texts(Spread(rows=images, prompts=max(1, images // 2)), np.random.default_rng(1)))
    made: list[WorkflowGraph] = []
    for _ in range(images):
        number = min(int(chance.paretovariate(0.7)), GRAPHS) - 1
        extra = [(f"Extra{number}-{node}", tuple(f"p{place}" for place in range(1, 5))) for node in range(8)]
        nodes = [*CORE, *extra, ("Note", ("a", "b", "c", "d", "e"))][:14]
        slots = tuple((place, name) for place, (_, names) in enumerate(nodes) for name in names)
        values = [
            *(chance.getrandbits(64), chance.choice((20, 25, 30)), chance.choice((1.0, 4.5, 7.0, 7.5, 8.0))),
            *(chance.choice(("euler", "dpmpp_2m", "dpmpp_sde", "ddim")), "karras", 1.0),
            *(chance.choice(prompts), "blurry, bad hands", f"model{chance.randrange(40)}.safetensors"),
            *(1024, chance.choice((1024, 1216)), 1, "ComfyUI"),
        ]
        values += [chance.choice((True, False, "auto", chance.randrange(1000), 0.5)) for _ in slots[len(values) :]]
        made.append(
            WorkflowGraph(
                fingerprint=hashlib.md5(bytes([number])).digest(),
                node_classes=tuple(kind for kind, _ in nodes),
                slots=slots,
                values=tuple(values),
            )
        )
    return made


def write(collection: Collection, found: Sequence[WorkflowGraph | None]) -> float:
    """Milliseconds to write all readings as a deep scan does, in batches of its own transaction each."""
    interned = Interned.of(collection)

    def reading(number: int) -> Reading:
        recipe = Recipe(
            generator="comfyui",
            source="png:prompt",
            prompt=f"prompt {number % 5_000}",
            steps=20,
            seed=number,
            workflow=True,
            graph=found[number],
        )
        record = FileRecord(size_bytes=1, format="png", width=64, height=64, fingerprint=b"f" * 16, recipe=recipe)
        return Reading(image_id=number + 1, record=record, size_bytes=1, mtime_ns=1, date_us=1)

    def all_batches() -> None:
        for start in range(0, len(found), BATCH):
            rows = read_rows(map(reading, range(start, min(start + BATCH, len(found)))), interned)
            with collection.begin() as connection:
                deep.write_rows(connection, rows)

    return timed(all_batches)


def ask(collection: Collection) -> None:
    """Each query three times, beside a plain count over the values' table."""
    catalog = Catalog(collection)
    catalog.load()
    search = Search(catalog)

    def count() -> None:
        with collection.begin() as connection:
            connection.scalar(sa.text("SELECT count(*) FROM image_workflow WHERE value_ids[1] > 0"))

    baseline = statistics.median(timed(count) for _ in range(5))
    print(f"SELECT count(*), every array looked at {baseline:5.1f} ms")
    for query, limit in QUERIES:
        times = [timed(lambda query=query: search.run(query, now=NOW)) for _ in range(3)]
        total = search.run(query, now=NOW).total
        taken = statistics.median(times)
        note = "" if taken <= limit else f"  MORE THAN {limit:.0f} ms"
        print(f"    {query:44}{taken:7.1f} ms, {taken / baseline:5.2f} of the count, {total:,} found{note}")
    catalog.close()


if __name__ == "__main__":
    main()
