"""Scan Models: what is registered of the files below a model root."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from diffusion_toolkit.errors import NotFound, Refused, UsageError
from diffusion_toolkit.library.models.roots import add_model_root, list_model_roots, remove_model_root
from diffusion_toolkit.library.models.scan import scan_models
from diffusion_toolkit.paths import inside
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.model_files import ModelFileRow
from model_bytes import gguf, safetensors, save

KOHYA = {
    "ss_base_model_version": "sdxl_base_v1-0",
    "ss_output_name": "Ink Style",
    "ss_tag_frequency": {"10_ink": {"ink style": 40, "fox": 36, "owl": 3}},
    "sshs_model_hash": "ab" * 32,
}
LORA_SHAPES = {"lora_unet_x_attn2_to_k.lora_down.weight": (8, 768)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def scan(collection: Collection, folder: Path) -> Mapping[str, int]:
    """Add and scan a model root; the counts in the end."""
    counts: Mapping[str, int] = {}
    for progress in scan_models(collection, add_model_root(collection, folder).id):
        counts = progress.counts
    return counts


def rows(collection: Collection) -> dict[str, ModelFileRow]:
    """The registered files by path."""
    with collection.begin() as connection:
        return {row.path: row for row in store.files(connection)}


def test_kinds_follow_the_folders_of_every_program_or_the_content(collection: Collection, root: Path) -> None:
    places = {
        "checkpoints/a.safetensors": "checkpoint",
        "Stable-diffusion/sub/b.ckpt": "checkpoint",
        "Lora/c.safetensors": "lora",
        "loras/pack/d.safetensors": "lora",
        "VAE/e.pt": "vae",
        "ControlNet/f.pth": "controlnet",
        "upscale_models/g.pth": "upscaler",
        "ESRGAN/h.pth": "upscaler",
        "diffusion_models/i.gguf": "unet",
        "text_encoders/j.safetensors": "text_encoder",
        "embeddings/k.pt": "embedding",
        "anything/l.safetensors": "other",
    }
    for place in places:
        save(root / place, gguf({}) if place.endswith("gguf") else safetensors())
    save(root / "found/m.safetensors", safetensors(shapes=LORA_SHAPES))
    save(root / "code/helper.bin", b"no model")
    save(root / "venv/lib/n.safetensors", safetensors())
    assert scan(collection, root) == {
        "files": 13,
        "new": 13,
        "changed": 0,
        "missing": 0,
        "back": 0,
        "failed": 0,
        "linked": 0,
    }
    assert {path: row.kind for path, row in rows(collection).items()} == places | {"found/m.safetensors": "lora"}


def test_headers_give_base_model_trigger_words_title_and_hash(collection: Collection, root: Path) -> None:
    save(root / "loras/ink.safetensors", safetensors(KOHYA, LORA_SHAPES))
    save(
        root / "loras/spec.safetensors",
        safetensors({"modelspec.architecture": "Flux.1-dev/lora", "modelspec.trigger_phrase": "red lamp, glow"}),
    )
    save(root / "loras/bare.safetensors", safetensors(None, LORA_SHAPES))
    save(root / "unet/q.gguf", gguf({"general.architecture": "flux", "general.name": "Flux Q4"}))
    scan(collection, root)
    found = rows(collection)
    ink = found["loras/ink.safetensors"]
    assert (ink.base_model, ink.title, ink.trigger_words, ink.autov3) == (
        "SDXL 1.0",
        "Ink Style",
        ["ink style", "fox"],
        "ab" * 6,
    )
    assert (found["loras/spec.safetensors"].base_model, found["loras/spec.safetensors"].trigger_words) == (
        "Flux.1 D",
        ["red lamp", "glow"],
    )
    assert found["loras/bare.safetensors"].base_model == "SD 1.5"
    assert (found["unet/q.gguf"].base_model, found["unet/q.gguf"].title) == ("Flux.1", "Flux Q4")


@pytest.mark.parametrize(
    ("name", "text", "title", "base", "words"),
    [
        (
            ".civitai.info",
            '{"model": {"name": "Lamp"}, "name": "v2", "baseModel": "Pony", "trainedWords": ["lamp, glow"]}',
            "Lamp – v2",
            "Pony",
            ["lamp", "glow"],
        ),
        (
            ".metadata.json",
            '{"model_name": "Lamp", "base_model": "Illustrious", "civitai": {"name": "v1", "trainedWords": ["lamp"]}}',
            "Lamp – v1",
            "Illustrious",
            ["lamp"],
        ),
        (".json", '{"activation text": "lamp", "sd version": "SD1"}', "Ink Style", "SD 1.5", ["lamp"]),
        (".json", "{broken", "Ink Style", "SDXL 1.0", ["ink style", "fox"]),
        (".civitai.info", "[" * 5000, "Ink Style", "SDXL 1.0", ["ink style", "fox"]),
    ],
)
def test_files_beside_a_model_speak_first(
    collection: Collection, root: Path, name: str, text: str, title: str, base: str, words: list[str]
) -> None:
    save(root / "loras/ink.safetensors", safetensors(KOHYA))
    save(root / f"loras/ink{name}", text.encode())
    save(root / "loras/ink.preview.png", b"picture")
    scan(collection, root)
    ink = rows(collection)["loras/ink.safetensors"]
    assert (ink.title, ink.base_model, ink.trigger_words) == (title, base, words)
    assert ink.preview_path == "loras/ink.preview.png"


def test_only_what_changed_is_read_again_and_what_is_gone_is_marked(collection: Collection, root: Path) -> None:
    one, two = (
        save(root / "loras/one.safetensors", safetensors(KOHYA)),
        save(root / "loras/two.safetensors", safetensors()),
    )
    scan(collection, root)
    before = rows(collection)
    assert {name: count for name, count in scan(collection, root).items() if count} == {"files": 2}
    assert rows(collection) == before
    save(one, safetensors({"ss_output_name": "Other"}))
    two.unlink()
    assert {name: count for name, count in scan(collection, root).items() if count} == {
        "files": 1,
        "changed": 1,
        "missing": 1,
    }
    assert rows(collection)["loras/one.safetensors"].title == "Other"
    assert rows(collection)["loras/two.safetensors"].missing_since is not None
    save(root / "loras/one.json", b'{"activation text": "lamp"}')
    assert scan(collection, root)["changed"] == 1
    assert rows(collection)["loras/one.safetensors"].trigger_words == ["lamp"]
    save(two, safetensors())
    assert scan(collection, root)["back"] == 1
    assert rows(collection)["loras/two.safetensors"].missing_since is None


def test_an_unplugged_root_changes_nothing(collection: Collection, root: Path) -> None:
    save(root / "loras/one.safetensors", safetensors())
    scan(collection, root)
    root.rename(root.with_name("away"))
    number = list_model_roots(collection)[0].id
    with pytest.raises(NotFound, match="cannot be reached"):
        list(scan_models(collection, number))
    root.mkdir()
    with pytest.raises(NotFound, match="is empty"):
        list(scan_models(collection, number))
    assert rows(collection)["loras/one.safetensors"].missing_since is None


def test_links_out_of_the_root_are_named_and_not_followed(collection: Collection, root: Path, tmp_path: Path) -> None:
    secret = save(tmp_path / "elsewhere/loras/x.safetensors", safetensors())
    (root / "loras").symlink_to(secret.parent)
    (root / "round").symlink_to(root)
    save(root / "vae/ok.pt", b"x")
    (root / "vae/link.safetensors").symlink_to(secret)
    counts = scan(collection, root)
    assert (counts["files"], counts["linked"]) == (1, 3)
    with pytest.raises(Refused):
        inside(str(root), "loras/x.safetensors")


def test_damaged_and_hostile_headers_are_problems_of_their_file_alone(collection: Collection, root: Path) -> None:
    huge = (2**62).to_bytes(8, "little") + b"{}"
    many = (200 * 2**20).to_bytes(8, "little")
    broken = (5).to_bytes(8, "little") + b"{nope"
    twice = b'{"__metadata__": {"a": "b"}, "__metadata__": {"a": "c"}}'
    deep = b'{"a":' * 5000
    files = {
        "huge": huge,
        "short": b"abc",
        "broken": broken,
        "empty": b"",
        "zero": bytes(8),
        "twice": len(twice).to_bytes(8, "little") + twice,
        "deep": len(deep).to_bytes(8, "little") + deep,
        "list": (2).to_bytes(8, "little") + b"[]",
        "good": safetensors(KOHYA),
    }
    for name, data in files.items():
        save(root / f"loras/{name}.safetensors", data)
    sparse = save(root / "loras/many.safetensors", many)
    os.truncate(sparse, 300 * 2**20)
    save(root / "loras/evil.gguf", b"GGUF" + (3).to_bytes(4, "little") + bytes(8) + (2**60).to_bytes(8, "little"))
    save(root / "loras/pickle.ckpt", b"\x80\x04cos\nsystem\n(S'touch /tmp/owned'\ntR.")
    counts = scan(collection, root)
    assert (counts["new"], counts["failed"]) == (12, 0)
    problems = {row.name: row.problem for row in rows(collection).values()}
    assert {name for name, problem in problems.items() if problem is None} == {"good", "pickle"}
    assert "more than" in (problems["many"] or "")
    assert "longer than the file" in (problems["huge"] or "")
    assert "twice" in (problems["twice"] or "")


def test_names_of_files_may_be_any_bytes(collection: Collection, root: Path) -> None:
    name = os.fsdecode(b"loras/\xff\xfe ink.safetensors")
    save(root / name, safetensors())
    assert scan(collection, root)["new"] == 1
    (row,) = rows(collection).values()
    assert inside(str(root), row.path).is_file()


def test_a_root_is_one_folder_however_spelled(collection: Collection, root: Path) -> None:
    first = add_model_root(collection, root)
    assert add_model_root(collection, f"{root}/./").id == first.id
    (root / "loras").mkdir()
    assert add_model_root(collection, root / "loras").id == first.id
    with pytest.raises(UsageError, match="holds"):
        add_model_root(collection, root.parent)
    with pytest.raises(NotFound):
        add_model_root(collection, root / "none")
    remove_model_root(collection, first.id)
    assert list_model_roots(collection) == []
    with pytest.raises(NotFound):
        remove_model_root(collection, first.id)


def test_a_thousand_models_are_registered_in_batches_without_reading_weights(
    collection: Collection, root: Path
) -> None:
    for number in range(1000):
        path = save(root / f"loras/{number}.safetensors", safetensors(KOHYA))
        os.truncate(path, 8 * 2**30)  # sparse: reading even one of them whole would take longer than the test
    assert scan(collection, root)["new"] == 1000
