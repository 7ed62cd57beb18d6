"""The job queue: Procrastinate on the library's own database."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from diffusion_toolkit.errors import StoreError
from diffusion_toolkit.store.database import Database
from diffusion_toolkit.store.queue import prepare_queue, queue_address

MOST_CONNECTIONS = 6


def make_app(database: Database, *add_tasks: Callable[[App], None]) -> App:
    """The queue of this database with these kinds of jobs; its tables are made when needed."""
    app = _app(database)
    for add in add_tasks:
        add(app)
    prepare_queue(database, lambda: _make_tables(database))
    return app


@contextmanager
def open_queue(database: Database) -> Generator[App]:
    """The queue, to put jobs in and look at them."""
    try:
        with make_app(database).open() as app:
            yield app
    except ConnectorException as error:
        raise StoreError("The queue of background work cannot be reached in the database.") from error


def _app(database: Database) -> App:
    connections: dict[str, Any] = {"conninfo": queue_address(database), "min_size": 1, "max_size": MOST_CONNECTIONS}
    return App(connector=PsycopgConnector(**connections))


def _make_tables(database: Database) -> None:
    with _app(database).open() as app:
        app.schema_manager.apply_schema()
