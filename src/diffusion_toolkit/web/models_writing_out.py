"""What the HTTP interface takes and answers about writing tags and captions out, and reading them from sidecars."""

from typing import Annotated, Literal

from pydantic import Field

from diffusion_toolkit.web.models import Answer, Asked
from diffusion_toolkit.web.models_curation import Chosen
from diffusion_toolkit.web.models_files import DryRun

Word = Annotated[str, Field(max_length=500)]
Share = Annotated[float, Field(ge=0, le=1, strict=False)]


class WordsOptions(Asked):
    """What is written. sources: user, file, names of models; none for all · first: words that go before all tags, such
    as a trigger word · escape: parentheses as prompts have them.
    """

    sources: Annotated[list[Word], Field(default_factory=list[str], max_length=100)]
    threshold: Annotated[Share, Field(description="What people say is as sure as 1.")] = 0.0
    first: Annotated[list[Word], Field(default_factory=list[str], max_length=100)]
    underscores: bool = False
    escape: bool = False
    order: Literal["confidence", "name"] = "confidence"
    most: Annotated[int, Field(ge=1, le=10_000)] = 1_000


class WriteSidecarsRequest(Chosen):
    """Images, and the text files that are to stand beside them."""

    form: Annotated[
        Literal["tags", "caption", "both", "json"],
        Field(description="both: tags and caption on one line; json: an object with `tags` and `caption`."),
    ] = "tags"
    ending: Literal[".txt", ".caption", ".json"] | None = None
    existing: Annotated[
        Literal["overwrite", "append", "skip"],
        Field(description="One that says how its picture was made is never touched."),
    ] = "skip"
    words: WordsOptions = Field(default_factory=lambda: WordsOptions.model_validate({}))
    dry_run: DryRun = False


class WriteIntoRequest(Chosen):
    """Images into which keywords and descriptions are to be written, as XMP; no pixel changes."""

    what: Literal["tags", "caption", "both"] = "both"
    existing: Annotated[
        Literal["overwrite", "append"], Field(description="append: keywords beside those that are there.")
    ] = "overwrite"
    keep_time: Annotated[bool, Field(description="Leave the files' time of change.")] = False
    words: WordsOptions = Field(default_factory=lambda: WordsOptions.model_validate({}))
    dry_run: DryRun = False


class ReadSidecarsRequest(Chosen):
    """Images whose sidecars are to be read. threshold: of tags that come with a confidence."""

    form: Annotated[
        Literal["auto", "tags", "lines", "caption", "json", "xmp"],
        Field(description="auto: found out for each; lines: one tag a line."),
    ] = "auto"
    threshold: Share = 0.0
    over: Annotated[bool, Field(description="Their captions count more than those that are here.")] = False


class SidecarProblem(Answer):
    """A sidecar that could not be read, and why."""

    path: str
    message: str


class ReadSidecarsAnswer(Answer):
    """What reading did. pictures: with words beside them; changed: those that got something new; recipes: sidecars
    passed over because they say how a picture was made; journal: undoes it.
    """

    pictures: int
    changed: int
    recipes: int
    problems: list[SidecarProblem]
    journal: int | None
    token: int
