"""What a query finds, in the plainest Python: one image at a time, no catalog. The other statement of the same fact."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from small_library import Row

from diffusion_toolkit.query import tree
from diffusion_toolkit.query.dates import days_to_span
from diffusion_toolkit.query.sort import Sort
from diffusion_toolkit.query.words import typed_words, words
from diffusion_toolkit.vocabulary import canonical_sampler, canonical_scheduler

VIDEOS = {"mp4", "avi", "webm", "mov", "mkv", "m4v", "mpg", "mpeg", "wmv", "flv", "ogv"}


def find(rows: Iterable[Row], node: tree.Node, now: datetime, models: Iterable[str]) -> list[Row]:
    """The matching images; missing files only when the query speaks of `unavailable:`."""
    wanted = "Where(field='unavailable'" in repr(node)
    names = list(models)
    return [row for row in rows if (wanted or row.missing_since is None) and _matches(row, node, now, names)]


def _matches(row: Row, node: tree.Node, now: datetime, models: list[str]) -> bool:
    match node:
        case tree.Everything():
            return True
        case tree.And(parts):
            return all(_matches(row, part, now, models) for part in parts)
        case tree.Or(parts):
            return any(_matches(row, part, now, models) for part in parts)
        case tree.Not(part):
            return not _matches(row, part, now, models)
        case tree.Prompt(text):
            return _holds_text(row.prompt, text)
        case tree.NodeProperty(kind, name, values):
            there = [value for of, called, value in row.properties if _is_named(of, kind) and _is_named(called, name)]
            return any(_has_value(there, value) for value in values)
        case tree.Where("model", values):
            return any(_is_model(row.model, value, models) for value in values)
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
        case _:
            return row.values[field]


def _is_number(number: Any, value: tree.Value, field: str) -> bool:
    if isinstance(value, tree.Absent):
        return number is None
    if isinstance(value, tree.Present) or number is None:
        return number is not None

    def same(wanted: Decimal) -> Any:
        return float(np.float32(wanted)) if field == "cfg" else wanted

    if field == "cfg":
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
        case "negative":
            return _negative(row, value)
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
        case "date" | "added" | "modified":
            return _in_days(row, field, value, now)
        case "size":
            return _has_size(row, value)
        case "type":
            assert isinstance(value, tree.Name)
            kind = row.format if row.format is not None else _extension(row.name)
            return (kind in VIDEOS) == (value.text == "video")
        case "favorite" | "nsfw" | "deleted" | "problem" | "nometa" | "unavailable" | "has":
            wanted = not (isinstance(value, tree.Absent) or value == tree.Flag(False))
            return _flag(row, field) == wanted
        case _:
            return _is_number(_number(row, field), value, field)


def _negative(row: Row, value: tree.Value) -> bool:
    if isinstance(value, tree.Term | tree.Exact):
        return _holds_text(row.negative, value)
    return (row.negative is None) == isinstance(value, tree.Absent)


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
        "has": row.workflow,
    }[field]


def _in_days(row: Row, field: str, value: tree.Value, now: datetime) -> bool:
    if not isinstance(value, tree.Days):
        return isinstance(value, tree.Present)
    moment = {
        "date": row.file_date.timestamp(),
        "added": row.added_at.timestamp(),
        "modified": Decimal(row.mtime_ns) / 10**9,
    }[field]
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


def in_order(rows: Iterable[Row], sort: Sort) -> list[Row]:
    """By value and id; those without a value last, also when descending."""
    valued = [(key, row) for row in rows if (key := _sort_value(row, sort)) is not None]
    rest = [row for row in rows if _sort_value(row, sort) is None]
    valued.sort(key=lambda pair: (pair[0], pair[1].id), reverse=sort.descending)
    return [row for _, row in valued] + sorted(rest, key=lambda row: row.id, reverse=sort.descending)


def _mixed(number: int, seed: int) -> int:
    """SplitMix64's finaliser, from its paper."""
    most = 2**64 - 1
    z = (number + (seed + 1) * 0x9E3779B97F4A7C15) & most
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & most
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & most
    return (z ^ (z >> 31)) >> 32


def _sort_value(row: Row, sort: Sort) -> Any:
    match sort.key:
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
