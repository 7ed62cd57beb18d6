"""A hub on this machine that speaks as much of Hugging Face's protocol as transfers need, and can misbehave.

HEAD and GET of /{owner}/{repository}/resolve/{revision}/{path}: small files with their git SHA-1 as ETag; large ones
("LFS") by a redirect to /cdn/…, with X-Linked-ETag (SHA-256) and X-Linked-Size; X-Repo-Commit; ranges; errors with
X-Error-Code.
"""

import hashlib
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "c0ffee" + "0" * 34


@dataclass
class Served:
    """A file of the hub.

    claimed: SHA-256 the hub states, when not the true one; cut_after: bytes after which the connection is cut, once
    for each entry; stall_after: bytes after which nothing comes until the hub is `released`; added: what the transfer
    has behind the data that the hub speaks of; ignores_ranges: answers with the whole file; status: of an answer that
    is an error.
    """

    data: bytes
    large: bool = True
    claimed: str | None = None
    cut_after: list[int] = field(default_factory=list)
    stall_after: int | None = None
    added: bytes = b""
    ignores_ranges: bool = False
    status: int = 200

    @property
    def sha256(self) -> str:
        return self.claimed or hashlib.sha256(self.data).hexdigest()

    @property
    def git_sha1(self) -> str:
        return hashlib.sha1(b"blob %d\0" % len(self.data) + self.data).hexdigest()


@dataclass
class Hub:
    """What is served, by "owner/repository/path"; and what was asked: method, path, range."""

    url: str
    files: dict[str, Served]
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def ranges(self) -> list[str]:
        """The ranges of the transfers of large files so far; "" is the whole."""
        return [span for method, path, span in self.asked if method == "GET" and path.startswith("/cdn/")]


@contextmanager
def serving(files: dict[str, Served]) -> Generator[Hub]:
    """Serve these files until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    hub = Hub(f"http://127.0.0.1:{server.server_port}", files)
    server.hub = hub  # pyright: ignore[reportAttributeAccessIssue]  (read by the handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> Hub:
        return self.server.hub  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name of the base class)
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.hub.asked.append((self.command, self.path, self.headers.get("Range", "")))
        self.hub.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.path.startswith("/cdn/"):
            file = self.hub.files[self.path.removeprefix("/cdn/")]
            self._send(replace(file, data=file.data + file.added, cut_after=file.cut_after))
            return
        repository, _, rest = self.path.lstrip("/").partition("/resolve/")
        revision, _, path = rest.partition("/")
        if not any(name.startswith(f"{repository}/") for name in self.hub.files):
            self._error(401, "RepoNotFound")
        elif revision == "gone":
            self._error(404, "RevisionNotFound")
        elif f"{repository}/{path}" not in self.hub.files:
            self._error(404, "EntryNotFound")
        else:
            self._found(f"{repository}/{path}", self.hub.files[f"{repository}/{path}"])

    def _found(self, name: str, file: Served) -> None:
        if file.status != 200:
            self._error(file.status, "")
        elif not file.large:
            self._send(file)
        else:
            self.send_response(302)
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("X-Linked-ETag", f'"{file.sha256}"')
            self.send_header("X-Linked-Size", str(len(file.data)))
            # Another host, as in the world: redirects within the hub are followed by the question itself.
            self.send_header("Location", f"{self.hub.url.replace('127.0.0.1', 'localhost')}/cdn/{name}")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _send(self, file: Served) -> None:
        span = self.headers.get("Range")
        start = 0 if span is None or file.ignores_ranges else int(span.removeprefix("bytes=").split("-")[0])
        body = file.data[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(file.data) - 1}/{len(file.data)}")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{file.git_sha1}"')
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        # Whoever asked may be gone: stopped, killed, out of space.
        with suppress(ConnectionError):
            if file.cut_after:
                self.wfile.write(body[: file.cut_after.pop(0)])
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
            elif file.stall_after is not None:
                self.wfile.write(body[: file.stall_after])
                self.wfile.flush()
                self.close_connection = True
                self.hub.released.wait(30)
            else:
                self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()
