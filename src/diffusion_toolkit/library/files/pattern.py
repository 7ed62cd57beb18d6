"""Names made of a pattern: "{date} {model} {index:4}"."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.files.names import fitting
from diffusion_toolkit.store.file_rows import PatternRow

LONGEST_PATTERN: Final = 500
LONGEST_VALUE: Final = 80
MOST_DIGITS: Final = 12
UNKNOWN: Final = "unknown"

_PART = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One picture whose name is made. stem: its name now, without the ending; index: its place, from 1."""

    stem: str
    folder: str
    index: int
    moment: datetime
    row: PatternRow


Field = Callable[[Subject], str | int | None]

FIELDS: Final[Mapping[str, Field]] = {
    "name": lambda subject: subject.stem,
    "index": lambda subject: subject.index,
    "folder": lambda subject: subject.folder,
    "date": lambda subject: subject.moment.strftime("%Y-%m-%d"),
    "time": lambda subject: subject.moment.strftime("%H-%M-%S"),
    "year": lambda subject: subject.moment.strftime("%Y"),
    "month": lambda subject: subject.moment.strftime("%m"),
    "day": lambda subject: subject.moment.strftime("%d"),
    "seed": lambda subject: subject.row.seed,
    "model": lambda subject: subject.row.model,
    "sampler": lambda subject: subject.row.sampler,
    "width": lambda subject: subject.row.width,
    "height": lambda subject: subject.row.height,
    "rating": lambda subject: subject.row.rating,
    "prompt": lambda subject: subject.row.prompt,
}
"""What may stand in braces. A number after a colon says how many digits: {index:4}."""


def check_pattern(pattern: str) -> None:
    """Raise UsageError when names cannot be made of this pattern."""
    if len(pattern) > LONGEST_PATTERN:
        raise UsageError(f"A pattern has at most {LONGEST_PATTERN} characters.")
    for name, digits in _PART.findall(pattern):
        if name not in FIELDS:
            raise UsageError(f"A pattern knows no {{{name}}}. It knows {', '.join(f'{{{each}}}' for each in FIELDS)}.")
        if digits and not (digits.isdecimal() and 1 <= int(digits[:3]) <= MOST_DIGITS):
            raise UsageError(f"After the colon stands a number of digits, 1 to {MOST_DIGITS}: {{{name}:4}}.")
    if not _PART.search(pattern) and pattern:
        raise UsageError(
            'A pattern needs a part in braces, as in "{name} {index}", or all files would be called alike.'
        )
    if not pattern or "{" in _PART.sub("", pattern) or "}" in _PART.sub("", pattern):
        raise UsageError('A pattern is text with parts in braces, as in "{date} {index:4}".')


def name_of(pattern: str, subject: Subject, ending: str) -> str:
    """The name that a checked pattern gives to a picture; `ending` (with its dot) is kept."""

    def value(part: re.Match[str]) -> str:
        found = FIELDS[part[1]](subject)
        text = UNKNOWN if found is None or found == "" else str(found)
        text = text.zfill(int(part[2])) if part[2] and text.isdecimal() else text
        return text if part[1] == "name" else fitting(" ".join(text.split())[:LONGEST_VALUE])

    stem = fitting(_PART.sub(value, pattern), len(ending.encode("utf-8", "surrogateescape")))
    return stem.rstrip(". ") + ending


def moment_of(row: PatternRow, zone: tzinfo | None) -> datetime:
    """The date of a picture in the user's time zone."""
    return datetime.fromtimestamp(row.date, zone)
