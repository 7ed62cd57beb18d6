"""Changes of a file that leave every other byte as it is, and can be taken back to the byte."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diffusion_toolkit.formats.source import Source

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Splice:
    """Put `new` in the place of the `length` bytes from `offset` on."""

    offset: int
    length: int
    new: bytes


def spliced(source: Source, splices: Sequence[Splice]) -> Iterator[bytes]:
    """The bytes of the file with these changes, which do not overlap and are in order."""
    at = 0
    for splice in splices:
        yield from _between(source, at, splice.offset)
        yield splice.new
        at = splice.offset + splice.length
    yield from _between(source, at, source.size)


def backwards(source: Source, splices: Sequence[Splice]) -> list[Splice]:
    """The changes that make the old file of the new one."""
    moved = 0
    found: list[Splice] = []
    for splice in splices:
        old = source.read(splice.offset, splice.length)
        found.append(Splice(splice.offset + moved, len(splice.new), old))
        moved += len(splice.new) - splice.length
    return found


def _between(source: Source, begin: int, end: int) -> Iterator[bytes]:
    for offset in range(begin, end, CHUNK_BYTES):
        yield source.read(offset, min(CHUNK_BYTES, end - offset))
