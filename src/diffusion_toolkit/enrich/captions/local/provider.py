"""Captions by a model on this machine: loaded when it is first asked, let go when it was idle for a while."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock, Timer
from typing import Final

from diffusion_toolkit.enrich.captions.local import joycaption
from diffusion_toolkit.enrich.captions.local.process import LlamaProcess, ModelDied, check_installed
from diffusion_toolkit.enrich.captions.options import LocalCaptionOptions, ProviderName
from diffusion_toolkit.enrich.captions.pictures import JOYCAPTION_FORM, PictureForm
from diffusion_toolkit.enrich.captions.provider import Question, chat_request
from diffusion_toolkit.enrich.models.catalogue import CONTRACTS, MODELS
from diffusion_toolkit.enrich.models.description import PROJECTOR
from diffusion_toolkit.enrich.models.folder import FoundModels, look_through
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.errors import NotFound, ServiceFailed
from diffusion_toolkit.integrations.openai_server import ChatAnswer, ServerUnusable

MOST_DEATHS: Final = 4
"""In a row, without an answer between them; then the model, not a picture, is at fault."""

OTHER_SIDE: Final = 1024
_DYING_S: Final = 2.0
_ONLY_LLAMA_CPP: Final = {"top_k": 0, "min_p": 0.0, "repeat_penalty": 1.0, "cache_prompt": False}
"""It has values of its own for the first three; JoyCaption's recipe has none. Without a cache a caption does not depend
on what was asked before; what questions have in common is a small part of them.
"""


class LocalCaptions:
    """A model on this machine as a writer of captions; a `CaptionProvider`. `close` it in the end."""

    name: ProviderName = "joycaption"

    def __init__(self, model: InstalledModel, options: LocalCaptionOptions) -> None:
        self._model = model
        self._options = options
        self._is_joycaption = model.contract == joycaption.CONTRACT
        self._lock = Lock()
        self._process: LlamaProcess | None = None
        self._users = 0
        self._timer: Timer | None = None
        self._deaths = 0
        self._last_dead: LlamaProcess | None = None
        self._closed = False

    @property
    def model(self) -> str:
        """Its name in the list of models."""
        return self._model.name

    @property
    def version(self) -> str:
        """Of weights, projector and preprocessing."""
        projector = self._model.companion(PROJECTOR).stat().st_size
        return f"{self._model.version}, projector of {projector} bytes"

    @property
    def parallel(self) -> int:
        """How many questions it answers at the same time."""
        return self._options.parallel

    @property
    def form(self) -> PictureForm:
        """How it wants pictures."""
        return JOYCAPTION_FORM if self._is_joycaption else PictureForm(side=OTHER_SIDE)

    @property
    def device(self) -> str:
        """What it runs on, known once it is loaded."""
        process = self._process
        return process.device if process else "llama.cpp"

    @property
    def process_id(self) -> int | None:
        """Of the process that holds the model; None while it is not loaded."""
        process = self._process
        return process.process_id if process and process.is_alive else None

    def check_ready(self) -> None:
        """Raises NotInstalled when llama.cpp is missing."""
        check_installed()

    def ask(self, question: Question) -> ChatAnswer:
        """Ask once; loads the model where it has to. Raises NotInstalled, ServiceFailed, ModelDied, ServerUnusable."""
        more: dict[str, object] = dict(_ONLY_LLAMA_CPP)
        if self._is_joycaption:
            more["stop"] = list(joycaption.STOPS)
        with self._in_use() as process:
            try:
                answer = process.server.chat(chat_request(question, more))
            except ServiceFailed as error:
                if process.is_alive and not process.wait_for_end(_dying_s(error)):
                    raise
                self._died(process)
                raise ModelDied("llama.cpp ended while it wrote; it is started again for the next picture.") from error
            self._deaths = 0
            return replace(answer, model=self.model)  # llama.cpp calls it by its place on the disk

    def close(self) -> None:
        """Let go of the model, after its last use."""
        with self._lock:
            self._closed = True
            if not self._users:
                self._let_go()

    @contextmanager
    def _in_use(self) -> Generator[LlamaProcess]:
        """The loaded model; it stays while somebody uses it."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
            if self._process is None or not self._process.is_alive:
                self._let_go()
                self._process = LlamaProcess(self._model, self._options)
            process = self._process
            self._users += 1
        try:
            yield process
        finally:
            with self._lock:
                self._users -= 1
                if not self._users and self._closed:
                    self._let_go()
                elif not self._users and self._options.idle_s >= 0:
                    self._timer = Timer(self._options.idle_s, self._let_go_when_idle)
                    self._timer.daemon = True
                    self._timer.start()

    def _let_go_when_idle(self) -> None:
        with self._lock:
            if not self._users:
                self._let_go()

    def _let_go(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._process:
            self._process.stop()
            self._process = None

    def _died(self, process: LlamaProcess) -> None:
        """Count a death once, however many questions were open. Raises ServerUnusable after too many."""
        with self._lock:
            if process is not self._last_dead:
                self._last_dead = process
                self._deaths += 1
            if self._deaths >= MOST_DEATHS:
                raise ServerUnusable("llama.cpp ended again and again; the model may be too large for this machine.")


def find_model(folder: Path, name: str) -> InstalledModel:
    """The captioning model of this name in the folder of models. Raises NotFound."""
    able = installed_models(folder)
    if not able:
        raise NotFound(
            "No captioning model is here. `dtk models pull joycaption` fetches one; or place a model in GGUF form, with"
            " its projector (mmproj) beside it, in the folder of models."
        )
    wanted = name.casefold()
    for model in able:
        if model.name.casefold() == wanted or model.name.casefold().startswith(f"{wanted}:"):
            return model
    if wanted == LocalCaptionOptions().model:
        return able[0]
    raise NotFound(f'There is no captioning model "{name[:80]}". There are: {", ".join(model.name for model in able)}.')


def installed_models(folder: Path) -> list[InstalledModel]:
    """The captioning models in the folder of models."""
    return [model for model in _looked_through(folder).installed if model.contract.task == "captions"]


def _looked_through(folder: Path) -> FoundModels:
    looking = look_through(folder, MODELS, CONTRACTS)
    while True:
        try:
            next(looking)
        except StopIteration as end:
            return end.value


def _dying_s(error: ServiceFailed) -> float:
    """How long to wait whether the process ends: only where the connection broke, not where it answered."""
    return 0.0 if error.__cause__ is None else _DYING_S
