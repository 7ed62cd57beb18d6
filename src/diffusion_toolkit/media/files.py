"""Opens files for decoders: regular ones only, their format told by content."""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from diffusion_toolkit import formats
from diffusion_toolkit.errors import NotFound, UnreadableFile

MAGIC_BYTES = 64


@contextmanager
def opened(source: str | Path) -> Generator[int]:
    """A descriptor of a regular file: names never reach a decoder, which may read options or addresses out of them.

    Raises NotFound when it is not there, UnreadableFile when it cannot be opened or is no file.
    """
    try:
        descriptor = os.open(source, formats.OPEN_FLAGS)
    except FileNotFoundError as error:
        raise NotFound("The file is not there any more.") from error
    except OSError as error:
        raise UnreadableFile(f"the file cannot be opened: {error.strerror}.") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableFile("this is not a file.")
        yield descriptor
    finally:
        os.close(descriptor)


def format_of(descriptor: int) -> str | None:
    """The format's slug by content, None when it is none we know. The position goes back to the beginning."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    head = os.read(descriptor, MAGIC_BYTES)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return next((form.slug for form in formats.REGISTRY if form.matches(head)), None)
