"""The deep phase: what is read, what is kept of it, and files that resist."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from scan_pictures import BOTH, DEEP, QUICK, by_name, deadly_read, images, png, rate, run, write

from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.library.scan import ScanOptions
from diffusion_toolkit.library.scanning.file_state import file_state
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.reading import read_one
from diffusion_toolkit.record import FileRecord, JsonValue, Lora, Recipe
from diffusion_toolkit.store.database import Collection

NOBODY = 65_534
ODD_TEXT = "nul \x00 and lone \ud800 surrogate"


def odd_read(path: str) -> FileRecord:
    """A record with everything a store may choke on."""
    recipe = Recipe(
        generator="automatic1111",
        source="png:parameters",
        prompt=ODD_TEXT,
        negative_prompt="x" * 5000,
        steps=10**12,
        cfg_scale=float("nan"),
        seed=2**64 - 1,
        model="dream" + ODD_TEXT,
        model_hash="abc",
        denoising_strength=float("inf"),
        size=(512, 768),
        loras=(Lora(name="detail", weight=0.8), Lora(name="plain")),
        extra={"huge": 10**400, "text\x00": ODD_TEXT, "deep": _nested(150), "nan": float("nan")},
        workflow=True,
    )
    return FileRecord(
        size_bytes=1, format="png", width=2**40, height=8, fingerprint=b"f" * 16, pixels=b"p" * 16, recipe=recipe
    )


def huge_seed_read(path: str) -> FileRecord:
    """A seed that no column holds."""
    return FileRecord(size_bytes=1, recipe=Recipe(generator="comfyui", source="png:prompt", seed=10**30))


def bottomless_read(path: str) -> FileRecord:
    """A record nested deeper than processes can exchange."""
    return FileRecord(size_bytes=1, recipe=Recipe(generator="x", source="y", extra={"deep": _nested(100_000)}))


def _nested(levels: int) -> JsonValue:
    value: JsonValue = []
    for _ in range(levels):
        value = [value]
    return value


def test_what_is_read_stands_in_the_columns(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png("a castle", seed=123))
    write(tmp_path / "b.png", png("a castle", seed=124))
    write(tmp_path / "plain.png", png(None))
    assert run(collection, tmp_path) == {"files": 3, "new": 3}
    rows = by_name(collection)
    a, b, plain = rows["a.png"], rows["b.png"], rows["plain.png"]
    assert (a["prompt"], a["sampler"], a["steps"], a["cfg_scale"], a["seed"]) == ("a castle", "Euler a", 20, 7.0, 123)
    assert (a["format"], a["width"], a["height"], a["phase"], a["problems"]) == ("png", 8, 8, 1, 0)
    assert a["prompt_id"] == b["prompt_id"]
    assert a["fingerprint"] != b["fingerprint"]
    assert a["pixels"] == b["pixels"]
    assert (plain["phase"], plain["prompt_id"], plain["record"]) == (1, None, None)


def test_a_second_deep_scan_reads_nothing_and_a_rebuild_everything(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    run(collection, tmp_path)
    rate(collection, "a.png", 8)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE image SET steps = 99"))
    run(collection, tmp_path)
    assert by_name(collection)["a.png"]["steps"] == 99
    run(collection, tmp_path, replace(BOTH, rebuild=True))
    assert by_name(collection)["a.png"]["steps"] == 20
    assert by_name(collection)["a.png"]["rating"] == 8


def test_damaged_files_give_one_problem_each_and_the_scan_goes_on(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "good.png")
    write(tmp_path / "truncated.png", png()[:60])
    write(tmp_path / "empty.png", b"")
    write(tmp_path / "wrong.jpg", b"this is a text, not a picture" * 50)
    (tmp_path / "folder.png").mkdir()
    write(tmp_path / "folder.png" / "inside.png", png(seed=2))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
    run(collection, tmp_path)
    rows = by_name(collection)
    damaged = set(rows) - {"good.png", "folder.png/inside.png"}
    assert all(row["phase"] == 1 for row in rows.values())
    assert {name: rows[name]["problems"] for name in rows} == {name: int(name in damaged) for name in rows}
    assert all(len(rows[name]["record"]["problems"]) == 1 for name in damaged)
    assert "folder" in rows["folder.png"]["record"]["problems"][0]
    assert run(collection, tmp_path)["files"] == len(rows)


def test_a_reader_that_dies_hangs_or_fails_costs_one_file(collection: Collection, tmp_path: Path) -> None:
    for number in range(40):
        write(tmp_path / f"good{number:02d}.png", png(seed=number))
    for name in ("hang.png", "kill.png", "kill2.png", "fail.png"):
        write(tmp_path / name)
    counts = run(collection, tmp_path, ScanOptions(workers=2, limits=Limits(waiting_s=3.0), read=deadly_read))
    assert counts == {"files": 44, "new": 44, "failed": 4}
    rows = by_name(collection)
    assert {name for name, row in rows.items() if row["problems"]} == {"hang.png", "kill.png", "kill2.png", "fail.png"}
    assert all(row["phase"] == 1 for row in rows.values())


def test_what_postgresql_cannot_hold_is_made_fit_for_it(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    run(collection, tmp_path, replace(BOTH, read=odd_read))
    row = by_name(collection)["a.png"]
    assert row["prompt"] == "nul � and lone � surrogate"
    assert row["seed"] == 2**64 - 1
    assert (row["steps"], row["cfg_scale"], row["width"], row["workflow"]) == (None, None, None, True)
    record = row["record"]
    assert (record["steps"], record["cfg_scale"], record["denoising_strength"]) == (10**12, "nan", "inf")
    assert record["loras"] == [{"name": "detail", "weight": 0.8}, {"name": "plain"}]
    assert record["size"] == [512, 768]
    assert record["extra"]["huge"] == "1" + "0" * 400


def test_a_seed_beyond_the_column_is_kept_as_text(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    run(collection, tmp_path, replace(BOTH, read=huge_seed_read))
    row = by_name(collection)["a.png"]
    assert (row["seed"], row["record"]["seed"]) == (None, "1" + "0" * 30)


def test_a_record_that_cannot_be_handed_on_is_a_problem(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    assert run(collection, tmp_path, replace(BOTH, read=bottomless_read)) == {"files": 1, "new": 1, "failed": 1}
    assert by_name(collection)["a.png"]["problems"] == 1


def test_a_file_that_becomes_unreadable_keeps_what_was_known_of_it(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    run(collection, tmp_path)
    image_id = rate(collection, "a.png", 9)
    write(tmp_path / "a.png", png()[:70])  # a copy that was interrupted
    run(collection, tmp_path)
    row = by_name(collection)["a.png"]
    assert (row["id"], row["prompt"], row["rating"], row["problems"]) == (image_id, "a castle", 9, 1)
    write(tmp_path / "a.png", png("another", seed=7, shade=50), mtime_s=1_700_000_000)
    run(collection, tmp_path)
    assert by_name(collection)["a.png"]["rating"] is None
    assert [row["rating"] for row in images(collection) if row["missing_since"]] == [9]


def test_a_file_that_vanished_before_its_reading_goes_on_waiting(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    write(tmp_path / "b.png", png(seed=2))
    run(collection, tmp_path, QUICK)
    (tmp_path / "a.png").unlink()
    run(collection, tmp_path, DEEP)
    assert {name: row["phase"] for name, row in by_name(collection).items()} == {"a.png": 0, "b.png": 1}


@pytest.mark.skipif(os.name == "nt", reason="permissions do not bind Windows")
def test_a_file_that_could_not_be_opened_is_read_by_the_next_scan(collection: Collection, tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", png("a castle"))
    with readable_by_nobody(path):
        reading = read_one(str(path), FileReader(), Limits())
    assert reading is not None
    record, state = reading
    assert len(record.problems) == 1
    assert file_state(str(path)) != state

    run(collection, tmp_path)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE image SET mtime_ns = :told"), {"told": state.mtime_ns})
    run(collection, tmp_path)
    assert by_name(collection)["a.png"]["mtime_ns"] == state.mtime_ns + 1


@contextmanager
def readable_by_nobody(path: Path) -> Generator[None]:
    """Neither by its owner nor by the system's administrator, who runs tests in containers."""
    path.chmod(0)
    is_root = os.geteuid() == 0
    folders = path.resolve().parents if is_root else ()
    closed = [folder for folder in folders if not folder.stat().st_mode & 0o001]
    for folder in closed:
        folder.chmod(folder.stat().st_mode | 0o011)
    try:
        if is_root:
            os.seteuid(NOBODY)
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for folder in closed:
            folder.chmod(folder.stat().st_mode & ~0o011)
        path.chmod(0o644)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions bind neither root nor Windows")
def test_a_file_without_permission_has_a_problem(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png").chmod(0)
    run(collection, tmp_path)
    assert by_name(collection)["a.png"]["problems"] == 1
