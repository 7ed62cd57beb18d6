"""What background work on models says of itself: its progress, how it ended, and the wish that it stop."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.progress import INTERRUPTED, IsCancelled, Progress, stop_if
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.options import announce_progress, merge_option, option

WorkKind: TypeAlias = Literal["scan", "hash", "civitai"]
KINDS: Final[tuple[WorkKind, ...]] = ("scan", "hash", "civitai")

EVERY_S: Final = 0.5
SILENT_S: Final = 60.0
"""Work that says nothing for so long has died."""

_RESTING: Final = ("waiting", "paused")
_NOTHING_ASKED: Final[dict[str, JsonValue]] = {"cancel_asked": False, "pause_asked": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWork:
    """Running work, or the last of its kind. state: "waiting", "running", "paused", "done", "cancelled", "failed";
    done, total: files, mebibytes of hashes, questions to Civitai; moments in seconds since 1970.
    """

    kind: WorkKind
    state: str
    done: int
    total: int | None
    rate_per_s: float
    remaining_s: float | None
    counts: dict[str, int]
    message: str | None
    seen_at: float


def model_work(collection: Collection) -> list[ModelWork]:
    """The work on models of each kind that was ever asked for."""
    with collection.begin() as connection:
        values = [option(connection, _name(kind)) for kind in KINDS]
    return [_work(kind, value) for kind, value in zip(KINDS, values, strict=True) if isinstance(value, dict)]


def ask_to_stop(collection: Collection, kinds: tuple[WorkKind, ...] = KINDS) -> None:
    """Have this work stop within a second, in whatever process it runs; what waits or is paused ends at once."""
    with collection.begin() as connection:
        for kind in kinds:
            known = option(connection, _name(kind))
            if isinstance(known, dict):
                ended: dict[str, JsonValue] = {"state": "cancelled"} if known.get("state") in _RESTING else {}
                merge_option(connection, _name(kind), {"cancel_asked": True, **ended})
        announce_progress(connection)


def ask_to_pause(collection: Collection, kind: WorkKind) -> None:
    """Have work of a kind pause within a second; what waits is paused at once. Raises UsageError when there is none."""
    with collection.begin() as connection:
        known = option(connection, _name(kind))
        if not isinstance(known, dict) or _work(kind, known).state not in ("waiting", "running"):
            raise UsageError("Only work that runs or waits can be paused.")
        rests: dict[str, JsonValue] = {"state": "paused"} if known.get("state") == "waiting" else {}
        merge_option(connection, _name(kind), {"pause_asked": True, **rests})
        announce_progress(connection)


def ids_of_paused(collection: Collection, kind: WorkKind) -> list[int] | None:
    """What paused work was about; None: everything. Raises UsageError when none is paused."""
    with collection.begin() as connection:
        known = option(connection, _name(kind))
    if not isinstance(known, dict) or known.get("state") != "paused":
        raise UsageError("Only paused work can go on.")
    ids = known.get("ids")
    return [number for number in ids if isinstance(number, int)] if isinstance(ids, list) else None


def note_waiting(collection: Collection, kind: WorkKind, ids: Sequence[int] | None = None) -> None:
    """The work was queued. ids: what it is about; absent: everything."""
    fresh: dict[str, JsonValue] = {"state": "waiting", "done": 0, "total": None, "counts": {}, "message": None}
    asked: dict[str, JsonValue] = {**_NOTHING_ASKED, "ids": None if ids is None else [*ids]}
    with collection.begin() as connection:
        known = option(connection, _name(kind))
        if not isinstance(known, dict) or _work(kind, known).state != "running":
            merge_option(connection, _name(kind), {**fresh, **asked, "seen_at": time.time()})
            announce_progress(connection)


class WorkRecord:
    """Keeps the record of running work, written at most twice a second."""

    def __init__(
        self, collection: Collection, kind: WorkKind, is_cancelled: IsCancelled, ids: Sequence[int] | None = None
    ) -> None:
        self.pause_asked = False
        self._collection = collection
        self._kind: WorkKind = kind
        self._is_cancelled = is_cancelled
        self._written_at = 0.0
        self._last = Progress(stage=kind, done=0)
        self._write({"state": "running", "message": None, "ids": None if ids is None else [*ids]})

    def note(self, progress: Progress) -> None:
        """Take down how far the work is. Raises Cancelled when it was asked to stop, here or anywhere."""
        self._last = progress
        self.check()

    def check(self) -> None:
        """Show that the work is alive. Raises Cancelled."""
        stop_if(self._is_cancelled)
        if time.monotonic() - self._written_at >= EVERY_S:
            asked = self._write({"state": "running"})
            stop_if(lambda: asked)

    def is_cancelled(self) -> bool:
        """The same as an answer; for work that asks often."""
        if time.monotonic() - self._written_at >= EVERY_S:
            return self._write({"state": "running"}) or self._is_cancelled()
        return self._is_cancelled()

    def finish(self, state: str, message: str | None = None) -> None:
        """Write how it ended."""
        self._write({"state": state, "message": message, "remaining_s": None, **_NOTHING_ASKED})

    def _write(self, values: dict[str, JsonValue]) -> bool:
        last = self._last
        known: dict[str, JsonValue] = {
            "done": last.done,
            "total": last.total,
            "rate_per_s": last.rate_per_s,
            "remaining_s": last.remaining_s,
            "counts": dict(last.counts),
            "seen_at": time.time(),
        }
        with self._collection.begin() as connection:
            found = merge_option(connection, _name(self._kind), {**known, **values})
            announce_progress(connection)
        self._written_at = time.monotonic()
        self.pause_asked = found.get("pause_asked") is True and found.get("cancel_asked") is not True
        return self.pause_asked or found.get("cancel_asked") is True


def _name(kind: WorkKind) -> str:
    return f"model work {kind}"


def _work(kind: WorkKind, value: dict[str, JsonValue]) -> ModelWork:
    def number(key: str) -> float:
        found = value.get(key)
        return found if isinstance(found, int | float) else 0.0

    died = value.get("state") == "running" and time.time() - number("seen_at") > SILENT_S
    counts, message, total = value.get("counts"), value.get("message"), value.get("total")
    remaining = value.get("remaining_s")
    return ModelWork(
        kind=kind,
        state="failed" if died else str(value.get("state")),
        done=int(number("done")),
        total=total if isinstance(total, int) else None,
        rate_per_s=number("rate_per_s"),
        remaining_s=remaining if isinstance(remaining, int | float) else None,
        counts=cast("dict[str, int]", counts) if isinstance(counts, dict) else {},
        message=INTERRUPTED if died else (message if isinstance(message, str) else None),
        seen_at=number("seen_at"),
    )
