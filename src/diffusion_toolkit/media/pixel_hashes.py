"""What a picture looks like, as two numbers that survive what other programs do to its file.

`pixels` is exact: XXH3-128 of every decoded sample, so that the same pixels in PNG, lossless WebP, BMP or TIFF give the
same 16 bytes, whatever metadata the file has. `perceptual` is a likeness: the signs of the lowest frequencies of the
picture in 32 × 32 greys (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, §3.2.1),
which re-encoding and resizing change in a few bits only.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.media.decoders import Decoders, shared_decoders

ALIKE_BITS: Final = 6
"""Pictures whose perceptual hashes differ in at most so many of 64 bits are worth offering as the same picture."""

SIDE: Final = 32
BITS: Final = 64
SILENCE: Final = 2.0
"""Frequencies weaker than this (of 255 · 32 at most) are noise of the encoder and count as none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureHashes:
    """pixels: 16 bytes, equal for equal pixels; perceptual: 0 to 2^64 - 1, to be compared by `distance`, 0 for a
    picture without structure, which is like no other; width, height: as shown, after turning upright.
    """

    pixels: bytes
    perceptual: int
    width: int
    height: int


def hashes_of(source: Path | str, decoders: Decoders | None = None) -> PictureHashes:
    """Both hashes from one decode, in a process of its own.

    `pixels` counts what is shown: turned upright, colours of wholly transparent pixels as none, an alpha channel that
    is opaque everywhere as none, grey as equal red, green and blue. 16-bit samples stay 16-bit ones: their 8-bit
    copy has other pixels. Colour profiles do not count, since stripping metadata removes them. Of an animation the
    first frames and their number count, of a film two frames (whose pixels survive a copy, hardly a remux).

    Raises NotFound, and UnreadableFile for what cannot be decoded to its end, or has too many pixels.
    """
    try:
        pixels, perceptual, width, height = (decoders or shared_decoders()).run("hashes", source)
    except UnreadableFile as error:
        raise UnreadableFile(f"No hashes: {error}") from error
    return PictureHashes(pixels=pixels, perceptual=perceptual, width=width, height=height)


def pixel_hash(source: Path | str) -> bytes:
    """The exact hash alone; see `hashes_of`."""
    return hashes_of(source).pixels


def perceptual_hash(source: Path | str) -> int:
    """The likeness alone; see `hashes_of`."""
    return hashes_of(source).perceptual


def distance(one: int, other: int) -> int:
    """In how many of 64 bits two perceptual hashes differ: 0 to 6 for copies, about 32 for strangers."""
    return (one ^ other).bit_count()


def perceptual_bits(greys: NDArray[np.float64]) -> int:
    """The perceptual hash of 32 × 32 greys from 0 to 255.

    The 64 lowest frequencies but the mean, in the order of their sum; bit i (from the lowest) is set when frequency i
    is above the median of them all. Frequencies in the noise are set by nothing.
    """
    waves = _waves()
    spectrum = waves @ greys @ waves.T
    lowest = np.array([spectrum[row, column] for row, column in _lowest()])
    if np.abs(lowest).max() < SILENCE:
        return 0
    above = (lowest > np.median(lowest)) & (np.abs(lowest) >= SILENCE)
    return sum(1 << place for place, bit in enumerate(above.tolist()) if bit)


def made_hashes(path: str, large: bool) -> tuple[bytes, int, int, int]:
    """As `hashes_of`, as plain values. A task of decoders."""
    from diffusion_toolkit.media.hashing import hashed

    return hashed(path, large=large)


@cache
def _waves() -> NDArray[np.float64]:
    """The orthonormal DCT-II of 32 samples, as a matrix."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    waves = np.cos(np.pi * rows * (2 * columns + 1) / (2 * SIDE)) * np.sqrt(2 / SIDE)
    waves[0] /= np.sqrt(2)
    return waves


@cache
def _lowest() -> list[tuple[int, int]]:
    """The places of the 64 lowest frequencies but the mean: slower ones first, across before down."""
    places = [(row, column) for row in range(SIDE) for column in range(SIDE) if row or column]
    return sorted(places, key=lambda place: (sum(place), place))[:BITS]
