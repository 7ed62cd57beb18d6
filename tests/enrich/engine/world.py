"""A library of small pictures, and stages of the tests' own: the engine must not care what a stage is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from PIL import Image

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.runs import Run, Wanted
from diffusion_toolkit.enrich.engine.stage import (
    Given,
    ItemFailed,
    Options,
    StageContext,
    StageKind,
    StagePlan,
)
from diffusion_toolkit.enrich.executors.local import LocalOptions, work
from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.options import QUICK, ScanOptions
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.media.pixels import PixelNeed
from diffusion_toolkit.progress import Progress
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import model_tags
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.proposals import ProposalDraft

SOURCE = "grey"
ONE_DECODER = LocalOptions(decoders=1, pool=Decoders(1))
"""Starting a process for each run would take longer than the run."""


def grey(value: int) -> Image.Image:
    """A picture of one grey."""
    return Image.new("RGB", (40, 30), (value, value, value))


def library(collection: Collection, folder: Path, count: int, phases: tuple[str, ...] = (QUICK,)) -> list[int]:
    """A root of so many pictures, the n-th of the grey n; their ids in order."""
    folder.mkdir(exist_ok=True)
    for value in range(count):
        grey(value).save(folder / f"{value:03}.png")
    root = add_root(collection, folder)
    for _ in scan(collection, root.id, ScanOptions(phases=phases, workers=1)):
        pass
    with collection.begin() as connection:
        return [row[0] for row in connection.execute(sa.text("SELECT id FROM image ORDER BY name"))]


@dataclass
class Greys:
    """Says how grey pictures are: the tag "grey N", and `more` of all. prepare_first, infer_first: what is
    done with one grey, or those of a batch, before; write_first, write_last: with the ids of a commit, inside of it.
    """

    name: str = "greys"
    version: str = "1"
    prepare_first: Callable[[list[int]], object] = lambda greys: None
    infer_first: Callable[[list[int]], object] = lambda greys: None
    write_first: Callable[[list[int]], object] = lambda ids: None
    write_last: Callable[[list[int]], object] = lambda ids: None
    more: tuple[str, ...] = ()
    fixed_batch: int | None = None
    pixels: PixelNeed | None = field(default_factory=lambda: PixelNeed(form="fit", side=32))
    texts: tuple[Any, ...] = ()
    device: str = "cpu"
    notices: tuple[str, ...] = ()
    batches: list[list[int]] = field(default_factory=list[list[int]])
    closed: int = 0

    def prepare(self, given: Given) -> int:
        assert given.pixels is not None
        value = int(given.pixels[0, 0, 0])
        self.prepare_first([value])
        return value

    def infer(self, batch: Sequence[int]) -> Sequence[str | ItemFailed]:
        greys = list(batch)
        self.infer_first(greys)
        self.batches.append(greys)
        return [f"grey {value}" for value in greys]

    def write(self, connection: Connection, rows: Sequence[tuple[int, str]]) -> None:
        self.write_first([image_id for image_id, _ in rows])
        said = [(image_id, [(name, 0.5) for name in (tag, *self.more)]) for image_id, tag in rows]
        model_tags.write(connection, SOURCE, said)
        self.write_last([image_id for image_id, _ in rows])

    def proposal(self, result: str) -> ProposalDraft:
        tags: list[JsonValue] = [{"name": result, "category": "general", "confidence": 0.5}]
        return ProposalDraft(
            kind="tags", source=SOURCE, model_version=self.version, payload={"tags": tags, "rating": None}
        )

    def close(self) -> None:
        self.closed += 1


Use = Callable[..., Greys]
"""Makes a stage of these fields, the only kind there is: the fixture `use`."""


def kind(*stages: Greys) -> StageKind:
    """A kind that opens these very stages."""

    def plan(options: Options, context: StageContext) -> tuple[StagePlan, ...]:
        return tuple(StagePlan(name=stage.name, version=stage.version) for stage in stages)

    return StageKind(name="greys", check=dict, plan=plan, open=lambda options, context: stages)


def context(folder: Path) -> StageContext:
    return StageContext(models_folder=folder)


def start(collection: Collection, ids: Sequence[int], folder: Path, **wanted: Any) -> int:
    """Plan a run of the tests' kind."""
    return runs.start(collection, Wanted(kind="greys", **wanted), np.array(ids, np.int32), context(folder))


def worked(collection: Collection, run_id: int, folder: Path) -> list[Progress]:
    """Work a run off."""
    return list(work(collection, run_id, context(folder), options=ONE_DECODER))


def done(collection: Collection, ids: Sequence[int], folder: Path, **wanted: Any) -> Run:
    """Plan a run and work it off; how it ended."""
    run_id = start(collection, ids, folder, **wanted)
    worked(collection, run_id, folder)
    return runs.get_run(collection, run_id)


def said(collection: Collection, source: str = SOURCE) -> dict[int, tuple[str, ...]]:
    """What a model says of each image, by id: its tags."""
    query = (
        "SELECT image_id, array_agg(tag.name ORDER BY place) FROM image_tags,"
        " unnest(tag_ids) WITH ORDINALITY AS given (tag_id, place) JOIN tag ON tag.id = tag_id"
        " WHERE source = :source GROUP BY image_id"
    )
    with collection.begin() as connection:
        return {row[0]: tuple(row[1]) for row in connection.execute(sa.text(query), {"source": source})}
