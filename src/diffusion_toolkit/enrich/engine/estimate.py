"""How long a run would take, measured on a few of its pictures."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.pipeline import Picture, Pipeline
from diffusion_toolkit.enrich.engine.runs import ImageIds, Wanted
from diffusion_toolkit.enrich.engine.stage import AnyStage, ItemFailed, StageContext
from diffusion_toolkit.enrich.executors.local import LocalOptions, open_on_devices
from diffusion_toolkit.enrich.stages.registry import kind_of
from diffusion_toolkit.store import enrichment_items as items
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.enrichment_texts import TextNeed, texts_of

SAMPLE: Final = 24
"""Pictures that are tried."""

MOST_S: Final = 20.0
"""Of trying; a slow model is tried on fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run would have to do. results: one for each picture and stage; tried, failed: of the sample; seconds,
    rate_per_s: None where nothing could be measured; device, notices: what it would run on.
    """

    results: int
    tried: int
    failed: int
    rate_per_s: float | None
    seconds: float | None
    device: str
    notices: tuple[str, ...]


def estimate(
    collection: Collection,
    wanted: Wanted,
    image_ids: ImageIds,
    context: StageContext,
    options: LocalOptions | None = None,
) -> Estimate:
    """Try a run on a few of its pictures, evenly spread; nothing is written. Raises as `runs.start` and opening do."""
    chosen = options or LocalOptions(decoders=context.decoders)
    checked = kind_of(wanted.kind).check(wanted.options)
    results = runs.count_missing(collection, wanted, image_ids, context)
    runners = open_on_devices(wanted.kind, checked, context)
    try:
        sample = _sample(collection, _spread(image_ids), runners[0]) if results else []
        with chosen.open_decoders() as decoders:
            pipeline = Pipeline(runners, _Once(sample), decoders, chosen.decoder_count)
            tried, failed, rate = _timed(pipeline)
        devices = dict.fromkeys(stage.device for stage in runners[0])
        return Estimate(
            results=results,
            tried=tried,
            failed=failed,
            rate_per_s=rate,
            seconds=results / rate if rate else None,
            device=", ".join(devices) + (f" × {len(runners)}" if len(runners) > 1 else ""),
            notices=tuple(dict.fromkeys(notice for stage in runners[0] for notice in stage.notices)),
        )
    finally:
        for each in runners:
            for stage in each:
                stage.close()


class _Once:
    """A few pictures, and no more."""

    def __init__(self, pictures: list[Picture]) -> None:
        self._pictures = pictures

    def more(self) -> list[Picture] | None:
        found, self._pictures = self._pictures, []
        return found or None


def _spread(image_ids: ImageIds) -> ImageIds:
    """A few of them, from the whole length."""
    return image_ids[np.unique(np.linspace(0, max(len(image_ids) - 1, 0), SAMPLE).astype(np.int64))]


def _sample(collection: Collection, image_ids: ImageIds, stages: Sequence[AnyStage]) -> list[Picture]:
    needs: tuple[TextNeed, ...] = tuple({need: None for stage in stages for need in stage.texts})
    with collection.begin() as connection:
        claimed = items.places(connection, image_ids, [stage.name for stage in stages])
        texts = texts_of(connection, [each.image_id for each in claimed], needs) if needs else {}
    return [Picture(claimed=each, texts=texts.get(each.image_id, {})) for each in claimed]


def _timed(pipeline: Pipeline) -> tuple[int, int, float | None]:
    """How many results there were, how many of them failed, and how many came in a second, after the first ones."""
    begun = time.monotonic()
    moments: list[float] = []
    failed = 0
    try:
        for outcome in pipeline.outcomes():
            if outcome is not None:
                moments.append(time.monotonic())
                failed += isinstance(outcome.result, ItemFailed)
            if time.monotonic() - begun > MOST_S and moments:
                break
    finally:
        pipeline.stop()
    # The first batch also pays for waking everything up; results of a batch come together.
    first = next((moment for moment in moments if moment > moments[0] + 0.01), None) if moments else None
    if first is None:
        took = moments[-1] - begun if moments else 0.0
        return len(moments), failed, len(moments) / took if took > 0 else None
    counted = sum(moment >= first for moment in moments)
    took = moments[-1] - moments[0]
    return len(moments), failed, counted / took
