"""Works a run off on a cluster, by Ray Data: machines decode, runners look, this process claims and writes.

The same stages, the same claims and the same commits as on one machine, so the rows are the same. Every machine sees
pictures and models under the same paths; none of them but this one needs the database.
"""

import contextlib
import importlib
import logging
import os
import pickle
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, cast

import numpy as np

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.batches import Looking
from diffusion_toolkit.enrich.engine.claiming import Claims
from diffusion_toolkit.enrich.engine.pipeline import ASK_AGAIN_S, Outcome, Picture, picture_pixels, prepared
from diffusion_toolkit.enrich.engine.runner import ENDS, Note, by_name, enter, leave, working
from diffusion_toolkit.enrich.engine.runs import Run
from diffusion_toolkit.enrich.engine.stage import (
    AnyStage,
    ItemFailed,
    Options,
    StageContext,
    StageFailed,
)
from diffusion_toolkit.enrich.engine.writing import COMMIT_AT, Writer
from diffusion_toolkit.enrich.runtimes.onnx import RuntimeOptions
from diffusion_toolkit.enrich.stages.registry import kind_of
from diffusion_toolkit.errors import NotInstalled, ServiceFailed
from diffusion_toolkit.media.decoders import shared_decoders
from diffusion_toolkit.media.pixels import PixelNeed
from diffusion_toolkit.media.squares import Pixels
from diffusion_toolkit.progress import IsCancelled, Progress, never, stop_if
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.enrichment_runs import CLUSTER, Wish

ROUND: Final = 4096
"""Pictures of one dataset: many, so that runners seldom wait for the last ones; between two, priorities count."""

ENDING_S: Final = 60.0
"""A dataset that was broken off ends its work in this time; it takes seconds on a machine that has other work."""

CORES: Final = 0.5
"""What a runner without a card is said to take. It takes more; but Ray makes one of two steps that take the same, and
decoding has to stay free to run on other cores and machines.
"""

USAGE: Final = "RAY_USAGE_STATS_ENABLED"
"""Ray tells its makers how it is used, unless this says 0."""


class _Data(Protocol):
    """A dataset of Ray Data."""

    def map_batches(self, work: object, **options: object) -> "_Data": ...
    def iter_rows(self) -> Iterator[dict[str, Any]]: ...


class _Executor(Protocol):
    """Works a dataset off: a thread, `ray.data._internal.execution.streaming_executor.StreamingExecutor`."""

    def shutdown(self, force: bool) -> None: ...


class _DataModule(Protocol):
    def from_items(self, items: Sequence[object], *, override_num_blocks: int) -> _Data: ...
    def ActorPoolStrategy(self, *, size: int) -> object: ...  # noqa: N802  (Ray's name)


class _Ray(Protocol):
    data: _DataModule

    def init(self, **options: object) -> object: ...
    def is_initialized(self) -> bool: ...
    def shutdown(self) -> None: ...
    def nodes(self) -> list[dict[str, Any]]: ...
    def cluster_resources(self) -> dict[str, float]: ...
    def get_runtime_context(self) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """address: of the cluster's head, "auto" for the one this machine belongs to, None for one on this machine alone;
    runners: how many look at once, 0 = one for each card, without any one for each machine; batch: pictures that one
    is given at once; block: pictures that one task decodes.
    """

    address: str | None = "auto"
    runners: int = 0
    batch: int = 64
    block: int = 16


def work(
    collection: Collection,
    run_id: int,
    context: StageContext,
    is_cancelled: IsCancelled = never,
    options: ClusterOptions | None = None,
) -> Iterator[Progress]:
    """Work a run off on a cluster; otherwise as `local.work`. Raises NotInstalled, and ServiceFailed without one."""
    run = runs.get_run(collection, run_id)
    with working(collection, run_id) as runner_id, _connected(options or ClusterOptions()) as cluster:
        wish = yield from _worked(collection, run, runner_id, context, cluster, is_cancelled)
        leave(collection, run_id, runner_id, ENDS[wish])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cluster:
    """A cluster as a run sees it."""

    data: _DataModule
    runners: int
    cards: float
    options: ClusterOptions


