"""Hashes of models, the names they have, and the models pictures were made with."""

import hashlib
import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.errors import Cancelled, NotFound, UnreadableFile, UsageError
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.models.hashing import hash_file, hash_models
from diffusion_toolkit.library.models.listing import model_files
from diffusion_toolkit.library.models.names import import_names, look_up, set_name
from diffusion_toolkit.library.models.roots import add_model_root
from diffusion_toolkit.library.models.scan import scan_models
from diffusion_toolkit.library.models.uses import ModelUse, used_models
from diffusion_toolkit.library.prompts.visible import visible_images
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import curation, folder, image, model, root
from model_bytes import safetensors, save

WEIGHTS = bytes(range(256)) * 8_000
"""Two megabytes, so that there is something where the old hash looks."""


@pytest.fixture
def scanned(collection: Collection, tmp_path: Path) -> Path:
    """A model root with one checkpoint of 2 MB."""
    save(tmp_path / "models/checkpoints/lamp_v2.safetensors", safetensors({"a": "b"}, weights=WEIGHTS))
    scan(collection, tmp_path / "models")
    return tmp_path / "models/checkpoints/lamp_v2.safetensors"


def scan(collection: Collection, path: Path) -> None:
    for _ in scan_models(collection, add_model_root(collection, path).id):
        pass


def hash_all(collection: Collection) -> dict[str, int]:
    counts: dict[str, int] = {}
    for progress in hash_models(collection):
        counts = dict(progress.counts)
    return counts


def add_images(collection: Collection, made_with: list[tuple[str, str | None, int, int | None]]) -> None:
    """Images by model: name, hash, how many, their rating."""
    with collection.begin() as connection:
        place = connection.scalar(sa.insert(root).values(path="/p", identity=b"p").returning(root.c.id))
        here = connection.scalar(sa.insert(folder).values(root_id=place, path="", identity=b"f").returning(folder.c.id))
        for name, digits, count, rating in made_with:
            identity = hashlib.sha256(f"{name}/{digits}".encode()).digest()
            number = connection.scalar(
                sa.insert(model).values(name=name, hash=digits, identity=identity).returning(model.c.id)
            )
            for each in range(count):
                made = connection.scalar(
                    sa.insert(image)
                    .values(
                        folder_id=here,
                        name=f"{name}{digits}{each}",
                        size_bytes=1,
                        mtime_ns=1,
                        phase=1,
                        file_date=sa.func.now(),
                        model_id=number,
                    )
                    .returning(image.c.id)
                )
                if rating:
                    connection.execute(sa.insert(curation).values(image_id=made, rating=rating))


def used(collection: Collection) -> list[ModelUse]:
    catalog = Catalog(collection)
    visible = visible_images(catalog, catalog.state, "", frozenset(), local_now())
    return used_models(collection, catalog.state, visible)


def found(collection: Collection, query: str) -> int:
    return Search(Catalog(collection)).run(query, now=local_now()).total


def test_all_hashes_of_a_file_are_those_of_the_programs(tmp_path: Path) -> None:
    data = safetensors({"a": "b"}, weights=WEIGHTS)
    hashes = hash_file(save(tmp_path / "a.safetensors", data))
    begin = 8 + int.from_bytes(data[:8], "little")
    assert hashes.sha256 == hashlib.sha256(data).digest()
    assert hashes.weights == hashlib.sha256(data[begin:]).hexdigest()
    assert hashes.short_hash == hashlib.sha256(data[0x100000:0x110000]).hexdigest()[:8]
    assert hash_file(save(tmp_path / "a.pt", data)).weights is None
    assert hash_file(save(tmp_path / "b.pt", b"small")).short_hash is None


def test_hashing_finds_every_form_and_a_changed_file_is_hashed_anew(collection: Collection, scanned: Path) -> None:
    assert hash_all(collection) == {"hashed": 1, "changed": 0, "failed": 0}
    assert hash_all(collection) == {"hashed": 0, "changed": 0, "failed": 0}
    hashes = hash_file(scanned)
    full = hashes.sha256.hex()
    for form in (
        full,
        full[:10],
        (hashes.weights or "")[:12],
        hashes.short_hash or "",
        full[:20].upper(),
        "0x" + full[:8],
    ):
        known = look_up(collection, form)
        assert [name.name for name in known.names][:1] == ["lamp_v2"], form
        assert len(known.file_ids) == 1
    save(scanned, safetensors({"a": "c"}, weights=WEIGHTS))
    scan(collection, scanned.parents[1])
    with collection.begin() as connection:
        assert store.files(connection)[0].sha256 is None
    assert hash_all(collection)["hashed"] == 1
    assert look_up(collection, hash_file(scanned).sha256.hex()).names[0].name == "lamp_v2"


def test_a_file_that_changed_since_the_scan_keeps_no_wrong_hash(collection: Collection, scanned: Path) -> None:
    save(scanned, b"other content")
    assert hash_all(collection) == {"hashed": 0, "changed": 1, "failed": 0}
    scanned.unlink()
    assert hash_all(collection) == {"hashed": 0, "changed": 0, "failed": 1}


