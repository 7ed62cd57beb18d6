"""Keeps one connection to the embedded server open, and brings the server back when it was killed."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable

import psycopg

from diffusion_toolkit.errors import ToolkitError

_LONGEST_PAUSE_S = 30
_ROUND_S = 60


class Holding:
    """A connection that tells the sitter we are here. `close` ends it.

    revive: returns a new connection, starting the server if need be; every_round: called about once a minute.
    """

    def __init__(
        self,
        connection: psycopg.Connection,
        revive: Callable[[], psycopg.Connection],
        every_round: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._revive = revive
        self._every_round = every_round
        self._waker, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._hold, name="database server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the server go."""
        self._waker.close()  # wakes the thread
        if self._thread is not threading.current_thread():
            self._thread.join()
        self._woken.close()
        self._connection.close()

    def _hold(self) -> None:
        pause_s = 1.0
        while not self._asked_to_end(0):
            if not self._is_broken():
                pause_s = 1.0
                continue
            try:
                self._connection = self._revive()
            except (ToolkitError, psycopg.Error):
                if self._asked_to_end(pause_s):
                    return
                pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)

    def _asked_to_end(self, timeout_s: float) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            return bool(selector.select(timeout_s))

    def _is_broken(self) -> bool:
        """Waits until there is news; whether it is that the server has gone."""
        if self._is_closed():
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            selector.register(self._connection.fileno(), selectors.EVENT_READ, "server")
            ready = selector.select(_ROUND_S)
        if not ready:
            self._every_round()
        if not any(key.data == "server" for key, _ in ready):
            return False
        with contextlib.suppress(psycopg.Error):
            self._connection.pgconn.consume_input()
        return self._is_closed()

    def _is_closed(self) -> bool:
        return self._connection.closed
