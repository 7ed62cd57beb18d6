"""Hugging Face Space."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.record import Recipe


def _read(container: Container) -> Recipe | None:
    del container
    return None


HUGGING_FACE = Generator(slug="huggingface", title="Hugging Face Space", sources=("not yet",), read=_read)
