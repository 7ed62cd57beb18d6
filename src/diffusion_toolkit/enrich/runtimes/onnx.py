"""Runs networks by ONNX Runtime, and says what they really run on.

ONNX Runtime goes on without a word on the processor when the provider that was asked for cannot be loaded; here the
session is asked afterwards what it really runs on.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.enrich.models.description import Element, TensorSpec
from diffusion_toolkit.errors import NotInstalled, ToolkitError, UnreadableFile, UsageError

Device: TypeAlias = Literal["auto", "cpu", "cuda", "directml"]

PROVIDERS: Final[Mapping[str, str]] = {
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
"""ONNX Runtime's names of devices, the fastest first."""

ELEMENTS: Final[Mapping[str, Element]] = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}

_OUT_OF_MEMORY: Final = ("failed to allocate memory", "out of memory", "bad allocation", "bad_alloc", "cuda failure 2")
"""What ONNX Runtime writes when memory is at an end; it has no error of its own for it."""


class OutOfMemory(ToolkitError):
    """The batch does not fit into the memory of the device; a smaller one may."""


class NetworkFailed(ToolkitError):
    """The network could not be run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeOptions:
    """device: "auto" takes the fastest there is; device_id: which of several cards; threads: of the processor, 0 = one
    per core; memory_limit_bytes: of the card, None = all of it.
    """

    device: Device = "auto"
    device_id: int = 0
    threads: int = 0
    memory_limit_bytes: int | None = None


class _Argument(Protocol):
    name: str
    type: str
    shape: Sequence[object]


class _Session(Protocol):
    def get_inputs(self) -> Sequence[_Argument]: ...
    def get_outputs(self) -> Sequence[_Argument]: ...
    def get_providers(self) -> list[str]: ...
    def disable_fallback(self) -> None: ...
    def run(self, names: Sequence[str] | None, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]: ...


class _Options(Protocol):
    intra_op_num_threads: int
    log_severity_level: int


class _Runtime(Protocol):
    def get_available_providers(self) -> list[str]: ...
    def SessionOptions(self) -> _Options: ...  # noqa: N802  (ONNX Runtime's name)
    def InferenceSession(  # noqa: N802  (ONNX Runtime's name)
        self, path: str, options: _Options, providers: list[tuple[str, dict[str, object]]]
    ) -> _Session: ...


class OnnxNetwork:
    """A loaded network. device: what it really runs on; notice: a sentence for the user when that is not what was to
    be expected. May be used from several threads.
    """

    def __init__(self, session: _Session, device: str, notice: str | None) -> None:
        self._session = session
        self.device = device
        self.notice = notice
        self.inputs = tuple(_spec(each) for each in session.get_inputs())
        self.outputs = tuple(_spec(each) for each in session.get_outputs())

    def run(self, feeds: Mapping[str, NDArray[Any]], outputs: Sequence[str]) -> list[NDArray[Any]]:
        """The named outputs for these inputs, by name. Raises OutOfMemory and NetworkFailed."""
        try:
            return self._session.run(outputs, feeds)
        # ONNX Runtime's errors have no common class but Exception: they are made in its C++ part.
        except Exception as error:
            text = str(error)
            if isinstance(error, MemoryError) or any(sign in text.casefold() for sign in _OUT_OF_MEMORY):
                raise OutOfMemory(f"The batch does not fit into the memory of the device ({self.device}).") from error
            raise NetworkFailed(f"The network could not be run: {_first_line(text)}") from error


def available_devices() -> tuple[str, ...]:
    """The devices that the installed ONNX Runtime knows, the fastest first. Raises NotInstalled."""
    known = _runtime().get_available_providers()
    return tuple(device for device, provider in PROVIDERS.items() if provider in known)


def open_network(path: Path, options: RuntimeOptions) -> OnnxNetwork:
    """Load a network. Raises NotInstalled, UnreadableFile for what is none, UsageError for a device we lack."""
    runtime = _runtime()
    there = available_devices()
    if options.device not in ("auto", *there):
        raise UsageError(f'ONNX Runtime has no device "{options.device}" here; it has: {", ".join(there)}.')
    wanted = there[0] if options.device == "auto" else options.device
    session = _session(runtime, path, wanted, options)
    if PROVIDERS[wanted] in session.get_providers():
        session.disable_fallback()
        return OnnxNetwork(session, wanted, None)
    reason = f'The device "{wanted}" cannot be used: its driver or libraries could not be loaded.'
    if options.device != "auto":
        raise UsageError(reason)
    return OnnxNetwork(session, "cpu", f"{reason} Running on the processor.")


def _session(runtime: _Runtime, path: Path, device: str, options: RuntimeOptions) -> _Session:
    settings = runtime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.log_severity_level = 3  # errors only: what fails is told by us
    providers: list[tuple[str, dict[str, object]]] = [(PROVIDERS["cpu"], {})]
    if device != "cpu":
        providers.insert(0, (PROVIDERS[device], _device_options(device, options)))
    if device == "cuda" and (preload := getattr(runtime, "preload_dlls", None)):
        preload()  # finds CUDA in the wheels beside it
    try:
        return runtime.InferenceSession(str(path), settings, providers)
    except Exception as error:  # as in `run`: no common class
        raise UnreadableFile(f"The network cannot be loaded: {_first_line(str(error))}") from error


def _device_options(device: str, options: RuntimeOptions) -> dict[str, object]:
    found: dict[str, object] = {"device_id": options.device_id}
    if device == "cuda":
        # Without searching, the first batch of each size is not held up for seconds.
        found |= {"arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}
        if options.memory_limit_bytes is not None:
            found["gpu_mem_limit"] = options.memory_limit_bytes
    return found


def _runtime() -> _Runtime:
    try:
        return cast("_Runtime", importlib.import_module("onnxruntime"))
    except ImportError as error:
        raise NotInstalled(
            "ONNX Runtime, which runs the models, is not installed: install diffusion-toolkit[enrich], or "
            "diffusion-toolkit[cuda] for NVIDIA cards; one of them, not both."
        ) from error


def _spec(argument: _Argument) -> TensorSpec:
    shape = tuple(size if isinstance(size, int) and size > 0 else None for size in argument.shape)
    return TensorSpec(name=argument.name, element=ELEMENTS.get(argument.type, "other"), shape=shape)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:300]


def as_element(numbers: NDArray[Any], element: Element) -> NDArray[Any]:
    """Numbers as a network asks for them: some exports take halves."""
    return numbers.astype(np.float16) if element == "float16" else numbers
