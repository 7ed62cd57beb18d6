"""The upkeep: a service of the worker that does small things by itself, again and again.

Moves that were interrupted and had to wait for a drive or the database are settled; pictures that carry curation are
hashed soon after; missing ones are looked for among the files that are there; once a day all curation is written out.
One upkeep per collection, whatever number of workers there is.
"""

import logging
import threading
import time
from pathlib import Path
from typing import Final

from diffusion_toolkit.errors import Cancelled
from diffusion_toolkit.library import identity
from diffusion_toolkit.library.daily_export import export_daily
from diffusion_toolkit.library.files.recovery import recover, unfinished
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.store.locks import RootLock

ROUND_S: Final = 15.0
"""How often it looks; a rating is followed by a hash within a minute."""

EXPORT_EVERY_S: Final = 600.0
STOP_TIMEOUT_S: Final = 10.0
_LOCK: Final = "upkeep"
_NO_ROOT: Final = 0

_log = logging.getLogger(__name__)


class Upkeep:
    """Keeps all collections of a database in a thread of its own. `start` it, and `stop` it in the end.

    data_dir: where the daily files go; None: nowhere.
    """

    def __init__(self, database: Database, data_dir: Path | None, round_s: float = ROUND_S) -> None:
        self._database = database
        self._data_dir = data_dir
        self._round_s = round_s
        self._stopping = threading.Event()
        self._decoders: Decoders | None = None
        self._kept: dict[str, _Kept] = {}
        self._thread = threading.Thread(target=self._run, name="dtk-upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what was done is kept."""
        self._stopping.set()
        self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        self._decoders = Decoders(1)
        try:
            while not self._stopping.wait(self._round_s):
                try:
                    self._round(self._decoders)
                except Cancelled:
                    return
                except Exception:  # noqa: BLE001  (a border: a database that is away for a moment must not end the upkeep)
                    _log.exception("The upkeep failed; it goes on in a moment")
        finally:
            for kept in self._kept.values():
                kept.lock.close()
            self._decoders.close()

    def _round(self, decoders: Decoders) -> None:
        for name in self._database.collection_names():
            if name not in self._kept:
                self._kept[name] = _Kept(self._database.collection(name))
            kept = self._kept[name]
            if kept.is_ours():
                self._keep(kept, decoders)

    def _keep(self, kept: "_Kept", decoders: Decoders) -> None:
        if unfinished(kept.collection) and (count := recover(kept.collection)):
            _log.info("%d file operations were settled that had been interrupted", count)
        identity.hash_curated(kept.collection, decoders, self._stopping.is_set)
        there = identity.what_is_there(kept.collection)
        if there != kept.seen:
            followed, offered = identity.find_lost(kept.collection, decoders, self._stopping.is_set)
            if followed or offered:
                _log.info("Of the missing pictures %d were found in another form, %d may be", followed, offered)
            kept.seen = there
        if self._data_dir is not None and time.monotonic() >= kept.export_at:
            kept.export_at = time.monotonic() + EXPORT_EVERY_S
            export_daily(kept.collection, self._data_dir)


class _Kept:
    """What the upkeep knows of one collection."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.lock = RootLock(collection, _NO_ROOT, _LOCK)
        self.seen: tuple[int, int, int] | None = None
        self.export_at = 0.0

    def is_ours(self) -> bool:
        """Whether no other worker keeps this collection."""
        return self.lock.take()
