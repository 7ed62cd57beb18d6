"""Files beside a picture that say how it was made."""

import os
from collections.abc import Iterable

from diffusion_toolkit.formats.container import Container, Text


def read_sidecars(path: str | os.PathLike[str], container: Container) -> list[Text]:
    """The texts of the files that belong to this picture alone: same name, another extension."""
    del path, container
    return []


def read_shared_sidecar(path: str | os.PathLike[str], container: Container) -> list[Text]:
    """The text of a `.txt` whose name begins this picture's: one `batch.txt` for `batch-0001.png`, `batch-0002.png`."""
    del path, container
    return []


def caption_among(texts: Iterable[Text]) -> str | None:
    """The sidecar text that describes a picture without being a recipe: a caption, or tags for training."""
    del texts
    return None
