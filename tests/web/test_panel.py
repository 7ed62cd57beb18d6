"""What the panel asks for beside the details: raw texts, the workflow, captions and their history."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from diffusion_toolkit.library.portable.importing import Import, ImportOptions
from diffusion_toolkit.library.portable.reading import opened
from diffusion_toolkit.library.portable.writing import export
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.options import ScanOptions
from diffusion_toolkit.store import model_tags
from diffusion_toolkit.store.database import Collection
from pictures import parameters, save_png
from web.test_images import Scan
from web.visitor import C, Visitor, all_images, kind, only_image

SEED = 2**64 - 1
GRAPH: dict[str, Any] = {
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "dream.safetensors"}},
    "6": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "a lighthouse", "clip": ["4", 1]},
        "_meta": {"title": "The prompt"},
    },
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": SEED, "steps": 20, "cfg": 7.5, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0,
            "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0],
        },
    },
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "fox", "options": {"a": [1]}}},
}  # fmt: skip


@pytest.fixture
def graph_image(client: Visitor, pictures: Path, scanned: Scan) -> dict[str, Any]:
    path = pictures / "a.png"
    save_png(path, texts={"Title": "only a name"})
    data = path.read_bytes()
    body = b"tEXtprompt\0" + json.dumps(GRAPH).encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    path.write_bytes(data[:33] + chunk + data[33:])
    scanned()
    return only_image(client)


@pytest.fixture
def ids(client: Visitor, pictures: Path, scanned: Scan) -> list[int]:
    for number, prompt in enumerate(("a castle", "a fox", "a tower")):
        save_png(pictures / f"{number}.png", texts={"parameters": parameters(prompt, seed=number)}, colour=number)
    save_png(pictures / "3.png", texts={}, colour=3)
    (pictures / "3.caption").write_text("A grey harbour.")
    scanned()
    return [image["id"] for image in all_images(client, expected=4)]


def ok(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def caption(client: Visitor, image_id: int, text: str | None) -> Any:
    return ok(client.post(f"{C}/curation", json={"image_ids": [image_id], "set": {"caption": text}}))


def shown(client: Visitor, image_id: int) -> tuple[str | None, str | None, bool]:
    found = ok(client.get(f"{C}/images/{image_id}"))
    return found["caption"], found["file_caption"], found["captioned"]


def found(client: Visitor, query: str) -> int:
    return ok(client.get(f"{C}/search", params={"q": query}))["total"]


def test_the_raw_texts_as_they_stand_in_the_file(client: Visitor, graph_image: dict[str, Any]) -> None:
    raw = ok(client.get(f"{C}/images/{graph_image['id']}/raw"))
    assert raw["generator"] == "comfyui"
    texts = {text["source"]: text for text in raw["seen"]}
    assert json.loads(texts["png:prompt"]["value"]) == GRAPH
    assert texts["png:prompt"]["used"]
    assert texts["png:Title"] == {"source": "png:Title", "characters": 11, "used": False, "value": "only a name"}
    [origin] = raw["origins"]["seed"]
    assert (origin["node"], origin["key"]) == ("3", "inputs.seed")
    explained = ok(client.get(f"{C}/images/{graph_image['id']}/explain"))
    assert set(explained["seen"][0]) == {"source", "characters", "used"}


def test_the_workflow_with_its_wires_and_every_digit(client: Visitor, graph_image: dict[str, Any]) -> None:
    workflow = ok(client.get(f"{C}/images/{graph_image['id']}/workflow"))
    assert workflow["wired"]
    nodes = {node["id"]: node for node in workflow["nodes"]}
    assert [node["id"] for node in workflow["nodes"]] == list(GRAPH)
    assert nodes["6"]["title"] == "The prompt"
    assert nodes["6"]["fields"] == ["prompt"]
    assert nodes["7"]["fields"] == ["negative_prompt"]
    assert nodes["3"]["properties"][0] == {"name": "seed", "value": str(SEED), "is_text": False}
    assert {wire["input"]: wire["node"] for wire in nodes["3"]["wires"]} == {
        "model": "4", "positive": "6", "negative": "7", "latent_image": "5",
    }  # fmt: skip
    assert nodes["8"]["wires"][1] == {"input": "vae", "node": "4", "output": 2}
    assert nodes["9"]["properties"][1]["value"] == '{"a":[1]}'


def test_the_workflow_of_a_file_that_is_not_there_comes_from_the_library(
    client: Visitor, graph_image: dict[str, Any]
) -> None:
    Path(str(graph_image["path"])).unlink()
    workflow = ok(client.get(f"{C}/images/{graph_image['id']}/workflow"))
    assert not workflow["wired"]
    assert {node["kind"] for node in workflow["nodes"]} == {node["class_type"] for node in GRAPH.values()}
    [sampler] = [node for node in workflow["nodes"] if node["kind"] == "KSampler"]
    assert {"name": "cfg", "value": "7.5", "is_text": True} in sampler["properties"]
    assert client.get(f"{C}/images/{graph_image['id']}/raw").status_code == 404


def test_an_image_without_a_graph_and_one_that_is_none(client: Visitor, ids: list[int]) -> None:
    assert ok(client.get(f"{C}/images/{ids[0]}/workflow")) == {"nodes": [], "wired": False}
    for what in ("raw", "workflow"):
        assert client.get(f"{C}/images/999999/{what}").status_code == 404


def test_a_caption_is_written_found_and_undone(client: Visitor, ids: list[int]) -> None:
    assert caption(client, ids[0], "  A fennec in a bottle. ")["changed"] == 1
    assert shown(client, ids[0]) == ("A fennec in a bottle.", None, True)
    assert [found(client, f"caption:{text}") for text in ("fennec", "harbour", "any")] == [1, 1, 2]
    assert caption(client, ids[0], "A fennec in a bottle.")["journal"] is None
    caption(client, ids[0], "A vixen.")
    assert (found(client, "caption:fennec"), found(client, "caption:vixen")) == (0, 1)
    actions = ok(client.get(f"{C}/journal"))
    assert actions[0]["sentence"] == "Captioned 1 picture"
    ok(client.post(f"{C}/undo", json={}))
    assert shown(client, ids[0])[0] == "A fennec in a bottle."
    assert (found(client, "caption:fennec"), found(client, "caption:vixen")) == (1, 0)
    ok(client.post(f"{C}/undo", json={}))
    assert shown(client, ids[0]) == (None, None, False)
    ok(client.post(f"{C}/redo", json={}))
    assert found(client, "caption:fennec") == 1
    history = ok(client.get(f"{C}/images/{ids[0]}/captions"))
    assert [one["text"] for one in history] == ["A vixen.", "A fennec in a bottle."]


def test_the_caption_of_the_file_comes_back(client: Visitor, ids: list[int]) -> None:
    assert shown(client, ids[3]) == ("A grey harbour.", "A grey harbour.", False)
    caption(client, ids[3], "")
    assert shown(client, ids[3]) == (None, "A grey harbour.", True)
    assert found(client, "caption:any") == 0
    caption(client, ids[3], None)
    assert shown(client, ids[3]) == ("A grey harbour.", "A grey harbour.", False)
    assert found(client, "caption:harbour") == 1
    assert ok(client.get(f"{C}/images/{ids[3]}/captions")) == []
    body = {"image_ids": ids, "set": {"caption": "x" * 20_000}}
    assert kind(client.post(f"{C}/curation", json=body)) == "usage"


def test_reading_a_file_again_keeps_what_a_person_wrote(
    client: Visitor, collection: Collection, pictures: Path, ids: list[int]
) -> None:
    caption(client, ids[3], "My harbour.")
    (pictures / "3.caption").write_text("A grey harbour, again.")
    root_id = ok(client.get(f"{C}/roots"))[0]["id"]
    for _ in scan(collection, root_id, ScanOptions(workers=1, rebuild=True)):
        pass
    assert shown(client, ids[3]) == ("My harbour.", "A grey harbour, again.", True)
    with collection.begin() as connection:
        text = connection.scalar(
            sa.text("SELECT text FROM prompt JOIN image ON caption_id = prompt.id WHERE image.id = :id"), {"id": ids[3]}
        )
    assert text == "My harbour."


def test_captions_travel_with_the_curation(
    client: Visitor, collection: Collection, tmp_path: Path, ids: list[int]
) -> None:
    caption(client, ids[0], "A fennec.")
    caption(client, ids[3], "")
    target = tmp_path / "curation.json"
    assert export(collection, target) == 2
    for image_id in (ids[0], ids[3]):
        caption(client, image_id, None)
    bringing = Import(collection, ImportOptions(), "a test")
    with opened(target) as bundle:
        for _ in bringing.run(bundle.around, bundle.pictures):
            pass
    assert bringing.done.changed == 2
    assert shown(client, ids[0]) == ("A fennec.", None, True)
    assert shown(client, ids[3]) == (None, "A grey harbour.", True)


def test_what_models_suggest_and_nobody_gave(client: Visitor, collection: Collection, ids: list[int]) -> None:
    ok(client.post(f"{C}/tags/images", json={"image_ids": ids[:1], "add": ["fox", "snow", "cork"]}))
    ok(client.post(f"{C}/tags/images", json={"image_ids": ids[:1], "remove": ["snow", "cork"]}))
    numbers = {tag["name"]: tag["id"] for tag in ok(client.get(f"{C}/tags"))}
    with collection.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO image_tags (image_id, source, tag_ids, confidences) VALUES (:id, 'wd', :tags, :sure)"),
            {"id": ids[0], "tags": [numbers[name] for name in ("cork", "fox", "snow")], "sure": [0.5, 0.75, 0.875]},
        )
    assert ok(client.get(f"{C}/images/{ids[0]}/tags/suggested")) == [
        {"name": "snow", "source": "wd", "confidence": 0.875},
        {"name": "cork", "source": "wd", "confidence": 0.5},
    ]
    assert ok(client.get(f"{C}/images/{ids[1]}/tags/suggested")) == []


def test_the_list_of_tags_tells_who_gave_them_and_a_models_is_taken_away(
    client: Visitor, collection: Collection, ids: list[int]
) -> None:
    with collection.begin() as connection:
        model_tags.write(connection, "wd", [(image, [("fox", 0.9), ("snow", 0.5)]) for image in ids[:3]])
    given = ok(client.post(f"{C}/tags/images", json={"image_ids": ids[:1], "add": ["fox", "mine"]}))

    def listed(source: str | None = None) -> dict[str, tuple[int, int, int]]:
        found = ok(client.get(f"{C}/tags", params={"source": source} if source else {}))
        return {tag["name"]: (tag["count"], tag["own_count"], tag["model_count"]) for tag in found}

    assert given["changed"] == 1
    assert listed() == {"fox": (3, 1, 2), "mine": (1, 1, 0), "snow": (3, 0, 3)}
    assert (list(listed("own")), list(listed("model"))) == (["fox", "mine"], ["fox", "snow"])
    taken = ok(client.post(f"{C}/tags/images", json={"image_ids": ids[:2], "remove": ["fox", "snow"]}))
    assert taken["changed"] == 2
    assert listed() == {"fox": (1, 0, 1), "mine": (1, 1, 0), "snow": (1, 0, 1)}
    assert ok(client.get(f"{C}/images/{ids[0]}/tags/suggested")) == []
    ok(client.post(f"{C}/undo", json={"journal": taken["journal"]}))
    assert listed() == {"fox": (3, 1, 2), "mine": (1, 1, 0), "snow": (3, 0, 3)}
    assert client.get(f"{C}/tags", params={"source": "nobody"}).status_code == 400
