"""What a model is, as frozen data: where it comes from, what it takes and gives, and how one knows its files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from diffusion_toolkit.enrich.models.gguf_header import GgufHeader

Element: TypeAlias = Literal["float16", "float32", "float64", "uint8", "int8", "int32", "int64", "bool", "other"]
"""Type of a tensor's elements."""

Task: TypeAlias = Literal["tags", "captions"]
"""What models are for."""

NETWORK: Final = "network"
LABELS: Final = "labels"
PROJECTOR: Final = "projector"

PINNED_ALIKE: Final = "size and SHA-256 as pinned by other programs for this revision; the same in all of them"
"""Where a file's size and digest are known from."""

FLOATS: Final[tuple[Element, ...]] = ("float32", "float16")
"""Elements a network may ask for where float numbers are meant: halves are cast at its door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSpec:
    """One input or output of a network.

    name: as the exporter called it; shape: None is any size, as of the batch.
    """

    name: str
    element: Element
    shape: tuple[int | None, ...]

    def accepts(self, other: "TensorSpec") -> bool:
        """Whether another export's tensor can stand in its place; names differ among exports and are not compared."""
        same = self.element == other.element or (self.element in FLOATS and other.element in FLOATS)
        pairs = zip(self.shape, other.shape, strict=False)
        return (
            same and len(self.shape) == len(other.shape) and all(None in pair or pair[0] == pair[1] for pair in pairs)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A file that a network needs beside it.

    names: what it is called where the network comes from, the usual one first; fits: whether bytes are such a file.
    """

    role: str
    names: tuple[str, ...]
    fits: Callable[[bytes], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a family of interchangeable networks takes and gives.

    preprocessing: name of the way from pixels to input; stored with results, for another way gives other scores;
    source: where this is written down; gguf: whether a model of language and its projector, in GGUF form, are of the
    family; None: its networks are in ONNX form.
    """

    name: str
    task: Task
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    companions: tuple[Companion, ...]
    preprocessing: str
    source: str
    gguf: Callable[[GgufHeader, GgufHeader], bool] | None = None

    def fits(self, inputs: tuple[TensorSpec, ...], outputs: tuple[TensorSpec, ...]) -> bool:
        """Whether a network with these inputs and outputs is one of the family; it may give more than that."""
        if self.gguf or len(inputs) != len(self.inputs):
            return False
        taken = all(any(spec.accepts(each) for each in inputs) for spec in self.inputs)
        return taken and all(any(spec.accepts(each) for each in outputs) for spec in self.outputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A file of a model in its repository.

    sha256: 64 small hexadecimal digits, None = not known to us, then the hub's own statement is taken;
    source: where size and digits are written down.
    """

    role: str
    path: str
    size_bytes: int | None
    sha256: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDescription:
    """A model of the catalogue. revision: commit of the repository; suggested: values its card recommends, by name."""

    name: str
    title: str
    contract: Contract
    repository: str
    revision: str
    licence: str
    files: tuple[ModelFile, ...]
    suggested: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    suggested_source: str = ""

    @property
    def network(self) -> ModelFile:
        """The file with the network."""
        return next(file for file in self.files if file.role == NETWORK)

    @property
    def size_bytes(self) -> int:
        """Of all its files, as far as known."""
        return sum(file.size_bytes or 0 for file in self.files)

    @property
    def names_of_folder(self) -> tuple[str, str]:
        """What a folder or file is called that holds it: our name, or its repository's."""
        return self.name, self.repository.rpartition("/")[2]
