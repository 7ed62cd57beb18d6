"""The reading processes: files that kill, hang or bloat one cost themselves, and nothing else."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hostile_reading import hostile_read
from scan_pictures import write

from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.library.scanning.file_state import file_state
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.packing import pack, packed_reading, unpacked_reading
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.record import FileRecord, Lora, Origin, Recipe, Seen, WorkflowGraph

QUICKLY = Limits(busy_s=0.5, waiting_s=30.0, memory_bytes=200 * 2**20)


def files(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).write_bytes(b"x")
    return [str(folder / name) for name in names]


def problems(paths: list[str], limits: Limits = QUICKLY, count: int = 2) -> dict[str, str]:
    """What is wrong with each file that something is wrong with."""
    with Readers(hostile_read, count, limits) as readers:
        found = readers.read(paths)
    assert all(reading is not None for reading in found)
    return {
        os.path.basename(path): reading[0].problems[0]
        for path, reading in zip(paths, found, strict=True)
        if reading and reading[0].problems
    }


def tries(folder: Path) -> dict[str, int]:
    """How often each file was begun."""
    names = [line.split()[0] for line in (folder / "log").read_text().splitlines()]
    return {name: names.count(name) for name in names}


def test_each_hostile_file_gets_its_own_problem_and_no_other_file_any(tmp_path: Path) -> None:
    good = [f"good{number:02}" for number in range(60)]
    bad = ["exit1", "loop1", "bloat1", "exit2", "large"]
    mixed = sorted(good + bad, key=lambda name: name[::-1])
    assert problems(files(tmp_path, *mixed)) == {
        "exit1": "This file stopped the program that read it.",
        "exit2": "This file stopped the program that read it.",
        "loop1": "This file took longer than 0.5 s to read.",
        "bloat1": "This file needs more than 200 MB of memory to read.",
    }
    tried = tries(tmp_path)
    assert (tried["exit1"], tried["exit2"], tried["loop1"]) == (2, 2, 2)


def test_a_file_that_fails_only_the_first_time_is_read(tmp_path: Path) -> None:
    assert problems(files(tmp_path, "good1", "once1", "good2", "once2")) == {}
    assert tries(tmp_path)["once1"] == 2


def test_the_second_try_is_alone(tmp_path: Path) -> None:
    names = [f"good{number}" for number in range(6)]
    problems(files(tmp_path, "exit", *names), count=1)
    lines = (tmp_path / "log").read_text().splitlines()
    by_process: dict[str, list[str]] = {}
    for line in lines:
        name, process = line.split()
        by_process.setdefault(process, []).append(name)
    ended = [names for names in by_process.values() if "exit" in names]
    assert [names[-1] for names in ended] == ["exit", "exit"]
    assert all(tries(tmp_path)[name] == 1 for name in names)


def test_a_slow_drive_gets_more_time_than_a_busy_parser(tmp_path: Path) -> None:
    limits = replace(QUICKLY, busy_s=0.2, waiting_s=1.0)
    assert problems(files(tmp_path, "wait"), limits) == {"wait": "This file took longer than 1 s to read."}


def test_the_limits_are_three_seconds_and_a_gigabyte() -> None:
    assert (Limits().busy_s, Limits().memory_bytes) == (3, 2**30)
    assert Limits().too_large == "needs more than 1 GB of memory to read"


def test_a_file_that_vanished_meanwhile_is_no_problem(tmp_path: Path) -> None:
    paths = files(tmp_path, "good1", "good2")
    os.unlink(paths[0])
    with Readers(hostile_read, 1, QUICKLY) as readers:
        gone, there = readers.read(paths)
    assert gone is None
    assert there is not None


def test_a_killed_reader_is_replaced(tmp_path: Path) -> None:
    paths = files(tmp_path, "good1", "good2")
    with Readers(hostile_read, 1, QUICKLY) as readers:
        readers.read(paths[:1])
        for child in psutil.Process().children():
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()
        assert readers.read(paths[1:])[0] is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="other timers end a process there")
def test_a_hanging_reader_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    [path] = files(tmp_path, "loop")
    program = f"""
from hostile_reading import hostile_read
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.readers import Readers
if __name__ == "__main__":
    Readers(hostile_read, 1, Limits(busy_s=1)).read([{path!r}])
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    while not (tmp_path / "log").exists():
        assert parent.poll() is None
        time.sleep(0.05)
    child = psutil.Process(int((tmp_path / "log").read_text().split()[1]))
    parent.kill()
    parent.wait()
    child.wait(timeout=20)


def test_records_cross_as_they_are() -> None:
    recipe = Recipe(
        generator="comfyui",
        source="png:prompt",
        prompt="a fox \ud800",
        seed=2**64 - 1,
        cfg_scale=float("inf"),
        size=(64, 48),
        loras=(Lora(name="mist", weight=0.5), Lora(name="plain")),
        controlnets=({"model": "depth"},),
        extra={"deep": [{"a": [1, None, True, 10**40]}]},
        graph=WorkflowGraph(fingerprint=b"f" * 16, node_classes=("A",), slots=((0, "x"),), values=(1,)),
        origins={"seed": (Origin("png:prompt", "inputs.seed", "3", "KSampler"),)},
    )
    record = FileRecord(
        size_bytes=3, format="png", recipe=recipe, seen=(Seen("png:prompt", 9, True),), problems=("No.",)
    )
    state = file_state(__file__)
    assert state is not None
    for each in (record, FileRecord(size_bytes=0)):
        assert unpacked_reading(packed_reading((each, state))) == (each, state)
    assert unpacked_reading(packed_reading(None)) is None


def test_only_plain_values_cross() -> None:
    class Text(str):
        __slots__ = ()

    for value in (object(), Text("x"), {1: Path("x")}):
        with pytest.raises(ValueError, match="unmarshallable"):
            pack(value)


def test_origins_do_not_cross_unless_asked_for(tmp_path: Path) -> None:
    path = str(write(tmp_path / "a.png"))
    for explain in (False, True):
        with Readers(FileReader(explain=explain), 1) as readers:
            [reading] = readers.read([path])
        assert reading is not None
        assert reading[0].recipe is not None
        assert bool(reading[0].seen) == explain
        assert explain or not reading[0].recipe.origins
