"""What a query finds, in the plainest Python: one image at a time, no catalog. The other statement of the same fact."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
from small_library import Row

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query import parse, tree
from diffusion_toolkit.query.dates import days_to_span
from diffusion_toolkit.query.sort import Sort
from diffusion_toolkit.query.words import typed_words, words
from diffusion_toolkit.vocabulary import canonical_sampler, canonical_scheduler

VIDEOS = {"mp4", "avi", "webm", "mov", "mkv", "m4v", "mpg", "mpeg", "wmv", "flv", "ogv"}


Names: TypeAlias = Mapping[str, list[str]]
"""Names of models, and of resources by kind, that the library knows."""


def find(rows: Iterable[Row], node: tree.Node, now: datetime, names: Names) -> list[Row]:
    """The matching images; missing files only when the query speaks of `unavailable:`."""
    return [row for row in rows if _is_found(row, node, now, names)]


def _is_found(row: Row, node: tree.Node, now: datetime, names: Names, within: tuple[str, ...] = ()) -> bool:
    wanted = "Where(field='unavailable'" in repr(node)
    return (wanted or row.missing_since is None) and _matches(row, node, now, names, within)


def _matches(row: Row, node: tree.Node, now: datetime, names: Names, within: tuple[str, ...] = ()) -> bool:
    match node:
        case tree.Everything():
            return True
        case tree.And(parts):
            return all(_matches(row, part, now, names, within) for part in parts)
        case tree.Or(parts):
            return any(_matches(row, part, now, names, within) for part in parts)
        case tree.Not(part):
            return not _matches(row, part, now, names, within)
        case tree.Prompt(text):
            return _holds_text(row.prompt, text)
        case tree.NodeProperty(kind, name, values):
            there = [value for of, called, value in row.properties if _is_named(of, kind) and _is_named(called, name)]
            return any(_has_value(there, value) for value in values)
        case tree.Where("model", values):
            return any(_is_model(row.model, value, names["model"]) for value in values)
        case tree.Where("album", values):
            return any(_in_album(row, value, now, names, within) for value in values)
        case tree.Where(field, values) if field in KINDS:
            return any(_uses(row, field, value, names.get(field, [])) for value in values)
        case tree.Where(field, values):
            return any(_has(row, field, value, now) for value in values)


# --- text -------------------------------------------------------------------------------------


def _holds_text(text: str | None, wanted: tree.Term | tree.Exact) -> bool:
    if text is None:
        return False
    if isinstance(wanted, tree.Exact):
        return wanted.text.casefold() in text.casefold()
    there, term = words(text), wanted.words
    *heads, last = (_regex(word) for word in term)
    if not term[-1].endswith(("*", "?")):
        last = _regex(term[-1] + "*")
    tests = [*heads, last]
    return any(
        all(test.fullmatch(word) for test, word in zip(tests, there[start : start + len(tests)], strict=True))
        for start in range(len(there) - len(tests) + 1)
    )


def _regex(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in text), re.DOTALL)


# --- names --------------------------------------------------------------------------------------


def _plain(name: str) -> str:
    return " ".join(part for part in re.split(r"[\s_-]", name.casefold()) if part)


def _has_wildcards(value: tree.Name) -> bool:
    return not value.quoted and ("*" in value.text or "?" in value.text)


def _model_names(name: str) -> set[str]:
    written = name.casefold()
    file = written.split("/")[-1]
    return {
        written,
        file,
        *(re.sub(r"(?<=.)\.(safetensors|ckpt|pt|pth|bin|gguf|onnx|sft)$", "", n) for n in (written, file)),
    }


def _is_model(model: str | None, value: tree.Value, models: list[str]) -> bool:
    if isinstance(value, tree.Absent):
        return model is None
    if isinstance(value, tree.Present) or model is None:
        return model is not None
    assert isinstance(value, tree.Name)
    if _has_wildcards(value):
        return any(_regex(value.text.casefold()).fullmatch(name) for name in _model_names(model))

    def is_called(name: str) -> bool:
        return _plain(value.text) in {_plain(known) for known in _model_names(name)}

    if any(map(is_called, models)):
        return is_called(model)
    return re.search(r"(^|[^a-z0-9])" + re.escape(_plain(value.text)), _plain(model)) is not None


def _is_named(name: str | None, value: tree.Value, canonical: Callable[[str], str] = str) -> bool:
    if isinstance(value, tree.Absent):
        return name is None
    if isinstance(value, tree.Present) or name is None:
        return name is not None
    assert isinstance(value, tree.Name)
    if _has_wildcards(value):
        fits = _regex(value.text.casefold())
        return any(fits.fullmatch(spelling.casefold()) for spelling in (name, canonical(name)))
    return _plain(canonical(name)) == _plain(canonical(value.text))


# --- albums, tags, resources ---------------------------------------------------------------------

KINDS = ("lora", "embedding", "controlnet", "hypernet", "vae", "refiner", "hires", "wildcard")


def _in_album(row: Row, value: tree.Value, now: datetime, names: Names, within: tuple[str, ...]) -> bool:
    if not isinstance(value, tree.Name):
        return bool(row.albums) == isinstance(value, tree.Present)
    if any(_is_named(name, value) for name in row.albums):
        return True
    return any(
        _is_in_smart(row, name, query, now, names, within)
        for name, query in row.smart.items()
        if _is_named(name, value) and name not in within
    )


def _is_in_smart(row: Row, name: str, query: str, now: datetime, names: Names, within: tuple[str, ...]) -> bool:
    try:
        node = parse(query)
    except QueryError:
        return False
    return _is_found(row, node, now, names, (*within, name))


def _is_tagged(row: Row, value: tree.Value) -> bool:
    if isinstance(value, tree.Weighted):
        wanted = tree.Compare(value.operator, value.weight)
        return any(
            _is_named(name, value.name) and _is_number(round(Decimal(sure), 4), wanted, "tag")
            for name, sure in row.tags.items()
        )
    if isinstance(value, tree.Name):
        return any(_is_named(name, value) for name in row.tags)
    return bool(row.tags) == isinstance(value, tree.Present)


def _uses(row: Row, kind: str, value: tree.Value, names: list[str]) -> bool:
    own = [(name, 1.0 if weight is None else weight) for of, name, weight in row.resources if of == kind]
    if isinstance(value, tree.Weighted):
        wanted = tree.Compare(value.operator, value.weight)
        return any(_is_like(name, value.name, names) and _is_number(weight, wanted, "cfg") for name, weight in own)
    if isinstance(value, tree.Name):
        return any(_is_like(name, value, names) for name, _ in own)
    return bool(own) == isinstance(value, tree.Present)


def _is_like(name: str, value: tree.Name, names: list[str]) -> bool:
    if _has_wildcards(value):
        return any(_regex(value.text.casefold()).fullmatch(known) for known in _model_names(name))

    def is_called(known: str) -> bool:
        return _plain(value.text) in {_plain(one) for one in _model_names(known)}

    return is_called(name) if any(map(is_called, names)) else _plain(value.text) in _plain(name)


def _is_strong(row: Row, value: tree.Value) -> bool:
    own = [1.0 if weight is None else weight for kind, _, weight in row.resources if kind == "hypernet"]
    if isinstance(value, tree.Absent | tree.Present):
        return bool(own) == isinstance(value, tree.Present)
    return any(_is_number(weight, value, "cfg") for weight in own)


# --- workflows ----------------------------------------------------------------------------------


def _has_value(there: list[tuple[str, bool] | None], wanted: tree.Value) -> bool:
    """there: text of each value with that name and whether it is a number; None is JSON's null."""
    if isinstance(wanted, tree.Absent | tree.Present):
        return bool(there) == isinstance(wanted, tree.Present)
    values = [value for value in there if value is not None]
    match wanted:
        case tree.Exact(text):
            return any(text.casefold() in known.casefold() for known, _ in values)
        case tree.Name(text, True):
            return any(text.casefold() == known.casefold() for known, _ in values)
        case tree.Name(text):
            term = tree.Term(tuple(typed_words(text)))
            return any(
                _regex(text.casefold()).fullmatch(known.casefold())
                or (term.words and ("," in known or " " in known) and _holds_text(known, term))
                for known, _ in values
            )
        case _:
            return any(is_number and _is_number(Decimal(known), wanted, "value") for known, is_number in values)


