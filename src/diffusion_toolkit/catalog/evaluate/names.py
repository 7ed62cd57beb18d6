"""Fields that are names: `sampler scheduler generator ext type`.

A name without wildcards means the whole name, ignoring case; one with wildcards fits the whole name too. What counts
as the same name is the field's: a model also goes by its file name without folder and extension, blanks, `_` and `-`
alike; a sampler by any generator's spelling.
"""

import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.dimensions import Dimension, Words
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.query.tree import Absent, Name, Present, Value
from diffusion_toolkit.query.wildcards import has_wildcards, longest_piece, pattern
from diffusion_toolkit.store.feed import AlbumRow
from diffusion_toolkit.vocabulary import canonical_sampler, canonical_scheduler

MODEL_EXTENSIONS = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".onnx", ".sft")
VIDEO_FORMATS = frozenset(("mp4", "avi", "webm", "mov", "mkv", "m4v", "mpg", "mpeg", "wmv", "flv", "ogv"))
_REMEMBERED = 100_000
_SEPARATORS = re.compile(r"[\s_-]+")


@lru_cache(maxsize=_REMEMBERED)
def plain_name(name: str) -> str:
    """A name as names are compared: ignoring case, blanks, `_` and `-` alike."""
    return _SEPARATORS.sub(" ", name.casefold()).strip()


@lru_cache(maxsize=_REMEMBERED)
def model_names(name: str) -> tuple[str, ...]:
    """All names a model goes by: as written, its file name, and both without extension."""
    written = name.casefold().replace("\\", "/")
    file = written.rpartition("/")[2]
    stems = [_without_extension(written), _without_extension(file)]
    return tuple(dict.fromkeys((written, file, *stems)))


@lru_cache(maxsize=_REMEMBERED)
def model_title(name: str) -> str:
    """A model's name without folder and extension, as written."""
    return _without_extension(name.replace("\\", "/").rpartition("/")[2])


@lru_cache(maxsize=_REMEMBERED)
def sampler_key(name: str) -> str:
    """Equal for all spellings of a sampler."""
    return plain_name(canonical_sampler(name))


@lru_cache(maxsize=_REMEMBERED)
def scheduler_key(name: str) -> str:
    """Equal for all spellings of a noise schedule."""
    return plain_name(canonical_scheduler(name))


def _without_extension(name: str) -> str:
    extension = next((ending for ending in MODEL_EXTENSIONS if name.casefold().endswith(ending)), "")
    return name[: len(name) - len(extension)] if len(name) > len(extension) else name


@evaluates("sampler")
def sampler(question: Question, value: Value) -> Mask:
    """The sampler in any generator's spelling."""
    table = question.state.dimensions["sampler"]

    def matching(name: Name) -> Mask:
        if is_pattern(name):
            fits = name_fits(name)
            return table.matching(lambda known: fits(known.casefold()) or fits(canonical_sampler(known).casefold()))
        wanted = sampler_key(name.text)
        return table.matching(lambda known: sampler_key(known) == wanted)

    return _by_code(question, "sampler", value, matching)


@evaluates("scheduler")
def scheduler(question: Question, value: Value) -> Mask:
    """The schedule in any generator's spelling."""
    table = question.state.dimensions["scheduler"]

    def matching(name: Name) -> Mask:
        if is_pattern(name):
            fits = name_fits(name)
            return table.matching(lambda known: fits(known.casefold()) or fits(canonical_scheduler(known).casefold()))
        wanted = scheduler_key(name.text)
        return table.matching(lambda known: scheduler_key(known) == wanted)

    return _by_code(question, "scheduler", value, matching)


@evaluates("generator")
def generator(question: Question, value: Value) -> Mask:
    """The program of that name."""
    return _by_code(question, "generator", value, _plainly(question.state.dimensions["generator"]))


@evaluates("ext")
def ext(question: Question, value: Value) -> Mask:
    """The extension of the file name, with or without the dot."""
    table = question.state.exts

    def matching(name: Name) -> Mask:
        return _plainly(table)(Name(name.text.removeprefix("."), name.quoted))

    return _by_code(question, "ext", value, matching)


def _plainly(table: Dimension | Words) -> Callable[[Name], Mask]:
    return lambda name: table.matching(name_test(name))


def name_test(name: Name) -> Callable[[str], bool]:
    """Whether a name is the one that is asked for, or fits its wildcards."""
    if is_pattern(name):
        fits = name_fits(name)
        return lambda known: fits(known.casefold())
    wanted = plain_name(name.text)
    return lambda known: plain_name(known) == wanted


def albums_named(state: State, name: Name) -> list[AlbumRow]:
    """The albums of this name, in the user's order."""
    fits = name_test(name)
    return [row for row in state.albums.rows if fits(row.name)]


def is_pattern(name: Name) -> bool:
    """Does the name hold wildcards that are some?"""
    return not name.quoted and has_wildcards(name.text)


def name_fits(name: Name) -> Callable[[str], bool]:
    """Whether a casefolded name fits the wildcards of another."""
    text = name.text.casefold().replace("\\", "/")
    fits, piece = pattern(text).fullmatch, longest_piece(text)
    return lambda known: piece in known and fits(known) is not None


def _by_code(question: Question, column: str, value: Value, matching: Callable[[Name], Mask]) -> Mask:
    codes = question.column(column)
    match value:
        case Absent():
            return codes < 0
        case Present():
            return codes >= 0
        case Name():
            return matching(value).take(codes)
        case _:
            raise unfit(column, value)


@evaluates("type")
def kind(question: Question, value: Value) -> Mask:
    """`image` or `video`, by the file's content; by its extension while the content was not looked at."""
    match value:
        case Name(text):
            return videos(question) if text.casefold() == "video" else np.logical_not(videos(question))
        case Absent():
            return question.none()
        case Present():
            return np.logical_not(question.none())
        case _:
            raise unfit("type", value)


def videos(question: Question) -> Mask:
    """Which files are moving pictures."""
    state = question.state
    by_content = state.formats.matching(VIDEO_FORMATS.__contains__).take(question.column("format"))
    by_extension = state.exts.matching(VIDEO_FORMATS.__contains__).take(question.column("ext"))
    return np.where(question.column("format") >= 0, by_content, by_extension)
