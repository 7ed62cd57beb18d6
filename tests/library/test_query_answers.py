"""Fields that ask the store or name another picture, what is hidden, and where else text is looked for."""

import pytest
import sqlalchemy as sa

from diffusion_toolkit.library.search_options import Hide, ParseOptions, Scope, SearchOptions
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import (
    folder,
    generator,
    image_workflow,
    model,
    model_file,
    model_name,
    model_root,
    root,
    sampler,
    workflow_graph,
    workflow_value,
)
from library.query_shelf import NOW, Shelf, shelf_of

SHA = "31e35c80fc4829d14f90153f4c74cd59c90b779f6afe05a74cd6120b893f7e5b"


@pytest.fixture
def shelf(collection: Collection) -> Shelf:
    return shelf_of(collection)


# --- hashes ----------------------------------------------------------------------------------------


@pytest.fixture
def hashed(shelf: Shelf) -> dict[str, int]:
    """Pictures whose recipe names the same file by each form of its hash, and some others."""
    forms = {"sha256": SHA, "autov2": SHA[:10].upper(), "short": "aabbccdd", "autov3": "0x123456789abc"}
    found = {name: shelf.add(f"{name}.png", model_id=shelf.value(model, name="", hash=h)) for name, h in forms.items()}
    found["other"] = shelf.add("other.png", model_id=shelf.value(model, name="other", hash="ffff0000"))
    found["none"] = shelf.add("none.png")
    place = shelf.value(model_root, path="/models")
    shelf.value(
        model_file,
        root_id=place,
        path="sdxl/base.safetensors",
        kind="checkpoint",
        size_bytes=1,
        mtime_ns=1,
        name="base",
        sha256=bytes.fromhex(SHA),
        short_hash="aabbccdd",
        autov3="123456789abc",
    )
    return found


FORMS = (SHA, SHA[:10], SHA[:8], "31e3", "AABBCCDD", "0x123456789abc", f"{SHA[:12]}|12345678")


def test_any_form_of_a_hash_finds_all_forms(shelf: Shelf, hashed: dict[str, int]) -> None:
    expected = sorted(hashed[name] for name in ("sha256", "autov2", "short", "autov3"))
    for asked in FORMS:
        assert shelf.ids(f"model_hash:{asked}") == expected, asked
        assert shelf.ids(f"-model_hash:{asked}") == sorted((hashed["other"], hashed["none"])), asked


def test_a_hash_needs_no_file(shelf: Shelf, hashed: dict[str, int]) -> None:
    assert shelf.ids("model_hash:ffff0000") == [hashed["other"]]
    assert shelf.ids("model_hash:ffff0000|aabbccdd") == sorted(set(hashed.values()) - {hashed["none"]})
    assert shelf.ids("model_hash:deadbeef") == []
    assert shelf.ids("model_hash:none") == [hashed["none"]]


def test_model_finds_what_only_has_a_hash(shelf: Shelf, hashed: dict[str, int]) -> None:
    shelf.value(model_name, hash=SHA, source="a1111", name="checkpoints/juggernautXL_v9.safetensors")
    shelf.value(model_name, hash="ffff0000", source="civitai", name="")
    expected = sorted((hashed["sha256"], hashed["autov2"]))
    for query in ("model:juggernaut*", "model:juggernautXL_v9", 'model:"juggernautxl v9.safetensors"', "model:jugger"):
        assert shelf.ids(query) == expected, query
    assert shelf.ids("model:other") == [hashed["other"]]
    both = sorted((*expected, hashed["other"]))
    assert shelf.ids('model_or_hash:"juggernautXL_v9"|ffff0000') == both
    assert shelf.ids("model_or_hash:other|31e35c80") == sorted(set(hashed.values()) - {hashed["none"]})


# --- raw metadata ----------------------------------------------------------------------------------


def test_raw_finds_characters_of_keys_and_values(shelf: Shelf) -> None:
    record = {"prompt": 'say "cheese"\nnow', "extra": {"ADetailer model": "face_yolov8n.pt", "Hires upscale": "2"}}
    first = shelf.add("1.png", record=record)
    second = shelf.add("2.png", record={"prompt": "100% Größe C:\\pics 猫", "extra": {}})
    third = shelf.add("3.png")
    for query in (
        'raw:"ADetailer"',
        "raw:adetailer",
        'raw:"face_yolov8n"',
        'raw:"Hires upscale: 2"',
        'raw:"say ""cheese"""',
        'raw:"cheese"',
        "raw:yolo*n.pt",
        "raw:yolov?n",
    ):
        assert shelf.ids(query) == [first], query
    for query in ('raw:"100%"', 'raw:"größe"', r'raw:"c:\pics"', 'raw:"猫"', 'raw:"100% G"'):
        assert shelf.ids(query) == [second], query
    for query in ('raw:"facexyolov8n"', 'raw:"1000"', 'raw:"100*G"', 'raw:"\'; drop table image"'):
        assert shelf.ids(query) == [], query
    assert shelf.ids("raw:any") == [first, second]
    fourth = shelf.add(
        "4.png", prompt_id=shelf.prompt("a lighthouse"), negative_prompt_id=shelf.prompt("bad, hands"),
        model_id=shelf.value(model, name="juggernaut"),
    )  # fmt: skip
    for query in ('raw:"LightHouse"', 'raw:"bad, h"', "raw:jugger", "raw:light*se", "raw:j?gger"):
        assert shelf.ids(query) == [fourth], query
    assert shelf.ids("raw:none") == [third, fourth]


