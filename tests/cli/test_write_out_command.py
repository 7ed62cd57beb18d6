"""`dtk write-out` and `dtk read-sidecars`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from diffusion_toolkit.library.portable.xmp_ratings import foreign_curation
from pictures import parameters, save_png

Dtk = Callable[..., tuple[int, Any]]


def test_tags_and_captions_go_out_and_come_in(dtk: Dtk, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    for number in range(2):
        save_png(folder / f"{number}.png", texts={"parameters": parameters("a fox", seed=number)}, colour=40 * number)
    (folder / "1.txt").write_text(parameters("a fox", seed=1))
    dtk("scan", folder)
    dtk("tags", "give", "--all", "--add", "fox (animal)")
    assert dtk("write-out", "--all", "--dry-run")[1]["files"] == [str(folder / "0.txt")]
    code, went = dtk("write-out", "--all", "--first", "ohwx", "--escape")
    assert (code, went["done"], went["failed"]) == (1, 1, 1)
    assert (folder / "0.txt").read_text() == "ohwx, fox \\(animal\\)\n"
    assert "says how the picture was made" in went["problems"][0]["message"]
    code, went = dtk("write-out", "--all", "--form", "picture", "--keep-time")
    assert (code, went["done"]) == (0, 2)
    assert foreign_curation(str(folder / "1.png")).tags == ("fox (animal)",)
    assert dtk("write-out", "--all", "--form", "picture", "--existing", "skip")[0] == 2
    code, read = dtk("read-sidecars", "--all")
    assert (code, read["pictures"], read["changed"], read["recipes"]) == (0, 1, 1, 1)
    assert dtk("search", "tag:ohwx", "--count")[1]["total"] == 1
    assert dtk("undo")[0] == 0
    assert dtk("search", "tag:ohwx", "--count")[1]["total"] == 0
