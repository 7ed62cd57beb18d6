"""`dtk roots` and `dtk folders`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pictures import save_png

Dtk = Callable[..., tuple[int, Any]]


def test_roots_and_folders_on_the_command_line(dtk: Dtk, tmp_path: Path) -> None:
    top = tmp_path / "pictures"
    for place in ("a.png", "sub/b.png", "sub/deep/c.png"):
        save_png(top / place, texts={})
    assert dtk("roots", "add", top)[1][0]["watched"] is True
    assert dtk("scan", top)[1]["new"] == 3
    save_png(top / "sub" / "d.png", texts={})
    save_png(top / "e.png", texts={})
    assert dtk("scan", top / "sub")[1]["new"] == 1
    assert dtk("roots", "set", top, "--no-watch", "--not-recursive")[1][0]["recursive"] is False
    assert dtk("search", "--count")[1] == {"total": 1}
    dtk("roots", "set", top, "--recursive")
    assert dtk("folders", "exclude", top / "sub", "--tree")[0] == 0
    assert dtk("search", "--count")[1] == {"total": 1}
    listed = {folder["name"]: folder for folder in dtk("folders", "list")[1]}
    assert listed["deep"]["is_excluded"]
    assert dtk("folders", "include", top / "sub")[0] == 0
    assert dtk("folders", "rename", top / "sub", "other")[0] == 0
    assert dtk("folders", "rename", top / "other", "con")[0] == 2
    assert dtk("folders", "create", top / "new")[0] == 0
    assert dtk("folders", "move", top / "other", top / "new")[0] == 0
    assert dtk("search", "--count", "in:new/other")[1] == {"total": 3}
    assert dtk("folders", "delete", top / "new", "--for-good", "--yes")[0] == 0
    assert not (top / "new").exists()
    assert dtk("folders", "exclude", tmp_path)[0] == 1
    top.rename(tmp_path / "moved")
    assert dtk("roots", "move", top, tmp_path / "data")[0] == 3
    assert dtk("roots", "move", top, tmp_path / "moved")[1][0]["path"] == str(tmp_path / "moved")
    assert dtk("roots", "remove", tmp_path / "moved", "--yes")[1] == []
    assert (tmp_path / "moved" / "a.png").exists()
