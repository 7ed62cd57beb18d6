"""Full drives, drives that are pulled out, database connections that are cut: told, and put right afterwards."""

import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from files_world import id_of, move, on_disk, places, scanned
from scan_pictures import QUICK, png, run, write

from diffusion_toolkit.errors import StoreError
from diffusion_toolkit.library.files import disk, work
from diffusion_toolkit.library.files.moving import plan_move
from diffusion_toolkit.library.files.places import folder_called
from diffusion_toolkit.library.files.plan import operations
from diffusion_toolkit.library.files.recovery import recover
from diffusion_toolkit.library.files.work import FilesBusy, begin, cancel, held, outcome
from diffusion_toolkit.library.files.work import work as work_off
from diffusion_toolkit.store.database import Collection

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and permissions of POSIX")


@pytest.fixture
def largest_file() -> Iterator[None]:
    """No file larger than 100 kB can be written: what a full drive looks like."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def states(collection: Collection) -> list[str]:
    with collection.begin() as connection:
        return list(connection.scalars(sa.text("SELECT state FROM file_operation ORDER BY id")))


@pytest.mark.usefixtures("largest_file")
def test_a_full_drive_keeps_every_file_and_stops(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/1.png", "a/2.png", "a/3.png", "b/x.png")
    write(tmp_path / "a/2.png", png(seed=2) + bytes(400_000))
    before = on_disk(tmp_path)
    chosen = [ids[f"a/{number}.png"] for number in (1, 2, 3)]
    plan = plan_move(collection, chosen, folder_called(collection, str(tmp_path / "b")))
    journal_id = begin(collection, plan.action, operations(collection, plan, by_copy=True), plan.sentence, job=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    list(work_off(collection, journal_id))
    went = outcome(collection, journal_id)
    assert (went.done, went.failed, went.left) == (1, 2, 0)
    assert [problem.message for problem in went.problems] == [
        "There is not enough room on the drive. The file stays where it was.",
        work.NOT_TRIED,
    ]
    assert on_disk(tmp_path) == (before - {str(tmp_path / "a/1.png")}) | {str(tmp_path / "b/1.png")}


def test_a_copy_that_differs_is_not_trusted(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = scanned(collection, tmp_path, "a/1.png", "b/x.png")
    real = disk._written  # pyright: ignore[reportPrivateUsage]  (stands for a drive that writes rubbish)

    def rubbish(source: str, temporary: str) -> bytes:
        found = real(source, temporary)
        Path(temporary).write_bytes(b"rubbish")
        return found

    monkeypatch.setattr(disk, "_written", rubbish)
    went = move(collection, [ids["a/1.png"]], tmp_path / "b", by_copy=True)
    assert went.failed == 1
    assert "differs" in went.problems[0].message
    assert on_disk(tmp_path) == {str(tmp_path / "a/1.png"), str(tmp_path / "b/x.png")}


def test_a_folder_that_is_write_protected(collection: Collection, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    ids = scanned(collection, tmp_path, "a/1.png", "b/x.png")
    (tmp_path / "b").chmod(0o500)
    went = move(collection, [ids["a/1.png"]], tmp_path / "b")
    (tmp_path / "b").chmod(0o700)
    assert "does not permit" in went.problems[0].message


def test_a_drive_that_is_pulled_out_before_its_turn(collection: Collection, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    ids = scanned(collection, one, "a/1.png")
    scanned(collection, two, "b/x.png")
    plan = plan_move(collection, list(ids.values()), folder_called(collection, str(two / "b")))
    journal_id = begin(collection, plan.action, operations(collection, plan), plan.sentence, job=True)
    two.rename(tmp_path / "away")
    list(work_off(collection, journal_id))
    went = outcome(collection, journal_id)
    assert went.failed == 1
    assert "Is its drive connected?" in went.problems[0].message
    assert (one / "a/1.png").exists()
    assert id_of(collection, one / "a/1.png") == ids["a/1.png"]


@pytest.mark.parametrize("moved", [False, True])
def test_what_a_crash_left_on_a_drive_waits_for_it(collection: Collection, tmp_path: Path, moved: bool) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    ids = scanned(collection, one, "a/1.png", "a/2.png")
    scanned(collection, two, "b/x.png")
    plan = plan_move(collection, [ids["a/1.png"]], folder_called(collection, str(two / "b")))
    begin(collection, plan.action, operations(collection, plan), plan.sentence)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE file_operation SET state = 'running'"))
    if moved:
        (one / "a/1.png").rename(two / "b/1.png")
    two.rename(tmp_path / "away")
    recover(collection)
    assert states(collection) == ["running"]
    two.mkdir()  # an empty mount point
    (tmp_path / "away").rename(tmp_path / "elsewhere")
    two.rmdir()
    recover(collection)
    assert states(collection) == ["running"]
    (tmp_path / "elsewhere").rename(two)
    recover(collection)
    assert states(collection) == ["done" if moved else "failed"]
    assert id_of(collection, (two / "b/1.png") if moved else (one / "a/1.png")) == ids["a/1.png"]
    assert run(collection, one, QUICK)["files"] == (1 if moved else 2)
    assert len(places(collection)) == 3


def test_a_cut_connection_between_disk_and_rows(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are written as soon as the database answers again."""
    ids = scanned(collection, tmp_path, "a/1.png", "b/x.png")
    real = disk.keep

    def cut(folder: str) -> None:
        real(folder)
        with collection.begin() as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    monkeypatch.setattr(disk, "keep", cut)
    with pytest.raises(StoreError):
        move(collection, [ids["a/1.png"]], tmp_path / "b")
    assert id_of(collection, tmp_path / "b/1.png") == ids["a/1.png"]
    recover(collection)
    assert states(collection) == ["done"]


