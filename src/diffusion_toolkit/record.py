"""The frozen values that every layer shares: what a file is, and how its picture was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias, Union

JsonValue: TypeAlias = Union[str, int, float, bool, list["JsonValue"], dict[str, "JsonValue"], None]

NOTHING: Mapping[str, JsonValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """A LoRA (or LyCORIS) the picture was made with; weight None = not written in the file."""

    name: str
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a picture was made, as its generator wrote it. A field that was not found is None or empty, never invented.

    generator: slug ("automatic1111", "comfyui" …); source: where it was found ("png:parameters",
    "exif:UserComment" …); seed: exact, 0 to 2^64 - 1 (some programs write -1); size: (width, height)
    asked of the generator, in pixels; denoising_strength: 0 to 1; extra: all other keys as found;
    workflow: a ComfyUI graph is present; problems: what could not be read of it.
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
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What one file is and holds.

    format: "png", "jpeg", "webp" … by content, None when it is none we know; width, height in pixels;
    fingerprint: 16 bytes over the whole file's size, head and tail, equal for equal files; pixels: 16 bytes over
    the encoded picture data alone, so that it survives a change of metadata; problems: sentences
    for the user, empty when all is well.
    """

    size_bytes: int
    format: str | None = None
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    fingerprint: bytes | None = None
    pixels: bytes | None = None
    recipe: Recipe | None = None
    problems: tuple[str, ...] = ()

    @property
    def all_problems(self) -> tuple[str, ...]:
        """Problems of the file and of its recipe together."""
        return self.problems + (self.recipe.problems if self.recipe else ())
