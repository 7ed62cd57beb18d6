"""Runs on a real cluster of two machines, as Ray makes them of processes: the rows are those of one machine."""

import importlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.estimate import estimate
from diffusion_toolkit.enrich.engine.runs import Run, Wanted
from diffusion_toolkit.enrich.engine.stage import StageContext, StageFailed
from diffusion_toolkit.enrich.executors import local
from diffusion_toolkit.enrich.executors import ray as cluster
from diffusion_toolkit.enrich.runtimes.onnx import RuntimeOptions
from diffusion_toolkit.enrich.stages import tags
from diffusion_toolkit.enrich.taggers.thresholds import Thresholds
from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.options import QUICK, ScanOptions
from diffusion_toolkit.store.database import Collection
from enrich import networks
from enrich.engine.world import ONE_DECODER

PICTURES = 24


@pytest.fixture(scope="module")
def options() -> Iterator[cluster.ClusterOptions]:
    """How to use a cluster of two machines with two cores each: in small parts, when both are there."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    memory = {"object_store_memory": 100 * 2**20}
    made: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False, **memory})
    made.add_node(num_cpus=2, **memory)
    data: Any = importlib.import_module("ray.data.context").DataContext.get_current()
    data.wait_for_min_actors_s = 300
    yield cluster.ClusterOptions(address=made.address, runners=2, batch=2, block=2)
    made.shutdown()


def test_a_cluster_of_two_machines_writes_the_same_rows(
    options: cluster.ClusterOptions, collection: Collection, tmp_path: Path
) -> None:
    ids = library(collection, tmp_path / "pictures")
    networks.place_joytag(tmp_path / "models" / "joytag")
    networks.place_wd(tmp_path / "models" / "wd", seed=4)
    context = StageContext(models_folder=tmp_path / "models", runtime=RuntimeOptions(device="cpu", threads=1))
    for _ in local.work(collection, planned(collection, ids, context), context, options=ONE_DECODER):
        pass
    here = rows(collection)
    with collection.begin() as connection:
        connection.execute(sa.text("TRUNCATE image_tags, image_rating, enrich_item, enrich_run CASCADE"))
    (tmp_path / "pictures" / "007.png").write_bytes(b"no picture")
    run_id = planned(collection, ids, context)
    told = list(cluster.work(collection, run_id, context, options=options))
    run: Run = runs.get_run(collection, run_id)
    assert (run.state, run.done, run.failed) == ("done", 2 * PICTURES - 2, 2)
    assert run.notices == ("Worked off by 2 runners on 2 machines.",)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE enrich_run SET busy_s = 4"))
    again = Wanted(kind="tags", again=True)
    on_cluster, here_alone = (
        estimate(collection, again, np.array(ids, np.int32), context, options=ONE_DECODER, on_cluster=where)
        for where in (True, False)
    )
    assert (on_cluster.basis, on_cluster.rate_per_s, on_cluster.device) == ("earlier_run", PICTURES / 2, "2 runners")
    assert here_alone.basis == "trial"
    assert told[-1].done == 2 * PICTURES
    assert {row.image_id for row in runs.failures(collection, run_id)} == {ids[7]}
    there = rows(collection)
    assert there.keys() == {key for key in here if key[0] != ids[7]}
    for key, (tag_ids, confidences) in there.items():
        assert tag_ids == here[key][0]
        np.testing.assert_allclose(confidences, here[key][1], rtol=0, atol=1e-6)


def test_machines_with_another_model_write_nothing(
    options: cluster.ClusterOptions, collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = library(collection, tmp_path / "pictures")
    networks.place_joytag(tmp_path / "models" / "joytag")
    context = StageContext(models_folder=tmp_path / "models", runtime=RuntimeOptions(device="cpu", threads=1))

    def another(model_version: str, thresholds: Thresholds) -> str:
        return f"{model_version} of this machine"

    ray: Any = importlib.import_module("ray")
    shutdown, left = ray.shutdown, list[threading.Thread]()

    def ends() -> None:
        left.extend(each for each in threading.enumerate() if type(each).__module__.startswith("ray.data."))
        shutdown()

    monkeypatch.setattr(ray, "shutdown", ends)
    monkeypatch.setattr(tags, "version", another)  # the others are processes of their own
    run_id = planned(collection, ids, context)
    with pytest.raises(StageFailed, match="is not the same on all machines"):
        list(cluster.work(collection, run_id, context, options=options))
    assert left == [], "whoever asks Ray after its end ends this process"
    assert rows(collection) == {}
    assert runs.get_run(collection, run_id).state == "failed"


def library(collection: Collection, folder: Path) -> list[int]:
    random = np.random.default_rng(3)
    folder.mkdir()
    for number in range(PICTURES):
        small = Image.fromarray(random.integers(0, 255, (4, 5, 3), dtype=np.uint8))
        small.resize((75, 60), Image.Resampling.BICUBIC).save(folder / f"{number:03}.png")
    root = add_root(collection, folder)
    for _ in scan(collection, root.id, ScanOptions(phases=(QUICK,), workers=1)):
        pass
    with collection.begin() as connection:
        return [row[0] for row in connection.execute(sa.text("SELECT id FROM image ORDER BY name"))]


def planned(collection: Collection, ids: list[int], context: StageContext) -> int:
    return runs.start(collection, Wanted(kind="tags"), np.array(ids, np.int32), context)


def rows(collection: Collection) -> dict[tuple[int, str], tuple[list[int], list[float]]]:
    """What models say, in the order they say it."""
    with collection.begin() as connection:
        found = connection.execute(sa.text("SELECT image_id, source, tag_ids, confidences FROM image_tags")).all()
    return {(row[0], row[1]): (row[2], row[3]) for row in found}
