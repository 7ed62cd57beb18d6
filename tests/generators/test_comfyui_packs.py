"""Node packs people use: pipes, contexts, stacks, switches, string and number nodes, each as its pack has them."""

import json
import random
from typing import Any

import pytest
from recipes import basic, from_graph, node

from diffusion_toolkit.record import Lora, Origin

SAMPLING: dict[str, Any] = {"steps": 20, "cfg": 7.5, "sampler_name": "euler", "scheduler": "karras", "denoise": 1.0}


def with_text(text: Any, **nodes: Any) -> dict[str, Any]:
    """The basic graph with the prompt linked to, or being, this text."""
    return basic(n6=node("CLIPTextEncode", text=text, clip=["4", 1]), **nodes)


def test_easy_use_pipes() -> None:
    recipe = from_graph(
        {
            "1": node(
                "easy fullLoader", ckpt_name="harbour.safetensors", vae_name="Baked VAE", clip_skip=-2,
                lora_name="None", resolution="width x height (custom)", empty_latent_width=640,
                empty_latent_height=960, positive="a fox <lora:storm:0.5>", negative="dull", batch_size=1,
                optional_lora_stack=["4", 0],
            ),
            "2": node("easy preSampling", seed=77, pipe=["1", 0], **SAMPLING),
            "3": node("easy kSampler", pipe=["2", 0], image_output="Save", save_prefix="x"),
            "4": node("easy loraStack", toggle=True, mode="simple", num_loras=1, lora_1_name="mist.safetensors",
                      lora_1_strength=0.4, lora_1_model_strength=1, lora_1_clip_strength=1, lora_2_name="off"),
            "5": node("SaveImage", images=["3", 1], filename_prefix="x"),
        }
    )  # fmt: skip
    assert (recipe.prompt, recipe.negative_prompt, recipe.seed) == ("a fox <lora:storm:0.5>", "dull", 77)
    assert (recipe.model, recipe.size, recipe.clip_skip, recipe.steps) == ("harbour.safetensors", (640, 960), 2, 20)
    assert recipe.loras == (Lora(name="mist.safetensors", weight=0.4), Lora(name="storm", weight=0.5))


def test_impact_pipes_wildcards_and_a_detailer() -> None:
    graph = basic(
        n10=node("ToBasicPipe", model=["11", 0], clip=["11", 1], vae=["4", 2], positive=["11", 2], negative=["7", 0]),
        n11=node(
            "ImpactWildcardEncode", model=["4", 0], clip=["4", 1], mode="populate", seed=3,
            wildcard_text="__boats__ <lora:storm:0.5>", populated_text="a red boat <lora:storm:0.5>",
        ),
        n12=node("ImpactKSamplerBasicPipe", basic_pipe=["10", 0], seed=9, latent_image=["5", 0], **SAMPLING),
        n13=node("VAEDecode", samples=["12", 1], vae=["12", 2]),
        n14=node(
            "FaceDetailer", image=["13", 0], model=["4", 0], clip=["4", 1], vae=["4", 2], positive=["6", 0],
            negative=["7", 0], bbox_detector=["15", 0], guide_size=512, seed=5, steps=8, cfg=4, sampler_name="euler",
            scheduler="normal", denoise=0.4,
        ),
        n15=node("UltralyticsDetectorProvider", model_name="bbox/face.pt"),
        n9=node("SaveImage", images=["14", 0], filename_prefix="x"),
    )  # fmt: skip
    del graph["3"], graph["8"]
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt, recipe.seed) == ("a red boat <lora:storm:0.5>", "blurry", 9)
    assert recipe.loras == (Lora(name="storm", weight=0.5),)
    assert recipe.hires == {}
    passes = recipe.extra["passes"]
    assert isinstance(passes, list)
    assert [(item["kind"], item["node"]) for item in passes if isinstance(item, dict)] == [
        ("main", "12"),
        ("detailer", "14"),
    ]


