"""What the HTTP interface takes and answers about results of models that wait for a person's word."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from diffusion_toolkit.web.models import MOST_IDS, Answer, Asked, Id, Moment, WrittenAnswer

ResultKind = Literal["tags", "caption"]
ModelName = Annotated[str, Field(max_length=300)]


class WaitingResult(Answer):
    """A result of a model.

    payload: of tags `tags`, `taken`, `refused`, `added`, `rating`; of captions `text`, `base`.
    """

    id: int
    image_id: int
    kind: ResultKind
    source: Annotated[str, Field(description="The name of the model.")]
    model_version: str
    run_id: int | None
    payload: dict[str, JsonValue]
    made_at: Moment


class WaitingPage(Answer):
    """Some of the results, by number. next: ask for those after it; null: there are no more."""

    total: int
    items: list[WaitingResult]
    next: int | None


class WaitingCountAnswer(Answer):
    """How many results of one run, kind and model wait."""

    run_id: Annotated[int | None, Field(description="null: the run is not known any more.")]
    kind: ResultKind
    source: Annotated[str, Field(description="The name of the model.")]
    waiting: int


class WaitingTagAnswer(Answer):
    """A tag that results propose: on how many pictures, and how sure they are on average."""

    name: str
    category: str | None
    count: int
    confidence: Annotated[float | None, Field(description="0 to 1.")]


class ChosenResults(Asked):
    """Results: by number, or all of a kind, a model, some runs, except some."""

    ids: Annotated[list[Id], Field(max_length=MOST_IDS)] | None = None
    kind: ResultKind | None = None
    source: ModelName | None = None
    run_ids: Annotated[list[Id], Field(max_length=100)] | None = None
    except_: Annotated[list[Id], Field(alias="except", default_factory=list[int], max_length=MOST_IDS)]


class AcceptRequest(ChosenResults):
    """Results to apply."""

    thresholds: Annotated[
        dict[str, Annotated[float, Field(ge=0, le=1, strict=False)]],
        Field(
            default_factory=dict[str, float],
            max_length=20,
            description="By category: tags that are not surer are left out.",
        ),
    ]


class AcceptSureRequest(AcceptRequest):
    """Results whose sure tags are applied."""

    sure_from: Annotated[float, Field(ge=0, le=1, strict=False, description="Tags as sure as this, and surer ones.")]


class TagDecision(ChosenResults):
    """One tag, settled over these results."""

    name: Annotated[str, Field(min_length=1, max_length=500)]
    decision: Literal["take", "refuse"]


class TagsEdit(Asked):
    """All tags that a result is to have: its own of these names, and the others as the person's."""

    tags: Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=500)]


class CaptionEdit(Asked):
    """The text that a result is to have."""

    text: Annotated[str, Field(min_length=1, max_length=100_000)]


class RetriedAnswer(WrittenAnswer):
    """Results that were put aside, and the runs that make them anew."""

    runs: list[int]
