"""What films of every container have in common: plausible sizes and lengths, and tags within limits."""

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Draft
from diffusion_toolkit.formats.text import decoded

_LONGEST_SECONDS = 100_000_000
"""Three years; a longer film is a forged number."""

_FASTEST_RATE = 10_000
_LARGEST_SIDE = 1_000_000


def seconds(ticks: float, ticks_per_second: float) -> float | None:
    """A length in seconds, to the millisecond, or None when it is none that a film can have."""
    if ticks_per_second <= 0 or not 0 < ticks / ticks_per_second < _LONGEST_SECONDS:
        return None
    return round(ticks / ticks_per_second, 3) or None


def frame_rate(frames: float, ticks: float, ticks_per_second: float) -> float | None:
    """Frames per second, to a thousandth (23.976, 29.97), or None when it is no rate at all."""
    if ticks <= 0 or not 0 < frames * ticks_per_second / ticks <= _FASTEST_RATE:
        return None
    return round(frames * ticks_per_second / ticks, 3) or None


def set_size(draft: Draft, width: int, height: int) -> None:
    """Set the size of the picture, if it is one."""
    if 0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE:
        draft.width, draft.height = width, height


class Tags:
    """The tags of a film on their way into its draft: named after the container, and bounded together."""

    __slots__ = ("_left", "draft", "slug", "title")

    def __init__(self, draft: Draft, slug: str, title: str) -> None:
        self.draft, self.slug, self.title = draft, slug, title
        self._left = limits.LARGEST_TEXTS_BYTES

    def room(self, length: int) -> bool:
        """Whether a text of so many bytes may be read; it counts as read then."""
        if length > limits.LARGEST_TEXT_BYTES or length > self._left:
            self.draft.damaged(f"This {self.title} file has texts that are too long to be read.")
            return False
        self._left -= length
        return True

    def add(self, key: str, value: str | bytes, name: str | None = None) -> None:
        """Keep a text under the container's name: "mp4:comment". name: what the key is usually called."""
        text = (decoded(value) if isinstance(value, bytes) else value).strip("\0")
        self.draft.add(key, text, f"{self.slug}:{(name or key).casefold()}")
