"""AUTOMATIC1111's text: its parts, its keys, and the texts of other programs that look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recipes import from_exif, from_parameters, record

from container_bytes import text_chunk
from diffusion_toolkit.record import Lora

SETTINGS = (
    "Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 42, Size: 832x1216, "
    "Model hash: 6ce0161689, Model: harbour_v3"
)
WHOLE = (
    "a lighthouse, <lora:storm:0.7>\nat dusk\nNegative prompt: blurry,\nlow quality\n"
    + SETTINGS
    + ', VAE hash: 735e4c3a44, VAE: sea.safetensors, Denoising strength: 0.45, Clip skip: 2, ENSD: 31337, '
    'Hires upscale: 1.5, '
    'Hires steps: 10, Hires upscaler: R-ESRGAN 4x+, Refiner: refine_xl [7440042bbd], Refiner switch at: 0.8, '
    'Lora hashes: "storm: 0123, quiet: 4567", TI hashes: "easy: 89ab", Hashes: {"model": "6ce0161689"}, '
    'ControlNet 0: "Module: canny, Model: control_canny [d14c016b], Weight: 0.75, Guidance Start: 0.1", '
    'ADetailer prompt: "a, b: c", Version: v1.10.1'
)  # fmt: skip


def test_every_field() -> None:
    recipe = from_parameters(WHOLE)
    assert (recipe.generator, recipe.source, recipe.generator_version) == ("automatic1111", "png:parameters", "v1.10.1")
    assert recipe.prompt == "a lighthouse, <lora:storm:0.7>\nat dusk"
    assert recipe.negative_prompt == "blurry,\nlow quality"
    assert (recipe.steps, recipe.sampler, recipe.scheduler, recipe.cfg_scale) == (28, "DPM++ 2M", "Karras", 6.5)
    assert (recipe.seed, recipe.size, recipe.clip_skip, recipe.denoising_strength) == (42, (832, 1216), 2, 0.45)
    assert (recipe.model, recipe.model_hash, recipe.vae) == ("harbour_v3", "6ce0161689", "sea.safetensors")
    assert recipe.loras == (Lora(name="storm", weight=0.7), Lora(name="quiet"))
    assert recipe.embeddings == ("easy",)
    assert recipe.hires == {"upscale": 1.5, "steps": 10, "upscaler": "R-ESRGAN 4x+"}
    assert recipe.refiner == {"model": "refine_xl", "model_hash": "7440042bbd", "switch_at": 0.8}
    assert recipe.controlnets == (
        {"unit": 0, "module": "canny", "model": "control_canny [d14c016b]", "weight": 0.75, "guidance_start": 0.1},
    )
    assert recipe.extra["ADetailer prompt"] == "a, b: c"
    assert recipe.extra["ENSD"] == "31337"
    assert recipe.extra["Hashes"] == '{"model": "6ce0161689"}'
    assert recipe.problems == ()
    assert not recipe.workflow


@pytest.mark.parametrize("seed", ["0", "-1", "18446744073709551615", "9007199254740993"])
def test_seeds_are_exact(seed: str) -> None:
    assert from_parameters(f"a\nSteps: 20, Seed: {seed}, Size: 5x5").seed == int(seed)


@pytest.mark.parametrize(
    ("prompt", "negative", "text"),
    [
        ("a fox", None, f"a fox\n{SETTINGS}"),
        (None, None, SETTINGS),
        (None, "blurry", f"Negative prompt: blurry\n{SETTINGS}"),
        ("a fox", None, f"a fox\nNegative prompt: \n{SETTINGS}"),
        ("a fox", "blurry", f"parameters: a fox\r\nNegative prompt: blurry\r\n{SETTINGS}\r\n"),
        ("Steps: 20 of a stair\na fox", "blurry", f"Steps: 20 of a stair\na fox\nNegative prompt: blurry\n{SETTINGS}"),
        ("a sign: Negative prompt: x", "blurry", f"a sign: Negative prompt: x\nNegative prompt: blurry\n{SETTINGS}"),
        (f"pasted\n{SETTINGS}\nmore", "blurry", f"pasted\n{SETTINGS}\nmore\nNegative prompt: blurry\n{SETTINGS}"),
        ("a fox", "one\ntwo", f"a fox\nNegative prompt: one\nNegative prompt: two\n{SETTINGS}"),
        ("{red|blue} fox", None, f"{{red|blue}} fox\n{SETTINGS}"),
        ("a fox\n\nin snow", None, f"a fox\n\nin snow\n\n{SETTINGS}"),
        ("no settings at all", None, "no settings at all"),
    ],
)  # fmt: skip
def test_prompts(prompt: str | None, negative: str | None, text: str) -> None:
    recipe = from_parameters(text)
    assert (recipe.prompt, recipe.negative_prompt) == (prompt, negative)


def test_a_schedule_behind_the_sampler_of_old_versions() -> None:
    recipe = from_parameters("a\nSteps: 20, Sampler: DPM++ 2M Karras, Seed: 1")
    assert (recipe.sampler, recipe.scheduler) == ("DPM++ 2M Karras", "Karras")


@pytest.mark.parametrize(
    ("tag", "lora"),
    [
        ("<lora:a:0.5>", Lora(name="a", weight=0.5)),
        ("<lora:a:-0.5>", Lora(name="a", weight=-0.5)),
        ("<lora:a>", Lora(name="a")),
        ("<lyco:a b.c:1>", Lora(name="a b.c", weight=1.0)),
        ("<lora:a:0.6:0.4>", Lora(name="a", weight=0.6)),
        ("<lora:a:te=0.5:unet=0.8>", Lora(name="a", weight=0.8)),
        ("<lora:a:1:lbw=ALL>", Lora(name="a", weight=1.0)),
    ],
)
def test_lora_tags(tag: str, lora: Lora) -> None:
    assert from_parameters(f"x {tag}\n{SETTINGS}").loras == (lora,)


def test_one_bad_value_loses_no_other() -> None:
    recipe = from_parameters(
        "a\nSteps: many, Sampler: Euler, CFG scale: 7, Seed: 99999999999999999999, Size: big, Model: m"
    )
    assert (recipe.steps, recipe.seed, recipe.size) == (None, None, None)
    assert (recipe.sampler, recipe.cfg_scale, recipe.model) == ("Euler", 7.0, "m")
    assert len(recipe.problems) == 3
    assert recipe.extra["Size"] == "big"


def test_templates_on_lines_of_their_own() -> None:
    recipe = from_parameters(f"a cat\n{SETTINGS}\nTemplate: a {{cat|dog}}\nsecond line\nNegative Template: none")
    assert recipe.prompt == "a cat"
    assert recipe.extra["Template"] == "a {cat|dog}\nsecond line"
    assert recipe.extra["Negative Template"] == "none"


def test_old_control_net_keys() -> None:
    recipe = from_parameters(
        f"a\n{SETTINGS}, ControlNet Enabled: True, ControlNet Module: canny, ControlNet-1 Weight: 0.5"
    )
    assert recipe.controlnets == ({"unit": 0, "enabled": "True", "module": "canny"}, {"unit": 1, "weight": 0.5})


def test_civitai_resources_name_what_nothing_else_names() -> None:
    recipe = from_parameters(
        "a\nSteps: 20, Sampler: Euler a, Seed: 1, Civitai resources: "
        '[{"type":"checkpoint","modelName":"FLUX"},{"type":"lora","weight":0.8,"modelName":"Storm"},{"type":"lora"}]'
    )
    assert (recipe.model, recipe.loras) == ("FLUX", (Lora(name="Storm", weight=0.8),))


@pytest.mark.parametrize(
    ("mark", "generator"),
    [
        ("Version: v1.6.0", "automatic1111"),
        ("Version: f324b7c", "automatic1111"),
        ("App: SD.Next, Version: f324b7c", "sdnext"),
        ("Version: f2.0.1v1.10.1-previous", "forge"),
        ("Version: neo", "forge"),
        ("Version: classic", "forge"),
        ("Version: ComfyUI", "comfyui"),
    ],
)
def test_programs_are_known_by_their_marks(mark: str, generator: str) -> None:
    assert from_parameters(f"a\n{SETTINGS}, {mark}").generator == generator


@pytest.mark.parametrize(
    "text",
    [
        '{"sui_image_params": {"prompt": "a fox", "steps": 20}}',
        '{"Prompt": "a fox", "steps": 20, "software": "RuinedFooocus"}',
        '{\n  "base_model": "x", "full_prompt": ["Steps: 20, Seed: 1, Size: 5x5"]\n}',
        f"a fox\n{SETTINGS}, Version: Fooocus v2.5.5",
    ],
)
def test_texts_of_other_programs_are_left_alone(text: str) -> None:
    assert record(text_chunk("parameters", text)).recipe is None


def test_user_comments() -> None:
    recipe = from_exif({}, comment=b"UNICODE\0" + WHOLE.encode("utf-16-be"))
    assert recipe is not None
    assert (recipe.generator, recipe.source, recipe.steps) == ("automatic1111", "exif:UserComment", 28)
    assert from_exif({}, comment=b"ASCII\0\0\0a holiday picture\nof Steps: and more") is None


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = record(text_chunk("parameters", text.encode("utf-8", "replace").decode()))
    assert "\0" not in str(found.recipe.prompt if found.recipe else "")


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_value_leaves_the_others(before: str, after: str) -> None:
    clean = [
        value.encode("utf-8", "replace").decode().replace("\n", " ").replace("\r", " ") for value in (before, after)
    ]
    clean = ["".join(c for c in value if c.isalnum() or c in " .-") for value in clean]
    recipe = from_parameters(
        f"a\nSteps: 20, Odd one: {clean[0]}, Seed: 7, Odd two: {clean[1]}, Sampler: Euler a, Size: 5x5"
    )
    assert (recipe.steps, recipe.seed, recipe.sampler, recipe.size) == (20, 7, "Euler a", (5, 5))
