"""Small reads out of a file, a block at a time, so that walking over headers does not ask the system for each."""

from diffusion_toolkit.formats.source import Source

BLOCK_BYTES = 4096
"""What is read ahead. The headers in a film of gigabytes lie in some ten such blocks."""


class Window:
    """A moving block of a file: `at(offset, count)` gives fewer bytes only at the end of the file."""

    __slots__ = ("_begin", "_block", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self._begin = 0
        self._block = source.head

    def at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset` on."""
        inside = offset - self._begin
        if inside >= 0 and inside + count <= len(self._block):
            return self._block[inside : inside + count]
        if count > BLOCK_BYTES:
            return self.source.read(offset, count)
        self._begin, self._block = offset, self.source.read(offset, BLOCK_BYTES)
        return self._block[:count]
