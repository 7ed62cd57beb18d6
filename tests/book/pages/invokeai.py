"""InvokeAI, from its first command lines to version 6."""

import json
from typing import Any

from book.drawn import drawn_jpeg, drawn_png
from book.page import Page
from container_bytes import compressed_chunk, segment, text_chunk

_FILE: dict[str, Any] = {"format": "png", "width": 64, "height": 48, "generator": "invokeai"}
_END: dict[str, Any] = {"workflow": False, "problems": []}

_SD_METADATA: dict[str, Any] = {
    "model": "stable diffusion",
    "model_weights": "harbour-1.5",
    "model_hash": "ab" * 32,
    "app_id": "invoke-ai/InvokeAI",
    "app_version": "2.3.0",
    "image": {
        "prompt": [{"prompt": "a ferry [rust, rain] at dawn", "weight": 1.0}],
        "steps": 40,
        "cfg_scale": 6,
        "threshold": 0,
        "height": 768,
        "width": 512,
        "seed": 2980747362,
        "type": "img2img",
        "strength": 0.65,
        "init_image_path": "ferry.png",
        "postprocessing": [{"type": "esrgan", "scale": 2, "strength": 0.75}],
        "sampler": "k_dpm_2",
        "variations": [{"seed": 5, "weight": 0.1}],
    },
}

_METADATA: dict[str, Any] = {
    "generation_mode": "sdxl_txt2img",
    "positive_prompt": "an observatory, stars",
    "negative_prompt": "clouds",
    "positive_style_prompt": "",
    "width": 1024,
    "height": 768,
    "seed": 4294967295,
    "rand_device": "cpu",
    "cfg_scale": 6.5,
    "steps": 30,
    "scheduler": "dpmpp_2m_k",
    "clip_skip": 0,
    "strength": 0.7,
    "model": {"key": "k-1", "hash": "blake3:aa11", "name": "Dome XL", "base": "sdxl", "type": "main"},
    "vae": {"key": "k-2", "hash": "blake3:bb22", "name": "sdxl-vae", "base": "sdxl", "type": "vae"},
    "loras": [
        {"model": {"key": "k-3", "name": "starlight", "base": "sdxl", "type": "lora"}, "weight": 0.75},
        {"model": {"key": "k-4", "name": "ink", "base": "sdxl", "type": "lora"}, "weight": -0.5},
    ],
    "controlnets": [
        {
            "control_model": {"key": "k-5", "name": "canny-xl", "base": "sdxl", "type": "controlnet"},
            "control_weight": 0.8,
            "control_mode": "balanced",
        }
    ],
    "hrf_enabled": True,
    "hrf_method": "ESRGAN",
    "hrf_strength": 0.45,
    "refiner_model": {"key": "k-6", "name": "refiner-xl", "base": "sdxl-refiner", "type": "main"},
    "refiner_steps": 20,
    "refiner_start": 0.8,
    "ref_images": [],
    "app_version": "5.9.1",
}


def _edge(source: str, output: str, target: str, name: str) -> dict[str, Any]:
    """One wire of a graph that ran."""
    return {"source": {"node_id": source, "field": output}, "destination": {"node_id": target, "field": name}}


_GRAPH: dict[str, Any] = {
    "id": "graph",
    "nodes": {
        "loader": {"id": "loader", "type": "main_model_loader", "model": {"name": "Dome 1.5", "base": "sd-1"}},
        "lora": {"id": "lora", "type": "lora_loader", "lora": {"name": "starlight"}, "weight": 0.6},
        "skip": {"id": "skip", "type": "clip_skip", "skipped_layers": 1},
        "words": {"id": "words", "type": "string", "value": "an observatory"},
        "yes": {"id": "yes", "type": "compel", "prompt": ""},
        "no": {"id": "no", "type": "compel", "prompt": "clouds"},
        "noise": {"id": "noise", "type": "noise", "seed": 1, "width": 640, "height": 512},
        "seeds": {"id": "seeds", "type": "range_of_size", "start": 754100013, "size": 1, "step": 1},
        "each": {"id": "each", "type": "iterate", "collection": [], "index": 0},
        "draw": {
            "id": "draw",
            "type": "denoise_latents",
            "is_intermediate": True,
            "steps": 25,
            "cfg_scale": 7.5,
            "scheduler": "euler",
            "denoising_start": 0.0,
            "latents": None,
        },
        "picture": {"id": "picture", "type": "l2i", "is_intermediate": False},
    },
    "edges": [
        _edge("loader", "unet", "lora", "unet"),
        _edge("loader", "clip", "skip", "clip"),
        _edge("lora", "unet", "draw", "unet"),
        _edge("skip", "clip", "yes", "clip"),
        _edge("words", "value", "yes", "prompt"),
        _edge("yes", "conditioning", "draw", "positive_conditioning"),
        _edge("no", "conditioning", "draw", "negative_conditioning"),
        _edge("seeds", "collection", "each", "collection"),
        _edge("each", "item", "noise", "seed"),
        _edge("noise", "noise", "draw", "noise"),
        _edge("draw", "latents", "picture", "latents"),
    ],
}


