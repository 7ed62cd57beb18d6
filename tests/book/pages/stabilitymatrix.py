"""Stability Matrix: JSON beside AUTOMATIC1111's text."""

import json

from book.drawn import drawn_png
from book.page import Page
from container_bytes import text_chunk

TEXT = (
    "a windmill,\r\nautumn\r\nNegative prompt: cars\r\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 5, "
    "Seed: 18446744073709551614, Size: 1024x768, Model hash: ABCDEF, Model: fields.safetensors"
)
VALUES = {
    "PositivePrompt": "a windmill,\r\nautumn",
    "NegativePrompt": "cars\r\n",
    "Steps": 20,
    "Sampler": "DPM++ 2M Karras",
    "CfgScale": 5,
    "Seed": 18446744073709551614,
    "Height": 768,
    "Width": 1024,
    "ModelHash": "ABCDEF",
    "ModelName": "fields.safetensors",
    "FrameCount": 0,
    "Lossless": False,
    "VideoOutputMethod": None,
}
COMMON = {
    "format": "png",
    "width": 64,
    "height": 48,
    "generator": "stabilitymatrix",
    "prompt": "a windmill,\nautumn",
    "negative_prompt": "cars",
    "steps": 20,
    "sampler": "DPM++ 2M Karras",
    "scheduler": "Karras",
    "cfg_scale": 5.0,
    "seed": 18446744073709551614,
    "model": "fields.safetensors",
    "model_hash": "ABCDEF",
    "size": [1024, 768],
    "workflow": False,
    "problems": [],
}

PAGES = [
    Page(
        name="json.png",
        about="its own JSON, which wins over the text",
        data=drawn_png(text_chunk("parameters-json", json.dumps(VALUES)), text_chunk("parameters", TEXT)),
        expected={**COMMON, "source": "png:parameters-json", "extra": {"FrameCount": 0, "Lossless": False}},
    ),
    Page(
        name="project.png",
        about="only the text and the project it came from",
        data=drawn_png(
            text_chunk("parameters", TEXT), text_chunk("smproj", '{"Version":2,"ProjectType":"TextToImage"}')
        ),
        expected={**COMMON, "source": "png:parameters"},
    ),
]
