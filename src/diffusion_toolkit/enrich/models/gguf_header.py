"""Reads what a GGUF file says of itself, without a runtime and without its weights.

Source: the description of the format in ggml (`docs/gguf.md`), versions 2 and 3, and the keys of llama.cpp
(`llama-arch`, `clip-impl.h`). Everything is bounded; of long lists only the texts are kept.
"""

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from diffusion_toolkit.errors import UnreadableFile

MAGIC: Final = b"GGUF"
VERSIONS: Final = (2, 3)
MOST_KEYS: Final = 10_000
MOST_TENSORS: Final = 100_000
MOST_DIMENSIONS: Final = 8
MOST_ITEMS: Final = 2_000_000
LONGEST_TEXT: Final = 4 * 2**20
PROJECTOR: Final = "clip"
"""The architecture of a file that turns pictures into what a model of language reads."""

NOT_GGUF: Final = "This is not a model in GGUF form, or it is cut off."

_NUMBERS: Final = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_TEXT, _LIST = 8, 9

Value: TypeAlias = int | float | bool | str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufHeader:
    """The keys of a file, and the shapes of its tensors, the innermost size first. values: numbers, texts, lists of
    texts.
    """

    values: Mapping[str, Value]
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def architecture(self) -> str:
        """Such as "llama", or "clip" for a projector."""
        return self.text("general.architecture")

    @property
    def width(self) -> int:
        """How many numbers stand for a token: what a projector makes must have as many; 0 = not told."""
        if self.architecture == PROJECTOR:
            # Older converters wrote another number of the vision model under this key; the weights do not err.
            last = self.shapes.get("mm.2.weight", ())
            return last[-1] if len(last) == 2 else self.number("clip.vision.projection_dim")
        return self.number(f"{self.architecture}.embedding_length")

    @property
    def tokens(self) -> frozenset[str]:
        """The vocabulary."""
        found = self.values.get("tokenizer.ggml.tokens", ())
        return frozenset(found) if isinstance(found, tuple) else frozenset()

    def text(self, key: str) -> str:
        """A text, "" where there is none."""
        found = self.values.get(key, "")
        return found if isinstance(found, str) else ""

    def number(self, key: str) -> int:
        """A whole number, 0 where there is none."""
        found = self.values.get(key, 0)
        return int(found) if isinstance(found, int | float) else 0


def read_gguf(path: Path) -> GgufHeader:
    """What a GGUF file says of itself. Raises UnreadableFile for anything else."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).header()
    except (OSError, ValueError, struct.error) as error:  # ValueError: an empty file cannot be mapped
        raise UnreadableFile(NOT_GGUF) from error


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._place = 0

    def header(self) -> GgufHeader:
        magic = self._data[:4]
        self._place = 4
        version, tensors, keys = (int(self._number(form)) for form in ("<I", "<Q", "<Q"))
        if magic != MAGIC or version not in VERSIONS or keys > MOST_KEYS or tensors > MOST_TENSORS:
            raise UnreadableFile(NOT_GGUF)
        values: dict[str, Value] = {}
        for _ in range(keys):
            key = self._text()
            value = self._value(int(self._number("<I")))
            if value is not None:
                values[key] = value
        return GgufHeader(values=values, shapes=dict(self._tensor() for _ in range(tensors)))

    def _tensor(self) -> tuple[str, tuple[int, ...]]:
        name, rank = self._text(), int(self._number("<I"))
        if rank > MOST_DIMENSIONS:
            raise UnreadableFile(NOT_GGUF)
        shape = tuple(int(self._number("<Q")) for _ in range(rank))
        self._place += struct.calcsize("<IQ")  # its type, and where it begins
        return name, shape

    def _value(self, kind: int) -> Value | None:
        if kind == _TEXT:
            return self._text()
        if kind == _LIST:
            return self._list()
        if kind not in _NUMBERS:
            raise UnreadableFile(NOT_GGUF)
        return self._number(_NUMBERS[kind])

    def _list(self) -> tuple[str, ...] | None:
        kind, count = int(self._number("<I")), int(self._number("<Q"))
        if count > MOST_ITEMS:
            raise UnreadableFile(NOT_GGUF)
        if kind == _TEXT:
            return tuple(self._text() for _ in range(count))
        if kind not in _NUMBERS:
            raise UnreadableFile(NOT_GGUF)
        self._place += count * struct.calcsize(_NUMBERS[kind])
        return None

    def _text(self) -> str:
        size = int(self._number("<Q"))
        end = self._place + size
        if size > LONGEST_TEXT or end > len(self._data):
            raise UnreadableFile(NOT_GGUF)
        text = self._data[self._place : end].decode("utf-8", "replace")
        self._place = end
        return text

    def _number(self, form: str) -> int | float:
        (value,) = struct.unpack_from(form, self._data, self._place)
        self._place += struct.calcsize(form)
        return value
