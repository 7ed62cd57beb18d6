"""The text AUTOMATIC1111 invented and many programs write: prompt, `Negative prompt: …`, `Steps: 20, Sampler: …`.

This file cuts the text into its parts; `parameters_fields` gives the parts their meaning.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators.grammar.json_text import read_object
from diffusion_toolkit.generators.grammar.settings_line import read_pairs

SOURCES = ("png:parameters", "exif:UserComment", "exif:ImageDescription", "exif:XPComment", "jpeg:COM")
"""Where such a text may stand, best place first."""

_NEGATIVE = "negative prompt:"
_STEPS = re.compile(r"steps\s*:\s*\d", re.IGNORECASE)
_TYPICAL = frozenset(
    {
        "steps", "sampler", "schedule type", "cfg scale", "seed", "size", "model hash", "model", "version", "clip skip",
        "denoising strength", "vae", "app", "pipeline", "distilled cfg scale", "hashes", "lora hashes",
    }
)  # fmt: skip
_TEMPLATES = ("Template:", "Negative Template:")


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


def find_parameters(container: Container, *marks: str) -> Parameters | None:
    """The first text of the file that is of this kind.

    marks: words of which the text must hold one, however cased, to be read at all; saves reading it once per program.
    """
    for source in SOURCES:
        text = container.text(source)
        if text is not None and (not marks or _has_mark(text.value, marks)):
            found = read_parameters(text)
            if found is not None:
                return found
    return None


def _has_mark(value: str, marks: tuple[str, ...]) -> bool:
    folded = value.casefold()
    return any(mark in folded for mark in marks)


def read_parameters(text: Text) -> Parameters | None:
    """The parts of a text, or None when it is something else, JSON above all.

    A text without settings line counts only in a chunk named `parameters`, or when it has a negative prompt.
    """
    value = text.value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if value[:11].casefold() == "parameters:":
        value = value[11:].lstrip()
    if not value or read_object(value) is not None:
        return None
    lines = value.split("\n")
    at, pairs = _settings_at(lines)
    body = lines[:at]
    prompt, negative = _prompts(body)
    if not pairs and negative is None and text.key.casefold() != "parameters":
        return None
    settings = _with_lines_after(pairs, lines[at + 1 :])
    return Parameters(prompt=prompt, negative_prompt=negative, settings=settings, source=text.source)


def _settings_at(lines: list[str]) -> tuple[int, dict[str, str]]:
    """Position and pairs of the last line that is a plausible settings line: a prompt may hold another one, pasted in.

    Without one, the position behind the last line and no pairs.
    """
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index].lstrip()
        if ":" not in line or line[:16].casefold() == _NEGATIVE:
            continue
        pairs = read_pairs(line.rstrip())
        typical = len(_TYPICAL & {key.casefold() for key in pairs})
        if typical >= (2 if _STEPS.match(line) else 4):
            return index, pairs
        if _STEPS.match(line) and index == len(lines) - 1 and typical == 1 and re.fullmatch(r"\D+\d+\s*,?\s*", line):
            return index, pairs
    return len(lines), {}


def _prompts(lines: list[str]) -> tuple[str | None, str | None]:
    """What stands before the first line that begins with "Negative prompt:", and what from there on."""
    prompt: list[str] = []
    negative: list[str] | None = None
    for line in lines:
        if line.lstrip()[: len(_NEGATIVE)].casefold() == _NEGATIVE:
            negative = negative if negative is not None else []
            negative.append(line.lstrip()[len(_NEGATIVE) :].lstrip())
        else:
            (prompt if negative is None else negative).append(line)
    return _joined(prompt), None if negative is None else _joined(negative)


def _joined(lines: list[str]) -> str | None:
    return "\n".join(lines).strip() or None


def _with_lines_after(pairs: dict[str, str], lines: list[str]) -> dict[str, str]:
    """The settings, and what extensions wrote on lines of their own behind them."""
    settings = dict(pairs)
    key: str | None = None
    for line in lines:
        template = next((name for name in _TEMPLATES if line.startswith(name)), None)
        if template:
            key = template[:-1]
            settings[key] = line[len(template) :].strip()
        elif key:
            settings[key] = f"{settings[key]}\n{line}".strip()
        else:
            settings |= read_pairs(line)
    return settings
