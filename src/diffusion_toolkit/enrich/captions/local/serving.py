"""llama.cpp as a process: `python -m diffusion_toolkit.enrich.captions.local.serving`.

It reads one line from its standard input, `Load` as JSON, loads the model, writes one line, `Loaded` as JSON, and
answers OpenAI's chat requests on this machine until its input ends, so that it never outlives who started it. A process
of its own, because a damaged model, or one that is too large, ends llama.cpp and whoever runs in the same one; and
because all memory of a card is given back only when a process ends. Nobody without the key is answered.
"""

import importlib
import os
import sys
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

MODULE: Final = "diffusion_toolkit.enrich.captions.local.serving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What to load. template: "" = the model's own; context_tokens: of one question with its answer; parallel:
    questions at the same time; gpu_layers: -1 = as many as fit; threads: 0 = one per core; key: of visitors.
    """

    weights: str
    projector: str
    template: str
    context_tokens: int
    parallel: int
    gpu_layers: int
    threads: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Where it answers; or "" and why it does not. device: what it runs on."""

    address: str = ""
    device: str = ""
    problem: str = ""


def main() -> int:
    """Load, answer, end with the input."""
    # llama.cpp may write to standard output; the answer goes past it.
    answer = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    wanted = Load(**orjson.loads(sys.stdin.buffer.readline()))
    try:
        server, device = _load(wanted)
    except (RuntimeError, ValueError, OSError) as error:
        _tell(answer, Loaded(problem=str(error)))
        return 1
    _tell(answer, Loaded(address=server.listening_address, device=device))
    while sys.stdin.buffer.read(4096):
        pass
    # What is being answered now is wanted by nobody any more.
    os._exit(0)


def _tell(answer: Any, loaded: Loaded) -> None:
    answer.write(orjson.dumps(asdict(loaded)) + b"\n")


def _load(wanted: Load) -> tuple[Any, str]:
    runtime: Any = importlib.import_module("xllamacpp")  # compiled, without types
    parameters = runtime.CommonParams()
    parameters.model.path = wanted.weights
    parameters.mmproj.path = wanted.projector
    parameters.n_ctx = wanted.context_tokens * wanted.parallel
    parameters.n_parallel = wanted.parallel
    parameters.n_gpu_layers = wanted.gpu_layers
    if wanted.threads:
        parameters.cpuparams.n_threads = wanted.threads
        parameters.cpuparams_batch.n_threads = wanted.threads
    if wanted.template:
        parameters.chat_template = wanted.template
    parameters.api_keys = [wanted.key]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.ui = False
    parameters.endpoint_metrics = True
    parameters.cache_ram_mib = 0  # no two questions begin with the same picture
    parameters.offline = True
    parameters.verbosity = 1  # errors
    devices = [str(each["description"]) for each in runtime.get_device_info() if "GPU" in str(each["type"])]
    return runtime.Server(parameters), (devices or ["cpu"])[0] if wanted.gpu_layers else "cpu"


if __name__ == "__main__":
    sys.exit(main())
