"""The square picture that taggers look at, made where pictures are decoded."""

from diffusion_toolkit.media.squares import LONGEST_SIDE, Pixels, square_picture

__all__ = ["LONGEST_SIDE", "Pixels", "square_picture"]
