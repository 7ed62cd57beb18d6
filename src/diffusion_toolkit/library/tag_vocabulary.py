"""The vocabulary of tags in a library: a person's own aliases, and putting them to use for all tags at once.

Everything that becomes a tag passes through it: what models say (`whole_vocabulary`), what sidecars, imports and
people write (`canonical_titles`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.titles import LONGEST_TITLE, Title, tag_title
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store import journal, named, tags
from diffusion_toolkit.store import vocabulary as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.vocabulary import AliasMap, Vocabulary, fitting, read_alias_map

MOST_ALIASES: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One line of a person's map."""

    alias: str
    canonical: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Respelling:
    """What applying the vocabulary does to a tag. merges: there is a tag of that name, and the two become one."""

    tag_id: int
    name: str
    canonical: str
    merges: bool


def canonical_titles(connection: Connection, names: Iterable[str]) -> list[Title]:
    """What a person or a sidecar means by these names, each tag once, in order; blank names are left out.

    Raises UsageError for a name that cannot be used.
    """
    titles = canonical_by_name(connection, names).values()
    return list({title.identity: title for title in reversed(titles)}.values())[::-1]


def canonical_by_name(connection: Connection, names: Iterable[str]) -> dict[str, Title]:
    """What is meant by each of these names; blank ones are left out.

    A person's own map decides first. Else a tag that the library has is taken as it is; only new names are respelt, so
    that whoever picks a tag of the list gets that tag. Raises UsageError for a name that cannot be used.
    """
    written = {name: tag_title(name) for name in names if name.strip()}
    known = named.by_identity(connection, "tag", [title.identity for title in written.values()])
    own = Vocabulary(own=store.alias_map(connection))
    asked = [name for name, title in written.items() if title.identity not in known or own.is_chosen(name)]
    canonical = store.spelled(connection, asked) if asked else {}
    return {name: tag_title(canonical[name]) if name in canonical else title for name, title in written.items()}


def whole_vocabulary(collection: Collection) -> Vocabulary:
    """The vocabulary as it is now, for whoever spells many thousand tags: a run of a model."""
    with collection.begin() as connection:
        return store.whole(connection)


def learn_labels(collection: Collection, lists: Mapping[str, Sequence[str]]) -> list[str]:
    """Take the spellings of label lists, by what they are called, into account; returns those that were news."""
    with collection.begin() as connection:
        return store.learn(connection, lists)


def known_lists(collection: Collection) -> dict[str, int]:
    """The label lists that are known, and how many labels each has."""
    with collection.begin() as connection:
        return store.lists_known(connection)


def spell(collection: Collection, names: Sequence[str]) -> list[str]:
    """The canonical name of each of these tags."""
    with collection.begin() as connection:
        found = store.spelled(connection, names)
    return [found[name] for name in names]


def list_aliases(collection: Collection) -> list[Alias]:
    """A person's own map, in the order of writing."""
    with collection.begin() as connection:
        return [Alias(alias=alias, canonical=canonical) for alias, canonical in store.alias_map(connection).pairs]


def aliases_as_text(collection: Collection) -> str:
    """The map as text: `alias = canonical name` a line."""
    with collection.begin() as connection:
        return store.alias_map(connection).as_text()


def add_alias(collection: Collection, alias: str, canonical: str) -> Written:
    """Let a tag mean another one from now on. Tags that pictures have are not touched: `apply_vocabulary` does that.

    Raises UsageError for a circle, or where one of the two cannot be a tag.
    """
    line = Alias(alias=tag_title(alias).name, canonical=tag_title(canonical).name)
    details = {"alias": line.alias, "canonical": line.canonical}
    return _change(collection, lambda had: _with(had, [line]), "vocabulary.add", details)


def remove_aliases(collection: Collection, aliases: Sequence[str]) -> Written:
    """Take lines out of the map. Raises NotFound for an alias that is not there."""
    gone = {tag_title(alias).identity: alias for alias in aliases}

    def without(had: Mapping[bytes, Alias]) -> list[Alias]:
        if missing := [alias for identity, alias in gone.items() if identity not in had]:
            raise NotFound(f'The map has no alias "{missing[0]}".')
        return [line for identity, line in had.items() if identity not in gone]

    return _change(collection, without, "vocabulary.remove", {"names": list(gone.values())})


def import_aliases(collection: Collection, text: str, *, replace: bool = False) -> Written:
    """Add the lines of a text to the map, those of known aliases in their place; replace: they become the whole map.

    Raises UsageError, naming the line, when the text is no map.
    """
    lines = [
        Alias(alias=tag_title(alias).name, canonical=tag_title(canonical).name)
        for alias, canonical in read_alias_map(text).pairs
    ]
    action, details = "vocabulary.import", {"count": len(lines)}
    return _change(collection, lambda had: _with({} if replace else had, lines), action, details)


