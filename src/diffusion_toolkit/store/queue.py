"""Where the job queue's tables live: a schema of their own, the same for all collections."""

from collections.abc import Callable

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from diffusion_toolkit.store.database import Database
from diffusion_toolkit.store.driver_errors import translated_errors

QUEUE_SCHEMA = "procrastinate"
QUEUE_LOCK = 7_203_142
"""Advisory lock number: one process makes the queue's tables."""


def queue_address(database: Database) -> str:
    """The database's address with the queue's schema as its search path: for the queue's own connections only."""
    given = conninfo_to_dict(database.psycopg_url).get("options") or ""
    return make_conninfo(database.psycopg_url, options=f"{given} -c search_path={QUEUE_SCHEMA}".strip())


def prepare_queue(database: Database, make_tables: Callable[[], None]) -> None:
    """Have the queue's tables made by `make_tables` if they are not there."""
    with database.listen() as connection, translated_errors():
        if _is_ready(connection.execute("SELECT to_regclass('procrastinate.procrastinate_jobs')").fetchone()):
            return
        connection.execute("SELECT pg_advisory_lock(%s)", [QUEUE_LOCK])
        connection.execute("CREATE SCHEMA IF NOT EXISTS procrastinate")
        if not _is_ready(connection.execute("SELECT to_regclass('procrastinate.procrastinate_jobs')").fetchone()):
            make_tables()


def _is_ready(row: tuple[object, ...] | None) -> bool:
    return row is not None and row[0] is not None
