"""Midjourney."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.record import Recipe


def _read(container: Container) -> Recipe | None:
    del container
    return None


MIDJOURNEY = Generator(slug="midjourney", title="Midjourney", sources=("not yet",), read=_read)
