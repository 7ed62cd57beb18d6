"""Civitai: its own generator, and the JSON that comes with downloads."""

import json
from typing import Any

from book.drawn import drawn_jpeg, drawn_png, with_exif
from book.page import Page
from container_bytes import USER_COMMENT, exif, text_chunk

ON_SITE = (
    "a glass tower\nNegative prompt: birds\nSteps: 25, Sampler: Euler a, CFG scale: 4, Seed: 1760820876, "
    "Size: 832x1216, Clip skip: 2, Created Date: 2026-02-24T22:37:15.9939366Z, Civitai resources: "
    '[{"type":"checkpoint","modelVersionId":11,"modelName":"Towers XL","modelVersionName":"v2"},'
    '{"type":"lora","weight":0.8,"modelVersionId":12,"modelName":"Glass"}], Civitai metadata: {"remixOfId":5}'
)
SIGNED = "a glass tower\nSteps: 0, Sampler: Painter-2, CFG scale: 0, Seed: -1, Size: 1024x1536"
SIDECAR = {
    "id": 77,
    "username": "somebody",
    "stats": {"likeCount": 3},
    "meta": {
        "prompt": "a glass tower <lora:glass:0.8>",
        "negativePrompt": "birds",
        "steps": 25,
        "sampler": "Euler a",
        "cfgScale": 4,
        "seed": 18,
        "Size": "832x1216",
        "Model": "towers_xl",
        "Model hash": "aa11bb22cc",
        "clipSkip": 2,
        "hashes": {"model": "aa11bb22cc", "lora:glass": "00", "embed:soft": "01"},
        "resources": [{"type": "lora", "name": "glass", "weight": 0.8}],
    },
}
COMMON: dict[str, Any] = {
    "width": 64,
    "height": 48,
    "generator": "civitai",
    "negative_prompt": "birds",
    "steps": 25,
    "sampler": "Euler a",
    "cfg_scale": 4.0,
    "clip_skip": 2,
    "size": [832, 1216],
    "workflow": False,
    "problems": [],
}
EXTRA = {
    "prompt": "a tower",
    "steps": 25,
    "cfgScale": 4,
    "seed": 9,
    "width": 832,
    "height": 1216,
    "workflowId": "txt2img",
}

PAGES = [
    Page(
        name="on-site.jpg",
        about="its own generator: the resources name the model and the LoRAs",
        data=with_exif(exif({}, sub={USER_COMMENT: b"UNICODE\0" + ON_SITE.encode("utf-16-be")}, order=">")),
        expected={
            **COMMON,
            "format": "jpeg",
            "source": "exif:UserComment",
            "prompt": "a glass tower",
            "seed": 1760820876,
            "model": "Towers XL",
            "loras": [{"name": "Glass", "weight": 0.8}],
            "extra": {
                "Created Date": "2026-02-24T22:37:15.9939366Z",
                "Civitai resources": '[{"type":"checkpoint","modelVersionId":11,"modelName":"Towers XL",'
                '"modelVersionName":"v2"},{"type":"lora","weight":0.8,"modelVersionId":12,"modelName":"Glass"}]',
                "Civitai metadata": '{"remixOfId":5}',
            },
        },
    ),
    Page(
        name="signed.jpg",
        about="nothing in the text says Civitai, but software and artist do",
        data=with_exif(
            exif(
                {0x0131: b"d4a21dfc-e837-4be1-9cc9-e411771e6ece\0", 0x013B: b"ai\0"},
                sub={USER_COMMENT: b"UNICODE\0" + SIGNED.encode("utf-16-be")},
                order=">",
            )
        ),
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "civitai",
            "source": "exif:UserComment",
            "prompt": "a glass tower",
            "steps": 0,
            "sampler": "Painter-2",
            "cfg_scale": 0.0,
            "seed": -1,
            "size": [1024, 1536],
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="download.jpg",
        about="a .json beside a picture that was downloaded",
        data=drawn_jpeg(),
        beside={"download.json": json.dumps(SIDECAR).encode()},
        expected={
            **COMMON,
            "format": "jpeg",
            "source": "sidecar:json",
            "prompt": "a glass tower <lora:glass:0.8>",
            "seed": 18,
            "model": "towers_xl",
            "model_hash": "aa11bb22cc",
            "loras": [{"name": "glass", "weight": 0.8}],
            "embeddings": ["soft"],
            "extra": {
                "id": 77,
                "username": "somebody",
                "stats": {"likeCount": 3},
                "hashes": {"model": "aa11bb22cc", "lora:glass": "00", "embed:soft": "01"},
                "resources": [{"type": "lora", "name": "glass", "weight": 0.8}],
            },
        },
    ),
    Page(
        name="extra-metadata.png",
        about="what was asked for, in a chunk of its own",
        data=drawn_png(text_chunk("extraMetadata", json.dumps(EXTRA))),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "civitai",
            "source": "png:extraMetadata",
            "prompt": "a tower",
            "steps": 25,
            "cfg_scale": 4.0,
            "seed": 9,
            "size": [832, 1216],
            "extra": {"workflowId": "txt2img"},
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="wrapped.jpg",
        about="the JSON of a download put into EXIF under its name",
        data=with_exif(exif({}, sub={USER_COMMENT: b"\0" * 8 + json.dumps({"civitai": SIDECAR}).encode()}, order=">")),
        expected={
            **COMMON,
            "format": "jpeg",
            "source": "exif:UserComment",
            "prompt": "a glass tower <lora:glass:0.8>",
            "seed": 18,
            "model": "towers_xl",
            "model_hash": "aa11bb22cc",
            "loras": [{"name": "glass", "weight": 0.8}],
            "embeddings": ["soft"],
            "extra": {
                "id": 77,
                "username": "somebody",
                "stats": {"likeCount": 3},
                "hashes": {"model": "aa11bb22cc", "lora:glass": "00", "embed:soft": "01"},
                "resources": [{"type": "lora", "name": "glass", "weight": 0.8}],
            },
        },
    ),
]
