"""A running `dtk serve`, for measurements beside it and of it."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The server's process and the address it answers at."""

    process: subprocess.Popen[bytes]
    url: str
    connections: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)
    """Kept, as a browser keeps them."""

    def get(self, path: str, collection: str = "main", **asked: object) -> dict[str, Any]:
        """The answer of an address below the collection's."""
        return self._answer("GET", f"{self._base(collection)}/{path}?{urlencode(asked)}")

    def post(self, path: str, body: object, collection: str = "main") -> dict[str, Any]:
        """The answer to a body sent as JSON."""
        headers = {"Content-Type": "application/json", "Origin": self.url.rstrip("/")}
        return self._answer("POST", f"{self._base(collection)}/{path}", body=orjson.dumps(body), headers=headers)

    def _answer(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        answer = self.connections.request(method, address, retries=False, **sent)
        if answer.status >= 400:
            raise OSError(f"{answer.status} from {address[:200]}: {answer.data[:500]!r}")
        return orjson.loads(answer.data)

    def _base(self, collection: str) -> str:
        return f"{self.url}api/collections/{collection}"

    def total(self, query: str, collection: str = "main") -> int:
        """The total of a query over HTTP, with three facets. The first opens the collection's catalog."""
        return self.get("search", collection, q=query, facets="model,generator,rating")["total"]


@contextmanager
def serving(data_dir: Path) -> Generator[Serving]:
    """Start `dtk serve` on this data folder; stop it in the end."""
    command = [sys.executable, "-m", "diffusion_toolkit.cli", "serve", "--json", "--no-browser", "--port", "0"]
    process = subprocess.Popen([*command, "--data-dir", str(data_dir)], stdout=subprocess.PIPE)
    assert process.stdout
    try:
        yield Serving(process=process, url=orjson.loads(process.stdout.readline())["url"])
    finally:
        process.terminate()
        process.wait()
