"""Nodes of packs that keep models, LoRAs, seeds and texts where the core does not."""

from typing import Any

import pytest
from recipes import basic, from_graph, from_page, node

from diffusion_toolkit.record import Lora

PICTURE = node("LoadImage", image="sea.png")


def sampled(link: list[Any] | None = None, **nodes: Any) -> dict[str, Any]:
    """The basic graph, whose sampler has its model from another node when one is given."""
    graph = basic(**nodes)
    graph["3"]["inputs"]["model"] = link or ["4", 0]
    return graph


def page_of(kinds: list[tuple[str, list[Any]]], wires: list[tuple[int, int, str]]) -> dict[str, Any]:
    """The page's graph of these nodes and their widgets; wires: from node, to node, name of the input."""
    nodes = [
        {"id": number, "type": kind, "widgets_values": values, "outputs": [{"type": "*"}],
         "inputs": [{"name": name, "type": "*", "link": link} for link, (_, end, name) in enumerate(wires)
                    if end == number]}
        for number, (kind, values) in enumerate(kinds, 1)
    ]  # fmt: skip
    return {"nodes": nodes, "links": [[link, begin, 0, end, 0, "*"] for link, (begin, end, _) in enumerate(wires)]}


@pytest.mark.parametrize(
    "between",
    [
        node("LLLiteLoader", model=["4", 0], model_name="canny.safetensors", cond_image=["21", 0], strength=1.0,
             steps=0, start_percent=0.0, end_percent=0.0),
        node("ADE_AnimateDiffLoaderWithContext", model=["4", 0], model_name="motion.ckpt", beta_schedule="sqrt"),
        node("LoadAndApplyICLightUnet", model=["4", 0], model_path="light.safetensors"),
    ],
)  # fmt: skip
def test_what_is_added_to_a_model_is_not_the_model(between: dict[str, Any]) -> None:
    assert from_graph(sampled(["20", 0], n20=between, n21=PICTURE)).model == "harbour.safetensors"


def test_a_restorer_with_a_model_of_its_own_kind() -> None:
    recipe = from_graph({
        "1": node("SUPIR_sample", SUPIR_model=["2", 0], latents=["3", 0], positive=["4", 0], negative=["4", 1], seed=5,
                  steps=30, cfg_scale_start=4.0, cfg_scale_end=4.5, sampler="RestoreDPMPP2MSampler"),
        "2": node("SUPIR_model_loader_v2", model=["6", 0], clip=["6", 1], vae=["6", 2], supir_model="v0Q.ckpt"),
        "3": node("SUPIR_encode", SUPIR_VAE=["2", 1], image=["7", 0]),
        "4": node("SUPIR_conditioner", SUPIR_model=["2", 0], latents=["3", 0], positive_prompt="a lighthouse",
                  negative_prompt="blurry"),
        "5": node("SUPIR_decode", SUPIR_VAE=["2", 1], latents=["1", 0]),
        "6": node("CheckpointLoaderSimple", ckpt_name="harbour.safetensors"),
        "7": PICTURE,
        "9": node("SaveImage", images=["5", 0], filename_prefix="x"),
    })  # fmt: skip
    assert (recipe.model, recipe.cfg_scale, recipe.prompt) == ("harbour.safetensors", 4.0, "a lighthouse")


@pytest.mark.parametrize("saver", [{}, {"3": node("SaveImage", images=["2", 8], filename_prefix="x")}])
def test_a_sampler_that_loads_a_lora_and_saves_the_picture(saver: dict[str, Any]) -> None:
    recipe = from_graph({
        "1": node("ttN pipeLoader_v2", ckpt_name="harbour.safetensors", vae_name="Baked VAE", clip_skip=-1, loras="",
                  positive="a lighthouse", negative="blurry", empty_latent_aspect="width x height [custom]",
                  empty_latent_width=832, empty_latent_height=1216, seed=7),
        "2": node("ttN pipeKSampler_v2", pipe=["1", 0], lora_name="storm.safetensors", lora_strength=0.7, steps=20,
                  cfg=6.5, sampler_name="euler", scheduler="karras", denoise=1.0, image_output="Save", save_prefix="x",
                  file_type="png", embed_workflow=True, seed=["1", 7]),
    } | saver)  # fmt: skip
    assert recipe.loras == (Lora(name="storm.safetensors", weight=0.7),)
    assert (recipe.prompt, recipe.steps, recipe.seed, recipe.size) == ("a lighthouse", 20, 7, (832, 1216))


