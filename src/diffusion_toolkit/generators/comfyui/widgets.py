"""Names for a node's widgets: the page stores their values by position.

Names come from the graph itself where it lists them all, else from the table of known nodes, else they are guessed
from the values. A reading in which a sampler's name is a number or steps are a text is never taken.
"""

import re
from collections.abc import Sequence

from diffusion_toolkit.generators.comfyui.page_entries import Entry, key_of
from diffusion_toolkit.generators.comfyui.widget_guess import guessed, is_plausible
from diffusion_toolkit.generators.comfyui.widget_names import names_of
from diffusion_toolkit.record import JsonValue

_CONTROL_VALUES = ("fixed", "increment", "decrement", "randomize", "increment-wrap")
_SEEDS = ("seed", "noise_seed")
_NOT_INPUTS = ("control_after_generate", "control_before_generate", "videopreview", "audioUI")
_MOST_VALUES = 2_000
_TEXT_ENCODERS = ("CLIPTextEncode", "TextEncode")
_COMMENT = re.compile(r"/\*|//[^\n\r\u2028\u2029]*")


def is_control(value: JsonValue) -> bool:
    """Whether this is a value of `control_after_generate`, which follows a seed and is no input of the node."""
    return isinstance(value, str) and value in _CONTROL_VALUES


def widget_values(kind: str, slots: Sequence[Entry], entry: Entry) -> dict[str, JsonValue]:
    """The values of a node's widgets by name. What has no name is `widget_0`, `widget_1` … by its position."""
    named = entry.get("widgets_values_named")
    values = entry.get("widgets_values")
    if isinstance(named, dict) and isinstance(values, list) and len(named) == len(values):
        # Where both are there and differ, the page itself believes the positions.
        named = dict(zip(named, values, strict=True))
    elif not isinstance(named, dict) or not named:
        named = values if isinstance(values, dict) else None
    if named is not None:
        found = {
            name: value
            for name, value in named.items()
            if not name.startswith(_NOT_INPUTS) and not (name in _CONTROL_VALUES and is_control(value))
        }
    elif isinstance(values, list) and values:
        found = named_values(kind, [key_of(slot.get("name")) for slot in slots if slot.get("widget")], values)
    else:
        return {}
    if kind.startswith(_TEXT_ENCODERS):
        found = {name: without_comments(value) if isinstance(value, str) else value for name, value in found.items()}
    return found


def named_values(kind: str, given: Sequence[str], values: Sequence[JsonValue]) -> dict[str, JsonValue]:
    """The same for a list of values. given: the names that the graph lists, in their order; often only some."""
    values = values[:_MOST_VALUES]
    table = names_of(kind)
    if not given and len(table) == len(values) and is_plausible(table, values) and not any(map(is_control, values)):
        return dict(zip(table, values, strict=True))
    kept = _without_control(values, table)
    if given and len(given) == len(kept):
        return dict(zip(given, kept, strict=True))
    for names, row in ((table, kept), (table, list(values)), (tuple(given), list(values))):
        if names and is_plausible(names, row) and (names is table or len(names) == len(row)):
            return _by_table(kind, names, row)
    return _nameless(guessed(kind, values), 0)


def _by_table(kind: str, names: Sequence[str], row: Sequence[JsonValue]) -> dict[str, JsonValue]:
    """Values by the table: newer and older versions of a node have more or fewer at the end."""
    found = dict(zip(names, row, strict=False))
    rest = row[len(names) :]
    return {**found, **_nameless(guessed(kind, rest, found), len(names))} if rest else found


def _nameless(pairs: Sequence[tuple[str | None, JsonValue]], begin: int) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for position, (name, value) in enumerate(pairs, begin):
        if name is not None or value not in (None, ""):
            found[name if name is not None and name not in found else f"widget_{position}"] = value
    return found


def _without_control(values: Sequence[JsonValue], table: Sequence[str]) -> list[JsonValue]:
    """The values without the control behind seeds.

    The first pages had a checkbox there ("Random seed after every gen"), and packs that draw their own leave a null.
    """
    kept: list[JsonValue] = []
    controlled = 0
    for value in values:
        if len(kept) > controlled and _is_number(kept[-1]):
            after_seed = len(kept) <= len(table) and table[len(kept) - 1] in _SEEDS
            if is_control(value) or (
                after_seed and len(values) > len(table) and (value is None or value is True or value is False)
            ):
                controlled = len(kept)
                continue
        kept.append(value)
    return kept


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def without_comments(text: str) -> str:
    """A prompt without its `/* … */` and `// …` comments, which the page takes out before it runs."""
    parts: list[str] = []
    position = 0
    while (match := _COMMENT.search(text, position)) is not None:
        end = match.end()
        if match[0] == "/*":
            end = text.find("*/", end) + 2
            if end < 2:
                break
        parts.append(text[position : match.start()])
        position = end
    parts.append(text[position:])
    return "".join(parts)
