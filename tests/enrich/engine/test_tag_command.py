"""`dtk tag` from end to end: real files, real networks on ONNX Runtime, PostgreSQL, queries over what was said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import orjson
import pytest
import sqlalchemy as sa
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from diffusion_toolkit.cli.main import run
from diffusion_toolkit.enrich.models.catalogue import CONTRACTS, MODELS
from diffusion_toolkit.enrich.models.folder import look_through
from diffusion_toolkit.enrich.runtimes.onnx import RuntimeOptions
from diffusion_toolkit.enrich.taggers.tagger import open_tagger
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.store.database import Collection
from enrich import networks

Dtk = Callable[..., tuple[int, Any]]


@pytest.fixture
def dtk(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Dtk:
    """Runs a command with --json on a fresh library; its exit code and its document."""
    monkeypatch.setenv("DTK_DATABASE_URL", database_url)
    monkeypatch.setenv("DTK_DATA_DIR", str(tmp_path / "data"))

    def call(*arguments: object) -> tuple[int, Any]:
        capfdbinary.readouterr()
        code = run([*map(str, arguments), "--json"])
        return code, orjson.loads(capfdbinary.readouterr().out)

    return call


def pictures(folder: Path, count: int) -> list[Path]:
    """Pictures of soft colours, some with transparency, some not square."""
    random = np.random.default_rng(7)
    folder.mkdir(parents=True)
    made: list[Path] = []
    for number in range(count):
        shape = (6 + number % 3, 8, 4 if number % 4 == 0 else 3)
        small = Image.fromarray(random.integers(0, 255, shape, dtype=np.uint8))
        made.append(folder / f"{number}.png")
        small.resize((160, 120), Image.Resampling.BICUBIC).save(made[-1])
    return made


@pytest.fixture
def library(dtk: Dtk, tmp_path: Path) -> list[Path]:
    """Seven pictures, and two taggers."""
    files = pictures(tmp_path / "pictures", 7)
    networks.place_joytag(tmp_path / "data" / "models" / "joytag")
    networks.place_wd(tmp_path / "data" / "models" / "wd-vit-large-v3", seed=4)
    assert dtk("scan", tmp_path / "pictures", "--quick")[0] == 0
    return files


def expected(models: Path, name: str, files: list[Path]) -> dict[str, dict[str, float]]:
    """What a tagger says of each file, from Pillow's own reading of it, one picture at a time."""
    work = look_through(models, MODELS, CONTRACTS)
    while True:
        try:
            next(work)
        except StopIteration as end:
            found = end.value
            break
    tagger = open_tagger(found.model(name), RuntimeOptions(device="cpu"))
    said: dict[str, dict[str, float]] = {}
    for file in files:
        with Image.open(file) as image:
            (row,) = tagger.probabilities(np.stack([tagger.prepare(np.asarray(image))]))
        tags = tagger.tags(row, tagger.suggested).tags
        said[file.name] = {tag.name: tag.confidence for tag in tags}
    return said


def stored(collection: Collection, source: str) -> dict[str, dict[str, float]]:
    query = (
        "SELECT image.name, tag.name, confidences[place] FROM image_tags JOIN image ON image.id = image_id,"
        " unnest(tag_ids) WITH ORDINALITY AS given (tag_id, place) JOIN tag ON tag.id = tag_id WHERE source = :source"
    )
    found: dict[str, dict[str, float]] = {}
    with collection.begin() as connection:
        for file, tag, confidence in connection.execute(sa.text(query), {"source": source}):
            found.setdefault(file, {})[tag] = confidence
    return found


def test_both_taggers_say_what_they_say_alone_and_queries_find_it(
    dtk: Dtk, library: list[Path], collection: Collection, tmp_path: Path
) -> None:
    code, told = dtk("tag", "--all", "--device", "cpu")
    assert (code, told["state"], told["total"], told["done"], told["failed"]) == (0, "done", 14, 14, 0)
    assert told["stages"] == ["tags joytag:model", "tags wd-vit-large-v3:model"]
    for name in ("joytag:model", "wd-vit-large-v3:model"):
        wanted, found = expected(tmp_path / "data" / "models", name, library), stored(collection, name)
        assert found.keys() == wanted.keys()
        for file, tags in wanted.items():
            assert len(found[file]) == pytest.approx(len(tags), abs=2)  # spellings of one tag fall together
            shared = found[file].keys() & tags.keys()
            assert len(shared) > 0.9 * len(tags)
            assert {tag: found[file][tag] for tag in shared} == pytest.approx(
                {tag: tags[tag] for tag in shared}, abs=1e-4
            )
    assert dtk("tag", "--all")[1]["total"] == 0
    best = max(stored(collection, "joytag:model")["3.png"].items(), key=lambda item: item[1])
    paths = [item["path"] for item in dtk("search", f'tag:"{best[0]}">{best[1] - 0.01:.3f}')[1]["items"]]
    assert str(library[3]) in paths
    assert dtk("search", "tag:none", "--count")[1]["total"] == 0


