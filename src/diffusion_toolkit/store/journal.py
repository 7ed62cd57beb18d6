"""The journal of actions: what was done, and the state before, so that it can be undone and done again.

Undoing swaps: the state that is put back and the state it replaces change places in the journal, so that doing again
is the same step. One lock puts all writers of curation, and what models commit, one after another; readers and scans
never wait for it. Rows are touched in the order of their ids, as scans do, so that neither can lock the other out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import orjson
import sqlalchemy as sa
from numpy.typing import NDArray

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.tables import journal, journal_item, journal_row

Connection = sa.Connection
"""For those who pass one on and speak no SQL themselves."""

Details = Mapping[str, object]

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext(current_schema()), 7203142)")
_LOCK_IF_FREE = sa.text("SELECT pg_try_advisory_xact_lock(hashtext(current_schema()), 7203142)")
_TOKEN = sa.text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")
_NOTE = sa.text("UPDATE journal SET details = details || CAST(:details AS jsonb) WHERE id = :journal_id")
_CHANGED = sa.text("SELECT count(*) FROM journal_row WHERE journal_id = :journal_id")
_LAST = sa.text("SELECT id FROM journal WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1")
# What was done after an undo makes an end of doing again, as everywhere.
_LAST_UNDONE = sa.text("""
SELECT id FROM journal
WHERE undone_at > coalesce((SELECT max(made_at) FROM journal WHERE undone_at IS NULL), '-infinity')
ORDER BY undone_at DESC, id LIMIT 1
""")
_GET = sa.text("SELECT id, action, details, made_at, undone_at FROM journal WHERE id = :journal_id")
_LIST = sa.text("SELECT id, action, details, made_at, undone_at FROM journal ORDER BY id DESC LIMIT :limit")
_MARK = sa.text("UPDATE journal SET undone_at = now() WHERE id = :journal_id AND undone_at IS NULL")
_UNMARK = sa.text("UPDATE journal SET undone_at = NULL WHERE id = :journal_id")

# The last action always stays.
_TIDY = sa.text("""
WITH aged AS (
    SELECT id, made_at, row_number() OVER newest AS place,
           sum(coalesce(CAST(details ->> 'changed' AS bigint), 0)) OVER newest AS pictures
    FROM journal WINDOW newest AS (ORDER BY id DESC)
)
DELETE FROM journal USING aged
WHERE journal.id = aged.id AND place > 1
  AND (place > :actions OR pictures > :pictures OR aged.made_at < now() - :days * interval '1 day')
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """One action. action: its kind; details: what it did, for the sentence about it."""

    id: int
    action: str
    details: dict[str, JsonValue]
    made_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRows:
    """token: the transaction's number; journal_id: None when nothing changed; changed: pictures, or things where no
    picture changed; image_ids: some of those that changed."""

    token: int
    journal_id: int | None
    changed: int
    image_ids: tuple[int, ...] = ()


def lock(connection: Connection) -> None:
    """Let no other writer of curation in until the transaction ends."""
    connection.execute(_LOCK)


def lock_if_free(connection: Connection) -> bool:
    """The same, without waiting; False when another writer is at work."""
    return bool(connection.scalar(_LOCK_IF_FREE))


def token(connection: Connection) -> int:
    """The number of this transaction, which it gets by this if it had none."""
    return connection.execute(_TOKEN).scalar_one()


def begin(connection: Connection, action: str, details: Details) -> int:
    """Note a new action; returns its number. details: `changed` is how many pictures it changes."""
    made = sa.insert(journal).values(action=action, details=dict(details)).returning(journal.c.id)
    return connection.execute(made).scalar_one()


def note(connection: Connection, journal_id: int, details: Details) -> None:
    """Note more of what an action does, while it goes on."""
    connection.execute(_NOTE, {"journal_id": journal_id, "details": json_text(details)})


def changed_images(connection: Connection, journal_id: int) -> int:
    """How many pictures an action noted so far."""
    return connection.execute(_CHANGED, {"journal_id": journal_id}).scalar_one()


def forget(connection: Connection, journal_id: int) -> None:
    """Leave no trace of an action that changed nothing after all."""
    connection.execute(sa.delete(journal).where(journal.c.id == journal_id))


def forget_if_empty(connection: Connection, journal_id: int) -> bool:
    """The same, where it noted nothing that could be undone; whether it did not."""
    empty = ~sa.exists().where(journal_row.c.journal_id == journal.c.id)
    empty &= ~sa.exists().where(journal_item.c.journal_id == journal.c.id)
    return connection.execute(sa.delete(journal).where(journal.c.id == journal_id, empty)).rowcount > 0


def get(connection: Connection, journal_id: int) -> ActionRow | None:
    """One action."""
    row = connection.execute(_GET, {"journal_id": journal_id}).mappings().one_or_none()
    return None if row is None else ActionRow(**row)


def last(connection: Connection) -> int | None:
    """The last action that is not undone."""
    return connection.scalar(_LAST)


def last_undone(connection: Connection) -> int | None:
    """The action that was undone last, if nothing was done since."""
    return connection.scalar(_LAST_UNDONE)


def actions(connection: Connection, limit: int) -> list[ActionRow]:
    """The last actions, the newest first."""
    return [ActionRow(**row) for row in connection.execute(_LIST, {"limit": limit}).mappings()]


def mark_undone(connection: Connection, journal_id: int) -> None:
    """Note that an action is undone."""
    connection.execute(_MARK, {"journal_id": journal_id})


def mark_done(connection: Connection, journal_id: int) -> None:
    """Note that an undone action was done again."""
    connection.execute(_UNMARK, {"journal_id": journal_id})


def tidy(connection: Connection, *, actions: int, pictures: int, days: int) -> int:
    """Forget old actions beyond these bounds; returns how many."""
    return connection.execute(_TIDY, {"actions": actions, "pictures": pictures, "days": days}).rowcount


def array_text(ids: NDArray[np.integer] | Sequence[int]) -> str:
    """A PostgreSQL array as text: for a million numbers ten times faster than adapting them one by one."""
    numbers = ids.tolist() if isinstance(ids, np.ndarray) else ids
    return "{" + ",".join(map(str, numbers)) + "}"


def json_text(value: object) -> str:
    """A value for a jsonb parameter."""
    return orjson.dumps(value).decode()
