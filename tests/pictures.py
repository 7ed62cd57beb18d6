"""Makes real picture files with the metadata that generators write, for tests."""

import json
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SUBJECTS = ("castle", "fox", "lighthouse", "robot", "forest")
MODELS = ("juggernaut_reborn", "sd_xl_base_1.0")


def parameters(prompt: str, *, seed: int, steps: int = 20, model: str = MODELS[0], sampler: str = "Euler a") -> str:
    """A text as AUTOMATIC1111 writes it."""
    return (
        f"{prompt}\nNegative prompt: blurry, lowres\n"
        f"Steps: {steps}, Sampler: {sampler}, CFG scale: 7, Seed: {seed}, Size: 512x512, "
        f"Model hash: 31e35c80fc, Model: {model}"
    )


def graph(prompt: str, *, seed: int, steps: int = 25, model: str = "flux1-dev.safetensors") -> dict[str, Any]:
    """A graph as ComfyUI writes it."""
    return {
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": seed,
                "steps": steps,
                "cfg": 6.5,
                "sampler_name": "euler_ancestral",
                "scheduler": "karras",
                "denoise": 1.0,
                "model": ["4", 0],
                "positive": ["6", 0],
                "negative": ["7", 0],
                "latent_image": ["5", 0],
            },
        },
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": model}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 640, "height": 384, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": prompt, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}},
    }


def save_png(path: Path, *, texts: dict[str, str], size: tuple[int, int] = (96, 64), colour: int = 0) -> Path:
    """A PNG of one colour with these text chunks."""
    info = PngInfo()
    for key, value in texts.items():
        info.add_text(key, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (colour * 37 % 256, colour * 91 % 256, colour * 53 % 256)).save(path, pnginfo=info)
    return path


def save_jpeg(path: Path, *, comment: str, size: tuple[int, int] = (64, 96), colour: int = 0) -> Path:
    """A JPEG of one colour with this EXIF UserComment (UNICODE, big endian, as AUTOMATIC1111 writes it)."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + comment.encode("utf-16-be")
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (colour * 59 % 256, colour * 17 % 256, colour * 29 % 256)).save(path, exif=exif)
    return path


def make_library(folder: Path, count: int = 40) -> Path:
    """`count` pictures of several shapes, subjects, models and generators in three folders; each fifth is ComfyUI's."""
    for number in range(count):
        prompt = f"a {SUBJECTS[number % len(SUBJECTS)]} in the (morning mist:1.2), picture {number}"
        shape = ((96, 64), (64, 96), (80, 80))[number % 3]
        name = f"{number:05}-{1000 + number}"
        if number % 5 == 4:
            texts = {"prompt": json.dumps(graph(prompt, seed=2**64 - 1 - number))}
            save_png(folder / "comfyui" / f"{name}.png", texts=texts, size=shape, colour=number)
        elif number % 5 == 3:
            save_jpeg(folder / "jpeg" / f"{name}.jpg", comment=parameters(prompt, seed=1000 + number), colour=number)
        else:
            texts = {"parameters": parameters(prompt, seed=1000 + number, steps=10 + number, model=MODELS[number % 2])}
            save_png(folder / "txt2img" / f"{name}.png", texts=texts, size=shape, colour=number)
    return folder