def test_a_database_that_stays_away_is_put_right_later(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = scanned(collection, tmp_path, "a/1.png", "b/x.png")
    write(tmp_path / "a/1.txt", b"text")

    def away(*_: object) -> None:
        raise StoreError("The database server does not answer.")

    monkeypatch.setattr(work, "RETRY_S", (0.01,))
    with monkeypatch.context() as patched:
        patched.setattr(work, "_write", away)
        with pytest.raises(StoreError):
            move(collection, [ids["a/1.png"]], tmp_path / "b")
    assert states(collection) == ["running"]
    assert (tmp_path / "b/1.txt").exists()
    assert recover(collection) == 1
    assert recover(collection) == 0
    assert id_of(collection, tmp_path / "b/1.png") == ids["a/1.png"]
    assert states(collection) == ["done"]


def test_two_actions_do_not_run_at_once(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = scanned(collection, tmp_path, "a/1.png", "b/x.png")
    monkeypatch.setattr(work, "WAIT_S", 0.05)
    with held(collection):
        assert recover(collection) == 0
        with pytest.raises(FilesBusy), held(collection, wait_s=0.05):
            pytest.fail("two at once")
    assert move(collection, [ids["a/1.png"]], tmp_path / "b").done == 1


def test_a_job_is_cancelled_where_it_stands(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, *(f"a/{number:03}.png" for number in range(100)), "b/x.png")
    chosen = [number for name, number in ids.items() if name.startswith("a/")]
    plan = plan_move(collection, chosen, folder_called(collection, str(tmp_path / "b")))
    journal_id = begin(collection, plan.action, operations(collection, plan), plan.sentence, job=True)
    working = work_off(collection, journal_id)
    next(working)
    next(working)
    assert cancel(collection, journal_id) > 0
    list(working)
    went = outcome(collection, journal_id)
    assert (went.left, went.done + went.failed) == (0, 100)
    assert 0 < went.done < 100
    assert len(list((tmp_path / "b").iterdir())) == went.done + 1
    assert len(places(collection)) == 101


def test_a_job_that_was_killed_goes_on(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, *(f"a/{number:03}.png" for number in range(100)), "b/x.png")
    chosen = [number for name, number in ids.items() if name.startswith("a/")]
    plan = plan_move(collection, chosen, folder_called(collection, str(tmp_path / "b")))
    journal_id = begin(collection, plan.action, operations(collection, plan), plan.sentence, job=True)
    with collection.begin() as connection:  # what a kill leaves: the first three run, one of them moved
        connection.execute(sa.text("UPDATE file_operation SET state = 'running' WHERE id <= 3"))
    (tmp_path / "a/001.png").rename(tmp_path / "b/001.png")
    recover(collection)
    assert outcome(collection, journal_id).left == 99
    list(work_off(collection, journal_id))
    went = outcome(collection, journal_id)
    assert (went.done, went.failed) == (100, 0)
    assert run(collection, tmp_path, QUICK) == {"files": 101}
