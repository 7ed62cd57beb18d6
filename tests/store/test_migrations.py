"""The tables and the sum of the migrations say the same; a newer schema is left alone."""

import sys
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from psycopg import sql

from diffusion_toolkit.errors import NewerData
from diffusion_toolkit.store import migrate, tables
from diffusion_toolkit.store.database import Collection, Database

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = CAST(:schema AS regnamespace)
"""
INDEXES = "SELECT tablename, indexname, replace(indexdef, :schema, '') FROM pg_indexes WHERE schemaname = :schema"


def description(connection: sa.Connection, schema: str) -> dict[str, list[Any]]:
    """What PostgreSQL itself says is in a schema, less our own version table."""
    connection.execute(sa.text("SELECT set_config('search_path', :schema, true)"), {"schema": schema})
    found = {
        name: connection.execute(sa.text(query), {"schema": schema}).all()
        for name, query in {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES}.items()
    }
    return {
        name: sorted(tuple(map(str, row)) for row in rows if row[0] != "schema_version") for name, rows in found.items()
    }


def test_the_collection_tables_are_the_sum_of_its_migrations(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA by_tables"))
        connection.execute(sa.text("SET LOCAL search_path TO by_tables, extensions"))
        tables.metadata.create_all(connection)
        migrate.upgrade(connection, "by_migrations")
        assert description(connection, "by_tables") == description(connection, "by_migrations")


def test_the_fixed_tables_are_the_sum_of_their_migrations(database: Database) -> None:
    with database.begin() as connection:
        migrated = description(connection, tables.FIXED_SCHEMA)
        connection.execute(sa.text("ALTER SCHEMA dtk RENAME TO by_migrations"))
        connection.execute(sa.text("CREATE SCHEMA dtk"))
        tables.fixed_metadata.create_all(connection)
        assert description(connection, tables.FIXED_SCHEMA) == migrated
        connection.rollback()


def test_every_followed_table_is_stamped_and_announced(collection: Collection) -> None:
    query = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    with collection.begin() as connection:
        found = {(row[0], row[1]) for row in connection.execute(sa.text(query))}
    for table in tables.FOLLOWED:
        if table is not tables.tombstone:  # written by a trigger only, never changed
            assert {(table.name, "stamp"), (table.name, "announce")} <= found


def test_preparing_again_changes_nothing(database: Database) -> None:
    database.prepare()
    database.collection("main")
    database.collection("second")
    assert database.collection_names() == ["main", "second"]


@pytest.mark.parametrize("history", ["fixed", "collection"])
def test_the_versions_are_those_that_alembic_runs(history: str) -> None:
    scripts = ScriptDirectory.from_config(migrate.config(history))
    assert migrate.versions(history) == [script.revision for script in scripts.walk_revisions()][::-1]


def test_alembic_is_imported_only_when_there_is_something_to_migrate(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "alembic", None)
    open_all(database)
    with pytest.raises(ImportError):
        database.collection("second")


def open_all(database: Database) -> None:
    database.prepare()
    database.collection("main")


@pytest.mark.parametrize("schema", [tables.FIXED_SCHEMA, "collection_main"])
def test_a_newer_schema_is_refused_and_left_alone(database: Database, database_url: str, schema: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            sql.SQL("UPDATE {} SET version_num = '9999'").format(sql.Identifier(schema, "schema_version"))
        )
    with pytest.raises(NewerData, match="newer version of the program"):
        open_all(database)
    with psycopg.connect(database_url) as connection:
        query = sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(schema, "schema_version"))
        assert connection.execute(query).fetchone() == ("9999",)


def test_a_migration_is_one_transaction(database: Database) -> None:
    with database.begin() as connection:
        migrate.upgrade(connection, "collection_half")
        connection.rollback()
    with database.begin() as connection:
        assert connection.scalar(sa.text("SELECT to_regnamespace('collection_half')")) is None


def test_new_columns_ask_for_a_new_reading_and_leave_everything_else(database: Database) -> None:
    with database.begin() as connection:
        migrate.upgrade(connection, "by_steps", "0001")
        connection.execute(sa.text("SET LOCAL search_path TO by_steps, extensions"))
        for statement in (
            "INSERT INTO image (folder_id, name, size_bytes, mtime_ns, file_date, phase, steps, missing_since)"
            " VALUES (1, 'a.png', 1, 1, now(), 1, 20, NULL), (1, 'b.png', 1, 1, now(), 0, NULL, NULL),"
            " (1, 'gone.png', 1, 1, now(), 1, 30, now())",
            "INSERT INTO curation (image_id, rating) VALUES (1, 9), (3, 4)",
        ):
            connection.execute(sa.text(statement))
        curated = sa.text("SELECT image_id, rating, rated_at, changed_in FROM curation ORDER BY image_id")
        before = connection.execute(curated).all()
        migrate.upgrade(connection, "by_steps")
        migrate.upgrade(connection, "by_steps")
        rows = connection.execute(sa.text("SELECT name, phase, steps, missing_since IS NULL FROM image ORDER BY id"))
        assert [tuple(row) for row in rows] == [
            ("a.png", 0, 20, True),
            ("b.png", 0, None, True),
            ("gone.png", 0, 30, False),
        ]
        assert connection.execute(curated).all() == before
        connection.rollback()