# --- other pictures --------------------------------------------------------------------------------


def test_same_asks_for_what_a_picture_has(shelf: Shelf) -> None:
    fox, castle = shelf.prompt("a fox"), shelf.prompt("a castle")
    models = [shelf.value(model, name=name) for name in ("sd_xl.safetensors", "models/SD XL.ckpt", "other")]
    samplers = [shelf.value(sampler, name=name) for name in ("Euler a", "euler_ancestral", "DDIM")]
    program = shelf.value(generator, name="comfyui")
    first = shelf.add(
        "1.png", prompt_id=fox, negative_prompt_id=castle, model_id=models[0], sampler_id=samplers[0], seed=7, steps=20,
        cfg_scale=7.5, width=512, height=768, generator_id=program,
    )  # fmt: skip
    second = shelf.add(
        "2.png", prompt_id=fox, negative_prompt_id=castle, model_id=models[1], sampler_id=samplers[1], seed=7, steps=30,
        cfg_scale=7.5, width=512, height=512, generator_id=program,
    )  # fmt: skip
    third = shelf.add("3.jpg", prompt_id=castle, model_id=models[2], sampler_id=samplers[2], seed=2**64 - 1, steps=20)
    empty = shelf.add("4.jpg")
    shelf.curate(first, rating=8)
    shelf.curate(third, rating=8)
    both = [first, second]
    for what in ("prompt", "negative", "model", "sampler", "seed", "cfg", "generator", "ext"):
        assert shelf.ids(f"same:{what} {first}") == both, what
    assert shelf.ids(f"same:steps {first}") == [first, third]
    assert shelf.ids(f"same:rating {first}") == [first, third]
    assert shelf.ids(f"same:size {first}") == [first]
    assert shelf.ids(f"same:seed {third}") == [third]
    assert shelf.ids(f"same:folder {first}") == shelf.ids(f"same:date {first}") == [*both, third, empty]
    assert shelf.ids(f"same:seed {first} | seed {third}") == [*both, third]
    for what in ("prompt", "negative", "model", "seed", "steps", "cfg", "size", "rating", "graph", "scheduler"):
        assert shelf.ids(f"same:{what} {empty}") == [], what
    assert shelf.ids("same:seed 9999") == shelf.ids("same:seed 9999999999") == []


def test_stack_is_the_family_of_a_picture(shelf: Shelf) -> None:
    fox, bad = shelf.prompt("a fox"), shelf.prompt("bad")
    name = shelf.value(model, name="sdxl")
    family = [
        shelf.add(f"{seed}.png", prompt_id=fox, negative_prompt_id=bad, model_id=name, seed=seed) for seed in (1, 2, 3)
    ]
    stranger = shelf.add("x.png", prompt_id=fox, negative_prompt_id=bad, seed=1)
    bare = [shelf.add("y.png"), shelf.add("z.png")]
    assert shelf.ids(f"stack:{family[1]}") == family
    assert shelf.ids(f"stack:{stranger}") == [stranger]
    assert shelf.ids(f"stack:{bare[0]}") == [bare[0]]
    assert shelf.ids(f"stack:{family[0]},{bare[1]}") == [*family, bare[1]]
    assert shelf.ids("stack:9999") == []


def test_prompts_by_number_and_ratios(shelf: Shelf) -> None:
    fox, castle = shelf.prompt("a fox"), shelf.prompt("a fox, red")
    first = shelf.add("1.png", prompt_id=fox, negative_prompt_id=castle, width=1600, height=900)
    second = shelf.add("2.png", prompt_id=castle, width=512, height=512)
    third = shelf.add("3.png")
    assert shelf.ids(f"prompt_id:{fox}") == [first]
    assert shelf.ids(f"prompt_id:{fox},{castle}") == [first, second]
    assert shelf.ids(f"negative_id:{castle}") == [first]
    assert shelf.ids("prompt_id:999") == []
    assert shelf.ids("ratio>1.5") == [first]
    assert shelf.ids("ratio:0.9..1.1") == shelf.ids("ratio:1") == [second]
    assert shelf.ids("ratio:none") == [third]


