"""Measures ratings, tags and albums of many pictures at once: the write, the next query that sees it, the way back.

`python -m bench.curation --rows 1000000`. Beside each write a plain UPDATE of the same rows in the same run, which
keeps no journal and can be neither undone nor seen by the catalog in the same step.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bench.catalog import database_url
from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.library.albums import add_images, create_album, move_images
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.tags import Tagging, merge_tags, tag_images
from diffusion_toolkit.library.undo import redo, undo
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.store.journal import array_text

MANY = 10_000
TARGET_S = 1.0

_IMAGES = (
    "INSERT INTO root (identity, path) VALUES ('r', '/pictures')",
    "INSERT INTO folder (root_id, identity, path) SELECT id, 'f', '' FROM root",
    "INSERT INTO image (folder_id, name, size_bytes, mtime_ns, file_date, phase)"
    " SELECT folder.id, n || '.png', 1, 1, now() - n * interval '1 minute', 1 FROM folder, generate_series(1, :rows) n",
)
_PLAIN_RATING = "UPDATE curation SET rating = 1 WHERE image_id = ANY (CAST(:ids AS integer[]))"
_PLAIN_TAGS = (
    "UPDATE image_tags SET tag_ids = tag_ids || 999999 WHERE source = 'user'"
    " AND image_id = ANY (CAST(:ids AS integer[]))"
)
_JOURNAL_BYTES = "SELECT pg_total_relation_size('journal_row') / greatest((SELECT count(*) FROM journal_row), 1)"

Ids = NDArray[np.int64]


def main() -> None:
    """Measure and print; fail when a bulk edit of ten thousand takes more than a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--url", help="an empty database; without it an embedded one is made and removed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database_url(options.url, folder) as url:
        measure(url, options.rows, Path(folder))


def measure(url: str, rows: int, folder: Path) -> None:
    """Fill, then measure everything and print it."""
    database = Database(url)
    database.prepare()
    collection = database.collection("main")
    for statement in _IMAGES:
        _run(collection, statement, rows=rows)
    _run(collection, "ANALYZE")
    catalog = Catalog(collection, CatalogOptions(snapshot_folder=folder / "catalog"))
    catalog.load()
    bench = Bench(collection, Search(catalog))
    bench.search.run("rating:1 tag:fox", now=local_now())
    slowest = bench.edits(np.arange(1, MANY + 1))
    bench.edits(np.arange(1, rows + 1))
    bench.albums(rows)
    catalog.close()
    database.close()
    if slowest > TARGET_S:
        raise SystemExit(f"A bulk edit of {MANY:,} pictures took {slowest:.2f} s; the target is {TARGET_S:.0f} s.")


class Bench:
    """One collection and its search."""

    def __init__(self, collection: Collection, search: Search) -> None:
        self.collection = collection
        self.search = search

    def edits(self, ids: Ids) -> float:
        """Rate, tag, merge and undo these pictures; the slowest write in seconds."""
        at, count = self.collection, len(ids)
        rated = self.written("rate", ids, lambda: curate(at, ids, Change(rating=8)), f"rating:8 id:1..{count}", count)
        self.plain(rated, _PLAIN_RATING, ids)
        _run(at, _PLAIN_RATING.replace("= 1 ", "= 8 "), ids=array_text(ids))
        tagging = Tagging(add=[f"fox {count}"])
        tagged = self.written("tag", ids, lambda: tag_images(at, ids, tagging), f'tag:"fox {count}"', count)
        self.plain(tagged, _PLAIN_TAGS, ids)
        self.written("undo of the tag", ids, lambda: undo(at), f'tag:"fox {count}"', 0)
        self.written("redo of the tag", ids, lambda: redo(at), f'tag:"fox {count}"', count)
        tag_images(at, ids[: count // 2], Tagging(add=[f"vixen {count}"]))
        fox, vixen = _tag(at, f"fox {count}"), _tag(at, f"vixen {count}")
        self.written("merge of two tags", ids, lambda: merge_tags(at, [fox], vixen), f'tag:"vixen {count}"', count)
        print(f"  journal: {_value(at, _JOURNAL_BYTES)} bytes a picture and action, with its index", flush=True)
        return max(rated, tagged)

    def albums(self, rows: int) -> None:
        """Fill a large album, and move one picture in it."""
        ids = np.arange(1, min(rows, 100_000) + 1)[::-1]
        album = create_album(self.collection, "Large").subject_id or 0
        print(f"album of {len(ids):,} pictures")
        self.written("add", ids, lambda: add_images(self.collection, album, ids), "album:Large", len(ids))
        move = lambda: move_images(self.collection, album, [1], before=len(ids))  # noqa: E731 - one line among its like
        self.written("move one to the front", ids[:1], move, "album:Large", len(ids))

    def written(self, name: str, ids: Ids, write: Callable[[], Written], query: str, total: int) -> float:
        """Write, then ask the query that must see it; seconds of the write."""
        begun = time.perf_counter()
        token = write().token
        wrote = time.perf_counter()
        found = self.search.run(query, now=local_now(), after=token).total
        seen = time.perf_counter()
        if found != total:
            raise SystemExit(f"{query} found {found:,} pictures instead of {total:,}.")
        print(
            f"{name} ({len(ids):,}): {wrote - begun:.2f} s, seen by the next query after {seen - wrote:.2f} s",
            flush=True,
        )
        return wrote - begun

    def plain(self, ours_s: float, statement: str, ids: Ids) -> None:
        """The same rows by an UPDATE alone."""
        begun = time.perf_counter()
        _run(self.collection, statement, ids=array_text(ids))
        plain_s = time.perf_counter() - begun
        print(f"  a plain UPDATE: {plain_s:.2f} s; ours takes {ours_s / plain_s:.1f} times as long", flush=True)


def _run(collection: Collection, statement: str, **parameters: object) -> None:
    with collection.begin() as connection:
        connection.execute(sa.text(statement), parameters)


def _value(collection: Collection, statement: str, **parameters: object) -> int:
    with collection.begin() as connection:
        return int(connection.execute(sa.text(statement), parameters).scalar_one())


def _tag(collection: Collection, name: str) -> int:
    return _value(collection, "SELECT id FROM tag WHERE name = :name AND deleted_at IS NULL", name=name)


if __name__ == "__main__":
    main()
