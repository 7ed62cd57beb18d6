"""Easy Diffusion: chunks, JSON in EXIF, files beside the picture."""

import json
from typing import Any

from book.drawn import drawn_jpeg, drawn_png, with_exif
from book.page import Page
from container_bytes import USER_COMMENT, exif, text_chunk

_WRITTEN: dict[str, Any] = {
    "prompt": "a lantern on a pier",
    "negative_prompt": "crowd",
    "seed": 1733284391,
    "use_stable_diffusion_model": "harbour/harbour-v2",
    "clip_skip": False,
    "use_vae_model": "harbour-vae",
    "sampler_name": "dpmpp_2m",
    "scheduler_name": "karras",
    "width": 768,
    "height": 512,
    "num_inference_steps": 25,
    "guidance_scale": 7.5,
    "prompt_strength": 0.8,
    "use_lora_model": ["lanterns", "mist"],
    "lora_alpha": [0.5, 1.0],
    "use_embeddings_model": ["pier-neg"],
    "tiling": None,
    "use_upscale": None,
}
_RECIPE: dict[str, Any] = {
    "generator": "easydiffusion",
    "prompt": "a lantern on a pier",
    "negative_prompt": "crowd",
    "steps": 25,
    "sampler": "dpmpp_2m",
    "scheduler": "karras",
    "cfg_scale": 7.5,
    "seed": 1733284391,
    "model": "harbour/harbour-v2",
    "vae": "harbour-vae",
    "denoising_strength": 0.8,
    "size": [768, 512],
    "loras": [{"name": "lanterns", "weight": 0.5}, {"name": "mist", "weight": 1.0}],
    "embeddings": ["pier-neg"],
    "extra": {"clip_skip": False},
    "workflow": False,
    "problems": [],
}
_LINES = (
    "Prompt: a lantern on a pier\nNegative Prompt: crowd\nSeed: 1733284391\n"
    "Stable Diffusion model: harbour-v2\nVAE model: None\nSampler: euler_a\nWidth: 768\nHeight: 512\n"
    "Steps: 25\nGuidance Scale: 7.5\nLoRA model: lanterns\nLoRA Strength: 0.5\nUse Face Correction: GFPGANv1.4\n"
)
_FIRST_LINES = (
    "a lantern on a pier\nWidth: 512\nHeight: 512\nSeed: 42\nSteps: 50\nGuidance Scale: 7.5\nPrompt Strength: 0.8\n"
    "Use Face Correction: None\nUse Upscaling: None\nSampler: plms\nNegative Prompt: \nStable Diffusion model: sd-v1-4"
)

PAGES = [
    Page(
        name="easydiffusion.png",
        about="one chunk per key, its value as Python prints it",
        data=drawn_png(*(text_chunk(key, str(value)) for key, value in _WRITTEN.items())),
        expected={"format": "png", "width": 64, "height": 48, "source": "png:prompt", **_RECIPE},
    ),
    Page(
        name="easydiffusion.jpg",
        about="JSON in EXIF, UTF-16 with the high byte first",
        data=with_exif(
            exif({}, sub={USER_COMMENT: b"UNICODE\0" + json.dumps(_WRITTEN).encode("utf-16-be")}, order=">")
        ),
        expected={"format": "jpeg", "width": 64, "height": 48, "source": "exif:UserComment", **_RECIPE},
    ),
    Page(
        name="easydiffusion-json.jpg",
        about="a JSON file beside the picture",
        data=drawn_jpeg(),
        beside={"easydiffusion-json.json": json.dumps(_WRITTEN, indent=2).encode()},
        expected={"format": "jpeg", "width": 64, "height": 48, "source": "sidecar:json", **_RECIPE},
    ),
    Page(
        name="easydiffusion-text.jpg",
        about="a text file beside the picture, with the names people see",
        data=drawn_jpeg(),
        beside={"easydiffusion-text.txt": _LINES.encode()},
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "easydiffusion",
            "source": "sidecar:txt",
            "prompt": "a lantern on a pier",
            "negative_prompt": "crowd",
            "steps": 25,
            "sampler": "euler_a",
            "cfg_scale": 7.5,
            "seed": 1733284391,
            "model": "harbour-v2",
            "size": [768, 512],
            "loras": [{"name": "lanterns", "weight": 0.5}],
            "extra": {"Use Face Correction": "GFPGANv1.4"},
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="easydiffusion-first-text.jpg",
        about="the text file of the first versions, which begins with the bare prompt",
        data=drawn_jpeg(),
        beside={"easydiffusion-first-text.txt": _FIRST_LINES.encode()},
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "easydiffusion",
            "source": "sidecar:txt",
            "prompt": "a lantern on a pier",
            "steps": 50,
            "sampler": "plms",
            "cfg_scale": 7.5,
            "seed": 42,
            "model": "sd-v1-4",
            "denoising_strength": 0.8,
            "size": [512, 512],
            "workflow": False,
            "problems": [],
        },
    ),
]
