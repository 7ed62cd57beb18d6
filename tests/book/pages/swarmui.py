"""SwarmUI and StableSwarmUI."""

import json
from typing import Any

import video_bytes
from book.drawn import drawn_png, drawn_webp, with_exif
from book.page import Page
from container_bytes import USER_COMMENT, exif, text_chunk

_HASH = "0x" + "7e" * 32
_WRITTEN: dict[str, Any] = {
    "sui_image_params": {
        "prompt": "a crane on the quay <lora:rust>",
        "negativeprompt": "",
        "model": "Harbour/harbour-xl",
        "seed": 4294967296,
        "steps": 25,
        "cfgscale": 5.5,
        "aspectratio": "4:3",
        "width": 1152,
        "height": 896,
        "sampler": "euler_ancestral",
        "scheduler": "karras",
        "initimagecreativity": 0.6,
        "clipstopatlayer": -2,
        "vae": "harbour-vae",
        "refinermodel": "harbour-refiner",
        "refinercontrolpercentage": 0.2,
        "refinermethod": "PostApply",
        "controlnetmodel": "canny-xl",
        "controlnetstrength": 0.8,
        "loras": ["style/rust", "fog"],
        "loraweights": ["1", "-0.25"],
        "swarm_version": "0.9.7.4",
    },
    "sui_extra_data": {"date": "2026-01-03", "generation_time": "6.42 sec"},
    "sui_models": [{"name": "harbour-xl.safetensors", "param": "model", "hash": _HASH}],
}
_RECIPE: dict[str, Any] = {
    "generator": "swarmui",
    "generator_version": "0.9.7.4",
    "prompt": "a crane on the quay <lora:rust>",
    "steps": 25,
    "sampler": "euler_ancestral",
    "scheduler": "karras",
    "cfg_scale": 5.5,
    "seed": 4294967296,
    "model": "Harbour/harbour-xl",
    "model_hash": "7e" * 32,
    "vae": "harbour-vae",
    "clip_skip": 2,
    "denoising_strength": 0.6,
    "size": [1152, 896],
    "loras": [{"name": "style/rust", "weight": 1.0}, {"name": "fog", "weight": -0.25}],
    "refiner": {"model": "harbour-refiner", "controlpercentage": 0.2, "method": "PostApply"},
    "controlnets": [{"unit": 0, "model": "canny-xl", "strength": 0.8}],
    "extra": {
        "aspectratio": "4:3",
        "sui_extra_data": {"date": "2026-01-03", "generation_time": "6.42 sec"},
        "sui_models": [{"name": "harbour-xl.safetensors", "param": "model", "hash": _HASH}],
    },
    "workflow": False,
    "problems": [],
}
_COMMENT = b"UNICODE\0" + json.dumps(_WRITTEN, indent=2).encode("utf-16-le")
_OLD = {
    "sui_image_params": {
        "prompt": "a crane",
        "model": "harbour",
        "seed": -1,
        "steps": 20,
        "cfgscale": 7,
        "width": 512,
        "height": 512,
        "comfyuisampler": "euler",
        "loras": "rust,fog",
        "loraweights": "1,0.5",
        "swarm_version": "0.6.0.0",
        "date": "2023-09-01",
    }
}

PAGES = [
    Page(
        name="swarmui.png",
        about="everything at once: LoRAs, refiner, ControlNet, the model's hash, a picture to begin with",
        data=drawn_png(text_chunk("parameters", json.dumps(_WRITTEN, indent=2))),
        expected={"format": "png", "width": 64, "height": 48, "source": "png:parameters", **_RECIPE},
    ),
    Page(
        name="swarmui.jpg",
        about="the same as UTF-16 in EXIF",
        data=with_exif(exif({}, sub={USER_COMMENT: _COMMENT})),
        expected={"format": "jpeg", "width": 64, "height": 48, "source": "exif:UserComment", **_RECIPE},
    ),
    Page(
        name="swarmui.webp",
        about="and in a WebP",
        data=drawn_webp(exif({}, sub={USER_COMMENT: _COMMENT})),
        expected={"format": "webp", "width": 64, "height": 48, "source": "exif:UserComment", **_RECIPE},
    ),
    Page(
        name="swarmui-film.mp4",
        about="a film says nothing; the .swarm.json beside it does",
        data=video_bytes.mp4(),
        beside={"swarmui-film.swarm.json": json.dumps(_WRITTEN, indent=2).encode()},
        expected={
            "format": "mp4",
            "width": 64,
            "height": 48,
            "duration_s": 2.0,
            "codec": "h264",
            "audio_codec": "aac",
            "frame_rate": 24.0,
            "source": "sidecar:json",
            **_RECIPE,
        },
    ),
    Page(
        name="swarmui-first-versions.png",
        about="StableSwarmUI: LoRAs as texts with commas, the sampler under its old name, any seed",
        data=drawn_png(text_chunk("parameters", json.dumps(_OLD))),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "swarmui",
            "generator_version": "0.6.0.0",
            "source": "png:parameters",
            "prompt": "a crane",
            "steps": 20,
            "sampler": "euler",
            "cfg_scale": 7.0,
            "seed": -1,
            "model": "harbour",
            "size": [512, 512],
            "loras": [{"name": "rust", "weight": 1.0}, {"name": "fog", "weight": 0.5}],
            "extra": {"date": "2023-09-01"},
            "workflow": False,
            "problems": [],
        },
    ),
]
