"""ComfyUI: the graph that ran, in every place it is put, and the page's graph where it is all there is."""

import json
from typing import Any

from book.drawn import drawn_png, drawn_webp, with_exif
from book.page import Page
from container_bytes import USER_COMMENT, chunk, exif, text_chunk

_MAKE, _MODEL, _DESCRIPTION = 0x010F, 0x0110, 0x010E


def _node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"inputs": inputs, "class_type": kind, "_meta": {"title": kind}}


_SIMPLE = {
    "3": _node(
        "KSampler", seed=18446744073709551615, steps=24, cfg=6.5, sampler_name="dpmpp_2m", scheduler="karras",
        denoise=1.0, model=["10", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0],
    ),
    "4": _node("CheckpointLoaderSimple", ckpt_name="xl/harbour_v3.safetensors"),
    "5": _node("EmptyLatentImage", width=832, height=1216, batch_size=1),
    "6": _node("CLIPTextEncode", text="a heron under the pier, embedding:old_glass", clip=["11", 0]),
    "7": _node("CLIPTextEncode", text="blurry", clip=["11", 0]),
    "8": _node("VAEDecode", samples=["3", 0], vae=["12", 0]),
    "9": _node("SaveImage", filename_prefix="heron", images=["8", 0]),
    "10": _node(
        "LoraLoader", lora_name="rain.safetensors", strength_model=0.75, strength_clip=1.0, model=["4", 0],
        clip=["4", 1],
    ),
    "11": _node("CLIPSetLastLayer", stop_at_clip_layer=-2, clip=["10", 1]),
    "12": _node("VAELoader", vae_name="clear.safetensors"),
}  # fmt: skip
_SIMPLE_RECIPE: dict[str, Any] = {
    "width": 64,
    "height": 48,
    "generator": "comfyui",
    "prompt": "a heron under the pier, embedding:old_glass",
    "negative_prompt": "blurry",
    "steps": 24,
    "sampler": "dpmpp_2m",
    "scheduler": "karras",
    "cfg_scale": 6.5,
    "seed": 18446744073709551615,
    "model": "xl/harbour_v3.safetensors",
    "vae": "clear.safetensors",
    "clip_skip": 2,
    "denoising_strength": 1.0,
    "size": [832, 1216],
    "loras": [{"name": "rain.safetensors", "weight": 0.75}],
    "embeddings": ["old_glass"],
    "workflow": True,
    "problems": [],
}

_PAGE = {
    "last_node_id": 9,
    "last_link_id": 9,
    "nodes": [
        {"id": 4, "type": "CheckpointLoaderSimple", "mode": 0, "widgets_values": ["quay.safetensors"]},
        {"id": 5, "type": "EmptyLatentImage", "mode": 0, "widgets_values": [640, 384, 1]},
        {
            "id": 6,
            "type": "CLIPTextEncode",
            "mode": 0,
            "widgets_values": ["a ferry"],
            "inputs": [{"name": "clip", "link": 1}],
        },
        {
            "id": 7,
            "type": "CLIPTextEncode",
            "mode": 0,
            "widgets_values": ["fog"],
            "inputs": [{"name": "clip", "link": 2}],
        },
        {
            "id": 3,
            "type": "KSampler",
            "mode": 0,
            "widgets_values": [4294967297, "randomize", 12, 4.0, "euler", "simple", 1],
            "inputs": [
                {"name": "model", "link": 3},
                {"name": "positive", "link": 4},
                {"name": "negative", "link": 5},
                {"name": "latent_image", "link": 6},
            ],
        },
        {
            "id": 8,
            "type": "VAEDecode",
            "mode": 0,
            "inputs": [{"name": "samples", "link": 7}, {"name": "vae", "link": 8}],
        },
        {"id": 9, "type": "SaveImage", "mode": 0, "widgets_values": ["x"], "inputs": [{"name": "images", "link": 9}]},
    ],
    "links": [
        [1, 4, 1, 6, 0, "CLIP"],
        [2, 4, 1, 7, 0, "CLIP"],
        [3, 4, 0, 3, 0, "MODEL"],
        [4, 6, 0, 3, 1, "CONDITIONING"],
        [5, 7, 0, 3, 2, "CONDITIONING"],
        [6, 5, 0, 3, 3, "LATENT"],
        [7, 3, 0, 8, 0, "LATENT"],
        [8, 4, 2, 8, 1, "VAE"],
        [9, 8, 0, 9, 0, "IMAGE"],
    ],
    "version": 0.4,
}