def test_hashing_stops_when_asked_and_goes_at_the_rate_it_is_told(collection: Collection, scanned: Path) -> None:
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        list(hash_models(collection, most_mib_per_s=0.5, is_cancelled=lambda: next(asked, True)))
    with collection.begin() as connection:
        assert store.files(connection)[0].sha256 is None
    steps = list(hash_models(collection))
    assert (steps[-1].done, steps[-1].total) == (2, 2)


def test_names_come_from_automatic1111_and_civitais_list(collection: Collection, tmp_path: Path) -> None:
    cache: dict[str, dict[str, object]] = {
        "hashes": {
            "checkpoint/sub\\owl.safetensors": {"mtime": 1.5, "sha256": "AB" * 32},
            "checkpoint/none.ckpt": {"mtime": 1, "sha256": None},
            "broken": 7,
        },
        "hashes-addnet": {"lora/ink": {"mtime": 1, "sha256": "cd" * 32}},
        "safetensors-metadata": {"x": {}},
    }
    path = save(tmp_path / "cache.json", json.dumps(cache).encode())
    assert (imported := import_names(collection, path)).names == 2
    assert (imported.added, import_names(collection, path).added) == (2, 0)
    assert look_up(collection, "abababab" + "ab").names[0].name == "sub/owl.safetensors"
    assert look_up(collection, "cd" * 6).names[0].source == "a1111"
    models = [
        {
            "name": "Fox",
            "modelVersions": [{"name": "v3", "files": [{"hashes": {"AutoV1": "12345678", "SHA256": "EF" * 32}}]}],
        }
    ]
    for listed in (models, {"items": models}):
        import_names(collection, save(tmp_path / "models.json", json.dumps(listed).encode()))
    assert look_up(collection, "12345678").names[0].name == "Fox – v3"
    with pytest.raises(UnreadableFile):
        import_names(collection, save(tmp_path / "x.json", b'{"other": 1}'))
    with pytest.raises(UnreadableFile):
        import_names(collection, save(tmp_path / "x.json", b"nope"))
    with pytest.raises(NotFound):
        import_names(collection, tmp_path / "none.json")


def test_a_name_of_your_own_goes_before_all_others_and_can_be_taken_back(collection: Collection, scanned: Path) -> None:
    hash_all(collection)
    digits = hash_file(scanned).sha256.hex()[:10]
    set_name(collection, digits, "  My   lamp ")
    set_name(collection, digits, "Our lamp")
    assert [name.name for name in look_up(collection, digits).names] == ["Our lamp", "lamp_v2"]
    set_name(collection, digits, "")
    assert [name.name for name in look_up(collection, digits).names] == ["lamp_v2"]
    for wrong in ("xyz", "1234567", "g" * 10):
        with pytest.raises(UsageError):
            set_name(collection, wrong, "x")


def test_models_of_pictures_are_put_together_by_hash_and_name(collection: Collection, scanned: Path) -> None:
    hash_all(collection)
    full = hash_file(scanned).sha256.hex()
    add_images(
        collection,
        [
            ("lamp_v2.safetensors", full[:10], 3, 8),
            ("", full[:10].upper(), 2, None),
            ("models\\LAMP v2.ckpt", None, 1, 5),
            ("owl", "99999999", 2, None),
            ("", "77777777aa", 4, None),
        ],
    )
    uses = {use.title: use for use in used(collection)}
    lamp = uses["lamp_v2"]
    assert (lamp.images, lamp.rated, lamp.rating, len(lamp.file_ids)) == (6, 4, 7.25, 1)
    assert (uses["owl"].images, uses["77777777aa"].images) == (2, 4)
    assert [use.title for use in used(collection)] == ["lamp_v2", "77777777aa", "owl"]
    assert found(collection, lamp.query or "") == 6
    assert found(collection, uses["77777777aa"].query or "") == 4
    set_name(collection, "77777777", "Fox")
    assert found(collection, "model:fox") == 4
    assert {use.title: use.source for use in used(collection)}["Fox"] == "user"


def test_model_files_are_listed_with_the_pictures_made_with_them(collection: Collection, scanned: Path) -> None:
    hash_all(collection)
    add_images(collection, [("lamp_v2", None, 3, 8), ("other", None, 2, None)])
    catalog = Catalog(collection)
    visible = visible_images(catalog, catalog.state, "", frozenset(), local_now())
    full = hash_file(scanned).sha256.hex()
    for text in ("LAMP", full[:10], "checkpoints/"):
        (file,) = model_files(collection, catalog.state, visible, text=text)
        assert (file.images, file.autov2, file.kind) == (3, full[:10], "checkpoint")
    assert model_files(collection, catalog.state, visible, text="owl") == []
    assert model_files(collection, catalog.state, visible, kinds=["lora"]) == []
    assert model_files(collection, catalog.state, visible, missing=True) == []
