"""The watcher: a service of the worker that takes over what happens in watched roots while it happens.

One thread per root listens (`library.watching.listening`); one thread for all looks at what became dirty, quickly and
only there, so that many events become few scans. One watcher per collection, whatever number of workers there is.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Final

from diffusion_toolkit.errors import Cancelled, NotFound, StoreError, ToolkitError
from diffusion_toolkit.jobs.scans import start_scan
from diffusion_toolkit.library.roots import Root, list_roots, note_state
from diffusion_toolkit.library.scanning.options import DEEP, QUICK, ReadFile
from diffusion_toolkit.library.scanning.passing import EVERYTHING
from diffusion_toolkit.library.scanning.runs import not_paused
from diffusion_toolkit.library.scanning.waiting import RootUnavailable
from diffusion_toolkit.library.watching.dirt import LOOK_AGAIN_S, Dirt, Look
from diffusion_toolkit.library.watching.following import Follower
from diffusion_toolkit.library.watching.listening import Heard, Listener, Listening, WatchOptions
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.store.locks import RootLock
from diffusion_toolkit.store.watching import LOCK, NO_ROOT, WatchedRow, write_watched

TICK_S: Final = 0.05
ROOTS_EVERY_S: Final = 1.0
COLLECTIONS_EVERY_S: Final = 5.0
UNAVAILABLE_S: Final = 3.0
WAITING_S: Final = 0.3
"""How often a file is looked at that somebody still writes."""

REST_PER_LOOK: Final = 20.0
"""Looking at a whole root by polling rests so many times as long as it took."""

READERS_REST_S: Final = 120.0
"""After so long without anything new the reading processes end."""

STOP_TIMEOUT_S: Final = 10.0

_log = logging.getLogger(__name__)


class Watcher:
    """Watches all collections of a database in threads of its own. `start` it, and `stop` it in the end."""

    def __init__(self, database: Database, read: ReadFile, options: WatchOptions | None = None) -> None:
        self._database = database
        self._read = read
        self._options = options or WatchOptions()
        self._stopping = threading.Event()
        self._watched: dict[str, CollectionWatch] = {}
        self._looked_at = -COLLECTIONS_EVERY_S
        self._thread = threading.Thread(target=self._run, name="dtk-watcher", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what runs is told to end, what it did is kept."""
        self._stopping.set()
        self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        try:
            while not self._stopping.wait(TICK_S):
                try:
                    self._step()
                except Cancelled:
                    return
                except Exception:  # noqa: BLE001  (a border: a database that is away for a moment must not end the watching)
                    _log.exception("The watcher failed; it goes on in a moment")
                    self._stopping.wait(ROOTS_EVERY_S)
        finally:
            for watch in self._watched.values():
                watch.close()

    def _step(self) -> None:
        if time.monotonic() - self._looked_at >= COLLECTIONS_EVERY_S:
            self._looked_at = time.monotonic()
            for name in self._database.collection_names():
                if name not in self._watched:
                    collection = self._database.collection(name)
                    self._watched[name] = CollectionWatch(collection, self._read, self._options, self._check)
        for watch in self._watched.values():
            watch.step()

    def _check(self) -> None:
        if self._stopping.is_set():
            raise Cancelled("The watcher ends.")


