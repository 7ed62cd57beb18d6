"""How long a run would take: as the last such run did it, else as a few of its pictures show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.pipeline import Picture
from diffusion_toolkit.enrich.engine.runs import ImageIds, Wanted
from diffusion_toolkit.enrich.engine.stage import StageContext, StagePlan
from diffusion_toolkit.enrich.engine.trials import Trial, Try, tried_here
from diffusion_toolkit.enrich.executors.local import LocalOptions
from diffusion_toolkit.enrich.stages.registry import kind_of
from diffusion_toolkit.store import enrichment_items as items
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.enrichment_runs import CLUSTER, last_pace
from diffusion_toolkit.store.enrichment_texts import TextNeed, texts_of

Basis: TypeAlias = Literal["earlier_run", "trial", "asked", "unknown"]
"""How it is known: by the last run of the same models; by trying a few pictures; by asking a server once; not at all
before the first pictures.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run would have to do. results: one for each picture and stage; tried, failed: of a trial; seconds,
    rate_per_s: None where nothing is known; device, notices: what it would run on, "" where that is not known.
    """

    results: int
    tried: int = 0
    failed: int = 0
    rate_per_s: float | None = None
    device: str = ""
    notices: tuple[str, ...] = ()
    basis: Basis = "unknown"

    @property
    def seconds(self) -> float | None:
        """How long it would take."""
        return self.results / self.rate_per_s if self.rate_per_s else None


def estimate(
    collection: Collection,
    wanted: Wanted,
    image_ids: ImageIds,
    context: StageContext,
    *,
    try_out: Try = tried_here,
    options: LocalOptions | None = None,
    on_cluster: bool = False,
) -> Estimate:
    """How long a run over these images would take; nothing is written. Raises as `runs.start` and opening do.

    try_out: how it is tried where no run tells, on some of the images, evenly spread. on_cluster: as runs on a cluster
    were; what this machine would say of it is not asked.
    """
    kind = kind_of(wanted.kind)
    checked = kind.check(wanted.options)
    plans = kind.plan(checked, context)
    results = runs.count_missing(collection, wanted, image_ids, context)
    with collection.begin() as connection:
        known = last_pace(connection, (CLUSTER if on_cluster else "") + runs.pace_of(plans))
    if known:
        return Estimate(results=results, rate_per_s=known.rate_per_s, device=known.device, basis="earlier_run")
    pictures = _sample(collection, _spread(image_ids, kind.trial(checked)), plans) if results and not on_cluster else []
    if not pictures:
        return Estimate(results=results)
    chosen = options or LocalOptions(decoders=context.decoders)
    found = try_out(Trial(kind=kind.name, options=checked, context=context, pictures=pictures, local=chosen))
    return Estimate(
        results=results,
        tried=found.tried,
        failed=found.failed,
        rate_per_s=found.rate_per_s,
        device=found.device,
        notices=found.notices,
        basis="trial",
    )


def _spread(image_ids: ImageIds, most: int) -> ImageIds:
    """A few of them, from the whole length."""
    return image_ids[np.unique(np.linspace(0, max(len(image_ids) - 1, 0), most).astype(np.int64))]


def _sample(collection: Collection, image_ids: ImageIds, plans: Sequence[StagePlan]) -> list[Picture]:
    needs: tuple[TextNeed, ...] = tuple({need: None for plan in plans for need in plan.texts})
    with collection.begin() as connection:
        claimed = items.places(connection, image_ids, [plan.name for plan in plans])
        texts = texts_of(connection, [each.image_id for each in claimed], needs) if needs else {}
    return [Picture(claimed=each, texts=texts.get(each.image_id, {})) for each in claimed]
