"""The checkpoint: `model model_hash model_or_hash`, by what it is called or by any form of its hash.

A picture may carry only a hash; what that is called is known from files on disk, A1111's cache or Civitai.
"""

import re
from collections import defaultdict
from collections.abc import Callable

import numpy as np

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate.names import is_pattern, model_names, name_fits, plain_name
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query.tree import Absent, Name, Present, Value
from diffusion_toolkit.store.feed import Snapshot
from diffusion_toolkit.store.model_names import models_with_hash, names_by_hash

_HASH = re.compile(r"[0-9a-f]{4,64}")


@evaluates("model")
def model(question: Question, value: Value) -> Mask:
    """The model of that name; if none is called so, those whose name has these words (the last as a prefix)."""
    return _answer(question, "model", value, _called)


@evaluates("model_hash")
def model_hash(question: Question, value: Value) -> Mask:
    """The models with that hash, in any form a program writes it."""
    return _answer(question, "model_hash", value, _hashed)


@evaluates("model_or_hash")
def model_or_hash(question: Question, value: Value) -> Mask:
    """By name, or by hash where the name could be one."""
    return _answer(question, "model_or_hash", value, lambda asked, name: _called(asked, name) | _hashed(asked, name))


def _answer(question: Question, field: str, value: Value, matching: Callable[[Question, Name], Mask]) -> Mask:
    codes = question.column("model")
    match value:
        case Absent():
            return codes < 0
        case Present():
            return codes >= 0
        case Name():
            return matching(question, value)[codes]
        case _:
            raise unfit(field, value)


def _hashed(question: Question, name: Name) -> Mask:
    digits = name.text.lower().removeprefix("0x")
    table = question.state.dimensions["model"]
    found = np.zeros(len(table.names) + 1, np.bool_)
    if _HASH.fullmatch(digits):
        found[table.codes(models_with_hash(question.collection, [digits]))] = True
        found[-1] = False
    return found


def _called(question: Question, name: Name) -> Mask:
    """Which models, by code, are called so; the last entry stands for code -1."""
    if is_pattern(name):
        fits = name_fits(name)
        return _with_name(question, lambda known: any(fits(one) for one in model_names(known)))
    wanted = plain_name(name.text.replace("\\", "/"))
    exact = _with_name(question, lambda known: any(plain_name(one) == wanted for one in model_names(known)))
    if exact.any():
        return exact
    words = re.compile(rf"(?:^|[\W_]){re.escape(wanted)}")
    return _with_name(question, lambda known: words.search(plain_name(known)) is not None)


def _with_name(question: Question, fits: Callable[[str], bool]) -> Mask:
    table = question.state.dimensions["model"]
    found = table.matching(fits)
    called = [number for number, names in _names_by_hash(question).items() if any(map(fits, names))]
    found[table.codes(np.array(called, np.int32))] = True
    found[-1] = False
    return found


def _names_by_hash(question: Question) -> dict[int, list[str]]:
    """The names of models by their hashes, asked once per snapshot of the store: a query must not wait for it."""
    state = question.state
    kept = state.kept.get("names by hash", dict[Snapshot, dict[int, list[str]]])
    found = kept.get(state.snapshot)
    if found is None:
        found = defaultdict[int, list[str]](list)
        for number, name in names_by_hash(question.collection):
            found[number].append(name)
        kept.clear()
        kept[state.snapshot] = found
    return found
