"""How much one file may cost before it is given up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What reading one file may cost.

    busy_s: seconds of work of the processor; waiting_s: seconds in all, so that a slow drive is not taken for a
    hostile file; memory_bytes: beyond what the reading process needs anyway.
    """

    busy_s: float = 3.0
    waiting_s: float = 20.0
    memory_bytes: int = 2**30

    @property
    def too_long(self) -> str:
        """What a file did that took too much work."""
        return f"took longer than {self.busy_s:g} s to read"

    @property
    def too_late(self) -> str:
        """What a file did that did not come."""
        return f"took longer than {self.waiting_s:g} s to read"

    @property
    def too_large(self) -> str:
        """What a file did that needed too much memory."""
        return f"needs more than {_size(self.memory_bytes)} of memory to read"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 2**30:g} GB" if size_bytes >= 2**30 else f"{size_bytes / 2**20:g} MB"
