"""Undoing and doing again: any action of the journal, the last one or by its number."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.actions import parts, sentence
from diffusion_toolkit.library.files.undo import FILE_ACTIONS, undo_files
from diffusion_toolkit.library.folders import marks
from diffusion_toolkit.library.told import Told
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store import journal, undoing
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import ActionRow, Connection

SHOWN_IDS: Final = 500
"""An undo names this many of the images it touched."""

MOST_ACTIONS: Final = 1_000
MOST_PICTURES: Final = 3_000_000
"""Of all actions kept together: some 500 MB in the database, at 175 bytes a picture and action (`bench.curation`)."""
MOST_DAYS: Final = 30

Undoer = Callable[[Collection, int], Written]
"""Takes back an action whose number it is given, and marks it undone."""

UNDOERS: Final[Mapping[str, Undoer]] = {**dict.fromkeys(FILE_ACTIONS, undo_files), marks.ACTION: marks.undo_marks}
"""By kind of action: those that need more than putting back rows. They cannot be done again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action as one reads it. action: its kind; parts: the sentence by code, for other languages; changed: how many
    pictures."""

    id: int
    action: str
    sentence: str
    parts: Sequence[Told]
    changed: int
    made_at: datetime
    undone_at: datetime | None


def undo(collection: Collection, journal_id: int | None = None) -> Written:
    """Put back what an action changed; without a number, the last one that is not undone."""
    with collection.begin() as connection:
        journal.lock(connection)
        action = _action(connection, journal_id, journal.last, "There is nothing to undo.")
        if action.undone_at is not None:
            raise UsageError("This was undone already.")
        if action.action not in UNDOERS:
            return _swap(connection, action)
    return UNDOERS[action.action](collection, action.id)


def redo(collection: Collection, journal_id: int | None = None) -> Written:
    """Do again what was undone; without a number, the last undone action, if nothing was done since."""
    with collection.begin() as connection:
        journal.lock(connection)
        action = _action(connection, journal_id, journal.last_undone, "There is nothing to do again.")
        if action.undone_at is None:
            raise UsageError("This is not undone.")
        if action.action in UNDOERS:
            raise UsageError("This cannot be done again by itself; do it anew.")
        return _swap(connection, action)


def last_actions(collection: Collection, limit: int = 50, *, untold: Set[str] = frozenset()) -> list[Action]:
    """What was done last, the newest first. untold: names in whose place "…" stands."""
    with collection.begin() as connection:
        rows = journal.actions(connection, limit)
    return [_shown(replace(row, details=_without(row.details, untold))) for row in rows]


def get_action(collection: Collection, journal_id: int) -> Action:
    """One action. Raises NotFound."""
    with collection.begin() as connection:
        row = journal.get(connection, journal_id)
    if row is None:
        raise NotFound("There is no action of this number.")
    return _shown(row)


def tidy_journal(collection: Collection) -> int:
    """Forget actions beyond the newest thousand, of more than a month ago, or of too many pictures; how many."""
    with collection.begin() as connection:
        journal.lock(connection)
        return journal.tidy(connection, actions=MOST_ACTIONS, pictures=MOST_PICTURES, days=MOST_DAYS)


def _action(
    connection: Connection, journal_id: int | None, newest: Callable[[Connection], int | None], nothing: str
) -> ActionRow:
    number = newest(connection) if journal_id is None else journal_id
    found = journal.get(connection, number) if number is not None else None
    if found is None:
        raise NotFound(nothing)
    return found


def _swap(connection: Connection, action: ActionRow) -> Written:
    rows = undoing.swap(connection, action.id, SHOWN_IDS)
    if action.undone_at is None:
        journal.mark_undone(connection, action.id)
    else:
        journal.mark_done(connection, action.id)
    return Written(token=rows.token, journal_id=rows.journal_id, changed=rows.changed, image_ids=rows.image_ids)


def _without(details: Mapping[str, Any], untold: Set[str]) -> dict[str, Any]:
    def told(value: Any) -> Any:
        if isinstance(value, list):
            return [told(each) for each in cast("list[Any]", value)]
        return "…" if isinstance(value, str) and value in untold else value

    return {key: told(value) for key, value in details.items()}


def _shown(row: ActionRow) -> Action:
    changed = row.details.get("changed")
    return Action(
        id=row.id,
        action=row.action,
        sentence=sentence(row.action, row.details),
        parts=parts(row.action, row.details),
        changed=changed if isinstance(changed, int) else 0,
        made_at=row.made_at,
        undone_at=row.undone_at,
    )
