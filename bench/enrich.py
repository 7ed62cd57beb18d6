"""Pictures per second from file to committed tags, against the slower of only decoding and only looking.

python -m bench.enrich

WD v3's base architecture (ViT-B/16 at 448) with random weights, on pictures of 1024 × 1024. Machines do not keep their
speed: one that is rented changes it by a quarter within a minute. So a run stands still again and again, and the
network alone looks at as many pictures as it just looked at in the run: both meet the same speeds, and their ratio
means something. Looking alone is done in the size of batch that it is fastest in. A run's start (the decoders, the
trials of the size of batch, a first look that takes longer) and its end (the last commit) are in it, and not in the
baselines: about a second and a half, which the run has to be long against.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.thumbnails import make_picture
from bench.vision_transformer import write_tagger
from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.runs import Wanted
from diffusion_toolkit.enrich.engine.stage import AnyStage, Given, Options, StageContext
from diffusion_toolkit.enrich.executors.local import LocalOptions, work
from diffusion_toolkit.enrich.runtimes.onnx import Device, RuntimeOptions
from diffusion_toolkit.enrich.stages import registry, tags
from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.media.pixels import pixels_of
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.store.server import connect_embedded

WANTED: Final = 0.9
AHEAD_S: Final = 0.3
"""While a run stands still, what it decodes ahead is done in this time, and the network is alone after it."""

FORMATS: Final = {"png": {}, "jpg": {"quality": 92}}


TRIALS: Final = 24
"""Pictures in which a run has found its size of batch: before it, standing still would be taken for slowness."""


def main() -> None:
    """Make a model and pictures, and measure each format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=200, help="of each format")
    parser.add_argument("--slice", type=int, default=10, help="pictures between two times that a run stands still")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or directml")
    parser.add_argument("--size", choices=("base", "large", "tiny"), default="base", help="of the network")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 2, 4], help="that looking alone tries")
    asked = parser.parse_args()
    sizes = {
        "base": {},
        "large": {"width": 1024, "blocks": 24, "heads": 16},
        "tiny": {"width": 192, "blocks": 2, "heads": 3},
    }
    with tempfile.TemporaryDirectory() as folder, connect_embedded(Path(folder) / "server") as server:
        models = Path(folder) / "models"
        write_tagger(models / "wd-vit-tagger-v3", **sizes[asked.size])
        database = Database(server.url)
        database.prepare()
        device: Device = asked.device
        context = StageContext(models_folder=models, runtime=RuntimeOptions(device=device))
        print("       decoding/s   looking/s (batch)   together/s   of the slower")
        for ending in asked.formats:
            files = _pictures(Path(folder) / ending, ending, asked.pictures, FORMATS[ending])
            print(f"{ending:5}", _line(database.collection(ending), files, context, asked), flush=True)
        database.close()


def _pictures(folder: Path, ending: str, count: int, options: dict[str, int]) -> list[Path]:
    folder.mkdir(parents=True)
    return [make_picture(folder / f"{n}.{ending}", n, **options) for n in range(count)]


def _line(collection: Collection, files: Sequence[Path], context: StageContext, asked: argparse.Namespace) -> str:
    (stage,) = tags.KIND.open(tags.KIND.check({}), context)
    rates = {batch: _looking(stage, batch, 3 * max(asked.batches)) for batch in asked.batches}
    batch = max(rates, key=rates.__getitem__)
    decoded = _decoding(files, stage)
    alone = _Alone(batch, asked.slice)
    together = _together(collection, files[0].parent, context, alone)
    decoded = (decoded + _decoding(files, stage)) / 2
    share = together / min(decoded, alone.rate)
    verdict = "" if share >= WANTED else f"  (wanted: {WANTED})"
    return f"{decoded:11.2f} {alone.rate:11.2f} ({batch:2}) {together:16.2f} {share:15.3f}{verdict}"


class _Alone:
    """Lets a run stand still after every so many pictures, and its network look at as many alone."""

    def __init__(self, batch: int, every: int) -> None:
        self._batch = batch
        self._every = every
        self._since = -TRIALS
        self._looked: list[tuple[int, float]] = []
        self.stood_s = 0.0
        """Seconds that are not the run's."""

    @property
    def rate(self) -> float:
        """Pictures in a second that the network looked at alone."""
        return sum(count for count, _ in self._looked) / sum(took for _, took in self._looked)

    def beside(self, stage: AnyStage) -> AnyStage:
        """The stage, which looks alone now and then."""
        infer = stage.infer

        def looks(batch: Sequence[Any]) -> Sequence[Any]:
            results = infer(batch)
            self._since += len(batch)
            if self._since >= self._every:
                started = time.perf_counter()
                time.sleep(AHEAD_S)
                count = -(-self._every // self._batch) * self._batch
                self._looked.append((count, count / _looking(stage, self._batch, count, infer)))
                self._since = 0
                self.stood_s += time.perf_counter() - started
            return results

        stage.infer = looks
        return stage


def _decoding(files: Sequence[Path], stage: AnyStage) -> float:
    """Pictures decoded and prepared in a second, on all cores."""
    count = LocalOptions().decoder_count
    decoders = Decoders(count)

    def one(path: Path) -> None:
        assert stage.pixels is not None
        stage.prepare(Given(image_id=0, pixels=pixels_of(path, stage.pixels, decoders)))

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, files[:count]))  # the processes start
        return _per_second(len(files), lambda: list(pool.map(one, files)), decoders.close)


def _looking(stage: AnyStage, batch: int, count: int, infer: Callable[[Sequence[Any]], object] | None = None) -> float:
    """Pictures that the network looks at in a second, from memory."""
    random = np.random.default_rng(1)
    pixels = random.integers(0, 255, (448, 448, 3), dtype=np.uint8)
    prepared = [stage.prepare(Given(image_id=0, pixels=pixels))] * batch
    look = infer or stage.infer
    if infer is None:
        look(prepared)
    rounds = count // batch
    return _per_second(rounds * batch, lambda: [look(prepared) for _ in range(rounds)])


def _together(collection: Collection, folder: Path, context: StageContext, alone: _Alone) -> float:
    """Pictures from file to committed tags in a second; loading the model is left out, all else is in."""
    root = add_root(collection, folder)
    for _ in scan(collection, root.id, ScanOptions(phases=("quick",), workers=1)):
        pass
    with collection.begin() as connection:
        found = connection.exec_driver_sql(
            "SELECT image.id FROM image JOIN folder ON folder.id = folder_id WHERE root_id = %s ORDER BY 1", (root.id,)
        )
        ids = np.array([row[0] for row in found], np.int32)
    opened: list[float] = []

    def timed(options: Options, known: StageContext) -> tuple[AnyStage, ...]:
        found = tuple(alone.beside(stage) for stage in tags.open_stages(options, known))
        opened.append(time.perf_counter())
        return found

    registry.KINDS = (replace(tags.KIND, open=timed),)  # pyright: ignore[reportConstantRedefinition]  to time it
    run_id = runs.start(collection, Wanted(kind="tags"), ids, context)
    for _ in work(collection, run_id, context):
        pass
    took = time.perf_counter() - opened[-1] - alone.stood_s
    run = runs.get_run(collection, run_id)
    assert (run.done, run.failed) == (len(ids), 0)
    return len(ids) / took


def _per_second(count: int, work_: Callable[[], object], after: Callable[[], object] = lambda: None) -> float:
    started = time.perf_counter()
    work_()
    took = time.perf_counter() - started
    after()
    return count / took


if __name__ == "__main__":
    main()
