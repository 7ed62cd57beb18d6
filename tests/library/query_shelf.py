"""A small library written straight into the store, to ask queries of."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.search_options import SearchOptions
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import curation, folder, image, prompt, recipe, root

NOW = datetime(2026, 6, 15, 12, tzinfo=ZoneInfo("Europe/Berlin"))


@dataclass
class Shelf:
    """A collection with one root "/pics" and its folder "a", and a search over it."""

    collection: Collection
    search: Search
    folder_id: int

    def add(self, name: str, *, record: dict[str, Any] | None = None, **values: object) -> int:
        row = {
            "folder_id": self.folder_id,
            "name": name,
            "size_bytes": 10,
            "mtime_ns": 5_000_000_000,
            "file_date": datetime(2026, 6, 1, tzinfo=UTC),
            "phase": 1,
            **values,
        }
        with self.collection.begin() as connection:
            number = int(connection.scalar(sa.insert(image).values(**row).returning(image.c.id)) or 0)
            if record is not None:
                connection.execute(sa.insert(recipe).values(image_id=number, record=record))
        self.search.catalog.refresh()
        return number

    def value(self, table: sa.Table, **values: object) -> int:
        with self.collection.begin() as connection:
            if "identity" in table.c:
                values = {"identity": sha256(repr(values).encode()).digest(), **values}
            return int(connection.scalar(sa.insert(table).values(**values).returning(table.c.id)) or 0)

    def prompt(self, text: str) -> int:
        return self.value(prompt, text=text)

    def curate(self, number: int, **values: object) -> None:
        with self.collection.begin() as connection:
            connection.execute(sa.insert(curation).values(image_id=number, **values))
        self.search.catalog.refresh()

    def ids(self, query: str, options: SearchOptions | None = None) -> list[int]:
        found = self.search.run(query, "name", now=NOW, options=options)
        return sorted(item.id for item in self.search.page(found.handle, 0, 500))


def shelf_of(collection: Collection) -> Shelf:
    """An empty one."""
    with collection.begin() as connection:
        number = connection.scalar(sa.insert(root).values(path="/pics", identity=b"r").returning(root.c.id))
        place = connection.scalar(
            sa.insert(folder).values(root_id=number, path="a", identity=b"a").returning(folder.c.id)
        )
    catalog = Catalog(collection)
    catalog.load()
    return Shelf(collection, Search(catalog), int(place or 0))