def test_a_lora_chosen_with_its_picture() -> None:
    loader = node("LoraLoader|pysssss", model=["4", 0], clip=["4", 1], strength_model=0.7, strength_clip=1.0,
                  lora_name={"content": "storm.safetensors", "image": None})  # fmt: skip
    assert from_graph(sampled(["20", 0], n20=loader)).loras == (Lora(name="storm.safetensors", weight=0.7),)


def test_seeds_under_another_name_and_none_from_what_reads_a_file() -> None:
    graph = basic()
    inputs = graph["3"]["inputs"]
    inputs["main_seed"] = inputs.pop("seed")
    assert from_graph(graph).seed == 2**64 - 1
    graph["20"] = node("SDPromptReader", image="sea.png", parameter_index=0)
    inputs["main_seed"] = ["20", 4]
    assert from_graph(graph).seed is None


def test_the_size_of_two_samplers_in_one() -> None:
    graph = basic(
        n3=node("TwoSamplersForMask", latent_image=["5", 0], base_sampler=["20", 0], mask_sampler=["20", 0]),
        n20=node("KSamplerProvider", seed=5, steps=20, cfg=7.0, sampler_name="euler", scheduler="normal", denoise=1.0,
                 basic_pipe=["21", 0]),
        n21=node("ToBasicPipe", model=["4", 0], clip=["4", 1], positive=["6", 0], negative=["7", 0]),
    )  # fmt: skip
    recipe = from_graph(graph)
    assert (recipe.size, recipe.seed, recipe.prompt) == ((832, 1216), 5, "a lighthouse")


def test_a_text_put_in_the_place_of_the_one_in_the_pipe() -> None:
    loader = node("easy comfyLoader", ckpt_name="harbour.safetensors", positive="a wolf", negative="blurry")
    edit = node("easy pipeEditPrompt", pipe=["1", 0], positive="a fox", negative="")
    sampler = node("easy fullkSampler", pipe=["2", 0], seed=5, steps=20, cfg=7.0, sampler_name="euler", denoise=1.0)
    recipe = from_graph({"1": loader, "2": edit, "3": sampler})
    assert (recipe.prompt, recipe.negative_prompt) == ("a fox", "blurry")


@pytest.mark.parametrize(
    "maker",
    [
        node("Power Puter (rgthree)", outputs={"outputs": ["STRING"]}, code="a + ' fox'", a=["21", 0]),
        node("Prompt Styles Selector", style="cinematic"),
        node("OneButtonPrompt", insanitylevel=5, artist="all", imagetype="all", prompt_prefix="x", seed=3),
        node("OllamaGenerate", prompt="describe a fox", url="http://localhost", model="a", keep_alive=5),
    ],
)
def test_what_a_node_keeps_or_computes_itself_is_not_guessed(maker: dict[str, Any]) -> None:
    graph = basic(n6=node("CLIPTextEncode", text=["20", 0], clip=["4", 1]), n20=maker,
                  n21=node("Text Multiline", text="a"))  # fmt: skip
    assert from_graph(graph).prompt is None


@pytest.mark.parametrize(
    ("maker", "prompt"),
    [
        (node("LayerUtility: TextJoin", text_1="a fox", text_2="at sea"), "a fox, at sea"),
        (node("JWStringConcat", a="a fox", b=" at sea"), "a fox at sea"),
        (node("easy promptLine", prompt="a wolf\na fox\na hen", start_index=1, max_rows=1), "a fox"),
    ],
)
def test_texts_that_are_joined_and_chosen(maker: dict[str, Any], prompt: str) -> None:
    assert from_graph(basic(n6=node("CLIPTextEncode", text=["20", 0], clip=["4", 1]), n20=maker)).prompt == prompt


