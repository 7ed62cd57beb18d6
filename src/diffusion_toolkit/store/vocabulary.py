"""SQL of the vocabulary of tags: a person's own aliases, the label lists of the models, and the names they decide."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from diffusion_toolkit.store.clean import clean_text
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.tables import label_list, tag_alias
from diffusion_toolkit.vocabulary import AliasMap, Vocabulary, labels_asked, tag_fold

_LABELS = sa.text("""
SELECT array_agg(label.name) FROM label_list, unnest(names, keys) AS label (name, key)
WHERE key = ANY (CAST(:asked AS text[])) GROUP BY source
""")

_LEARN = sa.text("""
INSERT INTO label_list (source, digest, names, keys) VALUES (:source, :digest, :names, :keys)
ON CONFLICT (source) DO UPDATE SET digest = excluded.digest, names = excluded.names, keys = excluded.keys
""")


def spelled(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """The canonical name of each of these tags, as models, sidecars and people write them."""
    wanted = list(names)
    known = vocabulary_for(connection, wanted)
    return {name: known.canonical(name) for name in wanted}


def vocabulary_for(connection: Connection, names: Iterable[str]) -> Vocabulary:
    """A vocabulary that decides about these tags as the whole one does: a person's map, and the labels it takes."""
    asked = sorted({clean_text(key) for name in names for key in labels_asked(name)})
    return Vocabulary(connection.scalars(_LABELS, {"asked": asked}), alias_map(connection))


def whole(connection: Connection) -> Vocabulary:
    """The whole vocabulary, for whoever spells many thousand tags."""
    return Vocabulary(connection.scalars(sa.select(label_list.c.names)), alias_map(connection))


def alias_map(connection: Connection) -> AliasMap:
    """A person's own map, in the order of writing."""
    query = sa.select(tag_alias.c.name, tag_alias.c.canonical).where(tag_alias.c.deleted_at.is_(None))
    return AliasMap.of((row[0], row[1]) for row in connection.execute(query.order_by(tag_alias.c.id)))


@dataclass(frozen=True, slots=True)
class Edition:
    """Which vocabulary it is: a person's own map, in the order of writing, and which label lists it is made of."""

    own: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, bytes], ...]


def edition(connection: Connection) -> Edition:
    """The vocabulary as it is now, without reading the lists."""
    lists = connection.execute(sa.select(label_list.c.source, label_list.c.digest).order_by(label_list.c.source))
    return Edition(alias_map(connection).pairs, tuple((row[0], bytes(row[1])) for row in lists))


class Spelling:
    """The canonical names of a source that says the same tags again and again: worked out once for each edition."""

    def __init__(self) -> None:
        self._edition: Edition | None = None
        self._spelled: dict[str, str] = {}

    def of(self, connection: Connection, names: Iterable[str]) -> dict[str, str]:
        """As `spelled`. Remembers every name that it was ever asked for."""
        wanted = list(names)
        now = edition(connection)
        if now != self._edition:
            self._edition, self._spelled = now, {}
        if new := [name for name in wanted if name not in self._spelled]:
            self._spelled |= spelled(connection, new)
        return {name: self._spelled[name] for name in wanted}


def learn(connection: Connection, lists: Mapping[str, Sequence[str]]) -> list[str]:
    """Note label lists, by what they are called; returns those that are new or were different.

    One that is known by another name is passed over: the same list twice is no second opinion.
    """
    known = {row[0]: bytes(row[1]) for row in connection.execute(sa.select(label_list.c.source, label_list.c.digest))}
    changed: list[str] = []
    for source, names in sorted(lists.items()):
        keys = [tag_fold(name) for name in names]
        digest = hashlib.sha256("\n".join((*names, *keys)).encode()).digest()
        if digest not in known.values():
            known[source] = digest
            values = {"source": source, "digest": digest, "names": list(names), "keys": keys}
            connection.execute(_LEARN, values)
            changed.append(source)
    return changed


def lists_known(connection: Connection) -> dict[str, int]:
    """The lists that are known, and how many labels each has."""
    query = sa.select(label_list.c.source, sa.func.cardinality(label_list.c.names)).order_by(label_list.c.source)
    return {row[0]: row[1] for row in connection.execute(query)}