def test_thresholds_models_and_review_are_as_asked(dtk: Dtk, library: list[Path], collection: Collection) -> None:
    code, told = dtk("tag", "--all", "--model", "joytag", "--threshold", "general=0.97", "--review")
    assert (code, told["held"], told["done"], stored(collection, "joytag:model")) == (0, True, 7, {})
    with collection.begin() as connection:
        payloads = list(connection.scalars(sa.text("SELECT payload FROM proposal WHERE state = 'waiting'")))
    assert len(payloads) == 7
    assert all(tag["confidence"] > 0.97 and tag["category"] == "general" for each in payloads for tag in each["tags"])
    assert dtk("tag", "--all", "--model", "joytag", "--threshold", "general=0.99")[1]["done"] == 7
    said = stored(collection, "joytag:model")
    assert said
    assert all(confidence > 0.99 for tags in said.values() for confidence in tags.values())
    code, problem = dtk("tag", "--all", "--threshold", "mood=0.5")
    assert (code, problem["error"]["message"].partition(".")[0]) == (2, 'There is no category "mood"')
    assert dtk("tag", "--all", "--model", "nobody")[0] == 1
    assert dtk("tag")[0] == 2


def test_ratings_mark_nsfw_as_one_action_and_never_against_a_person(
    dtk: Dtk, library: list[Path], collection: Collection
) -> None:
    first = dtk("search", "--limit", 1)[1]["items"][0]["id"]
    assert dtk("rate", f"id:{first}", "--nsfw")[0] == 0
    assert dtk("rate", f"id:{first}", "--no-nsfw")[0] == 0
    assert dtk("tag", "--all", "--model", "wd-vit-large-v3", "--nsfw", "0.2")[0] == 0
    with collection.begin() as connection:
        shares = dict(
            connection.execute(
                sa.text(
                    "SELECT image_id, (probabilities[3] + probabilities[4])"
                    " / (SELECT sum(p) FROM unnest(probabilities) AS p) FROM image_rating"
                )
            ).all()
        )
    wanted = {image_id for image_id, share in shares.items() if share > 0.2} - {first}
    assert len(shares) == 7
    assert wanted
    assert {item["id"] for item in dtk("search", "nsfw:true")[1]["items"]} == wanted
    assert undo(collection).changed == len(wanted)
    assert dtk("search", "nsfw:true", "--count")[1]["total"] == 0


def test_what_it_would_take_is_measured(dtk: Dtk, library: list[Path], collection: Collection) -> None:
    code, told = dtk("tag", "--all", "--estimate")
    assert (code, told["results"], told["failed"], told["device"]) == (0, 14, 0, "cpu")
    assert told["tried"] == 14
    assert told["seconds"] == pytest.approx(14 / told["results_per_s"], rel=0.01)
    assert stored(collection, "joytag:model") == {}
    assert dtk("search", "tag:any", "--count")[1]["total"] == 0


def test_a_network_that_breaks_on_one_picture_is_told_and_the_rest_goes_on(
    dtk: Dtk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = pictures(tmp_path / "pictures", 5)
    Image.new("RGB", (50, 50), "white").save(tmp_path / "pictures" / "white.png")
    network = networks.place_joytag(tmp_path / "data" / "models" / "joytag")
    networks.save(breaks_on_white(networks.load(network)), network)
    dtk("scan", tmp_path / "pictures", "--quick")
    code, told = dtk("tag", "--all", "--model", "joytag")
    assert (code, told["state"], told["done"], told["failed"]) == (1, "done", len(files), 1)
    (failure,) = told["failures"]
    assert failure["path"] == str(tmp_path / "pictures" / "white.png")
    assert failure["cause"] == "network"
    assert "could not be run" in failure["message"]
    assert run(["tag", "--all", "--model", "joytag"]) == 0


def breaks_on_white(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network, which looks up a row that is not there when a picture is all white."""
    graph = model.graph
    constants = {
        "nearly white": np.array(1.9, np.float32),
        "far": np.array(1000, np.int64),
        "row": np.zeros(1, np.float32),
    }
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["brightness"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Greater", ["brightness", "nearly white"], ["is white"]),
        helper.make_node("Cast", ["is white"], ["as number"], to=TensorProto.INT64),
        helper.make_node("Mul", ["as number", "far"], ["which"]),
        helper.make_node("Gather", ["row", "which"], ["looked up"]),
        helper.make_node("ReduceSum", ["looked up"], ["nothing"], keepdims=0),
        helper.make_node("Add", ["inner", "nothing"], ["output"]),
    ]
    for node in graph.node:
        for place, name in enumerate(node.output):
            if name == "output":
                node.output[place] = "inner"
    graph.node.extend(nodes)
    return model
