"""Asking models again about results that a person was not content with."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.runs import Wanted
from diffusion_toolkit.enrich.engine.stage import StageContext
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library import review
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store.database import Collection


def plan_retry(
    collection: Collection, ids: Sequence[int] | NDArray[np.int64], context: StageContext
) -> tuple[Written, list[int]]:
    """Put these results aside and plan runs that make them anew, held for review too: what was done, and the runs.

    Raises NotFound when what made them is not known any more, or its model is not here; then they go on waiting.
    """
    again: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for first in range(0, len(ids), review.AT_ONCE):
        for row in review.read(collection, [int(number) for number in ids[first : first + review.AT_ONCE]]):
            if row.state == "waiting":
                if row.run_id is None:
                    raise NotFound("It is not known any more what made this result.")
                again[row.run_id, row.source].append(row.image_id)
    planned: list[int] = []
    for (run_id, source), images in again.items():
        run = runs.get_run(collection, run_id)
        wanted = Wanted(kind=run.kind, options=run.options, held=True, query=run.query, again=True)
        if run.kind == "tags":  # of the taggers of that run only the one that said it
            wanted = replace(wanted, options={**run.options, "models": [source]})
        planned.append(runs.start(collection, wanted, np.array(images, np.int32), context))
    return review.to_retry(collection, ids), planned
