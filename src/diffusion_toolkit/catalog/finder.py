"""Finds text in a large block of bytes with numpy: many hits cost no Python step each."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Bytes, Longs

_CHUNK = 1 << 22
_SAMPLE = 1 << 16


def find_bytes(block: Bytes, needle: bytes) -> Longs:
    """Where `needle` begins in `block`, ascending; hits may overlap.

    Looks for the two neighbouring bytes that are rarest together: comparing two at once is twice as fast as one (23
    against 50 ms for 110 MB), and leaves few places to look at closely.
    """
    size = len(needle)
    if not size or len(block) < size:
        return np.arange(len(block) + 1 if not size else 0, dtype=np.int64)
    rarity = np.bincount(block[:: max(1, len(block) // _SAMPLE)], minlength=256)
    if size == 1:
        return np.flatnonzero(block == needle[0])
    pair = min(range(size - 1), key=lambda place: int(rarity[needle[place]]) * int(rarity[needle[place + 1]]))
    others = sorted(set(range(size)) - {pair, pair + 1}, key=lambda place: int(rarity[needle[place]]))
    last = len(block) - size

    def find(first: int) -> Longs:
        here = _pairs(block[first + pair : min(first + _CHUNK, last + 1) + pair + 1], needle[pair : pair + 2]) + first
        for place in others:
            here = np.compress(block.take(here + place) == needle[place], here)
        return here

    starts = range(0, last + 1, _CHUNK)
    if len(starts) == 1:
        return find(0)
    with ThreadPoolExecutor(max_workers=2) as pool:  # numpy lets go of the interpreter meanwhile
        return np.concatenate(list(pool.map(find, starts)))


def holding(block: Bytes, places: Longs, needle: bytes) -> Longs:
    """Which of these places, all of them with room for it, `needle` begins at: numbers into `places`.

    Up to eight bytes are compared at once: four times as fast as one after the other.
    """
    which = np.arange(len(places), dtype=np.int64)
    size = next((size for size in (8, 4, 2) if size <= len(needle)), 1)
    starts = sorted({*range(0, len(needle) - size, size), len(needle) - size}) if needle else []
    for start in starts:
        if not len(places):
            break
        piece = int.from_bytes(needle[start : start + size], "little")
        fits = _overlapping(block, size)[places + start] == piece
        places, which = np.compress(fits, places), np.compress(fits, which)
    return which


def _overlapping(block: Bytes, size: int) -> Array:
    """The number that `size` bytes from each place on make."""
    return np.ndarray(len(block) - size + 1, f"<u{size}", block, strides=(1,))


def _pairs(chunk: Bytes, pair: bytes) -> Longs:
    """Where two bytes stand side by side."""
    wanted = np.frombuffer(pair, np.uint16)[0]
    even, odd = (np.flatnonzero(_as_pairs(chunk[start:]) == wanted) * 2 + start for start in (0, 1))
    return np.sort(np.concatenate([even, odd]))


def _as_pairs(chunk: Bytes) -> "np.ndarray[tuple[int], np.dtype[np.uint16]]":
    return chunk[: len(chunk) // 2 * 2].view(np.uint16)
