"""mflux: what the book does not show."""

import json

from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.mflux import MFLUX
from diffusion_toolkit.record import Lora, Origin


def test_loras_joined_with_commas() -> None:
    text = json.dumps(
        {"mflux_version": "0.3.0", "prompt": "a moth", "lora_paths": "dust, wing", "lora_scales": "1.0, 0.5"}
    )
    assert read_at(MFLUX, sidecar__json=text).loras == (Lora(name="dust", weight=1.0), Lora(name="wing", weight=0.5))


def test_xmp_names_the_property_as_origin() -> None:
    found = read_at(MFLUX, xmp__xmp__CreatorTool="MFLUX 0.16.5", xmp__mflux__seed="42")
    assert found.seed == 42
    assert found.origins["seed"] == (Origin("xmp:mflux:seed"),)
    assert found.origins["generator_version"] == (Origin("xmp:xmp:CreatorTool"),)


def test_a_picture_enlarged_without_a_prompt() -> None:
    found = read_at(MFLUX, exif__UserComment='{"mflux_version": "0.24.0", "model": "seedvr2-3b", "prompt": null}')
    assert (found.prompt, found.model, found.generator_version) == (None, "seedvr2-3b", "0.24.0")


def test_others_are_not_its_own() -> None:
    assert recipe_at(MFLUX, xmp__xmp__CreatorTool="GIMP") is None
    assert recipe_at(MFLUX, exif__UserComment='{"mflux_version": "1"}') is None
