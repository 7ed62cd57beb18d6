"""Watching: roots come, go, are unplugged and return; drives without events are polled."""

import time
from pathlib import Path

import pytest
from scan_pictures import by_name, images, png, run, write
from watching_roots import eventually, hows, prompts, rated_root, waiting_jobs, watching

from diffusion_toolkit.library.roots import Root, add_root, list_roots, remove_root, set_root
from diffusion_toolkit.library.scanning.passing import EVERYTHING
from diffusion_toolkit.library.watching.dirt import MOST_EVENTS, Dirt
from diffusion_toolkit.library.watching.drives import network_type
from diffusion_toolkit.library.watching.listening import WatchOptions
from diffusion_toolkit.store.database import Collection


@pytest.fixture
def top(collection: Collection, tmp_path: Path) -> Path:
    """A root of one picture, scanned and rated."""
    return rated_root(collection, tmp_path / "pictures")


def test_polling_where_there_are_no_events(collection: Collection, top: Path) -> None:
    with watching(collection, WatchOptions(polling=True, poll_s=0.3)):
        assert [row.how for row in hows(collection).values()] == ["polling"]
        write(top / "polled.png", png("polled", 2))
        eventually(lambda: prompts(collection).get("polled.png") == "polled")
        (top / "polled.png").unlink()
        eventually(lambda: set(by_name(collection)) == {"old.png"})


def test_a_root_that_is_unplugged_comes_back_by_itself(collection: Collection, top: Path, tmp_path: Path) -> None:
    def state() -> Root:
        return list_roots(collection)[0]

    with watching(collection):
        top.rename(tmp_path / "away")
        eventually(lambda: state().state == "unavailable")
        assert by_name(collection)["old.png"]["rating"] == 7
        top.mkdir()  # the empty mount point is not the drive
        time.sleep(1.5)
        assert state().state == "unavailable"
        top.rmdir()
        write(tmp_path / "away" / "meanwhile.png", png("meanwhile", 2))
        (tmp_path / "away").rename(top)
        eventually(lambda: state().state == "available")
        eventually(lambda: set(by_name(collection)) == {"old.png", "meanwhile.png"})


def test_roots_come_go_and_are_switched_off_while_it_runs(collection: Collection, top: Path, tmp_path: Path) -> None:
    with watching(collection):
        (tmp_path / "second").mkdir()
        second = add_root(collection, tmp_path / "second")
        eventually(lambda: waiting_jobs(collection) == 1)  # its first scan shows its progress
        run(collection, tmp_path / "second")
        write(tmp_path / "second" / "two.png", png("two", 2))
        eventually(lambda: "two.png" in by_name(collection))
        set_root(collection, second.id, watched=False)
        eventually(lambda: hows(collection)[second.id].how == "off")
        write(tmp_path / "second" / "three.png", png("three", 3))
        remove_root(collection, list_roots(collection)[0].id)
        eventually(lambda: list(hows(collection)) == [second.id])
        assert set(by_name(collection)) == {"two.png"}
    eventually(lambda: not hows(collection))


def test_there_is_one_watcher_per_collection(collection: Collection, top: Path) -> None:
    with watching(collection), watching(collection):
        write(top / "new.png", png("new", 2))
        eventually(lambda: prompts(collection).get("new.png") == "new")
    assert len(images(collection)) == 2


def test_too_many_events_at_once_become_a_look_at_the_whole_root() -> None:
    dirt = Dirt()
    for number in range(MOST_EVENTS + 1):
        dirt.note("added", f"a/{number}.png", 0.0, is_folder=False)
    assert dirt.take().scope is EVERYTHING
    dirt.note("added", "a/b.png", 1.0, is_folder=False)
    assert not dirt.is_due(1.1)
    assert dirt.is_due(1.3)
    look = dirt.take()
    assert dict(look.scope.files) == {"a": frozenset({"b.png"})}
    assert not dirt.is_due(2.0)
    dirt.give_back(look, 2.0)
    assert dirt.is_due(3.0)
    assert dirt.take().scope == look.scope


def test_network_drives_are_known_by_their_type() -> None:
    mounted = [("/", "ext4", "rw"), ("/nas", "cifs", "rw"), ("/nas/local", "ext4", "rw"), ("/ssh", "fuse.sshfs", "rw")]
    assert network_type("/nas/pictures", mounted) == "cifs"
    assert network_type("/ssh", mounted) == "fuse.sshfs"
    for local in ("/home/me", "/nas/local/pictures", "/nasty"):
        assert network_type(local, mounted) is None
