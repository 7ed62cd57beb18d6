"""`dtk vocabulary`: the map as text, the labels of models placed by hand, and applying it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from enrich import networks
from pictures import parameters, save_png

Dtk = Callable[..., tuple[int, Any]]


def test_the_map_and_the_labels_of_a_model_are_applied(dtk: Dtk, tmp_path: Path) -> None:
    networks.place_joytag(tmp_path / "data" / "models" / "tagger")
    save_png(tmp_path / "pictures" / "one.png", texts={"parameters": parameters("a fox", seed=1)})
    dtk("scan", tmp_path / "pictures")
    dtk("tags", "give", "--all", "--add", "kitty", "--add", "puppy", "--add", "longhair")
    (tmp_path / "map.txt").write_text("kitty = cat\nlonghair = Long Hair\n")
    assert dtk("vocabulary", "import", tmp_path / "map.txt")[1]["changed"] == 2
    assert dtk("vocabulary", "add", "puppy", "kitty")[1]["changed"] == 1
    assert dtk("vocabulary", "export")[1]["text"] == "kitty = cat\nlonghair = Long Hair\npuppy = kitty\n"
    code, planned = dtk("vocabulary", "apply", "--dry-run")
    assert (code, [(each["name"], each["canonical"], each["merges"]) for each in planned]) == (
        0,
        [("kitty", "cat", False), ("longhair", "Long Hair", False), ("puppy", "cat", False)],
    )
    code, listed = dtk("vocabulary", "list")
    assert (code, listed["aliases"][0], list(listed["lists"])) == (
        0,
        {"alias": "kitty", "canonical": "cat"},
        ["joytag"],
    )
    assert dtk("vocabulary", "apply")[1]["changed"] == 3
    assert [(tag["name"], tag["count"]) for tag in dtk("tags", "list")[1]] == [("cat", 1), ("Long Hair", 1)]
    assert dtk("vocabulary", "spell", "PUPPY", "Long_Hair")[1] == [
        {"name": "PUPPY", "canonical": "cat"},
        {"name": "Long_Hair", "canonical": "Long Hair"},
    ]
    assert dtk("vocabulary", "add", "cat", "puppy")[0] == 2
    assert dtk("vocabulary", "remove", "puppy")[1]["changed"] == 1
    assert dtk("vocabulary", "remove", "puppy")[0] == 1
