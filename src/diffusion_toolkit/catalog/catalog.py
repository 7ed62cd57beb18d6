"""The catalog of one collection: holds the newest state, brings it up to date, keeps results."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from diffusion_toolkit.catalog import load, snapshot
from diffusion_toolkit.catalog.answers import Answers, Courtesy, no_courtesy
from diffusion_toolkit.catalog.lists import Lists
from diffusion_toolkit.catalog.load import Change
from diffusion_toolkit.catalog.selection import Selections
from diffusion_toolkit.catalog.sort import KEYS, prepared
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.catalog.tallies import Tallies
from diffusion_toolkit.errors import Cancelled, StoreError
from diffusion_toolkit.progress import stop_if
from diffusion_toolkit.store import feed
from diffusion_toolkit.store.database import Collection

_LOG = logging.getLogger(__name__)
_LISTENING_WAIT_S = 1.0
_RETRY_S = 2.0
_TOKEN_RETRY_S = 0.01
_REST_PER_WORK = 4.0
_SHORTEST_REST_S = 0.4
_MOST_COURTESY_S = 0.5
_MOST_TRIES = 10

Listener = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogOptions:
    """How the catalog works.

    snapshot_folder: where it keeps its state between two starts (None: it always loads from the store) ·
    selections, selection_bytes: how many results are kept, and how large together · token_wait_s: how long a query
    waits for a change it must see · save_after_s, save_after_changes: a new snapshot is written when both have passed.
    """

    snapshot_folder: Path | None = None
    selections: int = 1_000
    selection_bytes: int = 128 * 2**20
    token_wait_s: float = 5.0
    save_after_s: float = 600.0
    save_after_changes: int = 20_000


class Catalog:
    """The columnar view of one collection. `load` it before use and `close` it in the end.

    All methods may be called from any thread.
    """

    def __init__(self, collection: Collection, options: CatalogOptions | None = None) -> None:
        self.collection = collection
        self.options = options or CatalogOptions()
        self.answers = Answers()
        self.selections = Selections(most=self.options.selections, most_bytes=self.options.selection_bytes)
        self._state: State | None = None
        self._nsfw_hidden = False
        self._writing = threading.Lock()
        self._saving = threading.Lock()
        self._compacting = threading.Lock()
        self._stopping = threading.Event()
        self._listeners: list[Listener] = []
        self._threads: list[threading.Thread] = []
        self._saved = _Saved(at=time.monotonic())

    @property
    def state(self) -> State:
        """The newest state. Keep it for as long as one answer takes: the next may differ."""
        if self._state is None:
            self.load()
        assert self._state is not None
        return self._state

    def load(self) -> None:
        """Read the library: the last snapshot and what changed since, or everything from the store."""
        with self._writing:
            if self._state is None:
                self._load()

    def hide_nsfw(self, hidden: bool) -> None:
        """Find pictures that are marked NSFW no more, or again. Results of before cannot be asked for any longer."""
        with self._writing:
            if hidden == self._nsfw_hidden:
                return
            self._nsfw_hidden = hidden
            if self._state is None:
                return
            library, revision = self._state.library + 1, self._next_revision()
            self._state = replace(
                self._state, library=library, revision=revision, nsfw_hidden=hidden, tallies=Tallies()
            )
            self.selections.forget_all()
            self._announce()

    def refresh(self) -> bool:
        """Take over what changed in the store. True when something did."""
        with self._writing:
            return self._refresh()

    def seen(self, token: int) -> bool:
        """Whether the newest state holds what the transaction `token` wrote; waits `token_wait_s` for it at most.

        One that has not even begun is not waited for: it is of another database, or made up.
        """
        deadline = time.monotonic() + self.options.token_wait_s
        while not self.state.snapshot.sees(token):
            with self.answers.hurrying(), self._writing:
                if not self.state.snapshot.sees(token):
                    self._refresh()
                if token >= self.state.snapshot.high:
                    return False
            is_late = time.monotonic() > deadline or self._stopping.is_set()
            if not self.state.snapshot.sees(token) and (is_late or self._stopping.wait(_TOKEN_RETRY_S)):
                return False
        return True

    def follow(self) -> None:
        """From now on, take over every change soon after it happened."""
        self._run(self._follow, "catalog-follower")
        self._run(self._work_ahead, "catalog-ahead")

    def add_listener(self, listener: Listener) -> None:
        """Call this with the number of each new state; from the thread that made it."""
        self._listeners.append(listener)

    def save(self) -> Path | None:
        """Write the newest state to the snapshot folder, if there is one."""
        folder = self.options.snapshot_folder
        if folder is None or self._state is None:
            return None
        with self._saving:
            state = self._state
            path = snapshot.write(state, folder)
            self._saved = _Saved(at=time.monotonic())
            if path is not None and self._state is state:
                self._use_file(state, path)
            return path

    def _use_file(self, state: State, path: Path) -> None:
        """The same state out of the file just written: mapped memory can be given back, ours cannot."""
        with self._writing:
            if self._state is state:
                kept = snapshot.read(path)
                orders = state.orders.joined(kept.orders, state.count)
                self._state = replace(
                    kept,
                    library=state.library,
                    revision=state.revision,
                    orders=orders,
                    tallies=state.tallies,
                    nsfw_hidden=self._nsfw_hidden,
                )

    def close(self) -> None:
        """Stop following."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        if self._state is not None and self._saved.changes >= self.options.save_after_changes:
            self.save()

    def _run(self, work: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads = [*(old for old in self._threads if old.is_alive()), thread]
        thread.start()

    def _load(self) -> None:
        kept = snapshot.newest(self.options.snapshot_folder, self.collection.schema)
        if kept is not None:
            with feed.reading(self.collection, kept.snapshot) as reading:
                if reading.origin == kept.origin and reading.snapshot.high >= kept.snapshot.high:
                    kept = replace(kept, nsfw_hidden=self._nsfw_hidden)
                    self._publish(kept, *load.applied(kept, reading))
                    return
        self._load_all()

    def _load_all(self) -> None:
        with feed.reading(self.collection) as reading:
            state = load.loaded(reading, self._state.library + 1 if self._state else 1)
        self.selections.forget_all()
        self._state = replace(state, revision=self._next_revision(), nsfw_hidden=self._nsfw_hidden)
        self._announce()
        self._run(self._prepare, "catalog-preparing")

    def _refresh(self, courtesy: Courtesy | None = None) -> bool:
        """courtesy: where nobody waits for this. It makes way then, and works ahead for the queries to come."""
        old, between = self._state, courtesy or no_courtesy
        if old is None:
            self._load()
            return True
        with feed.reading(self.collection, old.snapshot) as reading:
            same = reading.origin == old.origin and reading.snapshot.high >= old.snapshot.high
            if same and reading.is_unchanged:
                self._state = old.as_of(reading.snapshot)
                return False
            if same:
                return self._publish(old, *load.applied(old, reading, between), courtesy)
        _LOG.warning("The database was replaced; reading the whole library again.")
        self._load_all()
        return True

    def _publish(self, old: State, state: State, change: Change, courtesy: Courtesy | None = None) -> bool:
        between = courtesy or no_courtesy
        changed = bool(len(change.positions) or change.tables or state.count > change.first_new)
        if not changed:
            self._state = state
            return False

        def touches(key: str) -> bool:
            return bool(KEYS[key].columns & change.columns)

        orders = state.orders.carried(touches, change.positions, state.count)
        orders = orders.without({key for key in KEYS if KEYS[key].is_reordered(old, state, change.tables)})
        between()
        state.keep_ranks()
        between()
        tallies = old.tallies.carried(old, state, change)
        newer = replace(state, revision=self._next_revision(), orders=orders, tallies=tallies)
        if courtesy:
            newer.keep_listed()
            for key in orders.recent:
                between()
                prepared(newer, key, ahead=True)
        self._state = newer
        self._saved = self._saved.after(len(change.positions) + state.count - change.first_new)
        self._announce()
        if (
            state.tag_lists.wants_compacting or state.resource_lists.wants_compacting
        ) and not self._compacting.locked():
            self._run(self._compact, "catalog-compacting")
        return True

    def _compact(self) -> None:
        """Build the lists anew in which much has changed; queries and changes go on meanwhile."""
        with self._compacting:
            for name in ("tag_lists", "resource_lists"):
                older: Lists = getattr(self.state, name)
                if not older.wants_compacting or self._stopping.is_set():
                    continue
                library, compacted = self.state.library, older.compacted()
                with self._writing:
                    state = self.state
                    if state.library == library:
                        newer: Lists = getattr(state, name)
                        self._state = state.with_lists(name, newer.instead(older, compacted))
                        self._saved = self._saved.after(len(older.overlay))  # or the next start would do it again

    def _next_revision(self) -> int:
        return self._state.revision + 1 if self._state else 1

    def _announce(self) -> None:
        assert self._state is not None
        for listener in self._listeners:
            listener(self._state.revision)

    def _prepare(self) -> None:
        """After reading everything: index the words, sort by every key, and keep that for the next start."""
        try:
            self.state.prompts.prepare(self._stopping.is_set)
            self._sort_ahead(no_courtesy)
        except Cancelled:
            return
        self.save()

    def _work_ahead(self) -> None:
        """Before anybody asks: sort by every key, and count what is counted by codes."""
        try:
            for _ in range(_MOST_TRIES):
                state = self._sort_ahead(Courtesy(self.answers, _MOST_COURTESY_S))
                state.tallies.prepare(state)
                if self.state is state:
                    return
        except Cancelled:
            return

    def _sort_ahead(self, between: Callable[[], None]) -> State:
        """Of the newest state, which is returned: a newer one takes over what was made when it began."""
        state = self.state
        for name in KEYS:
            stop_if(self._stopping.is_set)
            between()
            prepared(state, name, ahead=True)
        return state

    def _follow(self) -> None:
        while not self._stopping.is_set():
            try:
                for announced in feed.announcements(self.collection, self._stopping.is_set, wait_s=_LISTENING_WAIT_S):
                    if announced:
                        self._refresh_and_rest()
                    self._save_when_due()
            except Cancelled:
                return
            except StoreError as error:
                _LOG.warning("Not following the store at the moment: %s", error)
                self._stopping.wait(_RETRY_S)

    def _refresh_and_rest(self) -> None:
        """Makes way for answers, and rests at least four times as long as it worked: most of the time is theirs.

        A query that has to see a write does not wait for this; it refreshes by itself.
        """
        begun, make_way = time.monotonic(), Courtesy(self.answers, _MOST_COURTESY_S)
        make_way()
        with self._writing:
            self._refresh(make_way)
        worked = time.monotonic() - begun - make_way.spent_s
        self._stopping.wait(max(_SHORTEST_REST_S, _REST_PER_WORK * worked))

    def _save_when_due(self) -> None:
        saved, options = self._saved, self.options
        if saved.changes >= options.save_after_changes and time.monotonic() - saved.at >= options.save_after_s:
            self._sort_ahead(Courtesy(self.answers, _MOST_COURTESY_S))
            self.save()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved:
    """When the last snapshot was written, and how many images changed since."""

    at: float
    changes: int = 0

    def after(self, changes: int) -> "_Saved":
        return replace(self, changes=self.changes + changes)
