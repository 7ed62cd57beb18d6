"""How much a file may ask of us before we stop reading it. Every number is far above what real programs write."""

LARGEST_TEXT_BYTES = 32 * 1024 * 1024
"""One text after decompression. A ComfyUI workflow of 20 MB is the largest that was ever reported."""

LARGEST_TEXTS_BYTES = 64 * 1024 * 1024
"""All texts of a file together."""

MOST_CHUNKS = 250_000
"""Chunks of a PNG or WebP. libpng cuts pixel data at 8 KiB, so this is a PNG of two gigabytes."""

MOST_SEGMENTS = 4_096
"""Segments of a JPEG before its pixels; each holds 64 KiB at most."""

MOST_EXIF_ENTRIES = 1_024
"""Entries of one EXIF directory; real ones have some dozens."""
