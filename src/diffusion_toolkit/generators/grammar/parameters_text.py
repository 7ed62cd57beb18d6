"""The text AUTOMATIC1111 invented and many programs write: prompt, `Negative prompt: …`, `Steps: 20, Sampler: …`.

This file cuts the text into its parts; `parameters_fields` gives the parts their meaning.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from diffusion_toolkit.formats import Container, Text, video_tags
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.generators.grammar.settings_line import read_pairs

SOURCES = (
    "png:parameters",
    "exif:UserComment",
    "exif:ImageDescription",
    "exif:XPComment",
    "xmp:dc:description",
    "xmp:exif:UserComment",
    "jpeg:COM",
    "gif:comment",
    *video_tags("parameters", "comment", "description"),
    "stealth:alpha",
    "stealth:rgb",
    "sidecar:txt",
    "iptc:Caption-Abstract",
)
"""Where such a text may stand, best place first."""

_NEGATIVE = "negative prompt:"
_STEPS = re.compile(r"steps\s*:\s*\d", re.IGNORECASE)
_LONE_STEPS = re.compile(r"\D+\d+\s*,?\s*$")
_TYPICAL = frozenset(
    {
        "steps", "sampler", "schedule type", "cfg scale", "seed", "size", "model hash", "model", "version", "clip skip",
        "denoising strength", "vae", "app", "pipeline", "distilled cfg scale", "hashes", "lora hashes",
    }
)  # fmt: skip
_TEMPLATES = ("Template:", "Negative Template:")
_IN_ONE_LINE = re.compile(r"Steps: \d+, (?:Sampler|Schedule type|Scheduler|CFG scale|Seed|Size|Model hash|Model): ")
_MOST_LINES_AFTER = 2000
"""Lines behind the settings, of templates, that are looked past."""

_INLINE_NEGATIVE = re.compile("Negative prompt:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The parts of one such text; settings is empty when it has no settings line."""

    prompt: str | None
    negative_prompt: str | None
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    source: str

    def setting(self, *keys: str) -> str | None:
        """The value of the first of these keys that is there, compared without regard to case."""
        for key in keys:
            if key in self.settings:
                return self.settings[key]
        folded = {key.casefold(): value for key, value in self.settings.items()}
        return next((folded[key.casefold()] for key in keys if key.casefold() in folded), None)


def find_parameters(container: Container) -> Parameters | None:
    """The first text of the file that is of this kind; read once per file, however many readers ask."""
    return container.found_by(_find)


def _find(container: Container) -> Parameters | None:
    for text in container.texts_at(*SOURCES):
        if text.value.lstrip("\0 \t\r\n")[:1] == "{" and object_at(container, text.source):
            continue
        found = read_parameters(text)
        if found is not None:
            return found
    return None


def read_parameters(text: Text) -> Parameters | None:
    """The parts of a text that is no JSON, or None when it is something else.

    A text without settings line counts only in a chunk named `parameters`, or when it has a negative prompt.
    """
    value = text.value
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = value.strip("\0 \t\n\v\f")
    if value[:11].casefold() == "parameters:":
        value = value[11:].lstrip()
    if not value:
        return None
    lines = value.split("\n")
    if "Steps: " in lines[-1] and lines[-1][:6] != "Steps:":
        lines[-1:] = _apart(lines[-1])
    at, pairs = _settings_at(lines)
    prompt, negative = _prompts(lines[:at])
    if not pairs and negative is None and text.key.casefold() != "parameters":
        return None
    after = lines[at + 1 :]
    settings = _with_lines_after(lines[at], pairs, after) if after else pairs
    return Parameters(prompt=prompt, negative_prompt=negative, settings=settings, source=text.source)


def _settings_at(lines: list[str]) -> tuple[int, dict[str, str]]:
    """Position and pairs of the last line that is a plausible settings line: a prompt may hold another one, pasted in.

    Without one, the position behind the last line and no pairs.
    """
    for index in range(len(lines) - 1, max(-1, len(lines) - 1 - _MOST_LINES_AFTER), -1):
        line = lines[index].strip()
        if ":" not in line or line[:16].casefold() == _NEGATIVE:
            continue
        first = _STEPS.match(line) is not None
        if not first and line.count(":") < 4:
            continue
        pairs = read_pairs(line)
        if first and "Steps" in pairs and "Seed" in pairs:  # nearly every line; the rest is for the others
            return index, pairs
        typical = len(_TYPICAL.intersection([key.casefold() for key in pairs]))
        if typical >= (2 if first else 4):
            return index, pairs
        if first and index == len(lines) - 1 and typical == 1 and _LONE_STEPS.match(line):
            return index, pairs
    return len(lines), {}


def _apart(line: str) -> list[str]:
    """Prompt, negative prompt and settings of a line that is all three: some programs turn line ends into blanks."""
    last = None
    for match in _IN_ONE_LINE.finditer(line):
        last = match
    if last is None or not last.start():
        return [line]
    body, settings = line[: last.start()], line[last.start() :].lstrip()
    negative = _INLINE_NEGATIVE.search(body)
    return [body[: negative.start()], body[negative.start() :].lstrip(), settings] if negative else [body, settings]


def _prompts(lines: list[str]) -> tuple[str | None, str | None]:
    """What stands before the first line that begins with "Negative prompt:", and what from there on."""
    prompt: list[str] = []
    negative: list[str] | None = None
    for line in lines:
        begin = line.lstrip()
        if begin[:1] in ("N", "n") and begin[: len(_NEGATIVE)].casefold() == _NEGATIVE:
            negative = negative if negative is not None else []
            negative.append(begin[len(_NEGATIVE) :].lstrip())
        else:
            (prompt if negative is None else negative).append(line)
    return _joined(prompt), None if negative is None else _joined(negative)


def _joined(lines: list[str]) -> str | None:
    return "\n".join(lines).strip() or None


def _with_lines_after(line: str, pairs: dict[str, str], after: list[str]) -> dict[str, str]:
    """The settings, and what extensions wrote on lines of their own behind them: templates, JSON over several lines."""
    plain = next((index for index, each in enumerate(after) if each.startswith(_TEMPLATES)), len(after))
    settings = read_pairs("\n".join([line.strip(), *after[:plain]])) if plain else dict(pairs)
    key = ""
    for each in after[plain:]:
        template = next((name for name in _TEMPLATES if each.startswith(name)), None)
        if template:
            key = template[:-1]
            settings[key] = each[len(template) :]
        else:
            settings[key] += f"\n{each}"
    for name in _TEMPLATES:
        if name[:-1] in settings:
            settings[name[:-1]] = settings[name[:-1]].strip()
    return settings
