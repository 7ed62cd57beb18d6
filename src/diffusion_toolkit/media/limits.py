"""How much one file may cost to decode."""

from dataclasses import dataclass
from typing import Final

MOST_PIXELS: Final = 400_000_000
MOST_PIXELS_AT_ONCE: Final = 120_000_000
"""For what cannot be decoded line by line: half a gigabyte at four bytes per pixel."""
LARGE_PIXELS: Final = 30_000_000
"""From here on pictures are decoded one after another, so that several do not fill the memory together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLimits:
    """What one task of a decoding process may cost. busy_s: seconds of work of the processor; waiting_s: seconds in
    all, so that a slow drive is not taken for a hostile file; memory_bytes: of the process.
    """

    busy_s: float = 20.0
    waiting_s: float = 60.0
    memory_bytes: int = 2 * 2**30

    @property
    def too_long(self) -> str:
        """What a file did that took too much work."""
        return f"decoding takes longer than {self.busy_s:g} s."

    @property
    def too_late(self) -> str:
        """What a file did that did not come."""
        return f"decoding takes longer than {self.waiting_s:g} s."

    @property
    def too_large(self) -> str:
        """What a file did that needed too much memory."""
        return f"decoding needs more than {self.memory_bytes / 2**30:.2g} GB of memory."
