"""Questions to Civitai, answered by a server of our own: well, badly, late, not at all."""

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from diffusion_toolkit.errors import Cancelled, NotFound, ServiceFailed, UnreadableFile, UsageError
from diffusion_toolkit.integrations.civitai import Civitai, CivitaiOptions
from diffusion_toolkit.library.models import civitai as lookups
from diffusion_toolkit.library.models.listing import model_file
from diffusion_toolkit.library.models.names import look_up
from diffusion_toolkit.library.models.roots import add_model_root
from diffusion_toolkit.library.models.scan import scan_models
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection
from integrations.quiet_server import Quiet, listening
from model_bytes import safetensors, save
from pictures import save_png

VERSION = {
    "id": 22,
    "modelId": 7,
    "name": "v2",
    "baseModel": "Illustrious",
    "trainedWords": ["lamp", " glow ", 5],
    "model": {"name": "Lamp", "type": "LORA", "nsfw": False},
    "files": [{"hashes": {"AutoV1": "1234ABCD", "AutoV3": "0F" * 6, "CRC32": "x", "SHA256": "AA" * 32}}],
    "images": [{"url": "javascript:alert(1)"}, {"type": "video", "url": "https://x/y.mp4"}],
}
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A local Civitai. answers: what it does, one per request; the last is repeated."""

    address: str
    answers: list[Answer] = field(default_factory=list[Answer])
    paths: list[str] = field(default_factory=list[str])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def then(self, *answers: Answer) -> "Server":
        self.answers[:] = answers
        return self


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.paths.append(self.path)
            found.headers.append({key.lower(): value for key, value in self.headers.items()})
            (found.answers.pop(0) if len(found.answers) > 1 else found.answers[0])(self)

    found = Server("")
    with listening(Handler) as found.address:
        yield found


def sends(body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def version(**changes: object) -> Answer:
    return sends(json.dumps({**VERSION, **changes}).encode())


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)
    handler.close_connection = True


def trickles(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": 22')
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def floods(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" " * 2**20)


class Clock:
    """A clock that passes time by sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 2))
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def client(server: Server, clock: Clock | None = None, **options: float | str | None) -> Civitai:
    given = {"host": server.address, "timeout_s": 0.5, "attempts": 3, "pause_s": 0.0} | options
    clock = clock or Clock()
    return Civitai(CivitaiOptions(**given), sleep=clock.sleep, clock=clock)  # pyright: ignore[reportArgumentType]  by name


def test_an_answer_is_read_and_only_hash_name_and_key_are_sent(server: Server) -> None:
    found = client(server.then(version()), api_key="secret").version_by_hash("AA/..%" + "aa")
    assert found is not None
    assert (found.title, found.base_model, found.trigger_words, found.type) == (
        "Lamp – v2",
        "Illustrious",
        ("lamp", "glow"),
        "LORA",
    )
    assert found.hashes == ("1234abcd", "0f" * 6, "aa" * 32)
    assert found.previews == ()
    assert server.paths == ["/api/v1/model-versions/by-hash/AA%2F..%25aa"]
    assert server.headers[0]["authorization"] == "Bearer secret"
    assert set(server.headers[0]) <= {"host", "accept-encoding", "accept", "user-agent", "authorization"}
    assert server.headers[0]["user-agent"].startswith("diffusion-toolkit/")


def test_what_is_not_there_is_none(server: Server) -> None:
    assert client(server.then(sends(b"{}", 404))).version_by_hash("a" * 10) is None
    assert len(server.paths) == 1


@pytest.mark.parametrize("bad", [silent, breaks_off, sends(b"busy", 429), sends(b"", 503)])
def test_trouble_that_passes_is_waited_for(server: Server, bad: Answer) -> None:
    clock = Clock()
    assert client(server.then(bad, bad, version()), clock).version_by_hash("a" * 10) is not None
    assert clock.slept == [1.0, 2.0]


def test_the_service_says_how_long_to_wait(server: Server) -> None:
    clock = Clock()
    client(
        server.then(sends(b"", 429, Retry_After="7"), sends(b"", 429, Retry_After="9999"), version()), clock
    ).version_by_hash("a" * 8)
    assert clock.slept == [7.0, 60.0]


def test_questions_keep_their_pace(server: Server) -> None:
    clock = Clock()
    civitai = client(server.then(version()), clock, pause_s=0.5)
    for _ in range(3):
        civitai.version_by_hash("a" * 10)
    assert clock.slept == [0.5, 0.5]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (silent, "no answer in time"),
        (breaks_off, "the connection failed or broke"),
        (sends(b"", 500), "too busy"),
        (sends(b"", 302, Location="http://127.0.0.1:1/steal"), "redirect"),
        (sends(b"", 301, Location="/elsewhere"), "redirect"),
        (sends(b"", 401), "API key"),
        (sends(b"", 418), "an error"),
        (sends(b"<html>"), "cannot be read"),
        (sends(b"[" * 100_000), "cannot be read"),
        (sends(b"[]"), "names no model"),
        (version(id="22"), "names no model"),
        (version(model=None), "names no model"),
        (floods, "more than 8 MiB"),
    ],
)
def test_trouble_that_stays_is_told_in_a_sentence(server: Server, bad: Answer, message: str) -> None:
    with pytest.raises(ServiceFailed, match=message):
        client(server.then(bad)).version_by_hash("a" * 10)


