"""Asks any server that speaks OpenAI's chat protocol: LM Studio, Ollama, vLLM, llama-server, KoboldCpp, a cloud.

Sent are: the question with its picture, the name of the model, the key where one is set, the name and version of this
program. Answers are somebody else's: size, type and every field are checked, redirects are not followed, and the key is
cut out of whatever comes back.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from diffusion_toolkit.errors import ServiceFailed
from diffusion_toolkit.integrations.api_addresses import URL, api_bases
from diffusion_toolkit.integrations.http import (
    BUSY,
    LONGEST_WAIT_S,
    asking,
    content_type,
    open_pool,
    read_bounded,
    retry_after_s,
    why,
)
from diffusion_toolkit.integrations.json_answers import JsonObject, as_list, as_object, read_object

MOST_BYTES: Final = 4 * 2**20
MOST_MODELS: Final = 500
LONGEST_MESSAGE: Final = 300
LONGEST_NAME: Final = 300
_PROBE_S: Final = 10.0
_FIRST_PAUSE_S: Final = 1.0
_OPTIONAL: Final = ("temperature", "top_p", "frequency_penalty", "seed")
_RENAMED: Final = {"max_tokens": "max_completion_tokens"}


class ServerUnusable(ServiceFailed):
    """The next question would fare no better: nobody answers, the key is wrong, there is no such model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAiServerOptions:
    """url: base address, with or without /v1; model: "" takes the first that the server has; api_key: only sent to it;
    timeout_s: of one answer; attempts: how often one question is asked; parallel: questions at the same time.
    """

    url: str = URL
    model: str = ""
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 120.0
    attempts: int = 4
    parallel: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAnswer:
    """What a model wrote. finish: "stop", or "length" when it ran out of tokens; tokens: of the answer, None = not
    told; seconds: from question to answer, without waiting for turns; model: that answered, as the server says, "" =
    not told: some answer by whatever model is loaded.
    """

    text: str
    finish: str
    tokens: int | None
    seconds: float
    model: str = ""


