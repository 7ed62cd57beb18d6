"""AUTOMATIC1111's texts of the shared samples: taken out of the files by Pillow, and held against our records."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image

from diffusion_toolkit.generators import read_file
from diffusion_toolkit.record import Recipe

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
FOLDERS = ("a1111", "civitai", "forge", "sdnext", "stabilitymatrix")
GENERATORS = {"a1111": "automatic1111", "stabilitymatrix": "stabilitymatrix"}
EXIF_DIRECTORY, USER_COMMENT = 0x8769, 0x9286
FIELDS = {
    "Steps": "steps",
    "Sampler": "sampler",
    "Schedule type": "scheduler",
    "Scheduler": "scheduler",
    "CFG scale": "cfg_scale",
    "Seed": "seed",
    "Size": "size",
    "Model": "model",
    "Model hash": "model_hash",
    "VAE": "vae",
    "Clip skip": "clip_skip",
    "Denoising strength": "denoising_strength",
    "Version": "generator_version",
}
NUMBERS = {"steps": int, "seed": int, "clip_skip": int, "cfg_scale": float, "denoising_strength": float}


def raw_text(path: Path) -> str | None:
    """The text as Pillow gives it, decoded by the rule of EXIF: eight bytes that name the encoding, then the text."""
    with Image.open(path) as image:
        if image.format == "PNG":
            image.load()
            text = image.info.get("parameters")
            return repaired(text) if isinstance(text, str) else None
        comment = image.getexif().get_ifd(EXIF_DIRECTORY).get(USER_COMMENT)
    if not isinstance(comment, bytes) or not comment.startswith(b"UNICODE\0"):
        return None
    body = comment[8:]
    return body.decode("utf-16-le" if body[1::2].count(0) > body[::2].count(0) else "utf-16-be")


def repaired(text: str) -> str:
    """Text in UTF-8 where PNG wants Latin-1, as many programs write it."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def samples() -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((SAMPLES / folder).glob("*"))] if SAMPLES.is_dir() else []


def pairs_of(line: str) -> Iterator[tuple[str, str]]:
    """Keys and values of a settings line none of whose plain values holds a comma."""
    rest = line
    while match := re.match(r"\s*([\w /-]+): ", rest):
        rest = rest[match.end() :]
        if rest.startswith(("[", "{")):  # the samples have JSON only at the end of the line, or before ", Civitai"
            end = rest.find(", Civitai")
            value = rest if end < 0 else rest[:end]
        else:
            value = rest.partition(",")[0]
        yield match[1], value.strip()
        rest = rest[len(value) + 1 :]


def is_told(recipe: Recipe, key: str, value: str) -> bool:
    """Whether the record has this value, in its field or as found."""
    if recipe.extra.get(key) == value:
        return True
    if key.lower().startswith("hires "):
        return str(recipe.hires.get(key[6:].lower().replace(" ", "_"))) == value
    field = FIELDS.get(key)
    if field is None:
        return False
    if field == "size":
        return "x".join(str(side) for side in recipe.size or ()) == value
    found: object = getattr(recipe, field)
    return found == NUMBERS.get(field, str)(value)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_the_samples_are_all_looked_at() -> None:
    assert sum(raw_text(path) is not None for path in samples()) >= 30


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in samples()])
def test_everything_the_text_says_is_in_the_record(path: Path) -> None:
    text = raw_text(path)
    if text is None:
        pytest.skip("no text of this kind, or one hidden in the pixels")
    recipe = read_file(path).recipe
    assert recipe is not None
    assert recipe.generator == GENERATORS.get(path.parent.name, path.parent.name)
    body, _, line = text.replace("\r\n", "\n").strip().rpartition("\nSteps:")
    prompt, _, negative = f"\n{body}".partition("\nNegative prompt:")
    assert (recipe.prompt or "").strip() == prompt.strip()
    assert (recipe.negative_prompt or "").strip() == negative.strip()
    told: Mapping[str, str] = dict(pairs_of(f"Steps:{line}"))
    assert {"Steps", "Seed"} <= told.keys()
    assert [key for key, value in told.items() if value and not is_told(recipe, key, value)] == []
    assert recipe.problems == ()
