"""Commits results: small transactions, each of results and the note that they are there."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from diffusion_toolkit.enrich.engine.patience import patiently
from diffusion_toolkit.enrich.engine.pipeline import Outcome
from diffusion_toolkit.enrich.engine.stage import AnyStage, ItemFailed
from diffusion_toolkit.errors import StoreError
from diffusion_toolkit.store import enrichment_items as items
from diffusion_toolkit.store import enrichment_runs as runs
from diffusion_toolkit.store import journal, proposals
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import Connection

COMMIT_AT: Final = 64
COMMIT_EVERY_S: Final = 1.0
"""Results are committed when there are so many, or after so long."""

_log = logging.getLogger(__name__)


class Writer:
    """Writes what stages say for one runner of a run. done, failed: results so far, by us."""

    def __init__(
        self,
        collection: Collection,
        run_id: int,
        runner_id: int,
        stages: Mapping[str, AnyStage],
        *,
        held: bool,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._collection = collection
        self._run_id = run_id
        self._runner_id = runner_id
        self._stages = stages
        self._held = held
        self._pause = pause
        self.done = 0
        self.failed = 0

    def write(self, outcomes: Sequence[Outcome]) -> None:
        """Commit outcomes. Those that cannot be written fail alone. Raises StoreError when the database takes none,
        also after some waiting.
        """
        if not outcomes:
            return
        try:
            done, failed = patiently(lambda: self._commit(outcomes), self._pause)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  (the border to stages: one result that cannot be written)
            self._apart(outcomes, error)
            return
        self.done += done
        self.failed += failed

    def _apart(self, outcomes: Sequence[Outcome], error: Exception) -> None:
        if len(outcomes) > 1:
            half = len(outcomes) // 2
            self.write(outcomes[:half])
            self.write(outcomes[half:])
            return
        (outcome,) = outcomes
        if isinstance(outcome.result, ItemFailed):
            raise error
        _log.warning("A result of %s cannot be written", outcome.stage, exc_info=error)
        message = f"The result cannot be written: {type(error).__name__}: {error}"
        failed = ItemFailed(message.partition("\n")[0], "answer")
        self.write([Outcome(claimed=outcome.claimed, stage=outcome.stage, result=failed)])

    def _commit(self, outcomes: Sequence[Outcome]) -> tuple[int, int]:
        by_stage: defaultdict[str, list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            by_stage[outcome.stage].append(outcome)
        done = failed = 0
        with self._collection.begin() as connection:
            # Before or after what a person does, never between: a tag that is taken away now stays away.
            journal.lock(connection)
            # One order for all: two that commit never wait for each other.
            for name in sorted(by_stage):
                good = [each for each in by_stage[name] if not isinstance(each.result, ItemFailed)]
                bad = [(each, each.result) for each in by_stage[name] if isinstance(each.result, ItemFailed)]
                done += self._finish(connection, self._stages[name], good) if good else 0
                failed += self._fail(connection, self._stages[name], bad) if bad else 0
            runs.count(connection, self._run_id, done=done, failed=failed)
        return done, failed

    def _finish(self, connection: Connection, stage: AnyStage, outcomes: Sequence[Outcome]) -> int:
        looked_at = [(each.claimed.image_id, each.claimed.digest) for each in outcomes]
        ours = set(items.finish(connection, self._runner_id, stage.name, stage.version, looked_at))
        rows = [(each.claimed.image_id, each.result) for each in outcomes if each.claimed.image_id in ours]
        rows.sort(key=lambda row: row[0])
        if rows and self._held:
            drafts = [(image_id, stage.proposal(result)) for image_id, result in rows]
            proposals.add(connection, self._run_id, stage.name, drafts)
        elif rows:
            stage.write(connection, rows)
        return len(rows)

    def _fail(self, connection: Connection, stage: AnyStage, failures: Sequence[tuple[Outcome, ItemFailed]]) -> int:
        files = [each.claimed for each, failed in failures if failed.cause in ("file", "gone")]
        moved = items.release_moved(connection, self._runner_id, stage.name, files) if files else set[int]()
        rows = [
            (each.claimed.image_id, each.claimed.digest, failed.cause, failed.message.replace("\0", "")[:1000])
            for each, failed in failures
            if each.claimed.image_id not in moved
        ]
        return items.fail(connection, self._runner_id, stage.name, stage.version, rows)
