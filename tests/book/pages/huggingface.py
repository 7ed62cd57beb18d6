"""Apps on Hugging Face Spaces."""

import json

from book.drawn import drawn_png
from book.page import Page
from container_bytes import text_chunk

PAGES = [
    Page(
        name="huggingface-lora-upscaler.png",
        about="names of diffusers, a LoRA with its multiplier, an upscaler",
        data=drawn_png(
            text_chunk(
                "parameters",
                json.dumps(
                    {
                        "prompt": "a fox on a harbour wall",
                        "negative_prompt": "fog",
                        "resolution": "832 x 1216",
                        "guidance_scale": 7,
                        "num_inference_steps": 28,
                        "seed": 1234567,
                        "sampler": "DPM++ 2M Karras",
                        "sdxl_style": "(None)",
                        "use_lora": {"selected_lora": "tidal/foxes-xl", "multiplier": 0.8},
                        "use_upscaler": {"upscale_method": "nearest-exact", "upscale_by": 1.5},
                        "Model": "Harbour XL 2.0",
                        "Model hash": "a1b2c3d4e5",
                    }
                ),
            )
        ),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "huggingface",
            "source": "png:parameters",
            "prompt": "a fox on a harbour wall",
            "negative_prompt": "fog",
            "steps": 28,
            "sampler": "DPM++ 2M Karras",
            "scheduler": "Karras",
            "cfg_scale": 7.0,
            "seed": 1234567,
            "model": "Harbour XL 2.0",
            "model_hash": "a1b2c3d4e5",
            "size": [832, 1216],
            "loras": [{"name": "tidal/foxes-xl", "weight": 0.8}],
            "hires": {"upscale_method": "nearest-exact", "upscale_by": 1.5},
            "extra": {
                "sdxl_style": "(None)",
                "use_lora": {"selected_lora": "tidal/foxes-xl", "multiplier": 0.8},
            },
            "workflow": False,
            "problems": [],
        },
    )
]