def add_unknown_aliases(connection: Connection, journal_id: int, pairs: Sequence[tuple[str, str]]) -> int:
    """Add lines to the map within an action, but for those that are known, cannot be, or would close a circle.

    Returns how many were added.
    """
    usable: list[tuple[str, str]] = []
    for alias, canonical in pairs[:MOST_ALIASES]:
        with suppress(UsageError):
            usable.append((tag_title(alias).name, tag_title(canonical).name))
    had = store.alias_map(connection)
    lines = fitting(had, usable)[: MOST_ALIASES - len(had.pairs)]
    rows = [
        {"identity": tag_title(alias).identity, "name": alias, "canonical": canonical} for alias, canonical in lines
    ]
    named.create_many(connection, journal_id, "tag_alias", rows)
    return len(rows)


def respellings(collection: Collection) -> list[Respelling]:
    """What applying the vocabulary would do, by name: tags that are not canonical."""
    with collection.begin() as connection:
        return _respellings(connection)


def apply_vocabulary(collection: Collection) -> Written:
    """Give every tag of the library its canonical name, and make one tag of those that get the same: as one action.

    What each source said stays, with its highest confidence. changed: pictures whose tags were merged, else tags.
    """
    with collection.begin() as connection:
        journal.lock(connection)
        found = _respellings(connection)
        if not found:
            return Written(token=journal.token(connection), journal_id=None, changed=0)
        journal_id = journal.begin(connection, "vocabulary.apply", {"count": len(found), "changed": 0})
        pictures = _merge(connection, journal_id, found)
        return Written(token=journal.token(connection), journal_id=journal_id, changed=pictures or len(found))


def _merge(connection: Connection, journal_id: int, found: Sequence[Respelling]) -> int:
    """Rename one tag to each canonical name that none has, and merge the others into it; how many images changed."""
    titles = {each.tag_id: tag_title(each.canonical) for each in found}
    stays = named.by_identity(connection, "tag", [title.identity for title in titles.values()])
    merged: dict[int, int] = {}
    for number, title in titles.items():
        into = stays.setdefault(title.identity, number)
        if into != number:
            merged[number] = into
    pictures = tags.merge(connection, journal_id, merged) if merged else 0
    named.change(connection, journal_id, "tag", list(merged), {"deleted_at": named.NOW})
    for number, title in titles.items():
        if number not in merged:
            named.change(connection, journal_id, "tag", [number], {"name": title.name, "identity": title.identity})
    return pictures


def _respellings(connection: Connection) -> list[Respelling]:
    rows = tags.tags(connection)
    whole = store.whole(connection)
    here = {tag_title(row.name).identity for row in rows}
    found: list[Respelling] = []
    for row in rows:
        canonical = whole.canonical(row.name)
        if canonical != row.name and len(canonical) <= LONGEST_TITLE:
            title = tag_title(canonical)
            merges = title.identity in here and title.identity != tag_title(row.name).identity
            found.append(Respelling(tag_id=row.id, name=row.name, canonical=title.name, merges=merges))
    return sorted(found, key=lambda each: (each.name.casefold(), each.tag_id))


def _with(had: Mapping[bytes, Alias], lines: Sequence[Alias]) -> list[Alias]:
    return list({**had, **{tag_title(line.alias).identity: line for line in lines}}.values())


def _change(
    collection: Collection,
    change: Callable[[Mapping[bytes, Alias]], list[Alias]],
    action: str,
    details: Mapping[str, object],
) -> Written:
    """Put another map in the place of the one there is, as one action. Raises UsageError when it cannot be."""
    with collection.begin() as connection:
        journal.lock(connection)
        pairs = store.alias_map(connection).pairs
        had = {tag_title(alias).identity: Alias(alias=alias, canonical=canonical) for alias, canonical in pairs}
        lines = change(had)
        if len(lines) > MOST_ALIASES:
            raise UsageError(f"The map has at most {MOST_ALIASES:,} lines; this would be {len(lines):,}.")
        AliasMap.of((line.alias, line.canonical) for line in lines)
        has = {tag_title(line.alias).identity: line for line in lines}
        gone = [identity for identity in had if identity not in has]
        new = [identity for identity in has if identity not in had]
        other = [identity for identity, line in has.items() if identity in had and had[identity] != line]
        if not (gone or new or other):
            return Written(token=journal.token(connection), journal_id=None, changed=0)
        journal_id = journal.begin(connection, action, details)
        numbers = named.by_identity(connection, "tag_alias", [*gone, *other])
        named.change(connection, journal_id, "tag_alias", [numbers[one] for one in gone], {"deleted_at": named.NOW})
        for identity in other:
            values = {"name": has[identity].alias, "canonical": has[identity].canonical, "identity": identity}
            named.change(connection, journal_id, "tag_alias", [numbers[identity]], values)
        rows = [{"identity": one, "name": has[one].alias, "canonical": has[one].canonical} for one in new]
        named.create_many(connection, journal_id, "tag_alias", rows)
        changed = len(gone) + len(new) + len(other)
        return Written(token=journal.token(connection), journal_id=journal_id, changed=changed)
