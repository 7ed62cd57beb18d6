"""What is offered while one types, with the library's own names and counts."""

import time
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from diffusion_toolkit.library.complete import Completer, Completions
from diffusion_toolkit.library.tag_vocabulary import add_alias
from diffusion_toolkit.query import parse
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import image_tags, model, resource, sampler, tag, workflow_graph
from library.query_shelf import NOW, Shelf, shelf_of


class Typing:
    """Types and looks at what is offered."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.completer = Completer(shelf.search)

    def at(self, text: str, limit: int = 20) -> Completions:
        """`|` in the text is the cursor; without one it stands at the end."""
        cursor = text.index("¦") if "¦" in text else len(text)
        return self.completer.complete(text.replace("¦", ""), cursor, now=NOW, limit=limit)

    def texts(self, text: str, limit: int = 20) -> Sequence[str]:
        return [item.text for item in self.at(text, limit).items]

    def taken(self, text: str, which: int = 0) -> str:
        """The query after one offer was taken."""
        found, plain = self.at(text), text.replace("¦", "")
        return plain[: found.start] + found.items[which].text + plain[found.end :]


def test_an_alias_that_is_typed_offers_its_tag(typing: Typing, collection: Collection) -> None:
    add_alias(collection, "vixen", "fox")
    add_alias(collection, "vivid", "gone")
    offered = typing.at("tag:vi").items
    assert [(item.text, item.title, item.count) for item in offered] == [("fox", "for vixen", 1)]
    assert typing.texts("tag:vixen") == ["fox"]
    assert typing.taken("tag:vix¦ castle") == "tag:fox castle"


@pytest.fixture
def typing(collection: Collection) -> Typing:
    shelf = shelf_of(collection)
    models = [shelf.value(model, name=name) for name in ("juggernautXL_v9.safetensors", "sd xl base", "sd xl refiner")]
    samplers = [shelf.value(sampler, name=name) for name in ("Euler a", "DDIM")]
    graph = shelf.value(
        workflow_graph,
        node_classes=["KSampler", "Power Lora Loader (rgthree)"],
        slot_nodes=[0, 0, 1],
        slot_names=["cfg", "sampler_name", "lora_1.lora"],
    )
    lora = shelf.value(resource, kind="lora", name="add detail")
    prompts = [shelf.prompt("a castle, castles, (castle:1.2)"), shelf.prompt("a cat in a castle, café")]
    first = shelf.add(
        "1.png", model_id=models[0], sampler_id=samplers[0], prompt_id=prompts[0], steps=20, graph_id=graph,
        resource_ids=[lora], resource_weights=[0.8], width=512, height=768,
    )  # fmt: skip
    shelf.add("2.png", model_id=models[1], sampler_id=samplers[0], prompt_id=prompts[1], steps=30)
    shelf.add("3.png", model_id=models[1], sampler_id=samplers[1], steps=20)
    tags = [shelf.value(tag, name=name) for name in ("red fox", "fox", "castle")]
    with collection.begin() as connection:
        connection.execute(sa.insert(image_tags).values(image_id=first, source="user", tag_ids=tags[:2]))
    shelf.search.catalog.refresh()
    return Typing(shelf)


def test_nothing_typed_offers_fields(typing: Typing) -> None:
    assert typing.texts("", 5) == [item for item in typing.texts("", 5) if item.endswith(":")]
    assert len(typing.texts("", 100)) > 40


def test_fields_words_and_operators(typing: Typing) -> None:
    items = typing.at("ca").items
    assert ("field", "caption:") in [(item.kind, item.text) for item in items]
    words = {item.text: item.count for item in items if item.kind == "word"}
    assert words == {"castle": 3, "castles": 1, "cat": 1, "café": 1}
    assert typing.texts("castle, -rat")[0] == "rating:"
    assert typing.texts("castle O")[0] == "OR "
    assert "AND " not in typing.texts("A")
    assert typing.texts("N")[0] == "NOT "
    assert typing.texts("checkp") == ["model:"]
    assert typing.taken("castle ra¦t, fox") == "castle rating:, fox"


def test_values_come_with_counts_the_commonest_first(typing: Typing) -> None:
    found = typing.at("model:")
    assert [(item.label, item.count) for item in found.items[:2]] == [("sd xl base", 2), ("juggernautXL_v9", 1)]
    assert typing.texts("model:")[-2:] == ["none", "any"]
    assert [(item.text, item.count) for item in typing.at("sampler:e").items] == [('"Euler a"', 2)]
    assert [(item.text, item.count) for item in typing.at("tag:").items[:2]] == [('"red fox"', 1), ("fox", 1)]
    assert {item.text for item in typing.at("tag:fo").items} == {"fox", '"red fox"'}
    assert typing.texts("tag:fo")[0] == "fox"
    assert typing.texts("lora:") == ['"add detail"', "none", "any"]
    assert typing.texts("folder:")[0] == "/pics/a"
    assert typing.texts("steps:2")[0] == "20"
    assert typing.texts("ext:")[0] == "png"


def test_values_go_on_where_they_were_begun(typing: Typing) -> None:
    assert typing.taken("model: sd x¦") == 'model: "sd xl base"'
    assert typing.taken('model:"sd x¦') == 'model:"sd xl base"'
    assert typing.taken('model:"sd x¦yz" castle') == 'model:"sd xl base" castle'
    assert typing.taken("model:jug¦ger castle") == "model:juggernautXL_v9 castle"
    assert typing.taken("sampler: euler a | dd¦") == "sampler: euler a | DDIM"
    assert typing.taken("tag:castle,fo¦") == "tag:castle,fox"
    assert typing.taken("negative:cas¦") == "negative:castle"
    assert typing.texts("model:sd cas") == typing.texts("cas")
    assert typing.texts("steps:20, cast") == typing.texts("cast")


def test_grammar_of_values(typing: Typing) -> None:
    assert typing.texts("type:v") == ["video"]
    assert typing.texts("favorite:") == ["true", "false"]
    assert typing.texts("date:last w") == ["last week"]
    assert typing.texts("size:p") == ["portrait"]
    assert typing.texts("size:5") == ["512x768"]
    assert typing.texts("path:con") == ['contains "']
    assert typing.texts("same:se") == ["seed "]
    assert typing.texts("graph:l") == ["like "]
    assert typing.texts("rating>") == []
    assert typing.texts("rating:")[:2] == [">=", "<="]


def test_workflow_nodes(typing: Typing) -> None:
    assert typing.texts("node:ks") == ["KSampler"]
    assert typing.texts("node:pow") == ['"Power Lora Loader (rgthree)"']
    assert typing.texts("node.") == ["*.", "KSampler.", '"Power Lora Loader (rgthree)".']
    assert typing.texts("node.KSampler.") == ["cfg:", "sampler_name:"]
    assert typing.taken('castle, node."Power L¦') == 'castle, node."Power Lora Loader (rgthree)".'
    assert typing.texts('node."Power Lora Loader (rgthree)".l') == ["lora_1.lora:"]
    assert typing.texts("node.*.c") == ["cfg:"]


OFFERING = ("", "ca", "castle A", "model:", "tag:", "sampler: e", "date:", "size:", "type:", "node:", "same:", "lora:")


def test_every_offer_can_be_read(typing: Typing) -> None:
    for text in OFFERING:
        found = typing.at(text, 100)
        assert found.items
        for item in found.items:
            if item.kind in ("value", "word") and not item.text.endswith((" ", '"', "<", ">", "=", ".")):
                parse(text[: found.start] + item.text + text[found.end :])


def test_new_values_are_offered_soon(typing: Typing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diffusion_toolkit.library.complete._STALE_AFTER_S", 0)
    assert "newcomer" not in typing.texts("model:")
    typing.shelf.add("4.png", model_id=typing.shelf.value(model, name="newcomer"))
    deadline = time.monotonic() + 5
    while "newcomer" not in typing.texts("model:") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "newcomer" in typing.texts("model:")


HOSTILE = ('"', '""', 'a "', ":", "::", "(((", "|", "-", "model:|", "node.", 'node."', "\x00", "a:b:c")


def test_no_text_breaks_it(typing: Typing) -> None:
    for text in HOSTILE:
        for cursor in range(-1, len(text) + 2):
            found = typing.completer.complete(text, cursor, now=NOW)
            assert 0 <= found.start <= found.end <= len(text)
