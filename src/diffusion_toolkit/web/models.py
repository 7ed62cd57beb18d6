"""What the HTTP interface takes and answers. Seeds are decimal strings: browsers lose digits above 2^53."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

LARGEST_ID = 2**31 - 1
MOST_IDS = 100_000
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Moment = Annotated[float, Field(description="Seconds since 1970, UTC.")]
Phase = Literal["quick", "deep"]


class Answer(BaseModel):
    """Anything we answer: built from the frozen values of the layers below."""

    model_config = ConfigDict(from_attributes=True)


class Asked(BaseModel):
    """Anything we are asked: unknown keys and loose types are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ToldAnswer(Answer):
    """A sentence for people, to be said in another language. code: which one, for good; values: what it names."""

    code: str
    values: dict[str, str | int | list[str]]


class Problem(Answer):
    """What went wrong. A query's problem also says where: position counts from 1.

    told: of the commoner ones, the same for other languages than English.
    """

    kind: str
    message: str
    told: ToldAnswer | None = None
    position: int | None = None
    length: int | None = None
    fix: str | None = None


class ProblemAnswer(Answer):
    """Every error looks like this."""

    error: Problem


class PluginFailureAnswer(Answer):
    """A plugin that is not used, and why."""

    name: str
    message: str


class StatusAnswer(Answer):
    """What runs here."""

    version: str
    collections: list[str]
    collection: str
    images: int
    nsfw_mode: Annotated[
        Literal["show", "blur", "hide"], Field(description="hide: nothing is told of pictures marked NSFW.")
    ]
    revision: int
    plugins: Annotated[list[str], Field(description="Names of the plugins in use.")]
    plugin_failures: list[PluginFailureAnswer]


class StartedScan(Answer):
    """The number of the job that scans."""

    job: int


class ScanAnswer(Answer):
    """A running scan of one root, or its last one. waiting: it goes on after a pause as soon as there is a place."""

    id: int
    root_id: int
    root_path: str
    state: Literal["waiting", "running", "paused", "done", "cancelled", "failed"]
    stage: str
    done: int
    total: int | None
    rate_per_s: float
    remaining_s: float | None
    counts: dict[str, int]
    message: str | None
    told: Annotated[ToldAnswer | None, Field(description="The message for other languages than English.")] = None
    ended_at: Annotated[Moment | None, Field(description="Null while it runs, is paused, or was interrupted.")] = None


class FacetAnswer(Answer):
    """One value of a facet, how many results have it, and the query that narrows to it."""

    value: str
    count: int
    query: str


class PictureAnswer(Answer):
    """What is said of an image in the grid and by itself."""

    id: int
    name: str
    path: str
    folder: str
    format: str | None
    width: int | None
    height: int | None
    duration_s: float | None
    size_bytes: int
    date: Moment
    rating: int | None
    favorite: bool
    nsfw: bool
    for_deletion: bool
    problems: Annotated[int, Field(description="How many problems its file has.")]
    phase: Annotated[int, Field(description="0: only listed; 1: its metadata was read.")]
    missing: bool
    available: Annotated[bool, Field(description="Its root can be reached.")]
    version: Annotated[str, Field(description="Changes with the file; part of the addresses of its pictures.")]
    rendition: Annotated[
        Literal["original", "picture", "video"],
        Field(description="What a browser shows: the file, or the picture or film that /rendition makes of it."),
    ]


class ItemAnswer(PictureAnswer):
    """One image as the grid needs it."""

    in_album: Annotated[bool, Field(description="It stands in an album that is not smart.")]
    words: Annotated[
        str | None, Field(description="The beginning of its caption, else of its prompt, without capital letters.")
    ]


class ItemsAnswer(Answer):
    """One range of a selection."""

    offset: int
    items: list[ItemAnswer]


class GroupAnswer(Answer):
    """Consecutive images of a selection under one heading: a day, a letter, a rating, a folder, a model, a prompt."""

    label: str
    key: str
    count: int


class IndexAnswer(Answer):
    """Where an image stands in a selection; null when it is not in it."""

    index: int | None


def _digits(seed: object) -> object:
    return str(seed) if isinstance(seed, int) else seed


class LoraAnswer(Answer):
    """A LoRA the picture was made with."""

    name: str
    weight: float | None


