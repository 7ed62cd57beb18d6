"""Puts right what a crash left of file operations: finishes them or takes them back, so that rows and disk agree."""

from diffusion_toolkit.library.files.work import settle
from diffusion_toolkit.store import file_operations
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import files_lock


def recover(collection: Collection) -> int:
    """Settle what was left unfinished; returns how many operations that were.

    Does nothing while another process changes files, since what runs there is not left behind. What lies on a drive
    that is not there now waits until it is back. May be called at any time, again and again.
    """
    with files_lock(collection) as lock:
        return settle(collection) if lock.take() else 0


def unfinished(collection: Collection) -> list[int]:
    """The actions of which something is planned or runs, the oldest first."""
    with collection.begin() as connection:
        return file_operations.unfinished(connection)
