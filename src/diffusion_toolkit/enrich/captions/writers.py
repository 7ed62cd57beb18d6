"""Opens what writes captions, and keeps a loaded model for who comes next."""

from functools import cache
from pathlib import Path
from threading import Lock

from diffusion_toolkit.enrich.captions.local.provider import LocalCaptions, find_model
from diffusion_toolkit.enrich.captions.options import (
    CaptionOptions,
    LocalCaptionOptions,
    ProviderName,
    ServerCaptionOptions,
)
from diffusion_toolkit.enrich.captions.provider import CaptionProvider
from diffusion_toolkit.enrich.captions.server import ServerCaptions


class Writers:
    """The writers of captions of one process: at most one model is loaded. May be used from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._server: tuple[ServerCaptionOptions, ServerCaptions] | None = None
        self._local: tuple[tuple[LocalCaptionOptions, Path, str], LocalCaptions] | None = None

    def open(
        self, options: CaptionOptions, models_folder: Path, provider: ProviderName | None = None, model: str = ""
    ) -> CaptionProvider:
        """A writer; it stays ours. provider, model: others than those of the options, by their names.

        Raises UsageError for an address that is none, NotFound for a model that is not here.
        """
        chosen = provider or options.provider
        with self._lock:
            if chosen == "server":
                return self._opened_server(options.server.with_model(model))
            return self._opened_local(options.local, models_folder, model)

    @property
    def is_loaded(self) -> bool:
        """Whether a model of this machine is in memory."""
        local = self._local
        return local is not None and local[1].process_id is not None

    def close(self) -> None:
        """Let go of everything, after its last use."""
        with self._lock:
            for opened in (self._server, self._local):
                if opened:
                    opened[1].close()
            self._server = self._local = None

    def _opened_server(self, options: ServerCaptionOptions) -> ServerCaptions:
        if self._server is None or self._server[0] != options or not options.server.model:
            # Without a name, the first model of its list is asked, which may be another one today. The one before may
            # still be asked by somebody; its connections go with its last use.
            self._server = (options, ServerCaptions(options))
        return self._server[1]

    def _opened_local(self, options: LocalCaptionOptions, folder: Path, model: str) -> LocalCaptions:
        found = find_model(folder, model or options.model)
        key = (options, found.network, found.version)
        if self._local is None or self._local[0] != key:
            if self._local:
                self._local[1].close()
            self._local = (key, LocalCaptions(found, options))
        return self._local[1]


@cache
def shared_writers() -> Writers:
    """The writers of this program."""
    return Writers()
