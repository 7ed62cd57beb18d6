"""The embedded server: shared by processes, stopped by the last, alive after any kill, gone after all are killed."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from diffusion_toolkit.errors import ServerNotStarting, StoreError
from diffusion_toolkit.store import leases, postmaster
from diffusion_toolkit.store.data_folder import DataFolder
from diffusion_toolkit.store.database import Database
from diffusion_toolkit.store.server import connect_embedded, describe, open_server

HOLD = """
import sys, time
from pathlib import Path
from diffusion_toolkit.store.server import connect_embedded
print(connect_embedded(Path(sys.argv[1])).url, flush=True)
time.sleep(600)
"""


class Holder:
    """Another process of ours that uses the server."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE, text=True)

    def url(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def start_holder(tmp_path: Path) -> Iterator[Callable[[], Holder]]:
    started: list[Holder] = []

    def start() -> Holder:
        started.append(Holder(tmp_path / "data"))
        return started[-1]

    yield start
    for holder in started:
        holder.kill()


def running(folder: Path) -> postmaster.Postmaster | None:
    return postmaster.running(Path(os.path.realpath(folder)) / "postgres")


def one(url: str, query: sa.TextClause) -> object:
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        return connection.scalar(query)


def until(condition: Callable[[], object], limit_s: float = 30) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return psycopg.connect(url).execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_made_joined_and_stopped_by_the_last(tmp_path: Path) -> None:
    with connect_embedded(tmp_path) as first:
        assert one(first.url, sa.text("SELECT current_database()")) == "dtk"
        with psycopg.connect(first.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        with connect_embedded(tmp_path) as second:
            assert second.url == first.url
        assert running(tmp_path)
    assert running(tmp_path) is None
    assert list((tmp_path / "leases").glob("*.lease")) == []
    with connect_embedded(tmp_path) as again:
        assert one(again.url, sa.text("SELECT number FROM kept")) == 7


def test_only_its_password_opens_it(tmp_path: Path) -> None:
    with connect_embedded(tmp_path) as server:
        url = sa.make_url(server.url)
        assert stat.S_IMODE((tmp_path / "postgres-password").stat().st_mode) == 0o600
        assert url.password == (tmp_path / "postgres-password").read_text()
        assert stat.S_IMODE(Path(str(url.query["host"])).stat().st_mode) == 0o700
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.set(password="guess").render_as_string(hide_password=False))
        assert one(server.url, sa.text("SHOW listen_addresses")) == ""


def test_text_sorts_by_code_point_and_durability_is_on(tmp_path: Path) -> None:
    with connect_embedded(tmp_path) as server:
        assert (
            one(server.url, sa.text("SELECT string_agg(x, '' ORDER BY x) FROM unnest('{b,Z,ä,a}'::text[]) AS x"))
            == "Zabä"
        )
        assert one(server.url, sa.text("SELECT upper('äöß')")) == "ÄÖß"
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert one(server.url, sa.text("SELECT current_setting(:name)").bindparams(name=setting)) == "on"


@pytest.mark.parametrize(
    "name",
    ["with spaces, 'both' \"quotes\", back\\slash, $HOME and äöü-写真-\N{PARTY POPPER}", "/".join(["long" * 20] * 8)],
    ids=["characters", "long"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows few of these characters in a path")
def test_any_data_path_works(tmp_path: Path, name: str) -> None:
    with connect_embedded(tmp_path / name) as server:
        assert describe(server).data_path == str(Path(os.path.realpath(tmp_path / name)) / "postgres")
    assert running(tmp_path / name) is None


def test_processes_that_start_at_once_share_one_server(tmp_path: Path, start_holder: Callable[[], Holder]) -> None:
    holders = [start_holder() for _ in range(3)]
    urls = {holder.url() for holder in holders}
    assert len(urls) == 1
    server = running(tmp_path / "data")
    holders[0].kill()
    with connect_embedded(tmp_path / "data") as ours:
        assert {ours.url} == urls
        holders[1].kill()
        assert answers(ours.url)
    assert running(tmp_path / "data") == server, "one process still uses it"


def test_it_does_not_outlive_processes_that_are_all_killed(tmp_path: Path, start_holder: Callable[[], Holder]) -> None:
    holders = [start_holder(), start_holder()]
    url = holders[0].url()
    assert holders[1].url() == url
    for holder in holders:
        holder.kill()
    assert answers(url)
    until(lambda: running(tmp_path / "data") is None)
    log = tmp_path / "data" / "logs" / "postgres.log"
    until(lambda: log.read_text().rstrip().endswith("database system is shut down"))


def test_a_killed_server_is_brought_back_with_all_that_was_committed(tmp_path: Path) -> None:
    with connect_embedded(tmp_path) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE curation AS SELECT 9 AS rating")
        first = running(tmp_path)
        assert first
        os.kill(first.pid, signal.SIGKILL)
        until(lambda: answers(server.url))
        assert one(server.url, sa.text("SELECT rating FROM curation")) == 9
        assert running(tmp_path) != first
    assert running(tmp_path) is None


def test_a_database_object_survives_the_death_of_the_server(tmp_path: Path) -> None:
    with connect_embedded(tmp_path) as server, closing(Database(server.url)) as database:
        database.prepare()
        collection = database.collection("main")
        first = running(tmp_path)
        assert first
        os.kill(first.pid, signal.SIGKILL)
        until(lambda: answers(server.url))
        with collection.begin() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM image")) == 0


def test_the_sitter_does_not_hold_back_vacuum(tmp_path: Path) -> None:
    with connect_embedded(tmp_path) as server:
        seen: set[object] = set()

        def moved_on() -> bool:
            one(server.url, sa.text("SELECT pg_current_xact_id()::text"))
            query = "SELECT backend_xmin::text FROM pg_stat_activity WHERE application_name = 'dtk sitter'"
            seen.add(one(server.url, sa.text(query)))
            return len(seen - {None}) > 1

        until(moved_on, 10)


def test_a_lost_password_file_is_replaced(tmp_path: Path) -> None:
    with connect_embedded(tmp_path):
        pass
    (tmp_path / "postgres-password").unlink()
    with connect_embedded(tmp_path) as server:
        assert answers(server.url)


def test_a_wrong_password_file_says_what_to_do(tmp_path: Path) -> None:
    with connect_embedded(tmp_path):
        pass
    (tmp_path / "postgres-password").write_text("something-else")
    with pytest.raises(StoreError, match="delete this file"):
        connect_embedded(tmp_path)
    assert running(tmp_path) is None


def test_the_process_id_of_a_dead_server_may_belong_to_another_program(tmp_path: Path) -> None:
    with connect_embedded(tmp_path):
        pass
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n1\n5432\n/nowhere\n\n\nready\n")
    with connect_embedded(tmp_path) as server:
        assert answers(server.url)


def test_half_made_files_of_an_interrupted_first_start_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18")
    (tmp_path / "postgres").mkdir()
    with connect_embedded(tmp_path) as server:
        assert answers(server.url)


def test_damaged_files_name_the_line_of_the_log(tmp_path: Path) -> None:
    with connect_embedded(tmp_path):
        pass
    os.truncate(tmp_path / "postgres" / "global" / "pg_control", 0)
    with pytest.raises(ServerNotStarting, match=r"damaged: could not read file \"global/pg_control\""):
        connect_embedded(tmp_path)
    assert leases.holders(tmp_path / "leases") == 0


def test_a_server_of_another_container_is_respected(tmp_path: Path) -> None:
    (tmp_path / "leases").mkdir()
    with (
        closing(_ForeignLease(tmp_path / "leases")),
        pytest.raises(ServerNotStarting, match="in another container"),
    ):
        connect_embedded(tmp_path)


class _ForeignLease:
    def __init__(self, folder: Path) -> None:
        own = leases.take_lease(folder)
        self._path = Path(own.lock_file)
        self._lease = own
        os.rename(self._path, folder / "1-1-elsewhere.lease")

    def close(self) -> None:
        self._lease.release(force=True)


@pytest.mark.skipif(sys.platform == "win32", reason="no sockets in the file system")
def test_a_socket_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    place = DataFolder(Path(os.path.realpath(tmp_path))).socket_folder
    place.mkdir()
    place.chmod(0o777)
    try:
        with pytest.raises(ServerNotStarting, match="belongs to somebody else"):
            connect_embedded(tmp_path)
    finally:
        place.rmdir()


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerNotStarting, match="cannot be used: Not a directory"):
        connect_embedded(tmp_path / "file" / "data")


def test_the_log_stays_within_bounds(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    log = tmp_path / "logs" / "postgres.log"
    log.write_bytes(b"x" * (postmaster.LOG_LIMIT_BYTES + 1))
    with connect_embedded(tmp_path):
        assert log.stat().st_size < 10_000
        assert (tmp_path / "logs" / "postgres.1.log").stat().st_size == postmaster.LOG_LIMIT_BYTES + 1


def test_description(tmp_path: Path) -> None:
    with connect_embedded(tmp_path) as server, closing(Database(server.url)) as database:
        database.prepare()
        found = describe(server)
        assert found.version.startswith("18")
        assert found.vector_version is not None
        assert found.size_bytes > 1_000_000
        assert found.connections >= 2
        assert describe(server.url).data_path == found.data_path


def test_a_named_server_is_used_as_it_is(tmp_path: Path) -> None:
    with open_server(tmp_path, "postgresql://somewhere/else") as server:
        assert server.url == "postgresql://somewhere/else"
    assert list(tmp_path.iterdir()) == []
