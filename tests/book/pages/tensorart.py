"""Tensor.Art: `generation_data`."""

import json

from book.drawn import drawn_png
from book.page import Page
from container_bytes import text_chunk

ASKED = {
    "prompt": "a café by the sea",
    "negativePrompt": "crowd",
    "width": 768,
    "height": 1152,
    "imageCount": 1,
    "steps": 25,
    "cfgScale": 7,
    "seed": "1234567890123",
    "clipSkip": 2,
    "baseModel": {"label": "v2", "type": "BASE_MODEL", "modelId": "11", "modelFileName": "Harbour-XL", "hash": "A5F5"},
    "models": [
        {"label": "v1", "type": "LORA", "modelId": "12", "modelFileName": "Foam", "weight": 0.6},
        {"label": "v3", "type": "LORA", "modelId": "13", "modelFileName": "Rust", "weight": 1},
    ],
    "sdVae": "sea_vae",
    "ksamplerName": "euler_ancestral",
    "schedule": "karras",
    "guidance": 3.5,
}

PAGES = [
    Page(
        name="loras.png",
        about="UTF-8 in a chunk that should be Latin-1, with a NUL at the end; LoRAs with weights",
        data=drawn_png(text_chunk("generation_data", json.dumps(ASKED, ensure_ascii=False) + "\0")),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "tensorart",
            "source": "png:generation_data",
            "prompt": "a café by the sea",
            "negative_prompt": "crowd",
            "steps": 25,
            "sampler": "euler_ancestral",
            "scheduler": "karras",
            "cfg_scale": 7.0,
            "seed": 1234567890123,
            "model": "Harbour-XL",
            "model_hash": "A5F5",
            "vae": "sea_vae",
            "clip_skip": 2,
            "size": [768, 1152],
            "loras": [{"name": "Foam", "weight": 0.6}, {"name": "Rust", "weight": 1.0}],
            "extra": {
                "imageCount": 1,
                "models": ASKED["models"],
                "guidance": 3.5,
                "baseModel": {"label": "v2", "type": "BASE_MODEL", "modelId": "11"},
            },
            "workflow": False,
            "problems": [],
        },
    )
]
