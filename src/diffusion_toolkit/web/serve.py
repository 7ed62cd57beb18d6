"""Runs the app until it is asked to stop."""

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI

from diffusion_toolkit.errors import ToolkitError
from diffusion_toolkit.web.broadcast import Broadcaster

log = logging.getLogger(__name__)

LONGEST_HEAD_BYTES: Final = 64 * 1024
"""Request line and headers: a long query is some thousand bytes."""

STOP_S: Final = 5
"""How long a download may go on after the request to stop."""


class AddressTaken(ToolkitError):
    """The address to listen on cannot be had."""


def serve(
    app: FastAPI,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
    *,
    stop: threading.Event | None = None,
) -> None:
    """Listen and answer until SIGINT, SIGTERM or `stop`.

    Port 0 takes a free one; `on_ready` gets the address once it answers.

    Raises AddressTaken when it cannot listen there.
    """
    listening = _listen(host, port)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=LONGEST_HEAD_BYTES,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=STOP_S,
    )
    url = _url(host, listening.getsockname()[1])
    _Server(config, app.state.broadcaster, lambda: on_ready(url), stop or threading.Event()).run(sockets=[listening])


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready, ends event streams before it waits for answers, returns after a signal."""

    def __init__(
        self, config: uvicorn.Config, broadcaster: Broadcaster, on_ready: Callable[[], None], stop: threading.Event
    ) -> None:
        super().__init__(config)
        self._broadcaster = broadcaster
        self._on_ready = on_ready
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._stop.is_set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._broadcaster.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """As uvicorn does, but without raising the signal again: the caller still has to close its database."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        names = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            names.append(signal.SIGBREAK)
        before = {each: signal.signal(each, self.handle_exit) for each in names}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def _listen(host: str, port: int) -> socket.socket:
    bare = host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            bare, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        if sys.platform != "win32":  # there the option lets two programs share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.set_inheritable(False)
    except OSError as error:
        raise AddressTaken(f"Cannot listen on {host}, port {port}: {error.strerror or error}.") from error
    return listening


def _url(host: str, port: int) -> str:
    bare = host.strip("[]")
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bare, f"[{bare}]" if ":" in bare else bare)  # noqa: S104 - compared
    return f"http://{name}:{port}/"