# --- paths --------------------------------------------------------------------------------------


def _folder(row: Row) -> str:
    return f"{row.root}/{row.folder}".rstrip("/")


def _is_folder(path: str, value: tree.Value) -> bool:
    assert isinstance(value, tree.Name)
    path = path.casefold()
    wanted = value.text.casefold().replace("\\", "/").rstrip("/")
    if _has_wildcards(value):
        return _regex(wanted if wanted.startswith("/") else "*/" + wanted).fullmatch(path) is not None
    return path == wanted or (not wanted.startswith("/") and path.endswith("/" + wanted))


def _above(path: str) -> list[str]:
    return [path[: found.start()] for found in re.finditer("/", path) if found.start()] + [path]


def _has_path(row: Row, value: tree.PathText) -> bool:
    path = f"{_folder(row)}/{row.name}".casefold()
    text = value.text.casefold().replace("\\", "/")
    match value.how:
        case "contains":
            return text in path
        case "starts":
            return path.startswith(text)
        case "ends":
            return path.endswith(text)
        case "glob":
            return _regex(text).fullmatch(path) is not None


# --- numbers ------------------------------------------------------------------------------------


def _number(row: Row, field: str) -> Any:
    match field:
        case "cfg":
            return row.cfg_scale
        case "seed":
            return row.seed if row.seed is not None and 0 <= row.seed < 2**64 else None
        case "filesize":
            return row.size_bytes
        case "pixels":
            return row.width * row.height if row.width and row.height else None
        case "id":
            return row.id
        case "duration":
            return row.duration_s
        case "ratio":
            return float(np.float32(row.width) / np.float32(row.height)) if row.width and row.height else None
        case "negative_id":
            return row.negative_prompt_id
        case _:
            return row.values[field]


