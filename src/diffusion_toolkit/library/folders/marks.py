"""Folders that are passed over: excluded ones, whose pictures are hidden, and archived ones, which scans leave alone.

Nothing that is known of a picture is lost by it, and every change can be undone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.paths import folders_above, printable
from diffusion_toolkit.store import folders, journal
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.folders import Connection, FolderRow

Mark = Literal["excluded", "archived"]
Reach = Literal["no", "folder", "tree"]
"""What a mark holds for: nothing, the folder's own files, or all below it too, folders that come later included."""

ACTION: Final = "folders.mark"

_DONE: Final = {
    ("excluded", "no"): "Took {} back into the library",
    ("excluded", "folder"): "Excluded {}",
    ("excluded", "tree"): "Excluded {} with all below",
    ("archived", "no"): "Took {} out of the archive",
    ("archived", "folder"): "Archived {}",
    ("archived", "tree"): "Archived {} with all below",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    folder_id: int
    before: str


def mark_folders(
    collection: Collection, folder_ids: Sequence[int], mark: Mark, reach: Reach, *, below: bool = False
) -> Written:
    """Exclude or archive folders, or take that back. below: with "no", also from every folder below.

    Raises NotFound for an unknown folder, UsageError for one that a folder above it holds.
    """
    with collection.begin() as connection:
        journal.lock(connection)
        rows = folders.chosen_folders(connection, folder_ids)
        if len(rows) != len(set(folder_ids)):
            raise NotFound("There is no such folder in the library.")
        if reach == "no":
            for row in rows:
                _refuse_held(connection, row, mark, {row.path for row in rows})
        changes = _changes(connection, rows, mark, reach, below=below)
        token = journal.token(connection)
        if not changes:
            return Written(token=token, journal_id=None, changed=0)
        sentence = _DONE[mark, reach].format(_named(rows))
        before = [[change.folder_id, change.before] for change in changes]
        details = {"sentence": sentence, "changed": 0, "mark": mark, "before": before}
        journal_id = journal.begin(connection, ACTION, details)
        folders.set_mark(connection, mark, [change.folder_id for change in changes], reach)
    return Written(token=token, journal_id=journal_id, changed=len(changes))


def undo_marks(collection: Collection, journal_id: int) -> Written:
    """Give folders the marks they had before an action."""
    with collection.begin() as connection:
        journal.lock(connection)
        action = journal.get(connection, journal_id)
        if action is None:
            raise NotFound("There is nothing to undo.")
        mark = cast(Mark, action.details["mark"])
        before = cast(Sequence[tuple[int, str]], action.details["before"])
        for reach in ("no", "folder", "tree"):
            numbers = [number for number, value in before if value == reach]
            folders.set_mark(connection, mark, numbers, reach)
        journal.mark_undone(connection, journal_id)
        return Written(token=journal.token(connection), journal_id=journal_id, changed=len(before))


def _changes(
    connection: Connection, rows: Sequence[FolderRow], mark: Mark, reach: Reach, *, below: bool
) -> list[_Change]:
    if below:
        numbers = {number for row in rows for number in folders.ids_below(connection, row.root_id, row.path)}
        rows = folders.chosen_folders(connection, sorted(numbers))
    return [_Change(folder_id=row.id, before=_value(row, mark)) for row in rows if _value(row, mark) != reach]


def _refuse_held(connection: Connection, row: FolderRow, mark: Mark, chosen: set[str]) -> None:
    """A folder below an excluded tree cannot be taken back alone."""
    trees = {
        path
        for path, *values in folders.marked(connection, row.root_id)
        if values[folders.MARKS.index(mark)] == "tree" and path not in chosen
    }
    holding = next((path for path in folders_above(row.path) if path in trees), None)
    if holding is not None:
        name = printable(holding) or "the root"
        raise UsageError(f"{printable(row.path)} is {mark} because {name} is, with all below it. Take that one back.")


def _value(row: FolderRow, mark: Mark) -> str:
    return row.excluded if mark == "excluded" else row.archived


def _named(rows: Sequence[FolderRow]) -> str:
    if len(rows) != 1:
        return f"{len(rows)} folders"
    return f'"{printable(rows[0].path)}"' if rows[0].path else "a root"
