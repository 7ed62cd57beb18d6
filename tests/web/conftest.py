"""A library of a few real files, behind the app, without a network."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi import FastAPI

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.integrations.civitai import CivitaiOptions
from diffusion_toolkit.library.roots import Root, add_root
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.options import ScanOptions
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.web import Library, WebOptions, create_app
from web.visitor import Visitor

JSON = {"Content-Type": "application/json"}


@dataclass
class Started:
    """The scans that were asked for."""

    scans: list[tuple[str, list[int], list[str]]] = field(default_factory=list[tuple[str, list[int], list[str]]])

    folders: list[list[int]] = field(default_factory=list[list[int]])

    def __call__(
        self, collection: str, root_ids: Sequence[int], phases: Sequence[str], folder_ids: Sequence[int] = ()
    ) -> int:
        self.scans.append((collection, list(root_ids), list(phases)))
        self.folders.append(list(folder_ids))
        return len(self.scans)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder that becomes a root."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


@pytest.fixture
def started() -> Started:
    return Started()


@pytest.fixture
def library(database: Database, tmp_path: Path, started: Started) -> Iterator[Library]:
    def open_catalog(collection: Collection) -> Catalog:
        catalog = Catalog(collection, CatalogOptions())
        catalog.load()
        return catalog

    found = Library(
        database=database,
        data_dir=tmp_path,
        thumbnails=ThumbnailCache(tmp_path / "thumbnails"),
        open_catalog=open_catalog,
        start_scan=started,
        civitai=CivitaiOptions(host="http://127.0.0.1:1", attempts=1),  # nobody is ever asked by a test
    )
    yield found
    found.close()


@pytest.fixture
def built_page(tmp_path: Path) -> Path:
    """A page as the build leaves it."""
    return make_page(tmp_path / "page")


def make_page(page: Path) -> Path:
    """A folder as the build of the page leaves it."""
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>the page</title>")
    (page / "assets" / "app-1234.js").write_text("export {}")
    return page


@pytest.fixture
def app(library: Library, built_page: Path) -> FastAPI:
    return create_app(library, WebOptions(page_folder=built_page))


@pytest.fixture
def nowhere(tmp_path: Path) -> Library:
    """A library whose database cannot be reached."""
    return unreachable(tmp_path)


def unreachable(data_dir: Path) -> Library:
    """A library whose database cannot be reached."""
    return Library(
        database=Database("postgresql://nobody@127.0.0.1:1/none"),
        data_dir=data_dir,
        thumbnails=ThumbnailCache(data_dir / "thumbnails"),
        open_catalog=Catalog,
        start_scan=Started(),
    )


@pytest.fixture
def stranger(nowhere: Library, built_page: Path) -> Visitor:
    """A visitor of an app without a database: quick, for all that must not need one."""
    app = create_app(nowhere, WebOptions(page_folder=built_page))
    return Visitor(app, headers=JSON)


@pytest.fixture
def client(app: FastAPI) -> Iterator[Visitor]:
    """A visitor on the same machine, as our own page: every change is JSON."""
    with Visitor(app, headers=JSON).staying() as found:
        yield found


@pytest.fixture
def scanned(collection: Collection, pictures: Path) -> Callable[[], Root]:
    """Call it when the files are there: adds the folder and scans it."""

    def add() -> Root:
        root = add_root(collection, pictures)
        for _ in scan(collection, root.id, ScanOptions(workers=1)):
            pass
        return root

    return add
