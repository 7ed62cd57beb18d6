"""Files of kohya's scripts, hlky's web UI, Tensor.Art and Civitai that the book of samples does not show."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recipes import basic, from_exif, record

from container_bytes import png, text_chunk
from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators import read_file, record_of
from diffusion_toolkit.generators.grammar.plain_yaml import read_plain_yaml
from diffusion_toolkit.record import Lora, Recipe


def beside(kind: str, text: str) -> Recipe | None:
    """The recipe of a picture with this text beside it."""
    return record_of(Container(format="png", texts=(Text(key=kind, value=text, source=f"sidecar:{kind}"),))).recipe


def nameless_but_for(name: str, folder: Path) -> Recipe | None:
    """The recipe of a picture that holds nothing and lies under this name."""
    path = folder / (name or "a")
    path.write_bytes(png())
    return read_file(path).recipe


def test_tensor_art_takes_the_seed_that_ran_from_the_graph() -> None:
    asked = {"prompt": "a pier", "seed": "-1", "steps": 9, "baseModel": {"modelFileName": "piers"}}
    data = text_chunk("generation_data", json.dumps(asked))
    alone = record(data).recipe
    assert alone is not None
    assert alone.seed == -1
    recipe = record(data, text_chunk("prompt", json.dumps(basic()))).recipe
    assert recipe is not None
    assert (recipe.generator, recipe.prompt, recipe.workflow) == ("tensorart", "a pier", True)
    assert recipe.seed not in (None, -1)
    assert recipe.extra["seed"] == "-1"


def test_civitai_knows_the_seed_that_ran() -> None:
    text = 'a\nSteps: 9, Sampler: x, CFG scale: 1, Seed: -1, Size: 8x8, Civitai metadata: {"seed":18446744073709551615}'
    recipe = record(text_chunk("parameters", text)).recipe
    assert recipe is not None
    assert (recipe.seed, recipe.extra["Seed"]) == (18446744073709551615, "-1")


def test_civitai_s_graph_keeps_what_was_asked_for_beside_it() -> None:
    asked = {"prompt": "a tower", "seed": 9, "steps": 25, "transformations": [{"type": "upscale"}]}
    document = {**basic(), "extraMetadata": json.dumps(asked)}
    recipe = from_exif({}, comment=b"UNICODE\0" + json.dumps(document).encode("utf-16-be"))
    assert recipe is not None
    assert (recipe.generator, recipe.prompt, recipe.seed, recipe.steps) == ("civitai", "a tower", 9, 25)
    assert recipe.workflow
    assert recipe.model
    assert recipe.extra["transformations"] == [{"type": "upscale"}]
    assert [origin.key for origin in recipe.origins["seed"]] == ["extraMetadata.seed"]


def test_the_checkpoint_civitai_lists_wins_over_the_one_an_upload_names() -> None:
    meta = {"prompt": "a", "Model": "x", "civitaiResources": [
        {"type": "checkpoint", "modelName": "Towers"}, {"type": "lora", "modelName": "Glass", "weight": 0.5}
    ]}  # fmt: skip
    recipe = beside("json", json.dumps({"meta": meta}))
    assert recipe is not None
    assert (recipe.generator, recipe.model, recipe.extra["Model"]) == ("civitai", "Towers", "x")
    assert recipe.loras == (Lora(name="Glass", weight=0.5),)


@pytest.mark.parametrize("found", [{"prompt": "a"}, {"meta": {"author": "b"}}, {"seed": 5, "steps": 2}, []])
def test_other_json_is_not_civitais(found: object) -> None:
    recipe = beside("json", json.dumps(found))
    assert recipe is None or recipe.generator != "civitai"


@pytest.mark.parametrize(
    ("name", "seed", "extra"),
    [
        ("owls_e000010_00_20260131120000_42.png", 42, {"epoch": 10, "number": 0, "output_name": "owls"}),
        ("000500_03_20260131120000.png", None, {"step": 500, "number": 3}),
        ("b_000001_03_20260131120000_9223372036854775808.png", 2**63, {"step": 1, "number": 3, "output_name": "b"}),
    ],
)  # fmt: skip
def test_names_of_training_previews(name: str, seed: int | None, extra: dict[str, object], tmp_path: Path) -> None:
    recipe = nameless_but_for(name, tmp_path)
    assert recipe is not None
    assert (recipe.generator, recipe.source, recipe.seed, dict(recipe.extra)) == ("kohya", "name", seed, extra)


@pytest.mark.parametrize("name", ["", "owl.png", "00001-42.png", "owls_e10_00_20260131120000.png", "000500_03.png"])
def test_other_names_say_nothing(name: str, tmp_path: Path) -> None:
    assert nameless_but_for(name, tmp_path) is None


def test_yaml_as_python_dumps_it() -> None:
    text = (
        "prompt: 'first line\n\n  second: line, it''s folded\n  here'\n"
        'negative: "a \\"b\\" \\\n  \\ c"\nseed: 18446744073709551615\nscale: 7.5\nnone: null\n'
        "list:\n- 1\n- b\nlast: plain text\n"
    )
    assert read_plain_yaml(text) == {
        "prompt": "first line\nsecond: line, it's folded here",
        "negative": 'a "b"  c',
        "seed": 18446744073709551615,
        "scale": 7.5,
        "none": None,
        "list": [1, "b"],
        "last": "plain text",
    }


@given(st.text("ab: '\"-|>\\\n[]{}1.", max_size=200))
def test_any_yaml_is_read(text: str) -> None:
    read_plain_yaml(text)
    beside("yaml", f"prompt: {text}\nddim_steps: 5\n")


@given(st.text("Widths:Hegd 12\nPromtN\x00", max_size=200))
def test_any_text_beside_a_picture_is_read(text: str) -> None:
    beside("txt", f"{text}\nWidth: 5\nHeight: {text}\nSeed: 5")
