"""Finds the `serve` that already runs on a data folder, so that a second one opens it instead."""

from pathlib import Path
from types import TracebackType

import orjson
from filelock import FileLock, Timeout


class RunningServer:
    """The lock that a `serve` holds on its data folder while it runs, and the address it leaves there."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(data_dir / "serve.lock")
        self._note = data_dir / "serve.json"

    def take(self) -> bool:
        """Become the one that serves; False when another process is."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        self._note.unlink(missing_ok=True)
        return True

    def announce(self, url: str) -> None:
        """Leave the address for a second `serve`. Only the owner may read it: it may hold a token."""
        self._note.touch(mode=0o600)
        self._note.write_bytes(orjson.dumps({"url": url}))

    def url(self) -> str | None:
        """The address the running one announced, or None while it still starts."""
        try:
            return str(orjson.loads(self._note.read_bytes())["url"])
        except (OSError, orjson.JSONDecodeError, KeyError):
            return None

    def __enter__(self) -> "RunningServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()