def _on_page(name: str, kind: str, *, final: bool = False, **values: Any) -> dict[str, Any]:
    """One node as it stands on the page of the workflow editor."""
    inputs = {key: {"name": key, "label": "", "value": value} for key, value in values.items()}
    data = {"id": name, "type": kind, "inputs": inputs, "isIntermediate": not final}
    return {"id": name, "type": "invocation", "data": data, "position": {"x": 0, "y": 0}}


def _wire(source: str, output: str, target: str, name: str) -> dict[str, Any]:
    """One wire on the page."""
    return {"source": source, "target": target, "sourceHandle": output, "targetHandle": name, "type": "default"}


_WORKFLOW: dict[str, Any] = {
    "name": "Flux",
    "nodes": [
        _on_page("loader", "flux_model_loader", model={"name": "FLUX Dev", "key": "k"}),
        _on_page("words", "flux_text_encoder", prompt="a comet over the bay"),
        _on_page(
            "draw", "flux_denoise", seed=99, width=1024, height=640, num_steps=28, guidance=4.0, denoising_start=0
        ),
        _on_page("picture", "flux_vae_decode", final=True),
    ],
    "edges": [
        _wire("loader", "transformer", "draw", "transformer"),
        _wire("words", "conditioning", "draw", "positive_text_conditioning"),
        _wire("draw", "latents", "picture", "latents"),
    ],
}

