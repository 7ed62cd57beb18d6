"""A drive pulled out at any step of a move: nothing is lost or doubled, and the person reads what to do."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from files_world import move, on_disk, places, present, scanned
from scan_pictures import QUICK, run, write

from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.recovery import recover
from diffusion_toolkit.store.database import Collection

ROUNDS = int(os.environ.get("DTK_TEST_ROUNDS", "3"))
SEED = 20261128
MANY = 1_000_000

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="open files keep a drive there on Windows")


class Drive:
    """A root that goes away before the step-th thing that touches the disk: its folder, or what is mounted there."""

    def __init__(self, root: Path, step: int, *, mounted: bool) -> None:
        self.root = root
        self.away = root.with_name("away")
        self.left = step
        self.mounted = mounted
        self.is_away = False

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        for holder, names in ((disk, ("_rename", "_written", "keep")), (os, ("unlink",)), (shutil, ("copystat",))):
            for name in names:
                patch.setattr(holder, name, self._counting(getattr(holder, name)))

    def _counting(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == -1:
                self.is_away = True
                self._carry(self.root, self.away)
            return real(*given, **named)

        return called

    def plug_in(self) -> None:
        self.is_away = False
        self._carry(self.away, self.root)

    def _carry(self, here: Path, there: Path) -> None:
        if self.mounted:
            there.mkdir(exist_ok=True)
            subprocess.run(["mount", "--move", here, there], check=True)
        else:
            here.rename(there)


@pytest.fixture
def mount(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether the root that is pulled out is a drive of its own; then it is mounted."""
    wanted, place = request.param, tmp_path / request.getfixturevalue("pulled")
    if wanted:
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=1m", "drive", place]
        if not sys.platform.startswith("linux") or subprocess.run(command, check=False).returncode != 0:
            pytest.skip("no right to mount here")
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        if subprocess.run(["mount", "--move", place, elsewhere], check=False).returncode != 0:
            subprocess.run(["umount", "--lazy", place], check=False)
            pytest.skip("what is mounted in a shared place cannot be moved")
        subprocess.run(["mount", "--move", elsewhere, place], check=True)
    yield wanted
    if wanted:
        subprocess.run(["umount", "--lazy", place], check=False)


def count_steps(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, ids: list[int], here: Path, there: Path, *, by_copy: bool
) -> int:
    """How often a move touches the disk; afterwards all is as before."""
    drive = Drive(there, MANY, mounted=False)
    with monkeypatch.context() as patch:
        drive.watch(patch)
        move(collection, ids, there, by_copy=by_copy)
    move(collection, ids, here)
    return MANY - drive.left


@pytest.mark.parametrize("pulled", ["one", "two"])
@pytest.mark.parametrize(("by_copy", "mount"), [(False, False), (True, False), (False, True)], indirect=["mount"])
def test_pulled_out_at_any_step(
    collection: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pulled: str,
    by_copy: bool,
    mount: bool,
) -> None:
    print(f"seed {SEED}")
    one, two = tmp_path / "one", tmp_path / "two"
    ids = scanned(collection, one, "a/0.png", "a/1.png", "keep.png")
    scanned(collection, two, "c/q.png")
    for number in range(2):
        write(one / f"a/{number}.txt", f"text {number}".encode())
    chosen = [ids["a/0.png"], ids["a/1.png"]]
    by_id = {row["id"]: Path(row["place"]).read_bytes() for row in present(collection)}
    contents = sorted(Path(file).read_bytes() for file in on_disk(one, two))
    told: list[str] = []
    steps = count_steps(collection, monkeypatch, chosen, one / "a", two / "c", by_copy=by_copy)
    assert steps >= 4
    for step in [*random.Random(SEED).sample(range(steps), min(ROUNDS, steps)), steps]:
        drive = Drive(tmp_path / pulled, step, mounted=mount)
        with monkeypatch.context() as patch:
            drive.watch(patch)
            went = move(collection, chosen, two / "c", by_copy=by_copy)
        told += [problem.message for problem in went.problems]
        assert drive.is_away == (step < steps)
        if not drive.is_away:
            continue
        assert went.done + went.failed + went.left == 2
        drive.plug_in()
        recover(collection)
        for root in (one, two):
            run(collection, root, QUICK)
        files = on_disk(one, two)
        assert sorted(Path(file).read_bytes() for file in files) == contents, f"step {step}"
        assert places(collection) == {file for file in files if file.endswith(".png")}, f"step {step}"
        assert {row["id"]: Path(row["place"]).read_bytes() for row in present(collection)} == by_id
        assert all((path.with_suffix(".txt")).exists() for path in map(Path, files) if path.name in ("0.png", "1.png"))
        back = [row["id"] for row in present(collection) if row["id"] in chosen and row["root"] == str(two)]
        if back:
            move(collection, back, one / "a")
    assert told
    unexplained = [text for text in told if "connected?" not in text and "can be reached again" not in text]
    assert unexplained == []
