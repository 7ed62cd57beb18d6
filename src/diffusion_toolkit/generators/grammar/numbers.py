"""Numbers as generators write them, read exactly or not at all."""

import math
import re

from diffusion_toolkit.record import JsonValue

LARGEST_SEED = 2**64 - 1
_SIZE = re.compile(r"\s*\(?\s*(\d{1,6})\s*[x×X,]\s*(\d{1,6})\s*\)?\s*$")
_MOST_DIGITS = 24
_INTEGER = re.compile(r"\s*([+-]?\d{1,24})(?:\.0{0,16})?\s*$")


def read_integer(value: JsonValue) -> int | None:
    """An integer, also when written "20" or 20.0; None for anything else. Digits are never lost."""
    if isinstance(value, str):
        if len(value) <= _MOST_DIGITS and value.isdecimal():
            return int(value)  # a third of the time
        match = _INTEGER.match(value)
        return int(match[1]) if match else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    return None


def read_count(value: JsonValue) -> int | None:
    """An integer that fits a counter of steps or layers (32 bits)."""
    number = read_integer(value)
    return number if number is not None and -(2**31) <= number < 2**31 else None


def read_seed(value: JsonValue) -> int | None:
    """A seed: 0 to 2^64 - 1, or -1 as some programs write for "any"."""
    number = read_integer(value)
    return number if number is not None and -(2**63) <= number <= LARGEST_SEED else None


def read_decimal(value: JsonValue) -> float | None:
    """A finite decimal number, also when written as text."""
    if not isinstance(value, (str, float, int)) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def read_size(value: JsonValue) -> tuple[int, int] | None:
    """ "512x768" as (width, height)."""
    if not isinstance(value, str):
        return None
    width, _, height = value.partition("x")
    if width.isdecimal() and height.isdecimal() and len(width) <= 6 and len(height) <= 6:
        return int(width), int(height)  # a third of the time
    match = _SIZE.match(value)
    return (int(match[1]), int(match[2])) if match else None
