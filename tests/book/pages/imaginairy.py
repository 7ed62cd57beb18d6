"""imaginAIry."""

import json

from book.drawn import with_exif
from book.page import Page
from container_bytes import USER_COMMENT, exif

_OLD = {
    "prompt": {
        "software": "imaginairy",
        "prompts": [[1, "a bowl of plums"]],
        "prompt_strength": 7.5,
        "init_image": None,
        "init_image_strength": 0.3,
        "steps": 40,
        "height": 512,
        "width": 768,
        "fix_faces": False,
        "sampler_type": "PLMS",
    }
}
_NEW = {
    "prompt": {
        "prompt": [{"text": "a bowl of plums", "weight": 1.0}, {"text": "frost", "weight": 0.5}],
        "negative_prompt": [{"text": "grain", "weight": 1.0}],
        "prompt_strength": 6.0,
        "model_weights": {"name": "SDXL", "aliases": ["sdxl"]},
        "solver_type": "ddim",
        "seed": 77,
        "steps": 30,
        "size": [1024, 640],
    }
}

PAGES = [
    Page(
        name="imaginairy-1.jpg",
        about="the seed in the description, the model in the program's name",
        data=with_exif(
            exif(
                {
                    0x010E: b'?  : "a bowl of plums" 768x512px seed:293284644 prompt-strength:7.5 steps:40\0',
                    0x0131: b"Imaginairy / Stable Diffusion v1.4\0",
                },
                sub={USER_COMMENT: json.dumps(_OLD).encode()},
            )
        ),
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "imaginairy",
            "source": "exif:UserComment",
            "prompt": "a bowl of plums",
            "steps": 40,
            "sampler": "PLMS",
            "cfg_scale": 7.5,
            "seed": 293284644,
            "model": "Stable Diffusion v1.4",
            "size": [768, 512],
            "extra": {"software": "imaginairy", "init_image_strength": 0.3, "fix_faces": False},
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="imaginairy-14.jpg",
        about="weighted prompts and the model as objects",
        data=with_exif(
            exif(
                {0x0131: b"Imaginairy / Stable Diffusion SDXL\0"},
                sub={USER_COMMENT: json.dumps(_NEW).encode()},
            )
        ),
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "imaginairy",
            "source": "exif:UserComment",
            "prompt": "1.0*(a bowl of plums)|0.5*(frost)",
            "negative_prompt": "grain",
            "steps": 30,
            "sampler": "ddim",
            "cfg_scale": 6.0,
            "seed": 77,
            "model": "SDXL",
            "size": [1024, 640],
            "extra": {
                "prompt": [{"text": "a bowl of plums", "weight": 1.0}, {"text": "frost", "weight": 0.5}],
                "model_weights": {"name": "SDXL", "aliases": ["sdxl"]},
            },
            "workflow": False,
            "problems": [],
        },
    ),
]
