"""Small pictures with metadata, and readers that misbehave, for the tests of scans."""

import os
import signal
import struct
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from diffusion_toolkit.generators import read_file
from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.record import FileRecord
from diffusion_toolkit.store.database import Collection

QUICK = ScanOptions(phases=("quick",), workers=1)
DEEP = ScanOptions(phases=("deep",), workers=1)
BOTH = ScanOptions(workers=1)


def png(prompt: str | None = "a castle", seed: int = 1, shade: int = 0) -> bytes:
    """A PNG of 8 x 8 pixels of one shade; with WebUI's parameters unless prompt is None."""
    texts = b""
    if prompt is not None:
        text = f"{prompt}\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: {seed}, Size: 8x8, Model: dream"  # noqa: E501
        texts = _chunk(b"tEXt", b"parameters\0" + text.encode("latin-1"))
    pixels = zlib.compress((b"\0" + bytes([shade]) * 8) * 8)
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + texts + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def write(path: Path, content: bytes | None = None, *, mtime_s: float | None = None) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png() if content is None else content)
    if mtime_s is not None:
        os.utime(path, (mtime_s, mtime_s))
    return path


def run(collection: Collection, folder: Path, options: ScanOptions = BOTH) -> Mapping[str, int]:
    """Scan the folder (added when needed) to the end; returns the counts that are not 0, but always "files"."""
    counts: Mapping[str, int] = {}
    for progress in scan(collection, add_root(collection, folder).id, options):
        counts = progress.counts
    return {name: count for name, count in counts.items() if count or name == "files"}


def images(collection: Collection) -> list[dict[str, Any]]:
    """All images with place, prompt and rating, by id."""
    query = (
        "SELECT image.*, root.path AS root, folder.path AS folder, prompt.text AS prompt, sampler.name AS sampler,"
        " rating, record FROM image JOIN folder ON folder.id = folder_id JOIN root ON root.id = root_id"
        " LEFT JOIN prompt ON prompt.id = prompt_id LEFT JOIN sampler ON sampler.id = sampler_id"
        " LEFT JOIN recipe ON recipe.image_id = image.id LEFT JOIN curation ON curation.image_id = image.id"
        " ORDER BY image.id"
    )
    with collection.begin() as connection:
        return [dict(row) for row in connection.execute(sa.text(query)).mappings()]


def by_name(collection: Collection) -> dict[str, dict[str, Any]]:
    """Images that are not missing, by place relative to the root."""
    present = [row for row in images(collection) if row["missing_since"] is None]
    return {f"{row['folder']}/{row['name']}".lstrip("/"): row for row in present}


def rate(collection: Collection, name: str, rating: int) -> int:
    """Rate the image of this name; returns its id."""
    image_id = int(by_name(collection)[name]["id"])
    with collection.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO curation (image_id, rating) VALUES (:id, :rating)"), {"id": image_id, "rating": rating}
        )
    return image_id


def slow_read(path: str) -> FileRecord:
    """Reads as the program does, but takes its time."""
    time.sleep(0.01)
    return read_file(path)


def logged_read(path: str) -> FileRecord:
    """Reads as the program does, and notes each reading in the file that DTK_TEST_READ_LOG names."""
    with open(os.environ["DTK_TEST_READ_LOG"], "a") as log:
        log.write(os.path.basename(path) + "\n")
    time.sleep(0.002)
    return read_file(path)


def deadly_read(path: str) -> FileRecord:
    """Dies, hangs or fails on files whose names say so."""
    name = os.path.basename(path)
    if name.startswith("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("hang"):
        time.sleep(3600)
    if name.startswith("fail"):
        raise ValueError("a fault of a parser")
    return read_file(path)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def each(*names: str) -> Iterator[tuple[str, int]]:
    """Names with a number for each, to make different pictures."""
    yield from zip(names, range(1, len(names) + 1), strict=True)
