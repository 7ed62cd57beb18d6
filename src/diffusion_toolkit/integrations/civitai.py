"""Asks Civitai which model a hash belongs to: only when the user wants it, and nothing but the hash is told.

Sent are: the hash, the name and version of this program, and the API key where one is set. No file, no name, no prompt.
Answers are somebody else's: size, type and every field are checked; redirects are not followed.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from diffusion_toolkit.errors import ServiceFailed, UsageError
from diffusion_toolkit.integrations.http import (
    AGENT,
    BUSY,
    LONGEST_WAIT_S,
    asking,
    content_type,
    is_loopback,
    open_pool,
    read_bounded,
    retry_after_s,
    why,
)
from diffusion_toolkit.integrations.json_answers import as_list, as_object

HOST: Final = "https://civitai.com"
WHAT_IS_SENT: Final = (
    "Sent to {host}: the hash of each model, the name and version of this program, and your API key if you set one. "
    "No file, no file name and no prompt."
)

MOST_BYTES: Final = 8 * 2**20
MOST_PREVIEW_BYTES: Final = 20 * 2**20
PREVIEW_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif")
MOST_WORDS: Final = 50
MOST_PREVIEWS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CivitaiOptions:
    """host: address of the service; api_key: only sent to it, never over plain HTTP to another machine; timeout_s: of
    one answer; attempts: how often one question is asked; pause_s: between two questions.
    """

    host: str = HOST
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 20.0
    attempts: int = 4
    pause_s: float = 0.5

    @property
    def notice(self) -> str:
        """What a question tells, in a sentence for the user."""
        return WHAT_IS_SENT.format(host=self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class CivitaiVersion:
    """A version of a model there. hashes: of its files, small digits; previews: addresses, nothing is loaded."""

    id: int
    model_id: int | None
    model: str
    version: str
    type: str | None
    base_model: str | None
    trigger_words: tuple[str, ...]
    nsfw: bool
    hashes: tuple[str, ...]
    previews: tuple[str, ...]

    @property
    def title(self) -> str:
        """Model and version in one name."""
        return " – ".join(dict.fromkeys(part for part in (self.model, self.version) if part))


class Civitai:
    """Asks one question at a time, at the pace the service bears."""

    def __init__(
        self,
        options: CivitaiOptions,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises UsageError for an address or a key that cannot be one."""
        self.options = options
        self._sleep = sleep
        self._clock = clock
        self._next_at = clock()
        self._host = _checked_host(options.host)
        self._headers = asking(options.api_key)
        self._pool = open_pool(self._host)

    def version_by_hash(self, model_hash: str) -> CivitaiVersion | None:
        """The version that has a file of this hash; None when there is none. Raises ServiceFailed."""
        address = f"{self._host}/api/v1/model-versions/by-hash/{quote(model_hash, safe='')}"
        answer = self._get(address, self._headers, MOST_BYTES)
        return None if answer.status == 404 else _version(answer.data)

    def preview(self, address: str) -> bytes:
        """The bytes of a preview picture. Raises ServiceFailed, UsageError for an address of somebody else."""
        if not self._is_theirs(address):
            raise UsageError("The preview lies on a machine that is not Civitai's; it is not loaded.")
        answer = self._get(address, {"User-Agent": AGENT}, MOST_PREVIEW_BYTES)
        if answer.status == 404:
            raise ServiceFailed("The preview is not there any more.")
        if answer.content_type not in PREVIEW_TYPES:
            raise ServiceFailed("What came instead of the preview is no picture.")
        return answer.data

    def close(self) -> None:
        """Let go of the connection."""
        self._pool.clear()

    def _is_theirs(self, address: str) -> bool:
        parts, ours = urlsplit(address), urlsplit(self._host)
        if parts.scheme == ours.scheme and parts.netloc == ours.netloc:
            return True
        name = ours.hostname or ""
        return parts.scheme == "https" and not parts.port and (parts.hostname or "").endswith("." + name)

    def _get(self, address: str, headers: Mapping[str, str], most_bytes: int) -> "_Answer":
        """Ask until there is an answer, more slowly each time. Raises ServiceFailed."""
        problem = "does not answer"
        for attempt in range(self.options.attempts):
            self._wait_for_turn()
            try:
                answer = self._ask(address, headers, most_bytes)
            except HTTPError as error:
                problem, pause = f"cannot be reached ({why(error)})", 2.0**attempt
            else:
                if answer.status in (200, 404):
                    return answer
                if answer.status not in BUSY:
                    raise ServiceFailed(f"{self._name} answered {_refusal(answer.status)}.")
                problem, pause = f"is too busy (status {answer.status})", answer.retry_after_s or 2.0**attempt
            self._next_at = self._clock() + min(pause, LONGEST_WAIT_S)
        raise ServiceFailed(f"{self._name} {problem}. Try again later.")

    def _ask(self, address: str, headers: Mapping[str, str], most_bytes: int) -> "_Answer":
        timeout = urllib3.Timeout(connect=min(self.options.timeout_s, 10.0), read=self.options.timeout_s)
        response = self._pool.request(
            "GET", address, headers=dict(headers), timeout=timeout, redirect=False, preload_content=False
        )
        try:
            data = read_bounded(response, self._name, most_bytes, self.options.timeout_s, self._clock)
        finally:
            response.close()
        return _Answer(
            status=response.status,
            content_type=content_type(response),
            retry_after_s=retry_after_s(response),
            data=data,
        )

    @property
    def _name(self) -> str:
        return urlsplit(self._host).netloc

    def _wait_for_turn(self) -> None:
        early = self._next_at - self._clock()
        if early > 0:
            self._sleep(early)
        self._next_at = self._clock() + self.options.pause_s


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    content_type: str
    retry_after_s: float | None
    data: bytes