ConnectionStep: TypeAlias = Literal["models", "chat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTest:
    """How a test went. models: what the server lists; model: the one that was asked; failed: the step that did not
    work, with the reason in `problem`; a server without a list of models may work all the same.
    """

    models: tuple[str, ...]
    model: str
    seconds: float
    failed: ConnectionStep | None
    problem: str | None

    @property
    def works(self) -> bool:
        """Whether the model answered."""
        return self.failed != "chat"


class OpenAiServer:
    """One server. May be used from many threads at once."""

    def __init__(
        self,
        options: OpenAiServerOptions,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises UsageError for an address or a key that cannot be one."""
        self.options = options
        self._sleep = sleep
        self._clock = clock
        self._bases = api_bases(options.url)
        self._headers = asking(options.api_key)
        self._pool = open_pool(options.url, options.parallel)
        self._model = options.model
        self._unknown: set[str] = set()  # parameters that this server does not take

    @property
    def name(self) -> str:
        """The machine, as messages call it."""
        return urlsplit(self._bases[0]).netloc

    def model(self) -> str:
        """The model that is asked: the one set, else the first that the server lists. Raises ServiceFailed."""
        if not self._model:
            listed = self.models()
            if not listed:
                raise ServerUnusable(f"{self.name} lists no model. Load one there, or name the model in the settings.")
            self._model = listed[0]
        return self._model

    def models(self) -> tuple[str, ...]:
        """The names of its models; it is asked once. Raises ServiceFailed."""
        found = self._ask("GET", "/models", None, min(self.options.timeout_s, _PROBE_S), attempts=1)
        names = [as_object(each).get("id") for each in as_list(found.get("data"))[:MOST_MODELS]]
        return tuple(self._clean(name) for name in names if isinstance(name, str) and name)

    def chat(self, body: JsonObject) -> ChatAnswer:
        """Ask once; `body` is a chat request without a model. Raises ServiceFailed, ServerUnusable."""
        asked = {"model": self.model(), **body}
        started = self._clock()
        found = self._ask("POST", "/chat/completions", asked, self.options.timeout_s, self.options.attempts)
        return self._answer(found, self._clock() - started)

    def test(self) -> ConnectionTest:
        """List the models, then have one of them write one token."""
        started = self._clock()
        models: tuple[str, ...] = ()
        failed: ConnectionStep | None = None
        problem: str | None = None
        try:
            models = self.models()
        except ServiceFailed as error:
            failed, problem = "models", str(error)
        self._model = self._model or (models[0] if models else "")
        one_word: JsonObject = {"messages": [{"role": "user", "content": "Say yes."}], "max_tokens": 1}
        try:
            # A thinking model spends its only token on thought: whatever comes, it came from the model.
            asked = {"model": self._model, **one_word} if self._model else one_word
            found = self._ask("POST", "/chat/completions", asked, self.options.timeout_s, attempts=1)
            if not as_list(found.get("choices")):
                raise ServiceFailed(f"{self.name} answered without a choice.")
        except ServiceFailed as error:
            failed, problem = "chat", str(error)
        return ConnectionTest(
            models=models, model=self._model, seconds=self._clock() - started, failed=failed, problem=problem
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.clear()

    def _ask(self, method: str, path: str, body: JsonObject | None, timeout_s: float, attempts: int) -> JsonObject:
        """Ask below each possible base address; the first one that knows the path is kept."""
        missing: list[_NotThere] = []
        for base in self._bases:
            try:
                found = self._persist(method, base + path, body, timeout_s, attempts)
            except _NotThere as error:
                missing.append(error)
            else:
                self._bases = (base,)
                return found
        told = next((error for error in missing if error.told), missing[0])
        raise ServerUnusable(str(told))

    def _persist(
        self, method: str, address: str, body: JsonObject | None, timeout_s: float, attempts: int
    ) -> JsonObject:
        """Ask until there is an answer, more slowly each time. Raises ServiceFailed."""
        attempt = 0
        while True:
            attempt += 1
            pause = _FIRST_PAUSE_S * 2 ** (attempt - 1)
            sent = self._known(body)
            try:
                answer = self._once(method, address, sent, timeout_s)
            except HTTPError as error:
                failure, cause = _failure(self.name, error), error
            else:
                cause = None
                if answer.status == 200:
                    return self._read(answer)
                if answer.status == 400 and self._gives_up_a_parameter(answer, sent):
                    attempt -= 1
                    continue
                if answer.status not in BUSY:
                    raise self._refusal(answer)
                failure = ServiceFailed(f"{self.name} is too busy (status {answer.status}){self._said(answer)}.")
                pause = answer.retry_after_s or pause
            if attempt >= attempts:
                raise failure from cause
            self._sleep(min(pause, LONGEST_WAIT_S))

    def _once(self, method: str, address: str, body: JsonObject | None, timeout_s: float) -> "_Answer":
        response = self._pool.request(
            method,
            address,
            body=None if body is None else orjson.dumps(body),
            headers=self._headers if body is None else self._headers | {"Content-Type": "application/json"},
            timeout=urllib3.Timeout(connect=min(timeout_s, 10.0), read=timeout_s),
            redirect=False,
            preload_content=False,
        )
        try:
            data = read_bounded(response, self.name, MOST_BYTES, timeout_s, self._clock)
        finally:
            response.close()
        return _Answer(
            status=response.status,
            content_type=content_type(response),
            retry_after_s=retry_after_s(response),
            data=data,
        )

    def _read(self, answer: "_Answer") -> JsonObject:
        if answer.content_type == "text/html":
            raise _NotThere(f"{self.name} answered with a web page. Is the address that of its API?", False)
        found = read_object(answer.data)
        if found is None:
            raise ServiceFailed(f"{self.name} gave an answer that cannot be read: it is no JSON object, or cut off.")
        if found.get("error"):
            raise ServiceFailed(f"{self.name} answered with an error{self._said(answer)}.")
        return found

    def _answer(self, found: JsonObject, seconds: float) -> ChatAnswer:
        choices = as_list(found.get("choices"))
        if not choices:
            raise ServiceFailed(f"{self.name} answered without a choice.")
        choice = as_object(choices[0])
        message = as_object(choice.get("message"))
        finish = str(choice.get("finish_reason") or "stop")
        text = _text_of(message.get("content"))
        if finish == "content_filter":
            raise ServiceFailed(f"{self.name} will not answer: its filter of contents says no.")
        if not text.strip() and _text_of(message.get("reasoning_content") or message.get("reasoning")).strip():
            raise ServiceFailed("The model used all its tokens for thinking; allow it more of them.")
        tokens = as_object(found.get("usage")).get("completion_tokens")
        return ChatAnswer(
            text=self._clean(text),
            finish=finish[:30],
            tokens=tokens if isinstance(tokens, int) and tokens >= 0 else None,
            seconds=seconds,
            model=self._clean(_text_of(found.get("model")))[:LONGEST_NAME],
        )

    def _known(self, body: JsonObject | None) -> JsonObject | None:
        """The body without what this server does not take."""
        if body is None or not self._unknown:
            return body
        kept = {_RENAMED.get(key, key) if key in self._unknown else key: value for key, value in body.items()}
        return {key: value for key, value in kept.items() if key not in self._unknown}

    def _gives_up_a_parameter(self, answer: "_Answer", sent: JsonObject | None) -> bool:
        """Whether the server named a parameter of ours that it does not take; it is not sent any more."""
        named = as_object((read_object(answer.data) or {}).get("error")).get("param")
        if not isinstance(named, str) or named not in (*_OPTIONAL, *_RENAMED) or named not in (sent or ()):
            return False
        self._unknown.add(named)
        return True

    def _refusal(self, answer: "_Answer") -> ServiceFailed:
        status, name = answer.status, self.name
        if 300 <= status < 400:
            return ServerUnusable(f"{name} answered with a redirect to somewhere else, which is not followed.")
        if status in (401, 403):
            return ServerUnusable(f"{name} refuses the key, or wants one (status {status}){self._said(answer)}.")
        if status in (404, 405):
            said = self._said(answer)
            return _NotThere(
                f"{name} has no such thing (status {status}){said or '; is it the base of its API?'}", bool(said)
            )
        return ServiceFailed(f"{name} answered with an error (status {status}){self._said(answer)}.")

    def _said(self, answer: "_Answer") -> str:
        """What the server says of its error: one short line, without our key."""
        found = read_object(answer.data) or {}
        error = found.get("error") or found.get("detail") or found.get("message")
        said = error if isinstance(error, str) else as_object(error).get("message")
        line = " ".join("".join(c if c.isprintable() else " " for c in said).split()) if isinstance(said, str) else ""
        return f": {self._clean(line)[:LONGEST_MESSAGE].rstrip('.')}" if line else ""

    def _clean(self, text: str) -> str:
        """Without our key, which a careless server may repeat."""
        key = self.options.api_key
        return text.replace(key, "…") if key else text


class _NotThere(ServiceFailed):
    """Not at this address; perhaps below another one. told: the server itself says what is missing."""

    def __init__(self, message: str, told: bool) -> None:
        super().__init__(message)
        self.told = told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    content_type: str
    retry_after_s: float | None
    data: bytes


def _failure(name: str, error: HTTPError) -> ServiceFailed:
    message = f"{name} cannot be reached, or does not answer ({why(error)})."
    gone = isinstance(error, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.SSLError))
    return ServerUnusable(message) if gone else ServiceFailed(message)


def _text_of(content: object) -> str:
    """The text of a message: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    texts = (as_object(part).get("text") for part in as_list(content))
    return "".join(text for text in texts if isinstance(text, str))
