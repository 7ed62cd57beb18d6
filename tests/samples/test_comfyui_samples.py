"""Graphs of the real ComfyUI: what a person reads in them is what the record says.

The table holds addresses, not contents: in which input of which node a field's value stands. The graphs are
taken out of the files by plain means of this test's own.
"""

import html
import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from diffusion_toolkit.formats import read_container
from diffusion_toolkit.generators import record_of
from diffusion_toolkit.record import Recipe

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "comfyui"
EXIF_IFD, USER_COMMENT = 0x8769, 0x9286

Address = tuple[str, str | int]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Where the fields of one file's recipe stand; all others must be empty.

    sampler: the node with the usual settings; other: fields that stand elsewhere than there; absent: settings of the
    sampler that the recipe has not; size: a node with width and height; loras: nodes; controlnets: pairs of the node
    that applies one and the node that loads it; later: ("hires" or "refiner", its sampler, the loader of its model or
    None); literal: small values that a node's class says.
    """

    sampler: str = "3"
    positive: tuple[Address, ...] = (("6", "text"),)
    negative: tuple[Address, ...] = (("7", "text"),)
    model: Address = ("4", "ckpt_name")
    vae: Address | None = None
    size: str | None = "5"
    clip_skip: str | None = None
    loras: tuple[str, ...] = ()
    controlnets: tuple[tuple[str, str], ...] = ()
    later: tuple[str, str, str | None] | None = None
    other: Mapping[str, Address] = field(default_factory=dict[str, Address])
    absent: tuple[str, ...] = ()
    literal: Mapping[str, Any] = field(default_factory=dict[str, Any])


SETTINGS = {
    "seed": "seed",
    "steps": "steps",
    "cfg_scale": "cfg",
    "sampler": "sampler_name",
    "scheduler": "scheduler",
    "denoising_strength": "denoise",
}
POSITIONS = {"seed": 0, "steps": 2, "cfg_scale": 3, "sampler": 4, "scheduler": 5, "denoising_strength": 6}
"""Of the widgets of KSampler on the page, where the control behind the seed has a place of its own."""

WAN = Answer(model=("37", "unet_name"), vae=("39", "vae_name"), size="40")
ANIMATED = Answer(
    sampler="5", positive=(("3", "text"),), negative=(("4", "text"),), model=("1", "ckpt_name"), vae=("2", "vae_name"),
    size="7", clip_skip="19",
)  # fmt: skip
TRAVELLED = Answer(
    sampler="5", positive=(("28", "string"), ("26", "prompts"), ("29", "string")), negative=(("4", "text"),),
    model=("1", "ckpt_name"), vae=("2", "vae_name"), size="7", clip_skip="19",
)  # fmt: skip
NIGHT_TO_MORNING = Answer(
    positive=(("14", "text"), ("13", "text"), ("17", "text"), ("33", "text"), ("6", "text")),
    model=("45", "ckpt_name"), vae=("20", "vae_name"), clip_skip="44", later=("hires", "24", "46"),
)  # fmt: skip
NAMED = Answer(
    sampler="Sampler", positive=(("PositiveCLIP_Base", "text"),), negative=(("NegativeCLIP_Base", "text"),),
    model=("CheckpointLoader_Base", "ckpt_name"), size="EmptyLatentImage", clip_skip="CLIP_Skip_Base",
)  # fmt: skip

ANSWERS = {
    "8bc724": ANIMATED,
    "ca96b3": ANIMATED,
    "e25d57": TRAVELLED,
    "fa6477": TRAVELLED,
    "39af24": Answer(
        sampler="5", positive=(("2", "text"),), negative=(("3", "text"),), model=("1", "ckpt_name"), size="4"
    ),
    "f2a3d9": Answer(),
    "10f74f": Answer(vae=("15", "vae_name")),
    "148db9": Answer(),
    "1d79c1": Answer(positive=(), negative=(), model=("15", "ckpt_name"), size="26"),
    "241f2a": Answer(
        positive=(("23", "text"),), negative=(), model=("31", "unet_name"), vae=("32", "vae_name"), size=None,
        loras=("37",),
    ),
    "26433a": Answer(model=("37", "unet_name"), vae=("39", "vae_name"), size="50"),
    "52bf38": Answer(),
    "54f7de": Answer(loras=("11", "10")),
    "58181e": WAN,
    "5dc993": Answer(positive=(("24", "text"),), model=("33", "ckpt_name"), controlnets=(("23", "31"),)),
    "6e982d": Answer(
        positive=(("24", "text"),), model=("31", "ckpt_name"), vae=("15", "vae_name"),
        controlnets=(("23", "26"), ("22", "27")),
    ),
    "770f58": Answer(model=("14", "ckpt_name"), size=None),
    "8116ef": Answer(model=("29", "ckpt_name"), size=None),
    "89414b__lora": Answer(loras=("10",)),
    "89414b__stable": Answer(model=("41", "ckpt_name"), size=None, later=("refiner", "33", "42")),
    "90ebb5": Answer(negative=(), model=("40", "ckpt_name"), size="21"),
    "a3ad65": Answer(positive=(("24", "text"), ("21", "text"), ("27", "text"))),
    "bb27c5": Answer(positive=(("24", "text"),), model=("34", "ckpt_name"), controlnets=(("23", "33"),)),
    "bc393a": Answer(),
    "d907bf": Answer(
        model=("20", "ckpt_name"),
        other={
            "seed": ("13", "noise_seed"), "cfg_scale": ("13", "cfg"), "steps": ("22", "steps"),
            "sampler": ("14", "sampler_name"),
        },
        absent=("denoising_strength", "scheduler"),
        literal={"scheduler": "sd_turbo"},
    ),
    "e29435": NIGHT_TO_MORNING,
    "f71c10": NIGHT_TO_MORNING,
    "f21a37": WAN,
    "f46c63": Answer(),
    "f4d7c8": Answer(model=("14", "ckpt_name"), vae=("13", "vae_name"), controlnets=(("10", "12"),)),
    "0b91be": Answer(
        sampler="58", positive=(("71", "text"),), vae=("20", "vae_name"), size="62", later=("hires", "24", None),
        other={"seed": ("60", "noise_seed")}, absent=("denoising_strength",),
    ),
    "25e4f4": Answer(size=None),
    "9b5770": Answer(model=("32", "ckpt_name"), vae=("46", "vae_name"), later=("hires", "41", "45")),
    "030858": NAMED,
    "a22b39": NAMED,
    "c3662f": NAMED,
    "a9809a": Answer(
        sampler="362", positive=(("356", "text"),), negative=(("357", "text"),), model=("353", "ckpt_name"), size="355",
        other={"seed": ("351", "seed")},
    ),
}  # fmt: skip

TEXT_ONLY = "9a59c5"
"""A saver node's text without a graph; the tests of that grammar cover it."""

