"""A recipe with other values in some fields: nothing else of it is lost."""

import dataclasses
from typing import Any

import pytest

from diffusion_toolkit.record import NOTHING, Lora, Origin, Recipe, WorkflowGraph, changed

_FULL: dict[str, Any] = {
    "size": (512, 768),
    "loras": (Lora(name="storm", weight=0.7),),
    "controlnets": ({"model": "canny"},),
    "embeddings": ("bad-hands",),
    "problems": ("The value of Steps cannot be read.",),
    "workflow": True,
    "graph": WorkflowGraph(fingerprint=b"0" * 16, node_classes=(), slots=(), values=()),
    "origins": {"prompt": (Origin("png:parameters"),)},
    "steps": 20,
    "cfg_scale": 6.5,
    "seed": 2**63,
    "clip_skip": 2,
    "denoising_strength": 0.4,
    **{name: {name: 1} for name in ("hires", "refiner", "extra")},
}
_NAMES = [field.name for field in dataclasses.fields(Recipe)]
FULL = Recipe(**{name: _FULL.get(name, name) for name in _NAMES})
EMPTY = Recipe(generator="", source="")


def test_without_changes_it_is_the_same() -> None:
    assert changed(FULL) == FULL


@pytest.mark.parametrize("name", _NAMES)
def test_one_field_changes_and_no_other(name: str) -> None:
    value = getattr(EMPTY, name)
    assert value != getattr(FULL, name), "the test needs two values"
    assert changed(FULL, **{name: value}) == dataclasses.replace(FULL, **{name: value})


def test_a_field_may_become_empty() -> None:
    assert changed(FULL, prompt=None, extra=NOTHING).prompt is None


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="promt"):
        changed(FULL, promt="a fox")
