"""ComfyUI's API graph: every field is found by following links, not by the order of nodes."""

import json
from typing import Any

import pytest
from recipes import basic, from_exif, from_graph, node, record

from container_bytes import text_chunk
from diffusion_toolkit.record import Lora


def test_every_field_of_the_basic_graph() -> None:
    recipe = from_graph(basic())
    assert (recipe.generator, recipe.source, recipe.workflow) == ("comfyui", "png:prompt", True)
    assert (recipe.prompt, recipe.negative_prompt) == ("a lighthouse", "blurry")
    assert (recipe.steps, recipe.sampler, recipe.scheduler, recipe.cfg_scale) == (20, "euler_ancestral", "karras", 7.5)
    assert (recipe.seed, recipe.size, recipe.denoising_strength) == (2**64 - 1, (832, 1216), 1.0)
    assert (recipe.model, recipe.vae, recipe.problems) == ("harbour.safetensors", None, ())


def test_polarity_follows_the_links_and_not_the_order() -> None:
    graph = basic()
    graph["3"]["inputs"] |= {"positive": ["7", 0], "negative": ["6", 0]}
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt) == ("blurry", "a lighthouse")


def test_a_zeroed_negative_is_none() -> None:
    recipe = from_graph(basic(n7=node("ConditioningZeroOut", conditioning=["6", 0])))
    assert (recipe.prompt, recipe.negative_prompt) == ("a lighthouse", None)


def test_loras_vae_and_clip_skip() -> None:
    graph = basic(
        n10=node(
            "LoraLoader",
            lora_name="storm.safetensors",
            strength_model=0.8,
            strength_clip=1.0,
            model=["4", 0],
            clip=["4", 1],
        ),
        n11=node(
            "Power Lora Loader (rgthree)",
            model=["10", 0],
            clip=["10", 1],
            lora_1={"on": True, "lora": "mist.safetensors", "strength": -0.5},
            lora_2={"on": False, "lora": "off.safetensors", "strength": 1.0},
        ),
        n12=node("CLIPSetLastLayer", stop_at_clip_layer=-2, clip=["11", 1]),
        n13=node("VAELoader", vae_name="sea.safetensors"),
        n6=node("CLIPTextEncode", text="a lighthouse", clip=["12", 0]),
        n8=node("VAEDecode", samples=["3", 0], vae=["13", 0]),
    )
    graph["3"]["inputs"]["model"] = ["11", 0]
    recipe = from_graph(graph)
    assert recipe.loras == (Lora(name="storm.safetensors", weight=0.8), Lora(name="mist.safetensors", weight=-0.5))
    assert (recipe.vae, recipe.clip_skip, recipe.model) == ("sea.safetensors", 2, "harbour.safetensors")


def test_stacks_of_loras() -> None:
    stack = node(
        "CR LoRA Stack",
        switch_1="On",
        lora_name_1="a",
        model_weight_1=0.4,
        switch_2="Off",
        lora_name_2="b",
        model_weight_2=1,
        switch_3="On",
        lora_name_3="None",
        model_weight_3=1,
    )
    loader = node(
        "Efficient Loader",
        ckpt_name="harbour.safetensors",
        vae_name="Baked VAE",
        clip_skip=-2,
        lora_name="None",
        positive="a lighthouse",
        negative="blurry",
        empty_latent_width=640,
        empty_latent_height=384,
        lora_stack=["20", 0],
    )
    sampler = node(
        "KSampler (Efficient)",
        seed=5,
        steps=12,
        cfg=4,
        sampler_name="euler",
        scheduler="normal",
        denoise=1,
        model=["4", 0],
        positive=["4", 1],
        negative=["4", 2],
        latent_image=["4", 3],
    )
    recipe = from_graph({"20": stack, "4": loader, "3": sampler, "9": node("SaveImage", images=["3", 5])})
    assert (recipe.prompt, recipe.negative_prompt) == ("a lighthouse", "blurry")
    assert (recipe.model, recipe.loras) == ("harbour.safetensors", (Lora(name="a", weight=0.4),))
    assert (recipe.size, recipe.seed, recipe.steps, recipe.vae) == ((640, 384), 5, 12, None)