def test_a_seed_drawn_from_a_range_stands_nowhere() -> None:
    graph = basic(n20=node("Random Number", number_type="integer", minimum=0, maximum=100, seed=5))
    graph["3"]["inputs"]["seed"] = ["20", 0]
    assert from_graph(graph).seed is None


def test_noise_made_of_a_picture_is_no_pass() -> None:
    unsampler = node("BNK_Unsampler", steps=9, cfg=1.0, sampler_name="ddim", scheduler="normal", model=["4", 0],
                     positive=["6", 0], negative=["7", 0], latent_image=["5", 0])  # fmt: skip
    graph = basic(n20=unsampler)
    graph["3"]["inputs"] |= {"latent_image": ["20", 0], "denoise": 0.9}
    recipe = from_graph(graph)
    assert (recipe.steps, recipe.sampler, recipe.hires) == (20, "euler_ancestral", {})


def test_a_model_with_its_own_wires() -> None:
    recipe = from_graph({
        "1": node("DownloadAndLoadKolorsModel", model="Kwai-Kolors/Kolors", precision="fp16"),
        "2": node("KolorsTextEncode", chatglm3_model=["3", 0], prompt="a lighthouse", negative_prompt="blurry"),
        "3": node("LoadChatGLM3", chatglm3_checkpoint="glm.safetensors"),
        "4": node("KolorsSampler", kolors_model=["1", 0], kolors_embeds=["2", 0], width=832, height=1216, seed=7,
                  steps=25, cfg=5.0, scheduler="EulerDiscreteScheduler"),
        "5": node("VAEDecode", samples=["4", 0], vae=["6", 0]),
        "6": node("VAELoader", vae_name="sea.safetensors"),
        "9": node("SaveImage", images=["5", 0], filename_prefix="x"),
    })  # fmt: skip
    assert (recipe.prompt, recipe.negative_prompt, recipe.model) == ("a lighthouse", "blurry", "Kwai-Kolors/Kolors")
    assert (recipe.seed, recipe.steps, recipe.size) == (7, 25, (832, 1216))


@pytest.mark.parametrize(
    "latent",
    [
        node("EmptyLatentImagePresets", dimensions="1216 x 832", invert=True, batch_size=1),
        node("EmptyLatentRatioSelectSDXL", ratio="2:3 Portrait 832x1216", batch_size=1),
    ],
)
def test_presets_of_sizes(latent: dict[str, Any]) -> None:
    assert from_graph(basic(n5=latent)).size == (832, 1216)


def test_simple_maths() -> None:
    graph = basic(n20=node("SimpleMath+", value="a * 8", a=["21", 0]), n21=node("easy int", value=104))
    graph["5"]["inputs"]["width"] = ["20", 0]
    assert from_graph(graph).size == (832, 1216)


def test_a_film_by_wrappers_on_the_page() -> None:
    """The checkbox behind a seed and its control is a widget of its own."""
    kinds: list[tuple[str, list[Any]]] = [
        ("WanVideoModelLoader", ["wan.safetensors", "fp16", "disabled", "offload_device", "sdpa"]),
        ("WanVideoTextEncode", ["a lighthouse", "blurry", True]),
        ("WanVideoEmptyEmbeds", [832, 480, 81]),
        ("WanVideoSampler", [4, 1.5, 5, 43, "randomize", True, "unipc", 0, 0.8, "", "comfy", 0, -1, False]),
        ("WanVideoDecode", [False, 272, 272, 144, 128]),
        ("VHS_VideoCombine", [16, 0, "film", "video/h264-mp4", False, True]),
        ("WanVideoVAELoader", ["sea.safetensors", "bf16"]),
    ]
    wires = [(1, 4, "model"), (2, 4, "text_embeds"), (3, 4, "image_embeds"), (4, 5, "samples"), (7, 5, "vae"),
             (5, 6, "images")]  # fmt: skip
    recipe = from_page(page_of(kinds, wires))
    assert (recipe.steps, recipe.cfg_scale, recipe.seed, recipe.scheduler) == (4, 1.5, 43, "unipc")
    assert (recipe.denoising_strength, recipe.size, recipe.model) == (0.8, (832, 480), "wan.safetensors")
    assert (recipe.prompt, recipe.negative_prompt, recipe.vae) == ("a lighthouse", "blurry", "sea.safetensors")


