"""The headers of model files: safetensors and GGUF. Only these bytes are read, and nothing is ever unpickled.

A header is somebody else's file: its length, its JSON, its counts are checked before they are believed.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final, cast

import orjson

from diffusion_toolkit.errors import UnreadableFile

LARGEST_HEADER: Final = 32 * 2**20
"""Bytes. The format allows 100 MB; the largest real ones (every tag of a training set) have some 5 MB."""

MOST_KEYS: Final = 2_000
MOST_STRING: Final = 100_000
MOST_GGUF_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """metadata: what the file says of itself, text by key; shapes: of its weights by name; weights_at: where they
    begin in the file, None where that is not known.
    """

    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    weights_at: int | None = None


def safetensors_header(file: BinaryIO, size_bytes: int) -> Header:
    """The header of a safetensors file. Raises UnreadableFile, which says what is wrong with it."""
    length = weights_begin(file, size_bytes) - 8
    data = file.read(length)
    if len(data) < length:
        raise UnreadableFile("The file ends within its header.")
    if data.count(b'"__metadata__"') > 1:
        raise UnreadableFile("The header names its metadata twice.")
    try:
        loaded: object = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UnreadableFile("The header is no JSON.") from error
    if not isinstance(loaded, dict):
        raise UnreadableFile("The header is no JSON object.")
    found = cast("dict[str, object]", loaded)
    metadata = found.pop("__metadata__", None)
    shapes = {name: shape for name, value in found.items() if (shape := _shape(value)) is not None}
    return Header(metadata=_texts(metadata), shapes=shapes, weights_at=length + 8)


def weights_begin(file: BinaryIO, size_bytes: int) -> int:
    """Where the weights of a safetensors file begin; the file then stands at its header. Raises UnreadableFile."""
    file.seek(0)
    start = file.read(8)
    if len(start) < 8:
        raise UnreadableFile("The file is too short to be a safetensors file.")
    length: int = struct.unpack("<Q", start)[0]
    if length > size_bytes - 8:
        raise UnreadableFile("The header claims to be longer than the file.")
    if length > LARGEST_HEADER:
        raise UnreadableFile(f"The header has {length:,} bytes; more than {LARGEST_HEADER:,} are not read.")
    if length < 2:
        raise UnreadableFile("The header is empty.")
    return length + 8


def _shape(value: object) -> tuple[int, ...] | None:
    shape = cast("dict[str, object]", value).get("shape") if isinstance(value, dict) else None
    if not isinstance(shape, list) or len(cast("list[object]", shape)) > 16:
        return None
    return tuple(size for size in cast("list[object]", shape) if isinstance(size, int))


def _texts(metadata: object) -> dict[str, str]:
    if not isinstance(metadata, dict):
        return {}
    pairs = list(cast("dict[str, object]", metadata).items())[:MOST_KEYS]
    return {key: value for key, value in pairs if isinstance(value, str)}


_SCALARS: Final = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING: Final = 8
_ARRAY: Final = 9


def gguf_header(file: BinaryIO, size_bytes: int) -> Header:
    """What a GGUF file says of itself: `general.name`, `general.architecture` … Raises UnreadableFile."""
    file.seek(0)
    reader = _Gguf(file, min(size_bytes, MOST_GGUF_BYTES))
    if reader.take(4) != b"GGUF":
        raise UnreadableFile("The file is no GGUF file.")
    version = reader.number("<I")
    if not 2 <= version <= 3:
        raise UnreadableFile(f"GGUF version {version} is not known.")
    reader.number("<Q")
    count = reader.number("<Q")
    if count > MOST_KEYS:
        raise UnreadableFile("The header claims more values than a real file has.")
    found: dict[str, str] = {}
    for _ in range(count):
        key = reader.text()
        value = reader.value(reader.number("<I"))
        if value is not None:
            found[key] = value
    return Header(metadata=found)


class _Gguf:
    """Reads little-endian values, never past `most` bytes."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = file
        self._left = most

    def take(self, count: int) -> bytes:
        if count > self._left:
            raise UnreadableFile("The file ends within its header, or the header is too long.")
        self._left -= count
        data = self._file.read(count)
        if len(data) < count:
            raise UnreadableFile("The file ends within its header.")
        return data

    def skip(self, count: int) -> None:
        if count > self._left:
            raise UnreadableFile("The file ends within its header, or the header is too long.")
        self._left -= count
        self._file.seek(count, 1)

    def number(self, form: str) -> int:
        return int(struct.unpack(form, self.take(struct.calcsize(form)))[0])

    def text(self) -> str:
        length = self.number("<Q")
        kept = min(length, MOST_STRING)
        text = self.take(kept).decode("utf-8", "replace")
        self.skip(length - kept)
        return text

    def value(self, kind: int) -> str | None:
        """A value as text; None for an array, which is passed over."""
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            self._array()
            return None
        form = _SCALARS.get(kind)
        if form is None:
            raise UnreadableFile("The header holds a value of an unknown kind.")
        return str(struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0])

    def _array(self) -> None:
        kind, count = self.number("<I"), self.number("<Q")
        if kind in _SCALARS:
            self.skip(count * struct.calcsize("<" + _SCALARS[kind]))
        elif kind == _STRING:
            # At least eight bytes each, so a count that lies ends with the bytes that are left.
            for _ in range(count):
                self.skip(self.number("<Q"))
        else:
            raise UnreadableFile("The header holds a list of an unknown kind.")
