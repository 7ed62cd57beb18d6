"""stable-diffusion.cpp and programs built on it: AUTOMATIC1111's text, the sampler in its own names."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_program import parameters_by
from diffusion_toolkit.generators.grammar.parameters_text import SOURCES
from diffusion_toolkit.record import Recipe

_SLUG = "stable-diffusion-cpp"


def _read(container: Container) -> Recipe | None:
    parameters = parameters_by(container, _SLUG)
    return recipe_of(parameters, _SLUG) if parameters else None


STABLE_DIFFUSION_CPP = Generator(slug=_SLUG, title="stable-diffusion.cpp", sources=SOURCES, read=_read)
