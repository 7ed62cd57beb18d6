"""Images without files, to be curated; and what the store says of them."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.store.database import Collection

NOW = datetime(2026, 6, 15, 12, tzinfo=ZoneInfo("Europe/Berlin"))


def put_images(collection: Collection, count: int, prompts: Sequence[str] = ()) -> list[int]:
    """This many images, named 1.png, 2.png …; the first ones with these prompts."""
    with collection.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO root (identity, path) VALUES ('r', '/pictures') ON CONFLICT DO NOTHING")
        )
        connection.execute(
            sa.text("INSERT INTO folder (root_id, identity, path) SELECT id, 'f', '' FROM root ON CONFLICT DO NOTHING")
        )
        for number, prompt in enumerate(prompts, start=1):
            connection.execute(
                sa.text("INSERT INTO prompt (id, identity, text) VALUES (:id, :identity, :text)"),
                {"id": number, "identity": prompt.encode(), "text": prompt},
            )
        return list(
            connection.scalars(
                sa.text(
                    "INSERT INTO image (folder_id, name, size_bytes, mtime_ns, file_date, phase, prompt_id)"
                    " SELECT folder.id, n || '.png', 1, 1, now(), 1, CASE WHEN n <= :prompts THEN n END"
                    " FROM folder, generate_series(1, :count) n RETURNING id"
                ),
                {"count": count, "prompts": len(prompts)},
            )
        )


def rows(collection: Collection, query: str, **parameters: object) -> list[Any]:
    """What a query of the database gives, one value or one tuple a row."""
    with collection.begin() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(query), parameters)]
    return [row[0] if len(row) == 1 else row for row in found]


def delete_image(collection: Collection, image_id: int) -> None:
    """Take an image out of the library."""
    with collection.begin() as connection:
        connection.execute(sa.text("DELETE FROM image WHERE id = :id"), {"id": image_id})


@contextmanager
def searching(collection: Collection) -> Generator[Search]:
    """A search over the collection as it is now."""
    catalog = Catalog(collection, CatalogOptions())
    catalog.load()
    try:
        yield Search(catalog)
    finally:
        catalog.close()
