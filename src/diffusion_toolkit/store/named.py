"""Things with a name of their own: tags, their aliases, albums, saved queries.

Every change notes the columns it replaces.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, JSONB

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.tables import album, journal_item, saved_query, tag, tag_alias

TABLES: Final[Mapping[str, sa.Table]] = {
    "tag": tag,
    "tag_alias": tag_alias,
    "album": album,
    "saved_query": saved_query,
}
CALLED: Final = {"tag": "tag", "tag_alias": "alias", "album": "album", "saved_query": "saved query"}
_NOTED: Final = {"name", "canonical", "identity", "query", "sort", "view", "cover_id", "position", "deleted_at"}
_AT_ONCE: Final = 5_000
"""Rows of one statement, whose parameters PostgreSQL limits to 65,535."""

Values = Mapping[str, Any]
NOW: Final = sa.func.now()
"""A value of `change`: the moment of the transaction."""


def create(connection: Connection, journal_id: int, subject: str, values: Values) -> int:
    """Add one, and note that undo takes it away. Raises UsageError when its name is taken."""
    table = TABLES[subject]
    refuse_taken(connection, subject, values["identity"], values["name"])
    number: int = connection.execute(sa.insert(table).values(**values).returning(table.c.id)).scalar_one()
    _note(connection, journal_id, subject, [number], {"deleted_at": NOW})
    return number


def create_many(connection: Connection, journal_id: int, subject: str, rows: Sequence[Values]) -> dict[bytes, int]:
    """Add those whose names are new; the ids of all of them by identity."""
    table = TABLES[subject]
    known: dict[bytes, int] = {}
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        known |= by_identity(connection, subject, [row["identity"] for row in some])
        new = [row for row in some if row["identity"] not in known]
        if new:
            made = connection.execute(sa.insert(table).values(new).returning(table.c.identity, table.c.id))
            ids = {bytes(row[0]): int(row[1]) for row in made}
            _note(connection, journal_id, subject, list(ids.values()), {"deleted_at": NOW})
            known |= ids
    return known


def change(connection: Connection, journal_id: int, subject: str, ids: Sequence[int], values: Values) -> int:
    """Set columns of some that are not deleted; returns how many. Raises UsageError when a name is taken."""
    table = TABLES[subject]
    if "identity" in values and ids:
        refuse_taken(connection, subject, values["identity"], values["name"], except_id=ids[0])
    _note(connection, journal_id, subject, ids, {name: table.c[name] for name in values})
    chosen = sa.and_(table.c.id.in_(ids), table.c.deleted_at.is_(None))
    return connection.execute(sa.update(table).where(chosen).values(**values, touched_at=NOW)).rowcount


def existing(connection: Connection, subject: str, number: int) -> sa.RowMapping:
    """One that is not deleted. Raises NotFound."""
    table = TABLES[subject]
    query = sa.select(*(column for column in table.c if column.name != "image_ids"))
    row = connection.execute(query.where(table.c.id == number, table.c.deleted_at.is_(None))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no such {CALLED[subject]} any more.")
    return row


def by_identity(connection: Connection, subject: str, identities: Sequence[bytes]) -> dict[bytes, int]:
    """Which names exist, and their ids."""
    table = TABLES[subject]
    query = sa.select(table.c.identity, table.c.id).where(table.c.deleted_at.is_(None))
    found: dict[bytes, int] = {}
    for first in range(0, len(identities), _AT_ONCE):
        some = table.c.identity.in_(identities[first : first + _AT_ONCE])
        found |= {bytes(row[0]): int(row[1]) for row in connection.execute(query.where(some))}
    return found


def refuse_taken(
    connection: Connection, subject: str, identity: bytes, name: str, *, except_id: int | None = None
) -> None:
    """Raise UsageError when another one has this name."""
    found = by_identity(connection, subject, [identity]).get(identity)
    if found is not None and found != except_id:
        raise UsageError(f'There is a {CALLED[subject]} "{name}" already. Choose another name.')


def last_position(connection: Connection, subject: str) -> float:
    """The place behind all others."""
    table = TABLES[subject]
    highest = connection.scalar(sa.select(sa.func.max(table.c.position)).where(table.c.deleted_at.is_(None)))
    return float(highest or 0) + 1


def place_before(connection: Connection, journal_id: int, subject: str, number: int, before: int | None) -> None:
    """Put one in front of another in the person's own order; None: behind all."""
    table = TABLES[subject]
    query = sa.select(table.c.id).where(table.c.deleted_at.is_(None)).order_by(table.c.position, table.c.id)
    order = [found for found in connection.scalars(query) if found != number]
    place = order.index(before) if before in order else len(order)
    order.insert(place, number)
    # All get new places: they are few, and no gap between two of them can become too small.
    _note(connection, journal_id, subject, order, {"position": table.c.position})
    places = sa.values(sa.column("id", sa.Integer), sa.column("place", sa.Double), name="places").data(
        [(found, float(place)) for place, found in enumerate(order, start=1)]
    )
    connection.execute(sa.update(table).where(table.c.id == places.c.id).values(position=places.c.place))


