"""AUTOMATIC1111's Stable Diffusion web UI, and texts in its form whose program is not known."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_program import program_of
from diffusion_toolkit.generators.grammar.parameters_text import SOURCES, find_parameters
from diffusion_toolkit.record import Recipe

_SLUG = "automatic1111"


def _read(container: Container) -> Recipe | None:
    parameters = find_parameters(container)
    if parameters is None or program_of(parameters) != _SLUG:
        return None
    return recipe_of(parameters, _SLUG)


AUTOMATIC1111 = Generator(slug=_SLUG, title="AUTOMATIC1111", sources=SOURCES, read=_read)
