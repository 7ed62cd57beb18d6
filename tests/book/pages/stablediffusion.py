"""Stable Diffusion's first programs: hlky's web UI, and CompVis's text."""

import json
from typing import Any

from book.drawn import drawn_png, with_exif
from book.page import Page
from container_bytes import USER_COMMENT, exif, text_chunk

VALUES = {
    "target": "txt2img",
    "prompt": "a stone bridge: 'old', mossy",
    "ddim_steps": 50,
    "toggles": [1, 2],
    "sampler_name": "k_lms",
    "ddim_eta": 0.0,
    "n_iter": 1,
    "batch_size": 1,
    "cfg_scale": 7.5,
    "seed": 2715882410,
    "width": 512,
    "height": 448,
    "normalize_prompt_weights": True,
    "model_name": "Stable Diffusion v1.5",
}
YAML = """\
batch_size: 1
cfg_scale: 7.5
ddim_eta: 0.0
ddim_steps: 50
height: 448
model_name: Stable Diffusion v1.5
n_iter: 1
normalize_prompt_weights: true
prompt: 'a stone bridge: ''old'', mossy'
sampler_name: k_lms
seed: 2715882410
target: txt2img
toggles:
- 1
- 2
width: 512
"""
TEXT = """\
a stone bridge
at dawn
Negative prompt: people
Width: 512
Height: 448
Seed: 42
Steps: 50
Guidance Scale: 7.5
Prompt Strength: 0.8
Sampler: plms
"""
COMMON: dict[str, Any] = {
    "width": 64,
    "height": 48,
    "generator": "stable-diffusion",
    "prompt": "a stone bridge: 'old', mossy",
    "steps": 50,
    "sampler": "k_lms",
    "cfg_scale": 7.5,
    "seed": 2715882410,
    "model": "Stable Diffusion v1.5",
    "size": [512, 448],
    "workflow": False,
    "problems": [],
}
LEFT = ("target", "toggles", "ddim_eta", "n_iter", "batch_size", "normalize_prompt_weights")

PAGES = [
    Page(
        name="hlky.png",
        about="hlky's web UI: a chunk per value, written as Python writes it",
        data=drawn_png(*(text_chunk(f"SD:{key}", str(value)) for key, value in VALUES.items())),
        expected={
            **COMMON,
            "format": "png",
            "source": "png:SD:prompt",
            "extra": {key: str(VALUES[key]) for key in LEFT},
        },
    ),
    Page(
        name="hlky.jpg",
        about="hlky's web UI: JSON in EXIF",
        data=with_exif(
            exif(
                {},
                sub={
                    USER_COMMENT: b"UNICODE\0"
                    + json.dumps({f"SD:{key}": value for key, value in VALUES.items()}).encode("utf-16-be")
                },
                order=">",
            )
        ),
        expected={
            **COMMON,
            "format": "jpeg",
            "source": "exif:UserComment",
            "extra": {key: VALUES[key] for key in LEFT},
        },
    ),
    Page(
        name="hlky-info.png",
        about="hlky's web UI: a .yaml beside the picture",
        data=drawn_png(),
        beside={"hlky-info.yaml": YAML.encode()},
        expected={
            **COMMON,
            "format": "png",
            "source": "sidecar:yaml",
            "extra": {key: VALUES[key] for key in LEFT},
        },
    ),
    Page(
        name="compvis.png",
        about="a line per value in a .txt beside the picture",
        data=drawn_png(),
        beside={"compvis.txt": TEXT.encode()},
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "stable-diffusion",
            "source": "sidecar:txt",
            "prompt": "a stone bridge\nat dawn",
            "negative_prompt": "people",
            "steps": 50,
            "sampler": "plms",
            "cfg_scale": 7.5,
            "seed": 42,
            "denoising_strength": 0.8,
            "size": [512, 448],
            "workflow": False,
            "problems": [],
        },
    ),
]
