"""Carries what happens in the store and the catalogs to the open event streams."""

import logging
from threading import Event, Thread
from typing import Final

from diffusion_toolkit import paths
from diffusion_toolkit.errors import ToolkitError
from diffusion_toolkit.library.models.work import model_work
from diffusion_toolkit.library.scanning.runs import last_scans
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.scan_news import scan_news
from diffusion_toolkit.web.broadcast import Broadcaster
from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.models import ScanAnswer
from diffusion_toolkit.web.root_answers import root_news
from diffusion_toolkit.web.run_answers import run_news
from diffusion_toolkit.web.telling import told_failure

log = logging.getLogger(__name__)
POLL_S: Final = 5.0


def scan_answers(collection: Collection) -> list[ScanAnswer]:
    """The last scan of every root: the answer of `GET scans` and the data of a `scan` event."""
    return [
        ScanAnswer.model_validate(run).model_copy(
            update={
                "root_path": paths.printable(run.root_path),
                "told": told_failure(run.message),
                "ended_at": run.finished_at.timestamp() if run.finished_at else None,
            }
        )
        for run in last_scans(collection)
    ]


def scan_list(collection: Collection) -> list[dict[str, object]]:
    """The same, for an event."""
    return [answer.model_dump() for answer in scan_answers(collection)]


def states(collection: Collection) -> list[tuple[str, object]]:
    """How scans, roots and the work of models are: events and their data."""
    found: list[tuple[str, object]] = [("scan", scan_list(collection)), ("roots", root_news(collection))]
    if work := model_work(collection):
        found.append(("models", work))
    if runs := run_news(collection):
        found.append(("enrichment", runs))
    return found


def first_messages(library: Library, name: str) -> list[tuple[str, object]]:
    """What a visitor is told on arrival, so that nothing is missed after a break. Raises NotFound."""
    messages = states(library.collection(name))
    revision = library.revision(name)
    if revision is not None:
        messages.append(("changed", {"collection": name, "revision": revision}))
    return messages


class LiveNews:
    """Two sources: catalogs tell when they changed, the store tells of scans; both go to the broadcaster."""

    def __init__(self, library: Library, broadcaster: Broadcaster) -> None:
        self._library = library
        self._broadcaster = broadcaster
        self._stopping = Event()
        self._thread = Thread(target=self._follow_scans, name="scan-news", daemon=True)
        library.on_change(self._changed)

    def start(self) -> None:
        """Follow scans in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following; waits for the thread."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _changed(self, name: str, revision: int) -> None:
        self._broadcaster.publish("changed", name, {"collection": name, "revision": revision})

    def _follow_scans(self) -> None:
        while not self._stopping.is_set():
            try:
                for _ in scan_news(self._library.database, self._stopping, every_s=POLL_S):
                    self._tell_scans()
            except ToolkitError as error:
                log.warning("news of scans stopped: %s", error)
                self._stopping.wait(POLL_S)

    def _tell_scans(self) -> None:
        for name in self._broadcaster.watched:
            for event, data in states(self._library.collection(name)):
                self._broadcaster.publish(event, name, data, is_state=True)
