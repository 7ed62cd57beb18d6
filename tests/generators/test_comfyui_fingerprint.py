"""A graph's fingerprint depends on its shape alone, and values stand in the same order for all graphs of one shape."""

import itertools
import random
import subprocess
import sys
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from diffusion_toolkit.generators.comfyui.fingerprint import workflow_graph
from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node

Plain = dict[str, tuple[str, dict[str, Any]]]
"""Node id to class and inputs; a tuple is a wire (id, slot)."""

CLASSES = st.sampled_from(["Sampler", "Text", "Loader"])
VALUES = st.one_of(
    st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), st.text(max_size=5), st.booleans(), st.none()
)


@st.composite
def graphs(draw: st.DrawFn, most: int = 6) -> Plain:
    """Acyclic graphs with many nodes alike."""
    found: Plain = {}
    for number in range(draw(st.integers(1, most))):
        names = draw(st.lists(st.sampled_from(["a", "b", "seed", "text"]), unique=True, max_size=3))
        inputs: dict[str, Any] = {}
        for name in names:
            if number and draw(st.booleans()):
                inputs[name] = (str(draw(st.integers(0, number - 1))), draw(st.integers(0, 1)))
            else:
                inputs[name] = draw(VALUES)
        found[str(number)] = (draw(CLASSES), inputs)
    return found


def graph(plain: Plain) -> Graph:
    def made(value: Any) -> Any:
        return Link(*cast("tuple[str, int]", value)) if isinstance(value, tuple) else value

    return Graph(
        {
            key: Node(id=key, kind=kind, inputs={name: made(value) for name, value in inputs.items()})
            for key, (kind, inputs) in plain.items()
        }
    )


def renumbered(plain: Plain, new_id: dict[str, str]) -> Plain:
    def moved(value: Any) -> Any:
        return (new_id[value[0]], value[1]) if isinstance(value, tuple) else value

    return {
        new_id[key]: (kind, {name: moved(value) for name, value in inputs.items()})
        for key, (kind, inputs) in plain.items()
    }


def shuffled(plain: Plain, chance: random.Random) -> Plain:
    keys = list(plain)
    chance.shuffle(keys)
    mixed: Plain = {}
    for key in keys:
        kind, inputs = plain[key]
        names = list(inputs)
        chance.shuffle(names)
        mixed[key] = (kind, {name: inputs[name] for name in names})
    return mixed


def shape(plain: Plain) -> Plain:
    def wire(value: Any) -> Any:
        return cast("tuple[str, int]", value) if isinstance(value, tuple) else "value"

    return {key: (kind, {name: wire(value) for name, value in inputs.items()}) for key, (kind, inputs) in plain.items()}


def same_shape(one: Plain, other: Plain) -> bool:
    """By trying every way to number the nodes."""
    if len(one) != len(other):
        return False
    wanted = shape(other)
    return any(
        shape(renumbered(one, dict(zip(one, order, strict=True)))) == wanted for order in itertools.permutations(other)
    )