def test_efficiency_with_a_high_res_fix_script() -> None:
    recipe = from_graph(
        {
            "1": node(
                "Efficient Loader", ckpt_name="harbour.safetensors", vae_name="sea.safetensors", clip_skip=-1,
                lora_name="None", positive="a fox", negative="dull", empty_latent_width=512, empty_latent_height=768,
                token_normalization="none", weight_interpretation="comfy", lora_stack=["3", 0],
            ),
            "2": node(
                "KSampler (Efficient)", seed=4, model=["1", 0], positive=["1", 1], negative=["1", 2],
                latent_image=["1", 3], optional_vae=["1", 4], script=["4", 0], **SAMPLING,
            ),
            "3": node("LoRA Stacker", input_mode="advanced", lora_count=1, lora_name_1="mist", lora_wt_1=1.0,
                      model_str_1=0.3, clip_str_1=1.0, lora_name_2="storm", model_str_2=1),
            "4": node(
                "HighRes-Fix Script", upscale_type="latent", hires_ckpt_name="(use same)", pixel_upscaler="4x.pth",
                latent_upscaler="nearest-exact", upscale_by=1.5, use_same_seed=True, seed=0, hires_steps=12,
                denoise=0.56,
            ),
            "5": node("SaveImage", images=["2", 5], filename_prefix="x"),
        }
    )  # fmt: skip
    assert (recipe.prompt, recipe.negative_prompt, recipe.vae, recipe.size) == (
        "a fox", "dull", "sea.safetensors", (512, 768),
    )  # fmt: skip
    assert recipe.loras == (Lora(name="mist", weight=0.3),)
    assert recipe.hires == {"steps": 12, "denoising_strength": 0.56, "upscale": 1.5, "upscaler": "nearest-exact"}
    assert [origin.key for origin in recipe.origins["hires"]][:2] == ["inputs.hires_steps", "inputs.denoise"]


