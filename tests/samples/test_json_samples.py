"""Files of the real programs that write JSON: each value of the JSON is in the record, in a field or in `extra`.

The JSON is read by the few lines of this file, with Pillow's EXIF, by none of our readers.
"""

import json
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from diffusion_toolkit.generators import read_file
from diffusion_toolkit.library.inspect import recipe_json
from diffusion_toolkit.record import JsonValue, Recipe

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
FOLDERS = ("fooocus", "hf", "imaginairy", "invokeai", "mflux", "novelai", "ruinedfooocus", "swarmui")
SLUGS = {folder: {"hf": "huggingface"}.get(folder, folder) for folder in FOLDERS}
FILES = sorted(path for folder in FOLDERS for path in (SAMPLES / folder).glob("*.*"))
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")

EVERY_FILE = [pytest.param(path, id=f"{path.parent.name}/{path.name[:50]}") for path in FILES]

FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "fooocus": {
        "prompt": ("prompt",), "negative_prompt": ("negative_prompt",), "steps": ("steps",), "sampler": ("sampler",),
        "scheduler": ("scheduler",), "cfg_scale": ("guidance_scale",), "seed": ("seed",), "model": ("base_model",),
        "model_hash": ("base_model_hash",), "vae": ("vae",), "clip_skip": ("clip_skip",),
        "generator_version": ("version",),
    },
    "ruinedfooocus": {
        "prompt": ("Prompt",), "negative_prompt": ("Negative",), "steps": ("steps",), "cfg_scale": ("cfg",),
        "seed": ("seed",), "sampler": ("sampler_name",), "scheduler": ("scheduler",), "model": ("base_model_name",),
        "model_hash": ("base_model_hash",), "clip_skip": ("clip_skip",), "denoising_strength": ("denoise",),
    },
    "hf": {
        "prompt": ("prompt",), "negative_prompt": ("negative_prompt",), "steps": ("num_inference_steps",),
        "cfg_scale": ("guidance_scale",), "seed": ("seed",), "sampler": ("sampler",), "model": ("Model",),
        "model_hash": ("Model hash",),
    },
    "swarmui": {
        "prompt": ("sui_image_params.prompt",), "negative_prompt": ("sui_image_params.negativeprompt",),
        "steps": ("sui_image_params.steps",), "cfg_scale": ("sui_image_params.cfgscale",),
        "seed": ("sui_image_params.seed",), "sampler": ("sui_image_params.sampler",),
        "scheduler": ("sui_image_params.scheduler",), "model": ("sui_image_params.model",),
        "generator_version": ("sui_image_params.swarm_version",),
    },
    "novelai": {
        "prompt": ("prompt",), "negative_prompt": ("uc",), "steps": ("steps",), "sampler": ("sampler",),
        "scheduler": ("noise_schedule",), "cfg_scale": ("scale",), "seed": ("seed",),
        "denoising_strength": ("strength",),
    },
    "mflux": {
        "prompt": ("prompt",), "negative_prompt": ("negative_prompt",), "steps": ("steps",), "seed": ("seed",),
        "cfg_scale": ("guidance",), "model": ("model",), "generator_version": ("mflux_version",),
    },
    "imaginairy": {
        "prompt": ("prompt.prompts.0.1",), "negative_prompt": ("prompt.negative_prompt.0.1",),
        "steps": ("prompt.steps",), "cfg_scale": ("prompt.prompt_strength",), "sampler": ("prompt.sampler_type",),
    },
    "invokeai": {
        "prompt": ("positive_prompt",), "negative_prompt": ("negative_prompt",),
        "steps": ("steps", "image.steps"), "cfg_scale": ("cfg_scale", "image.cfg_scale"),
        "seed": ("seed", "image.seed"), "sampler": ("scheduler", "image.sampler"),
        "model": ("model.model_name", "model_weights", "model_id"), "model_hash": ("model_hash",),
        "denoising_strength": ("strength", "image.strength_steps"), "generator_version": ("app_version",),
        "vae": ("vae.model_name",), "clip_skip": ("clip_skip",),
    },
}  # fmt: skip
"""What each program calls a field; a dot goes into an object, a number into a list."""

SIZES = {
    "fooocus": (768, 1280), "ruinedfooocus": (1024, 1024), "hf": (1024, 1024),
}  # fmt: skip
"""Written as one text, or in one file only: read off the files by eye."""


def png_texts(data: bytes) -> dict[str, bytes]:
    """Keyword to text of every tEXt, zTXt and iTXt chunk."""
    found: dict[str, bytes] = {}
    position = 8
    while position + 8 <= len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        kind, body = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        position += length + 12
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            keyword, rest = body.split(b"\0", 1)
            if kind == b"zTXt":
                rest = zlib.decompress(rest[1:])
            elif kind == b"iTXt":
                packed, rest = rest[0], rest[2:].split(b"\0", 2)[2]
                rest = zlib.decompress(rest) if packed else rest
            found.setdefault(keyword.decode("latin-1"), rest)
    return found


def user_comment(path: Path) -> str | None:
    """The text of EXIF's UserComment, in whichever directory."""
    with Image.open(path) as image:
        exif = image.getexif()
        value = exif.get(0x9286) or exif.get_ifd(0x8769).get(0x9286)
    if isinstance(value, bytes):
        prefix, body = value[:8], value[8:]
        if prefix == b"UNICODE\0":
            return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le")
        return (body if prefix in (b"ASCII\0\0\0", bytes(8)) else value).decode("utf-8")
    return value


