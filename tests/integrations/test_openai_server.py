"""Questions to servers that speak OpenAI's protocol, answered by a server of our own in every way there is."""

import logging
from collections.abc import Iterator

import pytest

from diffusion_toolkit.errors import ServiceFailed, UsageError
from diffusion_toolkit.integrations.openai_server import ChatAnswer, OpenAiServer, OpenAiServerOptions, ServerUnusable
from integrations.chat_server import KEY, Answer, ChatServer, fails, is_cut_off, lists, says, sends, serving, trickles

ASKED = {"messages": [{"role": "user", "content": "What?"}], "max_tokens": 9, "temperature": 0.5}


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving() as found:
        yield found


def asker(server: ChatServer, waits: list[float] | None = None, **options: object) -> OpenAiServer:
    """Asks the server; how long it would have waited between attempts goes into `waits`."""
    given = {"url": server.url, "model": "m", "api_key": KEY, "timeout_s": 5.0, "attempts": 3} | options
    return OpenAiServer(OpenAiServerOptions(**given), sleep=(waits if waits is not None else []).append)  # pyright: ignore[reportArgumentType]  (filled by name)


def test_a_right_answer_is_read_and_only_what_is_needed_is_sent(server: ChatServer) -> None:
    answer = asker(server).chat(ASKED)
    assert (answer.text, answer.finish, answer.tokens) == ("A red ball.", "stop", 4)
    assert 0 < answer.seconds < 5
    assert server.bodies == [{"model": "m", **ASKED}]
    assert server.paths == ["/v1/chat/completions"]
    (headers,) = server.headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["user-agent"].startswith("diffusion-toolkit/")
    assert set(headers) <= {
        "authorization",
        "user-agent",
        "accept",
        "content-type",
        "content-length",
        "host",
        "accept-encoding",
    }


@pytest.mark.parametrize("ending", ["/v1", "/v1/", "", "/", "/v1/chat/completions"])
def test_the_address_is_understood_however_it_is_given(server: ChatServer, ending: str) -> None:
    assert asker(server, url=server.address + ending).chat(ASKED).text == "A red ball."


@pytest.mark.parametrize("base", ["/tools/openai/v1", "/api/v3", "/llm"])
def test_a_path_before_the_api_is_kept(server: ChatServer, base: str) -> None:
    server.base = base
    found = asker(server, model="")
    assert found.models() == ("first", "second")
    assert found.chat(ASKED).text == "A red ball."
    assert server.paths[-2:] == [f"{base}/models", f"{base}/chat/completions"]


def test_without_a_name_the_first_model_is_asked(server: ChatServer) -> None:
    found = asker(server, model="")
    found.chat(ASKED)
    found.chat(ASKED)
    assert [body["model"] for body in server.bodies] == ["first", "first"]
    assert server.paths.count("/v1/models") == 1
    server.list(lists())
    with pytest.raises(ServerUnusable, match="lists no model"):
        asker(server, model="").chat(ASKED)


@pytest.mark.parametrize(
    ("answer", "text", "finish", "tokens"),
    [
        (says([{"type": "text", "text": "A "}, {"type": "text", "text": "ball"}, {"type": "x"}]), "A ball", "stop", 4),
        (says("Cut", finish="length"), "Cut", "length", 4),
        (says("Yes", tokens=None), "Yes", "stop", None),
        (says(None), "", "stop", 4),
        (sends({"choices": [{"message": {"content": "bare"}}]}), "bare", "stop", None),
        (says("Odd", by=["m"]), "Odd", "stop", 4),
    ],
)
def test_all_forms_of_right_answers_are_read(
    server: ChatServer, answer: Answer, text: str, finish: str, tokens: int | None
) -> None:
    found = asker(server.chat(answer)).chat(ASKED)
    assert found == ChatAnswer(text=text, finish=finish, tokens=tokens, seconds=found.seconds)


