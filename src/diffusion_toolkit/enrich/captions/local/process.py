"""Starts llama.cpp in a process of its own, asks it, and ends it."""

import logging
import queue
import secrets
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import orjson

from diffusion_toolkit.enrich.captions.local import joycaption
from diffusion_toolkit.enrich.captions.local.serving import MODULE, Load, Loaded
from diffusion_toolkit.enrich.captions.options import LocalCaptionOptions
from diffusion_toolkit.enrich.models.description import PROJECTOR
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.errors import NotInstalled, ServiceFailed
from diffusion_toolkit.integrations.openai_server import OpenAiServer, OpenAiServerOptions, ServerUnusable

RUNTIME: Final = "xllamacpp"
_END_S: Final = 5.0
_MOST_LOGGED: Final = 4000

_log = logging.getLogger(__name__)


def check_installed() -> None:
    """Raises NotInstalled when llama.cpp is missing."""
    if find_spec(RUNTIME) is None:
        raise NotInstalled("What runs captioning models is not installed: install diffusion-toolkit[joycaption].")


class LlamaProcess:
    """A loaded model. Its questions may be asked from many threads at once; `stop` it in the end."""

    def __init__(self, model: InstalledModel, options: LocalCaptionOptions) -> None:
        """Load a model. Raises NotInstalled, and ServerUnusable when llama.cpp cannot load it."""
        check_installed()
        key = secrets.token_urlsafe(32)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by `stop`
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        try:
            loaded = self._load(_load_of(model, options, key), options.start_timeout_s)
        except BaseException:
            self.stop()
            raise
        self.device = loaded.device
        self.server = OpenAiServer(
            OpenAiServerOptions(
                url=f"{loaded.address}/v1",
                model=model.name,
                api_key=key,
                timeout_s=options.timeout_s,
                attempts=1,
                parallel=options.parallel,
            )
        )

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        """Its number."""
        return self._process.pid

    def wait_for_end(self, timeout_s: float) -> bool:
        """Whether it has ended, or does within so many seconds: a broken connection is seen before the end is."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """End it; its memory is given back."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def log_errors(self) -> None:
        """Write the end of what llama.cpp said to the log."""
        self._errors.seek(0, 2)
        self._errors.seek(max(0, self._errors.tell() - _MOST_LOGGED))
        _log.warning("llama.cpp ended: %s", self._errors.read().decode("utf-8", "replace").strip())

    def _load(self, wanted: Load, timeout_s: float) -> Loaded:
        assert self._process.stdin
        try:
            self._process.stdin.write(orjson.dumps(asdict(wanted)) + b"\n")
            self._process.stdin.flush()
            line = self._first_line(timeout_s)
        except BrokenPipeError:
            line = b""
        loaded = Loaded(**orjson.loads(line)) if line else Loaded()
        if not loaded.address:
            self.wait_for_end(_END_S)
            self.log_errors()
            raise ServerUnusable(
                f"llama.cpp cannot load {Path(wanted.weights).name} with {Path(wanted.projector).name}: "
                "damaged, of a kind it does not know, or too large for this machine. The log says more."
            )
        return loaded

    def _first_line(self, timeout_s: float) -> bytes:
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        output = self._process.stdout
        assert output
        threading.Thread(target=lambda: lines.put(output.readline()), name="llama start", daemon=True).start()
        try:
            return lines.get(timeout=timeout_s)
        except queue.Empty as error:
            raise ServerUnusable(f"llama.cpp did not load the model within {timeout_s:,.0f} seconds.") from error


class ModelDied(ServiceFailed):
    """llama.cpp ended while it was asked; what it was asked may be the reason."""


def _load_of(model: InstalledModel, options: LocalCaptionOptions, key: str) -> Load:
    return Load(
        weights=str(model.network),
        projector=str(model.companion(PROJECTOR)),
        template=joycaption.TEMPLATE if model.contract == joycaption.CONTRACT else "",
        context_tokens=options.context_tokens,
        parallel=options.parallel,
        gpu_layers=options.gpu_layers,
        threads=options.threads,
        key=key,
    )
