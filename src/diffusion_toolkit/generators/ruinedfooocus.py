"""RuinedFooocus."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.record import Recipe


def _read(container: Container) -> Recipe | None:
    del container
    return None


RUINED_FOOOCUS = Generator(slug="ruinedfooocus", title="RuinedFooocus", sources=("not yet",), read=_read)
