"""Pictures per second from file to committed tags, against the slower of only decoding and only looking.

python -m bench.enrich

WD v3's base architecture (ViT-B/16 at 448) with random weights, on pictures of 1024 × 1024. Each baseline is measured
alone, in the same process, before and after the run it is compared with, several times in turn: the median counts,
because machines do not keep their speed for minutes. Looking alone is done in the size of batch that it is fastest in.
A run's start (the decoders, the trials of the size of batch, a first look that takes longer) is in it, and not in the
baselines: about a second and a half, which a round has to be long against.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Final

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
FORMATS: Final = {"png": {}, "jpg": {"quality": 92}}


def main() -> None:
    """Make a model and pictures, and measure each format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=60, help="of each format in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or directml")
    parser.add_argument("--size", choices=("base", "large", "tiny"), default="base", help="of the network")
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
        for ending, options in FORMATS.items():
            rounds = [_pictures(Path(folder) / ending / str(n), ending, asked, options) for n in range(asked.rounds)]
            print(f"{ending:5}", _line(database.collection(ending), rounds, context, asked.batches), flush=True)
        database.close()


def _pictures(folder: Path, ending: str, asked: argparse.Namespace, options: dict[str, int]) -> list[Path]:
    folder.mkdir(parents=True)
    first = int(folder.name) * asked.pictures
    return [make_picture(folder / f"{first + n}.{ending}", first + n, **options) for n in range(asked.pictures)]


def _line(
    collection: Collection, rounds: Sequence[Sequence[Path]], context: StageContext, batches: Sequence[int]
) -> str:
    (stage,) = tags.KIND.open(tags.KIND.check({}), context)
    rates = {batch: _looking(rounds[0], stage, batch) for batch in batches}
    batch = max(rates, key=rates.__getitem__)
    found: list[tuple[float, float, float, float]] = []
    for files in rounds:
        decoding, looking = [_decoding(files, stage)], [_looking(files, stage, batch)]
        together = _together(collection, files[0].parent, context)
        looking.append(_looking(files, stage, batch))
        decoding.append(_decoding(files, stage))
        slower = min(sum(decoding), sum(looking)) / 2
        found.append((sum(decoding) / 2, sum(looking) / 2, together, together / slower))
    decoded, looked, all_of_it, share = (median(column) for column in zip(*found, strict=True))
    shares = " ".join(f"{each[3]:.3f}" for each in found)
    verdict = "" if share >= WANTED else f"  (wanted: {WANTED})"
    return f"{decoded:11.2f} {looked:11.2f} ({batch:2}) {all_of_it:16.2f} {share:15.3f}{verdict}   rounds: {shares}"


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


def _looking(files: Sequence[Path], stage: AnyStage, batch: int) -> float:
    """Pictures that the network looks at in a second, from memory."""
    random = np.random.default_rng(1)
    pixels = random.integers(0, 255, (448, 448, 3), dtype=np.uint8)
    prepared = [stage.prepare(Given(image_id=0, pixels=pixels))] * batch
    stage.infer(prepared)
    rounds = max(2, len(files) // batch // 3)
    return _per_second(rounds * batch, lambda: [stage.infer(prepared) for _ in range(rounds)])


def _together(collection: Collection, folder: Path, context: StageContext) -> float:
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
        found = tags.open_stages(options, known)
        opened.append(time.perf_counter())
        return found

    registry.KINDS = (replace(tags.KIND, open=timed),)  # pyright: ignore[reportConstantRedefinition]  to time it
    run_id = runs.start(collection, Wanted(kind="tags"), ids, context)
    for _ in work(collection, run_id, context):
        pass
    took = time.perf_counter() - opened[-1]
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
