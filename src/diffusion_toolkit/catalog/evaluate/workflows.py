"""What stands in the workflow: `node graph` and properties of nodes.

Classes, names and which pictures share a graph are in memory. Values are not: there are fifty times as many of them as
pictures, so the store is asked for them, in just those places that the property has in its graphs. Those that were
asked for last are kept as long as nothing changes: who looks for a value asks for another one of the same property.
"""

from collections.abc import Sequence

import numpy as np

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate.names import name_test
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.catalog.node_values import PAIRS_AT_ONCE, NodeValues, PositionedValues
from diffusion_toolkit.query.tree import Absent, Affix, Compare, Exact, Like, Name, NodeProperty, Present, Range, Value
from diffusion_toolkit.query.value_text import TextQuestion, text_question
from diffusion_toolkit.store.workflows import NumberTest, Slots, TextTest, is_anywhere, passing_values, slot_values


@evaluates("node")
def node(question: Question, value: Value) -> Mask:
    """A node of that class; `any` and `none` for any node at all."""
    match value:
        case Name():
            return question.state.graphs.with_class(name_test(value)).take(question.column("graph"))
        case Present():
            return question.column("graph") >= 0
        case Absent():
            return question.column("graph") < 0
        case _:
            raise unfit("node", value)


@evaluates("graph")
def graph(question: Question, value: Value) -> Mask:
    """The graph of an image's shape; an image without one is like no other."""
    codes = question.column("graph")
    match value:
        case Like(image_id):
            if not 0 < image_id < 2**31:
                return question.none()
            position = int(question.state.positions(np.array([image_id], np.int32))[0])
            code = int(codes[position]) if position >= 0 and question.state.alive[position] else -1
            return codes == code if code >= 0 else question.none()
        case Present():
            return codes >= 0
        case Absent():
            return codes < 0
        case _:
            raise unfit("graph", value)


def node_property(question: Question, asked: NodeProperty) -> Mask:
    """Images with such a property that has one of the values."""
    is_class, is_property = name_test(asked.node), name_test(asked.property)
    there = question.state.graphs.with_property(is_class, is_property).take(question.column("graph"))
    found = question.none()
    tests: list[NumberTest | TextTest] = []
    texts: list[TextQuestion] = []
    for value in asked.values:
        match value:
            case Present():
                found |= there
            case Absent():
                found |= np.logical_not(there)
            case Exact() | Affix() | Name():
                texts.append(text_question(value))
            case _:
                tests.append(_number_test(value))
    if texts:
        tests.append(_text_test(texts))
    if tests:
        found |= _with_values(question, question.state.graphs.places(is_class, is_property), tests) & there
    return found


def _with_values(question: Question, slots: Slots, tests: Sequence[NumberTest | TextTest]) -> Mask:
    """The store's answer, as far as this state knows the images and graphs: newer ones wait for the next state."""
    state = question.state
    tests = [test for test in tests if _may_pass(question, test)]
    if not tests:
        return question.none()
    images = np.bincount(question.column("graph") + 1, minlength=state.graphs.count + 1)
    keeper = state.kept.get(NodeValues, NodeValues)
    found = question.none()
    for some in slots.parts(images[state.graphs.codes(slots.graph_ids) + 1], PAIRS_AT_ONCE):
        values = keeper.get(some, lambda some=some: _positioned(question, some))
        if not len(values.value_ids):
            continue
        used = np.zeros(int(values.value_ids.max()) + 1, np.bool_)
        used[values.value_ids] = True
        for test in tests:
            passing = passing_values(question.collection, used, test)
            found[values.positions[passing[values.value_ids]]] = True
    return found


def _may_pass(question: Question, test: NumberTest | TextTest) -> bool:
    return isinstance(test, TextTest) or not test.is_exact or is_anywhere(question.collection, test)


def _positioned(question: Question, slots: Slots) -> PositionedValues:
    found = slot_values(question.collection, slots)
    positions = question.state.positions(found.image_ids)
    known = positions >= 0
    return PositionedValues(positions[known].astype(np.int32), found.value_ids[known])


def _text_test(texts: Sequence[TextQuestion]) -> TextTest:
    """All alternatives at once: what takes time is to collect the texts that a property has."""
    if len(texts) == 1:
        return TextTest(passes=texts[0].passes, part=texts[0].part)
    return TextTest(passes=lambda text: any(each.passes(text) for each in texts))


def _number_test(value: Value) -> NumberTest:
    match value:
        case Compare("=" | "<>" as operator, number):
            return NumberTest(low=number, high=number, outside=operator == "<>")
        case Compare("<" | "<=" as operator, number):
            return NumberTest(high=number, open_high=operator == "<")
        case Compare(operator, number):
            return NumberTest(low=number, open_low=operator == ">")
        case Range(low, high):
            return NumberTest(low=low, high=high)
        case _:
            raise unfit("node", value)
