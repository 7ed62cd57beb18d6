"""What the deep scan read of a file, as columns and as the recipe's JSON."""

import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace

from diffusion_toolkit.record import FileRecord, JsonValue, Recipe, WorkflowGraph
from diffusion_toolkit.store.clean import clean_json, clean_problems, clean_text, json_bytes
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.distinct import DistinctValues, Value
from diffusion_toolkit.store.resources import RESOURCE_KINDS, Resource, aesthetic_of, resources_of
from diffusion_toolkit.store.workflows import Graphs, ValueText, is_kept, value_text

__all__ = ["RESOURCE_KINDS", "Interned", "ReadRow", "Reading", "read_rows"]

LARGEST_INTEGER = 2**31 - 1
LARGEST_REAL = 3.4e38
LARGEST_SEED = 10**20 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of one file, and the file's state just before. date_us: microseconds since 1970."""

    image_id: int
    record: FileRecord
    size_bytes: int
    mtime_ns: int
    date_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """A reading as the columns of `image` hold it. recipe_json: None when there is nothing to keep; value_ids: of the
    graph's slots, None for JSON's null; resources: id and weight of each.
    """

    image_id: int
    size_bytes: int
    mtime_ns: int
    date_us: int
    problems: int
    format: str | None
    width: int | None
    height: int | None
    duration_s: float | None
    codec: str | None
    audio_codec: str | None
    frame_rate: float | None
    fingerprint: bytes | None
    pixels: bytes | None
    generator_id: int | None
    prompt_id: int | None
    negative_prompt_id: int | None
    model_id: int | None
    sampler_id: int | None
    scheduler_id: int | None
    steps: int | None
    cfg_scale: float | None
    seed: str | None
    workflow: bool
    clip_skip: int | None
    denoise: float | None
    aesthetic: float | None
    caption_id: int | None
    resources: tuple[tuple[int, float | None], ...]
    graph_id: int | None
    value_ids: tuple[int | None, ...]
    recipe_json: bytes | None
    recipe: dict[str, JsonValue]
    """The same without problems and caption, to compare."""

    def with_id(self, image_id: int) -> "ReadRow":
        """The same reading for another image."""
        return replace(self, image_id=image_id)

    @property
    def made_like(self) -> tuple[object, ...]:
        """How the picture was made, to compare two readings of one path."""
        return (
            self.generator_id,
            self.prompt_id,
            self.negative_prompt_id,
            self.model_id,
            self.sampler_id,
            self.scheduler_id,
            self.steps,
            self.cfg_scale,
            None if self.seed is None else int(self.seed),
            self.workflow,
            self.recipe,
        )


@dataclass(frozen=True, slots=True)
class Interned:
    """Gives ids to what images share; one per scan."""

    values: DistinctValues
    graphs: Graphs

    @classmethod
    def of(cls, collection: Collection) -> "Interned":
        """For one collection."""
        return cls(DistinctValues(collection), Graphs(collection))


def read_rows(readings: Iterable[Reading], interned: Interned) -> list[ReadRow]:
    """Turn readings into rows; adds the distinct values they name, in transactions of their own."""
    readings = list(readings)
    named = [_named(reading.record) for reading in readings]
    wanted: dict[str, set[Value]] = {}
    for names in named:
        for column, value in names.items():
            wanted.setdefault(_TABLE_OF[column], set()).add(value)
    used = [_resources(reading.record.recipe) for reading in readings]
    wanted["resource"] = {resource for found in used for resource in found}
    graphs = [_graph(reading.record.recipe) for reading in readings]
    texts = _value_texts(graphs)
    wanted["workflow_value"] = {text for found in texts for text in found if text is not None}
    ids = interned.values.ids(wanted)
    graph_ids = interned.graphs.ids({graph.fingerprint: graph for graph in graphs if graph})
    value_ids: dict[ValueText | None, int | None] = {None: None}
    value_ids.update(ids["workflow_value"])  # pyright: ignore[reportArgumentType, reportCallIssue]  pairs, as asked for
    return [
        replace(
            _row(reading, {column: ids[_TABLE_OF[column]][value] for column, value in names.items()}),
            graph_id=graph_ids[graph.fingerprint] if graph else None,
            value_ids=tuple(map(value_ids.__getitem__, found)),
            resources=tuple((ids["resource"][resource], weight) for resource, weight in resources.items()),
        )
        for reading, names, graph, found, resources in zip(readings, named, graphs, texts, used, strict=True)
    ]


def _graph(recipe: Recipe | None) -> WorkflowGraph | None:
    return recipe.graph if recipe and is_kept(recipe.graph) else None


def _value_texts(graphs: Iterable[WorkflowGraph | None]) -> list[list[ValueText | None]]:
    """The values of each graph as they are kept. Most are the same in all pictures of a batch."""
    known: dict[tuple[type, object], ValueText | None] = {}  # 1, 1.0 and True are equal, but not the same

    def kept(value: str | int | float | bool | None) -> ValueText | None:
        key = (value.__class__, value)
        found = known.get(key)
        if found is None:
            found = known[key] = value_text(value)
        return found

    return [[kept(value) for value in graph.values] if graph else [] for graph in graphs]


