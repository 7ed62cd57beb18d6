"""Makes a library of small pictures with the metadata that generators write.

    python -m bench.libraries FOLDER --files 200000

The same number and seed always give the same library. Pictures are small (a few kB), prompts are not: their words
follow Zipf's law, some images share a prompt, and every folder mixes formats as a real output folder does.
"""

import argparse
import io
import json
import os
import random
import struct
import time
import zlib
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from PIL import Image

FIRST_DAY = 1_672_531_200
"""2023-01-01: the date of the oldest picture, Unix seconds."""

SIZES = ((512, 512), (512, 768), (768, 512), (832, 1216), (1024, 1024), (1216, 832))
SAMPLERS = ("Euler a", "Euler", "DPM++ 2M", "DPM++ SDE", "DPM++ 2M SDE", "DDIM", "UniPC", "LCM")
SCHEDULERS = ("Karras", "Automatic", "Exponential", "SGM Uniform")
COMFY_SAMPLERS = ("euler", "euler_ancestral", "dpmpp_2m", "dpmpp_sde", "uni_pc")
COMFY_SCHEDULERS = ("normal", "karras", "simple", "sgm_uniform")
COMMON_WORDS = """masterpiece, best quality, portrait of a woman, castle, dragon, forest, night sky, cyberpunk street,
cat, fox, detailed eyes, cinematic lighting, (highly detailed:1.2), oil painting, watercolor, snow, mountain, river,
old man, knight in armor, space ship, volumetric light, sharp focus, 35mm photo, bokeh, red dress, blue hair,
<lora:detail:0.8>, by van gogh, anime style, studio ghibli, sunset, underwater, steampunk, ruins, flower field
"""
NEGATIVES = (
    "",
    "blurry",
    "lowres, bad anatomy, bad hands, text, error, missing fingers, extra digit, cropped, worst quality, low quality",
    "(worst quality, low quality:1.4), watermark, signature, username",
    "easynegative, bad-hands-5, deformed, ugly, duplicate",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a library is laid out. files: how many; per_folder: files in one folder; seed: same seed, same library."""

    files: int
    per_folder: int = 1000
    seed: int = 1


class Prompts:
    """Prompts whose words are common and rare as in real ones."""

    def __init__(self, chance: random.Random, words: int = 20_000) -> None:
        self._chance = chance
        syllables = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "ar", "en")]
        rare = {"".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(words)}
        self._terms = [*(term.strip() for term in COMMON_WORDS.split(",")), *sorted(rare)]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self._terms))))
        self._left = 0
        self._text = ""

    def next(self) -> str:
        """The prompt of the next image; runs of one to eight images share theirs."""
        if self._left == 0:
            self._left = self._chance.randint(1, 8)
            terms = self._chance.choices(self._terms, cum_weights=self._weights, k=self._chance.randint(6, 30))
            self._text = ", ".join(dict.fromkeys(terms))
        self._left -= 1
        return self._text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Started:
    """head: signature and header; begun: what the packer gave for all lines but the last; packer: its state then."""

    head: bytes
    begun: bytes
    packer: "zlib._Compress"  # pyright: ignore[reportPrivateUsage]  zlib names its type nowhere else


class Pictures:
    """Encoded pictures whose last line differs from one to the next, without encoding each of them."""

    def __init__(self) -> None:
        self._started = {size: _started_png(size) for size in SIZES}
        self._jpeg = {size: _encoded(size, "JPEG") for size in SIZES}
        self._webp = {size: _encoded(size, "WEBP") for size in SIZES}

    def png(self, size: tuple[int, int], number: int, texts: dict[str, str]) -> bytes:
        """A PNG with these tEXt chunks before its picture."""
        started = self._started[size]
        packer = started.packer.copy()
        line = number.to_bytes(8, "big").ljust((size[0] + 7) // 8, b"\0")
        data = started.begun + packer.compress(b"\0" + line) + packer.flush()
        chunks = [
            _chunk(b"tEXt", key.encode() + b"\0" + text.encode("latin-1", "replace")) for key, text in texts.items()
        ]
        return b"".join((started.head, *chunks, _chunk(b"IDAT", data), _chunk(b"IEND", b"")))

    def jpeg(self, size: tuple[int, int], number: int, text: str) -> bytes:
        """A JPEG whose EXIF user comment is `text`; a comment inside its picture data makes it differ."""
        exif = b"Exif\0\0" + _exif(text)
        whole = self._jpeg[size]
        mark = struct.pack(">HHQ", 0xFFFE, 10, number)
        return whole[:2] + struct.pack(">HH", 0xFFE1, len(exif) + 2) + exif + mark + whole[2:]

    def webp(self, size: tuple[int, int], text: str) -> bytes:
        """A WebP (extended form) with the same EXIF."""
        frame = self._webp[size][12:]
        exif = _exif(text)
        extended = struct.pack("<4sIB3x", b"VP8X", 10, 0x08) + _24(size[0] - 1) + _24(size[1] - 1)
        body = b"WEBP" + extended + frame + b"EXIF" + struct.pack("<I", len(exif)) + exif + b"\0" * (len(exif) % 2)
        return b"RIFF" + struct.pack("<I", len(body)) + body


def _24(value: int) -> bytes:
    return value.to_bytes(3, "little")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))


def _started_png(size: tuple[int, int]) -> "_Started":
    """A one-bit PNG of which only the last line is open."""
    width, height = size
    packer = zlib.compressobj(1, zlib.DEFLATED, 9, 1)
    begun = packer.compress(bytes((1 + (width + 7) // 8) * (height - 1)))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return _Started(head=b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header), begun=begun, packer=packer)


def _encoded(size: tuple[int, int], form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (90, 60, 120)).save(out, form, quality=50)
    return out.getvalue()


def _exif(text: str) -> bytes:
    """A big-endian TIFF block with nothing but a UserComment in UTF-16, as WebUI writes it."""
    comment = b"UNICODE\0" + text.encode("utf-16-be")
    first = struct.pack(">HHHIII", 1, 0x8769, 4, 1, 26, 0)
    second = struct.pack(">HHHIII", 1, 0x9286, 7, len(comment), 44, 0)
    return b"MM\0*" + struct.pack(">I", 8) + first + second + comment


def webui_text(chance: random.Random, prompt: str, size: tuple[int, int], models: list[tuple[str, str]]) -> str:
    """The parameters text of an AUTOMATIC1111 image."""
    model, short_hash = chance.choice(models)
    negative = chance.choice(NEGATIVES)
    return "\n".join(
        line
        for line in (
            prompt,
            f"Negative prompt: {negative}" if negative else "",
            f"Steps: {chance.choice((20, 20, 25, 28, 30, 40))}, Sampler: {chance.choice(SAMPLERS)}, "
            f"Schedule type: {chance.choice(SCHEDULERS)}, CFG scale: {chance.choice((4.5, 6, 7, 7, 7.5, 9))}, "
            f"Seed: {chance.getrandbits(32)}, Size: {size[0]}x{size[1]}, Model hash: {short_hash}, Model: {model}, "
            "Version: v1.9.4",
        )
        if line
    )


def comfy_texts(
    chance: random.Random, prompt: str, size: tuple[int, int], models: list[tuple[str, str]]
) -> dict[str, str]:
    """The two graphs that ComfyUI writes: the one it ran and the one it shows."""
    settings = {
        "seed": chance.getrandbits(64),
        "steps": chance.choice((20, 25, 30)),
        "cfg": chance.choice((1.0, 3.5, 7.0, 8.0)),
        "sampler_name": chance.choice(COMFY_SAMPLERS),
        "scheduler": chance.choice(COMFY_SCHEDULERS),
        "denoise": 1.0,
    }
    negative = chance.choice(NEGATIVES)
    links = {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}
    model = chance.choice(models)[0] + ".safetensors"
    graph = {
        "3": {"class_type": "KSampler", "inputs": {**settings, **links}},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": model}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": size[0], "height": size[1], "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": prompt, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": negative, "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}},
    }
    widgets = {
        "3": [settings["seed"], "randomize", *list(settings.values())[1:]],
        "4": [model],
        "5": [*size, 1],
        "6": [prompt],
        "7": [negative],
        "8": [],
        "9": ["ComfyUI"],
    }
    nodes = [
        {"id": int(key), "type": node["class_type"], "pos": [100, 100], "mode": 0, "widgets_values": widgets[key]}
        for key, node in graph.items()
    ]
    workflow = {"last_node_id": 9, "last_link_id": 9, "nodes": nodes, "links": [], "version": 0.4}
    return {"prompt": json.dumps(graph), "workflow": json.dumps(workflow)}


def make_library(folder: Path, shape: Shape) -> None:
    """Write the library into `folder` (made if needed). About 10,000 files per second."""
    chance = random.Random(shape.seed)
    prompts = Prompts(chance)
    pictures = Pictures()
    models = [(f"model{number:02d}_v{chance.randint(1, 9)}", f"{chance.getrandbits(40):010x}") for number in range(60)]
    here = ""
    for number in range(shape.files):
        if number % shape.per_folder == 0:
            day = time.gmtime(FIRST_DAY + number // shape.per_folder * 86_400)
            kind = ("txt2img-images", "img2img-images", "ComfyUI/output")[number // shape.per_folder % 3]
            here = os.path.join(folder, kind, time.strftime("%Y-%m-%d", day))
            os.makedirs(here, exist_ok=True)
        name, data = _one(chance, number, prompts.next(), pictures, models)
        path = os.path.join(here, name)
        with open(path, "wb", buffering=0) as file:
            file.write(data)
        moment = (FIRST_DAY + number // shape.per_folder * 86_400 + number % shape.per_folder * 60) * 10**9 + number
        os.utime(path, ns=(moment, moment))


def _one(
    chance: random.Random, number: int, prompt: str, pictures: Pictures, models: list[tuple[str, str]]
) -> tuple[str, bytes]:
    """Name and content of one picture: 6 in 10 WebUI PNG, 2.5 ComfyUI, 1 JPEG, half a WebP."""
    size = chance.choice(SIZES)
    kind = chance.random()
    if kind < 0.25:
        return f"ComfyUI_{number:06d}_.png", pictures.png(size, number, comfy_texts(chance, prompt, size, models))
    text = webui_text(chance, prompt, size, models)
    name = f"{number:06d}-{chance.getrandbits(32)}"
    if kind < 0.85:
        return f"{name}.png", pictures.png(size, number, {"parameters": text})
    if kind < 0.95:
        return f"{name}.jpg", pictures.jpeg(size, number, text)
    return f"{name}.webp", pictures.webp(size, text)


def main() -> None:
    """Make a library from the command line."""
    parser = argparse.ArgumentParser(description="Make a library of small pictures with realistic metadata.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--per-folder", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    started = time.perf_counter()
    make_library(asked.folder, Shape(files=asked.files, per_folder=asked.per_folder, seed=asked.seed))
    print(f"{asked.files} files in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
