"""What recipes name beside the model: `lora vae embedding controlnet hypernet refiner hires wildcard`.

A name means the resource that is called so, with or without folder and extension; if none is, all those with this text
in their name. Case, blanks, `_` and `-` do not matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from diffusion_toolkit.catalog.columns import Ints, Mask
from diffusion_toolkit.catalog.dimensions import Resources
from diffusion_toolkit.catalog.evaluate.names import is_pattern, model_names, name_fits, plain_name
from diffusion_toolkit.catalog.evaluate.numbers import number_matching
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.query.tree import Absent, Compare, Name, Present, Value, Weighted

KINDS: Mapping[str, str] = {
    kind: kind for kind in ("lora", "vae", "embedding", "controlnet", "hypernet", "refiner", "hires", "wildcard")
}
"""Field to the kind of resource it asks for."""


def _register(field: str, kind: str) -> None:
    @evaluates(field)
    def evaluate(question: Question, value: Value) -> Mask:  # pyright: ignore[reportUnusedFunction]  # registered
        state = question.state
        match value:
            case Present():
                return state.resource_lists.mask(state.resources.of_kind(kind), state.count)
            case Absent():
                return np.logical_not(state.resource_lists.mask(state.resources.of_kind(kind), state.count))
            case Name():
                return state.resource_lists.mask(resources_named(state, kind, value), state.count)
            case Weighted(name, operator, weight):
                return state.resource_lists.mask(
                    resources_named(state, kind, name),
                    state.count,
                    lambda weights: number_matching(field, weights, Compare(operator, weight)),
                )
            case _:
                raise unfit(field, value)


for _field, _kind in KINDS.items():
    _register(_field, _kind)


@evaluates("hypernet_strength")
def hypernet_strength(question: Question, value: Value) -> Mask:
    """The strength of a hypernetwork; one without a written one was used with 1."""
    state = question.state
    codes = state.resources.of_kind("hypernet")
    match value:
        case Present():
            return state.resource_lists.mask(codes, state.count)
        case Absent():
            return np.logical_not(state.resource_lists.mask(codes, state.count))
        case _:
            return state.resource_lists.mask(
                codes, state.count, lambda weights: number_matching("hypernet_strength", weights, value)
            )


def resources_named(state: State, kind: str, name: Name) -> Ints:
    """The codes of resources of a kind that are named like this."""
    codes = state.resources.of_kind(kind)
    known: _Called = state.resources.kept.get(("called", kind), lambda: _called(state.resources, codes))

    def fitting(found: Iterable[bool]) -> Ints:
        return codes[np.fromiter(found, np.bool_, count=len(codes))]

    if is_pattern(name):
        fits = name_fits(name)
        return fitting(any(map(fits, names)) for names in known.names)
    wanted = plain_name(name.text.replace("\\", "/"))
    exact = known.exact.get(wanted)
    return codes[exact] if exact else fitting(wanted in plain for plain in known.plain)


@dataclass(frozen=True, slots=True)
class _Called:
    """What the resources of a kind are called: all names of each, the whole one as compared, and who has a name."""

    names: list[tuple[str, ...]]
    plain: list[str]
    exact: dict[str, list[int]]


def _called(resources: Resources, codes: Ints) -> _Called:
    places: list[int] = codes.tolist()
    names = [model_names(resources.names[code]) for code in places]
    exact: dict[str, list[int]] = {}
    for place, of_one in enumerate(names):
        for name in {plain_name(each) for each in of_one}:
            exact.setdefault(name, []).append(place)
    return _Called(names, [plain_name(resources.names[code]) for code in places], exact)