_TABLE_OF = {
    "generator_id": "generator",
    "prompt_id": "prompt",
    "negative_prompt_id": "prompt",
    "model_id": "model",
    "sampler_id": "sampler",
    "scheduler_id": "scheduler",
    "caption_id": "prompt",
}


def _resources(recipe: Recipe | None) -> dict[Resource, float | None]:
    """What the recipe names, each with its weight as the store holds it."""
    return {} if recipe is None else {key: _real(weight) for key, weight in resources_of(recipe).items()}


def _named(record: FileRecord) -> dict[str, Value]:
    """Column of `image` to the distinct value it points to; what the file lacks is left out."""
    recipe = record.recipe
    caption: dict[str, Value] = {} if record.caption is None else {"caption_id": (clean_text(record.caption),)}
    if recipe is None:
        return caption
    texts = {
        "generator_id": recipe.generator,
        "prompt_id": recipe.prompt,
        "negative_prompt_id": recipe.negative_prompt,
        "sampler_id": recipe.sampler,
        "scheduler_id": recipe.scheduler,
    }
    named: dict[str, Value] = {column: (clean_text(text),) for column, text in texts.items() if text is not None}
    if recipe.model is not None or recipe.model_hash is not None:
        short_hash = None if recipe.model_hash is None else clean_text(recipe.model_hash)
        named["model_id"] = (clean_text(recipe.model or ""), short_hash)
    return named | caption


def _row(reading: Reading, ids: dict[str, int]) -> ReadRow:
    record, recipe = reading.record, reading.record.recipe
    made: dict[str, JsonValue] = {} if recipe is None else _recipe_json(recipe)
    beside: dict[str, JsonValue] = {} if record.caption is None else {"caption": clean_text(record.caption)}
    problems = clean_problems(record.all_problems)
    data = json_bytes(made | beside | ({"problems": problems} if problems else {}))
    if data is None:
        problems = [*problems, "The metadata is too large to keep; only its main fields were kept."]
        made = {}
        data = json_bytes({"problems": problems})
    return ReadRow(
        image_id=reading.image_id,
        size_bytes=reading.size_bytes,
        mtime_ns=reading.mtime_ns,
        date_us=reading.date_us,
        problems=len(problems),
        format=None if record.format is None else clean_text(record.format),
        width=_integer(record.width),
        height=_integer(record.height),
        duration_s=_real(record.duration_s),
        codec=None if record.codec is None else clean_text(record.codec),
        audio_codec=None if record.audio_codec is None else clean_text(record.audio_codec),
        frame_rate=_real(record.frame_rate),
        fingerprint=record.fingerprint,
        pixels=record.pixels,
        generator_id=ids.get("generator_id"),
        prompt_id=ids.get("prompt_id"),
        negative_prompt_id=ids.get("negative_prompt_id"),
        model_id=ids.get("model_id"),
        sampler_id=ids.get("sampler_id"),
        scheduler_id=ids.get("scheduler_id"),
        steps=_integer(recipe.steps) if recipe else None,
        cfg_scale=_real(recipe.cfg_scale) if recipe else None,
        seed=_seed(recipe.seed) if recipe else None,
        workflow=recipe is not None and recipe.workflow,
        clip_skip=_integer(recipe.clip_skip) if recipe else None,
        denoise=_real(recipe.denoising_strength) if recipe else None,
        aesthetic=_real(aesthetic_of(recipe)) if recipe else None,
        caption_id=ids.get("caption_id"),
        resources=(),
        graph_id=None,
        value_ids=(),
        recipe_json=data if recipe is not None or problems or beside else None,
        recipe=made,
    )


def _recipe_json(recipe: Recipe) -> dict[str, JsonValue]:
    """The recipe without what has a column, but with what did not fit into its column."""
    fields = {
        "source": recipe.source,
        "generator_version": recipe.generator_version,
        "steps": recipe.steps if _integer(recipe.steps) is None else None,
        "cfg_scale": recipe.cfg_scale if _real(recipe.cfg_scale) is None else None,
        "seed": recipe.seed if _seed(recipe.seed) is None else None,
        "vae": recipe.vae,
        "clip_skip": recipe.clip_skip,
        "denoising_strength": recipe.denoising_strength,
        "size": recipe.size,
        "loras": [
            {"name": lora.name} if lora.weight is None else {"name": lora.name, "weight": lora.weight}
            for lora in recipe.loras
        ],
        "hires": recipe.hires,
        "refiner": recipe.refiner,
        "controlnets": recipe.controlnets,
        "embeddings": recipe.embeddings,
        "extra": recipe.extra,
    }
    return {
        name: clean_json(value) for name, value in fields.items() if value is not None and value not in ((), [], {})
    }


def _integer(value: int | None) -> int | None:
    return value if value is not None and -LARGEST_INTEGER <= value <= LARGEST_INTEGER else None


def _real(value: float | None) -> float | None:
    """The value as PostgreSQL's real holds it (four bytes)."""
    if value is None or not math.isfinite(value) or abs(value) > LARGEST_REAL:
        return None
    return float(struct.unpack("f", struct.pack("f", value))[0])


def _seed(value: int | None) -> str | None:
    return str(value) if value is not None and abs(value) <= LARGEST_SEED else None
