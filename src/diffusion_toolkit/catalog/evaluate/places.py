"""Where a file lies: `path folder in`. Paths are compared ignoring case, `\\` and `/` alike."""

import re
from collections.abc import Callable, Iterator

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.catalog.names import folded_path
from diffusion_toolkit.query.tree import Absent, Name, PathText, Present, Value
from diffusion_toolkit.query.wildcards import has_wildcards, pattern

_ABSOLUTE = re.compile(r"/|[a-z]:")


@evaluates("folder")
def folder(question: Question, value: Value) -> Mask:
    """Exactly that folder, by its whole path or by the last parts of it."""
    return _by_folder(question, "folder", value, is_folder)


@evaluates("in")
def in_folder(question: Question, value: Value) -> Mask:
    """That folder and all below it."""
    return _by_folder(question, "in", value, is_in_folder)


def is_folder(path: str, wanted: str, *, with_wildcards: bool) -> bool:
    """Is `path` (folded, absolute) the folder that the user calls `wanted` (folded)?"""
    if with_wildcards:
        name = wanted if _ABSOLUTE.match(wanted) else "*/" + wanted
        return pattern(name).fullmatch(path) is not None
    return path == wanted or (not _ABSOLUTE.match(wanted) and path.endswith("/" + wanted))


def is_in_folder(path: str, wanted: str, *, with_wildcards: bool) -> bool:
    """Is `path` (folded, absolute) that folder, or does it lie below?"""
    if not with_wildcards:
        if _ABSOLUTE.match(wanted):
            return path == wanted or path.startswith(wanted if wanted.endswith("/") else wanted + "/")
        return f"/{wanted}/" in f"{path}/"
    parts = path.split("/")
    return any(
        is_folder("/".join(parts[:count]) or "/", wanted, with_wildcards=with_wildcards)
        for count in range(1, len(parts) + 1)
    )


def _by_folder(question: Question, field: str, value: Value, test: Callable[..., bool]) -> Mask:
    codes = question.column("folder")
    match value:
        case Present():
            return codes >= 0
        case Absent():
            return codes < 0
        case Name(text, quoted):
            wanted = folded_path(text)
            wanted = wanted.rstrip("/") or wanted[:1]
            with_wildcards = not quoted and has_wildcards(text)
            matches = question.state.folders.matching(lambda path: test(path, wanted, with_wildcards=with_wildcards))
            return matches[codes]
        case _:
            raise unfit(field, value)


@evaluates("path")
def path(question: Question, value: Value) -> Mask:
    """The whole path as a pattern, or a part of it."""
    if not isinstance(value, PathText):
        raise unfit("path", value)
    text = folded_path(value.text)
    match value.how:
        case "contains":
            return _containing(question, text)
        case "ends":
            return _ending(question, text)
        case "starts":
            return _starting(question, text)
        case "glob":
            return _fitting(question, text)


def _containing(question: Question, text: str) -> Mask:
    """In the folder's path, in the name, or across the last slash."""
    found = question.state.folders.matching(lambda folder: text in _with_slash(folder)).take(question.column("folder"))
    head, slash, tail = text.rpartition("/")
    if not slash:
        found |= question.state.names.containing(text).take(question.column("name"))
    elif tail:
        found |= _across(question, head + slash, tail)
    return found


def _across(question: Question, head: str, tail: str) -> Mask:
    """The folder's path ends with `head` and the name begins with `tail`."""
    folders = question.state.folders.matching(lambda folder: _with_slash(folder).endswith(head))
    return folders.take(question.column("folder")) & question.state.names.starting(tail).take(question.column("name"))


def _ending(question: Question, text: str) -> Mask:
    head, slash, tail = text.rpartition("/")
    found = question.state.names.ending(tail).take(question.column("name"))
    if slash:
        found &= question.state.names.starting(tail).take(question.column("name"))
        found &= _has_length(question, tail)
        folders = question.state.folders.matching(lambda path: _with_slash(path).endswith(head + slash))
        found &= folders.take(question.column("folder"))
    return found


def _has_length(question: Question, name: str) -> Mask:
    return question.state.names.folded_lengths().take(question.column("name")) == len(name.encode())


def _starting(question: Question, text: str) -> Mask:
    folders = question.state.folders.matching(lambda path: _with_slash(path).startswith(text))
    found = folders.take(question.column("folder"))
    for number, path in enumerate(question.state.folders.folded):
        prefix = _with_slash(path)
        if text.startswith(prefix) and len(text) > len(prefix):
            tail = text[len(prefix) :]
            if "/" not in tail:
                here = question.column("folder") == number
                found |= here & question.state.names.starting(tail).take(question.column("name"))
    return found


def _fitting(question: Question, text: str) -> Mask:
    """The whole path fits: first those that hold each fixed piece, then the pattern itself, one path at a time."""
    found = np.logical_not(question.none())
    pieces = [piece for piece in re.split(r"[*?]+", text) if piece]
    for piece in pieces:
        found &= _containing(question, piece)
    if re.fullmatch(r"\*+[^*?]*\*+", text):
        return found  # `*part*` means nothing more
    fits = pattern(text).fullmatch
    here = np.flatnonzero(found)
    found[here] = [fits(one) is not None for one in _folded_paths(question, here)]
    return found


def _folded_paths(question: Question, positions: Array) -> Iterator[str]:
    folders, names = question.state.folders.folded, question.state.names
    codes: list[int] = question.column("folder")[positions].tolist()
    numbers: list[int] = question.column("name")[positions].tolist()
    return (
        (_with_slash(folders[code]) if code >= 0 else "") + folded_path(names[number])
        for code, number in zip(codes, numbers, strict=True)
    )


def _with_slash(folder: str) -> str:
    return folder if folder.endswith("/") else folder + "/"
