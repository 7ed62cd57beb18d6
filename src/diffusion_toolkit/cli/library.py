"""Opens the library that the options name: settings, log, database server, collection."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from diffusion_toolkit import settings as settings_
from diffusion_toolkit.cli import logs, output
from diffusion_toolkit.cli.options import common_options
from diffusion_toolkit.settings import Settings
from diffusion_toolkit.store.data_folder import folder_errors
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.store.server import open_server

__all__ = ["OpenLibrary", "common_options", "open_library", "read_settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLibrary:
    """A library that is ready for work."""

    settings: Settings
    database: Database
    collection: Collection


def read_settings(data_dir: Path | None, collection: str | None) -> Settings:
    """The settings, with logging started."""
    with folder_errors(data_dir or settings_.default_data_dir()):
        found = settings_.load(data_dir=data_dir, collection=collection)
        logs.start(found.logs_dir, found.log)
    return found


@contextmanager
def open_library(data_dir: Path | None, collection: str | None) -> Generator[OpenLibrary]:
    """Start or join the database server and open the collection; leave it in the end."""
    found = read_settings(data_dir, collection)
    with open_server(found.data_dir, found.server_url, output.message) as server:
        database = Database(server.url)
        try:
            database.prepare()
            yield OpenLibrary(settings=found, database=database, collection=database.collection(found.collection))
        finally:
            database.close()
