"""The door: every route against every way in that must stay shut."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from httpx2 import Response

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.web import Library, WebOptions, create_app
from diffusion_toolkit.web.access import UPLOADS, new_token
from diffusion_toolkit.web.app import describe
from web.conftest import JSON, make_page, unreachable
from web.visitor import HERE, C, Visitor, kind

VALUES = defaultdict(lambda: "1", collection="main", selection="abc")


def routes(*, changing: bool) -> list[tuple[str, str]]:
    """All routes with values in place, straight from the app."""
    return [
        (method.upper(), path.format_map(VALUES))
        for path, methods in describe().openapi()["paths"].items()
        for method in methods
        if (method != "get") == changing
    ]


def media_type(path: str) -> str:
    """What a change must be sent as: JSON, or a file."""
    return "application/octet-stream" if any(map(path.endswith, UPLOADS)) else "application/json"


CHANGING = routes(changing=True)
READING = routes(changing=False)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Behind this door is nothing, so that what gets in shows as 503."""
    folder = tmp_path_factory.mktemp("access")
    library = unreachable(folder)
    app = create_app(library, WebOptions(page_folder=make_page(folder / "page")))
    with Visitor(app, headers=JSON).calling() as found:
        yield found
    library.close()


def test_there_are_routes_to_check() -> None:
    assert len(CHANGING) >= 6
    assert len(READING) >= 12


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_a_change_from_elsewhere_is_refused(client: Visitor, method: str, path: str) -> None:
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://localhost:7710"},
        {"Origin": "file://127.0.0.1:7710"},
        {"Origin": "http://127.0.0.1:7710.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    ):
        answer = client.request(method, path, headers=headers, json={})
        assert (answer.status_code, kind(answer)) == (403, "refused"), headers


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_a_change_that_is_not_json_is_refused(client: Visitor, method: str, path: str) -> None:
    for given in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "text/application/json",
    ):
        answer = client.request(method, path, headers={"Content-Type": given}, content=b"{}")
        assert (answer.status_code, kind(answer)) == (400, "usage"), given


@pytest.mark.parametrize(("method", "path"), CHANGING + READING + [("GET", "/"), ("GET", "/docs")])
def test_only_our_names_are_answered(client: Visitor, method: str, path: str) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example:7710", "localhost.evil.example", "", "192.168.1.5:7710", "@"):
        answer = client.request(method, path, headers={"Host": host}, json={} if method != "GET" else None)
        assert (answer.status_code, kind(answer)) == (403, "refused"), host


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:9999", "[::1]:7710", "localhost.:80"]
)
def test_names_of_this_machine_are_answered(client: Visitor, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(("method", "path"), READING)
def test_other_sites_read_nothing(client: Visitor, method: str, path: str) -> None:
    for site in ("cross-site", "same-site"):
        answer = client.request(method, path, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Dest": "image"})
        assert (answer.status_code, kind(answer)) == (403, "refused")


def test_a_link_from_elsewhere_opens_the_page(client: Visitor) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/?q=castle", headers=headers).status_code == 200


@pytest.mark.parametrize(("method", "path"), CHANGING + READING)
def test_nobody_is_told_that_another_site_may_read(client: Visitor, method: str, path: str) -> None:
    preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": method}
    answer = client.request("OPTIONS", path, headers=preflight)
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_our_own_page_may_change(client: Visitor) -> None:
    headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
    for method, path in CHANGING:
        for charset in ("", "; charset=utf-8"):
            sent = headers | {"Content-Type": media_type(path) + charset}
            answer = client.request(method, path, headers=sent, content=b"{}")
            assert answer.status_code != 413, path
            assert "must be sent as" not in answer.text, path
            assert "from another site" not in answer.text, path


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_a_huge_body_is_refused_before_it_is_read(client: Visitor, method: str, path: str) -> None:
    headers = {"Content-Type": media_type(path)}
    answer = client.request(method, path, headers=headers | {"Content-Length": str(2**40)}, content=b"{}")
    assert answer.status_code == 413
    answer = client.request(method, path, headers=headers, content=(part for part in [b"{", b"}"]))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path", ["/", "/api/status", "/docs", "/nowhere.js", "/api/nowhere", f"{C}/search?q=casttle:1"]
)
def test_every_answer_carries_the_safe_headers(client: Visitor, path: str) -> None:
    check_headers(client.get(path))
    check_headers(client.get(path, headers={"Host": "evil.example"}))


def check_headers(answer: Response) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Referrer-Policy" in answer.headers
    assert "server" not in answer.headers


TOKEN = new_token()
FAR = "http://192.168.1.5:7710"


@pytest.fixture(scope="module")
def guarded_app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """A server that other machines can reach."""
    folder = tmp_path_factory.mktemp("guarded")
    page = make_page(folder / "page")
    options = WebOptions(host="0.0.0.0", token=TOKEN, allowed_hosts=("nas.local",), page_folder=page)
    return create_app(unreachable(folder), options)


@pytest.fixture(scope="module")
def unknown(guarded_app: FastAPI) -> Iterator[Visitor]:
    """Somebody at another machine who is never let in, and so never given a cookie."""
    with Visitor(guarded_app, base_url=FAR).calling() as found:
        yield found


@pytest.fixture
def guarded(guarded_app: FastAPI) -> Visitor:
    """Somebody at another machine who comes for the first time."""
    return Visitor(guarded_app, base_url=FAR)


def test_other_machines_need_a_token(nowhere: Library) -> None:
    with pytest.raises(UsageError, match="token"):
        create_app(nowhere, WebOptions(host="0.0.0.0"))


@pytest.mark.parametrize(("method", "path"), [*CHANGING, *READING, ("GET", "/"), ("GET", "/docs")])
def test_without_the_token_nothing_is_answered(unknown: Visitor, method: str, path: str) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Cookie": f"dtk_x={TOKEN}"},
    ):
        answer = unknown.request(method, path, headers=headers, json={} if method != "GET" else None)
        assert (answer.status_code, kind(answer)) == (401, "token")
    assert unknown.request(method, path, params={"token": "wrong"}).status_code == 401


def test_the_token_opens_as_a_header(guarded: Visitor) -> None:
    assert guarded.get("/docs", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_token_in_the_address_becomes_a_cookie_and_leaves_the_address(guarded: Visitor) -> None:
    answer = guarded.get("/library", params={"q": "a b", "token": TOKEN})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/library?q=a+b")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert guarded.get("/docs").status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "///evil.example"])
def test_the_way_back_stays_here(guarded: Visitor, path: str) -> None:
    answer = guarded.get(f"{FAR}{path}?token={TOKEN}")
    location = answer.headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_a_token_does_not_come_with_a_change(guarded: Visitor) -> None:
    assert guarded.post(f"{C}/scans/cancel", params={"token": TOKEN}, json={}).status_code == 401


def test_with_the_token_other_doors_stay_shut(guarded: Visitor) -> None:
    known = {"Authorization": f"Bearer {TOKEN}"}
    assert guarded.get("/docs", headers=known | {"Host": "evil.example"}).status_code == 403
    assert guarded.get("/docs", headers=known | {"Host": "nas.local:7710"}).status_code == 200
    assert guarded.post(f"{C}/undo", headers=known | {"Origin": "null"}, json={}).status_code == 403


def test_folders_are_not_added_from_other_machines(guarded: Visitor) -> None:
    answer = guarded.post(f"{C}/roots", headers={"Authorization": f"Bearer {TOKEN}"}, json={"path": "/"})
    assert (answer.status_code, kind(answer)) == (403, "refused")


def test_tokens_cannot_be_guessed() -> None:
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) >= 40
