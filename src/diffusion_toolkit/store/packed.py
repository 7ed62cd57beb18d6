"""Reads the binary form that PostgreSQL sends rows and arrays in, many at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, LiteralString

import numpy as np

from diffusion_toolkit.errors import StoreError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.void]


def array_values(data: bytes, lengths: "NDArray[Any]", kind: str) -> "NDArray[Any]":
    """The elements of arrays as PostgreSQL sends them, one array after the other; NaN for NULL.

    Lengths of 0 may stand for arrays that are not there. Each is a head of five numbers (an empty one of three), then a
    size and a value per element (of NULL only a size).
    """
    full = lengths[lengths > 0].astype(np.int64)
    words = np.frombuffer(data, ">i4")
    at = _places(words, full)
    if at is None:
        words = _usual(words)
        at = _places(words, full)
    if at is None:
        raise StoreError("The database sent arrays of an unexpected form; is it of another version?")
    values = words[at].astype("=i4")
    return values if kind == ">i4" else values.view("=f4")


def _places(words: "NDArray[Any]", lengths: "NDArray[np.int64]") -> "NDArray[np.int64] | None":
    """Where the values of arrays of these lengths stand; None when the arrays are not all of the usual form."""
    ends = np.cumsum(2 * lengths + 5)
    if len(words) != (int(ends[-1]) if len(ends) else 0):
        return None
    skipped = np.cumsum(lengths) - lengths
    sizes = 2 * (np.arange(int(lengths.sum()), dtype=np.int64) - np.repeat(skipped, lengths))
    sizes += np.repeat(ends - 2 * lengths, lengths)
    # Three NULLs are as much shorter as the head of an empty array is longer.
    return sizes + 1 if (words[sizes] == _BYTES_OF_A_NUMBER).all() else None


_BYTES_OF_A_NUMBER = 4
_NAN = np.array([4, np.array(np.nan, ">f4").view(">i4")], ">i4")


def _usual(words: "NDArray[Any]") -> "NDArray[Any]":
    """Arrays as they mostly are: without the heads of empty ones, and with NaN for each NULL."""
    kept: list[NDArray[Any]] = []
    at = 0
    while at < len(words):
        begin, at = at, at + (5 if words[at] else 3)
        if words[begin] and not words[begin + 1]:
            at += 2 * int(words[begin + 3])
            kept.append(words[begin:at])
        elif words[begin]:
            kept.append(words[begin:at])
            for _ in range(int(words[begin + 3])):
                is_null = words[at] == -1
                kept.append(_NAN if is_null else words[at : at + 2])
                at += 1 if is_null else 2
    return np.concatenate([words[:0], *kept])


def parse_rows(data: bytes, columns: Sequence[tuple[str, str, LiteralString]]) -> "Rows":
    """Records of these columns: name, type as sent, and the expression, which does not matter here."""
    fields = [("fields", ">i4")]
    for name, kind, _ in columns:
        fields += [(f"{name} type", ">i4"), (f"{name} size", ">i4"), (name, kind)]
    record = np.dtype(fields)
    count, rest = divmod(len(data), record.itemsize)
    raw = np.frombuffer(data, record, count=count)
    if rest or not all((raw[f"{name} size"] == np.dtype(kind).itemsize).all() for name, kind, _ in columns):
        raise StoreError("The database sent rows of an unexpected form; is it of another version?")
    rows = np.empty(count, np.dtype([(name, np.dtype(kind).newbyteorder("=")) for name, kind, _ in columns]))
    for name, _, _ in columns:
        rows[name] = raw[name]
    return rows
