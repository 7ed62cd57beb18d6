"""Mochi Diffusion: `Include in Image: a fox; Steps: 20; … Generator: Mochi Diffusion 5.2` as the picture's caption.

Until version 6 the values are joined by "; ", which a prompt may hold as well; since then each stands on a line of its
own behind `Metadata Version: 2`, with its line ends as `\\n`.
"""

from collections.abc import Iterable, Iterator

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, plain_recipe
from diffusion_toolkit.record import JsonValue, Recipe, changed

_SLUG = "mochidiffusion"
_SOURCES = ("iptc:Caption-Abstract", "xmp:dc:description", "exif:ImageDescription", "png:Description")
_MARK = "Generator: Mochi Diffusion"
_LINES = "Metadata Version:"
_BETWEEN = "; "
_KEYS = Keys(
    generator_version=("Generator",),
    prompt=("Include in Image", "Prompt"),
    negative_prompt=("Exclude from Image", "Negative"),
    steps=("Steps",),
    sampler=("Scheduler",),
    cfg_scale=("Guidance Scale", "Guidance"),
    seed=("Seed",),
    model=("Model",),
    size=("Size",),
)
_NAMES = frozenset(
    {
        "Date", "Engine", "Model Key", "Quality", "Starting Image", "ControlNet Image", "Input Images", "Upscaler",
        "ML Compute Unit", "Include in Image", "Prompt", "Exclude from Image", "Negative", "Steps", "Scheduler",
        "Guidance Scale", "Guidance", "Seed", "Model", "Size", "Generator",
    }
)  # fmt: skip
_MOST_PARTS = 10_000


def _read(container: Container) -> Recipe | None:
    for text in container.texts_at(*_SOURCES):
        if _MARK in text.value:
            return _recipe(text)
    return None


def _recipe(text: Text) -> Recipe:
    fields = Fields(_values(text.value.strip("\0 \r\n")), text.source)
    drop_empty(fields, *_NAMES)
    recipe = plain_recipe(fields, _KEYS, generator=_SLUG, source=text.source)
    version = recipe.generator_version
    return changed(recipe, generator_version=version.removeprefix("Mochi Diffusion").strip() if version else None)


def _values(caption: str) -> dict[str, JsonValue]:
    """Each value by its name. Between semicolons, what begins with no name is more of the value before."""
    if caption.startswith(_LINES):
        return {name: _unescaped(value) for name, value in _named(caption.split("\n", _MOST_PARTS))}
    values: dict[str, list[str]] = {}
    last: list[str] = []
    for part in caption.split(_BETWEEN, _MOST_PARTS):
        named = next(_named([part]), None)
        if named is not None and named[0] not in values:
            last = values[named[0]] = [named[1]]
        else:
            last.append(part)
    return {name: _BETWEEN.join(parts) for name, parts in values.items()}


def _named(parts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for part in parts:
        name, separator, value = part.partition(":")
        if separator and name in _NAMES:
            yield name, value.removeprefix(" ")


def _unescaped(value: str) -> str:
    """The value with its own line ends and backslashes; a NUL, which no text holds, stands for these meanwhile."""
    if "\\" not in value:
        return value
    return value.replace("\\\\", "\0").replace("\\n", "\n").replace("\\r", "\r").replace("\0", "\\")


MOCHI_DIFFUSION = Generator(slug=_SLUG, title="Mochi Diffusion", sources=_SOURCES, read=_read)
