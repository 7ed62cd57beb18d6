"""InvokeAI's command line: `"a lighthouse [blurry]" -s 50 -S 7 -W512 -H512 -C7.5 -A k_lms`."""

import re

from diffusion_toolkit.generators.grammar.fields import Fields, plain
from diffusion_toolkit.generators.grammar.json_recipe import Keys, plain_recipe
from diffusion_toolkit.record import JsonValue, Origin, Recipe, changed

_QUOTED = re.compile(r'"(.*?)"(?=\s+-|\s*$)', re.DOTALL)
_FIRST_SWITCH = re.compile(r"\s(?=-s\s*\d)")
_ANY_SWITCH = re.compile(r"\s(?=--?[A-Za-z])")
_WORDS = re.compile(r'"[^"]*"|\'[^\']*\'|\S+')
_NEGATIVE = re.compile(r"(?<!\\)\[([^\[\]]*)\]")
_SHORT = {
    "s": "steps",
    "S": "seed",
    "W": "width",
    "H": "height",
    "C": "cfg_scale",
    "A": "sampler_name",
    "m": "sampler_name",
    "f": "strength",
    "I": "init_img",
    "M": "init_mask",
    "G": "facetool_strength",
    "ft": "facetool",
    "cf": "codeformer_fidelity",
    "U": "upscale",
    "V": "with_variations",
    "v": "variation_amount",
    "n": "iterations",
    "b": "batch_size",
    "g": "grid",
    "i": "individual",
    "t": "log_tokenization",
    "F": "full_precision",
    "x": "skip_normalize",
    "T": "fit",
    "fit": "fit",
    "D": "out_direction",
    "c": "outcrop",
    "tm": "text_mask",
    "o": "outdir",
    "save_orig": "save_original",
    "embiggen": "embiggen",
    "embiggen_tiles": "embiggen_tiles",
}
"""Short switches and what InvokeAI itself calls them."""

_KEYS = Keys(
    steps=("steps",),
    sampler=("sampler_name", "sampler"),
    cfg_scale=("cfg_scale",),
    seed=("seed",),
    denoising_strength=("strength",),
    width=("width",),
    height=("height",),
)


def recipe_of_command(command: str, source: str) -> Recipe:
    """What such a command says. One that draws nothing (`!mask`, `!fix`) stands in `extra` as a whole."""
    stripped = command.strip()
    if stripped.startswith(("!", "<too lazy")):
        return Recipe(generator="invokeai", source=source, extra={"Dream": command})
    text, switches = _parts(stripped)
    values, spelled = _options(switches)
    recipe = plain_recipe(Fields(values, source), _KEYS, generator="invokeai", source=source)
    prompt, negative = split_prompt(text)
    origins = {name: tuple(_spelled(place, spelled) for place in places) for name, places in recipe.origins.items()}
    for name, value in (("prompt", prompt), ("negative_prompt", negative)):
        if value is not None:
            origins[name] = (Origin(source),)
    return changed(recipe, prompt=prompt, negative_prompt=negative, origins=origins)


def _spelled(place: Origin, spelled: dict[str, str]) -> Origin:
    return Origin(place.source, spelled.get(place.key or "", place.key))


def split_prompt(text: str) -> tuple[str | None, str | None]:
    """The prompt without its [parts in brackets], and those parts: they are what shall not be in the picture."""
    negatives = [part.strip() for part in _NEGATIVE.findall(text)]
    if not any(negatives):
        return (text.strip() and text) or None, None
    parts = (part.strip() for part in _NEGATIVE.sub("\0", text).split("\0"))
    return " ".join(part for part in parts if part) or None, " ".join(part for part in negatives if part)


def _parts(command: str) -> tuple[str, str]:
    """The prompt and the switches behind it. Old versions wrote the prompt without quotes."""
    quoted = _QUOTED.match(command)
    if quoted:
        return quoted[1], command[quoted.end() :]
    if command.startswith("-"):
        return "", command
    switch = _FIRST_SWITCH.search(command) or _ANY_SWITCH.search(command)
    return (command[: switch.start()], command[switch.end() :]) if switch else (command, "")


def _options(switches: str) -> tuple[dict[str, JsonValue], dict[str, str]]:
    """Values by the long name of their switch, and how each switch was spelled."""
    found: dict[str, list[str]] = {}
    spelled: dict[str, str] = {}
    name = ""
    for word in _WORDS.findall(switches):
        if len(word) > 1 and word[0] == "-" and (word[1].isalpha() or word[1] == "-"):
            switch, value = _switch(word)
            name = _SHORT.get(switch.lstrip("-"), switch.lstrip("-")) if switch[:2] != "--" else switch[2:]
            found[name] = [value] if value else []
            spelled[name] = switch
        elif name:
            found[name].append(word.strip("\"'"))
    return {key: _value(values) for key, values in found.items()}, spelled


def _switch(word: str) -> tuple[str, str]:
    """A switch and the value glued to it: "-s50", "--steps=50"."""
    if word.startswith("--"):
        switch, _, value = word.partition("=")
        return switch, value
    return (word, "") if word[1:] in _SHORT else (word[:2], word[2:])


def _value(values: list[str]) -> JsonValue:
    if not values:
        return True
    return plain(values[0]) if len(values) == 1 else [plain(value) for value in values]
