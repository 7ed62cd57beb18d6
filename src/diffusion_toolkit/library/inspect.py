"""Reads files without a library and describes them, as `dtk inspect` prints them."""

import os
from collections.abc import Iterable, Mapping

from diffusion_toolkit import formats
from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.paths import printable, stored_name
from diffusion_toolkit.record import FileRecord, JsonValue, Origin, Recipe

FILES_PER_READER = 8
"""Fewer are read by one process sooner than a second one starts."""

_PLAIN = (
    "generator_version", "source", "prompt", "negative_prompt", "steps", "sampler", "scheduler", "cfg_scale", "seed",
    "model", "model_hash", "vae", "clip_skip", "denoising_strength",
)  # fmt: skip


def inspect(
    paths: Iterable[str | os.PathLike[str]], *, plugin_folder: str | None = None, explain: bool = False
) -> list[tuple[str, FileRecord]]:
    """The record of each file, in the order asked for. A file that cannot be read has its reason in `problems`.

    Files are read in processes of their own, several when they are many, so that none of them can end or hang this
    one. plugin_folder: where single-file plugins lie; explain: also say where each value stood.
    """
    names = [os.fspath(path) for path in paths]
    files = [name for name in names if os.path.isfile(name)]
    with Readers(FileReader(plugin_folder=plugin_folder, explain=explain), _reader_count(len(files))) as readers:
        # The readers take a link for a file that is not there, as a scan does.
        found = readers.read([os.path.realpath(name) if os.path.islink(name) else name for name in files])
    records = {name: reading[0] for name, reading in zip(files, found, strict=True) if reading}
    return [(name, records.get(name) or _not_a_file(name)) for name in names]


def _reader_count(files: int) -> int:
    return min(os.cpu_count() or 1, -(-files // FILES_PER_READER))


def _not_a_file(name: str) -> FileRecord:
    container = formats.read_container(name)
    return FileRecord(size_bytes=container.size_bytes, problems=container.problems)


def record_json(path: str, record: FileRecord, *, explain: bool = False) -> dict[str, JsonValue]:
    """A record as JSON; what does not apply is absent, `problems` is always there.

    explain: also give `origins`, where each value of the recipe stood, and `seen`, every text that was found.
    """
    about_file: dict[str, JsonValue] = {
        "path": printable(stored_name(path)),
        "format": record.format,
        "width": record.width,
        "height": record.height,
        "duration_s": record.duration_s,
        "codec": record.codec,
        "audio_codec": record.audio_codec,
        "frame_rate": record.frame_rate,
        "bytes": record.size_bytes,
        "caption": record.caption,
    }
    found: dict[str, JsonValue] = {key: value for key, value in about_file.items() if value is not None}
    if record.recipe is not None:
        found |= recipe_json(record.recipe)
        if explain:
            found["origins"] = {
                name: [_origin_json(place) for place in places] for name, places in record.recipe.origins.items()
            }
    if explain:
        found["seen"] = [
            {"source": each.source, "characters": each.characters, "used": each.used} for each in record.seen
        ]
    found["problems"] = list[JsonValue](record.all_problems)
    return found


def recipe_json(recipe: Recipe, *, seed_as_text: bool = False) -> dict[str, JsonValue]:
    """A recipe as JSON without the fields that do not apply.

    seed_as_text: give the seed as decimal digits, for browsers, which lose those above 2^53.
    """
    found: dict[str, JsonValue] = {"generator": recipe.generator}
    for name in _PLAIN:
        value: str | int | float | None = getattr(recipe, name)
        if value is not None:
            found[name] = str(value) if name == "seed" and seed_as_text else value
    if recipe.size is not None:
        found["size"] = [recipe.size[0], recipe.size[1]]
    if recipe.loras:
        found["loras"] = [
            {"name": lora.name} if lora.weight is None else {"name": lora.name, "weight": lora.weight}
            for lora in recipe.loras
        ]
    for name, group in (("hires", recipe.hires), ("refiner", recipe.refiner), ("extra", recipe.extra)):
        if group:
            found[name] = _object(group)
    if recipe.controlnets:
        found["controlnets"] = [_object(unit) for unit in recipe.controlnets]
    if recipe.embeddings:
        found["embeddings"] = list[JsonValue](recipe.embeddings)
    found["workflow"] = recipe.workflow
    return found


def _origin_json(place: Origin) -> JsonValue:
    parts = {"source": place.source, "key": place.key, "node": place.node, "class": place.node_class}
    return {name: part for name, part in parts.items() if part is not None}


def _object(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return dict(fields)
