"""The line `Steps: 20, Sampler: Euler a, …`: pairs of key and value, where values may hold commas and JSON.

A value is a JSON string in double quotes, a JSON object or list, or plain text up to the next `, Key: `.
"""

import json
import re

from diffusion_toolkit.generators.grammar.json_text import read_json

_KEY = re.compile(r"\s*([^\W_][^:,\"{}\[\]<>\n]{0,63}?)\s*:(?=\s|\"|\{|\[|-?\d|$)\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?=,|$)', re.DOTALL)
_LONGEST_LINE = 4 * 1024 * 1024


def read_pairs(line: str) -> dict[str, str]:
    """Keys and values of a settings line in their order; a key that comes twice has its last value.

    Quoted values are given without their quotes, JSON values as they stand.
    """
    pairs: dict[str, str] = {}
    line = line[:_LONGEST_LINE]
    position, begin, last = 0, 0, None
    goes_on = False
    while position < len(line):
        match = _KEY.match(line, position)
        if match is None:
            position, goes_on = _end_of_plain(line, position) + 1, True
            continue
        if goes_on and last is not None:
            pairs[last] = line[begin : position - 1].strip()
        last, begin, goes_on = match[1], match.end(), False
        pairs[last], position = _value(line, begin)
    if goes_on and last is not None:
        pairs[last] = line[begin:].strip()
    return pairs


def _end_of_plain(line: str, position: int) -> int:
    comma = line.find(",", position)
    return comma if comma >= 0 else len(line)


def _value(line: str, position: int) -> tuple[str, int]:
    """The value that begins here, and where the next key may begin."""
    first = line[position : position + 1]
    if first == '"':
        match = _QUOTED.match(line, position)
        if match:
            return _unquoted(match[0].rstrip()), match.end() + 1
    elif first in ("{", "["):
        end = _end_of_json(line, position)
        if end is not None:
            comma = _end_of_plain(line, end)
            return line[position:comma].strip(), comma + 1
    end = _end_of_plain(line, position)
    return line[position:end].strip(), end + 1


def _unquoted(quoted: str) -> str:
    try:
        value = read_json(quoted)
    except ValueError:
        return quoted[1:-1]
    return value if isinstance(value, str) else quoted[1:-1]


def _end_of_json(line: str, position: int) -> int | None:
    try:
        _, end = json.JSONDecoder(strict=False).raw_decode(line, position)
    except (ValueError, RecursionError):
        return None
    return end
