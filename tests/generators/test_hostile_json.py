"""The readers of JSON take anything: no text makes one raise, none is slow on what is not its own."""

import gc
import json
import time
from typing import Any

import pytest
from found_texts import assert_explained
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators import Generator
from diffusion_toolkit.generators.drawthings import DRAW_THINGS
from diffusion_toolkit.generators.easydiffusion import EASY_DIFFUSION
from diffusion_toolkit.generators.fooocus import FOOOCUS
from diffusion_toolkit.generators.fooocus_mre import FOOOCUS_MRE
from diffusion_toolkit.generators.grammar.json_text import read_object
from diffusion_toolkit.generators.huggingface import HUGGING_FACE
from diffusion_toolkit.generators.imaginairy import IMAGINAIRY
from diffusion_toolkit.generators.invokeai import INVOKEAI
from diffusion_toolkit.generators.mflux import MFLUX
from diffusion_toolkit.generators.midjourney import MIDJOURNEY
from diffusion_toolkit.generators.novelai import NOVELAI
from diffusion_toolkit.generators.ruinedfooocus import RUINED_FOOOCUS
from diffusion_toolkit.generators.swarmui import SWARMUI

MINIMAL: dict[str, tuple[Generator, str, dict[str, Any]]] = {
    "swarmui": (SWARMUI, "png:parameters", {"sui_image_params": {"prompt": "a"}}),
    "ruinedfooocus": (RUINED_FOOOCUS, "png:parameters", {"software": "RuinedFooocus"}),
    "fooocus": (FOOOCUS, "png:parameters", {"base_model": "m", "metadata_scheme": "fooocus"}),
    "fooocus-mre": (FOOOCUS_MRE, "png:Comment", {"real_prompt": "a", "software": "Fooocus 2 MRE"}),
    "huggingface": (HUGGING_FACE, "png:parameters", {"prompt": "a", "num_inference_steps": 4}),
    "mflux": (MFLUX, "exif:UserComment", {"prompt": "a", "mflux_version": "1"}),
    "imaginairy": (IMAGINAIRY, "exif:UserComment", {"prompt": {"software": "imaginairy"}}),
    "drawthings": (DRAW_THINGS, "xmp:exif:UserComment", {"c": "a", "model": "m"}),
    "easydiffusion": (EASY_DIFFUSION, "exif:UserComment", {"use_stable_diffusion_model": "m"}),
    "novelai": (NOVELAI, "png:Comment", {"signed_hash": "x"}),
    "invokeai": (INVOKEAI, "png:invokeai_metadata", {"app_version": "5"}),
    "invokeai graph": (INVOKEAI, "png:invokeai_graph", {}),
    "invokeai sd-metadata": (INVOKEAI, "png:sd-metadata", {}),
}
"""The least that each reader takes for its own."""

