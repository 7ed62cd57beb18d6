"""The main colours of a collection's pictures: what the page draws before a thumbnail is there.

They are made of thumbnails that somebody asked for, in the background, and kept in the store.
"""

import logging
import time
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.errors import ToolkitError, UnreadableFile
from diffusion_toolkit.media.colour import main_colour
from diffusion_toolkit.store.colours import read_colours, write_colours
from diffusion_toolkit.store.database import Collection

log = logging.getLogger(__name__)

KNOWN: Final = 1 << 24
"""Added to every colour that is known, so that black is not nothing."""

MOST_WAITING: Final = 500
"""Thumbnails of 10 kB that wait to be looked at; further ones are, when they are asked for again."""

GATHERED_S: Final = 2.0
"""Colours are written together after so long a time."""

LEAST_S: Final = 0.01
"""The shortest wait for a thumbnail: a queue takes no negative one."""


class Colours:
    """Colours by the id of their image. May be used from many threads; `close` it in the end."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._colours: NDArray[np.uint32] | None = None
        self._lock = Lock()
        self._starting = Lock()
        self._waiting: SimpleQueue[tuple[int, bytes, bool] | None] = SimpleQueue()
        self._thread: Thread | None = None

    def of(self, ids: NDArray[np.int32]) -> bytes:
        """Three bytes for each image: red, green, blue; 0, 0, 0 where the colour is not known, 0, 0, 1 for black."""
        known = self._known()
        found = known[np.where(ids < len(known), ids, 0)]
        rgb = np.where(found == KNOWN, 1, found & (KNOWN - 1)).astype(">u4")
        return rgb.view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()

    def note(self, image_id: int, thumbnail: bytes, *, is_new: bool = False) -> None:
        """Somebody sees this thumbnail: its colour will be known soon. is_new: it was made now, of a file as it is.

        Never waits for the store, because somebody waits for the thumbnail.
        """
        if self._waiting.qsize() >= MOST_WAITING or not (is_new or self._is_missing(image_id, self._colours)):
            return
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = Thread(target=self._work, name="colours", daemon=True)
                    self._thread.start()
        self._waiting.put((image_id, thumbnail, is_new))

    def close(self) -> None:
        """Write what is known and not written."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread:
            self._waiting.put(None)
            thread.join()

    @staticmethod
    def _is_missing(image_id: int, known: NDArray[np.uint32] | None) -> bool:
        return known is None or image_id >= len(known) or not known[image_id]

    def _known(self) -> NDArray[np.uint32]:
        with self._lock:
            if self._colours is None:
                with self._collection.begin() as connection:
                    ids, colours = read_colours(connection)
                self._colours = np.zeros(int(ids.max(initial=0)) + 1, np.uint32)
                self._colours[ids] = colours.astype(np.uint32) | KNOWN
            return self._colours

    def _keep(self, image_id: int, colour: int) -> None:
        known = self._known()
        with self._lock:
            if image_id >= len(known):
                larger = np.zeros(image_id + image_id // 8 + 1, np.uint32)
                larger[: len(known)] = known
                self._colours = known = larger
            known[image_id] = colour | KNOWN

    def _work(self) -> None:
        goes_on = True
        while goes_on:
            made, goes_on = self._gathered()
            try:
                with self._collection.begin() as connection:
                    write_colours(connection, made)
            except ToolkitError as error:
                log.warning("colours of pictures could not be kept: %s", error)

    def _gathered(self) -> tuple[dict[int, int], bool]:
        """Colours of what was noted within some time from the first on, and whether more may come."""
        made: dict[int, int] = {}
        until: float | None = None
        while until is None or time.monotonic() < until:
            try:
                given = self._waiting.get(timeout=None if until is None else until - time.monotonic() + LEAST_S)
            except Empty:
                break
            if given is None:
                return made, False
            image_id, thumbnail, is_new = given
            if not (is_new or self._is_missing(image_id, self._known())):
                continue
            until = until or time.monotonic() + GATHERED_S
            try:
                made[image_id] = main_colour(thumbnail)
            except UnreadableFile as error:
                log.info("image %s has no colour: %s", image_id, error)
            else:
                self._keep(image_id, made[image_id])
        return made, True
