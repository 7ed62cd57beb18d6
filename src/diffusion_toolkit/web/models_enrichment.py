"""What the HTTP interface takes and answers about models that look at pictures."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from diffusion_toolkit.web.models import MOST_IDS, Answer, Asked, Id, Moment
from diffusion_toolkit.web.models_curation import Chosen

RunKind = Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+$", description="As in tags, caption.")]
Options = Annotated[dict[str, JsonValue], Field(default_factory=dict[str, JsonValue], max_length=100)]


class RunRequest(Chosen):
    """What models are to look for, on which images."""

    kind: RunKind
    options: Options
    held: Annotated[bool, Field(description="Results wait for review; nothing is applied.")] = False
    again: Annotated[bool, Field(description="Also what these very models did already.")] = False
    retry_failed: bool = False


class EstimateRequest(Chosen):
    """A run that is not to be started yet."""

    kind: RunKind
    options: Options
    again: bool = False
    retry_failed: bool = False


class ResumeRequest(Asked):
    """How a run is to go on."""

    retry_failed: Annotated[bool, Field(description="Also with what failed in it.")] = False


class FirstRequest(Asked):
    """Images that somebody looks at now."""

    image_ids: Annotated[list[Id], Field(max_length=MOST_IDS)]


class FirstAnswer(Answer):
    """How many results come earlier."""

    results: int


class RunAnswer(Answer):
    """One run. total, done, failed: results, one for each picture and stage."""

    id: int
    kind: str
    stages: list[str]
    options: dict[str, JsonValue]
    query: Annotated[str, Field(description="How the images were chosen, where by a query.")]
    held: bool
    state: Literal["waiting", "running", "paused", "done", "cancelled", "failed"]
    total: int
    done: int
    failed: int
    rate_per_s: Annotated[float, Field(description="Results in a second.")]
    remaining_s: float | None
    busy_s: Annotated[float, Field(description="Seconds of work, pauses left out.")]
    notices: list[str]
    message: str | None
    resumable: bool
    made_at: Moment
    finished_at: Moment | None


class StartedRun(Answer):
    """A run that was planned, and the job that works it off."""

    run: RunAnswer
    job: int


class EstimateAnswer(Answer):
    """What a run would have to do, and how long that would take; null where nothing is known."""

    results: int
    tried: Annotated[int, Field(description="Results of a trial.")]
    failed: Annotated[int, Field(description="How many of them failed.")]
    rate_per_s: float | None
    seconds: float | None
    device: Annotated[str, Field(description="Empty where it is not known.")]
    notices: list[str]
    basis: Annotated[
        Literal["earlier_run", "trial", "asked", "unknown"],
        Field(
            description="How it is known: by the last run of the same models, by trying a few images, by asking a "
            "server once, or not before the first images."
        ),
    ]


class FailureAnswer(Answer):
    """An image that could not be looked at."""

    image_id: int
    name: str
    stage: str
    cause: Annotated[str, Field(description="file, network, memory, process or answer.")]
    message: str
