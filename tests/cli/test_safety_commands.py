"""`dtk backup`, `restore`, `export` and `import`, on a real library."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.store.database import Collection
from pictures import make_library

Dtk = Callable[..., tuple[int, Any]]

RATING = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="3"/></rdf:RDF></x:xmpmeta>'
)


def total(dtk: Dtk, query: str) -> int:
    return dtk("search", "--count", query)[1]["total"]


def test_a_library_lost_and_found(dtk: Dtk, collection: Collection, tmp_path: Path) -> None:
    dtk("scan", make_library(tmp_path / "pictures", 6))
    ids = [item["id"] for item in dtk("search", "--limit", 6)[1]["items"]]
    curate(collection, ids[:4], Change(rating=8))
    code, exported = dtk("export", tmp_path / "curation.json")
    assert (code, exported["pictures"]) == (0, 4)
    code, backup = dtk("backup")
    assert (code, backup["collection"]) == (0, "main")
    curate(collection, ids, Change(rating=1))
    assert total(dtk, "rating:8") == 0
    assert dtk("restore", backup["path"], "--yes")[0] == 0
    assert total(dtk, "rating:8") == 4
    curate(collection, ids, Change(rating=None))
    code, done = dtk("import", tmp_path / "curation.json")
    assert (code, done["found"], done["changed"]) == (0, 4, 4)
    assert total(dtk, "rating:8") == 4


def test_ratings_of_other_programs(dtk: Dtk, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("one", "two"):
        Image.new("RGB", (8, 8), (name == "one" and "red") or "blue").save(folder / f"{name}.png")
    (folder / "one.xmp").write_text(RATING)
    dtk("scan", folder)
    code, done = dtk("import", "--xmp", "")
    assert (code, done["pictures"], done["changed"]) == (0, 1, 1)
    assert total(dtk, "rating:6") == 1


def test_wrong_usage_and_wrong_files(dtk: Dtk, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("nothing")
    assert dtk("import")[0] == 2
    assert dtk("import", tmp_path / "wrong", "--xmp", "")[0] == 2
    assert dtk("import", tmp_path / "wrong")[0] == 2
    assert dtk("restore", tmp_path / "wrong", "--yes")[0] == 2
    assert dtk("restore", tmp_path / "not there", "--yes")[0] == 2
