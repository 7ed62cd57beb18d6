"""kohya sd-scripts."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.record import Recipe


def _read(container: Container) -> Recipe | None:
    del container
    return None


KOHYA = Generator(slug="kohya", title="kohya sd-scripts", sources=("not yet",), read=_read)
