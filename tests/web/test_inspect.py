"""A file shown to the program without a library."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from starlette.types import Message

from container_bytes import png, text_chunk
from diffusion_toolkit.cli.main import run
from diffusion_toolkit.library.explain import Explainer
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.web import Library, WebOptions, create_app
from pictures import parameters
from web.visitor import Visitor, kind

FILE = {"Content-Type": "application/octet-stream"}
A_CASTLE = png(text_chunk("parameters", parameters("a castle", seed=2**64 - 1)))


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where what is sent lies for a while."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def client(nowhere: Library, stranger: Visitor) -> Any:
    """No database is needed."""
    with stranger.staying() as found:
        yield found
    nowhere.explainer.close()


def show(client: Visitor, content: bytes, name: str | None = "a.png") -> httpx2.Response:
    return client.post("/api/inspect", params={} if name is None else {"name": name}, headers=FILE, content=content)


def test_a_file_is_told_and_not_kept(client: Visitor, temporary: Path) -> None:
    answer = show(client, A_CASTLE)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["name"], found["format"], found["width"], found["height"]) == ("a.png", "png", 64, 48)
    assert found["size_bytes"] == len(A_CASTLE)
    assert found["recipe"]["prompt"] == "a castle"
    assert found["recipe"]["seed"] == "18446744073709551615"
    assert {place["key"] for place in found["origins"]["seed"]} == {"Seed"}
    [seen] = found["seen"]
    assert (seen["source"], seen["used"], found["problems"]) == ("png:parameters", True, [])
    assert list(temporary.iterdir()) == []


def test_who_breaks_off_while_sending_leaves_nothing(nowhere: Library, temporary: Path, built_page: Path) -> None:
    parts = iter([{"type": "http.request", "body": A_CASTLE[:100], "more_body": True}, {"type": "http.disconnect"}])
    answers: list[Message] = []

    async def receive() -> Message:
        return next(parts)

    async def send(message: Message) -> None:
        answers.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/octet-stream"), (b"content-length", b"5000")]
    scope = {"type": "http", "method": "POST", "path": "/api/inspect", "query_string": b"name=a.png"}
    app = create_app(nowhere, WebOptions(page_folder=built_page))
    asyncio.run(app(scope | {"headers": headers}, receive, send))
    assert answers[0]["status"] == 499
    assert list(temporary.iterdir()) == []


def test_it_is_what_the_command_says(
    client: Visitor, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(A_CASTLE)
    assert run(["inspect", "--json", "--explain", str(path)]) == 0
    [told] = orjson.loads(capfdbinary.readouterr().out)
    found = show(client, A_CASTLE).json()
    recipe = {key: value for key, value in found["recipe"].items() if value not in (None, [], {})}
    assert {key: str(value) if key == "seed" else value for key, value in told.items() if key in recipe} == recipe
    assert told["bytes"] == found["size_bytes"]
    assert told["seen"] == found["seen"]
    assert told["origins"].keys() == found["origins"].keys()


def test_what_is_no_picture_says_so(client: Visitor) -> None:
    for content in (b"only words", b""):
        found = show(client, content, "notes.txt").json()
        assert (found["format"], found["recipe"], found["origins"]) == (None, None, {})
        assert found["problems"]


@pytest.mark.parametrize(
    "name", [None, "", "..", "../../etc/passwd", "a/b.png", "C:\\x.png", "a\0b", " ", "nul", "é" * 900, "x" * 255]
)
def test_no_name_leads_out(client: Visitor, temporary: Path, name: str | None) -> None:
    answer = show(client, A_CASTLE, name)
    assert answer.status_code == 200
    assert answer.json()["name"] == (name or "")
    assert answer.json()["recipe"]["prompt"] == "a castle"
    assert list(temporary.iterdir()) == []


def test_a_name_can_say_how_it_was_made(client: Visitor) -> None:
    name = "owls_e000010_00_20260131120000_42.png"
    assert show(client, png(), name).json()["recipe"]["generator"] == "kohya"


def test_a_file_that_kills_its_reader_is_a_problem(client: Visitor, nowhere: Library, temporary: Path) -> None:
    nowhere.explainer.close()
    nowhere.explainer = Explainer(limits=Limits(busy_s=0.5, memory_bytes=2**20))
    found = show(client, png(text_chunk("parameters", "x" * 8 * 2**20))).json()
    assert found["problems"] == ["This file needs more than 1 MB of memory to read."]
    assert show(client, A_CASTLE).json()["problems"] == []
    assert list(temporary.iterdir()) == []


def test_it_comes_as_a_file(client: Visitor) -> None:
    answer = client.post("/api/inspect", json={})
    assert (answer.status_code, kind(answer)) == (400, "usage")
