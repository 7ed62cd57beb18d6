"""A running `dtk serve`, for measurements beside it and of it."""

import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The server's process and the address it answers at."""

    process: subprocess.Popen[bytes]
    url: str

    def get(self, path: str, collection: str = "main", **asked: object) -> dict[str, Any]:
        """The answer of an address below the collection's."""
        with urllib.request.urlopen(f"{self._base(collection)}/{path}?{urlencode(asked)}") as answer:
            return orjson.loads(answer.read())

    def post(self, path: str, body: object, collection: str = "main") -> dict[str, Any]:
        """The answer to a body sent as JSON."""
        request = urllib.request.Request(
            f"{self._base(collection)}/{path}",
            orjson.dumps(body),
            {"Content-Type": "application/json", "Origin": self.url.rstrip("/")},
        )
        with urllib.request.urlopen(request) as answer:
            return orjson.loads(answer.read())

    def _base(self, collection: str) -> str:
        return f"{self.url}api/collections/{collection}"

    def total(self, query: str, collection: str = "main") -> int:
        """The total of a query over HTTP, with three facets. The first opens the collection's catalog."""
        address = f"{self.url}api/collections/{collection}/search?q={quote(query)}&facets=model,generator,rating"
        with urllib.request.urlopen(address) as answer:
            return orjson.loads(answer.read())["total"]


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