def test_an_sdxl_tuple_with_its_refiner() -> None:
    recipe = from_graph(
        {
            "1": node("Eff. Loader SDXL", base_ckpt_name="base", base_clip_skip=-2, refiner_ckpt_name="fine",
                      positive="a fox", negative="dull", positive_ascore=6.0, negative_ascore=2.0, vae_name="Baked VAE",
                      empty_latent_width=1024, empty_latent_height=1024),
            "2": node("KSampler SDXL (Eff.)", sdxl_tuple=["1", 0], latent_image=["1", 1], noise_seed=8, steps=30, cfg=7,
                      sampler_name="euler", scheduler="normal", start_at_step=0, refine_at_step=24),
            "3": node("SaveImage", images=["2", 3], filename_prefix="x"),
        }
    )  # fmt: skip
    assert (recipe.prompt, recipe.negative_prompt, recipe.model, recipe.seed) == ("a fox", "dull", "base", 8)
    assert recipe.refiner == {"model": "fine", "start_at_step": 24}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ({"20": node("Text Concatenate", delimiter=", ", text_a="a fox", text_b=["21", 0]),
          "21": node("Text Multiline", text="at sea")}, "a fox, at sea"),
        ({"20": node("CR Text Concatenate", text1="a fox", text2="at sea", separator=" ")}, "a fox at sea"),
        ({"20": node("JoinStringMulti", inputcount=2, string_1="a fox", string_2=["21", 0], delimiter=" - "),
          "21": node("StringConstantMultiline", string="at sea", strip_newlines=True)}, "a fox - at sea"),
        ({"20": node("Text Find and Replace", text="a cat at sea", find="cat", replace="fox")}, "a fox at sea"),
        ({"20": node("CR Text Replace", text="a cat at sea", find1="cat", replace1="fox", find2="", replace2="")},
         "a fox at sea"),
        ({"20": node("RegexReplace", string="a  fox", regex_pattern=r"\s+", replace=" ")}, "a fox"),
        ({"20": node("RegexReplace", string="a fox", regex_pattern="(a+)+$", replace=" ")}, "a fox"),
        ({"20": node("StringFunction|pysssss", action="append", tidy_tags="yes", text_a="a fox", text_b="at sea",
                     text_c="", result="old")}, "a fox, at sea"),
        ({"20": node("easy textSwitch", input=2, text1="a cat", text2="a fox")}, "a fox"),
        ({"20": node("ImpactStringSelector", strings="a cat\na fox\na dog", multiline=False, select=1)}, "a fox"),
        ({"20": node("TextFormat", template="{who} at {where}", who="a fox", where=["21", 0]),
          "21": node("PrimitiveString", value="sea")}, "a fox at sea"),
        ({"20": node("WidgetToString", id=21, widget_name="value", return_all=False),
          "21": node("PrimitiveString", value="a fox")}, "a fox"),
        ({"20": node("ImpactConditionalBranch", cond=False, tt_value=["21", 0], ff_value=["22", 0]),
          "21": node("PrimitiveString", value="a cat"), "22": node("PrimitiveString", value="a fox")}, "a fox"),
        ({"20": node("easy anythingIndexSwitch", index=1, value0=["21", 0], value1=["22", 0]),
          "21": node("PrimitiveString", value="a cat"), "22": node("PrimitiveString", value="a fox")}, "a fox"),
        ({"20": node("Any Switch (rgthree)", any_01=["99", 0], any_02=["22", 0]),
          "22": node("PrimitiveString", value="a fox")}, "a fox"),
        ({"20": node("ShowText|pysssss", text=["21", 0], text_0="old"), "21": node("CR Prompt Text", prompt="a fox")},
         "a fox"),
        ({"20": node("OllamaGenerate", prompt="write a prompt", temperature=0.7, model="llama")}, None),
        ({"20": node("WD14Tagger|pysssss", image=["21", 0], model="wd-v1-4", threshold=0.35),
          "21": node("LoadImage", image="x.png")}, None),
    ],
)  # fmt: skip
def test_texts_of_string_nodes(nodes: dict[str, Any], expected: str | None) -> None:
    assert from_graph(with_text(["20", 0]) | nodes).prompt == expected


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ({"20": node("MathExpression|pysssss", expression="a * 2 + 1", a=["21", 0]),
          "21": node("INTConstant", value=7)}, 15),
        ({"20": node("CM_IntBinaryOperation", op="Add", a=5, b=["21", 0]), "21": node("CR Integer", value=7)}, 12),
        ({"20": node("Int Literal (Image Saver)", int=9)}, 9),
        ({"20": node("Constant Number", number_type="integer", number=11)}, 11),
        ({"20": node("KSampler Config (rgthree)", steps_total=25, refiner_step=20, cfg=8.0)}, 25),
        ({"20": node("ComfySwitchNode", switch=True, on_false=["21", 0], on_true=["22", 0]),
          "21": node("PrimitiveInt", value=1), "22": node("PrimitiveInt", value=2)}, 2),
        ({"20": node("SomeMaths", factor=3, input_image=["5", 0])}, None),
        ({"20": node("MathExpression", expression="a", a=["20", 0])}, None),
    ],
)  # fmt: skip
def test_numbers_of_number_nodes(nodes: dict[str, Any], expected: int | None) -> None:
    graph = basic() | nodes
    graph["3"]["inputs"]["steps"] = ["20", 0]
    assert from_graph(graph).steps == expected


def test_seeds_of_64_bits_through_primitives_say_where_they_stand() -> None:
    graph = basic(n20=node("Reroute", value=["21", 0]), n21=node("easy seed", seed=2**64 - 3))
    graph["3"]["inputs"]["seed"] = ["20", 0]
    recipe = from_graph(graph)
    assert recipe.seed == 2**64 - 3
    assert recipe.origins["seed"] == (Origin("png:prompt", "inputs.seed", "21", "easy seed"),)
    assert recipe.origins["prompt"] == (Origin("png:prompt", "inputs.text", "6", "CLIPTextEncode"),)
    assert recipe.origins["size"][0].node == "5"


