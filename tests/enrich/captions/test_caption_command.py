"""`dtk caption` from end to end: real files, a real server, a model on this machine, queries over what was written."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from PIL import Image

import gguf_bytes
from diffusion_toolkit.cli.main import run
from diffusion_toolkit.enrich.captions.writers import shared_writers
from diffusion_toolkit.store.database import Collection
from integrations.chat_server import KEY, ChatServer, fails, lists, says, serving

Dtk = Callable[..., tuple[int, Any]]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving() as found:
        yield found


@pytest.fixture
def dtk(
    tmp_path: Path,
    database_url: str,
    server: ChatServer,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Iterator[Dtk]:
    """Runs a command with --json on a fresh library whose settings name the server."""
    monkeypatch.setenv("DTK_DATABASE_URL", database_url)
    monkeypatch.setenv("DTK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DTK_CAPTIONS__PROVIDER", "server")
    monkeypatch.setenv("DTK_CAPTIONS__SERVER__URL", server.url)
    monkeypatch.setenv("DTK_CAPTIONS__SERVER__API_KEY", KEY)
    monkeypatch.setenv("DTK_CAPTIONS__LOCAL__THREADS", "1")
    monkeypatch.setenv("DTK_CAPTIONS__LOCAL__CONTEXT_TOKENS", "1536")

    def call(*arguments: object) -> tuple[int, Any]:
        capfdbinary.readouterr()
        code = run([*map(str, arguments), "--json"])
        printed = capfdbinary.readouterr()
        assert KEY.encode() not in printed.out + printed.err
        return code, orjson.loads(printed.out)

    yield call
    shared_writers().close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in (("one", "red"), ("two", "green"), ("three", "blue")):
        Image.new("RGB", (64, 48), colour).save(folder / f"{name}.png")
    return folder


def test_a_server_captions_what_a_query_finds(dtk: Dtk, pictures: Path, server: ChatServer) -> None:
    dtk("scan", pictures)
    server.chat(fails(500), says("A quiet lamp."))
    asked_for = ["caption", "path:*/pictures/t*", "--type", "casual", "--length", "30", "--wish", "person"]
    asked_for += ["--person", "Ann"]
    code, told = dtk(*asked_for)
    assert (code, told["total"], told["done"], told["failed"]) == (0, 2, 2, 0)  # what was busy was asked again
    asked = server.bodies[-1]["messages"][1]["content"][1]["text"]
    assert "in at most 30 words" in asked
    assert asked.endswith("call them Ann.")
    assert dtk("search", "caption:lamp", "--count")[1]["total"] == 2
    assert dtk(*asked_for)[1]["total"] == 0
    code, told = dtk("caption", "--all", "--instruction", "Say it.", "--review")
    assert (code, told["held"], told["done"]) == (0, True, 3)
    assert dtk("search", "caption:lamp", "--count")[1]["total"] == 2
    assert dtk("review", "list")[1]["total"] == 3
    assert dtk("review", "accept", "--all")[0] == 0
    assert dtk("search", "caption:lamp", "--count")[1]["total"] == 3


def test_the_key_is_kept_nowhere_whatever_the_server_says(
    dtk: Dtk, pictures: Path, server: ChatServer, tmp_path: Path, collection: Collection
) -> None:
    dtk("scan", pictures)
    server.list(lists(f"model-{KEY}"))
    server.chat(says(f"The key is {KEY}.", by=KEY), fails(500, KEY), fails(401, KEY))
    for more in ((), ("--review",), ("--again",)):
        dtk("caption", "--all", *more)
    server.chat(says(f"A lamp with {KEY}."))
    assert dtk("caption", "--all", "--review", "--retry-failed")[1]["done"] > 0
    dtk("review", "accept", "--all")
    dtk("caption", "--try")
    dtk("export", tmp_path / "export.json")
    rows: list[str] = []
    with collection.begin() as connection:
        names = sa.text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = :schema")
        for name in connection.scalars(names, {"schema": collection.schema}).all():
            rows += connection.scalars(sa.text(f"SELECT to_jsonb(t.*)::text FROM {name} AS t"))
    assert any("The key is …." in row for row in rows)
    assert not [row for row in rows if KEY in row]
    written = [path for path in (tmp_path / "data", tmp_path / "export.json") for path in (path, *path.rglob("*"))]
    assert not [path for path in written if path.is_file() and KEY.encode() in path.read_bytes()]


def test_how_long_it_would_take_is_measured_and_nothing_is_written(
    dtk: Dtk, pictures: Path, server: ChatServer
) -> None:
    dtk("scan", pictures)
    asked = len(server.bodies)
    code, told = dtk("caption", "--all", "--estimate")
    assert (code, told["results"], told["basis"], told["seconds"], len(server.bodies)) == (0, 3, "unknown", None, asked)
    code, told = dtk("caption", "--all", "--estimate", "--try")
    assert (code, told["results"], told["basis"], told["tried"]) == (0, 3, "asked", 1)
    assert told["seconds"] > 0
    assert told["device"] == server.address.removeprefix("http://")
    assert dtk("search", "has:caption", "--count")[1]["total"] == 0


def test_failures_are_told_and_tried_again_when_asked(dtk: Dtk, pictures: Path, server: ChatServer) -> None:
    dtk("scan", pictures)
    server.chat(says(""), says("A lamp."))
    code, told = dtk("caption", "--all")
    assert (code, told["done"], told["failed"]) == (1, 2, 1)
    assert told["failures"][0]["message"] == "The model wrote nothing."
    assert dtk("caption", "--all")[1]["total"] == 0
    assert dtk("caption", "--all", "--retry-failed")[1]["done"] == 1
    server.chat(fails(401, f"Bad key {KEY}"))
    code, told = dtk("caption", "--all", "--again")
    assert (code, told["state"], told["done"]) == (1, "failed", 0)
    assert "refuses the key" in told["message"]


def test_the_connection_is_tried(dtk: Dtk, server: ChatServer) -> None:
    code, told = dtk("caption", "--try", "--length", "any")
    assert (code, told["works"], told["models"], told["caption"]) == (0, True, ["first", "second"], "A red ball.")
    server.chat(fails(401))
    code, told = dtk("caption", "--try")
    assert (code, told["works"]) == (1, False)
    assert "refuses the key" in told["problem"]


def test_types_and_wishes_are_listed(dtk: Dtk, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "captions.toml").write_text('[instructions]\npoem = "A {length} poem."\n')
    code, told = dtk("caption", "--types")
    assert (code, len(told["types"]), len(told["wishes"])) == (0, 13, 27)
    assert told["types"][-1] == {"name": "poem", "title": "Poem", "text": "A {length} poem."}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--type", "limerick"),
        ("--length", "3"),
        ("--wish", "fame"),
        ("--instruction", "<|eot_id|>"),
        ("--mode", "swap"),
        (),
    ],
)
def test_what_is_no_wish_is_wrong_usage(dtk: Dtk, arguments: tuple[str, ...]) -> None:
    everything = ("--all",) if arguments else ()
    assert run(["caption", *everything, *arguments]) == 2


def test_a_model_on_this_machine_is_checked_tried_and_used(dtk: Dtk, pictures: Path, tmp_path: Path) -> None:
    code, told = dtk("caption", "--try", "--provider", "joycaption")
    assert code == 1
    gguf_bytes.joycaption(tmp_path / "data" / "models" / "mine")
    (listed,) = dtk("models", "list")[1]["others"]
    assert (listed["name"], listed["contract"], list(listed["companions"])) == (
        "joycaption:tongue",
        "joycaption",
        ["projector"],
    )
    code, told = dtk("models", "check", "joycaption")
    assert told[0]["notes"][0].startswith("The network is not in the catalogue")
    assert code == 0 or "ran in circles" in told[0]["problems"][0]  # its weights are random
    dtk("scan", pictures)
    code, told = dtk("caption", "--all", "--provider", "joycaption")
    assert told["total"] == 3
    assert told["done"] + told["failed"] == 3
    assert all("ran in circles" in each["message"] for each in told["failures"])
