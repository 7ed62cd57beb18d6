"""AUTOMATIC1111's text: its parts, its keys, and the texts of other programs that look like it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recipes import from_exif, from_parameters, record

from container_bytes import text_chunk
from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators import record_of
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
        ("Version: v1.9.0, Civitai resources: []", "automatic1111"),
        ("Civitai resources: []", "civitai"),
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
def test_texts_of_other_programs_are_left_to_them(text: str) -> None:
    recipe = record(text_chunk("parameters", text)).recipe
    assert recipe is None or recipe.generator != "automatic1111"


def test_user_comments() -> None:
    recipe = from_exif({}, comment=b"UNICODE\0" + WHOLE.encode("utf-16-be"))
    assert recipe is not None
    assert (recipe.generator, recipe.source, recipe.steps) == ("automatic1111", "exif:UserComment", 28)
    assert from_exif({}, comment=b"ASCII\0\0\0a holiday picture\nof Steps: and more") is None


def test_every_value_says_where_it_stood() -> None:
    recipe = from_parameters(WHOLE)
    keys = {name: [origin.key for origin in origins] for name, origins in recipe.origins.items()}
    assert {origin.source for origins in recipe.origins.values() for origin in origins} == {"png:parameters"}
    assert keys == {
        "prompt": ["prompt"],
        "negative_prompt": ["Negative prompt"],
        "steps": ["Steps"],
        "sampler": ["Sampler"],
        "scheduler": ["Schedule type"],
        "cfg_scale": ["CFG scale"],
        "seed": ["Seed"],
        "size": ["Size"],
        "model": ["Model"],
        "model_hash": ["Model hash"],
        "vae": ["VAE"],
        "clip_skip": ["Clip skip"],
        "denoising_strength": ["Denoising strength"],
        "generator_version": ["Version"],
        "loras": ["prompt", "Lora hashes"],
        "embeddings": ["TI hashes"],
        "hires": ["Hires upscale", "Hires steps", "Hires upscaler"],
        "refiner": ["Refiner", "Refiner switch at"],
        "controlnets": ["ControlNet 0"],
    }


def test_lora_tags_everywhere_and_hashes_without_commas_and_colons() -> None:
    recipe = from_parameters(
        "a <lora:Sea, deep:0.4>\nNegative prompt: b <lora:fog:1>\n" + SETTINGS + ', Hires prompt: "c <lora:rain:0.3>", '
        'Lora hashes: "sea deep: 12, snow: 34", '
        'Hashes: {"model": "1", "lora:snow": "2", "lora:ice": "3", "embed:calm": "4"}'
    )
    assert recipe.loras == (
        Lora(name="Sea, deep", weight=0.4),
        Lora(name="fog", weight=1.0),
        Lora(name="rain", weight=0.3),
        Lora(name="snow"),
        Lora(name="ice"),
    )
    assert recipe.embeddings == ("calm",)
    assert recipe.hires["prompt"] == "c <lora:rain:0.3>"


def test_hypernetworks_and_additional_networks() -> None:
    recipe = from_parameters(
        f"a <hypernet:mist:0.6>\n{SETTINGS}, AddNet Enabled: True, AddNet Module 1: LoRA, "
        "AddNet Model 1: foam(0123456789ab), AddNet Weight A 1: 0.7, AddNet Weight B 1: 0.7"
    )
    assert recipe.extra["hypernet"] == [{"name": "mist", "weight": 0.6}]
    assert recipe.loras == (Lora(name="foam", weight=0.7),)


def test_control_net_of_the_middle_versions() -> None:
    recipe = from_parameters(
        f'a\n{SETTINGS}, ControlNet 1: "preprocessor: canny, model: edges [d14c016b], weight: 1, '
        'starting/ending: (0, 0.8), resize mode: Crop and Resize, preprocessor params: (512, 100, 200)"'
    )
    assert recipe.controlnets == (
        {
            "unit": 1,
            "preprocessor": "canny",
            "model": "edges [d14c016b]",
            "weight": 1,
            "starting/ending": "(0, 0.8)",
            "resize_mode": "Crop and Resize",
            "preprocessor_params": "(512, 100, 200)",
        },
    )


def test_words_alone_do_not_spoil_the_number_before_them() -> None:
    recipe = from_parameters("a\nSteps: 20, GFPGAN, Sampler: Euler a, CFG scale: 7, Seed: 1")
    assert (recipe.steps, recipe.sampler, recipe.extra) == (20, "Euler a", {"GFPGAN": "GFPGAN"})


def test_no_size_was_asked_for() -> None:
    recipe = from_parameters("a\nSteps: 20, Sampler: Euler a, Seed: 1, Size: 0x0")
    assert (recipe.size, recipe.problems, recipe.extra) == (None, (), {"Size": "0x0"})


def test_a_text_whose_line_ends_became_blanks() -> None:
    recipe = from_parameters(f"a fox, Steps to heaven Negative prompt: blurry, low {SETTINGS}")
    assert (recipe.prompt, recipe.negative_prompt) == ("a fox, Steps to heaven", "blurry, low")
    assert (recipe.steps, recipe.model) == (28, "harbour_v3")


def test_a_text_whose_line_ends_were_lost() -> None:
    recipe = from_parameters(
        "a fox at seaNegative prompt: dull, greySteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5"
    )
    assert (recipe.prompt, recipe.negative_prompt) == ("a fox at sea", "dull, grey")
    assert (recipe.steps, recipe.seed) == (20, 5)


def test_loras_that_civitai_knows_beside_those_it_does_not() -> None:
    recipe = from_parameters(
        'a fox\nSteps: 20, Sampler: euler, CFG scale: 7, Seed: 5, Hashes: {"LORA:storm": "8103482F7F"}, '
        'Version: ComfyUI, Civitai resources: [{"modelName": "Mist", "weight": 0.5, '
        '"air": "urn:air:sdxl:lora:civitai:1@2"}]'
    )
    assert recipe.loras == (Lora(name="storm"), Lora(name="Mist", weight=0.5))


def test_json_over_several_lines_behind_the_settings() -> None:
    recipe = from_parameters(
        f"a\nNegative prompt: b\n{SETTINGS}, Version: ComfyUI,\nCivitai resources: [\n"
        '  {"modelName":"Storm","weight":0.5,"air":"urn:air:sdxl:lora:civitai:1@2"},\n'
        '  {"modelName":"Calm","air":"urn:air:sdxl:embedding:civitai:3@4"}]'
    )
    assert (recipe.generator, recipe.generator_version) == ("comfyui", "ComfyUI")
    assert recipe.loras == (Lora(name="Storm", weight=0.5),)
    assert recipe.embeddings == ("Calm",)


@pytest.mark.parametrize(
    ("text", "recipe"), [("a lighthouse, evening, steps", None), ("a boat\nNegative prompt: rain", "rain")]
)
def test_a_text_beside_the_picture_is_a_recipe_only_when_it_looks_like_one(text: str, recipe: str | None) -> None:
    container = Container(format="png", texts=(Text(key="txt", value=text, source="sidecar:txt"),))
    found = record_of(container).recipe
    assert (found.negative_prompt if found else None) == recipe


HOSTILE = [",", "Steps:", '"', "[", "{", ', a: [', ', a: "', ", a: {\"b\":", "Steps: 1, ", "\\",
    "\n", "Steps: 1,\n", "Negative prompt:\n",
    "<lora:", "a: b\n", " ", ', a: ["', "Steps: 20, Seed: ", "ControlNet 0: ", ", "]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("begin", ["", "a\nSteps: 20, Sampler: Euler, Seed: 1, x: "])
def test_a_megabyte_of_anything_is_read_in_time(begin: str, piece: str) -> None:
    text = begin + piece * (1_000_000 // len(piece))
    container = Container(format="png", texts=(Text(key="parameters", value=text, source="png:parameters"),))
    start = time.process_time()
    record_of(container)
    assert time.process_time() - start < 1.0  # a wide margin for a loaded machine: quadratic reading takes minutes


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