@settings(max_examples=300, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_order_and_numbers_of_nodes_do_not_count(plain: Plain, chance: random.Random) -> None:
    first = workflow_graph(graph(plain))
    new_id = {key: str(number) for number, key in zip(chance.sample(range(100), len(plain)), plain, strict=True)}
    again = workflow_graph(graph(shuffled(renumbered(plain, new_id), chance)))
    assert (again.fingerprint, again.node_classes, again.slots) == (
        first.fingerprint,
        first.node_classes,
        first.slots,
    )
    assert sorted(map(repr, again.values)) == sorted(map(repr, first.values))
    same_ids = workflow_graph(graph(shuffled(plain, chance)))
    assert same_ids == first  # also where nodes cannot be told apart by their wires


@settings(max_examples=300, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_every_value_stands_in_the_slot_of_its_node_and_property(plain: Plain, chance: random.Random) -> None:
    marked: Plain = {}
    for key, (kind, inputs) in plain.items():
        marked[key] = (
            kind,
            {name: v if isinstance(v, tuple) else f"{key} {kind} {name}" for name, v in inputs.items()},
        )
    found = workflow_graph(graph(shuffled(marked, chance)))
    of_node: dict[int, str] = {}
    for (node, name), value in zip(found.slots, found.values, strict=True):
        key, kind, said = str(value).split(" ")
        assert (said, kind) == (name, found.node_classes[node])
        assert of_node.setdefault(node, key) == key
    assert workflow_graph(graph(plain)).slots == found.slots


@settings(max_examples=500, deadline=None)
@given(graphs(5), st.data())
def test_equal_fingerprints_mean_equal_shapes(plain: Plain, data: st.DataObject) -> None:
    other = dict(plain)
    key = data.draw(st.sampled_from(list(plain)))
    kind, inputs = plain[key]
    change = data.draw(st.sampled_from(["class", "property", "wire", "none"]))
    if change == "class":
        other[key] = ("Other", inputs)
    elif change == "property":
        other[key] = (kind, {**inputs, "extra": 1})
    elif change == "wire" and int(key):
        source = str(data.draw(st.integers(0, int(key) - 1)))
        other[key] = (kind, {**inputs, data.draw(st.sampled_from(["a", "b"])): (source, 0)})
    equal = workflow_graph(graph(plain)).fingerprint == workflow_graph(graph(other)).fingerprint
    assert equal == same_shape(plain, other)


def test_crossed_wires_are_another_shape() -> None:
    texts: Plain = {"1": ("Text", {"text": "x"}), "2": ("Text", {"text": "y"})}
    crossed = {**texts, "3": ("S", {"p": ("1", 0), "n": ("2", 0)}), "4": ("S", {"p": ("2", 0), "n": ("1", 0)})}
    straight = {**texts, "3": ("S", {"p": ("1", 0), "n": ("1", 0)}), "4": ("S", {"p": ("2", 0), "n": ("2", 0)})}
    assert workflow_graph(graph(crossed)).fingerprint != workflow_graph(graph(straight)).fingerprint


def test_objects_are_flattened_once_and_lists_become_json() -> None:
    inputs = {"lora_1": {"on": True, "lora": "detail.safetensors", "more": {"x": [1]}}, "list": [1, "é"], "none": {}}
    found = workflow_graph(graph({"7": ("Power Lora Loader (rgthree)", inputs)}))
    assert dict(zip(found.slots, found.values, strict=True)) == {
        (0, "list"): '[1,"é"]',
        (0, "lora_1.lora"): "detail.safetensors",
        (0, "lora_1.more"): '{"x":[1]}',
        (0, "lora_1.on"): True,
        (0, "none"): "{}",
    }


@given(st.permutations(["9", "3", "19", "13", "20", "4"]), st.randoms(use_true_random=False))
def test_branches_alike_are_listed_one_by_one_whatever_their_ids(ids: list[str], chance: random.Random) -> None:
    plain: Plain = {}
    for branch in range(3):
        load, encode = ids[branch * 2 : branch * 2 + 2]
        plain[load] = ("Load", {"name": f"{branch}"})
        plain[encode] = ("Encode", {"source": (load, 0), "text": f"{branch}"})
    values = workflow_graph(graph(shuffled(plain, chance))).values
    encodes, loads = values[:3], values[3:]
    assert [encodes.index(value) for value in loads] == PARTNERS


PARTNERS = [2, 1, 0]
"""Which of the encoders each loader belongs to, by their places: decided by the shape alone."""


def test_circles_and_missing_nodes_are_no_trouble() -> None:
    circle: Plain = {"1": ("A", {"x": ("2", 0)}), "2": ("A", {"x": ("1", 0)}), "3": ("B", {"y": ("99", 0)})}
    turned: Plain = {"3": ("B", {"y": ("98", 0)}), "2": ("A", {"x": ("1", 0)}), "1": ("A", {"x": ("2", 0)})}
    assert workflow_graph(graph(circle)).fingerprint == workflow_graph(graph(turned)).fingerprint
    assert workflow_graph(Graph({})).node_classes == ()


def test_fingerprint_is_the_same_in_every_process_and_version() -> None:
    plain: Plain = {"1": ("Text", {"text": "x"}), "2": ("S", {"p": ("1", 0), "seed": 3})}
    code = (
        "from diffusion_toolkit.generators.comfyui.fingerprint import workflow_graph as w\n"
        "from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node\n"
        "n = {'5': Node(id='5', kind='S', inputs={'seed': 4, 'p': Link('1', 0)}),"
        " '1': Node(id='1', kind='Text', inputs={'text': ''})}\n"
        "print(w(Graph(n)).fingerprint.hex())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert workflow_graph(graph(plain)).fingerprint.hex() == done.stdout.strip() == "8635419b4d57db2642fc4cae94766add"


def test_ten_thousand_nodes_alike_end_soon() -> None:
    ring: Plain = {str(number): ("K", {"a": (str((number + 1) % 10_000), 0)}) for number in range(10_000)}
    assert len(workflow_graph(graph(ring)).node_classes) == 10_000
