"""Takes entries out of the library while their files stay; scans pass over them until the user wants them back."""

from collections.abc import Sequence

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.files.plan import place_of, rows_of
from diffusion_toolkit.library.files.work import held, settle
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store import file_operations, file_rows, journal
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import NewOperation
from diffusion_toolkit.store.file_rows import FileRow

SHOWN_IDS = 500


def remove_entries(collection: Collection, image_ids: Sequence[int]) -> Written:
    """Remove entries, with all that was said of them, until it is undone. No file is touched.

    The next scans pass over these files as long as they are as they were. Raises UsageError when there are none.
    """
    rows, _ = rows_of(collection, image_ids)
    if not rows:
        raise UsageError("There are no such pictures.")
    with held(collection):
        settle(collection)
        with collection.begin() as connection:
            journal.lock(connection)
            pictures = "1 picture" if len(rows) == 1 else f"{len(rows):,} pictures"
            details = {"changed": len(rows), "sentence": f"Removed {pictures} from the library"}
            journal_id = journal.begin(connection, "files.remove", details)
            file_operations.plan(connection, journal_id, [_operation(row) for row in rows])
            file_operations.end_all(connection, journal_id, "done")
            file_rows.take_out(connection, journal_id, [row.id for row in rows])
            token = journal.token(connection)
    ids = tuple(row.id for row in rows[:SHOWN_IDS])
    return Written(token=token, journal_id=journal_id, changed=len(rows), image_ids=ids)


def take_in_again(collection: Collection, root_id: int) -> int:
    """Let scans take in again what was removed from a root; returns how many files that are. The next scan adds them.

    They come back as new pictures; undoing the removal brings back what was said of them too.
    """
    with collection.begin() as connection:
        return file_operations.end_removals(connection, root_id)


def _operation(row: FileRow) -> NewOperation:
    return NewOperation(
        kind="remove",
        image_id=row.id,
        source_path=f"{place_of(row).rstrip('/')}/{row.name}",
        target_path=None,
        details={"folder_id": row.folder_id, "name": row.name, "size": row.size_bytes, "mtime_ns": row.mtime_ns},
    )