class RecipeAnswer(Answer):
    """How a picture was made."""

    generator: str
    generator_version: str | None = None
    source: str
    prompt: str | None = None
    negative_prompt: str | None = None
    steps: int | None = None
    sampler: str | None = None
    scheduler: str | None = None
    cfg_scale: float | None = None
    seed: Annotated[str | None, BeforeValidator(_digits), Field(description="Decimal, exact to 64 bits.")] = None
    model: str | None = None
    model_hash: str | None = None
    vae: str | None = None
    clip_skip: int | None = None
    denoising_strength: float | None = None
    size: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    loras: list[LoraAnswer] = []
    hires: dict[str, JsonValue] = {}
    refiner: dict[str, JsonValue] = {}
    controlnets: list[dict[str, JsonValue]] = []
    embeddings: list[str] = []
    extra: dict[str, JsonValue] = {}
    workflow: bool = False


class ImageAnswer(PictureAnswer):
    """Everything known of one image."""

    root: str
    codec: Annotated[str | None, Field(description="Of a film: h264, vp9, av1 …")]
    audio_codec: str | None
    frame_rate: Annotated[float | None, Field(description="Frames per second.")]
    rendition_limit_s: Annotated[
        float | None, Field(description="How many seconds of a film its rendition shows; null: all.")
    ]
    recipe: RecipeAnswer | None
    caption: Annotated[
        str | None, Field(description="What describes the picture: a person's words, else a model's, else the file's.")
    ]
    model_caption: Annotated[str | None, Field(description="The last that a model wrote about the picture.")]
    file_caption: Annotated[str | None, Field(description="A text beside the file that describes the picture.")]
    captioned: Annotated[bool, Field(description="A person wrote the caption, or took that of the file away.")]
    problem_texts: Annotated[list[str], Field(description="What is wrong with the file, in sentences.")]
    added_at: Moment
    modified_at: Moment


class OriginAnswer(Answer):
    """Where a value stood: the text, its name there, and the ComfyUI node that held it."""

    source: str
    key: str | None
    node: str | None
    node_class: str | None


class SeenAnswer(Answer):
    """A text that was found in or beside the file, and whether the recipe uses it."""

    source: str
    characters: int
    used: bool


class ExplanationAnswer(Answer):
    """Where the values of a recipe stand in the file as it is now. origins: by field of the recipe."""

    generator: str | None
    origins: dict[str, list[OriginAnswer]]
    seen: list[SeenAnswer]
    problems: list[str]


class RawTextAnswer(SeenAnswer):
    """A text as it stands in the file, cut after a million characters."""

    value: str


class RawAnswer(ExplanationAnswer):
    """The texts in and beside the file as it is now, with the places of the recipe's values in them."""

    seen: list[RawTextAnswer]  # pyright: ignore[reportIncompatibleVariableOverride]  the same with the texts


class PropertyAnswer(Answer):
    """A property of a node. value: its text, numbers with all digits; is_text: it is no number or switch."""

    name: str
    value: str
    is_text: bool


class WireAnswer(Answer):
    """An input that comes from another node's output."""

    input: str
    node: str
    output: int


class WorkflowNodeAnswer(Answer):
    """A node of the graph that made the picture."""

    id: str
    kind: Annotated[str, Field(description="Its class.")]
    title: Annotated[str, Field(description="What the person called it.")]
    fields: Annotated[list[str], Field(description="Fields of the recipe that come from it.")]
    properties: list[PropertyAnswer]
    wires: list[WireAnswer]


class WorkflowAnswer(Answer):
    """The graph that made a picture."""

    nodes: Annotated[list[WorkflowNodeAnswer], Field(description="In the order of the file.")]
    wired: Annotated[bool, Field(description="Whether the wires are known: they stand in the file alone.")]


class CaptionAnswer(Answer):
    """A caption that a person or a model wrote. model, instruction, mode, tokens, seconds: null for a person's."""

    text: str
    made_at: Moment
    source: Annotated[str, Field(description="person, joycaption (a model on this machine), or server.")]
    model: str | None
    instruction: str | None
    mode: Annotated[str | None, Field(description="overwrite, append, or refine.")]
    tokens: int | None
    seconds: float | None


class WrittenAnswer(Answer):
    """What was written: searches with `after=token` see it; `journal` (null: nothing changed) undoes it.

    changed: how many images, or things where no image changed; id: the album, tag or saved query that was made or
    changed.
    """

    token: int
    journal: int | None
    changed: int
    id: int | None = None


class UndoRequest(Asked):
    """The action to undo; absent: the last one."""

    journal: Id | None = None


class UndoneAnswer(WrittenAnswer):
    """What was undone, and the first of the images it touched."""

    image_ids: list[int]