_FLUX = {
    "1": _node("UNETLoader", unet_name="flux/tide.safetensors", weight_dtype="default"),
    "2": _node("DualCLIPLoader", clip_name1="t5.safetensors", clip_name2="l.safetensors", type="flux"),
    "3": _node("CLIPTextEncode", text=["12", 0], clip=["2", 0]),
    "4": _node("FluxGuidance", guidance=3.5, conditioning=["3", 0]),
    "5": _node("BasicGuider", model=["1", 0], conditioning=["4", 0]),
    "6": _node("RandomNoise", noise_seed=["13", 0]),
    "7": _node("KSamplerSelect", sampler_name="euler"),
    "8": _node("BasicScheduler", scheduler="beta", steps=20, denoise=1.0, model=["1", 0]),
    "9": _node("EmptySD3LatentImage", width=1024, height=768, batch_size=1),
    "10": _node(
        "SamplerCustomAdvanced", noise=["6", 0], guider=["5", 0], sampler=["7", 0], sigmas=["8", 0],
        latent_image=["9", 0],
    ),
    "11": _node("VAEDecode", samples=["10", 0], vae=["14", 0]),
    "12": _node("StringConcatenate", string_a="a gull", string_b="on a mast", delimiter=" "),
    "13": _node("Seed (rgthree)", seed=9007199254740993),
    "14": _node("VAELoader", vae_name="ae.safetensors"),
    "15": _node("SaveAnimatedWEBP", filename_prefix="x", fps=6, lossless=False, quality=80, images=["11", 0]),
}  # fmt: skip

_SAMPLING: dict[str, Any] = {"steps": 30, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal",
                             "positive": ["6", 0], "negative": ["7", 0]}  # fmt: skip
_REFINED = {
    **{key: _SIMPLE[key] for key in ("4", "5", "12")},
    "6": _node("CLIPTextEncode", text="a lamp in the rain", clip=["4", 1]),
    "7": _node("CLIPTextEncode", text="noise", clip=["4", 1]),
    "3": _node(
        "KSamplerAdvanced", add_noise="enable", noise_seed=11, start_at_step=0, end_at_step=24,
        return_with_leftover_noise="enable", model=["4", 0], latent_image=["5", 0], **_SAMPLING,
    ),
    "20": _node("CheckpointLoaderSimple", ckpt_name="xl/varnish.safetensors"),
    "21": _node(
        "KSamplerAdvanced", add_noise="disable", noise_seed=0, start_at_step=24, end_at_step=10000,
        return_with_leftover_noise="disable", model=["20", 0], latent_image=["3", 0], **_SAMPLING,
    ),
    "8": _node("VAEDecode", samples=["21", 0], vae=["12", 0]),
    "22": _node("UpscaleModelLoader", model_name="4x-Sails.pth"),
    "23": _node("ImageUpscaleWithModel", upscale_model=["22", 0], image=["8", 0]),
    "9": _node("SaveImage", filename_prefix="lamp", images=["23", 0]),
}  # fmt: skip

_SAVER = "a tug\nNegative prompt: fog\nSteps: 9, Sampler: Euler, Seed: 4, Size: 64x48, Version: ComfyUI"

