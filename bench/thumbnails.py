"""Thumbnails per second on one core, against only decoding the same pictures.

python -m bench.thumbnails
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from diffusion_toolkit.media.thumbnails import thumbnail

SIDE = 1024


def main() -> None:
    """Make some pictures, then their thumbnails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=40)
    count = parser.parse_args().pictures
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("png", "jpg", "webp"):
            paths = [make_picture(Path(folder) / f"{number}.{ending}", number) for number in range(count)]
            decoding = per_second(paths, decode)
            made = per_second(paths, lambda path: thumbnail(path, 256))
            print(f"{ending:5} {made:6.0f} thumbnails/s, only decoding {decoding:6.0f}/s, {made / decoding:.2f} times")


def make_picture(path: Path, seed: int) -> Path:
    """A picture with soft shapes and some noise, which compresses like a generated one."""
    random = np.random.default_rng(seed)
    shapes = Image.fromarray(random.integers(0, 256, (SIDE // 16, SIDE // 16, 3), dtype=np.uint8))
    smooth = np.asarray(shapes.resize((SIDE, SIDE), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2)))
    noisy = smooth.astype(np.int16) + random.integers(-3, 4, smooth.shape, dtype=np.int16)
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(path)
    return path


def decode(path: Path) -> None:
    """Read every pixel."""
    with Image.open(path) as picture:
        picture.load()


def per_second(paths: list[Path], work: Callable[[Path], object]) -> float:
    """How many pictures a second, after one to warm up."""
    work(paths[0])
    started = time.perf_counter()
    for path in paths:
        work(path)
    return len(paths) / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