_REALS = ("cfg", "denoise", "aesthetic", "duration", "ratio")


def _is_number(number: Any, value: tree.Value, field: str) -> bool:
    if isinstance(value, tree.Absent):
        return number is None
    if isinstance(value, tree.Present) or number is None:
        return number is not None

    def same(wanted: Decimal) -> Any:
        return float(np.float32(wanted)) if field in _REALS else wanted

    if field in _REALS:
        number = float(np.float32(number))
    match value:
        case tree.Compare(operator, wanted):
            against = same(wanted)
            return {
                "=": number == against,
                "<>": number != against,
                "<": number < against,
                "<=": number <= against,
                ">": number > against,
                ">=": number >= against,
            }[operator]
        case tree.Range(low, high):
            return same(low) <= number <= same(high)
        case tree.Glob(pattern):
            return _regex(pattern).fullmatch(str(number)) is not None
        case _:
            raise AssertionError(value)


# --- one field ----------------------------------------------------------------------------------


def _has(row: Row, field: str, value: tree.Value, now: datetime) -> bool:
    match field:
        case "negative" | "caption":
            return _text(row.values[field], value)
        case "tag":
            return _is_tagged(row, value)
        case "hypernet_strength":
            return _is_strong(row, value)
        case "has":
            return _carries(row, value)
        case "sampler":
            return _is_named(row.sampler, value, canonical_sampler)
        case "scheduler":
            return _is_named(row.scheduler, value, canonical_scheduler)
        case "generator":
            return _is_named(row.generator, value)
        case "ext":
            return _is_named(_extension(row.name), _without_dot(value))
        case "node":
            if isinstance(value, tree.Absent | tree.Present):
                return (row.graph_id is None) == isinstance(value, tree.Absent)
            return any(_is_named(kind, value) for kind in row.nodes)
        case "graph":
            if isinstance(value, tree.Like):
                return row.graph_id is not None and row.graph_id == row.graph_of.get(value.image_id)
            return (row.graph_id is None) == isinstance(value, tree.Absent)
        case "folder":
            return isinstance(value, tree.Present) or (
                not isinstance(value, tree.Absent) and _is_folder(_folder(row), value)
            )
        case "in":
            return isinstance(value, tree.Present) or (
                not isinstance(value, tree.Absent) and any(_is_folder(path, value) for path in _above(_folder(row)))
            )
        case "path":
            assert isinstance(value, tree.PathText)
            return _has_path(row, value)
        case "date" | "added" | "modified" | "rated" | "viewed" | "touched":
            return _in_days(row, field, value, now)
        case "size":
            return _has_size(row, value)
        case "type":
            assert isinstance(value, tree.Name)
            kind = row.format if row.format is not None else _extension(row.name)
            return (kind in VIDEOS) == (value.text == "video")
        case "favorite" | "nsfw" | "deleted" | "problem" | "nometa" | "unavailable" | "in_album":
            wanted = not (isinstance(value, tree.Absent) or value == tree.Flag(False))
            return _flag(row, field) == wanted
        case _:
            return _is_number(_number(row, field), value, field)


def _text(text: str | None, value: tree.Value) -> bool:
    if isinstance(value, tree.Term | tree.Exact):
        return _holds_text(text, value)
    return (text is None) == isinstance(value, tree.Absent)