@pytest.mark.parametrize(
    "bad", [fails(429), fails(500), fails(502), fails(503, "Loading model"), fails(504), is_cut_off]
)
def test_trouble_that_passes_is_waited_for_ever_longer(server: ChatServer, bad: Answer) -> None:
    waits: list[float] = []
    assert asker(server.chat(bad, bad, says("There.")), waits).chat(ASKED).text == "There."
    assert waits == [1, 2]


def test_the_server_says_how_long_to_wait(server: ChatServer) -> None:
    waits: list[float] = []
    said = ("7", "86400", "\u00b2", "soon", "-3")
    server.chat(*(fails(429, headers={"Retry-After": each}) for each in said), says("There."))
    assert asker(server, waits, attempts=6).chat(ASKED).text == "There."
    assert waits == [7, 60, 4, 8, 16]


@pytest.mark.parametrize(
    ("answer", "message", "is_hopeless"),
    [
        (fails(401, "No such key"), "refuses the key, or wants one .status 401.: No such key", True),
        (fails(403), "refuses the key", True),
        (fails(404, 'model "m" not found'), 'no such thing .status 404.: model "m" not found', True),
        (sends(b"", status=302, headers={"Location": "http://127.0.0.1:1/v1/chat/completions"}), "redirect", True),
        (sends(b"<html>Hello</html>", kind="text/html; charset=utf-8"), "web page", True),
        (sends(b"none", status=404, kind="text/plain"), "is it the base of its API", True),
        (fails(400, "image input is not supported"), "status 400.: image input is not supported", False),
        (fails(503, "Loading model"), "too busy .status 503.: Loading model", False),
        (sends({"detail": "Of another form"}, status=422), "status 422.: Of another form", False),
        (sends({"error": "A text"}, status=200), "answered with an error: A text", False),
        (sends(b'{"choices": [{"mess'), "cannot be read", False),
        (sends([1, 2]), "cannot be read", False),
        (sends({"choices": []}), "without a choice", False),
        (sends({}), "without a choice", False),
        (says("", finish="content_filter"), "filter", False),
        (says("", finish="length", reasoning_content="Hm, let me see"), "tokens for thinking", False),
        (sends(b"[" + b" " * 5_000_000 + b"]"), "more than 4 MiB", False),
        (is_cut_off, "the connection failed or broke", False),
    ],
)
def test_every_wrong_answer_is_told_in_a_sentence(
    server: ChatServer, answer: Answer, message: str, is_hopeless: bool
) -> None:
    with pytest.raises(ServiceFailed, match=message) as caught:
        asker(server.chat(answer)).chat(ASKED)
    assert isinstance(caught.value, ServerUnusable) is is_hopeless
    assert server.address.removeprefix("http://") in str(caught.value) or "thinking" in message


@pytest.mark.parametrize("late", [says("Late", delay_s=2), trickles])
def test_a_late_answer_is_given_up(server: ChatServer, late: Answer) -> None:
    with pytest.raises(ServiceFailed, match="no answer in time") as caught:
        asker(server.chat(late), timeout_s=0.3, attempts=1).chat(ASKED)
    assert not isinstance(caught.value, ServerUnusable)


def test_nobody_there_is_told() -> None:
    options = OpenAiServerOptions(url="http://127.0.0.1:1/v1", model="m", attempts=1)
    with pytest.raises(ServerUnusable, match=r"127\.0\.0\.1:1 cannot be reached.*nobody answers there"):
        OpenAiServer(options).chat(ASKED)


def test_what_a_server_does_not_take_is_not_sent_again(server: ChatServer) -> None:
    def refuses(name: str) -> Answer:
        return sends({"error": {"message": "Unsupported", "param": name}}, status=400)

    found = asker(server.chat(refuses("max_tokens"), refuses("temperature"), says("Now.")), attempts=1)
    assert found.chat(ASKED).text == "Now."
    assert found.chat(ASKED).text == "Now."
    sent = {"model": "m", "messages": ASKED["messages"], "max_completion_tokens": 9}
    assert server.bodies[-2:] == [sent, sent]
    with pytest.raises(ServiceFailed, match="Unsupported"):
        asker(server.chat(refuses("messages")), attempts=1).chat(ASKED)


