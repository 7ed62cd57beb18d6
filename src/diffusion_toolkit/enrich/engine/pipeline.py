"""The pipeline of one process: decoding on many threads, one or two for each device, what is between them bounded.

Decoding runs ahead by two batches, so that a model never waits for it where decoding is fast enough, and memory stays
bounded where it is faster.
"""

import contextlib
import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Protocol

from diffusion_toolkit.enrich.engine.batches import Looking
from diffusion_toolkit.enrich.engine.stage import AnyStage, Given, ItemFailed, StageFailed
from diffusion_toolkit.errors import Cancelled, NotFound, ToolkitError
from diffusion_toolkit.media.decoders import Cancel, Decoders
from diffusion_toolkit.media.pixels import PixelNeed, pixels_of
from diffusion_toolkit.media.squares import Pixels
from diffusion_toolkit.paths import printable, system_name
from diffusion_toolkit.store.enrichment_items import ClaimedImage
from diffusion_toolkit.store.enrichment_texts import TextNeed

CARDS: Final = ("cuda", "directml")
AT_ONCE: Final = 2
"""Batches that a card is given at once: while it works on one, the next is put together and the last is read."""

WAIT_S: Final = 0.25
"""A batch that is not full waits so long for more."""

GLANCE_S: Final = 0.05
ASK_AGAIN_S: Final = 0.2
RESULTS_WAITING: Final = 1024
"""Results that wait to be written; then models wait."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture to look at, with the texts about it that its stages ask for."""

    claimed: ClaimedImage
    texts: Mapping[TextNeed, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def path(self) -> str:
        """The file."""
        return os.path.join(
            *(system_name(part) for part in (self.claimed.root, self.claimed.folder, self.claimed.name))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a stage says about a picture: a result of its own kind, or why there is none."""

    claimed: ClaimedImage
    stage: str
    result: Any | ItemFailed


class Pictures(Protocol):
    """Where pictures come from."""

    def more(self) -> list[Picture] | None:
        """The next ones; an empty list: none at this moment; None: none any more. Called by one thread at a time."""
        ...


class Pipeline:
    """Looks at pictures by stages. runners: for each device the stages as they were opened on it, in the same order.

    decoders, count: processes that decode, and how many pictures are prepared at once.
    """

    def __init__(
        self, runners: Sequence[Sequence[AnyStage]], pictures: Pictures, decoders: Decoders, count: int
    ) -> None:
        self._stages = {stage.name: stage for stage in runners[0]}
        self._looking = [
            {stage.name: Looking(stage) for stage in stages} for stages in runners for _ in range(_at_once(stages))
        ]
        self._pictures = pictures
        self._decoders = decoders
        self._taking = threading.Lock()
        self._taken: deque[Picture] = deque()
        self._is_over = False
        self._between = _Between(self._stages, self._room)
        self._outcomes: queue.Queue[Outcome] = queue.Queue(RESULTS_WAITING)
        self._stopping = threading.Event()
        self._trouble: list[BaseException] = []
        self._decoding = [
            threading.Thread(target=self._guarded, args=(self._decode,), name="dtk-prepare", daemon=True)
            for _ in range(count)
        ]
        self._devices = [
            threading.Thread(target=self._guarded, args=(self._look, looking), name="dtk-device", daemon=True)
            for looking in self._looking
        ]

    def outcomes(self) -> Iterator[Outcome | None]:
        """What the stages say, in any order; None now and then when nothing is said. Raises what ended the work."""
        for thread in (*self._decoding, *self._devices):
            thread.start()
        while True:
            at_work = any(thread.is_alive() for thread in self._devices)
            try:
                yield self._outcomes.get(timeout=GLANCE_S)
                continue
            except queue.Empty:
                if self._trouble:
                    raise self._trouble[0] from None
                if not at_work:
                    return
            yield None

    def stop(self) -> list[Outcome]:
        """Stop after what is being looked at; waits for the threads. What was said and not heard yet."""
        self._stopping.set()
        self._between.close()
        unheard: list[Outcome] = []
        threads = (*self._decoding, *self._devices)
        while any(thread.is_alive() for thread in threads) or not self._outcomes.empty():
            with contextlib.suppress(queue.Empty):
                unheard.append(self._outcomes.get(timeout=GLANCE_S))
        return unheard

    @property
    def batch_sizes(self) -> dict[str, int]:
        """Pictures at once, by stage, on the first device."""
        return {name: looking.batch.size for name, looking in self._looking[0].items()}

    def _guarded(self, work: Any, *arguments: Any) -> None:
        try:
            work(*arguments)
        except Cancelled:
            pass
        except BaseException as error:  # noqa: BLE001  (a thread's border: whoever reads the outcomes gets it)
            self._trouble.append(error)
            self._stopping.set()
            self._between.close()

    def _decode(self) -> None:
        self._between.begin()
        try:
            while (picture := self._next()) is not None:
                self._prepare(picture)
        finally:
            self._between.end()

    def _next(self) -> Picture | None:
        while not self._stopping.is_set():
            with self._taking:
                if self._taken:
                    return self._taken.popleft()
                if self._is_over:
                    return None
                found = self._pictures.more()
                if found is None:
                    self._is_over = True
                    return None
                self._taken.extend(found)
                if not found:  # in the lock: one who asks again and again is enough
                    self._stopping.wait(ASK_AGAIN_S)
        return None

    def _prepare(self, picture: Picture) -> None:
        pixels: dict[PixelNeed, Pixels | ItemFailed] = {}
        for name in picture.claimed.stages:
            stage = self._stages[name]
            need = stage.pixels
            if need is not None and need not in pixels:
                pixels[need] = picture_pixels(picture, need, self._decoders, self._stopping)
            found = prepared(stage, picture, pixels[need] if need is not None else None)
            if isinstance(found, ItemFailed):
                self._tell(Outcome(claimed=picture.claimed, stage=name, result=found))
            else:
                self._between.put(name, (picture.claimed, found))

    def _look(self, looking: Mapping[str, Looking]) -> None:
        while (batch := self._between.take({name: each.batch.size for name, each in looking.items()})) is not None:
            name, items = batch
            results = looking[name].look([prepared for _, prepared in items])
            for (claimed, _), result in zip(items, results, strict=True):
                self._tell(Outcome(claimed=claimed, stage=name, result=result))

    def _tell(self, outcome: Outcome) -> None:
        while True:
            try:
                self._outcomes.put(outcome, timeout=GLANCE_S)
            except queue.Full:
                continue
            return

    def _room(self, name: str) -> int:
        """How many prepared pictures of a stage may wait: two batches for each thread that looks."""
        return 2 * sum(looking[name].batch.size for looking in self._looking)


def _at_once(stages: Sequence[AnyStage]) -> int:
    """Threads for one device. A processor has no time between two batches."""
    return AT_ONCE if all(stage.device in CARDS and stage.fixed_batch is None for stage in stages) else 1


def picture_pixels(
    picture: Picture, need: PixelNeed, decoders: Decoders, cancelled: Cancel | None = None
) -> Pixels | ItemFailed:
    """The pixels of a picture as its stages need them. Raises Cancelled, and StageFailed when its drive is gone."""
    try:
        return pixels_of(picture.path, need, decoders, cancelled)
    except NotFound:
        root = system_name(picture.claimed.root)
        if not os.path.isdir(root):
            raise StageFailed(f"{printable(picture.claimed.root)} is not connected.") from None
        return ItemFailed("The file is not there.", "file")
    except Cancelled:
        raise
    except ToolkitError as error:
        return ItemFailed(str(error), "file")


def prepared(stage: AnyStage, picture: Picture, pixels: Pixels | ItemFailed | None) -> Any | ItemFailed:
    """What goes into the batch. What the stage raises about this picture is its failure alone."""
    if isinstance(pixels, ItemFailed):
        return pixels
    try:
        texts: dict[TextNeed, str] = {need: picture.texts[need] for need in stage.texts if need in picture.texts}
        return stage.prepare(Given(image_id=picture.claimed.image_id, pixels=pixels, texts=texts))
    except ToolkitError as error:
        return ItemFailed(str(error), "file")
    except Exception as error:  # noqa: BLE001  (the border to models)
        _log.warning("%s could not prepare image %d", stage.name, picture.claimed.image_id, exc_info=error)
        return ItemFailed(f"{type(error).__name__}: {error}", "file")


class _Between:
    """Prepared pictures by stage, between those who decode and those who look. Bounded."""

    def __init__(self, stages: Mapping[str, AnyStage], room: Any) -> None:
        self._waiting: dict[str, deque[tuple[ClaimedImage, Any]]] = {name: deque() for name in stages}
        self._room = room
        self._changed = threading.Condition()
        self._begun = 0
        self._ended = 0
        self._closed = False

    def begin(self) -> None:
        """One more decodes."""
        with self._changed:
            self._begun += 1

    def end(self) -> None:
        """One less decodes; after the last, nothing comes any more."""
        with self._changed:
            self._ended += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def put(self, name: str, item: tuple[ClaimedImage, Any]) -> None:
        """Add a picture, when there is room for it. Raises Cancelled when all was closed."""
        with self._changed:
            while len(self._waiting[name]) >= self._room(name) and not self._closed:
                self._changed.wait()
            if self._closed:
                raise Cancelled("The work was stopped.")
            self._waiting[name].append(item)
            self._changed.notify_all()

    def take(self, sizes: Mapping[str, int]) -> tuple[str, list[tuple[ClaimedImage, Any]]] | None:
        """The next batch: a full one, or what there is after a short wait; None when nothing comes any more."""
        with self._changed:
            since = time.monotonic()
            while not self._closed:
                name = max(sizes, key=lambda name: len(self._waiting[name]) / sizes[name])
                waiting = self._waiting[name]
                over = self._begun > 0 and self._begun == self._ended
                waited = time.monotonic() - since
                if len(waiting) >= sizes[name] or (waiting and (over or waited >= WAIT_S)):
                    batch = [waiting.popleft() for _ in range(min(sizes[name], len(waiting)))]
                    self._changed.notify_all()
                    return name, batch
                if over:
                    return None
                # An empty shelf has no batch to wait for.
                self._changed.wait(max(0.0, WAIT_S - waited) if waiting else None)
                if not waiting:
                    since = time.monotonic()
        return None
