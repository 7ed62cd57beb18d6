"""Thumbnails per second, format by format, against only decoding the same files with Pillow or PyAV in this process.

python -m bench.thumbnails

The thumbnails are made in a decoding process, as the server makes them: asked one after another, so on one core.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageFilter

from diffusion_toolkit.media.pixel_hashes import hashes_of
from diffusion_toolkit.media.thumbnails import made_thumbnail, thumbnail

SIDE = 1024
FRAMES, RATE = 48, 16
PICTURES: dict[str, dict[str, Any]] = {
    "png": {},
    "jpg": {"quality": 92},
    "webp": {"quality": 85},
    "avif": {"quality": 75},
    "tif": {"compression": "tiff_lzw"},
    "bmp": {},
    "gif": {},
}
FILMS = {
    "mp4": ("libx264", "yuv420p"),
    "webm": ("libvpx-vp9", "yuv420p"),
    "mkv": ("ffv1", "yuv444p"),
    "mov": ("prores_ks", "yuv422p10le"),
    "avi": ("mjpeg", "yuvj420p"),
}


def main() -> None:
    """Make some files of each format, then their thumbnails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=40, help="of each format")
    parser.add_argument("--films", type=int, default=6, help="of each format")
    asked = parser.parse_args()
    print(f"{'':5} thumbnails/s   in process   only decoding   hashes/s")
    with tempfile.TemporaryDirectory() as folder:
        for ending, paths in files(Path(folder), asked.pictures, asked.films):
            baseline = decode_film if ending in FILMS else decode
            decoding = per_second(paths, baseline)
            inside = per_second(paths, lambda path: made_thumbnail(str(path), 256, large=True))
            made = per_second(paths, lambda path: thumbnail(path, 256))
            hashed = per_second(paths, hashes_of)
            print(f"{ending:5} {made:12.0f} {inside:12.0f} {decoding:15.0f} {hashed:10.0f}", flush=True)


def files(folder: Path, pictures: int, films: int) -> Iterator[tuple[str, list[Path]]]:
    """The files of each format."""
    for ending, options in PICTURES.items():
        yield ending, [make_picture(folder / f"{number}.{ending}", number, **options) for number in range(pictures)]
    for ending in FILMS:
        yield ending, [make_film(folder / f"{number}.{ending}", number) for number in range(films)]


def picture(seed: int) -> Image.Image:
    """Soft shapes and some noise, which compress like a generated picture."""
    random = np.random.default_rng(seed)
    shapes = Image.fromarray(random.integers(0, 256, (SIDE // 16, SIDE // 16, 3), dtype=np.uint8))
    smooth = np.asarray(shapes.resize((SIDE, SIDE), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2)))
    noisy = smooth.astype(np.int16) + random.integers(-3, 4, smooth.shape, dtype=np.int16)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def make_picture(path: Path, seed: int, **options: Any) -> Path:
    """One picture of 1024 × 1024."""
    picture(seed).save(path, **options)
    return path


def make_film(path: Path, seed: int) -> Path:
    """One film of three seconds of 1024 × 1024, which slides over a picture."""
    codec, pixels = FILMS[path.suffix[1:]]
    shown = np.asarray(picture(seed))
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream(codec, rate=RATE)  # pyright: ignore[reportUnknownMemberType]  its stub is untyped
        stream.width, stream.height, stream.pix_fmt = SIDE, SIDE, pixels
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.roll(shown, number * 4, axis=1), "rgb24")
            frame.pts = number
            out.mux(stream.encode(frame))  # pyright: ignore[reportUnknownMemberType]  its stub is untyped
        out.mux(stream.encode())  # pyright: ignore[reportUnknownMemberType]  its stub is untyped
    return path


def decode(path: Path) -> None:
    """Read every pixel of a picture."""
    with Image.open(path) as opened:
        opened.load()


def decode_film(path: Path) -> None:
    """Open a film and decode its first frame."""
    with av.open(str(path)) as opened:
        next(opened.decode(opened.streams.video[0])).to_ndarray(format="rgb24")


def per_second(paths: list[Path], work: Callable[[Path], object]) -> float:
    """How many files a second, after one to warm up."""
    work(paths[0])
    started = time.perf_counter()
    for path in paths:
        work(path)
    return len(paths) / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
