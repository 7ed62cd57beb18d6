"""Takes back what was done to files, as far as that can be done; says of each file that stays why."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.files.operations import Result
from diffusion_toolkit.library.files.work import BATCH, Pair, held, perform, settle, write
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store import file_operations, file_rows, journal
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import Operation

FILE_ACTIONS: Final = (
    *("files.move", "files.rename", "files.copy", "files.trash", "files.delete", "files.remove", "files.add"),
    *("files.folder_create", "files.folder_move", "files.folder_trash", "files.folder_delete"),
    "files.write_out",
)
"""The actions that `undo_files` takes back."""

SHOWN_IDS: Final = 500
MOST_ENTRIES: Final = 20_000
"""Entries are put back this many at once: no disk is touched."""

CURATED_COPY: Final = "The copy was rated, tagged or put into an album since; it stays."


def undo_files(collection: Collection, journal_id: int) -> Written:
    """Take back an action on files, the last file first. Raises UsageError when nothing of it can be taken back.

    A copy is deleted only when nobody changed it or said anything of it; what went to the trash comes back where the
    trash gives it back; of what was deleted for good only the entry comes back.
    """
    with held(collection):
        settle(collection)
        with collection.begin() as connection:
            action = journal.get(connection, journal_id)
            if action is None:
                raise NotFound("There is nothing to undo.")
            if action.undone_at is not None:
                raise UsageError("This was undone already.")
            operations = [_afresh(each) for each in file_operations.start_back(connection, journal_id)]
            copies = [_copy_id(each) for each in operations if each.kind == "copy"]
            kept = file_rows.curated(connection, copies) if copies else set[int]()
        pairs = _taken_back(collection, operations, kept)
        gone_back = [operation for operation, result in pairs if result.happened]
        if operations and not gone_back:
            raise UsageError(next((result.message for _, result in pairs if result.message), "It cannot be undone."))
        with collection.begin() as connection:
            journal.mark_undone(connection, journal_id)
            token = journal.token(connection)
    ids = [operation.image_id for operation in gone_back if operation.image_id is not None]
    return Written(token=token, journal_id=journal_id, changed=len(gone_back), image_ids=tuple(ids[:SHOWN_IDS]))


def _taken_back(collection: Collection, operations: Sequence[Operation], kept: set[int]) -> list[Pair]:
    stays = [each for each in operations if each.kind == "copy" and _copy_id(each) in kept]
    pairs: list[Pair] = [(each, Result(happened=False, message=CURATED_COPY)) for each in stays]
    if pairs:
        write(collection, pairs)
    left = [each for each in operations if each not in stays]
    while left:
        done, _ = perform(collection, left[: MOST_ENTRIES if left[0].kind == "remove" else BATCH])
        pairs += done
        left = left[len(done) :]
    return pairs


def _afresh(operation: Operation) -> Operation:
    """The operation without what its way there noted."""
    details = {name: value for name, value in operation.details.items() if name != "times"}
    return replace(operation, details=details)


def _copy_id(operation: Operation) -> int:
    return cast(int, operation.details.get("copy_id", 0))
