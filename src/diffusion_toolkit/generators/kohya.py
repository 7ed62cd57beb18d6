"""kohya's sd-scripts: `gen_img.py` writes one PNG chunk per value; previews of a training only have a file name."""

import re

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal, read_seed
from diffusion_toolkit.generators.grammar.prompt_tags import loras_in
from diffusion_toolkit.record import JsonValue, Origin, Recipe

_SLUG = "kohya"
_CHUNKS = (
    "prompt",
    "seed",
    "sampler",
    "steps",
    "scale",
    "negative-prompt",
    "negative-scale",
    "clip-prompt",
    "raw-prompt",
    "original-height",
    "original-width",
    "original-height-negative",
    "original-width-negative",
    "crop-top",
    "crop-left",
)
_MARKS = ("png:prompt", "png:seed", "png:steps", "png:scale")
_PREVIEW = re.compile(
    r"(?:(?P<name>.{1,200})_)?(?:e(?P<epoch>\d{6})|(?P<step>\d{6}))_(?P<number>\d{2})_20\d{12}(?:_(?P<seed>\d{1,20}))?\.png$"
)
"""`NAME_e000010_00_20240131120000_42.png`: epoch or step, number of the prompt, time, seed (`train_util.py`)."""


def _read(container: Container) -> Recipe | None:
    name = container.text("name")
    if name is not None:
        return _preview(name.value)
    if len(container.texts_at(*_MARKS)) < len(_MARKS):
        return None
    found = {name: text.value for name in _CHUNKS if (text := container.text(f"png:{name}"))}
    fields = _Chunks(found, "png:")
    prompt = fields.text("prompt", "prompt")
    loras = loras_in(prompt or "")
    if loras:
        fields.note("loras", "prompt")
    return Recipe(
        generator=_SLUG,
        source="png:prompt",
        prompt=prompt,
        negative_prompt=fields.text("negative_prompt", "negative-prompt"),
        steps=fields.number("steps", read_count, "steps"),
        sampler=fields.text("sampler", "sampler"),
        cfg_scale=fields.number("cfg_scale", read_decimal, "scale"),
        seed=fields.number("seed", read_seed, "seed"),
        loras=loras,
        extra=fields.left,
        problems=tuple(fields.problems),
        origins=fields.origins,
    )


class _Chunks(Fields):
    """Fields that stand each in a chunk of its own, which is its origin."""

    __slots__ = ()

    def note(self, field: str, key: str) -> None:
        """Remember that `field` of the recipe has (also) to do with this chunk."""
        self.origins[field] = (*self.origins.get(field, ()), Origin(f"png:{key}"))


def _preview(name: str) -> Recipe | None:
    """What the file name of a training preview says: seed, epoch or step. The file itself says nothing."""
    match = _PREVIEW.match(name)
    if match is None:
        return None
    extra: dict[str, JsonValue] = {key: int(match[key]) for key in ("epoch", "step", "number") if match[key]}
    if match["name"]:
        extra["output_name"] = match["name"]
    seed = read_seed(match["seed"])
    origins = {} if seed is None else {"seed": (Origin("name", "seed"),)}
    return Recipe(generator=_SLUG, source="name", seed=seed, extra=extra, origins=origins)


KOHYA = Generator(slug=_SLUG, title="kohya sd-scripts", sources=(*_MARKS, "name"), read=_read)