class CollectionWatch:
    """Watches the roots of one collection. Call `step` again and again, from one thread."""

    def __init__(
        self, collection: Collection, read: ReadFile, options: WatchOptions, check: Callable[[], None]
    ) -> None:
        self._collection = collection
        self._options = options
        self._check = check
        self._follower = Follower(collection, read)
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._listeners: dict[int, Listener] = {}
        self._listening: dict[int, Listening] = {}
        self._dirt: dict[int, Dirt] = {}
        self._rest_until: dict[int, float] = {}
        self._asked: set[int] = set()
        self._again: list[tuple[float, int, frozenset[int], frozenset[int]]] = []
        self._lock = RootLock(collection, NO_ROOT, LOCK)
        self._is_ours = False
        self._roots_at = -ROOTS_EVERY_S
        self._looked_at = time.monotonic()

    def close(self) -> None:
        """Stop listening, and let another watcher in."""
        self._stop_listening()
        self._follower.close()
        self._lock.close()

    def step(self) -> None:
        """Take down what was heard, and look at what is due."""
        now = time.monotonic()
        if now - self._roots_at >= ROOTS_EVERY_S:
            self._roots_at = now
            self._is_ours = self._lock.take()
            if self._is_ours:
                self._update_roots()
            else:
                self._stop_listening()
        if self._is_ours:
            self._take_down()
            self._look_around()
            self._read_again()
            if now - self._looked_at > READERS_REST_S:
                self._follower.rest()

    def _update_roots(self) -> None:
        """Listen to new roots, stop listening to those that are gone or changed."""
        roots = {root.id: root for root in list_roots(self._collection)}
        known_before = set(self._listeners)
        for root_id, listener in list(self._listeners.items()):
            if _ear(listener.root) != _ear(roots.get(root_id)):
                listener.stop()
                for known in (self._listeners, self._listening, self._dirt, self._rest_until):
                    known.pop(root_id, None)
        for root in roots.values():
            if root.id in self._listeners:
                self._listeners[root.id].root = root
            else:
                self._dirt[root.id] = Dirt()
                self._listeners[root.id] = Listener(root, self._options, self._heard)
        if known_before - set(roots):
            self._tell()

    def _stop_listening(self) -> None:
        for listener in self._listeners.values():
            listener.stop()
        for known in (self._listeners, self._listening, self._dirt, self._rest_until):
            known.clear()

    def _take_down(self) -> None:
        told = False
        while not self._heard.empty():
            heard = self._heard.get()
            dirt = self._dirt.get(heard.root_id)
            if dirt is None:
                continue
            now = time.monotonic()
            for kind, path, is_folder in heard.events:
                dirt.note(kind, path, now, is_folder=is_folder)
            if heard.everything:
                dirt.note_everything(now)
            if heard.listening is not None:
                self._listening[heard.root_id] = heard.listening
                note_state(self._collection, heard.root_id, available=heard.listening.available)
                told = True
        if told:
            self._tell()

    def _tell(self) -> None:
        rows = {
            root_id: WatchedRow(how=listening.how, reason=listening.reason)
            for root_id, listening in self._listening.items()
            if root_id in self._listeners
        }
        with self._collection.begin() as connection:
            write_watched(connection, rows)

    def _look_around(self) -> None:
        """First find out what is new in every root, then read it: a file that moved from one root to another is
        missing in the first before it is read in the second."""
        touched: dict[int, frozenset[int]] = {}
        for root_id, dirt in list(self._dirt.items()):
            now = time.monotonic()
            listening = self._listening.get(root_id)
            ready = listening is not None and listening.available and now >= self._rest_until.get(root_id, 0.0)
            if ready and dirt.is_due(now):
                touched[root_id] = self._look(self._listeners[root_id].root, dirt)
        for root_id, folder_ids in touched.items():
            if folder_ids and root_id in self._listeners:
                self._read(self._listeners[root_id].root, folder_ids)

    def _look(self, root: Root, dirt: Dirt) -> frozenset[int]:
        """Look at what is dirty; returns the folders in which something waits to be read."""
        look = dirt.take()
        begun = time.monotonic()
        if root.scanned_at is None and look.scope is EVERYTHING:
            self._scan_first(root)
            self._dirty_again(root, dirt, look, ROOTS_EVERY_S)
            return frozenset()
        try:
            seen = self._follower.look(root, look, self._check)
        except RootUnavailable:
            self._dirty_again(root, dirt, look, UNAVAILABLE_S)
            return frozenset()
        except NotFound:
            return frozenset()
        except StoreError:
            self._dirty_again(root, dirt, look, WAITING_S)
            raise
        now = time.monotonic()
        if seen is None:
            self._dirty_again(root, dirt, look, WAITING_S)
            return frozenset()
        self._looked_at = now
        if look.scope is EVERYTHING and self._listening[root.id].how == "polling":
            self._rest_until[root.id] = now + REST_PER_LOOK * (now - begun)
        dirt.note_later(seen.waiting, now + WAITING_S)
        dirt.note_later(look.again, now + LOOK_AGAIN_S)
        return seen.touched

    def _scan_first(self, root: Root) -> None:
        """A root that was never scanned gets a scan that shows its progress, once; it is looked at after that."""
        if root.id not in self._asked:
            self._asked.add(root.id)
            self._start_scan(root, (QUICK, DEEP))

    def _start_scan(self, root: Root, phases: tuple[str, ...]) -> None:
        """Have a root scanned, unless a person paused that."""
        start_scan(self._collection.database, self._collection.name, not_paused(self._collection, [root.id]), phases)

    def _dirty_again(self, root: Root, dirt: Dirt, look: Look, rest_s: float) -> None:
        now = time.monotonic()
        dirt.give_back(look, now)
        self._rest_until[root.id] = now + rest_s

    def _read(self, root: Root, folder_ids: frozenset[int]) -> None:
        try:
            if not self._follower.read(root, folder_ids, self._check):
                self._start_scan(root, (DEEP,))
                return
            incomplete, pause_s = self._follower.incomplete(folder_ids)
        except (RootUnavailable, NotFound):
            return
        except Cancelled:
            raise
        except ToolkitError as error:
            _log.warning("What is new in %r is read by the next scan: %s", root.path, error)
            return
        if incomplete:
            self._again.append((time.monotonic() + pause_s, root.id, incomplete, folder_ids))

    def _read_again(self) -> None:
        """Read files once more that may not have been complete."""
        now = time.monotonic()
        due = [entry for entry in self._again if entry[0] <= now]
        self._again = [entry for entry in self._again if entry[0] > now]
        for _, root_id, image_ids, folder_ids in due:
            if root_id in self._listeners:
                self._follower.ask_again(image_ids)
                self._read(self._listeners[root_id].root, folder_ids)


def _ear(root: Root | None) -> tuple[str, bool, bool] | None:
    """What a listener depends on."""
    return None if root is None else (root.path, root.watched, root.recursive)
