"""What a browser is shown of a file: the file itself, or a picture or film made of it.

What is made is made once, and kept in a bounded cache.
"""

import os
import shutil
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal

from diffusion_toolkit.errors import Cancelled, DiskFull, UnreadableFile
from diffusion_toolkit.formats import VIDEO_FORMATS
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.media.decoders import Cancel, Decoders, shared_decoders
from diffusion_toolkit.media.limits import WorkLimits
from diffusion_toolkit.media.rendition_limits import MOST_BYTES, MOST_SECONDS

RenditionKind = Literal["original", "picture", "video"]

MADE_PICTURES: Final = ("tiff", "heif")
SHOWN_FILMS: Final = ("mp4", "webm")
SHOWN_CODECS: Final = (None, "h264", "av1", "vp8", "vp9")
SHOWN_SOUND: Final = (None, "aac", "mp3", "opus", "vorbis", "flac")
"""What every browser of today shows and plays; None: there is none, or it is not known."""

FILM_LIMITS: Final = WorkLimits(busy_s=1800.0, waiting_s=1800.0)
FILMS_AT_ONCE: Final = 1
GRACE_S: Final = 5.0
"""A film that nobody waits for any more is given up after this time: players leave and come again."""
FILM: Final = ".mp4"


def rendition_kind(form: str | None, codec: str | None = None, audio_codec: str | None = None) -> RenditionKind:
    """What a browser has to be shown of a file of this format, with these codecs if it is a film.

    A film of which only the format is known counts as one with common codecs.
    """
    if form in MADE_PICTURES:
        return "picture"
    if form not in VIDEO_FORMATS:
        return "original"
    shown = form in SHOWN_FILMS and codec in SHOWN_CODECS and audio_codec in SHOWN_SOUND
    return "original" if shown else "video"


def shown_seconds(kind: RenditionKind, duration_s: float | None) -> float | None:
    """How much of a film its rendition shows, when it is not all of it."""
    return MOST_SECONDS if kind == "video" and (duration_s or 0) > MOST_SECONDS else None


class FilmInTheMaking:
    """A film that is being made: `done` gives its file in the end; `growing` can be shown meanwhile, once it exists.

    Whoever waits for it says `join` before and `leave` after.
    """

    def __init__(self, growing: Path) -> None:
        self.growing = growing
        self.done: Future[Path] = Future()
        self.given_up = False
        self._waiting = 0
        self._left_at = time.monotonic()
        self._lock = Lock()

    def join(self) -> None:
        """Wait for it."""
        with self._lock:
            self._waiting += 1

    def leave(self) -> None:
        """Wait no more; when nobody does, it is given up soon."""
        with self._lock:
            self._waiting -= 1
            self._left_at = time.monotonic()

    def is_set(self) -> bool:
        """Whether it is to be given up."""
        return self.given_up or (self._waiting == 0 and time.monotonic() - self._left_at > GRACE_S)


class Renditions:
    """Pictures and films for browsers, in a folder of at most `limit_bytes` (a little more for a moment)."""

    def __init__(self, folder: Path, limit_bytes: int = 2 * 2**30) -> None:
        self._cache = ThumbnailCache(folder, limit_bytes)
        self._threads = ThreadPoolExecutor(FILMS_AT_ONCE, thread_name_prefix="rendition")
        self._encoders = Decoders(FILMS_AT_ONCE, FILM_LIMITS)
        self._making: dict[str, FilmInTheMaking] = {}
        self._lock = Lock()

    def picture(self, key: str, source: Path) -> bytes:
        """A WebP of a picture, in full size up to 8192 pixels. Raises UnreadableFile, NotFound."""
        return self._cache.get_or_make(key, 0, lambda: _shown(shared_decoders(), "picture", source))

    def film(self, key: str, source: Path) -> Path | FilmInTheMaking:
        """An MP4 of a film, or the making of it, which is joined. Raises UnreadableFile when it failed lately."""
        found = self._cache.file(key, FILM)
        if found is not None:
            return found
        self._cache.raise_known_failure(key)
        with self._lock:
            making = self._making.get(key)
            if making is None or making.is_set():
                making = self._begin(key, source)
            making.join()
            return making

    def close(self) -> None:
        """Begin nothing more, and give up what is being made."""
        with self._lock:
            for making in self._making.values():
                making.given_up = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._encoders.close()

    def _begin(self, key: str, source: Path) -> FilmInTheMaking:
        folder = self._cache.place(key, FILM).parent
        if shutil.disk_usage(folder).free < 2 * MOST_BYTES:
            raise DiskFull("There is no space left to make a film that the browser can show. Free some, and try again.")
        handle, growing = tempfile.mkstemp(dir=folder, suffix=".new")
        os.close(handle)
        making = self._making[key] = FilmInTheMaking(Path(growing))
        self._threads.submit(self._make, key, source, making)
        return making

    def _make(self, key: str, source: Path, making: FilmInTheMaking) -> None:
        complete = making.growing.with_suffix(".done.new")
        try:
            if making.is_set():
                raise Cancelled("Nobody waits for it any more.")
            _shown(self._encoders, "film", source, str(making.growing), str(complete), cancelled=making)
            making.done.set_result(self._cache.put_file(key, FILM, complete))
        except Exception as error:  # noqa: BLE001  whoever waits gets it
            self._cache.remember_failure(key, error)
            making.done.set_exception(error)
        finally:
            with self._lock:
                if self._making.get(key) is making:
                    del self._making[key]
            for file in (making.growing, complete):
                with suppress(OSError):  # none there; or on Windows, still being sent: the next sweep takes it
                    file.unlink()


def _shown(decoders: Decoders, task: str, source: Path, *arguments: object, cancelled: Cancel | None = None) -> Any:
    try:
        return decoders.run(task, source, *arguments, cancelled=cancelled)
    except UnreadableFile as error:
        raise UnreadableFile(f"It cannot be shown: {error}") from error
