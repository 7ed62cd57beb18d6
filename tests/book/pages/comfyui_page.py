"""ComfyUI files that hold only the page's graph, of the first pages and of the newest."""

import json
from typing import Any

from book.drawn import drawn_png
from book.page import Page
from container_bytes import text_chunk


def _slot(name: str, kind: str, link: int | None = None, *, widget: bool = False) -> dict[str, Any]:
    return {"name": name, "type": kind, "link": link} | ({"widget": {"name": name}} if widget else {})


def _node(number: int, kind: str, values: list[Any], *inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    outputs = [{"name": name, "type": name} for name in more.pop("outputs", ())]
    return {
        "id": number, "type": kind, "pos": [60 * number, 40], "size": [315, 98], "flags": {}, "order": number,
        "mode": 0, "inputs": list(inputs), "outputs": outputs, "properties": {"Node name for S&R": kind},
        "widgets_values": values, **more,
    }  # fmt: skip


_CLASSIC: dict[str, Any] = {
    "last_node_id": 13,
    "last_link_id": 14,
    "nodes": [
        _node(1, "CheckpointLoaderSimple", ["harbour_v2.safetensors"], outputs=("MODEL", "CLIP", "VAE")),
        _node(
            2, "LoraLoader", ["storm.safetensors", 0.8, 0.8], _slot("model", "MODEL", 1), _slot("clip", "CLIP", 2),
            outputs=("MODEL", "CLIP"), mode=4,
        ),
        _node(
            3, "LoraLoader", ["lantern.safetensors", 0.5, 0.25], _slot("model", "MODEL", 3), _slot("clip", "CLIP", 4),
            outputs=("MODEL", "CLIP"),
        ),
        _node(4, "CLIPTextEncode", ["a lighthouse at dusk"], _slot("clip", "CLIP", 5), outputs=("CONDITIONING",)),
        _node(5, "CLIPTextEncode", ["fog, rain"], _slot("clip", "CLIP", 6), outputs=("CONDITIONING",)),
        _node(6, "PrimitiveNode", [18446744073709551615, "randomize"], outputs=("INT",)),
        _node(7, "EmptyLatentImage", [832, 1216, 1], outputs=("LATENT",)),
        _node(8, "Reroute", [], _slot("", "*", 7), outputs=("CONDITIONING",)),
        _node(
            9, "KSampler", [18446744073709551615, "randomize", 28, 6.5, "dpmpp_2m", "karras", 1],
            _slot("model", "MODEL", 8), _slot("positive", "CONDITIONING", 9), _slot("negative", "CONDITIONING", 10),
            _slot("latent_image", "LATENT", 11), _slot("seed", "INT", 12, widget=True), outputs=("LATENT",),
        ),
        _node(10, "VAEDecode", [], _slot("samples", "LATENT", 13), _slot("vae", "VAE", 14), outputs=("IMAGE",)),
        _node(11, "SaveImage", ["dusk"], _slot("images", "IMAGE", 15)),
        _node(12, "Note", ["Negative prompt: this is only a note"]),
    ],
    "links": [
        [1, 1, 0, 2, 0, "MODEL"], [2, 1, 1, 2, 1, "CLIP"], [3, 2, 0, 3, 0, "MODEL"], [4, 2, 1, 3, 1, "CLIP"],
        [5, 3, 1, 4, 0, "CLIP"], [6, 3, 1, 5, 0, "CLIP"], [7, 4, 0, 8, 0, "CONDITIONING"], [8, 3, 0, 9, 0, "MODEL"],
        [9, 8, 0, 9, 1, "CONDITIONING"], [10, 5, 0, 9, 2, "CONDITIONING"], [11, 7, 0, 9, 3, "LATENT"],
        [12, 6, 0, 9, 4, "INT"], [13, 9, 0, 10, 0, "LATENT"], [14, 1, 2, 10, 1, "VAE"], [15, 10, 0, 11, 0, "IMAGE"],
    ],
    "groups": [], "config": {}, "extra": {}, "version": 0.4,
}  # fmt: skip
"""A bypassed LoRA and one that counts, a seed from a primitive node, a reroute and a note."""

_INSIDE: dict[str, Any] = {
    "id": "5a1d7c1e-0000-4000-8000-00000000f0f0", "version": 1, "name": "Text to picture",
    "inputs": [
        {"id": "i1", "name": "text", "type": "STRING", "linkIds": [21]},
        {"id": "i2", "name": "model", "type": "MODEL", "linkIds": [22]},
        {"id": "i3", "name": "seed", "type": "INT", "linkIds": [23]},
    ],
    "outputs": [{"id": "o1", "name": "LATENT", "type": "LATENT", "linkIds": [27]}],
    "nodes": [
        _node(1, "CLIPLoader", ["qwen.safetensors", "qwen_image", "default"], outputs=("CLIP",)),
        _node(
            2, "CLIPTextEncode", ["as it was when it was packed"], _slot("clip", "CLIP", 24),
            _slot("text", "STRING", 21, widget=True), outputs=("CONDITIONING",),
        ),
        _node(3, "EmptySD3LatentImage", [1024, 768, 1], outputs=("LATENT",)),
        _node(
            4, "KSampler", [1, "fixed", 8, 1, "euler", "simple", 1], _slot("model", "MODEL", 22),
            _slot("positive", "CONDITIONING", 25), _slot("negative", "CONDITIONING", 28),
            _slot("latent_image", "LATENT", 26), _slot("seed", "INT", 23, widget=True), outputs=("LATENT",),
        ),
        _node(5, "CLIPTextEncode", ["blurry"], _slot("clip", "CLIP", 29), outputs=("CONDITIONING",)),
    ],
    "links": [
        {"id": number, "origin_id": origin, "origin_slot": output, "target_id": target, "target_slot": place,
         "type": kind}
        for number, origin, output, target, place, kind in (
            (21, -10, 0, 2, 1, "STRING"), (22, -10, 1, 4, 0, "MODEL"), (23, -10, 2, 4, 4, "INT"),
            (24, 1, 0, 2, 0, "CLIP"), (25, 2, 0, 4, 1, "CONDITIONING"), (26, 3, 0, 4, 3, "LATENT"),
            (27, 4, 0, -20, 0, "LATENT"), (28, 5, 0, 4, 2, "CONDITIONING"), (29, 1, 0, 5, 0, "CLIP"),
        )
    ],
}  # fmt: skip

_PACKED: dict[str, Any] = {
    "id": "0a1d7c1e-0000-4000-8000-00000000f0f0", "revision": 0, "last_node_id": 6, "last_link_id": 16,
    "nodes": [
        _node(1, "UNETLoader", ["fox_dit.safetensors", "default"], outputs=("MODEL",)),
        _node(2, "SetNode", ["fox"], _slot("MODEL", "MODEL", 11), outputs=("*",)),
        _node(3, "GetNode", ["fox"], outputs=("MODEL",)),
        _node(4, _INSIDE["id"], ["a fox in snow", 4711], _slot("model", "MODEL", 12), outputs=("LATENT",)),
        _node(5, "VAEDecode", [], _slot("samples", "LATENT", 13), _slot("vae", "VAE", 14), outputs=("IMAGE",)),
        _node(6, "SaveImage", ["fox"], _slot("images", "IMAGE", 15)),
        _node(7, "VAELoader", ["fox_vae.safetensors"], outputs=("VAE",)),
    ],
    "links": [
        [11, 1, 0, 2, 0, "MODEL"], [12, 3, 0, 4, 0, "MODEL"], [13, 4, 0, 5, 0, "LATENT"], [14, 7, 0, 5, 1, "VAE"],
        [15, 5, 0, 6, 0, "IMAGE"],
    ],
    "groups": [], "definitions": {"subgraphs": [_INSIDE]}, "config": {},
    "extra": {"ds": {"scale": 1, "offset": [0, 0]}, "frontendVersion": "1.47.10"}, "version": 0.4,
}  # fmt: skip
"""A subgraph whose text and seed are set outside, and a model handed on by name. Unused widgets have no slot."""

_BOTH: dict[str, Any] = {
    "format": "png", "width": 64, "height": 48, "generator": "comfyui", "source": "png:workflow", "workflow": True,
    "problems": [],
}  # fmt: skip

PAGES = [
    Page(
        name="comfyui-page-classic.png",
        about="only `workflow`, as the first pages wrote it: values by position, a bypassed LoRA, a primitive seed",
        data=drawn_png(text_chunk("workflow", json.dumps(_CLASSIC))),
        expected=_BOTH | {
            "prompt": "a lighthouse at dusk",
            "negative_prompt": "fog, rain",
            "steps": 28,
            "sampler": "dpmpp_2m",
            "scheduler": "karras",
            "cfg_scale": 6.5,
            "seed": 18446744073709551615,
            "model": "harbour_v2.safetensors",
            "denoising_strength": 1.0,
            "size": [832, 1216],
            "loras": [{"name": "lantern.safetensors", "weight": 0.5}],
        },
    ),
    Page(
        name="comfyui-page-subgraph.png",
        about="only `workflow`, with a subgraph whose text and seed are set on its node, and Set/Get nodes",
        data=drawn_png(text_chunk("workflow", json.dumps(_PACKED))),
        expected=_BOTH | {
            "prompt": "a fox in snow",
            "negative_prompt": "blurry",
            "steps": 8,
            "sampler": "euler",
            "scheduler": "simple",
            "cfg_scale": 1.0,
            "seed": 4711,
            "model": "fox_dit.safetensors",
            "vae": "fox_vae.safetensors",
            "denoising_strength": 1.0,
            "size": [1024, 768],
        },
    ),
]  # fmt: skip
