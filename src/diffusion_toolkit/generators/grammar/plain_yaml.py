"""The simple YAML that programs dump their settings in: a value per line, texts in quotes or without, flat lists."""

import json
import re

from diffusion_toolkit.record import JsonValue

_KEY = re.compile(r"([A-Za-z_][\w .-]{0,80}):(?:[^\S\n]+|$)")
_ITEM = re.compile(r"^[^\S\n]*-[^\S\n]+", re.MULTILINE)
_GAPS = re.compile(r"[^\S\n]*\n\s*")
_INTEGER = re.compile(r"[+-]?\d{1,24}$")
_DECIMAL = re.compile(r"[+-]?(?:\d{1,24}\.\d{0,24}|\.\d{1,24})(?:[eE][+-]?\d{1,3})?$")
_WORDS: dict[str, JsonValue] = {"null": None, "~": None, "": None, "true": True, "false": False}
_LONGEST = 1024 * 1024


def read_plain_yaml(text: str) -> dict[str, JsonValue]:
    """The values at the top of such a text; nested objects are left out. Never raises; {} for what is no YAML."""
    values: dict[str, JsonValue] = {}
    key, lines = "", list[str]()
    for line in text[:_LONGEST].replace("\r\n", "\n").split("\n"):
        match = _KEY.match(line)
        if match is not None and not _open(lines):
            if key:
                values[key] = _value("\n".join(lines))
            key, lines = match[1], [line[match.end() :]]
        elif key:
            lines.append(line)
    if key:
        values[key] = _value("\n".join(lines))
    return values


def _open(lines: list[str]) -> bool:
    """Whether a quoted text has begun and not ended, so that what looks like a key belongs to it."""
    if not lines or lines[0][:1] not in ("'", '"'):
        return False
    quote = lines[0][0]
    last = lines[-1].rstrip()
    return not last.endswith(quote) or (len(lines) == 1 and len(last) == 1)


def _value(text: str) -> JsonValue:
    text = text.strip()
    if text[:1] == "'":
        return _folded(text[1:].removesuffix("'")).replace("''", "'")
    if text[:1] == '"':
        return _escaped(text)
    if text[:1] in ("|", ">"):
        return "\n".join(line.strip() for line in text.split("\n")[1:]).strip()
    if text[:2] == "- ":
        return [_scalar(item.strip()) for item in _ITEM.split(text) if item.strip()]
    return _scalar(_folded(text))


def _folded(text: str) -> str:
    """Line ends as YAML reads them: a single one is a blank, an empty line is one line end."""
    return _GAPS.sub(lambda match: "\n" * (match[0].count("\n") - 1) or " ", text)


def _escaped(text: str) -> str:
    r"""A text in double quotes; a `\` at the end of a line joins it to the next, whose blanks begin with `\ `."""
    joined = re.sub(r"\\\n\s*", "", text).replace("\\ ", " ")
    try:
        value: object = json.loads(_folded(joined), strict=False)
    except ValueError:
        return text.strip('"')
    return value if isinstance(value, str) else text


def _scalar(text: str) -> JsonValue:
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return float(text)
    return _value(text) if text[:1] in ("'", '"') else text
