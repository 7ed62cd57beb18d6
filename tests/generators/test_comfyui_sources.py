"""Where graphs stand: every place and wrapping that ComfyUI's savers are known to use."""

import json
from typing import Any

import pytest
from recipes import basic

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators import record_of
from diffusion_toolkit.record import Origin, Recipe

API = json.dumps(basic())
PAGE = json.dumps(
    {"nodes": [{"id": 1, "type": "KSampler", "widgets_values": [5, "fixed", 21, 8, "euler", "normal", 1]}], "links": []}
)


def recipe_of(*texts: tuple[str, str]) -> Recipe | None:
    """The recipe of a file with these texts, each as (source, value)."""
    made = tuple(Text(key=source.rpartition(":")[2], value=value, source=source) for source, value in texts)
    return record_of(Container(texts=made, format="png", width=512, height=512)).recipe


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("png:prompt", API),
        ("png:parameters", API),
        ("exif:Make", f"Prompt: {API}"),
        ("exif:Model", f"prompt:{API}"),
        ("exif:UserComment", API),
        ("exif:ImageDescription", f'{{"prompt": {API}, "workflow": {PAGE}}}'),
        ("jpeg:COM", f"  {API}\0"),
        ("gif:comment", API),
        ("mp4:comment", json.dumps({"prompt": API, "workflow": json.loads(PAGE)})),
        ("webm:prompt", API),
        ("mkv:comment", json.dumps(API)),
        ("mov:metadata", json.dumps({"extra_pnginfo": {"workflow": json.loads(PAGE)}, "prompt": basic()})),
        ("stealth:alpha", json.dumps({"prompt": API})),
        ("stealth:rgb", json.dumps({"Comment": json.dumps({"prompt": basic()})})),
        ("sidecar:json", API),
        ("sidecar:json", json.dumps({"comfyui": {"prompt": basic()}})),
        ("png:prompt", API.replace('"steps": 20', '"is_changed": [NaN], "steps": 20')),
    ],
)
def test_the_graph_that_ran_is_found(source: str, value: str) -> None:
    found = recipe_of((source, value))
    assert found is not None
    assert (found.generator, found.source, found.prompt, found.steps) == ("comfyui", source, "a lighthouse", 20)
    assert found.origins["steps"] == (Origin(source, "inputs.steps", "3", "KSampler"),)
    assert found.graph is not None


def test_the_graph_in_xmp() -> None:
    found = recipe_of(("xmp", "<x:xmpmeta>…</x:xmpmeta>"), ("xmp:comfy:workflow", PAGE), ("xmp:comfy:prompt", API))
    assert found is not None
    assert (found.source, found.steps) == ("xmp:comfy:prompt", 20)


@pytest.mark.parametrize("source", ["png:workflow", "exif:Make", "mp4:workflow", "xmp:dc:description"])
def test_the_page_s_graph_serves_where_the_other_is_missing(source: str) -> None:
    texts = [(source, f"workflow:{PAGE}" if source == "exif:Make" else PAGE)]
    found = recipe_of(*texts, *([("xmp", "<x/>")] if source.startswith("xmp") else []))
    assert found is not None
    assert (found.source, found.steps, found.seed) == (source, 21, 5)
    assert found.origins["steps"][0].key == "widgets_values.steps"


def test_a_damaged_graph_is_told_of_when_the_page_s_is_read() -> None:
    found = recipe_of(("png:prompt", API[:-30]), ("png:workflow", PAGE))
    assert found is not None
    assert found.steps == 21
    assert found.problems == ("The graph that ComfyUI ran is damaged in this file; its page's graph was read instead.",)


def test_civitai_s_own_generator_without_a_word_of_its_own() -> None:
    resources = {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "urn:air:sdxl:checkpoint:x:1@2"}}
    document: dict[str, Any] = basic(n4=resources) | {"resource-stack": resources, "extra": {"airs": ["urn:air:1"]}}
    found = recipe_of(("exif:UserComment", json.dumps(document)))
    assert found is not None
    assert (found.generator, found.prompt, found.model) == ("civitai", "a lighthouse", "urn:air:sdxl:checkpoint:x:1@2")
    assert found.extra["airs"] == ["urn:air:1"]


def test_other_programs_texts_are_left_to_them() -> None:
    for value in ('{"nodes": {}, "edges": []}', '{"a": 1}', "class_type", '{"prompt": "a fox"}', '"class_type"'):
        for source in ("png:invokeai_graph", "exif:UserComment", "mp4:comment"):
            found = recipe_of((source, value))
            assert found is None or found.generator != "comfyui", (source, value)
