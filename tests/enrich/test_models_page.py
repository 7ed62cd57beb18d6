"""docs/models.md says of each model what the catalogue says."""

from pathlib import Path

from diffusion_toolkit.enrich.models.catalogue import MODELS
from diffusion_toolkit.enrich.models.description import ModelDescription

PAGE = Path(__file__).parents[2] / "docs" / "models.md"


def row(model: ModelDescription) -> str:
    """The line of a model."""
    spec = model.contract.inputs[0]
    takes = "×".join("?" if size is None else str(size) for size in spec.shape) + f" {spec.element}"
    thresholds = ", ".join(f"{name} {value}" for name, value in model.suggested.items())
    cells = (f"`{model.name}`", model.title, model.repository, model.licence, model.size_bytes, takes)
    return f"| {' | '.join(map(str, cells))} | {model.contract.preprocessing} | {thresholds} |"


def test_every_model_is_documented() -> None:
    assert [line for line in PAGE.read_text().splitlines() if line.startswith("| `")] == [
        row(model) for model in MODELS
    ]