def test_custom_sampling_of_flux() -> None:
    recipe = from_graph(
        {
            "1": node("UNETLoader", unet_name="flux1-dev.safetensors", weight_dtype="default"),
            "2": node("LoraLoaderModelOnly", lora_name="storm", strength_model=1, model=["1", 0]),
            "3": node("DualCLIPLoader", clip_name1="t5", clip_name2="l", type="flux"),
            "4": node(
                "CLIPTextEncodeFlux", clip_l="a tower", t5xxl="a lighthouse at dusk", guidance=3.5, clip=["3", 0]
            ),
            "5": node("RandomNoise", noise_seed=2**63 + 1),
            "6": node("BasicGuider", model=["2", 0], conditioning=["4", 0]),
            "7": node("KSamplerSelect", sampler_name="euler"),
            "8": node("BasicScheduler", scheduler="simple", steps=24, denoise=1, model=["2", 0]),
            "9": node("EmptySD3LatentImage", width=1024, height=768, batch_size=1),
            "10": node(
                "SamplerCustomAdvanced",
                noise=["5", 0],
                guider=["6", 0],
                sampler=["7", 0],
                sigmas=["8", 0],
                latent_image=["9", 0],
            ),
            "11": node("VAELoader", vae_name="ae.safetensors"),
            "12": node("VAEDecode", samples=["10", 0], vae=["11", 0]),
            "13": node("SaveImage", images=["12", 0]),
        }
    )
    assert (recipe.prompt, recipe.negative_prompt) == ("a tower\na lighthouse at dusk", None)
    assert (recipe.seed, recipe.steps, recipe.sampler, recipe.scheduler) == (2**63 + 1, 24, "euler", "simple")
    assert (recipe.model, recipe.vae, recipe.size) == ("flux1-dev.safetensors", "ae.safetensors", (1024, 768))
    assert (recipe.loras, recipe.extra["guidance"], recipe.cfg_scale) == ((Lora(name="storm", weight=1.0),), 3.5, None)


def test_a_guider_with_both_prompts() -> None:
    graph = basic(
        n10=node("CFGGuider", cfg=5, model=["4", 0], positive=["6", 0], negative=["7", 0]),
        n11=node("RandomNoise", noise_seed=9),
        n12=node("SamplerEulerAncestral", eta=1.0),
        n13=node("AlignYourStepsScheduler", steps=10, denoise=1),
        n3=node(
            "SamplerCustomAdvanced",
            noise=["11", 0],
            guider=["10", 0],
            sampler=["12", 0],
            sigmas=["13", 0],
            latent_image=["5", 0],
        ),
    )
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt, recipe.cfg_scale, recipe.seed) == ("a lighthouse", "blurry", 5.0, 9)
    assert (recipe.sampler, recipe.scheduler, recipe.steps) == ("euler_ancestral", "align_your_steps", 10)


def test_texts_through_string_nodes() -> None:
    graph = basic(
        n20=node("PrimitiveStringMultiline", value="a lighthouse"),
        n21=node("StringConcatenate", string_a=["20", 0], string_b="at dusk", delimiter=", "),
        n22=node("ShowText|pysssss", text=["21", 0], text_0="shown"),
        n6=node("CLIPTextEncode", text=["22", 0], clip=["4", 1]),
        n23=node("SDXLPromptStyler", text_positive="x", text_negative="dull", style="none"),
        n7=node("CLIPTextEncode", text=["23", 1], clip=["4", 1]),
    )
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt) == ("a lighthouse, at dusk", "dull")


def test_numbers_through_primitive_and_unknown_nodes() -> None:
    graph = basic(
        n20=node("Seed (rgthree)", seed=77),
        n21=node("PrimitiveInt", value=33),
        n22=node("Some Pack Number", amount=2.5),
    )
    graph["3"]["inputs"] |= {"seed": ["20", 0], "steps": ["21", 0], "cfg": ["22", 0]}
    recipe = from_graph(graph)
    assert (recipe.seed, recipe.steps, recipe.cfg_scale) == (77, 33, 2.5)


