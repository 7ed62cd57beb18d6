"""From a file with a ComfyUI graph to the queries that find it by its nodes."""

import json
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from scan_pictures import BOTH, DEEP, by_name, png, rate, run, write

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.catalog.evaluate import workflows as workflow_evaluators
from diffusion_toolkit.library.images import image_detail
from diffusion_toolkit.library.scan import ScanOptions
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.record import FileRecord
from diffusion_toolkit.store import workflows
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.readings import Interned, Reading, read_rows
from diffusion_toolkit.store.workflows import Graphs

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def graph(seed: int, text: str, cfg: float = 7, *, first: int = 1, upscaled: bool = False) -> dict[str, Any]:
    """A small graph whose nodes are numbered from `first`."""
    ids = [str(first + number) for number in range(7)]
    links = {"model": [ids[0], 0], "positive": [ids[1], 0], "negative": [ids[2], 0], "latent_image": [ids[3], 0]}
    settings = {"seed": seed, "steps": 20, "cfg": cfg, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0}
    nodes: dict[str, Any] = {
        ids[0]: {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "dream.safetensors"}},
        ids[1]: {"class_type": "CLIPTextEncode", "inputs": {"text": text, "clip": [ids[0], 1]}},
        ids[2]: {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": [ids[0], 1]}},
        ids[3]: {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        ids[4]: {"class_type": "KSampler", "inputs": {**settings, **links}},
        ids[5]: {"class_type": "VAEDecode", "inputs": {"samples": [ids[4], 0], "vae": [ids[0], 2]}},
        ids[6]: {"class_type": "SaveImage", "inputs": {"filename_prefix": "fox", "images": [ids[5], 0]}},
    }
    if upscaled:
        nodes[ids[6]]["inputs"]["images"] = ["90", 0]
        nodes["90"] = {"class_type": "ImageScaleBy", "inputs": {"scale_by": 2.0, "image": [ids[5], 0]}}
    return nodes


def comfy(nodes: dict[str, Any], shade: int = 0) -> bytes:
    """A PNG with this graph."""
    plain = png(None, shade=shade)
    body = b"tEXtprompt\0" + json.dumps(nodes).encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return plain[:33] + chunk + plain[33:]


@pytest.fixture
def library(collection: Collection, tmp_path: Path) -> Path:
    """Four pictures with two graphs, and one without."""
    write(tmp_path / "a.png", comfy(graph(2**64 - 1, "a lighthouse, storm"), 1))
    write(tmp_path / "b.png", comfy(graph(2**64 - 2, "an old harbour", 8.5, first=30), 2))
    write(tmp_path / "c.png", comfy(graph(7, "A Lighthouse at dawn", 5, upscaled=True), 3))
    write(tmp_path / "d.png", comfy(graph(12345, "foxes", 7), 4))
    write(tmp_path / "e.png", png("a lighthouse", shade=5))
    run(collection, tmp_path)
    return tmp_path


def found(collection: Collection, query: str) -> str:
    """Names of the files a query finds, in one word."""
    catalog = Catalog(collection)
    search = Search(catalog)
    items = search.page(search.run(query, "name", now=NOW).handle, 0, 100)
    return "".join(item.name[0] for item in items)


QUERIES = {
    "node:KSampler": "abcd",
    "node:Image*": "c",
    "node:none": "e",
    "node.KSampler.cfg>7": "b",
    "node.KSampler.cfg:5..7": "acd",
    "node.*.seed:18446744073709551615": "a",
    "node.*.seed>=18446744073709551615": "a",
    "node.*.seed<18446744073709551615": "bcd",
    "node.*.seed:123*": "d",
    'node.*.text:"LIGHT"': "ac",
    "node.CLIPTextEncode.text:light": "ac",
    "node.*.text:lighthouse castle": "",
    "node.KSampler.sampler_name:eul": "",
    "node.KSampler.sampler_name:euler|dpmpp_2m": "abcd",
    "node.ImageScaleBy.scale_by:2": "c",
    "node.ImageScaleBy.scale_by:none": "abde",
    "node.KSampler.cfg:any -node.KSampler.cfg:7": "bc",
    "graph:none": "e",
}


@pytest.mark.parametrize("query", QUERIES)
def test_pictures_are_found_by_their_nodes(collection: Collection, library: Path, query: str) -> None:
    assert found(collection, query) == QUERIES[query]


def test_many_values_in_many_parts_are_found_as_few_are(
    collection: Collection, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow_evaluators, "PAIRS_AT_ONCE", 1)
    monkeypatch.setattr(workflows, "_FEW", 0)
    assert {query: found(collection, query) for query in QUERIES} == QUERIES


def test_values_of_a_property_are_read_once_for_each_state(
    collection: Collection, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    ask = workflows.slot_values

    def counted(collection: Collection, slots: workflows.Slots) -> workflows.SlotValues:
        read.append(len(slots.places))
        return ask(collection, slots)

    monkeypatch.setattr(workflow_evaluators, "slot_values", counted)
    catalog = Catalog(collection)
    search = Search(catalog)
    catalog.load()
    totals = [search.run(f"node.KSampler.cfg{test}", now=NOW).total for test in (">7", "<7", ":7", ":8.5", ">8|<6")]
    assert totals == [1, 1, 2, 1, 2]
    assert read == [2]  # the property of two graphs, once
    assert search.run("node.KSampler.seed:7", now=NOW).total == 1
    assert read == [2, 2]
    assert search.run("node.*.seed:1234567", now=NOW).total == 0
    assert read == [2, 2]  # a number that stands nowhere
    write(library / "a.png", comfy(graph(1, "foxes", 9), 1), mtime_s=2e9)
    run(collection, library, BOTH)
    catalog.refresh()
    assert search.run("node.KSampler.cfg>8.5", now=NOW).total == 1
    assert read == [2, 2, 2]


def test_pictures_of_one_graph_are_found_whatever_their_values_and_numbers(
    collection: Collection, library: Path
) -> None:
    ids = {name[0]: row["id"] for name, row in by_name(collection).items()}
    assert found(collection, f"graph:like {ids['a']}") == "abd"
    assert found(collection, f"graph:like {ids['c']}") == "c"
    assert found(collection, f"graph:like {ids['e']}") == ""
    with collection.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM workflow_graph")) == 2
        # 4 seeds, 4 prompts, 3 cfg, and what all share: every value once
        assert connection.scalar(sa.text("SELECT count(*) = count(DISTINCT (text, number)) FROM workflow_value"))


def test_a_file_read_again_has_the_values_it_has_now(collection: Collection, library: Path) -> None:
    write(library / "a.png", comfy(graph(1, "foxes", 9), 1), mtime_s=2e9)
    write(library / "b.png", png("a harbour", shade=2), mtime_s=2e9)
    run(collection, library, BOTH)
    assert found(collection, "node.*.cfg:9") == "a"
    assert found(collection, "node.*.seed:18446744073709551615") == ""
    assert found(collection, "node:any") == "acd"
    with collection.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM image_workflow")) == 3


def test_what_was_written_after_a_state_waits_for_the_next(collection: Collection, library: Path) -> None:
    catalog = Catalog(collection)
    search = Search(catalog)
    catalog.load()
    write(library / "f.png", comfy(graph(3, "a lighthouse"), 9))
    run(collection, library)
    assert search.run("node.*.text:light", now=NOW).total == 2
    catalog.refresh()
    assert search.run("node.*.text:light", now=NOW).total == 3


def films(path: str) -> FileRecord:
    """A reader that finds a film with a text beside it."""
    return FileRecord(
        size_bytes=1, format="mp4", codec="h264", audio_codec="aac", frame_rate=29.97, caption="a fox\0", problems=()
    )


def test_facts_of_films_and_captions_are_kept(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "film.mp4", b"x")
    run(collection, tmp_path, ScanOptions(workers=1, read=films))
    detail = image_detail(collection, int(by_name(collection)["film.mp4"]["id"]))
    assert (detail.codec, detail.audio_codec, detail.caption) == ("h264", "aac", "a fox�")
    assert detail.frame_rate == pytest.approx(29.97)
    assert detail.recipe is None


def test_reading_everything_again_keeps_what_the_user_decided(collection: Collection, library: Path) -> None:
    number = rate(collection, "a.png", 9)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE image SET phase = 0, graph_id = NULL"))
        connection.execute(sa.text("DELETE FROM image_workflow"))
    run(collection, library, DEEP)
    assert found(collection, "node:KSampler rating:9") == "a"
    assert by_name(collection)["a.png"]["id"] == number


def test_rows_of_pictures_without_graphs_ask_the_store_for_nothing(collection: Collection) -> None:
    interned = Interned.of(collection)
    reading = Reading(image_id=1, record=FileRecord(size_bytes=1), size_bytes=1, mtime_ns=1, date_us=1)
    assert read_rows([reading], interned)[0].graph_id is None
    assert Graphs(collection).ids({}) == {}
