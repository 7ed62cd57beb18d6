"""Midjourney: the prompt as it was typed, with its flags and the id of the job, in the description."""

import re
from itertools import islice

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, plain_recipe
from diffusion_toolkit.record import JsonValue, Origin, Recipe, changed

_SOURCES = ("png:Description", "xmp:dc:description", "exif:ImageDescription", "iptc:Caption-Abstract")
_JOB = re.compile(r"\s*Job ID:\s*([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})\s*$")
_FLAG = re.compile(r"(?:^|\s)(?:--|\u2014)([a-zA-Z]+)(?=\s|$)")
_BESIDE = ("png:Author", "png:Creation Time", "xmp:dc:creator")
_MOST_FLAGS = 100
"""There are about 40; what stands behind more than that is the value of the last."""

_KEYS = Keys(negative_prompt=("no",), seed=("seed", "sameseed"))


def _read(container: Container) -> Recipe | None:
    for text in container.texts_at(*_SOURCES):
        job = _JOB.search(text.value[-200:]) if "Job ID:" in text.value[-200:] else None
        if job is not None:
            return _recipe(container, text, text.value[: -len(job[0])] if job[0] else text.value, job[1])
    return None


def _recipe(container: Container, text: Text, typed: str, job: str) -> Recipe:
    prompt, flags = _parts(typed)
    version = _version(flags)
    fields = Fields(flags, text.source, "--")
    recipe = plain_recipe(fields, _KEYS, generator="midjourney", source=text.source)
    beside: dict[str, JsonValue] = {found.key: found.value for found in container.texts_at(*_BESIDE)}
    origins = dict(recipe.origins)
    if prompt:
        origins["prompt"] = (Origin(text.source),)
    if version:
        origins["generator_version"] = (Origin(text.source, f"--{version[0]}"),)
    return changed(
        recipe,
        prompt=prompt,
        generator_version=version[1] if version else None,
        extra={**recipe.extra, "Job ID": job, **beside},
        origins=origins,
    )


def _parts(typed: str) -> tuple[str | None, dict[str, JsonValue]]:
    """The prompt, and each flag with its value; a flag without one is true."""
    matches = list(islice(_FLAG.finditer(typed), _MOST_FLAGS))
    ends = [*(match.start() for match in matches[1:]), len(typed)][: len(matches)]
    flags: dict[str, JsonValue] = {}
    for match, end in zip(matches, ends, strict=True):
        value = typed[match.end() : end].strip()
        flags[match[1]] = value if value else True
    return (typed[: matches[0].start()] if matches else typed).strip() or None, flags


def _version(flags: dict[str, JsonValue]) -> tuple[str, str] | None:
    """Which Midjourney it was: "6.1", or "niji 6"."""
    for name in ("v", "version", "niji"):
        if name in flags and not isinstance(flags[name], bool):
            value = flags.pop(name)
            return name, f"niji {value}" if name == "niji" else str(value)
    return None


MIDJOURNEY = Generator(slug="midjourney", title="Midjourney", sources=_SOURCES, read=_read)
