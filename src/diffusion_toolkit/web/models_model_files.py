"""What the HTTP interface takes and answers about models, their files and their hashes."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from diffusion_toolkit.web.models import Answer, Asked, Id, Moment

MostIds = Annotated[list[Id], Field(max_length=100_000)]
Kind = Literal["scan", "hash", "civitai"]


class ModelUseAnswer(Answer):
    """A model that pictures were made with."""

    title: str
    source: Annotated[str | None, Field(description="Where the title is from; null: recipes say it.")]
    written: Annotated[list[str], Field(description="How recipes name it.")]
    hashes: list[str]
    images: int
    favorites: int
    rated: int
    rating: float | None
    file_ids: Annotated[list[int], Field(description="Its files below the model roots.")]
    base_model: str | None
    query: Annotated[str | None, Field(description="Finds its images; null where recipes state no real hash.")]


class ModelRootAnswer(Answer):
    """A folder of models."""

    id: int
    path: str
    available: bool
    files: int
    scanned_at: Moment | None


class NewModelRoot(Asked):
    """A folder of models to add."""

    path: Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[^\x00]+$")]


class ModelFileAnswer(Answer):
    """A model file below a model root."""

    id: int
    root_id: int
    path: Annotated[str, Field(description="Below its root.")]
    name: str
    kind: str
    title: str | None
    base_model: str | None
    trigger_words: list[str]
    size_bytes: int
    modified_at: Moment
    has_preview: bool
    sha256: Annotated[str | None, Field(description="Null until it was computed.")]
    short_hash: Annotated[str | None, Field(description="AUTOMATIC1111's old one, 8 digits.")]
    autov2: Annotated[str | None, Field(description="The first 10 digits of the SHA-256.")]
    autov3: Annotated[str | None, Field(description="Of the weights alone, 12 digits.")]
    missing: bool
    problem: Annotated[str | None, Field(description="Why its header says nothing.")]
    images: Annotated[int | None, Field(description="Made with it; null where its kind is not counted.")]
    query: str | None
    civitai_model: Annotated[int | None, Field(description="Its number there, where Civitai was asked and knows it.")]
    civitai_version: Annotated[int | None, Field(description="The number of the version.")]
    civitai: dict[str, JsonValue] | None
    metadata: dict[str, JsonValue]


class ModelFilesAnswer(Answer):
    """A page of model files, and how many there are of each kind."""

    total: int
    kinds: dict[str, int]
    items: list[ModelFileAnswer]


class HashNameAnswer(Answer):
    """A name of a hash, and where it is from."""

    hash: str
    source: str
    name: str


class KnownHashAnswer(Answer):
    """What is known of a hash, without asking anybody."""

    hash: str
    forms: Annotated[list[str], Field(description="Other hashes of the same file.")]
    names: list[HashNameAnswer]
    file_ids: list[int]


class NewHashName(Asked):
    """Your own name of a model; empty takes it away."""

    name: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]


class TokenOnly(Answer):
    """What was written: searches with `after=token` see it."""

    token: int


class ImportedNamesAnswer(TokenOnly):
    """How many hashes a list names, and how many of the names are new."""

    names: int
    added: int


class NamesToImport(Asked):
    """The content of AUTOMATIC1111's cache.json, or of a list of Civitai's models."""

    content: JsonValue


class CivitaiVersionAnswer(Answer):
    """What Civitai says of a hash."""

    id: int
    model_id: int | None
    title: str
    type: str | None
    base_model: str | None
    trigger_words: list[str]
    nsfw: bool
    previews: Annotated[list[str], Field(description="Addresses; nothing is loaded unless asked for.")]


class CivitaiAnswered(TokenOnly):
    """found: null when Civitai knows no such file."""

    hash: str
    found: CivitaiVersionAnswer | None


class CivitaiNotice(Answer):
    """Whom a look-up asks, what it tells, and how many hashes were never asked for."""

    host: str
    sent: str
    has_key: bool
    unknown: int


class ModelWorkRequest(Asked):
    """Work to start. ids: model roots to scan or files to hash; absent: all."""

    kind: Kind
    ids: MostIds | None = None


class ModelWorkCancel(Asked):
    """Work to stop; absent: all."""

    kinds: Annotated[list[Kind], Field(max_length=3)] | None = None


class ModelWorkKind(Asked):
    """Work on models of one kind."""

    kind: Kind


class StartedModelWork(Answer):
    """The number of the job."""

    job: int


class ModelWorkAnswer(Answer):
    """Work on models that runs or waits, or the last of its kind."""

    kind: Kind
    state: Literal["waiting", "running", "paused", "done", "cancelled", "failed"]
    done: Annotated[int, Field(description="Files, mebibytes of hashes, or questions.")]
    total: int | None
    rate_per_s: float
    remaining_s: float | None
    counts: dict[str, int]
    message: str | None
    seen_at: Moment
