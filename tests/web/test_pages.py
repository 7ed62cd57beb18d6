"""The page's own files, and the list of the HTTP interface."""

import re
from pathlib import Path

import pytest

from diffusion_toolkit.web import Library, WebOptions, create_app
from diffusion_toolkit.web.app import describe
from web.visitor import Visitor, kind


@pytest.mark.parametrize("path", ["/", "/index.html", "/library", "/image/5", "/?q=castle&sort=name"])
def test_the_page_and_its_addresses(stranger: Visitor, path: str) -> None:
    answer = stranger.get(path)
    assert "the page" in answer.text
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_files_with_a_hash_last(stranger: Visitor) -> None:
    answer = stranger.get("/assets/app-1234.js")
    assert "javascript" in answer.headers["Content-Type"]
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/assets/other.js", "/a.png", "/api/nowhere", "/api", "/%2e%2e/secret.txt", "/..%5csecret.txt"]
)
def test_what_is_not_there(stranger: Visitor, path: str) -> None:
    answer = stranger.get(path)
    assert (answer.status_code, kind(answer)) == (404, "not_found")


def test_the_page_cannot_be_written(stranger: Visitor) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert stranger.request(method, "/index.html", json={}).status_code == 405


def test_without_a_built_page_there_is_a_sentence(nowhere: Library) -> None:
    visitor = Visitor(create_app(nowhere, WebOptions(page_folder=Path("nowhere"))))
    assert "was not built" in visitor.get("/").text
    assert visitor.get("/docs").status_code == 200


def test_the_list_of_the_interface_has_every_route_and_no_script(stranger: Visitor) -> None:
    answer = stranger.get("/docs")
    for path, methods in describe().openapi()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in answer.text
    assert "<script" not in answer.text
    assert not re.findall(r'(?:src|href)="https?:', answer.text)
    assert "'sha256-" in answer.headers["Content-Security-Policy"]


def test_operation_ids_are_plain_names(stranger: Visitor) -> None:
    schema = stranger.get("/api/openapi.json").json()
    names = [operation["operationId"] for methods in schema["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)


def test_a_database_that_does_not_answer_is_told(stranger: Visitor) -> None:
    answer = stranger.get("/api/status")
    assert (answer.status_code, kind(answer)) == (503, "store")
    assert "does not answer" in answer.text
