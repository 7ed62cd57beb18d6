"""What recipes name beside the model is found after a deep scan: LoRAs, hypernetworks, captions, scores, the rest."""

import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scan_pictures import png, run, write

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.record import Lora, Recipe, WorkflowGraph
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.readings import RESOURCE_KINDS
from diffusion_toolkit.store.resources import MOST_RESOURCES, aesthetic_of, resources_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SETTINGS = (
    "a pier, <lora:calm_sea:0.8>, <lora:ink>\nNegative prompt: blurry, easynegative\nSteps: 20, Sampler: Euler a,"
    " CFG scale: 7, Seed: 1, Size: 8x8, Model: dream, VAE: soft.safetensors, Denoising strength: 0.4, Clip skip: 2,"
    " Hypernet: waves(1234abcd), Hypernet strength: 0.7, Hires upscale: 2, Hires upscaler: Latent, Score: 6.5,"
    ' ControlNet 0: "Module: depth, Model: control_depth [1a2b3c4d], Weight: 0.6", Refiner: polish [7440042bbd],'
    " Refiner switch at: 0.8, Template: a __places/harbours__"
)


def _with(text: str) -> bytes:
    """A picture with these parameters."""
    data = b"parameters\0" + text.encode()
    chunk = struct.pack(">I", len(data)) + b"tEXt" + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(b"tEXt")))
    whole = png(None)
    return whole[:33] + chunk + whole[33:]


QUERIES = (
    "lora:calm",
    "lora:calm_sea=0.8",
    "lora:ink=1",
    "lora:any",
    "vae:soft",
    "denoise:0.4",
    "clip_skip:2",
    "hypernet:waves",
    "hypernet strength:0.7",
    "hypernet:waves>0.5",
    "hires:latent",
    "controlnet:control_depth<0.7",
    "refiner:polish",
    "wildcard:harbours",
    "aesthetic>6",
    "embedding:none",
)


def test_fields_find_the_picture(searched: Search) -> None:
    for query in QUERIES:
        found = searched.run(query, now=NOW)
        assert [item.name for item in searched.page(found.handle, 0, 9)] == ["rich.png"], query
        without = searched.run(f"NOT {query}", now=NOW)
        assert [item.name for item in searched.page(without.handle, 0, 9)] == ["plain.png"], query


def test_captions_beside_pictures_are_found(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "told.png", png(None))
    (tmp_path / "told.caption").write_text("A lighthouse beside a pier.")
    write(tmp_path / "plain.png", png("lighthouse"))
    run(collection, tmp_path)
    search = Search(Catalog(collection))
    for query in ("caption:light", 'caption:"house beside"', "has:caption", "caption:any", "-caption:none"):
        found = search.run(query, now=NOW)
        assert [item.name for item in search.page(found.handle, 0, 9)] == ["told.png"], query


@pytest.fixture
def searched(collection: Collection, tmp_path: Path) -> Search:
    pictures = tmp_path / "pictures"
    write(pictures / "rich.png", _with(SETTINGS))
    write(pictures / "plain.png", _with('sea\nSteps: 20, Sampler: Euler a, Seed: 1, TI hashes: "calm_sky: 12345678"'))
    run(collection, pictures)
    return Search(Catalog(collection))


def recipe(**fields: object) -> Recipe:
    return Recipe(generator="x", source="y", **fields)  # pyright: ignore[reportArgumentType]  # any field


def test_each_kind_has_its_name_and_weight() -> None:
    graph = WorkflowGraph(
        fingerprint=b"",
        node_classes=("ImpactWildcardEncode", "SaveImage"),
        slots=((0, "wildcard_text"), (1, "filename_prefix")),
        values=("a __beasts__ by __artists/old masters__", "__no__"),
    )
    found = resources_of(
        recipe(
            loras=(Lora(name=" ink ", weight=0.5), Lora(name="ink", weight=1), Lora(name="plain")),
            embeddings=("calm",),
            controlnets=({"preprocessor": "canny", "conditioning_scale": "0.9"}, {"image": "x"}),
            hires={"scale": 2},
            refiner={"model": {"name": "polish"}},
            vae="None",
            graph=graph,
            extra={"hypernetworks": [{"name": "waves", "strength": None}], "used_wildcards": ["seas", 7]},
        )
    )
    assert found == {
        ("lora", "ink"): 0.5,
        ("lora", "plain"): None,
        ("embedding", "calm"): None,
        ("controlnet", "canny"): 0.9,
        ("controlnet", ""): None,
        ("hypernet", "waves"): 1.0,
        ("refiner", "polish"): None,
        ("hires", ""): None,
        ("wildcard", "beasts"): None,
        ("wildcard", "artists/old masters"): None,
        ("wildcard", "seas"): None,
    }
    assert {kind for kind, _ in found} < set(RESOURCE_KINDS)


def test_hostile_values_are_bounded() -> None:
    loras = tuple(Lora(name=f"{'x' * 10_000}{number}", weight=float("nan")) for number in range(5_000))
    found = resources_of(recipe(loras=loras[:1] * 3 + tuple(Lora(name=str(n), weight=1e300) for n in range(5_000))))
    assert len(found) == MOST_RESOURCES
    assert set(found.values()) == {None}
    assert aesthetic_of(recipe(extra={"Score": "inf"})) is None
    assert aesthetic_of(recipe(extra={"aesthetic-score": "6.25"})) == 6.25
    assert aesthetic_of(recipe(extra={"score": True, "Aesthetic_Score": 5})) == 5
