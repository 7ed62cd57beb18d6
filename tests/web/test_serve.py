"""The app behind a real socket: ready, live, and stopped although streams are open."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.web import Library
from diffusion_toolkit.web.serve import AddressTaken, serve
from pictures import save_png

Serving = tuple[str, threading.Event, threading.Thread]


@pytest.fixture
def serving(app: FastAPI) -> Iterator[Serving]:
    """The address, the event that stops it, and the thread that serves."""
    addresses: Queue[str] = Queue()
    stop = threading.Event()
    thread = threading.Thread(target=lambda: serve(app, "127.0.0.1", 0, addresses.put, stop=stop))
    thread.start()
    yield addresses.get(timeout=20), stop, thread
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_it_answers_when_it_says_so(serving: Serving) -> None:
    url, _, _ = serving
    answer = httpx2.get(url)
    assert answer.status_code == 200
    assert "server" not in answer.headers


def test_a_port_that_is_taken_is_told(app: FastAPI) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(AddressTaken, match="Cannot listen"):
        serve(app, "127.0.0.1", other.getsockname()[1], lambda _: None)


def test_an_address_that_is_not_ours_is_told(app: FastAPI) -> None:
    with pytest.raises(AddressTaken, match="Cannot listen on"):
        serve(app, "203.0.113.7", 0, lambda _: None)


def test_an_endless_request_line_is_refused(serving: Serving) -> None:
    url, _, _ = serving
    with socket.create_connection(("127.0.0.1", httpx2.URL(url).port or 0), timeout=10) as raw:
        raw.sendall(b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n")
        assert raw.recv(100).split()[1] in (b"400", b"431")


def test_events_tell_of_scans_and_changes_and_do_not_hold_the_end(
    serving: Serving, library: Library, collection: Collection, pictures: Path, scanned: Callable[[], Root]
) -> None:
    url, stop, thread = serving
    save_png(pictures / "a.png", texts={})
    scanned()
    catalog = library.search("main").catalog
    catalog.follow()
    with httpx2.stream("GET", f"{url}api/events", timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        events = _events(answer)
        first = [next(events) for _ in range(3)]
        assert {name for name, _ in first} == {"scan", "roots", "changed"}
        (run,) = dict(first)["scan"]
        assert (run["state"], run["stage"]) == ("done", "deep")
        revision = dict(first)["changed"]["revision"]
        curate(collection, [1], Change(rating=3))
        changed = next(data for name, data in events if name == "changed")
        assert changed["collection"] == "main"
        assert changed["revision"] > revision
        with collection.begin() as connection:
            connection.execute(sa.text("UPDATE scan_run SET done = 4711"))
        assert next(data for name, data in events if name == "scan" and data[0]["done"] == 4711)
        begun = time.monotonic()
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive()
        assert time.monotonic() - begun < 4


def test_events_of_an_unknown_collection(serving: Serving) -> None:
    assert httpx2.get(f"{serving[0]}api/events", params={"collection": "other"}).status_code == 404


def _events(answer: httpx2.Response) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])
