"""A data folder written by PostgreSQL 16 is upgraded, and nothing in it is lost when that is interrupted."""

import os
from pathlib import Path

import psycopg
import pytest
from old_server import postgres_16, serving_16

from diffusion_toolkit.errors import NewerData, WrongServerVersion
from diffusion_toolkit.store import cluster
from diffusion_toolkit.store.data_folder import open_data_folder
from diffusion_toolkit.store.server import connect_embedded

CONTENT = """\
CREATE SCHEMA extensions;
CREATE EXTENSION vector SCHEMA extensions;
CREATE TABLE curation (image_id integer PRIMARY KEY, rating smallint, likeness extensions.vector(3));
INSERT INTO curation SELECT n, n % 10 + 1, '[1,2,3]' FROM generate_series(1, 1000) AS n;
"""


def old_folder(path: Path) -> None:
    """A data folder as a program with PostgreSQL 16 would have left it."""
    folder = open_data_folder(path)
    with serving_16(folder) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE dtk")
        with psycopg.connect(url, dbname="dtk", autocommit=True) as connection:
            connection.execute(CONTENT)
    os.replace(folder.staging, folder.cluster)


@pytest.mark.skipif(postgres_16() is None, reason="no PostgreSQL 16 to upgrade from")
def test_from_16(tmp_path: Path) -> None:
    old_folder(tmp_path)
    told: list[str] = []
    with connect_embedded(tmp_path, told.append) as server, psycopg.connect(server.url) as connection:
        assert connection.info.server_version >= 180_000
        assert connection.execute("SELECT count(*), sum(rating), min(likeness::text) FROM curation").fetchone() == (
            1000,
            5500,
            "[1,2,3]",
        )
    assert "upgraded from PostgreSQL 16" in told[0]
    assert cluster.version(tmp_path / "postgres-16") == 16, "the old files are the backup"
    assert not (tmp_path / "postgres.new").exists()


def test_killed_between_its_last_two_steps(tmp_path: Path) -> None:
    with connect_embedded(tmp_path) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept ()")
    os.replace(tmp_path / "postgres", tmp_path / "postgres.new")
    (tmp_path / "postgres.new" / "upgraded-by-diffusion-toolkit").touch()
    with connect_embedded(tmp_path) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == ("kept",)


def test_a_folder_of_a_newer_postgresql(tmp_path: Path) -> None:
    with connect_embedded(tmp_path):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("99\n")
    with pytest.raises(NewerData, match="PostgreSQL 99, newer than the 18"):
        connect_embedded(tmp_path)


def test_a_folder_too_old_to_upgrade(tmp_path: Path) -> None:
    with connect_embedded(tmp_path):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(WrongServerVersion, match="written by PostgreSQL 12"):
        connect_embedded(tmp_path)
    assert (tmp_path / "postgres" / "base").is_dir(), "nothing was touched"
