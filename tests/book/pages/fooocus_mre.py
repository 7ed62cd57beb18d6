"""Fooocus-MRE."""

import json
from typing import Any

from book.drawn import drawn_jpeg, drawn_png
from book.page import Page
from container_bytes import segment, text_chunk

_WRITTEN: dict[str, Any] = {
    "prompt": "a harbour at night",
    "negative_prompt": "day",
    "styles": ["Default (Slightly Cinematic)"],
    "real_prompt": ["cinematic still a harbour at night", "a harbour at night"],
    "real_negative_prompt": ["anime", "day"],
    "seed": 9223372036854775807,
    "width": 1216,
    "height": 832,
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "performance": "Speed",
    "steps": 30,
    "switch": 20,
    "sharpness": 2.0,
    "cfg": 7.0,
    "base_clip_skip": -2,
    "refiner_clip_skip": -2,
    "base_model": "sd_xl_base_1.0.safetensors",
    "refiner_model": "sd_xl_refiner_1.0.safetensors",
    "l1": "offset.safetensors",
    "w1": 0.5,
    "l2": "None",
    "w2": 1.0,
    "freeu": False,
    "software": "Fooocus 2.0.78.5 MRE",
}
_RECIPE: dict[str, Any] = {
    "generator": "fooocus-mre",
    "generator_version": "Fooocus 2.0.78.5 MRE",
    "prompt": "a harbour at night",
    "negative_prompt": "day",
    "steps": 30,
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "cfg_scale": 7.0,
    "seed": 9223372036854775807,
    "model": "sd_xl_base_1.0.safetensors",
    "clip_skip": 2,
    "size": [1216, 832],
    "loras": [{"name": "offset.safetensors", "weight": 0.5}],
    "refiner": {"clip_skip": -2, "model": "sd_xl_refiner_1.0.safetensors", "switch": 20},
    "extra": {
        "styles": ["Default (Slightly Cinematic)"],
        "real_prompt": ["cinematic still a harbour at night", "a harbour at night"],
        "real_negative_prompt": ["anime", "day"],
        "performance": "Speed",
        "sharpness": 2.0,
        "l2": "None",
        "w2": 1.0,
        "freeu": False,
    },
    "workflow": False,
    "problems": [],
}

PAGES = [
    Page(
        name="fooocus-mre.png",
        about="what was typed and what the styles made of it, LoRAs as l1 and w1",
        data=drawn_png(text_chunk("Comment", json.dumps(_WRITTEN))),
        expected={"format": "png", "width": 64, "height": 48, "source": "png:Comment", **_RECIPE},
    ),
    Page(
        name="fooocus-mre.jpg",
        about="the same in a JPEG's comment",
        data=drawn_jpeg(segment(0xFE, json.dumps(_WRITTEN).encode())),
        expected={"format": "jpeg", "width": 64, "height": 48, "source": "jpeg:COM", **_RECIPE},
    ),
]
