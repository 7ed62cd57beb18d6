"""Digests of files: SHA-256, as we and the hub's large files know them, and git's SHA-1 of the small ones."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PART_BYTES: Final = 4 * 2**20


def sha256_in_parts(path: Path) -> Iterator[tuple[int, str | None]]:
    """Bytes read so far with None, again and again; in the end the size with the digits."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while part := file.read(PART_BYTES):
            digest.update(part)
            size += len(part)
            yield size, None
    yield size, digest.hexdigest()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file: 64 small hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def git_sha1_of(path: Path) -> str:
    """What git, and so the hub, calls a file that is not large: SHA-1 of a head with its size, and its bytes."""
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
