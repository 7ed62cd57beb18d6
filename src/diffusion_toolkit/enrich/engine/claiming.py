"""Takes what waits for a run, chunk by chunk."""

from collections.abc import Mapping
from typing import Final

from diffusion_toolkit.enrich.engine.patience import patiently
from diffusion_toolkit.enrich.engine.pipeline import Picture
from diffusion_toolkit.enrich.engine.stage import AnyStage
from diffusion_toolkit.store import enrichment_items as items
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.enrichment_texts import TextNeed, texts_of

CHUNK: Final = 64
"""Results claimed at once: small, so that what becomes urgent is not far behind, and little is redone after a crash."""

SUSPECT: Final = {1: 8, 2: 1}
"""Of what one or two runners died with, so much is claimed at once, so that in the end the culprit dies alone."""


class Claims:
    """The pictures of a run, for one runner. finished: call it with the number of results that were written."""

    def __init__(self, collection: Collection, run_id: int, runner_id: int, stages: Mapping[str, AnyStage]) -> None:
        self._collection = collection
        self._run_id = run_id
        self._runner_id = runner_id
        self._texts: tuple[TextNeed, ...] = tuple({need: None for each in stages.values() for need in each.texts})
        self._in_flight = 0
        self._finished = 0

    def finished(self, count: int) -> None:
        """So many results are written."""
        self._finished += count

    def more(self) -> list[Picture] | None:
        """The next pictures, the urgent first; empty while others hold what is left; None when nothing is left.

        Raises StoreError when the database cannot be asked, also after some waiting.
        """
        found = patiently(self._claimed)
        self._in_flight += sum(len(each.claimed.stages) for each in found or ())
        return found

    def _claimed(self) -> list[Picture] | None:
        with self._collection.begin() as connection:
            found = items.claim(connection, self._run_id, self._runner_id, tries=0, most=CHUNK)
            if not found and self._in_flight == self._finished:
                found = self._suspects(connection)
                if not found and items.left(connection, self._run_id) == (0, 0):
                    return None
                if not found:
                    items.take_back(connection, self._collection)
            texts = texts_of(connection, [each.image_id for each in found], self._texts) if self._texts else {}
        return [Picture(claimed=each, texts=texts.get(each.image_id, {})) for each in found]

    def _suspects(self, connection: items.Connection) -> list[items.ClaimedImage]:
        for tries, most in SUSPECT.items():
            if found := items.claim(connection, self._run_id, self._runner_id, tries=tries, most=most):
                return found
        return []