def test_contexts_reroutes_and_switches() -> None:
    context = node(
        "Context (rgthree)",
        model=["4", 0],
        clip=["4", 1],
        vae=["4", 2],
        latent=["5", 0],
        positive=["6", 0],
        negative=["7", 0],
        seed=["20", 0],
    )
    graph = basic(
        n10=context, n11=node("Context Big (rgthree)", base_ctx=["10", 0]), n20=node("Seed (rgthree)", seed=8)
    )
    graph["3"]["inputs"] |= {
        "model": ["11", 1],
        "positive": ["11", 4],
        "negative": ["11", 5],
        "latent_image": ["11", 6],
        "seed": ["11", 8],
    }
    graph["30"] = node("ImpactSwitch", select=2, input1=["31", 0], input2=["8", 0])
    graph["31"] = node("LoadImage", image="other.png")
    graph["9"]["inputs"]["images"] = ["30", 0]
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt, recipe.seed) == ("a lighthouse", "blurry", 8)
    assert (recipe.model, recipe.size) == ("harbour.safetensors", (832, 1216))


def test_control_nets_and_combined_texts() -> None:
    graph = basic(
        n20=node("ControlNetLoader", control_net_name="depth.pth"),
        n21=node(
            "ControlNetApplyAdvanced",
            strength=0.6,
            start_percent=0,
            end_percent=0.8,
            positive=["22", 0],
            negative=["7", 0],
            control_net=["20", 0],
        ),
        n22=node("ConditioningCombine", conditioning_1=["6", 0], conditioning_2=["23", 0]),
        n23=node("CLIPTextEncode", text="a storm", clip=["4", 1]),
    )
    graph["3"]["inputs"] |= {"positive": ["21", 0], "negative": ["21", 1]}
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt) == ("a lighthouse\na storm", "blurry")
    assert recipe.controlnets == ({"model": "depth.pth", "weight": 0.6, "start_percent": 0.0, "end_percent": 0.8},)


def two_passes(denoise: float) -> dict[str, Any]:
    return basic(
        n20=node("LatentUpscale", upscale_method="nearest-exact", width=1664, height=2432, samples=["3", 0]),
        n21=node(
            "KSampler",
            seed=6,
            steps=10,
            cfg=5,
            sampler_name="euler",
            scheduler="normal",
            denoise=denoise,
            model=["4", 0],
            positive=["6", 0],
            negative=["7", 0],
            latent_image=["20", 0],
        ),
        n22=node("VAEDecode", samples=["21", 0], vae=["4", 2]),
        n23=node("SaveImage", filename_prefix="large", images=["22", 0]),
    )


def test_the_first_pass_is_the_recipe_and_the_second_its_hires_fix() -> None:
    recipe = from_graph(two_passes(0.5), size=(1664, 2432))
    assert (recipe.steps, recipe.seed, recipe.size) == (20, 2**64 - 1, (832, 1216))
    assert recipe.hires["steps"] == 10
    assert recipe.hires["denoising_strength"] == 0.5


def test_the_picture_s_size_tells_which_of_two_outputs_it_is() -> None:
    assert from_graph(two_passes(0.5), size=(832, 1216)).hires == {}


def test_base_and_refiner() -> None:
    sampling: dict[str, Any] = {"steps": 30, "cfg": 7, "sampler_name": "euler", "scheduler": "normal"}
    texts: dict[str, Any] = {"positive": ["6", 0], "negative": ["7", 0]}
    graph = basic(
        n3=node(
            "KSamplerAdvanced",
            add_noise="enable",
            noise_seed=11,
            start_at_step=0,
            end_at_step=24,
            model=["4", 0],
            latent_image=["5", 0],
            **sampling,
            **texts,
        ),
        n20=node("CheckpointLoaderSimple", ckpt_name="refiner.safetensors"),
        n21=node(
            "KSamplerAdvanced",
            add_noise="disable",
            noise_seed=0,
            start_at_step=24,
            end_at_step=1000,
            model=["20", 0],
            latent_image=["3", 0],
            **sampling,
            **texts,
        ),
        n8=node("VAEDecode", samples=["21", 0], vae=["4", 2]),
    )
    recipe = from_graph(graph)
    assert (recipe.seed, recipe.model) == (11, "harbour.safetensors")
    assert (recipe.refiner["model"], recipe.refiner["start_at_step"]) == ("refiner.safetensors", 24)


