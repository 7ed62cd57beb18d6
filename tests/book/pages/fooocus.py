"""Fooocus, both schemes, and what its older versions wrote."""

import json

from book.drawn import drawn_png, with_exif
from book.page import Page
from container_bytes import exif, text_chunk

PAGES = [
    Page(
        name="fooocus-json.png",
        about="scheme fooocus: the seed as a text, the size as a Python pair, LoRAs with hashes, a refiner",
        data=drawn_png(
            text_chunk(
                "parameters",
                json.dumps(
                    {
                        "adm_guidance": "(1.5, 0.8, 0.3)",
                        "base_model": "harbour_xl",
                        "base_model_hash": "0123456789",
                        "clip_skip": 2,
                        "full_negative_prompt": ["ugly", "flat light"],
                        "full_prompt": ["cinematic still a red boat . moody", "a red boat, highly detailed"],
                        "guidance_scale": 4,
                        "lora_combined_1": "offset : 0.1",
                        "loras": [["offset", 0.1, "4852686128"], ["waves", -0.5, "99aabbccdd"]],
                        "metadata_scheme": "fooocus",
                        "negative_prompt": "flat light",
                        "performance": "Speed",
                        "prompt": "a red boat",
                        "prompt_expansion": "a red boat, highly detailed",
                        "refiner_model": "harbour_refiner",
                        "refiner_model_hash": "5566778899",
                        "refiner_switch": 0.6,
                        "resolution": "(1152, 896)",
                        "sampler": "dpmpp_2m_sde_gpu",
                        "scheduler": "karras",
                        "seed": "6952411511246973023",
                        "sharpness": 2,
                        "steps": 30,
                        "styles": "['Fooocus V2', 'SAI Cinematic']",
                        "vae": "Default (model)",
                        "version": "Fooocus v2.5.5",
                    }
                ),
            ),
            text_chunk("fooocus_scheme", "fooocus"),
        ),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "fooocus",
            "generator_version": "Fooocus v2.5.5",
            "source": "png:parameters",
            "prompt": "a red boat",
            "negative_prompt": "flat light",
            "steps": 30,
            "sampler": "dpmpp_2m_sde_gpu",
            "scheduler": "karras",
            "cfg_scale": 4.0,
            "seed": 6952411511246973023,
            "model": "harbour_xl",
            "model_hash": "0123456789",
            "vae": "Default (model)",
            "clip_skip": 2,
            "size": [1152, 896],
            "loras": [{"name": "offset", "weight": 0.1}, {"name": "waves", "weight": -0.5}],
            "refiner": {"model": "harbour_refiner", "model_hash": "5566778899", "switch": 0.6},
            "extra": {
                "adm_guidance": "(1.5, 0.8, 0.3)",
                "full_negative_prompt": ["ugly", "flat light"],
                "full_prompt": ["cinematic still a red boat . moody", "a red boat, highly detailed"],
                "lora_combined_1": "offset : 0.1",
                "loras": [["offset", 0.1, "4852686128"], ["waves", -0.5, "99aabbccdd"]],
                "metadata_scheme": "fooocus",
                "performance": "Speed",
                "prompt_expansion": "a red boat, highly detailed",
                "sharpness": 2,
                "styles": "['Fooocus V2', 'SAI Cinematic']",
            },
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="fooocus-text.jpg",
        about="scheme a1111 in EXIF, where the prompt is the full one and LoRA weights stand in a list of their own",
        data=with_exif(
            exif(
                {
                    0x0131: b"Fooocus v2.5.5\0",
                    0x927C: b"a1111\0",
                    0x9286: (
                        b"cinematic still a red boat . moody, a red boat, highly detailed\n"
                        b"Negative prompt: ugly, flat light\n"
                        b"Steps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 42, Size: 1152x896, CFG scale: 4, "
                        b'Sharpness: 2, ADM Guidance: "(1.5, 0.8, 0.3)", Model: harbour_xl, Model hash: 0123456789, '
                        b"Performance: Speed, Scheduler: karras, VAE: Default (model), Raw prompt: a red boat, "
                        b'Raw negative prompt: flat light, Lora hashes: "offset: 4852686128, waves: 99aabbccdd", '
                        b'Lora weights: "offset: 0.1, waves: -0.5", Version: Fooocus v2.5.5\0'
                    ),
                },
                order=">",
                kind=2,
            )
        ),
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "fooocus",
            "generator_version": "Fooocus v2.5.5",
            "source": "exif:UserComment",
            "prompt": "cinematic still a red boat . moody, a red boat, highly detailed",
            "negative_prompt": "ugly, flat light",
            "steps": 30,
            "sampler": "DPM++ 2M SDE Karras",
            "scheduler": "karras",
            "cfg_scale": 4.0,
            "seed": 42,
            "model": "harbour_xl",
            "model_hash": "0123456789",
            "vae": "Default (model)",
            "size": [1152, 896],
            "loras": [{"name": "offset", "weight": 0.1}, {"name": "waves", "weight": -0.5}],
            "extra": {
                "Sharpness": "2",
                "ADM Guidance": "(1.5, 0.8, 0.3)",
                "Performance": "Speed",
                "Raw prompt": "a red boat",
                "Raw negative prompt": "flat light",
                "Lora hashes": "offset: 4852686128, waves: 99aabbccdd",
                "Lora weights": "offset: 0.1, waves: -0.5",
            },
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="fooocus-first-versions.png",
        about="names with blanks, as in the log of the first versions; LoRAs as texts, one of them switched off",
        data=drawn_png(
            text_chunk(
                "parameters",
                json.dumps(
                    {
                        "Prompt": "a red boat",
                        "Negative Prompt": "",
                        "Performance": "Quality",
                        "Resolution": "(896, 1152)",
                        "Sharpness": 2.0,
                        "Guidance Scale": 7.0,
                        "Base Model": "harbour_xl.safetensors",
                        "Refiner Model": "None",
                        "Refiner Switch": 0.8,
                        "Sampler": "dpmpp_2m_sde_gpu",
                        "Scheduler": "karras",
                        "Seed": 5,
                        "LoRA 1": "True : offset.safetensors : 0.1",
                        "LoRA 2": "False : waves.safetensors : 1.0",
                        "Version": "v2.1.8",
                    }
                ),
            )
        ),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "fooocus",
            "generator_version": "v2.1.8",
            "source": "png:parameters",
            "prompt": "a red boat",
            "sampler": "dpmpp_2m_sde_gpu",
            "scheduler": "karras",
            "cfg_scale": 7.0,
            "seed": 5,
            "model": "harbour_xl.safetensors",
            "size": [896, 1152],
            "loras": [{"name": "offset.safetensors", "weight": 0.1}],
            "extra": {
                "Performance": "Quality",
                "Sharpness": 2.0,
                "Refiner Model": "None",
                "Refiner Switch": 0.8,
                "LoRA 2": "False : waves.safetensors : 1.0",
            },
            "workflow": False,
            "problems": [],
        },
    ),
]