PAGES = [
    Page(
        name="invokeai-1-dream.png",
        about="the command line: values glued to their switches, what shall not be there in brackets",
        data=drawn_png(
            text_chunk(
                "Dream",
                '"a ferry at dawn [rust]" -s50 -S185272097 -W512 -H768 -C7.5 -Ak_lms -I "old ferry.png" -f 0.4 '
                "-G 0.8 -U 2 0.75 -V 3:0.1,4:0.2 --seamless -F",
            )
        ),
        expected={
            **_FILE,
            "source": "png:Dream",
            "prompt": "a ferry at dawn",
            "negative_prompt": "rust",
            "steps": 50,
            "sampler": "k_lms",
            "cfg_scale": 7.5,
            "seed": 185272097,
            "denoising_strength": 0.4,
            "size": [512, 768],
            "extra": {
                "init_img": "old ferry.png",
                "facetool_strength": 0.8,
                "upscale": [2, 0.75],
                "with_variations": "3:0.1,4:0.2",
                "seamless": True,
                "full_precision": True,
            },
            **_END,
        },
    ),
    Page(
        name="invokeai-2-dream-bare.png",
        about="a prompt without quotes, with a minus and angle brackets in it",
        data=drawn_png(text_chunk("Dream", "a half-built <ferry> -s 30 -S 7 -W 512 -H 512 -C 7.5 -A k_euler_a")),
        expected={
            **_FILE,
            "source": "png:Dream",
            "prompt": "a half-built <ferry>",
            "steps": 30,
            "sampler": "k_euler_a",
            "cfg_scale": 7.5,
            "seed": 7,
            "size": [512, 512],
            **_END,
        },
    ),
    Page(
        name="invokeai-1-mask.png",
        about="a command that draws nothing",
        data=drawn_png(text_chunk("Dream", "!mask ferry.png -tm funnel 0.5")),
        expected={**_FILE, "source": "png:Dream", "extra": {"Dream": "!mask ferry.png -tm funnel 0.5"}, **_END},
    ),
    Page(
        name="invokeai-2.3-sd-metadata.png",
        about="sd-metadata, compressed and behind the pixels, with the command beside it",
        data=drawn_png(
            text_chunk("Dream", '"a ferry [rust, rain] at dawn" -s 40'),
            after=compressed_chunk("sd-metadata", json.dumps(_SD_METADATA).encode()),
        ),
        expected={
            **_FILE,
            "generator_version": "2.3.0",
            "source": "png:sd-metadata",
            "prompt": "a ferry at dawn",
            "negative_prompt": "rust, rain",
            "steps": 40,
            "sampler": "k_dpm_2",
            "cfg_scale": 6.0,
            "seed": 2980747362,
            "model": "harbour-1.5",
            "model_hash": "ab" * 32,
            "denoising_strength": 0.65,
            "size": [512, 768],
            "extra": {
                "model": "stable diffusion",
                "app_id": "invoke-ai/InvokeAI",
                "threshold": 0,
                "type": "img2img",
                "init_image_path": "ferry.png",
                "postprocessing": [{"type": "esrgan", "scale": 2, "strength": 0.75}],
                "variations": [{"seed": 5, "weight": 0.1}],
                "Dream": '"a ferry [rust, rain] at dawn" -s 40',
            },
            **_END,
        },
    ),
    Page(
        name="invokeai-5-metadata.png",
        about="models as objects, LoRAs, ControlNet, a second pass and a refiner",
        data=drawn_png(text_chunk("invokeai_metadata", json.dumps(_METADATA))),
        expected={
            **_FILE,
            "generator_version": "5.9.1",
            "source": "png:invokeai_metadata",
            "prompt": "an observatory, stars",
            "negative_prompt": "clouds",
            "steps": 30,
            "sampler": "dpmpp_2m_k",
            "cfg_scale": 6.5,
            "seed": 4294967295,
            "model": "Dome XL",
            "model_hash": "blake3:aa11",
            "vae": "sdxl-vae",
            "clip_skip": 0,
            "denoising_strength": 0.7,
            "size": [1024, 768],
            "loras": [{"name": "starlight", "weight": 0.75}, {"name": "ink", "weight": -0.5}],
            "hires": {"enabled": True, "method": "ESRGAN", "strength": 0.45},
            "refiner": {"model": "refiner-xl", "steps": 20, "start": 0.8},
            "controlnets": [
                {
                    "model": "canny-xl",
                    "weight": 0.8,
                    "control_model": {"key": "k-5", "name": "canny-xl", "base": "sdxl", "type": "controlnet"},
                    "control_weight": 0.8,
                    "control_mode": "balanced",
                }
            ],
            "extra": {
                "generation_mode": "sdxl_txt2img",
                "rand_device": "cpu",
                "model": {"key": "k-1", "base": "sdxl", "type": "main"},
                "vae": {"key": "k-2", "hash": "blake3:bb22", "base": "sdxl", "type": "vae"},
                "loras": _METADATA["loras"],
                "refiner_model": {"key": "k-6", "base": "sdxl-refiner", "type": "main"},
                "ref_images": [],
            },
            **_END,
        },
    ),
    Page(
        name="invokeai-3-metadata.png",
        about="the names of version 3, the model as a bare text",
        data=drawn_png(
            text_chunk(
                "invokeai_metadata",
                json.dumps(
                    {
                        "app_version": "3.0.2",
                        "positive_prompt": "a comet",
                        "negative_prompt": "",
                        "width": 512,
                        "height": 512,
                        "seed": 12,
                        "cfg_scale": 7.5,
                        "steps": 15,
                        "scheduler": "euler",
                        "model": "comet-v1",
                        "loras": [{"lora": {"model_name": "tail", "base_model": "sd-1"}, "weight": 0.6}],
                        "controlnets": [],
                    }
                ),
            )
        ),
        expected={
            **_FILE,
            "generator_version": "3.0.2",
            "source": "png:invokeai_metadata",
            "prompt": "a comet",
            "steps": 15,
            "sampler": "euler",
            "cfg_scale": 7.5,
            "seed": 12,
            "model": "comet-v1",
            "size": [512, 512],
            "loras": [{"name": "tail", "weight": 0.6}],
            "extra": {"loras": [{"lora": {"model_name": "tail", "base_model": "sd-1"}, "weight": 0.6}]},
            **_END,
        },
    ),
    Page(
        name="invokeai-4-graph.png",
        about="nothing but the graph that ran: values are followed along its edges",
        data=drawn_png(text_chunk("invokeai_graph", json.dumps(_GRAPH))),
        expected={
            **_FILE,
            "source": "png:invokeai_graph",
            "prompt": "an observatory",
            "negative_prompt": "clouds",
            "steps": 25,
            "sampler": "euler",
            "cfg_scale": 7.5,
            "seed": 754100013,
            "model": "Dome 1.5",
            "clip_skip": 1,
            "size": [640, 512],
            "loras": [{"name": "starlight", "weight": 0.6}],
            "extra": {"denoising_start": 0.0},
            **_END,
            "workflow": True,
        },
    ),
    Page(
        name="invokeai-5-workflow.jpg",
        about="the page of the workflow editor, in the comment of a picture that was turned into JPEG",
        data=drawn_jpeg(segment(0xFE, b"invokeai_workflow: " + json.dumps(_WORKFLOW).encode())),
        expected={
            **_FILE,
            "format": "jpeg",
            "source": "jpeg:COM",
            "prompt": "a comet over the bay",
            "steps": 28,
            "seed": 99,
            "model": "FLUX Dev",
            "size": [1024, 640],
            "extra": {"guidance": 4.0, "denoising_start": 0},
            **_END,
            "workflow": True,
        },
    ),
]