def _checked_host(host: str) -> str:
    parts = urlsplit(host.rstrip("/"))
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query:
        raise UsageError("The address of Civitai looks like https://civitai.com.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise UsageError("Only https:// reaches another machine: hashes and keys are not sent in the open.")
    return host.rstrip("/")


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return "with a redirect to somewhere else, which is not followed"
    if status in (401, 403):
        return f"that it may not tell (status {status}); an API key may be missing or wrong"
    return f"with an error (status {status})"


def _version(data: bytes) -> CivitaiVersion:
    try:
        found = as_object(orjson.loads(data))
    except orjson.JSONDecodeError as error:
        raise ServiceFailed("Civitai's answer cannot be read.") from error
    model, number = as_object(found.get("model")), found.get("id")
    if not isinstance(number, int) or not model:
        raise ServiceFailed("Civitai's answer names no model.")
    model_id = found.get("modelId")
    return CivitaiVersion(
        id=number,
        model_id=model_id if isinstance(model_id, int) else None,
        model=_text(model.get("name")) or f"Model {model_id}",
        version=_text(found.get("name")) or "",
        type=_text(model.get("type")),
        base_model=_text(found.get("baseModel")),
        trigger_words=tuple(filter(None, map(_text, as_list(found.get("trainedWords"))[:MOST_WORDS]))),
        nsfw=model.get("nsfw") is True,
        hashes=_hashes(found),
        previews=_previews(found),
    )


def _hashes(found: Mapping[str, object]) -> tuple[str, ...]:
    digits = [
        value.lower()
        for file in as_list(found.get("files"))[:100]
        for value in as_object(as_object(file).get("hashes")).values()
        if isinstance(value, str) and 8 <= len(value) <= 64 and all(d in "0123456789abcdefABCDEF" for d in value)
    ]
    return tuple(dict.fromkeys(digits))


def _previews(found: Mapping[str, object]) -> tuple[str, ...]:
    pictures = [as_object(image) for image in as_list(found.get("images"))]
    addresses = [_text(image.get("url"), 2_000) for image in pictures if image.get("type", "image") == "image"]
    return tuple(address for address in addresses if address and address.startswith(("https://", "http://")))[
        :MOST_PREVIEWS
    ]


def _text(value: object, longest: int = 300) -> str | None:
    return value.strip()[:longest] or None if isinstance(value, str) else None