# --- options ---------------------------------------------------------------------------------------


def test_hidden_pictures_are_counted_and_the_query_overrides(shelf: Shelf) -> None:
    with shelf.collection.begin() as connection:
        number = connection.scalar(
            sa.insert(root).values(path="/away", identity=b"x", state="unavailable").returning(root.c.id)
        )
        away = connection.scalar(sa.insert(folder).values(root_id=number, path="", identity=b"").returning(folder.c.id))
    plain, nsfw, deleted, both = (shelf.add(f"{name}.png") for name in "abcd")
    gone = shelf.add("e.png", folder_id=away)
    shelf.curate(nsfw, nsfw=True)
    shelf.curate(deleted, for_deletion=True)
    shelf.curate(both, nsfw=True, for_deletion=True)
    everything = [plain, nsfw, deleted, both, gone]
    hide = SearchOptions(hide=Hide(nsfw=True, deleted=True, unavailable=True))
    assert shelf.ids("") == everything
    assert shelf.ids("", hide) == [plain]
    assert shelf.ids("nsfw:true", hide) == [nsfw]
    assert shelf.ids("nsfw:true deleted:true", hide) == [both]
    assert shelf.ids("nsfw: OR deleted:true", SearchOptions(hide=Hide(nsfw=True, deleted=True))) == [
        nsfw,
        deleted,
        both,
    ]
    assert shelf.ids("unavailable:true", hide) == [gone]
    assert shelf.ids("", SearchOptions(hide=Hide(nsfw=True))) == [plain, deleted, gone]
    found = shelf.search.run("", now=NOW, options=hide)
    assert found.hidden == {"nsfw": 2, "deleted": 2, "unavailable": 1}
    assert shelf.search.selection(found.handle).hidden == found.hidden
    assert shelf.search.run("nsfw:false", now=NOW, options=hide).hidden == {"deleted": 1, "unavailable": 1}
    assert shelf.search.run("", now=NOW).hidden == {}


def test_text_is_also_found_in_nodes_and_raw_metadata(shelf: Shelf) -> None:
    graph = shelf.value(workflow_graph, node_classes=["CLIPTextEncode"], slot_nodes=[0], slot_names=["text_g"])
    text = shelf.value(workflow_value, text="a red fox, at night")
    first = shelf.add("1.png", prompt_id=shelf.prompt("a castle"), graph_id=graph)
    with shelf.collection.begin() as connection:
        connection.execute(sa.insert(image_workflow).values(image_id=first, graph_id=graph, value_ids=[text]))
    second = shelf.add("2.png", prompt_id=shelf.prompt("a fox"), record={"extra": {"note": "lighthouse"}})
    nodes = SearchOptions(scope=Scope(node_properties=("text", "text_g")))
    assert shelf.ids("fox") == [second]
    assert shelf.ids("fox", nodes) == [first, second]
    assert shelf.ids("red fox, night, -lighthouse", nodes) == [first]
    assert shelf.ids('"fox, at"', nodes) == [first]
    assert shelf.ids("-fox", nodes) == []
    assert shelf.ids("fox", SearchOptions(scope=Scope(node_properties=("prompt",)))) == [second]
    assert shelf.ids("fox steps:none", SearchOptions(scope=Scope(node_properties=("*",)))) == [first, second]
    assert shelf.ids("lighthouse") == []
    assert shelf.ids("lighthouse", SearchOptions(scope=Scope(raw=True))) == [second]


def test_classic_queries_are_read_by_their_habits(shelf: Shelf) -> None:
    classic = SearchOptions(parse=ParseOptions(preset="classic"))
    first = shelf.add("1.png", prompt_id=shelf.prompt("castle"), negative_prompt_id=shelf.prompt("blurry, lowres"))
    second = shelf.add("2.png", prompt_id=shelf.prompt("castle, lowres"), negative_prompt_id=shelf.prompt("blurry"))
    assert shelf.ids("castle negative prompt: blurry, lowres", classic) == [first]
    assert shelf.ids("castle negative prompt: blurry, lowres") == [second]


def test_empty_results_say_what_was_perhaps_meant(shelf: Shelf) -> None:
    shelf.add("1.png", model_id=shelf.value(model, name="juggernaut"), sampler_id=shelf.value(sampler, name="Euler a"))
    (hint,) = shelf.search.hints(shelf.search.run("model:jugernaut castle", now=NOW).handle)
    assert hint.message == 'No model "jugernaut"; did you mean "juggernaut"?'
    assert hint.query == "model:juggernaut, castle"
    assert shelf.search.hints(shelf.search.run("model:juggernaut", now=NOW).handle) == []
    assert shelf.search.hints(shelf.search.run("model:zzzzzz", now=NOW).handle) == []
