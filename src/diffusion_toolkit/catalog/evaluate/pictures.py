"""Fields that name a picture or a prompt by its number: `same stack prompt_id negative_id`; and `ratio`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import numpy as np

from diffusion_toolkit.catalog.columns import NO_NUMBER, Flag, Mask
from diffusion_toolkit.catalog.dimensions import Dimension
from diffusion_toolkit.catalog.evaluate.dates import within_days
from diffusion_toolkit.catalog.evaluate.names import model_title, plain_name, sampler_key, scheduler_key
from diffusion_toolkit.catalog.evaluate.numbers import number_matching
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query.tree import Absent, Compare, Days, Like, Present, Same, Value

_CODES = ("prompt", "negative", "folder", "graph", "ext")
_NAMES: Mapping[str, Callable[[str], str]] = {
    "model": lambda name: plain_name(model_title(name)),
    "sampler": sampler_key,
    "scheduler": scheduler_key,
    "generator": plain_name,
}


@evaluates("same")
def same(question: Question, value: Value) -> Mask:
    """Pictures with the same of something as one picture; none where that one has no such thing."""
    if not isinstance(value, Same):
        raise unfit("same", value)
    position = position_of(question, value.image_id)
    return question.none() if position is None else _same(question, value.what, position)


@evaluates("stack")
def stack(question: Question, value: Value) -> Mask:
    """The family of a picture: same prompt, negative prompt and model, whatever the seed; itself always."""
    if not isinstance(value, Like):
        raise unfit("stack", value)
    found = question.none()
    position = position_of(question, value.image_id)
    if position is None:
        return found
    if question.column("prompt")[position] >= 0:
        found = _same(question, "prompt", position)
        for what in ("negative", "model"):
            codes = question.column(what)
            found &= codes == codes[position]
    found[position] = True
    return found


def position_of(question: Question, image_id: int) -> int | None:
    """Where the image of a number stands."""
    if not 0 < image_id < 2**31:
        return None
    position = int(question.state.positions(np.array([image_id], np.int32))[0])
    return position if position >= 0 and question.state.alive[position] else None


def _same(question: Question, what: str, position: int) -> Mask:
    if what in _CODES:
        codes = question.column(what)
        return codes == codes[position] if codes[position] >= 0 else question.none()
    if what in _NAMES:
        return _same_name(question, what, position)
    match what:
        case "seed":
            known = question.state.columns.has(Flag.SEED)
            values = question.column("seed")
            return known & (values == values[position]) if known[position] else question.none()
        case "size":
            return _same_size(question, position)
        case "date":
            return _same_day(question, position)
        case _:
            values = question.column(what)
            known = values[position] == values[position] and int(values[position]) not in (NO_NUMBER, 0)
            return values == values[position] if known else question.none()


def _same_name(question: Question, what: str, position: int) -> Mask:
    codes, table = question.column(what), question.state.dimensions[what]
    code = int(codes[position])
    if code < 0:
        return question.none()
    return _alike(table, code, _NAMES[what])[codes]


def _alike(table: Dimension, code: int, key: Callable[[str], str]) -> Mask:
    wanted = key(table.names[code])
    if not wanted:  # a model that only a hash is known of
        found = np.zeros(len(table.names) + 1, np.bool_)
        found[code] = True
        return found
    return table.matching(lambda name: key(name) == wanted)


def _same_size(question: Question, position: int) -> Mask:
    if not question.state.width_known[position]:
        return question.none()
    width, height = question.column("width"), question.column("height")
    return (width == width[position]) & (height == height[position])


def _same_day(question: Question, position: int) -> Mask:
    moment = datetime.fromtimestamp(int(question.column("date")[position]) // 1_000_000, question.now.tzinfo or UTC)
    day = f"{moment:%Y-%m-%d}"
    return within_days(question, "date", Days(day, day))


def _by_prompt(field: str, column: str) -> None:
    @evaluates(field)
    def evaluate(question: Question, value: Value) -> Mask:  # pyright: ignore[reportUnusedFunction]  # registered
        codes = question.column(column)
        match value:
            case Present():
                return codes >= 0
            case Absent():
                return codes < 0
            case Compare("=", number) if number == int(number) and 0 < number < 2**31:
                code = int(question.state.prompts.codes(np.array([int(number)], np.int32))[0])
                return codes == code if code >= 0 else question.none()
            case _:
                raise unfit(field, value)


_by_prompt("prompt_id", "prompt")
_by_prompt("negative_id", "negative")


@evaluates("ratio")
def ratio(question: Question, value: Value) -> Mask:
    """Width divided by height."""
    known = question.state.width_known
    match value:
        case Present():
            return known.copy()
        case Absent():
            return ~known
        case _:
            height = np.maximum(question.column("height"), 1).astype(np.float32)
            return number_matching("ratio", question.column("width").astype(np.float32) / height, value) & known
