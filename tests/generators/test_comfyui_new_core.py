"""Core nodes of later years: switches with filled-in sides, prompt enhancers, listed noise levels, sizes by ratio."""

from typing import Any

import pytest
from recipes import basic, from_graph, node

from diffusion_toolkit.record import Origin


def with_text(**nodes: Any) -> dict[str, Any]:
    """The basic graph with the prompt linked to node 20."""
    return basic(n6=node("CLIPTextEncode", text=["20", 0], clip=["4", 1]), **nodes)


ENHANCER = node("TextGenerate", prompt=["22", 0], max_length=512, clip=["4", 1])


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ({"n20": node("ComfySwitchNode", switch=False, on_false="a fox", on_true=["21", 0]), "n21": ENHANCER,
          "n22": node("PrimitiveString", value="a cat")}, "a fox"),
        ({"n20": node("ComfySwitchNode", switch=["23", 0], on_false=["22", 0], on_true=["21", 0]), "n21": ENHANCER,
          "n22": node("PrimitiveString", value="a fox"), "n23": node("PrimitiveBoolean", value=True)}, "a fox"),
        ({"n20": node("ComfySwitchNode", switch=True, on_false="a cat", on_true="")}, None),
        ({"n20": node("PreviewAny", source=["21", 0], preview_text="a fox at sea"), "n21": ENHANCER,
          "n22": node("PrimitiveString", value="a fox")}, "a fox at sea"),
    ],
)  # fmt: skip
def test_the_prompt_behind_a_switch_between_own_and_enhanced_words(nodes: dict[str, Any], expected: str | None) -> None:
    assert from_graph(with_text(**nodes)).prompt == expected


def test_a_switch_between_numbers_that_are_filled_in() -> None:
    graph = basic(n20=node("ComfySwitchNode", switch=["21", 0], on_false=30, on_true=4),
                  n21=node("PrimitiveBoolean", value=True))  # fmt: skip
    graph["3"]["inputs"]["steps"] = ["20", 0]
    recipe = from_graph(graph)
    assert recipe.steps == 4
    assert recipe.origins["steps"] == (Origin("png:prompt", "inputs.on_true", "20", "ComfySwitchNode"),)


@pytest.mark.parametrize(("negative", "expected"), [("", None), ("dull", "dull")])
def test_a_node_that_encodes_both_prompts_keeps_them_apart(negative: str, expected: str | None) -> None:
    graph = basic(n6=node("TextEncodeEdit", prompt="a fox", negative_prompt=negative, clip=["4", 1]))
    graph["3"]["inputs"]["negative"] = ["6", 1]
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt) == ("a fox", expected)


def test_a_guider_of_two_conditions() -> None:
    graph = basic(
        n3=node("SamplerCustomAdvanced", noise=["20", 0], guider=["21", 0], sampler=["22", 0], sigmas=["23", 0],
                latent_image=["5", 0]),
        n20=node("RandomNoise", noise_seed=5),
        n21=node("DualCFGGuider", model=["4", 0], cond1=["6", 0], cond2=["7", 0], negative=["7", 0], cfg_conds=5.0,
                 cfg_cond2_negative=2.0, style="regular"),
        n22=node("KSamplerSelect", sampler_name="euler"),
        n23=node("ManualSigmas", sigmas="1.0, 0.97, 0.9, .5, 0.0"),
    )  # fmt: skip
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt, recipe.cfg_scale) == ("a lighthouse", "blurry", 5.0)
    assert recipe.steps == 4
    assert recipe.origins["steps"] == (Origin("png:prompt", "inputs.sigmas", "23", "ManualSigmas"),)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"aspect_ratio": "1:1 (Square)", "megapixels": 1.0}, (1024, 1024)),
        ({"aspect_ratio": "16:9 (Widescreen)", "megapixels": 0.4, "multiple": 32}, (864, 480)),
        ({"aspect_ratio": "1:1 (Square)", "megapixels": 0.1, "multiple": 8, "minimum": 512}, (512, 512)),
        ({"aspect_ratio": "0:1", "megapixels": 1.0}, None),
        ({"aspect_ratio": "1:1 (Square)", "megapixels": ["99", 0]}, None),
    ],
)
def test_a_size_worked_out_from_ratio_and_megapixels(inputs: dict[str, Any], expected: tuple[int, int] | None) -> None:
    graph = basic(
        n5=node("EmptySD3LatentImage", width=["20", 0], height=["20", 1], batch_size=1),
        n20=node("ResolutionSelector", **inputs),
    )
    assert from_graph(graph).size == expected


def test_the_megapixels_of_an_unknown_selector_are_no_size() -> None:
    graph = basic(
        n5=node("EmptySD3LatentImage", width=["20", 0], height=["20", 1], batch_size=1),
        n20=node("SomeSelector", ratio="1:1", megapixels=1),
    )
    assert from_graph(graph).size is None


def test_expressions_over_listed_values() -> None:
    graph = basic(n5=node("EmptyLTXVLatentVideo", width=["20", 1], height=["21", 1], length=9, batch_size=1),
                  n20=node("ComfyMathExpression", expression="max(a / 2, 64)", **{"values.a": ["22", 0]}),
                  n21=node("ComfyMathExpression", expression="a / b", **{"values.a": 720, "values.b": 2}),
                  n22=node("PrimitiveInt", value=1280))  # fmt: skip
    assert from_graph(graph).size == (640, 360)


def test_an_image_laid_over_a_latent_only_guides_it() -> None:
    graph = basic(
        n20=node("KSampler", seed=1, steps=1, cfg=1.0, sampler_name="euler", scheduler="normal", denoise=1.0,
                 model=["4", 0], positive=["7", 0], negative=["7", 0], latent_image=["5", 0]),
        n21=node("VAEDecode", samples=["20", 0], vae=["4", 2]),
        n22=node("LTXVImgToVideoInplace", vae=["4", 2], image=["21", 0], latent=["5", 0], strength=1.0, bypass=False),
    )  # fmt: skip
    graph["3"]["inputs"] |= {"latent_image": ["22", 0], "denoise": 0.9}
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.steps, recipe.refiner, recipe.hires) == ("a lighthouse", 20, {}, {})


def test_a_web_service_whose_inputs_depend_on_the_model() -> None:
    inputs = {"model": "krea 3", "model.prompt": "a fox", "model.seed": 2**40, "model.size_preset": "2048x1152 (16:9)"}
    recipe = from_graph(
        {"1": node("ServiceImageNode", **inputs), "2": node("SaveImage", images=["1", 0], filename_prefix="x")}
    )
    assert (recipe.prompt, recipe.seed, recipe.model, recipe.size) == ("a fox", 2**40, "krea 3", (2048, 1152))
