"""AUTOMATIC1111's Stable Diffusion web UI, and texts in its form whose program is not known."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_program import parameters_by
from diffusion_toolkit.generators.grammar.parameters_text import SOURCES
from diffusion_toolkit.record import Recipe

_SLUG = "automatic1111"


def _read(container: Container) -> Recipe | None:
    parameters = parameters_by(container, _SLUG)
    return recipe_of(parameters, _SLUG) if parameters else None


AUTOMATIC1111 = Generator(slug=_SLUG, title="AUTOMATIC1111", sources=SOURCES, read=_read)
