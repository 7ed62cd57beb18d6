"""`dtk move`, `copy`, `rename` and `delete`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diffusion_toolkit.cli.main import run
from pictures import save_png

Dtk = Callable[..., tuple[int, Any]]


@pytest.fixture
def pictures(tmp_path: Path, dtk: Dtk) -> Path:
    """Two folders with pictures, scanned."""
    folder = tmp_path / "pictures"
    for seed, name in enumerate(("a/one.png", "a/two.png", "b/three.png")):
        save_png(folder / name, texts={"parameters": f"a fox\nSteps: 20, Seed: {seed}"})
    dtk("scan", "--quick", folder)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_move_copy_and_rename(dtk: Dtk, pictures: Path) -> None:
    code, preview = dtk("move", "path:*one*", pictures / "b", "--dry-run")
    assert (code, preview["pictures"]) == (0, 1)
    assert preview["items"] == [{"source": str(pictures / "a/one.png"), "target": str(pictures / "b/one.png")}]
    assert names(pictures / "b") == ["three.png"]
    code, moved = dtk("move", "path:*one*", pictures / "b", "--yes")
    assert (code, moved["done"], moved["failed"]) == (0, 1, 0)
    assert dtk("copy", "path:*two*", pictures / "b", "--yes")[1]["done"] == 1
    assert names(pictures / "b") == ["one.png", "three.png", "two.png"]
    assert dtk("rename", "", "{index:2}", "--sort", "name", "--yes")[1]["done"] == 4
    code, answer = dtk("rename", "path:*01*", "CON", "--yes")
    assert (code, answer["error"]["kind"]) == (2, "UsageError")
    code, answer = dtk("move", "", "/", "--yes")
    assert (code, answer["error"]["kind"]) == (3, "Refused")


def test_delete_and_its_mistakes(dtk: Dtk, pictures: Path) -> None:
    assert dtk("delete", "--yes")[0] == 2
    assert dtk("delete", "path:*one*", "--for-good", "--entry")[0] == 2
    code, entry = dtk("delete", "path:*one*", "--entry", "--yes")
    assert (code, entry["done"], names(pictures / "a")) == (0, 1, ["one.png", "two.png"])
    assert dtk("delete", "path:*two*", "--for-good", "--yes")[1]["done"] == 1
    assert names(pictures / "a") == ["one.png"]
    assert dtk("delete", "--marked", "--yes")[1]["pictures"] == 0
    assert dtk("search", "--count", "")[1] == {"total": 1}


@pytest.mark.skipif(sys.platform == "win32", reason="no terminal")
def test_nothing_is_deleted_without_a_yes(dtk: Dtk, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115  (closed with the process)
    assert run(["delete", "path:*one*", "--for-good"]) == 130
    assert names(pictures / "a") == ["one.png", "two.png"]
