"""The frozen values that every layer shares: what a file is, and how its picture was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, TypeAlias, Union

JsonValue: TypeAlias = Union[str, int, float, bool, list["JsonValue"], dict[str, "JsonValue"], None]

NOTHING: Mapping[str, JsonValue] = MappingProxyType({})
NO_ORIGINS: Mapping[str, tuple["Origin", ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """A LoRA (or LyCORIS) the picture was made with; weight None = not written in the file."""

    name: str
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in a file a value stood.

    source: the text ("png:prompt"); key: its name there ("Steps", "inputs.seed", "image.sampler"); node, node_class:
    id and class of the ComfyUI node that held it.
    """

    source: str
    key: str | None = None
    node: str | None = None
    node_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowGraph:
    """A ComfyUI graph apart from the picture it made: its shape, shared by many pictures, and the values put into it.

    fingerprint: 16 bytes over the shape (classes, names of properties, wires), the same whatever numbers the nodes
    have; node_classes: one per node, in an order that only depends on the shape; slots: (position of the node, name
    of the property) of each property that holds a value; values: one per slot.
    """

    fingerprint: bytes
    node_classes: tuple[str, ...]
    slots: tuple[tuple[int, str], ...]
    values: tuple[str | int | float | bool | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a picture was made, as its generator wrote it. A field that was not found is None or empty, never invented.

    generator: slug ("automatic1111", "comfyui" …); source: where it was found ("png:parameters",
    "exif:UserComment" …); seed: exact, 0 to 2^64 - 1 (some programs write -1); size: (width, height)
    asked of the generator, in pixels; denoising_strength: 0 to 1; extra: all other keys as found;
    workflow: a graph of nodes is present; graph: the shape and values of ComfyUI's; problems: what could not be read of
    it; origins: field of the recipe to where its value stood (several places when it was put together).
    """

    generator: str
    source: str
    generator_version: str | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    steps: int | None = None
    sampler: str | None = None
    scheduler: str | None = None
    cfg_scale: float | None = None
    seed: int | None = None
    model: str | None = None
    model_hash: str | None = None
    vae: str | None = None
    clip_skip: int | None = None
    denoising_strength: float | None = None
    size: tuple[int, int] | None = None
    loras: tuple[Lora, ...] = ()
    hires: Mapping[str, JsonValue] = field(default_factory=lambda: NOTHING)
    refiner: Mapping[str, JsonValue] = field(default_factory=lambda: NOTHING)
    controlnets: tuple[Mapping[str, JsonValue], ...] = ()
    embeddings: tuple[str, ...] = ()
    extra: Mapping[str, JsonValue] = field(default_factory=lambda: NOTHING)
    workflow: bool = False
    graph: WorkflowGraph | None = None
    problems: tuple[str, ...] = ()
    origins: Mapping[str, tuple[Origin, ...]] = field(default_factory=lambda: NO_ORIGINS)


_RECIPE_FIELDS = frozenset(field.name for field in fields(Recipe))


def changed(recipe: Recipe, **changes: Any) -> Recipe:
    """The recipe with other values in these fields: `dataclasses.replace` in 0.7 us instead of 5, where readers are
    compiled; many files need it two or three times."""
    if not _RECIPE_FIELDS.issuperset(changes):
        raise TypeError(f"A recipe has no such fields: {', '.join(sorted(changes.keys() - _RECIPE_FIELDS))}")
    return Recipe(
        generator=changes.get("generator", recipe.generator),
        source=changes.get("source", recipe.source),
        generator_version=changes.get("generator_version", recipe.generator_version),
        prompt=changes.get("prompt", recipe.prompt),
        negative_prompt=changes.get("negative_prompt", recipe.negative_prompt),
        steps=changes.get("steps", recipe.steps),
        sampler=changes.get("sampler", recipe.sampler),
        scheduler=changes.get("scheduler", recipe.scheduler),
        cfg_scale=changes.get("cfg_scale", recipe.cfg_scale),
        seed=changes.get("seed", recipe.seed),
        model=changes.get("model", recipe.model),
        model_hash=changes.get("model_hash", recipe.model_hash),
        vae=changes.get("vae", recipe.vae),
        clip_skip=changes.get("clip_skip", recipe.clip_skip),
        denoising_strength=changes.get("denoising_strength", recipe.denoising_strength),
        size=changes.get("size", recipe.size),
        loras=changes.get("loras", recipe.loras),
        hires=changes.get("hires", recipe.hires),
        refiner=changes.get("refiner", recipe.refiner),
        controlnets=changes.get("controlnets", recipe.controlnets),
        embeddings=changes.get("embeddings", recipe.embeddings),
        extra=changes.get("extra", recipe.extra),
        workflow=changes.get("workflow", recipe.workflow),
        graph=changes.get("graph", recipe.graph),
        problems=changes.get("problems", recipe.problems),
        origins=changes.get("origins", recipe.origins),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """A text that was found with a file: its place, its length in characters, whether the recipe uses it, and the text
    itself, cut where it is longer than anybody reads."""

    source: str
    characters: int
    used: bool
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """A node of a ComfyUI graph as it stands in one file. values: (property, value), lists and objects as compact JSON;
    links: (input, id of the node it comes from, which of its outputs)."""

    id: str
    kind: str
    title: str = ""
    values: tuple[tuple[str, str | int | float | bool | None], ...] = ()
    links: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What one file is and holds.

    format: "png", "jpeg", "webp" … by content, None when it is none we know; width, height in pixels;
    fingerprint: 16 bytes over the whole file's size, head and tail, equal for equal files; pixels: 16 bytes over
    the encoded picture data alone, so that it survives a change of metadata; codec, audio_codec: of a film, as short
    lower-case names ("h264", "vp9", "av1", "aac"); frame_rate: frames per second; caption: text beside the file
    that describes the picture and is no recipe; seen, nodes: every text found, and the nodes of ComfyUI's graph, when
    asked to explain; problems: sentences for the user, empty when all is well.
    """

    size_bytes: int
    format: str | None = None
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    codec: str | None = None
    audio_codec: str | None = None
    frame_rate: float | None = None
    fingerprint: bytes | None = None
    pixels: bytes | None = None
    recipe: Recipe | None = None
    caption: str | None = None
    seen: tuple[Seen, ...] = ()
    nodes: tuple[GraphNode, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def all_problems(self) -> tuple[str, ...]:
        """Problems of the file and of its recipe together."""
        return self.problems + (self.recipe.problems if self.recipe else ())
