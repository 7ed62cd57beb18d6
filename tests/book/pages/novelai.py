"""NovelAI, version 1 to 4.5."""

import json
from typing import Any

from book.drawn import drawn_png, drawn_webp, hidden_png
from book.page import Page
from container_bytes import USER_COMMENT, exif, text_chunk

_V4: dict[str, Any] = {
    "prompt": "two sailors, harbour",
    "steps": 28,
    "height": 1216,
    "width": 832,
    "scale": 5.5,
    "cfg_rescale": 0.2,
    "seed": 4091185279,
    "n_samples": 1,
    "noise_schedule": "karras",
    "sampler": "k_euler_ancestral",
    "v4_prompt": {
        "caption": {
            "base_caption": "two sailors, harbour",
            "char_captions": [{"char_caption": "old man, pipe", "centers": [{"x": 0.3, "y": 0.5}]}],
        },
        "use_coords": True,
    },
    "v4_negative_prompt": {"caption": {"base_caption": "lowres", "char_captions": []}},
    "controlnet_model": None,
    "uc": "lowres",
    "request_type": "PromptGenerateRequest",
    "signed_hash": "c2lnbmVk",
}
_V4_EXTRA: dict[str, Any] = {
    "cfg_rescale": 0.2,
    "n_samples": 1,
    "v4_prompt": _V4["v4_prompt"],
    "v4_negative_prompt": _V4["v4_negative_prompt"],
    "controlnet_model": None,
    "request_type": "PromptGenerateRequest",
    "signed_hash": "c2lnbmVk",
    "Title": "NovelAI generated image",
    "Software": "NovelAI",
    "Generation time": "3.5",
}
_V4_RECIPE: dict[str, Any] = {
    "generator": "novelai",
    "prompt": "two sailors, harbour",
    "negative_prompt": "lowres",
    "steps": 28,
    "sampler": "k_euler_ancestral",
    "scheduler": "karras",
    "cfg_scale": 5.5,
    "seed": 4091185279,
    "model": "NovelAI Diffusion V4.5",
    "model_hash": "1229B44F",
    "size": [832, 1216],
    "extra": _V4_EXTRA,
    "workflow": False,
    "problems": [],
}
_WEBP = {
    "Comment": json.dumps(_V4),
    "Description": "\0\0\0\0two sailors, harbour",
    "Generation time": "3.5",
    "Software": "NovelAI",
    "Source": "NovelAI Diffusion V4.5 1229B44F",
    "Title": "NovelAI generated image",
}

PAGES = [
    Page(
        name="novelai-1.png",
        about="version 1: the prompt in the description, a picture to begin with",
        data=drawn_png(
            text_chunk("Title", "AI generated image"),
            text_chunk("Description", "a lighthouse, {storm}"),
            text_chunk("Software", "NovelAI"),
            text_chunk("Source", "Stable Diffusion 1D44365E"),
            text_chunk(
                "Comment",
                json.dumps(
                    {
                        "steps": 50,
                        "sampler": "k_euler_ancestral",
                        "seed": 2253955223,
                        "strength": 0.4,
                        "noise": 0.0,
                        "scale": 10.0,
                        "uc": "lowres, text",
                    }
                ),
            ),
        ),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "novelai",
            "source": "png:Comment",
            "prompt": "a lighthouse, {storm}",
            "negative_prompt": "lowres, text",
            "steps": 50,
            "sampler": "k_euler_ancestral",
            "cfg_scale": 10.0,
            "seed": 2253955223,
            "model": "Stable Diffusion",
            "model_hash": "1D44365E",
            "denoising_strength": 0.4,
            "extra": {"noise": 0.0, "Title": "AI generated image", "Software": "NovelAI"},
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="novelai-4.5.png",
        about="version 4.5: characters with prompts of their own",
        data=drawn_png(
            text_chunk("Title", "NovelAI generated image"),
            text_chunk("Description", "two sailors, harbour"),
            text_chunk("Software", "NovelAI"),
            text_chunk("Source", "NovelAI Diffusion V4.5 1229B44F"),
            text_chunk("Generation time", "3.5"),
            text_chunk("Comment", json.dumps(_V4)),
        ),
        expected={"format": "png", "width": 64, "height": 48, "source": "png:Comment", **_V4_RECIPE},
    ),
    Page(
        name="novelai-4.5.webp",
        about="the same in a WebP: JSON in JSON, with four NUL before the description",
        data=drawn_webp(
            exif(
                {0x010D: b"NovelAI generated image\0", 0x0131: b"NovelAI Diffusion V4.5 1229B44F\0"},
                sub={USER_COMMENT: b"ASCII\0\0\0" + json.dumps(_WEBP).encode()},
                order=">",
            )
        ),
        expected={"format": "webp", "width": 64, "height": 48, "source": "exif:UserComment", **_V4_RECIPE},
    ),
    Page(
        name="novelai-hidden.png",
        about="without any text chunk: all of it in the lowest bits of alpha",
        data=hidden_png(
            json.dumps(
                {
                    "Description": "a gull on a mast",
                    "Software": "NovelAI",
                    "Source": "Stable Diffusion XL 7BCCAA2C",
                    "Comment": json.dumps(
                        {"prompt": "a gull on a mast", "steps": 28, "seed": 41, "scale": 6.0, "uc": "fog"}
                    ),
                }
            ).encode()
        ),
        expected={
            "format": "png",
            "width": 96,
            "height": 64,
            "generator": "novelai",
            "source": "stealth:alpha",
            "prompt": "a gull on a mast",
            "negative_prompt": "fog",
            "steps": 28,
            "cfg_scale": 6.0,
            "seed": 41,
            "model": "Stable Diffusion XL",
            "model_hash": "7BCCAA2C",
            "extra": {"Software": "NovelAI"},
            "workflow": False,
            "problems": [],
        },
    ),
]
