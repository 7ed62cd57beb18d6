"""What a stage is: something that looks at pictures by a model and writes what it saw.

A new stage is a file in `enrich.stages` and a line in its registry. It says what it needs and what it is; planning,
decoding, batching, faults, progress and commits are the engine's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.enrich.runtimes.onnx import RuntimeOptions
from diffusion_toolkit.errors import ToolkitError
from diffusion_toolkit.media.pixels import PixelNeed
from diffusion_toolkit.media.squares import Pixels
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.enrichment_texts import TextNeed
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.proposals import ProposalDraft

Cause: TypeAlias = Literal["file", "gone", "network", "memory", "process", "answer"]
"""Why a picture failed: its file cannot be decoded; it is not there, which is kept as "file"; the network raised; it
needs too much memory; the process died with it again and again; a server's answer cannot be used."""

TRIED: Final = 24
"""Pictures on which a stage is tried where its kind says nothing else."""

Prepared = TypeVar("Prepared")
Result = TypeVar("Result")

Options: TypeAlias = Mapping[str, JsonValue]
"""What somebody asked of a kind of stages: checked, complete, kept with the run. No secrets: they come at run time."""


class StageFailed(ToolkitError):
    """The stage cannot go on with any picture; the run stops, and what waits keeps waiting."""


@dataclass(frozen=True, slots=True)
class ItemFailed:
    """What stands in the place of a result for one picture. message: for the user."""

    message: str
    cause: Cause = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One picture as a stage asked for it. texts: those of what was asked for that there are."""

    image_id: int
    pixels: Pixels | None = None
    texts: Mapping[TextNeed, str] = field(default_factory=lambda: MappingProxyType({}))


class Stage(Protocol[Prepared, Result]):
    """One opened stage.

    name: key of what is known of each picture, at most 100 characters; version: of all that a result depends on beside
    the picture; pictures that another version looked at are looked at again. device, notices: for people.
    fixed_batch: pictures at once; None: found by trying, up to the memory.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def pixels(self) -> PixelNeed | None: ...
    @property
    def texts(self) -> tuple[TextNeed, ...]: ...
    @property
    def device(self) -> str: ...
    @property
    def notices(self) -> tuple[str, ...]: ...
    @property
    def fixed_batch(self) -> int | None: ...

    def prepare(self, given: Given) -> Prepared:
        """From a picture to what goes into a batch, on any thread. What it raises is this picture's failure."""
        ...

    def infer(self, batch: Sequence[Prepared]) -> Sequence[Result | ItemFailed]:
        """Results in order; on a card two threads ask at once. Raises OutOfMemory, after which a smaller batch is
        tried, and StageFailed; after anything else the batch is halved until the picture that causes it is alone.
        """
        ...

    def write(self, connection: Connection, rows: Sequence[tuple[int, Result]]) -> None:
        """Write results of images, in the transaction of a small commit and in the order of ids."""
        ...

    def proposal(self, result: Result) -> ProposalDraft:
        """What a person is asked instead of writing."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


AnyStage: TypeAlias = Stage[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageContext:
    """What this machine and this entrance add to a run. decoders: processes that decode, 0 = one for each core;
    given: by kind, what is not kept with the run, such as keys.
    """

    models_folder: Path
    runtime: RuntimeOptions = field(default_factory=RuntimeOptions)
    decoders: int = 0
    given: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """What opened stages will be called, known without loading a network. texts: what they will ask for;
    pace: names what their speed depends on beside the machine, "" for the name alone.
    """

    name: str
    version: str
    texts: tuple[TextNeed, ...] = ()
    pace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageKind:
    """One kind of stages, as a person asks for it.

    check: completes options, raises UsageError; plan, open: the stages, which share the decoding of each picture.
    Both raise NotFound for a model that is not here, `open` also NotInstalled and UnreadableFile. leave_out: takes the
    images out of a plan that these options do not mean, though they were chosen. trial: on how many pictures it may be
    tried unasked, to see how fast it is; 0 where that would cost money.
    """

    name: str
    check: Callable[[Options], dict[str, JsonValue]]
    plan: Callable[[Options, StageContext], tuple[StagePlan, ...]]
    open: Callable[[Options, StageContext], tuple[AnyStage, ...]]
    leave_out: Callable[[Connection, Options, NDArray[np.integer]], NDArray[np.integer]] | None = None
    trial: Callable[[Options], int] = lambda options: TRIED


def device_of(runners: Sequence[Sequence[AnyStage]]) -> str:
    """What stages that were opened once for each device run on, in words."""
    devices = dict.fromkeys(stage.device for stage in runners[0])
    return ", ".join(devices) + (f" × {len(runners)}" if len(runners) > 1 else "")
