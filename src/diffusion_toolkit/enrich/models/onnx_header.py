"""Reads what an ONNX file takes and gives, without a runtime and without loading its weights.

Source of the field numbers: `onnx.proto3` of the ONNX project, IR version 3 to 13. The file is walked field by field
through a memory map; weights are skipped, so that gigabytes take milliseconds.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from diffusion_toolkit.enrich.models.description import Element, TensorSpec
from diffusion_toolkit.errors import UnreadableFile

GRAPH: Final = 7  # of ModelProto
INITIALIZER, INPUT, OUTPUT = 5, 11, 12  # of GraphProto
VALUE_NAME, VALUE_TYPE = 1, 2  # of ValueInfoProto
TENSOR_TYPE: Final = 1  # of TypeProto
ELEMENT_TYPE, SHAPE = 1, 2  # of TypeProto.Tensor
DIMENSION, DIMENSION_VALUE = 1, 1  # of TensorShapeProto and its Dimension
INITIALIZER_NAME, EXTERNAL_DATA = 8, 13  # of TensorProto
ENTRY_KEY, ENTRY_VALUE = 1, 2  # of StringStringEntryProto

ELEMENTS: Final[dict[int, Element]] = {
    1: "float32",
    2: "uint8",
    3: "int8",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
}

MOST_FIELDS: Final = 1_000_000
"""Of one message; the largest graph we know has some thousands."""

LONGEST_NAME: Final = 4096
NOT_ONNX: Final = "This is not a network in ONNX form, or it is cut off."


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxHeader:
    """What a network takes and gives. weights: names of files beside it that hold its weights, if it is split."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    weights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a message. value: of a number; start, end: of bytes."""

    number: int
    value: int
    start: int
    end: int


def read_header(path: Path) -> OnnxHeader:
    """The inputs and outputs of an ONNX file. Raises UnreadableFile for anything else."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).header()
    except ValueError as error:  # an empty file cannot be mapped
        raise UnreadableFile(NOT_ONNX) from error
    except OSError as error:
        raise UnreadableFile(f"The file cannot be read: {error}") from error


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data

    def header(self) -> OnnxHeader:
        graph = next((field for field in self._fields(0, len(self._data)) if field.number == GRAPH), None)
        if graph is None:
            raise UnreadableFile(NOT_ONNX)
        inputs: list[TensorSpec] = []
        outputs: list[TensorSpec] = []
        weights: dict[str, None] = {}
        constants: set[str] = set()
        for field in self._fields(graph.start, graph.end):
            if field.number == INPUT:
                inputs.append(self._tensor(field))
            elif field.number == OUTPUT:
                outputs.append(self._tensor(field))
            elif field.number == INITIALIZER:
                self._initializer(field, constants, weights)
        # Before IR version 4 constants stood among the inputs too.
        taken = tuple(spec for spec in inputs if spec.name not in constants)
        if not taken or not outputs:
            raise UnreadableFile(NOT_ONNX)
        return OnnxHeader(inputs=taken, outputs=tuple(outputs), weights=tuple(weights))

    def _initializer(self, tensor: _Field, constants: set[str], weights: dict[str, None]) -> None:
        for field in self._fields(tensor.start, tensor.end):
            if field.number == INITIALIZER_NAME:
                constants.add(self._text(field))
            elif field.number == EXTERNAL_DATA:
                entry = {part.number: self._text(part) for part in self._fields(field.start, field.end)}
                if entry.get(ENTRY_KEY) == "location":
                    weights[entry.get(ENTRY_VALUE, "")] = None

    def _tensor(self, info: _Field) -> TensorSpec:
        name, element, shape = "", 0, ()
        for field in self._fields(info.start, info.end):
            if field.number == VALUE_NAME:
                name = self._text(field)
            elif field.number == VALUE_TYPE:
                for kind in self._fields(field.start, field.end):
                    if kind.number == TENSOR_TYPE:
                        element, shape = self._tensor_type(kind)
        return TensorSpec(name=name, element=ELEMENTS.get(element, "other"), shape=shape)

    def _tensor_type(self, kind: _Field) -> tuple[int, tuple[int | None, ...]]:
        element = 0
        shape: tuple[int | None, ...] = ()
        for field in self._fields(kind.start, kind.end):
            if field.number == ELEMENT_TYPE:
                element = field.value
            elif field.number == SHAPE:
                dimensions = (each for each in self._fields(field.start, field.end) if each.number == DIMENSION)
                shape = tuple(self._size(dimension) for dimension in dimensions)
        return element, shape

    def _size(self, dimension: _Field) -> int | None:
        """The size of one axis; None where it has only a name, or what exporters write for any: 0 or -1."""
        for field in self._fields(dimension.start, dimension.end):
            if field.number == DIMENSION_VALUE and 0 < field.value < 2**63:
                return field.value
        return None

    def _text(self, field: _Field) -> str:
        if field.end - field.start > LONGEST_NAME:
            raise UnreadableFile(NOT_ONNX)
        return self._data[field.start : field.end].decode("utf-8", "replace")

    def _fields(self, start: int, end: int) -> Iterator[_Field]:
        """The fields of the message between two offsets."""
        for _ in range(MOST_FIELDS):
            if start >= end:
                return
            key, start = self._number(start, end)
            kind = key & 7
            value = 0
            begin = start
            if kind == 0:
                value, start = self._number(start, end)
            elif kind == 2:
                length, begin = self._number(start, end)
                start = begin + length
            elif kind in (1, 5):
                start += 8 if kind == 1 else 4
            else:
                raise UnreadableFile(NOT_ONNX)
            if start > end:
                raise UnreadableFile(NOT_ONNX)
            yield _Field(key >> 3, value, begin, start)
        raise UnreadableFile(NOT_ONNX)

    def _number(self, start: int, end: int) -> tuple[int, int]:
        """A number of variable length, and where it ends."""
        value = 0
        for place in range(10):
            if start >= end:
                break
            byte = self._data[start]
            start += 1
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                return value, start
        raise UnreadableFile(NOT_ONNX)