def raw_object(path: Path) -> dict[str, JsonValue] | None:
    """The JSON object the program wrote, None where it wrote something else."""
    data = path.read_bytes()
    texts = png_texts(data) if data.startswith(b"\x89PNG") else {}
    for keyword in ("invokeai_metadata", "sd-metadata", "parameters", "Comment"):
        if keyword in texts:
            return json.loads(texts[keyword].decode("utf-8"))
    comment = user_comment(path)
    found: dict[str, JsonValue] | None = json.loads(comment) if comment else None
    return json.loads(cast(str, found["Comment"])) if found and "Comment" in found else found


def leaves(value: JsonValue, path: str = "") -> Iterator[tuple[str, str | int | float]]:
    """Every value that is no list or object, with its path; null and empty texts say nothing."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif value is not None and value != "":
        yield path, value


def at(value: JsonValue, path: str) -> JsonValue:
    """The value at a path, None when there is nothing."""
    for key in path.split("."):
        if isinstance(value, list) and key.isdigit():
            value = value[int(key)] if int(key) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def recipe_of(path: Path) -> Recipe:
    """What the program under test says."""
    found = read_file(path).recipe
    assert found is not None
    return found


def same(value: JsonValue, other: object) -> bool:
    """Equal; also 7 and 7.0, and a number written as a text."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, int | float) and isinstance(other, int | float):
        return value == other
    return str(value) == str(other)


@pytest.mark.parametrize("path", EVERY_FILE)
def test_the_program_is_known(path: Path) -> None:
    assert recipe_of(path).generator == SLUGS[path.parent.name]


@pytest.mark.parametrize("path", EVERY_FILE)
def test_every_value_is_in_the_record(path: Path) -> None:
    raw = raw_object(path)
    if raw is None:
        pytest.skip("this file has no JSON but a graph or a command line")
    record = [value for _, value in leaves(recipe_json(recipe_of(path)))]
    lost = [
        (where, value)
        for where, value in leaves(raw)
        if not any(same(value, other) for other in record)
        and not (where.endswith(".prompt") and "[" in str(value))  # its brackets became the negative prompt
        and not where.startswith("prompt.prompts.0.0")  # the weight 1 of a prompt alone
        and not where.startswith("prompt.negative_prompt.0.0")
        and not re.fullmatch(r"image\.prompt\.0\.weight", where)
        and where != "resolution"  # became the size; see below
    ]
    assert lost == []


@pytest.mark.parametrize("path", EVERY_FILE)
def test_fields_have_the_values_of_their_keys(path: Path) -> None:
    raw = raw_object(path)
    if raw is None:
        pytest.skip("this file has no JSON but a graph or a command line")
    recipe = recipe_of(path)
    for field, keys in FIELDS[path.parent.name].items():
        written = [value for key in keys if (value := at(raw, key)) not in (None, "")]
        if written:
            assert same(getattr(recipe, field), written[0]), field


@pytest.mark.parametrize("path", EVERY_FILE)
def test_the_size_is_what_was_asked_for(path: Path) -> None:
    raw = raw_object(path) or {}
    places = ("", "image.", "prompt.", "sui_image_params.")
    sides = [at(raw, f"{place}{side}") for place in places for side in ("width", "height")]
    asked = tuple(side for side in sides if side is not None) or SIZES.get(path.parent.name)
    if asked:
        assert recipe_of(path).size == asked


@pytest.mark.parametrize("path", [param for param in EVERY_FILE if "/invokeai/" in str(param.values[0])])
def test_command_lines_of_invokeai(path: Path) -> None:
    command = png_texts(path.read_bytes()).get("Dream", b"").decode("utf-8") if path.suffix == ".png" else ""
    recipe = recipe_of(path)
    if not command or command.startswith(("!", "<")):
        assert recipe.steps is None or command == ""
        return
    for field, switch in (("steps", "s"), ("seed", "S"), ("cfg_scale", "C"), ("denoising_strength", "f")):
        written = re.search(rf"\s-{switch}\s*([\d.]+)(?=\s|$)", command)
        if written:
            assert getattr(recipe, field) == float(written[1]), field
    words = command.split('"')[1] if command.startswith('"') else command.split(" -s ")[0]
    shown = f"{recipe.prompt} [{recipe.negative_prompt}]" if recipe.negative_prompt else recipe.prompt
    assert shown == words


@pytest.mark.parametrize("path", [param for param in EVERY_FILE if "/novelai/" in str(param.values[0])])
def test_the_model_of_novelai(path: Path) -> None:
    if path.suffix == ".png":
        source = png_texts(path.read_bytes())["Source"].decode()
    else:
        source = json.loads(user_comment(path) or "{}")["Source"]
    recipe = recipe_of(path)
    assert f"{recipe.model} {recipe.model_hash}" == source


@pytest.mark.parametrize("path", [param for param in EVERY_FILE if "/imaginairy/" in str(param.values[0])])
def test_seeds_and_models_of_imaginairy(path: Path) -> None:
    with Image.open(path) as image:
        description, software = image.getexif()[0x010E], image.getexif()[0x0131]
    recipe = recipe_of(path)
    assert recipe.seed == int(description.split("seed:")[1].split()[0])
    assert recipe.model is not None
    assert software.endswith(recipe.model.removeprefix("Stable Diffusion "))