def swap(connection: Connection, journal_id: int) -> int:
    """Put back the columns that an action replaced, and keep what stood there; returns how many things."""
    query = sa.select(journal_item.c.subject).where(journal_item.c.journal_id == journal_id).distinct()
    subjects = set(connection.scalars(query))
    return sum(_swapped(connection, journal_id, subject) for subject in TABLES if subject in subjects)


def _swapped(connection: Connection, journal_id: int, subject: str) -> int:
    _refuse_names_taken(connection, journal_id, subject)
    table, item = TABLES[subject], journal_item
    columns = [column for column in table.c if column.name in _NOTED]
    present = sa.func.jsonb_build_object(type_=JSONB)
    for column in columns:
        one = _object({column.name: column})
        present = present.concat(sa.case((_has(item.c.before, column.name), one), else_=sa.literal({}, JSONB)))
    noted = (
        sa.select(item.c.subject_id, item.c.before, present.label("present"))
        .join(table, table.c.id == item.c.subject_id)
        .where(item.c.journal_id == journal_id, item.c.subject == subject)
        .cte("noted")
    )
    values: dict[str, Any] = {
        column.name: sa.case(
            (_has(noted.c.before, column.name), sa.cast(noted.c.before[column.name].astext, column.type)),
            else_=column,
        )
        for column in columns
    }
    put_back = sa.update(table).where(table.c.id == noted.c.subject_id).values(**values, touched_at=NOW)
    kept = (
        sa.update(item)
        .where(item.c.journal_id == journal_id, item.c.subject == subject, item.c.subject_id == noted.c.subject_id)
        .values(before=noted.c.present)
    )
    counted = sa.select(sa.func.count()).select_from(noted).add_cte(put_back.cte("put_back"), kept.cte("kept"))
    return connection.execute(counted).scalar_one()


def _refuse_names_taken(connection: Connection, journal_id: int, subject: str) -> None:
    """Neither a name that comes back nor a thing that comes back may meet another of the same name."""
    table, item = TABLES[subject], journal_item
    other = table.alias("other")
    before = item.c.before
    returns = sa.and_(_has(before, "deleted_at"), before["deleted_at"].astext.is_(None))
    old = sa.cast(before["identity"].astext, BYTEA)
    query = (
        sa.select(other.c.name)
        .select_from(item)
        .join(table, table.c.id == item.c.subject_id)
        .join(other, sa.and_(other.c.identity == sa.func.coalesce(old, table.c.identity), other.c.id != table.c.id))
        .where(item.c.journal_id == journal_id, item.c.subject == subject, other.c.deleted_at.is_(None))
        .where(sa.or_(returns, _has(before, "identity")))
    )
    name = connection.scalar(query.limit(1))
    if name is not None:
        raise UsageError(f'There is another {CALLED[subject]} "{name}" now. Rename it or delete it first.')


def _note(connection: Connection, journal_id: int, subject: str, ids: Sequence[int], before: Values) -> None:
    table = TABLES[subject]
    rows = sa.select(sa.literal(journal_id), sa.literal(subject), table.c.id, _object(before)).where(
        table.c.id.in_(ids), table.c.deleted_at.is_(None)
    )
    names = [journal_item.c.journal_id, journal_item.c.subject, journal_item.c.subject_id, journal_item.c.before]
    connection.execute(sa.insert(journal_item).from_select(names, rows))


def _object(values: Values) -> sa.ColumnElement[Any]:
    parts = [part for name, value in values.items() for part in (_text(name), value)]
    return sa.func.jsonb_build_object(*parts, type_=JSONB)


def _has(before: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether a JSON object has this key."""
    return before.bool_op("?")(_text(name))


def _text(name: str) -> sa.ColumnElement[str]:
    """A key with its type, which PostgreSQL cannot guess here."""
    return sa.cast(sa.literal(name), sa.Text)
