"""Somebody who asks the app, without a network; and what every visitor knows."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import httpx2
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient

HERE = "http://127.0.0.1:7710"
C = "/api/collections/main"


class Visitor:
    """Asks an app. As the test client does, but with types; `headers` go with every request."""

    def __init__(self, app: FastAPI, base_url: str = HERE, headers: Mapping[str, str] | None = None) -> None:
        self.base_url = base_url
        self._client = cast(
            Any, TestClient(app, base_url=base_url, headers=dict(headers or {}), follow_redirects=False)
        )

    @contextmanager
    def staying(self) -> Generator["Visitor"]:
        """While the app runs: its event loop, its threads."""
        with self._client:
            yield self

    @contextmanager
    def calling(self) -> Generator["Visitor"]:
        """While one event loop answers all requests of an app that is not started: quick, for very many requests."""
        with start_blocking_portal() as portal:
            self._client.portal = portal
            yield self
            self._client.portal = None

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Any request; options as httpx2 takes them."""
        return cast(httpx2.Response, self._client.request(method, path, **options))

    def get(self, path: str, **options: Any) -> httpx2.Response:
        """Read something."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        """Change something."""
        return self.request("POST", path, **options)

    def delete(self, path: str) -> httpx2.Response:
        """Take something away."""
        return self.request("DELETE", path)


def only_image(client: Visitor) -> dict[str, Any]:
    """The one image of the library."""
    return all_images(client, expected=1)[0]


def all_images(client: Visitor, expected: int) -> list[dict[str, Any]]:
    """Every image of the library, by name."""
    found = client.get(f"{C}/search", params={"sort": "name asc"}).json()
    assert found["total"] == expected
    return client.get(f"{C}/selections/{found['selection']}/items").json()["items"]


def kind(answer: httpx2.Response) -> str:
    """Which kind of error an answer is."""
    return answer.json()["error"]["kind"]
