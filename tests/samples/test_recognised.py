"""Every shared file that carries metadata is recognised as its generator's, by the manifest of the collection."""

import csv
from pathlib import Path

import pytest

from diffusion_toolkit.generators import read_file

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"

if not SAMPLES.is_dir():
    pytest.skip("the shared samples are not here", allow_module_level=True)

SLUGS = {
    "A1111": "automatic1111", "Civitai": "civitai", "ComfyUI": "comfyui", "Fooocus": "fooocus", "Forge": "forge",
    "HF space (diffusers app)": "huggingface", "InvokeAI": "invokeai", "NovelAI": "novelai",
    "RuinedFooocus": "ruinedfooocus", "SD.Next": "sdnext", "StabilityMatrix": "stabilitymatrix", "SwarmUI": "swarmui",
    "Tensor.Art": "tensorart", "imaginAIry": "imaginairy", "mflux": "mflux",
}  # fmt: skip
FORMATS = {"mp4": "mp4", "avif": "avif", "png": "png", "jpeg": "jpeg", "webp": "webp"}


def manifest() -> list[dict[str, str]]:
    """The rows of the manifest."""
    with (SAMPLES / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("row", manifest(), ids=lambda row: row["file"])
def test_it_is_recognised(row: dict[str, str]) -> None:
    record = read_file(SAMPLES / row["file"])
    assert record.recipe is not None
    assert record.format == FORMATS[row["container"]]
    assert record.recipe.generator == SLUGS[row["generator"]]
    assert record.recipe.prompt or record.recipe.workflow or record.recipe.extra
    assert record.width
    assert record.height


def test_no_file_is_without_a_row() -> None:
    files = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*.*") if path.name != "manifest.tsv"}
    assert files == {row["file"] for row in manifest()}