FILES = sorted(path for path in SAMPLES.glob("*") if TEXT_ONLY not in path.name) if SAMPLES.is_dir() else []

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")


def chunks(data: bytes) -> dict[str, str]:
    """The tEXt chunks of a PNG, which hold Latin-1, or what ComfyUI put there as JSON with escapes."""
    found: dict[str, str] = {}
    position = 8
    while position + 8 <= len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        kind, body = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        if kind == b"tEXt":
            key, _, value = body.partition(b"\0")
            found[key.decode("latin-1")] = value.decode("latin-1")
        position += 12 + length
    return found


def of_film(data: bytes) -> Any:
    """The JSON of the comment at a film's end."""
    start = data.rindex(b"\xa9cmt") + 4
    (length,) = struct.unpack(">I", data[start : start + 4])
    document = json.loads(data[start + 16 : start + length])
    return json.loads(document["prompt"])


def of_exif(path: Path) -> Any:
    """The executed graph among the EXIF texts of a JPEG or WebP."""
    exif = Image.open(path).getexif()
    texts = [*exif.values(), *exif.get_ifd(EXIF_IFD).values()]
    for value in texts:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        if '"class_type"' in text:
            document = json.loads(text[text.index("{") :].rstrip("\0"))
            return document.get("prompt", document)
    raise AssertionError(path.name)