PAGES = [
    Page(
        name="comfyui.png",
        about="the graph that ran, beside the page's: LoRA, CLIP skip, a VAE of its own, the largest seed there is",
        data=drawn_png(text_chunk("prompt", json.dumps(_SIMPLE)), text_chunk("workflow", json.dumps(_PAGE))),
        expected={"format": "png", "source": "png:prompt", **_SIMPLE_RECIPE},
    ),
    Page(
        name="comfyui-animated.png",
        about="an animated PNG: chunks named comf behind the pixels, otherwise like tEXt",
        data=drawn_png(after=chunk(b"comf", b"prompt\0" + json.dumps(_SIMPLE).encode())),
        expected={"format": "png", "source": "png:prompt", **_SIMPLE_RECIPE},
    ),
    Page(
        name="comfyui-save-image-plus.jpg",
        about="a saver node's JSON in EXIF, where the graph is a text inside it",
        data=with_exif(
            exif({}, sub={USER_COMMENT: json.dumps({"prompt": json.dumps(_SIMPLE), "workflow": _PAGE}).encode()})
        ),
        expected={"format": "jpeg", "source": "exif:UserComment", **_SIMPLE_RECIPE},
    ),
    Page(
        name="comfyui-save-image-extended.jpg",
        about="the graph under its name in the camera's maker, the page's in the description",
        data=with_exif(
            exif(
                {
                    _DESCRIPTION: f"Workflow: {json.dumps(_PAGE)}".encode(),
                    _MAKE: f"Prompt: {json.dumps(_SIMPLE)}".encode(),
                },
                kind=2,
            )
        ),
        expected={"format": "jpeg", "source": "exif:Make", **_SIMPLE_RECIPE},
    ),
    Page(
        name="comfyui-flux.webp",
        about="custom sampling in an animated WebP's EXIF: prompt and seed come through string and seed nodes",
        data=drawn_webp(
            exif(
                {
                    _MAKE: f"workflow:{json.dumps(_PAGE)}".encode(),
                    _MODEL: f"prompt:{json.dumps(_FLUX)}".encode(),
                },
                kind=2,
            )
        ),
        expected={
            "format": "webp",
            "width": 64,
            "height": 48,
            "source": "exif:Model",
            "generator": "comfyui",
            "prompt": "a gull on a mast",
            "steps": 20,
            "sampler": "euler",
            "scheduler": "beta",
            "seed": 9007199254740993,
            "model": "flux/tide.safetensors",
            "vae": "ae.safetensors",
            "denoising_strength": 1.0,
            "size": [1024, 768],
            "extra": {"guidance": 3.5},
            "workflow": True,
            "problems": [],
        },
    ),
    Page(
        name="comfyui-page-only.png",
        about="nothing but the page's graph, whose widgets have places instead of names",
        data=drawn_png(text_chunk("workflow", json.dumps(_PAGE))),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "source": "png:workflow",
            "generator": "comfyui",
            "prompt": "a ferry",
            "negative_prompt": "fog",
            "steps": 12,
            "sampler": "euler",
            "scheduler": "simple",
            "cfg_scale": 4.0,
            "seed": 4294967297,
            "model": "quay.safetensors",
            "denoising_strength": 1.0,
            "size": [640, 384],
            "workflow": True,
            "problems": [],
        },
    ),
    Page(
        name="comfyui-refiner.png",
        about="a base model, a refiner that goes on at step 24, and enlarging by a model at the end",
        data=drawn_png(text_chunk("prompt", json.dumps(_REFINED))),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "source": "png:prompt",
            "generator": "comfyui",
            "prompt": "a lamp in the rain",
            "negative_prompt": "noise",
            "steps": 30,
            "sampler": "euler",
            "scheduler": "normal",
            "cfg_scale": 7.0,
            "seed": 11,
            "model": "xl/harbour_v3.safetensors",
            "vae": "clear.safetensors",
            "size": [832, 1216],
            "refiner": {
                "model": "xl/varnish.safetensors",
                "steps": 30,
                "start_at_step": 24,
                "sampler": "euler",
                "scheduler": "normal",
                "cfg_scale": 7.0,
                "seed": 11,
            },
            "extra": {"upscaler": "4x-Sails.pth"},
            "workflow": True,
            "problems": [],
        },
    ),
    Page(
        name="comfyui-saver-s-text.png",
        about="what a saver node wrote as text wins field by field; the graph beside it gives the rest",
        data=drawn_png(text_chunk("parameters", _SAVER), text_chunk("prompt", json.dumps(_SIMPLE))),
        expected={
            "format": "png",
            **_SIMPLE_RECIPE,
            "source": "png:parameters",
            "generator_version": "ComfyUI",
            "prompt": "a tug",
            "negative_prompt": "fog",
            "steps": 9,
            "sampler": "Euler",
            "seed": 4,
            "size": [64, 48],
        },
    ),
]