def test_a_picture_that_only_gives_its_size_is_not_gone_on_with() -> None:
    graph = basic(
        n5=node("EmptyLTXVLatentVideo", width=["20", 0], height=["20", 1], length=["20", 2], batch_size=1),
        n20=node("GetImageSize", image=["21", 0]),
        n21=node("VAEDecode", samples=["22", 0], vae=["4", 2]),
        n22=node("KSampler", seed=9, steps=1, cfg=1.0, sampler_name="ddim", scheduler="normal", denoise=1.0,
                 model=["23", 0], positive=["7", 0], negative=["7", 0], latent_image=["24", 0]),
        n23=node("UNETLoader", unet_name="depth.safetensors"),
        n24=node("VAEEncode", pixels=["25", 0], vae=["4", 2]),
        n25=PICTURE,
    )  # fmt: skip
    graph["3"]["inputs"]["denoise"] = 0.9
    recipe = from_graph(graph)
    assert (recipe.model, recipe.steps, recipe.refiner) == ("harbour.safetensors", 20, {})


def test_noise_levels_under_another_name() -> None:
    graph = basic(
        n3=node("SamplerCustomAdvanced", noise=["20", 0], guider=["21", 0], sampler=["22", 0], sigmas=["23", 0],
                latent_image=["5", 0]),
        n20=node("RandomNoise", noise_seed=5),
        n21=node("CFGGuider", model=["4", 0], positive=["6", 0], negative=["7", 0], cfg=4.5),
        n22=node("KSamplerSelect", sampler_name="euler"),
        n23=node("SigmasShift", sigmas_in=["24", 0], strength=0.5),
        n24=node("BasicScheduler", model=["4", 0], scheduler="beta", steps=30, denoise=1.0),
    )  # fmt: skip
    recipe = from_graph(graph)
    assert (recipe.steps, recipe.scheduler, recipe.cfg_scale) == (30, "beta", 4.5)


def test_a_chosen_size_through_numbers_that_are_called_otherwise() -> None:
    def side(slot: int) -> dict[str, Any]:
        return node("PrimitiveInt", value=["20", slot])

    graph = basic(
        n5=node("EmptyLatentImage", width=["21", 1], height=["22", 1], batch_size=1),
        n20=node("ResolutionSelector", aspect_ratio="2:3 (Portrait)", megapixels=1.0, multiple=8),
        n21=node("ComfyMathExpression", expression="max(((a + 15) // 16) * 16, 256)", **{"values.a": ["23", 0]}),
        n22=node("ComfyMathExpression", expression="a", **{"values.a": ["24", 0]}),
        n23=side(0),
        n24=side(1),
    )
    assert from_graph(graph).size == (848, 1256)


def test_a_list_of_loras_on_the_page() -> None:
    listed = [{"name": "storm", "strength": 0.8, "active": True}, {"name": "calm", "strength": 1.0, "active": False}]
    kinds: list[tuple[str, list[Any]]] = [
        ("CheckpointLoaderSimple", ["harbour.safetensors"]),
        ("Lora Loader (LoraManager)", ["<lora:storm:0.8>", listed]),
        ("CLIPTextEncode", ["a lighthouse"]),
        ("EmptyLatentImage", [832, 1216, 1]),
        ("KSampler", [5, "fixed", 20, 7.0, "euler", "normal", 1.0]),
        ("SaveImage", ["x"]),
    ]
    wires = [(1, 2, "model"), (2, 5, "model"), (3, 5, "positive"), (4, 5, "latent_image"), (5, 6, "images")]
    assert from_page(page_of(kinds, wires)).loras == (Lora(name="storm", weight=0.8),)