def test_an_answer_names_the_model_that_gave_it(server: ChatServer) -> None:
    server.chat(says("A ball.", by=f"other-{KEY}"), says("A ball.", by="x" * 1000), says("A ball."))
    found = asker(server)
    assert [found.chat(ASKED).model for _ in range(3)] == ["other-…", "x" * 300, ""]


def test_the_key_is_never_told(server: ChatServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = asker(server.chat(says(f"Your key is {KEY}.")).list(lists(f"model-{KEY}")))
    told = [found.chat(ASKED).text, *found.models(), repr(found.options), str(found.options)]
    for answer in (fails(401, f"Wrong key {KEY}"), fails(500, KEY), sends({"detail": KEY}, status=418)):
        with pytest.raises(ServiceFailed) as caught:
            asker(server.chat(answer)).chat(ASKED)
        told.append(str(caught.value))
    assert KEY not in "\n".join([*told, caplog.text])
    assert all("…" in line for line in told if "key is" in line or "status" in line)


@pytest.mark.parametrize(
    "url",
    [
        "example.org/v1",
        "ftp://127.0.0.1/v1",
        "file:///etc/passwd",
        "http://me:secret@127.0.0.1/v1",
        "http://127.0.0.1/v1?x=1",
        "http://example.org/v1",
        "http://8.8.8.8/v1",
        "http://127.0.0.1:none/v1",
        "http://127.0.0.1:99999/v1",
        "http://[::1/v1",
        "",
    ],
)
def test_pictures_and_keys_go_nowhere_in_the_open(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        OpenAiServer(OpenAiServerOptions(url=url))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org/v1",
        "http://localhost:1234",
        "http://192.168.1.7:11434/v1",
        "http://[::1]:8000/v1",
        "http://gpu-box:8080",
        "http://tower.local/v1",
    ],
)
def test_machines_of_the_same_network_may_be_asked_without_https(url: str) -> None:
    assert OpenAiServer(OpenAiServerOptions(url=url)).name


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel", " blank"])
def test_a_key_that_cannot_be_one_is_refused(key: str) -> None:
    with pytest.raises(UsageError, match="A key has only"):
        OpenAiServer(OpenAiServerOptions(api_key=key))


def test_a_test_lists_models_and_has_one_write_a_token(server: ChatServer) -> None:
    found = asker(server, model="").test()
    assert (found.models, found.model, found.works, found.problem) == (("first", "second"), "first", True, None)
    assert server.paths == ["/v1/models", "/v1/chat/completions"]
    assert (server.bodies[0]["max_tokens"], server.bodies[0]["model"]) == (1, "first")


def test_a_server_without_a_list_may_work_all_the_same(server: ChatServer) -> None:
    found = asker(server.list(fails(404, "No list")), model="").test()
    assert (found.works, found.failed, found.models) == (True, "models", ())
    assert found.problem
    assert "model" not in server.bodies[0]


@pytest.mark.parametrize(
    ("chat", "problem"),
    [
        (fails(401, "Who are you"), "Who are you"),
        (sends({"choices": []}), "without a choice"),
        (fails(503), "too busy"),
    ],
)
def test_a_test_says_what_does_not_work(server: ChatServer, chat: Answer, problem: str) -> None:
    waits: list[float] = []
    found = asker(server.chat(chat), waits).test()
    assert (found.works, found.failed, found.models) == (False, "chat", ("first", "second"))
    assert problem in (found.problem or "")
    assert waits == []  # a person is waiting


def test_a_test_of_nobody_is_quick() -> None:
    found = OpenAiServer(OpenAiServerOptions(url="http://127.0.0.1:1/v1")).test()
    assert (found.works, found.models) == (False, ())
    assert found.seconds < 5
