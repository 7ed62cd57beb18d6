"""The line `Steps: 20, Sampler: Euler a, …`: pairs of key and value, where values may hold commas and JSON.

A value is a JSON string in double quotes, a JSON object or list, or plain text up to the next `, Key: `. A word alone
behind a number (`Steps: 20, GFPGAN, Seed: 1`) is its own value: AUTOMATIC1111 writes only the key where both are equal.
"""

import json
import re

from diffusion_toolkit.generators.grammar.json_text import read_json

_NAME = r"[^\W_][^:,\"{}\[\]<>\n]{0,63}"
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_TIDY = re.compile(rf'(?:^|(?<=, ))({_NAME}): ({_STRING}|[^,"{{\[\n\s][^,\n]*|)(?:, |$)', re.DOTALL)
"""A pair as AUTOMATIC1111's own code joins them; begins only behind a separator, so that a long text costs no more."""

_LONGEST_TIDY_LINE = 16 * 1024
"""Characters; the longest real lines hold a few thousand. A megabyte of quotes would cost `_TIDY` 150 ms."""

_IS_NAME = re.compile(_NAME)
_KEY = re.compile(rf"\s*({_NAME}?)[^\S\n]*:(?=[\s\"{{\[]|-?\d|$)[^\S\n]*")
_BEFORE_KEY = re.compile(rf"[,\n][^\S\n]*{_NAME}?[^\S\n]*:(?=[\s\"{{\[]|-?\d|$)")
_QUOTED = re.compile(rf"({_STRING})[^\S\n]*(?:[,\n]|$)", re.DOTALL)
_PLAIN = re.compile(r"[^,\n]*")
_NUMBER = re.compile(r"[+-]?\d[\d.]*(?:x\d+)?$")
_WORD = re.compile(r"[^\S\n]*([^\W\d_][\w .+-]{0,63})(?=[,\n]|$)")
_LONGEST_LINE = 4 * 1024 * 1024
_JSON = json.JSONDecoder(strict=False)
_BRACKETS = ("{", "[")
_SPECIAL = frozenset(('"', *_BRACKETS, *(chr(code) for code in range(0x3001) if chr(code).isspace())))
"""What no plain value begins with."""

_MOST_PAIRS = 4000
"""Pieces of a line that are looked at; real lines have less than a hundred."""

_MOST_PLAIN_PAIRS = 500
_MOST_NAMES_KNOWN = 4096
"""Pieces of a line that is cut at its commas alone; names of keys that are remembered."""

_MOST_BROKEN = 16
"""Values in brackets that may turn out to be no JSON before we stop trying: each failure costs the length of the line,
because Python counts the lines before the error."""


def read_pairs(line: str) -> dict[str, str]:
    """Keys and values of a settings line in their order; a key that comes twice has its last value.

    Quoted values are given without their quotes, JSON values as they stand. Several lines are read as one; a line that
    begins with no key says nothing.
    """
    line = line[:_LONGEST_LINE]
    pairs = _plain_pairs(line)
    if pairs is not None:
        return pairs
    if len(line) <= _LONGEST_TIDY_LINE and ": {" not in line and ": [" not in line:
        found: list[tuple[str, str]] = _TIDY.findall(line)
        if ", ".join([f"{key}: {value}" for key, value in found]) == line:
            return {key: _unquoted(value) if value[:1] == '"' else value.rstrip() for key, value in found}
    return _untidy_pairs(line)


def _plain_pairs(line: str) -> dict[str, str] | None:
    """The pairs of a line that simply falls apart at its commas, as nearly every line does, in a third of the time
    that `_TIDY` takes; None for any other line. Commas may stand in quotes, escapes may not.
    """
    if "\\" in line or "\n" in line:
        return None
    parts = line.split(", ")
    if line.count(",") >= len(parts) or len(parts) > _MOST_PLAIN_PAIRS:
        return None
    pairs: dict[str, str] = {}
    key, quoted = "", None
    for part in parts:
        if quoted is not None:
            quoted.append(part)
            quotes = part.count('"')
            if quotes == 1 and part[-1] == '"':
                pairs[key] = ", ".join(quoted)[1:-1]
                quoted = None
            elif quotes:
                return None
            continue
        key, separator, value = part.partition(": ")
        if not separator or (key not in _known_names and not _is_name(key)):
            return None
        if value[:1] not in _SPECIAL:
            pairs[key] = value.rstrip()
            continue
        quotes = value.count('"')
        if value[0] != '"' or quotes > 2 or (quotes == 2 and value[-1] != '"'):
            return None
        if quotes == 2:
            pairs[key] = value[1:-1]
        else:
            quoted = [value]
    return pairs if quoted is None else None


_known_names: set[str] = set()


def _is_name(key: str) -> bool:
    """Whether this can be a key. Files use the same few again and again, so they are remembered."""
    if _IS_NAME.fullmatch(key) is None:
        return False
    if len(_known_names) >= _MOST_NAMES_KNOWN:
        _known_names.clear()
    _known_names.add(key)
    return True


def _untidy_pairs(line: str) -> dict[str, str]:
    """The same of a line with commas in its values, JSON, lone words, or other gaps between its pairs."""
    pairs: dict[str, str] = {}
    last, begin, position = "", 0, 0
    words, broken, count = False, 0, 0
    while position < len(line):
        full = count >= _MOST_PAIRS
        count += 1
        match = None if full else _KEY.match(line, position)
        if match is not None:
            last, begin, words = match[1], match.end(), False
            end = begin
            if line[begin : begin + 1] in _BRACKETS and broken < _MOST_BROKEN:
                end = _end_of_json(line, begin)
                broken += end == begin
            pairs[last], position = _value(line, begin, end)
        elif last and not full and (words or _NUMBER.match(pairs[last])) and (word := _lone_word(line, position)):
            pairs[word] = word
            words, position = True, _end_of_plain(line, position)
        else:
            before, position = position, len(line) if full else _before_key(line, position)
            if last and not words and line[before - 1] == ",":
                pairs[last] = line[begin : _end_of_line(line, before, position)].strip()
        position += 1
    return pairs


def _lone_word(line: str, position: int) -> str | None:
    match = _WORD.match(line, position) if line[position - 1] == "," else None
    return match[1].rstrip() if match else None


def _before_key(line: str, position: int) -> int:
    """Where the separator before the next key stands."""
    match = _BEFORE_KEY.search(line, position)
    return match.start() if match else len(line)


def _end_of_line(line: str, begin: int, end: int) -> int:
    found = line.find("\n", begin, end)
    return end if found < 0 else found


def _end_of_plain(line: str, position: int) -> int:
    match = _PLAIN.match(line, position)
    return match.end() if match else len(line)


def _value(line: str, position: int, end_of_json: int) -> tuple[str, int]:
    """The value that begins here, and the position of the separator behind it."""
    if line[position : position + 1] == '"':
        match = _QUOTED.match(line, position)
        if match:
            return _unquoted(match[1]), match.end() - (match[0][-1] in ",\n")
    end = _end_of_plain(line, end_of_json)
    return line[position:end].strip(), end


def _unquoted(quoted: str) -> str:
    if "\\" not in quoted:
        return quoted[1:-1]
    try:
        value = read_json(quoted)
    except ValueError:
        return quoted[1:-1]
    return value if isinstance(value, str) else quoted[1:-1]


def _end_of_json(line: str, position: int) -> int:
    """Where the JSON that begins here ends; the same position when it is none."""
    try:
        _, end = _JSON.raw_decode(line, position)
    except (ValueError, RecursionError):
        return position
    return end