@contextlib.contextmanager
def _connected(options: ClusterOptions) -> Generator[_Cluster]:
    ray, exceptions = _ray()
    os.environ.setdefault(USAGE, "0")
    ours = not ray.is_initialized()
    if ours:
        try:
            ray.init(address=options.address, log_to_driver=False, logging_level="ERROR", include_dashboard=False)
        except (ConnectionError, ValueError) as error:
            raise ServiceFailed(f"The cluster cannot be reached: {error}") from error
    try:
        _be_quiet()
        cards = ray.cluster_resources().get("GPU", 0.0)
        machines = sum(bool(node.get("Alive")) for node in ray.nodes())
        runners = options.runners or int(cards) or machines
        yield _Cluster(data=ray.data, runners=runners, cards=cards, options=options)
    except exceptions.RayError as error:
        raise ServiceFailed(f"The cluster failed: {error}") from error
    finally:
        if ours:
            _end_executors()
            ray.shutdown()


def _end_executors() -> None:
    """End Ray Data's threads. A dataset that was broken off outlives whoever broke it off; asked for something after
    the end of the connection, Ray ends this whole process.
    """
    end = time.monotonic() + ENDING_S
    for thread in threading.enumerate():
        if type(thread).__module__.startswith("ray.data.") and hasattr(thread, "shutdown"):
            cast("_Executor", thread).shutdown(force=True)
            thread.join(max(0.0, end - time.monotonic()))


def _worked(
    collection: Collection,
    run: Run,
    runner_id: int,
    context: StageContext,
    cluster: _Cluster,
    is_cancelled: IsCancelled,
) -> Generator[Progress, None, Wish | None]:
    # This process looks at nothing; its own stages write.
    opened = kind_of(run.kind).open(run.options, replace(context, runtime=RuntimeOptions(device="cpu")))
    machines: set[str] = set()
    try:
        stages = by_name(run, opened)
        device = f"{cluster.runners} runners"
        enter(collection, run.id, [f"Worked off on a cluster by {device}."], device, CLUSTER)
        claims = Claims(collection, run.id, runner_id, stages)
        writer = Writer(collection, run.id, runner_id, stages, held=run.held)
        note = Note(collection, run, writer)
        while (pictures := _round(claims)) is not None:
            with contextlib.closing(_flow(cluster, pictures, run, stages, context)) as flow:
                for outcomes in _gathered(flow, machines):
                    writer.write(outcomes)
                    claims.finished(len(outcomes))
                    stop_if(is_cancelled)
                    progress, wish = note.take()
                    if progress is not None:
                        yield progress
                    if wish is not None:
                        return wish
        yield note.last()
        enter(collection, run.id, [f"Worked off by {device} on {len(machines)} machines."], device, CLUSTER)
        return None
    finally:
        for stage in opened:
            stage.close()


def _round(claims: Claims) -> list[Picture] | None:
    """The pictures of the next dataset; None when nothing is left."""
    pictures: list[Picture] = []
    while len(pictures) < ROUND:
        found = claims.more()
        if not found:
            if not pictures and found is None:
                return None
            break
        pictures += found
    if not pictures:
        time.sleep(ASK_AGAIN_S)  # others hold what is left
    return pictures


