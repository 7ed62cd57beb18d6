"""SD.Next (formerly Vladmandic): AUTOMATIC1111's text, marked `App: SD.Next`, often without a sampler."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_program import parameters_by
from diffusion_toolkit.generators.grammar.parameters_text import SOURCES
from diffusion_toolkit.record import Recipe

_SLUG = "sdnext"


def _read(container: Container) -> Recipe | None:
    parameters = parameters_by(container, _SLUG)
    return recipe_of(parameters, _SLUG) if parameters else None


SDNEXT = Generator(slug=_SLUG, title="SD.Next", sources=SOURCES, read=_read)
