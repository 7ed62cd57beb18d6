"""The pipeline of one process: decoding on many threads, one or two for each device, what is between them bounded.

Decoding runs ahead by two batches, so that a model never waits for it where decoding is fast enough, and memory stays
bounded where it is faster.
"""

import contextlib
import logging
import os
import queue
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Protocol

from diffusion_toolkit.enrich.engine.batches import Looking
from diffusion_toolkit.enrich.engine.between import Between, Item
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

DOUBT_S: Final = 0.5
"""Pictures that a network raised on are held back so long for one that it does not raise on."""

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
        self._between = Between(self._stages, self._room, len(self._looking))
        self._outcomes: queue.Queue[Outcome] = queue.Queue(RESULTS_WAITING)
        self._stopping = threading.Event()
        self._trouble: list[BaseException] = []
        self._decoding = [
            threading.Thread(target=self._guarded, args=(self._decode,), name="dtk-prepare", daemon=True)
            for _ in range(count)
        ]
        self._lost: list[str] = []
        numbers = [number for number, stages in enumerate(runners) for _ in range(_at_once(stages))]
        self._left = Counter(numbers)
        self._giving_up = threading.Lock()
        self._devices = [
            threading.Thread(target=self._guarded, args=(self._look, number, looking), name="dtk-device", daemon=True)
            for number, looking in zip(numbers, self._looking, strict=True)
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
    def lost(self) -> tuple[str, ...]:
        """Of each device that does not work any more, while others do: what happened, for people."""
        return tuple(self._lost)

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

    def _look(self, number: int, looking: Mapping[str, Looking]) -> None:
        """One device at work. Where it raises on one picture after another, that may be its own fault: they are not
        told before it has done one; if it never does, and there are others, these get its pictures. What is in doubt
        when the work is stopped is left to whoever goes on with it.
        """
        doubted: dict[str, list[tuple[Item, ItemFailed]]] = {name: [] for name in looking}
        while True:
            sizes = {name: each.batch.size for name, each in looking.items()}
            batch = self._between.take(sizes, DOUBT_S if any(doubted.values()) else None)
            if batch is None or not batch[1]:
                if not self._stopping.is_set():
                    for name in looking:
                        self._tell_doubted(name, doubted[name])
                if batch is None:
                    return
                continue
            name, items = batch
            try:
                results = looking[name].look([prepared for _, prepared in items])
            except StageFailed as error:
                back = {each: [item for item, _ in failed] for each, failed in doubted.items()}
                if not self._between.give_back(back | {name: back[name] + items}):
                    raise
                self._give_up(number, looking[name].stage.device, error)
                return
            if not all(_is_doubtful(result) for result in results):
                self._tell_doubted(name, doubted[name])
                for (claimed, _), result in zip(items, results, strict=True):
                    self._tell(Outcome(claimed=claimed, stage=name, result=result))
            else:
                doubted[name] += zip(items, results, strict=True)
            self._between.settled()

    def _give_up(self, number: int, device: str, error: StageFailed) -> None:
        """One batch at a time less for a device; of one that had two, memory may be enough for the other."""
        _log.warning("Device %d (%s) does less: %s", number + 1, device, error)
        with self._giving_up:
            self._left[number] -= 1
            if not self._left[number]:
                self._lost.append(f"Device {number + 1} ({device}) stopped: {error}")

    def _tell_doubted(self, name: str, doubted: list[tuple[Item, ItemFailed]]) -> None:
        for (claimed, _), failed in doubted:
            self._tell(Outcome(claimed=claimed, stage=name, result=failed))
        doubted.clear()

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
        if not _is_mounted(system_name(picture.claimed.root)):
            raise StageFailed(f"{printable(picture.claimed.root)} is not connected.") from None
        return ItemFailed("The file is not there.", "gone")
    except Cancelled:
        raise
    except ToolkitError as error:
        return ItemFailed(str(error), "file")


def _is_mounted(root: str) -> bool:
    """Whether the folder can be listed and holds something: the mount point of an unplugged drive is empty."""
    try:
        with os.scandir(root) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


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


def _is_doubtful(result: Any) -> bool:
    """Whether the network raised on a picture: for its own sake, or for the device's."""
    return isinstance(result, ItemFailed) and result.cause == "network"