def test_an_answer_that_trickles_is_given_up(server: Server) -> None:
    begun = time.monotonic()
    civitai = Civitai(CivitaiOptions(host=server.then(trickles).address, timeout_s=0.3, attempts=1))
    with pytest.raises(ServiceFailed, match="no answer in time"):
        civitai.version_by_hash("a" * 10)
    assert time.monotonic() - begun < 2


def test_nobody_there_is_told() -> None:
    civitai = Civitai(CivitaiOptions(host="http://127.0.0.1:1", attempts=2), sleep=lambda _: None)
    with pytest.raises(ServiceFailed, match=r"127\.0\.0\.1:1 cannot be reached"):
        civitai.version_by_hash("a" * 10)


@pytest.mark.parametrize(
    "host", ["http://civitai.com", "ftp://civitai.com", "civitai.com", "https://a:b@civitai.com", ""]
)
def test_keys_and_hashes_never_go_in_the_open(host: str) -> None:
    with pytest.raises(UsageError):
        Civitai(CivitaiOptions(host=host))


@pytest.mark.parametrize("key", ["ein Schlüssel", "secret\nX-Other: 1", " secret", "\x7f"])
def test_a_key_that_cannot_be_one_is_told_without_it(key: str) -> None:
    options = CivitaiOptions(api_key=key)
    assert "secret" not in repr(options)
    with pytest.raises(UsageError, match="A key has only ASCII letters") as caught:
        Civitai(options)
    assert key not in str(caught.value)


# --- what the library makes of it -------------------------------------------------------------


@pytest.fixture
def lora(collection: Collection, tmp_path: Path) -> int:
    """The number of a registered LoRA whose header states its hash."""
    save(tmp_path / "models/loras/a.safetensors", safetensors({"sshs_model_hash": "0f" * 32}))
    for _ in scan_models(collection, add_model_root(collection, tmp_path / "models").id):
        pass
    with collection.begin() as connection:
        return store.files(connection)[0].id


def test_what_was_found_names_every_hash_and_is_kept_with_the_file(
    collection: Collection, lora: int, server: Server
) -> None:
    answer = lookups.ask_for_file(collection, client(server.then(version())), lora)
    assert answer.found is not None
    assert server.paths == ["/api/v1/model-versions/by-hash/" + "0f" * 6]
    assert look_up(collection, "aa" * 32).names[0].name == "Lamp – v2"
    assert "civitai" in [name.source for name in look_up(collection, "0f" * 6).names]
    from diffusion_toolkit.catalog import Catalog

    state = Catalog(collection).state
    found = model_file(collection, state, state.present, lora)
    assert (found.title, found.base_model, found.trigger_words) == ("Lamp – v2", "Illustrious", ("lamp", "glow"))
    assert (found.civitai or {})["id"] == 22


def test_unknown_hashes_are_asked_for_once_and_never_by_themselves(
    collection: Collection, lora: int, server: Server
) -> None:
    server.then(sends(b"{}", 404))
    assert lookups.unknown_hashes(collection) == ["0f" * 6]
    assert server.paths == []
    last = list(lookups.ask_for_unknown(collection, client(server)))[-1]
    assert last.counts == {"found": 0, "unknown": 1, "failed": 0}
    assert lookups.unknown_hashes(collection) == []
    assert list(lookups.ask_for_unknown(collection, client(server)))[-1].total == 0
    assert len(server.paths) == 1


def test_a_service_that_fails_again_and_again_is_left_in_peace(
    collection: Collection, tmp_path: Path, server: Server
) -> None:
    for number in range(6):
        digits = f"{number:x}" * 64
        save(tmp_path / f"models/loras/{number}.safetensors", safetensors({"sshs_model_hash": digits}))
    for _ in scan_models(collection, add_model_root(collection, tmp_path / "models").id):
        pass
    server.then(sends(b"", 500))
    with pytest.raises(ServiceFailed):
        list(lookups.ask_for_unknown(collection, client(server, attempts=1)))
    assert len(server.paths) == 3
    assert len(lookups.unknown_hashes(collection)) == 6
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        list(lookups.ask_for_unknown(collection, client(server.then(version())), lambda: next(asked)))
    assert len(lookups.unknown_hashes(collection)) == 5


def test_a_preview_is_loaded_when_asked_for_and_only_from_there(
    collection: Collection, lora: int, server: Server, tmp_path: Path
) -> None:
    picture = save_png(tmp_path / "p.png", texts={}).read_bytes()
    with pytest.raises(NotFound):
        lookups.load_preview(collection, client(server.then(version())), lora)
    named = version(images=[{"url": f"{server.address}/p.png", "type": "image"}])
    lookups.ask_for_file(collection, client(server.then(named)), lora)
    small = lookups.load_preview(collection, client(server.then(sends(picture, kind="image/png"))), lora)
    assert small[:4] == b"RIFF"
    assert "authorization" not in server.headers[-1]
    assert lookups.kept_preview(collection, lora) == small
    for bad, error in (
        (sends(picture, kind="text/html"), ServiceFailed),
        (sends(b"no picture", kind="image/png"), UnreadableFile),
        (sends(b"", 404), ServiceFailed),
    ):
        with pytest.raises(error):
            lookups.load_preview(collection, client(server.then(bad)), lora)
    stolen = version(images=[{"url": "http://169.254.169.254/x.png", "type": "image"}])
    lookups.ask_for_file(collection, client(server.then(stolen)), lora)
    with pytest.raises(UsageError, match="not Civitai's"):
        lookups.load_preview(collection, client(server), lora)