def test_a_size_preset() -> None:
    graph = basic(
        n5=node("EmptyLatentImage", width=["20", 0], height=["20", 1], batch_size=1),
        n20=node(
            "CR SDXL Aspect Ratio", width=64, height=64, aspect_ratio="3:4 portrait 896x1152", swap_dimensions="On"
        ),
    )
    assert from_graph(graph).size == (1152, 896)


def test_two_models_of_wan_for_much_and_little_noise() -> None:
    shared: dict[str, Any] = {"steps": 20, "cfg": 3.5, "sampler_name": "euler", "scheduler": "simple",
                              "positive": ["6", 0], "negative": ["7", 0]}  # fmt: skip
    graph = basic(
        n3=node("KSamplerAdvanced", add_noise="enable", noise_seed=5, start_at_step=0, end_at_step=10,
                return_with_leftover_noise="enable", model=["20", 0], latent_image=["5", 0], **shared),
        n10=node("KSamplerAdvanced", add_noise="disable", noise_seed=0, start_at_step=10, end_at_step=10000,
                 return_with_leftover_noise="disable", model=["21", 0], latent_image=["3", 0], **shared),
        n20=node("UNETLoader", unet_name="wan_high.safetensors"),
        n21=node("UnetLoaderGGUF", unet_name="wan_low.gguf"),
        n8=node("VAEDecode", samples=["10", 0], vae=["4", 2]),
    )  # fmt: skip
    recipe = from_graph(graph)
    assert (recipe.seed, recipe.model) == (5, "wan_high.safetensors")
    assert (recipe.refiner["model"], recipe.refiner["start_at_step"], recipe.hires) == ("wan_low.gguf", 10, {})


def test_the_negative_text_of_a_node_that_encodes_both() -> None:
    recipe = from_graph(
        {
            "1": node("WanVideoModelLoader", model="wan.safetensors", base_precision="bf16", lora=["5", 0]),
            "2": node("WanVideoTextEncode", positive_prompt="a fox", negative_prompt="dull", t5=["9", 0]),
            "3": node("WanVideoSampler", model=["1", 0], text_embeds=["2", 0], image_embeds=["4", 0], steps=6, cfg=1.0,
                      shift=5.0, seed=3, scheduler="unipc"),
            "4": node("WanVideoEmptyEmbeds", width=832, height=480, num_frames=81),
            "5": node("WanVideoLoraSelect", lora="mist.safetensors", strength=0.7),
            "6": node("WanVideoDecode", vae=["7", 0], samples=["3", 0]),
            "7": node("WanVideoVAELoader", model_name="wan_vae.safetensors"),
            "8": node("VHS_VideoCombine", images=["6", 0], frame_rate=16, filename_prefix="x"),
        }
    )  # fmt: skip
    assert (recipe.prompt, recipe.negative_prompt, recipe.model) == ("a fox", "dull", "wan.safetensors")
    assert (recipe.seed, recipe.steps, recipe.scheduler) == (3, 6, "unipc")
    assert recipe.loras == (Lora(name="mist.safetensors", weight=0.7),)


def test_a_picture_of_a_web_service() -> None:
    recipe = from_graph(
        {
            "1": node("FluxProUltraImageNode", prompt="a fox", seed=12, aspect_ratio="16:9", raw=False),
            "2": node("SaveImage", images=["1", 0], filename_prefix="x"),
        }
    )
    assert (recipe.prompt, recipe.negative_prompt, recipe.seed) == ("a fox", None, 12)


def test_a_saver_that_is_told_everything() -> None:
    graph = {
        "1": node("SomethingNew", x=1),
        "2": node("Image Saver", images=["1", 0], filename="x", path="", extension="png", steps=30, cfg=5.5,
                  modelname="harbour.safetensors", sampler_name="euler", scheduler="karras", positive="a fox",
                  negative="dull", seed_value=2**63 + 5, width=512, height=512, denoise=1.0),
    }  # fmt: skip
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt, recipe.seed) == ("a fox", "dull", 2**63 + 5)
    assert (recipe.steps, recipe.cfg_scale, recipe.model) == (30, 5.5, "harbour.safetensors")


