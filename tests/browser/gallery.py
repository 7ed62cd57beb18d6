"""A small library that looks like somebody's own: pictures with shapes, models, LoRAs, folders, days, and a film."""

import json
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from media.films import film
from pictures import graph

SUBJECTS: Final = (
    "red fox in a snowy forest, morning mist",
    "lighthouse at dusk, long exposure",
    "portrait of an old sailor, (soft light:1.3)",
    "castle above the clouds, by caspar david friedrich",
    "robot gardener, watering orchids",
    "city street at night, neon lights, rain",
)
MODELS: Final = ("juggernautXL_v9", "dreamshaper_8", "flux1-dev")
SHAPES: Final = ((512, 768), (768, 512), (640, 640), (832, 512))
PALETTES: Final = (
    ((38, 52, 84), (214, 150, 118), (52, 66, 82)),
    ((118, 164, 196), (232, 222, 200), (84, 112, 88)),
    ((20, 24, 44), (70, 84, 124), (28, 40, 58)),
    ((188, 120, 96), (244, 206, 160), (110, 70, 70)),
    ((150, 176, 170), (226, 232, 222), (72, 98, 96)),
    ((74, 48, 92), (226, 130, 134), (58, 40, 66)),
    ((210, 204, 190), (240, 236, 226), (140, 132, 118)),
)
"""Colours of the upper sky, of the horizon, and of the hills."""

NEWEST: Final = datetime(2025, 11, 20, 18, 30, tzinfo=UTC)


def make_gallery(folder: Path, count: int = 60) -> Path:
    """`count` pictures in three folders over twelve days, each fifth with a ComfyUI graph, and one film."""
    choose = random.Random(7)
    for number in range(count):
        subject = SUBJECTS[number % len(SUBJECTS)]
        shape = SHAPES[number % len(SHAPES)]
        path = folder / ("2025-10", "2025-11", "favourites of Anna")[number % 3] / f"{number:05}-{100_000 + number}.png"
        lora = f", <lora:detail_tweaker:{0.3 + number % 5 / 5:.1f}>" if number % 4 == 0 else ""
        prompt = f"{subject}{lora}, picture {number}"
        texts = (
            {"prompt": json.dumps(graph(prompt, seed=10**15 + number, model="flux1-dev.safetensors"))}
            if number % 5 == 4
            else {"parameters": _parameters(prompt, number, shape, choose)}
        )
        save_picture(path, texts, shape, number)
        when = (NEWEST - timedelta(days=number // 5, minutes=number * 7)).timestamp()
        os.utime(path, (when, when))
    clip = film(folder / "2025-11" / "waves.mp4", "libx264", frames=48, size=(640, 360))
    os.utime(clip, (NEWEST.timestamp() + 60, NEWEST.timestamp() + 60))
    return folder


def _parameters(prompt: str, number: int, shape: tuple[int, int], choose: random.Random) -> str:
    return (
        f"{prompt}\nNegative prompt: blurry, lowres, watermark\n"
        f"Steps: {20 + number % 3 * 5}, Sampler: {('Euler a', 'DPM++ 2M Karras')[number % 2]},"
        f" CFG scale: {choose.choice((4.5, 7, 9))}, Seed: {100_000 + number}, Size: {shape[0]}x{shape[1]},"
        f" Model hash: {'31e35c80fc'[number % 3 :]}, Model: {MODELS[number % 3]}"
    )


def save_picture(path: Path, texts: dict[str, str], shape: tuple[int, int], number: int) -> Path:
    """A PNG of a landscape with these text chunks."""
    info = PngInfo()
    for key, value in texts.items():
        info.add_text(key, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(painting(shape, number)).save(path, pnginfo=info, compress_level=1)
    return path


def painting(shape: tuple[int, int], number: int) -> NDArray[np.uint8]:
    """A sky that fades, a sun or moon in it, and three rows of hills: (height, width, 3)."""
    choose = np.random.default_rng(number)
    width, height = shape
    x, y = np.arange(width) / width, np.arange(height)[:, None] / height
    top, bottom, hills = np.asarray(PALETTES[number % len(PALETTES)], dtype=float)
    picture: NDArray[np.float64] = top + (bottom - top) * y[..., None] + np.zeros((1, width, 1))
    sun_x, sun_y, radius = choose.uniform(0.2, 0.8), choose.uniform(0.15, 0.4), choose.uniform(0.04, 0.1)
    away = np.hypot((x - sun_x) * width, (y - sun_y) * height) / min(shape)
    picture += (255 - picture) * np.clip(1.2 - away / radius, 0, 0.85)[..., None]
    for layer in range(3):
        waves = np.zeros(width)
        for _ in range(3):
            waves += choose.uniform(0.02, 0.06) * np.sin(x * choose.uniform(3, 14) + choose.uniform(0, 6))
        ground = y > 0.55 + layer * 0.15 + waves
        land: NDArray[np.float64] = hills * (1 - layer * 0.3) + bottom * 0.2
        np.copyto(picture, land, where=ground[..., None])
    return picture.clip(0, 255).astype(np.uint8)
