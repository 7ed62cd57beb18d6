"""Draw Things."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.record import Recipe


def _read(container: Container) -> Recipe | None:
    del container
    return None


DRAW_THINGS = Generator(slug="drawthings", title="Draw Things", sources=("not yet",), read=_read)