def _carries(row: Row, value: tree.Value) -> bool:
    carried = {
        "workflow": row.workflow,
        "recipe": row.generator is not None,
        "prompt": row.prompt is not None,
        "negative": row.negative is not None,
        "caption": row.caption is not None,
        "tags": bool(row.tags),
    }
    if isinstance(value, tree.Name):
        return carried[value.text]
    return any(carried.values()) == isinstance(value, tree.Present)


def _extension(name: str) -> str | None:
    found = re.search(r"(?<=.)\.([^.]{1,8})$", name)
    return found[1].lower() if found else None


def _without_dot(value: tree.Value) -> tree.Value:
    return tree.Name(value.text.lstrip("."), value.quoted) if isinstance(value, tree.Name) else value


def _flag(row: Row, field: str) -> bool:
    return {
        "favorite": row.favorite,
        "nsfw": row.nsfw,
        "deleted": row.for_deletion,
        "problem": row.problems > 0,
        "nometa": row.phase == 1 and row.generator is None,
        "unavailable": row.missing_since is not None or not row.available,
        "in_album": bool(row.albums),
    }[field]


def _in_days(row: Row, field: str, value: tree.Value, now: datetime) -> bool:
    column = {"date": "file_date", "added": "added_at", "rated": "rated_at", "viewed": "viewed_at"}.get(
        field, "touched_at"
    )
    stored = row.values[column]
    moment = None if stored is None else Decimal(stored.timestamp())
    if field == "modified":
        moment = Decimal(row.mtime_ns) / 10**9
    if not isinstance(value, tree.Days):
        return (moment is None) == isinstance(value, tree.Absent)
    if moment is None:
        return False
    first, end = days_to_span(value, now)
    return (first is None or moment >= first) and (end is None or moment < end)


def _has_size(row: Row, value: tree.Value) -> bool:
    if isinstance(value, tree.Absent) or not row.width:
        return isinstance(value, tree.Absent) and not row.width
    match value:
        case tree.Present():
            return True
        case tree.Dimensions(width, height):
            return width in (None, row.width) and height in (None, row.height)
        case tree.Aspect(width, height):
            return abs(row.width / row.height - width / height) <= 0.01 * width / height
        case tree.Shape(name):
            width, height = int(row.width), int(row.height)
            return {"portrait": width < height, "square": width == height, "landscape": width > height}[name]
        case _:
            raise AssertionError(value)


# --- order --------------------------------------------------------------------------------------


def natural(text: str) -> list[tuple[int, str] | tuple[int, int, str]]:
    """Digits by value; everything else by its folded characters."""
    parts = re.findall(r"[0-9]+|[^0-9]", text.casefold())
    return [(ord("0"), int(part), "") if part[0] in "0123456789" else (ord(part), 0, part) for part in parts]


def in_order(rows: Iterable[Row], sort: Sort, album: str | None = None) -> list[Row]:
    """By value and id; those without a value last, also when descending. album: the one whose order is meant."""
    valued = [(key, row) for row in rows if (key := _sort_value(row, sort, album)) is not None]
    rest = [row for row in rows if _sort_value(row, sort, album) is None]
    valued.sort(key=lambda pair: (pair[0], pair[1].id), reverse=sort.descending)
    return [row for _, row in valued] + sorted(rest, key=lambda row: row.id, reverse=sort.descending)


def _mixed(number: int, seed: int) -> int:
    """SplitMix64's finaliser, from its paper."""
    most = 2**64 - 1
    z = (number + (seed + 1) * 0x9E3779B97F4A7C15) & most
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & most
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & most
    return (z ^ (z >> 31)) >> 32


def _sort_value(row: Row, sort: Sort, album: str | None) -> Any:
    match sort.key:
        case "album":
            return row.albums.get(album)
        case "viewed" | "touched":
            return row.values[f"{sort.key}_at"]
        case "date":
            return row.file_date
        case "added":
            return row.added_at
        case "modified":
            return row.mtime_ns
        case "name":
            return natural(row.name)
        case "path":
            return natural(_folder(row)), natural(row.name)
        case "ratio":
            return row.width / row.height if row.width else None
        case "prompt":
            return None if row.prompt is None else row.prompt.casefold().encode()
        case "model":
            return None if row.model is None else natural(row.model)
        case "random":
            return _mixed(row.id, sort.seed)
        case key:
            return _number(row, key)
