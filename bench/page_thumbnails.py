"""Fills the thumbnail cache of a bench library, whose pictures have no files: the page gets something to show."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import sqlalchemy as sa
from PIL import Image

from bench.rows import SHAPES
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.media.colour import main_colour
from diffusion_toolkit.media.thumbnails import WEBP_QUALITY
from diffusion_toolkit.store.colours import write_colours
from diffusion_toolkit.store.database import Database
from diffusion_toolkit.store.server import connect_embedded

SIZES: Final = (256, 512)
PICTURES_PER_SHAPE: Final = 64
"""A file may have 65,000 names in ext4: enough for 30 million images."""

DONE: Final = "filled"
BLOCK: Final = 50_000


def fill_thumbnails(folder: Path, images: int) -> None:
    """Give every image of the library a thumbnail of each size, a name for one of 512 pictures, and its colour."""
    cache = ThumbnailCache(folder / "thumbnails")
    done = cache.folder / DONE
    if done.exists() and done.read_text() == str(images):
        return
    _make_roots(folder)
    masters = _make_masters(cache)
    colours = {master: main_colour(path.read_bytes()) for master, path in masters.items() if master[0] == SIZES[0]}
    shown: dict[int, int] = {}
    for number, (image_id, key, width, height) in enumerate(_contents(folder)):
        shape, picture = SHAPES.index((width, height)), number % PICTURES_PER_SHAPE
        shown[image_id] = colours[SIZES[0], shape, picture]
        for size in SIZES:
            name = cache.place(key, f"-{size}.webp")
            if not name.exists():
                os.link(masters[size, shape, picture], name)
    with connect_embedded(folder) as server:
        database = Database(server.url)
        with database.collection().begin() as connection:
            write_colours(connection, shown)
        database.close()
    done.write_text(str(images))


def _make_roots(folder: Path) -> None:
    """Roots that are there and were scanned, though empty: those of drives that are not connected look different."""
    with connect_embedded(folder) as server:
        database = Database(server.url)
        with database.collection().begin() as connection:
            for number in connection.scalars(sa.text("SELECT id FROM root")).all():
                root = folder / "pictures" / str(number)
                root.mkdir(parents=True, exist_ok=True)
                connection.execute(
                    sa.text(
                        "UPDATE root SET path = :path, state = 'available', watched = false, scanned_at = now()"
                        " WHERE id = :id"
                    ),
                    {"path": str(root), "id": number},
                )
        database.close()


def _contents(folder: Path) -> Iterator[tuple[int, str, int, int]]:
    """The id, key, width and height of each image."""
    with connect_embedded(folder) as server:
        database = Database(server.url)
        with database.collection().begin() as connection:
            first = 0
            while True:
                rows = connection.execute(
                    sa.text(
                        "SELECT id, encode(fingerprint, 'hex'), width, height FROM image"
                        " WHERE id > :first ORDER BY id LIMIT :block"
                    ),
                    {"first": first, "block": BLOCK},
                ).all()
                if not rows:
                    break
                first = rows[-1][0]
                yield from ((row[0], row[1], row[2], row[3]) for row in rows)
        database.close()


def _make_masters(cache: ThumbnailCache) -> dict[tuple[int, int, int], Path]:
    """The pictures themselves: soft shapes and some noise, as large as those of generated pictures."""
    made: dict[tuple[int, int, int], Path] = {}
    random = np.random.default_rng(5)
    for shape, (width, height) in enumerate(SHAPES):
        for number in range(PICTURES_PER_SHAPE):
            soft = Image.fromarray(random.integers(0, 256, (6, 6, 3), dtype=np.uint8))
            for size in SIZES:
                scale = size / max(width, height)
                sides = (round(width * scale), round(height * scale))
                pixels = np.asarray(soft.resize(sides, Image.Resampling.BICUBIC)).astype(np.int16)
                noisy = (pixels + random.normal(0, 9, pixels.shape)).clip(0, 255).astype(np.uint8)
                path = cache.place(f"00master{shape}x{number}", f"-{size}.webp")
                Image.fromarray(noisy).save(path, quality=WEBP_QUALITY, method=2)
                made[size, shape, number] = path
    return made
