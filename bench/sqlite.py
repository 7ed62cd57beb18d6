"""The reference program's way on the same rows: SQLite, one wide table, LIKE for words, a row per image and tag."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from diffusion_toolkit.store.database import Collection, Database, driver
from diffusion_toolkit.store.server import connect_embedded

BASELINE: Sequence[tuple[str, str, str]] = (
    ("", "1", "date DESC"),
    ('"castle"', "prompt LIKE '%castle%'", "date DESC"),
    ("steps:20", "steps = 20", "date DESC"),
    ("rating>=8", "rating >= 8", "date DESC"),
    ("tag:fox", "id IN (SELECT image FROM image_tag WHERE tag = (SELECT id FROM tag WHERE name = 'fox'))", "date DESC"),
)
TAG_ROWS_OF = 100_000
"""So many images get their tags there: a million would be 40 million rows, minutes to write."""
_TAGS: LiteralString = "SELECT DISTINCT image_id, unnest(tag_ids) FROM image_tags WHERE image_id <= 100000"
PAGE = 200
_ROWS_AT_ONCE = 20_000


def compare_with_sqlite(folder: Path, images: int, ask: Callable[[str], float]) -> None:
    """The same answers both ways: page, total and two facets by SQL, everything over HTTP by the catalog."""
    path = folder / "reference.db"
    path.unlink(missing_ok=True)
    with connect_embedded(folder) as server:
        database = Database(server.url)
        begun = time.perf_counter()
        with sqlite3.connect(path) as base:
            _copy(database.collection(), base)
        print(f"SQLite with the same rows written   {time.perf_counter() - begun:8.0f} s", flush=True)
        database.close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA cache_size = -1000000")
    for query, condition, order in BASELINE:
        ours = ask(query)
        theirs = _by_sql(base, condition, order)
        note = f", tags of {min(images, TAG_ROWS_OF):,} images only" if "tag" in query else ""
        print(f"SQLite {query!r}: {theirs:.0f} ms, ours over HTTP {ours:.1f} ms, {theirs / ours:.0f} times{note}")
    base.close()
    path.unlink()


def _copy(collection: Collection, base: sqlite3.Connection) -> None:
    base.execute(
        "CREATE TABLE image (id INTEGER PRIMARY KEY, path TEXT, date INTEGER, prompt TEXT, negative TEXT, model TEXT,"
        " sampler TEXT, steps INTEGER, cfg REAL, rating INTEGER, size INTEGER)"
    )
    base.execute("CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT)")
    base.execute("CREATE TABLE image_tag (image INTEGER, tag INTEGER, PRIMARY KEY (image, tag)) WITHOUT ROWID")
    with collection.begin() as connection:
        _insert(base, "INSERT INTO image VALUES (?,?,?,?,?,?,?,?,?,?,?)", _rows(driver(connection), _IMAGES))
        _insert(base, "INSERT INTO tag VALUES (?,?)", _rows(driver(connection), "SELECT id, name FROM tag"))
        _insert(base, "INSERT INTO image_tag VALUES (?,?)", _rows(driver(connection), _TAGS))
    for column in ("date", "steps", "rating", "model", "prompt"):
        base.execute(f"CREATE INDEX image_{column} ON image ({column})")
    base.execute("CREATE INDEX image_tag_tag ON image_tag (tag)")


_IMAGES: LiteralString = (
    "SELECT image.id, folder.path || '/' || image.name, mtime_ns, prompt.text, negative.text, model.name, sampler.name,"
    " steps, cfg_scale, rating, size_bytes FROM image JOIN folder ON folder.id = folder_id"
    " LEFT JOIN prompt ON prompt.id = prompt_id LEFT JOIN prompt AS negative ON negative.id = negative_prompt_id"
    " LEFT JOIN model ON model.id = model_id LEFT JOIN sampler ON sampler.id = sampler_id"
    " LEFT JOIN curation ON curation.image_id = image.id"
)


def _rows(connection: psycopg.Connection[Any], query: LiteralString) -> Iterator[Sequence[object]]:
    with connection.cursor(name="reference") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(query)
        yield from cursor


def _insert(base: sqlite3.Connection, statement: str, rows: Iterator[Sequence[object]]) -> None:
    base.executemany(statement, rows)


def _by_sql(base: sqlite3.Connection, condition: str, order: str) -> float:
    begun = time.perf_counter()
    total = base.execute(f"SELECT count(*) FROM image WHERE {condition}").fetchone()[0]
    base.execute(
        f"SELECT id, path FROM image WHERE {condition} ORDER BY {order} LIMIT {PAGE} OFFSET {max(0, total // 2)}"
    ).fetchall()
    for column in ("model", "rating"):
        base.execute(
            f"SELECT {column}, count(*) FROM image WHERE {condition} GROUP BY 1 ORDER BY 2 DESC LIMIT 50"
        ).fetchall()
    return (time.perf_counter() - begun) * 1_000