def test_a_text_of_a_saver_node_wins_and_the_graph_fills_in() -> None:
    text = "a tower\nNegative prompt: dull\nSteps: 9, Sampler: Euler, Seed: 4, Size: 64x64"
    chunks = [text_chunk("parameters", text), text_chunk("prompt", json.dumps(basic()))]
    for order in (chunks, chunks[::-1]):
        recipe = record(*order).recipe
        assert recipe is not None
        assert (recipe.generator, recipe.workflow, recipe.source) == ("comfyui", True, "png:parameters")
        assert (recipe.prompt, recipe.steps, recipe.seed) == ("a tower", 9, 4)
        assert (recipe.model, recipe.scheduler) == ("harbour.safetensors", "karras")


def test_nan_infinity_and_lone_surrogates() -> None:
    text = json.dumps(basic()).replace('"steps": 20', '"steps": 20, "is_changed": NaN, "more": [Infinity, -Infinity]')
    text = text.replace("a lighthouse", "a NaN \\ud83d lighthouse")
    recipe = record(text_chunk("prompt", text)).recipe
    assert recipe is not None
    assert (recipe.prompt, recipe.seed) == ("a NaN \ufffd lighthouse", 2**64 - 1)


def test_graphs_in_exif() -> None:
    api, page = json.dumps(basic()).encode(), b'{"nodes": []}'
    found = [
        from_exif({0x010F: b"workflow:" + page, 0x0110: b"prompt:" + api}),
        from_exif({0x010E: b"Workflow: " + page, 0x010F: b"Prompt: " + api}),
        from_exif({}, comment=b'{"prompt": ' + api + b', "workflow": ' + page + b"}"),
        from_exif({}, comment=b"UNICODE\0" + json.dumps({"prompt": json.dumps(basic())}).encode("utf-16-le")),
        from_exif({}, comment=api),
    ]
    assert [recipe.prompt if recipe else None for recipe in found] == ["a lighthouse"] * 5


def test_civitai_s_own_words_beside_the_graph() -> None:
    extra = json.dumps({"prompt": "asked", "negativePrompt": "not", "steps": 31, "cfgScale": 4, "seed": 12})
    recipe = from_exif({}, comment=json.dumps(basic() | {"extraMetadata": extra}).encode())
    assert recipe is not None
    assert (recipe.prompt, recipe.negative_prompt, recipe.steps, recipe.seed) == ("asked", "not", 31, 12)


@pytest.mark.parametrize("text", ["a plain prompt", "{red|blue} fox", '{"a": 1}', "{}", "[]"])
def test_other_prompts_are_left_alone(text: str) -> None:
    assert record(text_chunk("prompt", text)).recipe is None


def test_a_damaged_graph_is_one_problem() -> None:
    found = record(text_chunk("prompt", json.dumps(basic())[:-40]))
    assert found.all_problems == ("The ComfyUI graph in this file is damaged and cannot be read.",)
    assert found.recipe is not None
    assert not found.recipe.workflow


def test_a_damaged_graph_leaves_the_page_s_graph() -> None:
    page = {"nodes": [{"id": 1, "type": "KSampler", "widgets_values": [5, "fixed", 20, 8, "euler", "normal", 1]}]}
    found = record(text_chunk("prompt", json.dumps(basic())[:-40]), text_chunk("workflow", json.dumps(page)))
    assert found.recipe is not None
    assert (found.recipe.seed, found.recipe.workflow, found.recipe.source) == (5, True, "png:workflow")
