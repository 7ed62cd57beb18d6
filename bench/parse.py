"""Files per second of the deep read, beside reading the same bytes and nothing else, sd-parsers, and ExifTool.

    python bench/parse.py [FOLDER] [--seconds 5]

Without a folder it writes 2,000 small pictures of every format and generator and reads those, as a reading process of
the deep scan does.
"""

import argparse
import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, PngImagePlugin

from bench.peers import PEERS_PYTHON, best_seconds, exiftool_seconds, peer_answers
from diffusion_toolkit.compiled import readers_are
from diffusion_toolkit.generators import expect_many_files, read_file

PARAMETERS = (
    "a lighthouse at dusk, number {n}, <lora:storm:0.7>\nNegative prompt: blurry\n"
    "Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: {n}, Size: 832x1216, "
    'Model hash: 6ce0161689, Model: harbour_v3, Lora hashes: "storm: 0123456789ab", Version: v1.10.1'
)


TURNS = 10
"""Ours and the other reader take turns, so that a machine that slows down slows both."""
BYSTANDERS = 40
TYPICAL_BYSTANDERS = 210


def graph(n: int, bystanders: int = BYSTANDERS) -> str:
    """A ComfyUI graph of the usual shape, with bystanders, about as large as people's own."""
    nodes: dict[str, object] = {
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": 2**60 + n, "steps": 20, "cfg": 7.0, "sampler_name": "euler", "scheduler": "karras",
                "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0],
            },
        },
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "harbour_v3.safetensors"}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 832, "height": 1216, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": f"a lighthouse at dusk, {n}", "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}},
    }  # fmt: skip
    for extra in range(bystanders):
        nodes[str(100 + extra)] = {"class_type": "Note", "inputs": {"text": "something the user wrote " * 8}}
    return json.dumps(nodes)


def write_library(folder: Path, count: int) -> None:
    """Small pictures, a quarter each: PNG of AUTOMATIC1111, PNG of ComfyUI, JPEG, WebP."""
    picture = Image.effect_noise((64, 96), 40).convert("RGB")
    for n in range(count):
        text, kind = PARAMETERS.format(n=n), n % 4
        if kind < 2:
            info = PngImagePlugin.PngInfo()
            info.add_text("parameters" if kind == 0 else "prompt", text if kind == 0 else graph(n))
            picture.save(folder / f"{n:06}.png", pnginfo=info)
        else:
            exif = Image.Exif()
            exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + text.encode("utf-16-be")
            picture.save(folder / f"{n:06}{'.jpg' if kind == 2 else '.webp'}", exif=exif)


def per_second(files: list[Path], read: Callable[[Path], object], seconds: float) -> tuple[float, float]:
    """Files per second, and the median milliseconds of one file, over whole rounds of at least `seconds` together."""
    for path in files:
        read(path)
    durations: list[float] = []
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        for path in files:
            before = time.perf_counter()
            read(path)
            durations.append(time.perf_counter() - before)
    return len(durations) / sum(durations), statistics.median(durations) * 1000


def read_bytes(path: Path) -> int:
    """The baseline: the whole file into memory."""
    with io.FileIO(path) as file:
        return len(file.readall())


def report(files: list[Path], seconds: float) -> None:
    """One line for the readers, one for the baseline, one for the deep read, one for each format."""
    print(f"the readers are {readers_are()}")
    baseline, _ = per_second(files, read_bytes, seconds)
    print(f"{'bytes only':<22}{baseline:>12,.0f} files/s")
    deep, median = per_second(files, read_file, seconds)
    print(
        f"{'deep read':<22}{deep:>12,.0f} files/s   median {median:.3f} ms   {baseline / deep:.1f} times the baseline"
    )
    _peers(files, deep)
    for suffix in sorted({path.suffix.lower() for path in files}):
        chosen = [path for path in files if path.suffix.lower() == suffix]
        rate, median = per_second(chosen, read_file, seconds / 4)
        print(f"{'  ' + suffix:<22}{rate:>12,.0f} files/s   median {median:.3f} ms   {len(chosen)} files")


def _peers(files: list[Path], deep: float) -> None:
    """The others on the same files, as a ratio to ours: sd-parsers by turns, ExifTool, which is asked once for all of
    them, by `deep`, the files per second of whole rounds."""
    if PEERS_PYTHON.exists():
        turns = [_turn(files[start::TURNS]) for start in range(TURNS)]
        ours, theirs = (len(files) / sum(seconds) for seconds in zip(*turns, strict=True))
        ratio = statistics.median(theirs / ours for ours, theirs in turns)
        print(f"{'  best of its readings':<22}{ours:>12,.0f} files/s")
        print(f"{'sd-parsers':<22}{theirs:>12,.0f} files/s   ours is {ratio:.1f} times as fast (of {TURNS} turns)")
    else:
        print("sd-parsers is not here: make peers")
    seconds = exiftool_seconds(files)
    if seconds is None:
        print("ExifTool is not installed")
    else:
        print(f"{'ExifTool, one batch':<22}{1 / seconds:>12,.0f} files/s   ours is {deep * seconds:.1f} times as fast")


def _turn(files: list[Path]) -> tuple[float, float]:
    """Seconds for these files by the best readings of each: ours, taken before and after theirs, and sd-parsers'."""
    before = sum(best_seconds(path) for path in files)
    theirs = sum(answer.seconds for answer in peer_answers("sd-parsers", files).values())
    after = sum(best_seconds(path) for path in files)
    return (before + after) / 2, theirs


def typical_graph(seconds: float) -> None:
    """One PNG with a ComfyUI graph of 60 KB."""
    with tempfile.TemporaryDirectory() as name:
        path, info = Path(name, "typical.png"), PngImagePlugin.PngInfo()
        info.add_text("prompt", graph(1, TYPICAL_BYSTANDERS))
        Image.new("RGB", (64, 96)).save(path, pnginfo=info)
        size = path.stat().st_size
        _, median = per_second([path], read_file, seconds)
        print(f"{'ComfyUI PNG':<22}{size / 1000:>9,.0f} KB        median {median:.3f} ms")


def main() -> None:
    """Read the options, then a folder or a library made for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    expect_many_files()
    if options.folder:
        report(sorted(path for path in options.folder.rglob("*.*") if path.is_file()), options.seconds)
        return
    with tempfile.TemporaryDirectory() as name:
        write_library(Path(name), 2000)
        report(sorted(Path(name).iterdir()), options.seconds)
    typical_graph(options.seconds / 4)


if __name__ == "__main__":
    main()
