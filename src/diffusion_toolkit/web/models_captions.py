"""What the HTTP interface takes and answers about captions that models write."""

from typing import Annotated, Literal

from pydantic import Field

from diffusion_toolkit.enrich.captions.instructions import LONGEST_INSTRUCTION
from diffusion_toolkit.enrich.captions.modes import CaptionMode
from diffusion_toolkit.enrich.captions.options import ProviderName
from diffusion_toolkit.web.models import Answer, Asked
from diffusion_toolkit.web.models_curation import Chosen

Name = Annotated[str, Field(max_length=40)]


class CaptionWish(Asked):
    """How a caption is to be; what is null or absent is as the settings say."""

    provider: ProviderName | None = None
    model: Annotated[str, Field(max_length=300, description="Another model than that of the settings.")] = ""
    type: Annotated[Name, Field(description="A type of caption.")] | None = None
    length: Annotated[str, Field(max_length=20, description="One of the lengths, or a number of words.")] | None = None
    wishes: Annotated[list[Name], Field(max_length=50, description="Sentences that are added.")] | None = None
    person: Annotated[str, Field(max_length=200, description="What a person in the picture is called.")] = ""
    own: Annotated[str, Field(max_length=LONGEST_INSTRUCTION, description="An instruction instead of a type.")] = ""
    mode: CaptionMode | None = None
    over_people: Annotated[bool, Field(description="Also where a person wrote the caption.")] = False


class CaptionRunRequest(Chosen):
    """Images that models are to caption, and how."""

    how: Annotated[CaptionWish, Field(default_factory=CaptionWish)]
    held: Annotated[bool, Field(description="Captions wait for review; nothing is applied.")] = False
    again: Annotated[bool, Field(description="Also images that have such a caption of this model.")] = False
    retry_failed: bool = False


class CaptionEstimateRequest(Chosen):
    """Captions that are not to be started yet."""

    how: Annotated[CaptionWish, Field(default_factory=CaptionWish)]
    again: bool = False
    retry_failed: bool = False
    ask_server: Annotated[
        bool, Field(description="Time a server by one caption of a picture that is made for trying; may cost money.")
    ] = False


class CaptionNowRequest(Asked):
    """A caption of one image that somebody waits for."""

    how: Annotated[CaptionWish, Field(default_factory=CaptionWish)]
    keep: Annotated[bool, Field(description="Let it count at once.")] = False


class CaptionTryRequest(Asked):
    """A caption of the picture that is made for trying."""

    how: Annotated[CaptionWish, Field(default_factory=CaptionWish)]


class CaptionNowAnswer(Answer):
    """A caption that was just written. kept: whether it is the image's now; token: searches after it see that."""

    text: Annotated[str, Field(description="The caption in the end.")]
    model_text: Annotated[str, Field(description="What the model wrote of it.")]
    instruction: str
    provider: ProviderName
    model: str
    tokens: int | None
    seconds: float
    kept: bool
    token: int | None


class CaptionTypeAnswer(Answer):
    """A type of caption. default: our text; null for a type of the user's own."""

    name: Annotated[str, Field(description="Of ours it never changes, so that a page can have words for it.")]
    title: Annotated[str, Field(description="In English.")]
    text: str
    default: str | None


class CaptionWishAnswer(Answer):
    """A sentence that may be added."""

    name: Annotated[str, Field(description="It never changes, so that a page can have words for it.")]
    title: Annotated[str, Field(description="In English.")]
    text: str


class InstructionsAnswer(Answer):
    """All that can be asked for, and what holds without a word."""

    types: list[CaptionTypeAnswer]
    lengths: list[str]
    wishes: list[CaptionWishAnswer]
    modes: list[CaptionMode]
    fewest_words: int
    most_words: int
    defaults: "CaptionDefaultsAnswer"


class CaptionDefaultsAnswer(Answer):
    """What holds where nothing is said."""

    provider: ProviderName
    type: str
    length: str
    wishes: list[str]
    mode: CaptionMode


class InstructionChange(Asked):
    """The new text of a type."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_INSTRUCTION)]


class ServerWish(Asked):
    """A server to ask instead of that of the settings, whose key goes nowhere else."""

    url: Annotated[str, Field(max_length=2000)] | None = None
    model: Annotated[str, Field(max_length=300)] | None = None
    api_key: Annotated[str, Field(max_length=1000)] | None = None


class ServerModelsAnswer(Answer):
    """The models of a server."""

    models: list[str]


class ConnectionAnswer(Answer):
    """How a test of a server went: whether it works, the models it lists, the one that answered, and what failed."""

    works: bool
    models: list[str]
    model: str
    seconds: float
    failed: Literal["models", "chat"] | None
    problem: str | None


class CaptionProviderAnswer(Answer):
    """One provider. ready: it can be asked; problem: why not; model: that is asked; choices: models that are here."""

    name: ProviderName
    title: str
    ready: bool
    model: str | None
    choices: list[str]
    loaded: bool
    problem: str | None