def test_upscaling_between_and_after_passes() -> None:
    graph = basic(
        n20=node("UpscaleModelLoader", model_name="4x-Sea.pth"),
        n21=node("ImageUpscaleWithModel", upscale_model=["20", 0], image=["8", 0]),
        n22=node("ImageScaleBy", upscale_method="area", scale_by=0.5, image=["21", 0]),
        n23=node("VAEEncode", pixels=["22", 0], vae=["4", 2]),
        n24=node("KSampler", seed=6, model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["23", 0],
                 **SAMPLING | {"denoise": 0.3}),
        n25=node("VAEDecode", samples=["24", 0], vae=["4", 2]),
        n26=node("ImageUpscaleWithModel", upscale_model=["27", 0], image=["25", 0]),
        n27=node("UpscaleModelLoader", model_name="2x-Foam.pth"),
        n9=node("SaveImage", images=["26", 0], filename_prefix="x"),
    )  # fmt: skip
    recipe = from_graph(graph)
    assert recipe.steps == 20
    assert (recipe.hires["upscaler"], recipe.hires["denoising_strength"]) == ("4x-Sea.pth", 0.3)
    assert recipe.extra["upscaler"] == "2x-Foam.pth"


def test_control_nets_of_a_stack_and_a_union() -> None:
    graph = basic(
        n20=node("ControlNetLoader", control_net_name="union.safetensors"),
        n21=node("SetUnionControlNetType", control_net=["20", 0], type="depth"),
        n22=node("ControlNetApplyAdvanced", positive=["23", 0], negative=["23", 1], control_net=["21", 0],
                 image=["30", 0], strength=0.5, start_percent=0.0, end_percent=1.0),
        n23=node("CR Apply Multi-ControlNet", base_positive=["6", 0], base_negative=["7", 0], switch="On",
                 controlnet_stack=["24", 0]),
        n24=node("CR Multi-ControlNet Stack", switch_1="On", controlnet_1="pose.pth", controlnet_strength_1=0.9,
                 start_percent_1=0.0, end_percent_1=0.6, switch_2="Off", controlnet_2="edge.pth"),
        n30=node("LoadImage", image="x.png"),
    )  # fmt: skip
    graph["3"]["inputs"] |= {"positive": ["22", 0], "negative": ["22", 1]}
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.negative_prompt) == ("a lighthouse", "blurry")
    assert [(unit["model"], unit["weight"]) for unit in recipe.controlnets] == [
        ("union.safetensors", 0.5),
        ("pose.pth", 0.9),
    ]
    assert recipe.controlnets[0]["type"] == "depth"


def test_whatever_the_classes_are_called_the_names_of_inputs_tell() -> None:
    graph = basic(
        n20=node("StringConcatenate", string_a="a fox", string_b="at sea", delimiter=", "),
        n6=node("CLIPTextEncode", text=["20", 0], clip=["4", 1]),
        n21=node("LoraLoader", lora_name="mist", strength_model=0.5, strength_clip=1, model=["4", 0], clip=["4", 1]),
    )
    graph["3"]["inputs"]["model"] = ["21", 0]
    known = from_graph(graph)
    chance = random.Random(7)
    for _ in range(20):
        renamed = json.loads(json.dumps(graph))
        for entry in renamed.values():
            entry["class_type"] = f"XNode{chance.randrange(1000)}"
        recipe = from_graph(renamed)
        for name in ("prompt", "negative_prompt", "seed", "steps", "cfg_scale", "sampler", "scheduler", "model",
                     "loras", "size"):  # fmt: skip
            assert getattr(recipe, name) == getattr(known, name), name
