"""SD.Next (formerly Vladmandic): AUTOMATIC1111's text, marked `App: SD.Next`, often without a sampler."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_program import MARKS, program_of
from diffusion_toolkit.generators.grammar.parameters_text import SOURCES, find_parameters
from diffusion_toolkit.record import Recipe

_SLUG = "sdnext"


def _read(container: Container) -> Recipe | None:
    parameters = find_parameters(container, *MARKS[_SLUG])
    if parameters is None or program_of(parameters) != _SLUG:
        return None
    return recipe_of(parameters, _SLUG)


SDNEXT = Generator(slug=_SLUG, title="SD.Next", sources=SOURCES, read=_read)