def raw_graph(path: Path) -> tuple[Any, bool]:
    """The graph in a file, and whether it is the executed one."""
    data = path.read_bytes()
    if data.startswith(b"\x89PNG"):
        found = chunks(data)
        return (json.loads(found["prompt"]), True) if "prompt" in found else (json.loads(found["workflow"]), False)
    if path.suffix == ".mp4":
        return of_film(data), True
    if path.suffix == ".avif":
        match = re.search(rb"<comfy:prompt>(.*?)</comfy:prompt>", data, re.DOTALL)
        assert match
        return json.loads(html.unescape(match[1].decode())), True
    return of_exif(path), True


def answer_for(path: Path) -> Answer:
    return next(answer for key, answer in ANSWERS.items() if key in path.name)


def recipe_in(path: Path) -> Recipe:
    recipe = record_of(read_container(path)).recipe
    assert recipe is not None
    return recipe


class Raw:
    """The values of a graph by address, also of a page's graph, whose widgets have only places."""

    def __init__(self, graph: Any, executed: bool) -> None:
        self.executed = executed
        self.nodes = graph if executed else {str(node["id"]): node for node in graph["nodes"]}

    def at(self, address: Address, position: int = 0) -> Any:
        node, name = address
        return self.nodes[node]["inputs"][name] if self.executed else self.nodes[node]["widgets_values"][position]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[-60:])
def test_every_field_is_what_stands_at_its_address(path: Path) -> None:
    answer, recipe, raw = answer_for(path), recipe_in(path), Raw(*raw_graph(path))
    assert (recipe.generator, recipe.workflow, recipe.problems) == ("comfyui", True, ())
    for name, key in SETTINGS.items():
        if name in answer.absent:
            assert getattr(recipe, name) == answer.literal.get(name), name
            continue
        address = answer.other.get(name, (answer.sampler, key))
        assert getattr(recipe, name) == raw.at(address, POSITIONS[name]), name
        assert [(origin.node, (origin.key or "").rpartition(".")[2]) for origin in recipe.origins[name]] == [address]
    assert recipe.model == raw.at(answer.model)
    assert recipe.vae == (raw.at(answer.vae) if answer.vae else None)
    assert recipe.clip_skip == (-raw.at((answer.clip_skip, "stop_at_clip_layer")) if answer.clip_skip else None)
    size = answer.size and (raw.at((answer.size, "width"), 0), raw.at((answer.size, "height"), 1))
    assert recipe.size == size


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[-60:])
def test_the_prompts_are_the_texts_at_their_addresses(path: Path) -> None:
    answer, recipe, raw = answer_for(path), recipe_in(path), Raw(*raw_graph(path))
    for field_name, addresses in (("prompt", answer.positive), ("negative_prompt", answer.negative)):
        texts = [raw.at(address).strip() for address in addresses]
        assert getattr(recipe, field_name) == ("\n".join(texts) or None)
        places = [origin.node for origin in recipe.origins.get(field_name, ())]
        assert places == [node for node, _ in addresses]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[-60:])
def test_loras_control_nets_and_later_passes(path: Path) -> None:
    answer, recipe, raw = answer_for(path), recipe_in(path), Raw(*raw_graph(path))
    loras = [(raw.at((node, "lora_name")), raw.at((node, "strength_model"))) for node in answer.loras]
    assert [(lora.name, lora.weight) for lora in recipe.loras] == loras
    units = [
        {"model": raw.at((loader, "control_net_name")), "weight": raw.at((node, "strength"))}
        for node, loader in answer.controlnets
    ]
    assert list(recipe.controlnets) == units
    found = {"hires": recipe.hires, "refiner": recipe.refiner}
    if answer.later is not None:
        kind, sampler, loader = answer.later
        values = found.pop(kind)
        assert {key: values[key] for key in SETTINGS if key in values} == {
            key: raw.at((sampler, name)) for key, name in SETTINGS.items()
        }
        assert values.get("model") == (raw.at((loader, "ckpt_name")) if loader else None)
    assert not any(found.values())


def test_every_sample_has_an_answer() -> None:
    assert len(FILES) == len({path.name for path in FILES if any(key in path.name for key in ANSWERS)})


@pytest.mark.parametrize("name", ["tensorart", "stabilitymatrix"])
def test_graphs_beside_another_program_s_own_words_are_kept(name: str) -> None:
    for path in (SAMPLES.parent / name).iterdir():
        recipe = recipe_in(path)
        assert (recipe.generator, recipe.workflow, recipe.graph is not None) == (name, True, True)
