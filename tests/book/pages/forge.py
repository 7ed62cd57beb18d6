"""Forge and its children, told from AUTOMATIC1111 by their versions."""

from typing import Any

from book.drawn import drawn_png
from book.page import Page
from container_bytes import text_chunk

BEGIN = "a pier at night\nNegative prompt: people\n"
SEEN: dict[str, Any] = {
    "format": "png",
    "width": 64,
    "height": 48,
    "generator": "forge",
    "source": "png:parameters",
    "prompt": "a pier at night",
    "negative_prompt": "people",
    "workflow": False,
    "problems": [],
}

PAGES = [
    Page(
        name="flux.png",
        about="a Flux model: distilled CFG scale, modules, low bits",
        data=drawn_png(
            text_chunk(
                "parameters",
                BEGIN + "Steps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, "
                "Seed: 77, Size: 896x1152, Model hash: 275ef623d3, Model: flux_harbour, "
                "Diffusion in Low Bits: bnb-nf4 (fp16 LoRA), Hires Module 1: Use same choices, Hires CFG Scale: 1, "
                "Version: f2.0.1v1.10.1-previous-665-gae278f79, Module 1: ae, Module 2: clip_l, Module 3: t5xxl_fp16",
            )
        ),
        expected={
            **SEEN,
            "generator_version": "f2.0.1v1.10.1-previous-665-gae278f79",
            "steps": 20,
            "sampler": "Euler",
            "scheduler": "Simple",
            "cfg_scale": 1.0,
            "seed": 77,
            "model": "flux_harbour",
            "model_hash": "275ef623d3",
            "size": [896, 1152],
            "hires": {"module_1": "Use same choices", "cfg_scale": 1},
            "extra": {
                "Distilled CFG Scale": "3.5",
                "Diffusion in Low Bits": "bnb-nf4 (fp16 LoRA)",
                "Module 1": "ae",
                "Module 2": "clip_l",
                "Module 3": "t5xxl_fp16",
            },
        },
    ),
    *(
        Page(
            name=f"{version.partition('-')[0]}.png",
            about=f"Version: {version}",
            data=drawn_png(
                text_chunk(
                    "parameters",
                    f"{BEGIN}Steps: 8, Sampler: Euler a, Schedule type: Automatic, CFG scale: 6, Seed: 1, "
                    f"Size: 64x64, Model: piers, Shift: 3, RNG: CPU, Version: {version}",
                )
            ),
            expected={
                **SEEN,
                "generator_version": version,
                "steps": 8,
                "sampler": "Euler a",
                "scheduler": "Automatic",
                "cfg_scale": 6.0,
                "seed": 1,
                "model": "piers",
                "size": [64, 64],
                "extra": {"Shift": "3", "RNG": "CPU"},
            },
        )
        for version in ("neo", "classic", "f1.0.0v2-v1.10.1RC-latest-2498-g5120e679")
    ),
]
