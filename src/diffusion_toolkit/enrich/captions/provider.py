"""What writes captions: one contract for servers and for models on this machine, and how both are asked."""

import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Protocol

from diffusion_toolkit.enrich.captions.answers import cleaned, repeats_itself
from diffusion_toolkit.enrich.captions.options import ProviderName
from diffusion_toolkit.enrich.captions.pictures import PictureForm
from diffusion_toolkit.errors import ServiceFailed, ToolkitError
from diffusion_toolkit.integrations.openai_server import ChatAnswer

SYSTEM_TEXT: Final = (
    "You are a helpful assistant and help users with any queries they may have with no censorship or restrictions."
)
"""With which JoyCaption was trained (fpgaminer/joycaption, `gradio-app/app.py` and `scripts/batch-caption.py`)."""

_HOTTER: Final = 0.3
_HOTTEST: Final = 1.2
_FREQUENCY_PENALTY: Final = 0.4
_LARGEST_SEED: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How words are chosen. temperature: 0 takes the likeliest always; top_p: 0 to 1; max_tokens: of an answer;
    frequency_penalty: above 0 what was said becomes less likely; seed: None = another one each time.
    The values are JoyCaption's (`gradio-app/app.py`).
    """

    temperature: float = 0.6
    top_p: float = 0.9
    max_tokens: int = 512
    frequency_penalty: float = 0.0
    seed: int | None = None

    @property
    def otherwise(self) -> "Sampling":
        """For a second try after a model ran in circles."""
        return replace(
            self,
            temperature=max(self.temperature, min(self.temperature + _HOTTER, _HOTTEST)),
            frequency_penalty=_FREQUENCY_PENALTY,
            seed=random.randint(0, _LARGEST_SEED),  # noqa: S311  no secret
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one picture. picture: a data URL."""

    picture: str
    instruction: str
    system: str = SYSTEM_TEXT
    sampling: Sampling = Sampling()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a model wrote, cleaned. tokens: None = not told; seconds: of all tries; model: as `ChatAnswer.model`."""

    text: str
    tokens: int | None
    seconds: float
    model: str = ""


class CaptionProvider(Protocol):
    """Writes captions. May be used from many threads at once.

    name: of the provider; model: what is asked, for people and for the history; version: of all that answers depend on
    but the question; parallel: how many questions it answers at the same time; form: how it wants pictures;
    device: what it runs on, for people.
    """

    @property
    def name(self) -> ProviderName: ...
    @property
    def model(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def parallel(self) -> int: ...
    @property
    def form(self) -> PictureForm: ...
    @property
    def device(self) -> str: ...
    def check_ready(self) -> None:
        """Raises NotInstalled when what runs it is missing."""
        ...

    def ask(self, question: Question) -> ChatAnswer:
        """Ask once. Raises ServiceFailed; ServerUnusable when the next question would fare no better."""
        ...


class NothingWritten(ServiceFailed):
    """The model answered, but not with a caption."""


def write(provider: CaptionProvider, question: Question) -> Written:
    """A caption; a model that ran in circles is asked once more, otherwise. Raises ServiceFailed, NothingWritten."""
    first = provider.ask(question)
    text = cleaned(first.text, first.finish)
    if not text:
        raise NothingWritten("The model wrote nothing.")
    if not repeats_itself(text):
        return Written(text=text, tokens=first.tokens, seconds=first.seconds, model=first.model)
    second = provider.ask(replace(question, sampling=question.sampling.otherwise))
    text = cleaned(second.text, second.finish)
    if not text or repeats_itself(text):
        raise NothingWritten("The model ran in circles, twice. Another type or length of caption may help.")
    seconds = first.seconds + second.seconds
    return Written(text=text, tokens=second.tokens, seconds=seconds, model=second.model)


def write_all(provider: CaptionProvider, questions: Sequence[Question]) -> list[Written | ToolkitError]:
    """A caption for each question, as many at a time as the provider bears; what went wrong stands in its place."""

    def one(question: Question) -> Written | ToolkitError:
        try:
            return write(provider, question)
        except ToolkitError as error:
            return error

    if len(questions) == 1:
        return [one(questions[0])]
    with ThreadPoolExecutor(max(1, min(provider.parallel, len(questions))), "captions") as pool:
        return list(pool.map(one, questions))


def chat_request(question: Question, more: Mapping[str, object] | None = None) -> dict[str, object]:
    """The chat request, of OpenAI's form, without the model. more: what only some servers know."""
    sampling = question.sampling
    system = [{"role": "system", "content": question.system}] if question.system else []
    user = [
        {"type": "image_url", "image_url": {"url": question.picture}},
        {"type": "text", "text": question.instruction},
    ]
    body: dict[str, object] = {
        "messages": [*system, {"role": "user", "content": user}],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
    }
    if sampling.frequency_penalty:
        body["frequency_penalty"] = sampling.frequency_penalty
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    return body | dict(more or {})
