"""A real HTTP server on this machine that speaks OpenAI's chat protocol: well, badly, late, or not at all."""

import json
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from integrations.quiet_server import Quiet, listening

KEY = "sk-Geheim-0123456789"
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class ChatServer:
    """The server. chats: what it answers questions with, one after the other, the last again and again; models: the
    same for the list; busiest: how many questions it ever had at the same time.
    """

    address: str
    chats: list[Answer] = field(default_factory=lambda: [says("A red ball.")])
    models: list[Answer] = field(default_factory=lambda: [lists("first", "second")])
    base: str = "/v1"
    paths: list[str] = field(default_factory=list[str])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    bodies: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    busy: int = 0
    busiest: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return self.address + self.base

    def chat(self, *answers: Answer) -> "ChatServer":
        self.chats[:] = answers
        return self

    def list(self, *answers: Answer) -> "ChatServer":
        self.models[:] = answers
        return self


def says(
    text: object,
    finish: str = "stop",
    tokens: int | None = 4,
    delay_s: float = 0,
    by: object = None,
    **message: object,
) -> Answer:
    """A right answer. by: the model that the server says it is from."""
    usage = {} if tokens is None else {"usage": {"completion_tokens": tokens}}
    model = {} if by is None else {"model": by}
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    return sends({"object": "chat.completion", "choices": [choice], **model, **usage}, delay_s=delay_s)


def lists(*names: str) -> Answer:
    return sends({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


def fails(status: int, message: str = "It went wrong", headers: Mapping[str, str] | None = None) -> Answer:
    return sends({"error": {"message": message, "type": "x"}}, status=status, headers=headers)


def sends(
    body: object,
    *,
    status: int = 200,
    kind: str = "application/json",
    delay_s: float = 0,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(delay_s)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def is_cut_off(handler: BaseHTTPRequestHandler) -> None:
    """Promises more than it sends, and hangs up."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.close_connection = True


def trickles(handler: BaseHTTPRequestHandler) -> None:
    """Sends a byte now and then, without end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for _ in range(100):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


@contextmanager
def serving() -> Generator[ChatServer]:
    class Handler(Quiet, BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(found.models, f"{found.base}/models")

        def do_POST(self) -> None:
            found.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(found.chats, f"{found.base}/chat/completions")

        def _answer(self, answers: list[Answer], path: str) -> None:
            with found.lock:
                found.paths.append(self.path)
                found.headers.append({key.lower(): value for key, value in self.headers.items()})
                known = self.path == path
                answer = sends(b"none", status=404, kind="text/plain")
                if known:
                    answer = answers.pop(0) if len(answers) > 1 else answers[0]
                found.busy += 1
                found.busiest = max(found.busiest, found.busy)
            try:
                answer(self)
            finally:
                with found.lock:
                    found.busy -= 1

    found = ChatServer("")
    with listening(Handler) as found.address:
        yield found