def _flow(
    cluster: _Cluster, pictures: Sequence[Picture], run: Run, stages: Mapping[str, AnyStage], context: StageContext
) -> Generator[bytes]:
    """Let the cluster look at pictures; what `_Looker` gives, as it comes."""
    if not pictures:
        return
    block = cluster.options.block
    needs = {name: stage.pixels for name, stage in stages.items()}
    items = [{_ROW: pickle.dumps(picture)} for picture in pictures]
    dataset = cluster.data.from_items(items, override_num_blocks=-(-len(items) // block))
    decoded = dataset.map_batches(_decoded, batch_size=block, fn_args=(needs,), num_cpus=1)
    looked_at = decoded.map_batches(
        _Looker,
        batch_size=cluster.options.batch,
        fn_constructor_args=(run.kind, run.options, context, {name: stage.version for name, stage in stages.items()}),
        compute=cluster.data.ActorPoolStrategy(size=cluster.runners),
        num_cpus=CORES,
        num_gpus=1 if cluster.cards else 0,
    )
    rows = looked_at.iter_rows()
    try:
        for row in rows:
            yield row[_ROW]
    finally:
        del rows, looked_at, decoded, dataset  # whoever breaks off leaves no executor behind


def _gathered(flow: Iterator[bytes], machines: set[str]) -> Iterator[list[Outcome]]:
    """Outcomes, many at once. Notes the machines they are from. Raises StageFailed where a machine had to stop."""
    waiting: list[Outcome] = []
    for data in flow:
        machine, found = cast("tuple[str, Outcome | str]", pickle.loads(data))  # noqa: S301  from our own processes
        if isinstance(found, str):
            raise StageFailed(found)
        machines.add(machine)
        waiting.append(found)
        if len(waiting) >= COMMIT_AT:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


_ROW: Final = "row"
"""The one column: values of ours, pickled. They cross between processes of one cluster, as all that Ray moves."""

_Rows = dict[str, Any]
_Found = Mapping[PixelNeed, Pixels | ItemFailed]


def _decoded(batch: _Rows, needs: Mapping[str, PixelNeed | None]) -> _Rows:
    """Pictures with the pixels that their stages need. A task on any machine."""
    rows: list[bytes] = []
    for data in batch[_ROW]:
        picture: Picture = pickle.loads(data)  # noqa: S301  from our own process
        wanted = {need for name in picture.claimed.stages if (need := needs.get(name)) is not None}
        try:
            pixels = {need: picture_pixels(picture, need, shared_decoders()) for need in wanted}
        except StageFailed as error:
            rows.append(pickle.dumps((picture, str(error))))
        else:
            rows.append(pickle.dumps((picture, pixels)))
    return {_ROW: np.array(rows, object)}


class _Looker:
    """A runner on some machine: opens the stages once, and looks at batches. versions: as they are noted, by stage."""

    def __init__(self, kind: str, options: Options, context: StageContext, versions: Mapping[str, str]) -> None:
        opened = kind_of(kind).open(options, context)
        self._looking = {stage.name: Looking(stage) for stage in opened}
        self._others = [stage.name for stage in opened if versions.get(stage.name) != stage.version]
        self._machine = str(_ray()[0].get_runtime_context().get_node_id())

    def __call__(self, batch: _Rows) -> _Rows:
        """Outcomes of all stages of these pictures; a sentence in place of one where the stage cannot go on."""
        given = [pickle.loads(data) for data in batch[_ROW]]  # noqa: S301  from our own processes
        try:
            if self._others:
                raise StageFailed(f'The model of "{self._others[0]}" is not the same on all machines.')
            found: list[Outcome | str] = [each for name in self._looking for each in self._look(name, given)]
        except StageFailed as error:
            found = [str(error)]
        return {_ROW: np.array([pickle.dumps((self._machine, each)) for each in found], object)}

    def _look(self, name: str, given: Sequence[tuple[Picture, _Found | str]]) -> Iterator[Outcome]:
        looking = self._looking[name]
        need = looking.stage.pixels
        ready: list[tuple[Picture, Any]] = []
        for picture, pixels in given:
            if isinstance(pixels, str):
                raise StageFailed(pixels)
            if name not in picture.claimed.stages:
                continue
            found = prepared(looking.stage, picture, pixels[need] if need is not None else None)
            if isinstance(found, ItemFailed):
                yield Outcome(claimed=picture.claimed, stage=name, result=found)
            else:
                ready.append((picture, found))
        while ready:
            some, ready = ready[: looking.batch.size], ready[looking.batch.size :]
            for (picture, _), result in zip(some, looking.look([each for _, each in some]), strict=True):
                yield Outcome(claimed=picture.claimed, stage=name, result=result)


def _be_quiet() -> None:
    """Progress is ours to tell."""
    context: Any = importlib.import_module("ray.data.context").DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def _ray() -> tuple[_Ray, Any]:
    try:
        ray = importlib.import_module("ray")
        importlib.import_module("ray.data")
    except ImportError as error:
        raise NotInstalled("Ray is not installed: install diffusion-toolkit[cluster] on every machine.") from error
    return cast("_Ray", ray), ray.exceptions
