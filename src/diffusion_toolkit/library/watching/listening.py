"""Listens to one root in a thread of its own, so that a drive that hangs holds up nobody else."""

import logging
import os
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from watchfiles import Change, watch

from diffusion_toolkit.library.roots import Root, can_be_read, is_mounted
from diffusion_toolkit.library.watching.dirt import Kind
from diffusion_toolkit.library.watching.drives import mounts, network_type
from diffusion_toolkit.paths import stored_name, system_name

DEBOUNCE_MS: Final = 400
STEP_MS: Final = 50
GLANCE_MS: Final = 500
AWAY_POLL_S: Final = 1.0
UNWATCHED_POLL_S: Final = 5.0
RETRY_EVENTS_S: Final = 600.0
"""After so long it is tried again whether events can be had."""

How = Literal["events", "polling", "off"]

_KINDS: Final[dict[int, Kind]] = {Change.added: "added", Change.modified: "changed", Change.deleted: "gone"}
_UNREADABLE_NAME: Final = "Unable to decode path"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """How to watch. polling: always look at the folders instead of waiting for events; poll_s: the shortest pause
    between two looks (on a slow drive it is longer, see `jobs.watcher`)."""

    polling: bool = False
    poll_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """How a root is watched now. reason: why not by events, or why not at all."""

    how: How
    available: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a listener tells. listening: a new state; everything: look at the whole root; events: kind, path (relative,
    stored form), and whether a folder is there."""

    root_id: int
    listening: Listening | None = None
    everything: bool = False
    events: tuple[tuple[Kind, str, bool], ...] = field(default=())


class Listener:
    """Tells what happens in one root. `stop` it in the end."""

    def __init__(self, root: Root, options: WatchOptions, heard: "queue.SimpleQueue[Heard]") -> None:
        self.root = root
        self._top = system_name(root.path)
        self._options = options
        self._heard = heard
        self._stopping = threading.Event()
        self._last: Listening | None = None
        self._was_away = False
        self._events_fail_until = 0.0
        self._reason: str | None = None
        self._thread = threading.Thread(target=self._run, name=f"dtk-listen-{root.id}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; does not wait for a drive that hangs."""
        self._stopping.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._round()
            except Exception:  # noqa: BLE001  (a border: whatever a drive does, the root is tried again)
                _log.exception("Watching %r failed", self.root.path)
                self._stopping.wait(AWAY_POLL_S)

    def _round(self) -> None:
        if not self._is_there():
            self._was_away = True
            self._tell(Listening(how="off", available=False, reason="It cannot be reached now."))
            self._stopping.wait(AWAY_POLL_S)
        elif not self.root.watched:
            self._tell(Listening(how="off", available=True, reason="Watching is switched off for it."))
            self._back()
            self._stopping.wait(UNWATCHED_POLL_S)
        elif reason := self._why_polling():
            self._poll(reason)
        else:
            self._listen()

    def _is_there(self) -> bool:
        """Reachable, and not the bare mount point of a drive that is away."""
        return can_be_read(self.root.path) and (is_mounted(self.root.path) or not self._was_away)

    def _why_polling(self) -> str | None:
        if self._options.polling:
            return "The settings say so."
        if time.monotonic() < self._events_fail_until:
            return self._reason
        kind = network_type(self._top, mounts())
        return None if kind is None else f"It lies on a network drive ({kind})."

    def _poll(self, reason: str) -> None:
        """Have the whole root looked at, as long as it is there."""
        self._tell(Listening(how="polling", available=True, reason=reason))
        self._was_away = False
        while not self._stopping.is_set() and self._is_there() and self._why_polling():
            self._heard.put(Heard(root_id=self.root.id, everything=True))
            self._stopping.wait(self._options.poll_s)

    def _listen(self) -> None:
        number = _number(self._top)
        changes = watch(
            self._top,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            stop_event=self._stopping,
            rust_timeout=GLANCE_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=False,
            recursive=self.root.recursive,
            ignore_permission_denied=True,
        )
        started = False
        try:
            for found in changes:
                if found:
                    self._heard.put(Heard(root_id=self.root.id, events=tuple(self._events(found))))
                if not started:  # from now on nothing is missed; what came before is looked for once
                    started = True
                    self._tell(Listening(how="events", available=True))
                    self._was_away = False
                    self._heard.put(Heard(root_id=self.root.id, everything=True))
                if not found and _number(self._top) != number:
                    return
                if any(path == self._top for _, path in found) and _number(self._top) != number:
                    return
        except (OSError, RuntimeError) as error:
            self._failed(str(error))
        finally:
            changes.close()

    def _failed(self, text: str) -> None:
        if _UNREADABLE_NAME in text:  # a name that is not UTF-8: the library of events cannot tell it
            self._heard.put(Heard(root_id=self.root.id, everything=True))
            self._stopping.wait(AWAY_POLL_S)
            return
        _log.warning("%r is looked at now and then, because its events cannot be had: %s", self.root.path, text)
        self._reason = f"The system gives no events for it: {text}"
        self._events_fail_until = time.monotonic() + RETRY_EVENTS_S

    def _events(self, found: Iterable[tuple[Change, str]]) -> Iterable[tuple[Kind, str, bool]]:
        before = self._top.rstrip(os.sep) + os.sep
        for change, path in found:
            if path.startswith(before):
                relative = path[len(before) :].replace(os.sep, "/")
                yield _KINDS[change], stored_name(relative), os.path.isdir(path) and not os.path.islink(path)

    def _back(self) -> None:
        if self._was_away:
            self._was_away = False
            self._heard.put(Heard(root_id=self.root.id, everything=True))

    def _tell(self, listening: Listening) -> None:
        if listening != self._last:
            self._last = listening
            self._heard.put(Heard(root_id=self.root.id, listening=listening))


def _number(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
