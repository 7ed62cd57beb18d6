"""`dtk matches` and `dtk nsfw-words`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from diffusion_toolkit.library import identity
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.store.database import Collection
from pictures import parameters, save_png

Dtk = Callable[..., tuple[int, Any]]


def test_a_resized_copy_is_offered_declined_and_accepted(dtk: Dtk, collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    small = np.random.default_rng(1).integers(0, 255, (6, 9, 3), np.uint8)
    picture = Image.fromarray(small).resize((192, 128), Image.Resampling.BICUBIC)
    picture.save(folder / "fox.png")
    dtk("scan", folder)
    dtk("rate", "--all", "--rating", 9)
    decoders = Decoders(1)
    try:
        identity.hash_curated(collection, decoders)
        (folder / "fox.png").unlink()
        for size in (96, 48):
            picture.resize((size, size * 2 // 3)).save(folder / f"fox-{size}.jpg", quality=90)
        dtk("scan", folder)
        assert identity.find_lost(collection, decoders) == (0, 2)
    finally:
        decoders.close()
    code, (first, second) = dtk("matches", "list")
    assert (code, Path(first["missing_path"]).name) == (0, "fox.png")
    assert dtk("matches", "decline", first["missing_id"], first["found_id"]) == (0, {"declined": 1})
    assert dtk("matches", "accept", first["missing_id"], first["found_id"])[0] == 1
    code, done = dtk("matches", "accept", second["missing_id"], second["found_id"])
    assert (code, done["changed"]) == (0, 1)
    assert dtk("matches", "list") == (0, [])
    found = dtk("search", "rating:9")[1]["items"]
    assert second["found_id"] in [item["id"] for item in found]


def test_words_are_added_and_mark_what_is_read(dtk: Dtk, tmp_path: Path) -> None:
    save_png(tmp_path / "pictures" / "one.png", texts={"parameters": parameters("a red fox, bathing", seed=1)})
    save_png(tmp_path / "pictures" / "two.png", texts={"parameters": parameters("a red fox, asleep", seed=2)})
    assert dtk("nsfw-words") == (0, {"words": ["nsfw", "nude", "naked"]})
    assert dtk("nsfw-words", "--remove", "nude", "--add", "bath*")[1] == {"words": ["nsfw", "naked", "bath*"]}
    dtk("scan", tmp_path / "pictures")
    assert [item["name"] for item in dtk("search", "nsfw:yes")[1]["items"]] == ["one.png"]
    assert dtk("nsfw-words", "--remove", "nude")[0] == 2
    assert dtk("nsfw-words", "--add", "!!")[0] == 2
    assert dtk("nsfw-words", "--none") == (0, {"words": []})
