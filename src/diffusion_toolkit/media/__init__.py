"""Pixels in, pixels out: thumbnails and their cache."""