ALL = (*{generator.slug: generator for generator, _, _ in MINIMAL.values()}.values(), MIDJOURNEY)
NAMES = st.sampled_from(
    [
        "prompt", "negative_prompt", "positive_prompt", "seed", "steps", "width", "height", "size", "resolution",
        "model", "vae", "loras", "lora", "weight", "name", "refiner_model", "refiner_switch", "controlnets",
        "hrf_enabled", "image", "images", "nodes", "edges", "type", "id", "data", "inputs", "value", "source",
        "target", "destination", "scheduler", "sampler", "cfg", "scale", "strength", "v2", "v4_prompt", "caption",
        "Comment", "Source", "Description", "prompts", "use_lora", "use_lora_model", "lora_alpha", "lora_paths",
        "lora_scales", "loraweights", "sui_extra_data", "sui_models", "controlnetmodel", "refinermodel",
        "clipstopatlayer", "clip_skip", "l1", "w1", "l2", "model_weights", "is_intermediate", "controls", "hiresFix",
        "refinerModel", "lora_combined_1", "Model", "use_upscaler",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["None", "a : 1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def read(generator: Generator, text: str, source: str) -> Any:
    """What a reader makes of one text."""
    return generator.read(Container(texts=(Text(key=source.split(":", 1)[1], value=text, source=source),)))


@pytest.mark.parametrize("name", MINIMAL)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])  # a busy core is no fault of the strategy
@given(values=st.dictionaries(NAMES, VALUES, max_size=8))
def test_any_values_are_read(name: str, values: dict[str, Any]) -> None:
    generator, source, least = MINIMAL[name]
    inner = next((key for key, value in least.items() if isinstance(value, dict)), None)
    written = {inner: values | least[inner]} if inner else values | least
    recipe = read(generator, json.dumps(written), source)
    assert recipe is not None
    assert recipe.generator == generator.slug
    if "graph" not in name:
        assert_explained(recipe)


@pytest.mark.parametrize("name", [name for name in MINIMAL if "graph" not in name])
def test_keys_that_nobody_knows_stay(name: str) -> None:
    generator, source, least = MINIMAL[name]
    strange: dict[str, Any] = {"zebra": {"deep": [1, None]}, "zero": 0, "blank": ""}
    inner = next((key for key, value in least.items() if isinstance(value, dict)), None)
    written = {inner: least[inner] | strange} if inner else least | strange
    recipe = read(generator, json.dumps(written), source)
    assert strange.items() <= dict(recipe.extra).items()


@pytest.mark.parametrize("generator", ALL, ids=lambda generator: generator.slug)
@pytest.mark.parametrize(
    "text",
    [
        '{"prompt": ' * 20_000,
        "{" + '"a":[' * 100_000,
        '{"num_inference_steps": ' + "9" * 5000 + ', "prompt": "a"}',
        '{"c": "\\ud800", "model": "\\u0000", "prompt": "\\ud800", "num_inference_steps": NaN}',
        '"a" ' + "-s " * 100_000,
        "[" * 100_000 + "Job ID: 0a1b2c3d-0123-4567-89ab-0a1b2c3d4e5f",
        "--a " * 100_000 + "Job ID: 0a1b2c3d-0123-4567-89ab-0a1b2c3d4e5f",
        "Steps: " * 50_000,
        "invokeai_graph: {",
    ],
    ids=range(9),
)
def test_hostile_texts_at_every_place(generator: Generator, text: str) -> None:
    begin = time.process_time()
    for source in generator.sources:
        read(generator, text, source)
    assert time.process_time() - begin < 0.6 * len(generator.sources)


@pytest.mark.parametrize("generator", ALL, ids=lambda generator: generator.slug)
def test_a_workflow_of_5_mb_is_not_even_parsed(generator: Generator) -> None:
    text = '{"nodes": [' + '{"id": 1, "type": "KSampler", "title": "a prompt"}, ' * 100_000 + "{}]}"
    container = Container(
        texts=tuple(
            Text(key=source.split(":", 1)[1], value=text, source=source)
            for source in generator.sources
            if source not in ("png:invokeai_metadata", "png:invokeai_graph", "png:invokeai_workflow", "png:sd-metadata")
            and not source.endswith((":invokeai_metadata", ":invokeai_graph", ":invokeai_workflow"))
        )
    )
    begin = time.process_time()
    generator.read(container)
    assert time.process_time() - begin < 0.3


def test_the_garbage_collector_is_as_it_was_after_large_texts() -> None:
    for text in ('{"a": [' + "1," * 100_000 + "1]}", '{"a": [' + "1," * 100_000):
        assert gc.isenabled()
        assert (read_object(text) is None) == text.endswith(",")
        assert gc.isenabled()
    gc.disable()
    try:
        read_object('{"a": [' + "1," * 100_000 + "1]}")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_large_text_of_nothing_but_small_parts_is_refused() -> None:
    assert read_object('{"a": [' + "[]," * 4_000_000 + "[]]}") is None
