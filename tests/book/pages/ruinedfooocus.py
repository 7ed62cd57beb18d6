"""RuinedFooocus."""

import json
from typing import Any

import video_bytes
from book.drawn import drawn_png
from book.page import Page
from container_bytes import text_chunk

_WRITTEN: dict[str, Any] = {
    "Prompt": "a lighthouse in the snow",
    "Negative": "people, ",
    "steps": 30,
    "cfg": 6.5,
    "width": 1152,
    "height": 896,
    "seed": 18446744073709551615,
    "sampler_name": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "base_model_name": "harbour_xl.safetensors",
    "base_model_hash": "0F" * 32,
    "loras": [["AB" * 32, "0.7 - winter - light.safetensors"]],
    "start_step": 0,
    "denoise": None,
    "clip_skip": 1,
    "software": "RuinedFooocus",
}
_RECIPE: dict[str, Any] = {
    "generator": "ruinedfooocus",
    "prompt": "a lighthouse in the snow",
    "negative_prompt": "people, ",
    "steps": 30,
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "cfg_scale": 6.5,
    "seed": 18446744073709551615,
    "model": "harbour_xl.safetensors",
    "model_hash": "0F" * 32,
    "clip_skip": 1,
    "size": [1152, 896],
    "loras": [{"name": "winter - light.safetensors", "weight": 0.7}],
    "extra": {
        "loras": [["AB" * 32, "0.7 - winter - light.safetensors"]],
        "start_step": 0,
        "software": "RuinedFooocus",
    },
    "workflow": False,
    "problems": [],
}

PAGES = [
    Page(
        name="ruinedfooocus.png",
        about="a seed of 64 bits, a LoRA whose name holds a minus",
        data=drawn_png(text_chunk("parameters", json.dumps(_WRITTEN))),
        expected={"format": "png", "width": 64, "height": 48, "source": "png:parameters", **_RECIPE},
    ),
    Page(
        name="ruinedfooocus-film.mp4",
        about="the same in a film's tag `metadata`",
        data=video_bytes.mp4(video_bytes.keyed_items({"metadata": json.dumps(_WRITTEN)})),
        expected={
            "format": "mp4",
            "width": 64,
            "height": 48,
            "duration_s": 2.0,
            "codec": "h264",
            "audio_codec": "aac",
            "frame_rate": 24.0,
            "source": "mp4:metadata",
            **_RECIPE,
        },
    ),
]
