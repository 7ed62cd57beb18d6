"""`dtk review`: what a held run of a real tagger says is listed, settled, accepted, and asked for again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from enrich import networks
from pictures import parameters, save_png

Dtk = Callable[..., tuple[int, Any]]


def test_a_held_run_is_decided(dtk: Dtk, tmp_path: Path) -> None:
    networks.place_joytag(tmp_path / "data" / "models" / "tagger")
    for number in range(2):
        texts = {"parameters": parameters("a fox", seed=number)}
        save_png(tmp_path / "pictures" / f"{number}.png", texts=texts, colour=40 * number)
    dtk("scan", tmp_path / "pictures")
    code, held = dtk("tag", "--all", "--review", "--threshold", "general=0")
    assert (code, held["done"]) == (0, 2)
    assert dtk("search", "tag:any")[1]["total"] == 0
    code, listed = dtk("review", "list")
    assert (code, listed["total"]) == (0, 2)
    first, second = (item["id"] for item in listed["items"])
    code, retried = dtk("review", "retry", second)
    assert (code, retried["done"], dtk("review", "list")[1]["total"]) == (0, 1, 2)
    third = dtk("review", "list")[1]["items"][-1]["id"]
    name = dtk("review", "tags")[1][0]["name"]
    assert dtk("review", "settle", "refuse", name)[1]["changed"] == 2
    assert dtk("review", "edit", first, "--tag", "mine")[1]["changed"] == 1
    assert dtk("review", "accept", first)[1]["changed"] == 1
    assert [item["id"] for item in dtk("search", "tag:mine")[1]["items"]] == [listed["items"][0]["image_id"]]
    assert dtk("review", "reject", "--all")[1]["changed"] == 1
    assert dtk("review", "accept", third)[1]["changed"] == 0
    assert dtk("review", "accept")[0] == 2
