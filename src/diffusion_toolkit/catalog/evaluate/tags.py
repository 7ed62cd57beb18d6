"""`tag:` - a tag by its name or an alias, of whatever source; with a comparison, how sure its source is."""

import numpy as np

from diffusion_toolkit.catalog.columns import Ints, Mask
from diffusion_toolkit.catalog.dimensions import TagNames
from diffusion_toolkit.catalog.evaluate.names import is_pattern, name_fits, plain_name
from diffusion_toolkit.catalog.evaluate.numbers import number_matching
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.catalog.evaluate.tag_aliases import aliases
from diffusion_toolkit.catalog.weights import confidence, confidences
from diffusion_toolkit.query.tree import Absent, Compare, Name, Present, Value, Weighted


@evaluates("tag")
def tag(question: Question, value: Value) -> Mask:
    """What the user or a file says is as sure as 1."""
    state = question.state
    match value:
        case Present():
            return tagged(question)
        case Absent():
            return np.logical_not(tagged(question))
        case Name():
            return state.tag_lists.mask(_meant(question, value), state.count)
        case Weighted(name, operator, weight):
            wanted = Compare(operator, confidence(weight))
            return state.tag_lists.mask(
                _meant(question, name),
                state.count,
                lambda weights: number_matching("tag", confidences(weights), wanted),
            )
        case _:
            raise unfit("tag", value)


def tagged(question: Question) -> Mask:
    """Images with any tag, in a new array."""
    state = question.state
    return state.kept.get("tagged", lambda: state.tag_lists.any(state.count, state.tags.dead_codes)).copy()


def _meant(question: Question, name: Name) -> Ints:
    """The codes of tags of this name; where there are none, of the tag that the vocabulary takes it for."""
    tags = question.state.tags
    found = tags_named(tags, name)
    if len(found) or is_pattern(name):
        return found
    canonical = aliases(question.state).canonical(question.state, question.collection, name.text)
    return tags_named(tags, Name(canonical, quoted=True))


def tags_named(tags: TagNames, name: Name) -> Ints:
    """The codes of tags of this name: case, blanks, `_` and `-` do not matter."""
    if is_pattern(name):
        fits = name_fits(name)
        folded = tags.kept.get("casefolded", lambda: [known.casefold() for known in tags.names])
        found = np.array([code for code, known in enumerate(folded) if fits(known)], np.int32)
        return found[tags.live[found]]
    codes = tags.kept.get("plain", lambda: _by_plain_name(tags)).get(plain_name(name.text), ())
    return np.array(codes, np.int32)


def _by_plain_name(tags: TagNames) -> dict[str, list[int]]:
    codes: dict[str, list[int]] = {}
    for code in np.flatnonzero(tags.live).tolist():
        codes.setdefault(plain_name(tags.names[code]), []).append(code)
    return codes
