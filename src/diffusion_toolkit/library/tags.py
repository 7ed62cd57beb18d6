"""Tags: what people call their images. Many per image, given and taken for one image or a million at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

import numpy as np
import orjson
from numpy.typing import NDArray

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.curate import ImageIds, possible
from diffusion_toolkit.library.tag_vocabulary import canonical_titles
from diffusion_toolkit.library.titles import Title, tag_title
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store import journal, named, refused_tags
from diffusion_toolkit.store import tags as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.tags import SuggestedRow

MOST_IMPORTED: Final = 50_000

Amount = Literal["all", "some"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One tag, and how many of the images have it."""

    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTag:
    """A tag that all or some of the images in question have."""

    id: int
    name: str
    count: int
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """What to do with the tags of images, by name; new names become new tags.

    remove: whoever gave them; no model gives them to these images again. only: those of `add` become all that the
    person gave an image; toggle: those of `add` that the person gave every image are taken away.
    """

    add: Sequence[str] = ()
    remove: Sequence[str] = ()
    only: bool = False
    toggle: bool = False


def list_tags(collection: Collection, counts: Mapping[int, int] | None = None) -> list[Tag]:
    """All tags by name. counts: how many images each has, where that is known; otherwise they are counted here."""
    with collection.begin() as connection:
        rows = store.tags(connection)
        found = store.counts(connection) if counts is None else counts
    tags = [Tag(id=row.id, name=row.name, count=found.get(row.id, 0)) for row in rows]
    return sorted(tags, key=lambda tag: (tag.name.casefold(), tag.id))


def tags_of(collection: Collection, image_id: int) -> list[Tag]:
    """The tags that a person gave one image, in the order of giving."""
    with collection.begin() as connection:
        return [Tag(id=row.id, name=row.name, count=1) for row in store.tags_of(connection, image_id)]


def suggested_tags(collection: Collection, image_id: int) -> list[SuggestedRow]:
    """The tags that models or the file name and the person has not given, the most certain first."""
    with collection.begin() as connection:
        return store.suggested(connection, image_id)


def held_tags(collection: Collection, image_ids: ImageIds) -> list[HeldTag]:
    """Which tags these images have: the ticks of a list of tags. Those that none has are left out."""
    ids = possible(image_ids)
    with collection.begin() as connection:
        held, total = store.held(connection, ids), store.known_count(connection, ids)
        names = store.live(connection, list(held))
    return [
        HeldTag(id=number, name=name, count=held[number], amount="all" if held[number] == total else "some")
        for number, name in sorted(names.items(), key=lambda item: item[1].casefold())
    ]


def tag_images(collection: Collection, image_ids: ImageIds, tagging: Tagging) -> Written:
    """Give tags to these images and take tags from them, as one action.

    A tag that is taken goes whoever gave it, and no model gives it to that image again; own tags of it may be given.
    """
    if not _named(tagging.add) and not _named(tagging.remove) and not tagging.only:
        raise UsageError("There is nothing to do: name tags to add or to remove.")
    ids = possible(image_ids)
    with collection.begin() as connection:
        journal.lock(connection)
        adding, removing = (canonical_titles(connection, names) for names in (tagging.add, tagging.remove))
        known = named.by_identity(connection, "tag", [title.identity for title in (*adding, *removing)])
        everywhere = _on_all(connection, ids) if tagging.toggle else set[int]()
        taken = [title for title in adding if known.get(title.identity) in everywhere]
        given = [title for title in adding if title not in taken]
        known |= _made(connection, [title for title in given if title.identity not in known])
        removed = [title for title in (*removing, *taken) if title.identity in known]
        details = {"added": _names(given), "removed": _names(removed), "only": tagging.only, "changed": 0}
        journal_id = journal.begin(connection, "tags.images", details)
        added, gone = ([known[title.identity] for title in titles] for titles in (given, removed))
        store.change(connection, journal_id, ids, added=added, removed=gone, only=tagging.only)
        if gone:
            refused_tags.refuse(connection, journal_id, ids, gone)
        return _noted(connection, journal_id)


def _noted(connection: Connection, journal_id: int) -> Written:
    """The answer; an action that changed no image leaves no trace."""
    changed = journal.changed_images(connection, journal_id)
    if not changed:
        journal.forget(connection, journal_id)
        return Written(token=journal.token(connection), journal_id=None, changed=0)
    journal.note(connection, journal_id, {"changed": changed})
    return Written(token=journal.token(connection), journal_id=journal_id, changed=changed)


def create_tag(collection: Collection, name: str) -> Written:
    """Make a tag that no image has yet. Raises UsageError when there is one of this name."""
    tag_title(name)
    with collection.begin() as connection:
        journal.lock(connection)
        (title,) = canonical_titles(connection, [name])
        journal_id = journal.begin(connection, "tags.create", {"name": title.name})
        number = named.create(connection, journal_id, "tag", _row(title))
        return _one(connection, journal_id, number)


def rename_tag(collection: Collection, tag_id: int, name: str) -> Written:
    """Call a tag something else. Raises UsageError when another tag is called so."""
    title = tag_title(name)
    with collection.begin() as connection:
        journal.lock(connection)
        old = named.existing(connection, "tag", tag_id)["name"]
        other = named.by_identity(connection, "tag", [title.identity]).get(title.identity, tag_id)
        if other != tag_id:
            raise UsageError(f'There is a tag "{title.name}" already. Merge the two instead.')
        journal_id = journal.begin(connection, "tags.rename", {"old": old, "name": title.name})
        named.change(connection, journal_id, "tag", [tag_id], _row(title))
        return _one(connection, journal_id, tag_id)


def delete_tags(collection: Collection, tag_ids: Sequence[int]) -> Written:
    """Delete tags; their images lose them. Undo gives everything back."""
    with collection.begin() as connection:
        journal.lock(connection)
        names = _live(connection, tag_ids)
        journal_id = journal.begin(connection, "tags.delete", {"names": list(names.values())})
        changed = named.change(connection, journal_id, "tag", list(names), {"deleted_at": named.NOW})
        return Written(token=journal.token(connection), journal_id=journal_id, changed=changed)


def merge_tags(collection: Collection, tag_ids: Sequence[int], into: int) -> Written:
    """Make one tag of several: the images of all of them have `into` then, and the others are gone."""
    with collection.begin() as connection:
        journal.lock(connection)
        name = named.existing(connection, "tag", into)["name"]
        names = _live(connection, [number for number in tag_ids if number != into])
        details = {"names": list(names.values()), "name": name}
        journal_id = journal.begin(connection, "tags.merge", details)
        changed = store.merge(connection, journal_id, dict.fromkeys(names, into))
        named.change(connection, journal_id, "tag", list(names), {"deleted_at": named.NOW})
        token = journal.token(connection)
    return Written(token=token, journal_id=journal_id, changed=changed, subject_id=into)


def import_tags(collection: Collection, text: str) -> Written:
    """Make tags of a text: one a line, or a JSON list of names as `export_tags` writes it. Known names are skipped.

    changed: how many are new.
    """
    listed = _json_names(text) if text.lstrip().startswith("[") else text.splitlines()
    names = [name for name in listed if name.strip()]
    if len(names) > MOST_IMPORTED:
        raise UsageError(f"A list has at most {MOST_IMPORTED:,} tags; this one has {len(names):,}.")
    with collection.begin() as connection:
        journal.lock(connection)
        titles = canonical_titles(connection, names)
        known = named.by_identity(connection, "tag", [title.identity for title in titles])
        new = [title for title in titles if title.identity not in known]
        if not new:
            return Written(token=journal.token(connection), journal_id=None, changed=0)
        journal_id = _import(connection, new)
        return Written(token=journal.token(connection), journal_id=journal_id, changed=len(new))


def tags_as_text(tags: Iterable[Tag]) -> str:
    """One name a line."""
    return "".join(f"{tag.name}\n" for tag in tags)


def tags_as_json(tags: Iterable[Tag]) -> str:
    """A JSON list of objects: name and count."""
    return orjson.dumps([{"name": tag.name, "count": tag.count} for tag in tags]).decode()


def _json_names(text: str) -> list[str]:
    wrong = "This is no list of tags: a JSON list of names, or of objects that have a name."
    try:
        values: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UsageError(wrong) from error
    names = [
        cast("dict[str, object]", value).get("name") if isinstance(value, dict) else value
        for value in cast("list[object]", values)
    ]
    if not all(isinstance(name, str) for name in names):
        raise UsageError(wrong)
    return cast("list[str]", names)


def _named(names: Iterable[str]) -> list[Title]:
    """Those names that say something, as they were written. Raises UsageError for one that cannot be a tag."""
    return [tag_title(name) for name in names if name.strip()]


def _on_all(connection: Connection, image_ids: NDArray[np.integer]) -> set[int]:
    """Tags that every one of these images has."""
    total = store.known_count(connection, image_ids)
    return {number for number, count in store.held(connection, image_ids).items() if count == total}


def _made(connection: Connection, titles: Sequence[Title]) -> dict[bytes, int]:
    """New tags, as an action of their own for each."""
    made: dict[bytes, int] = {}
    for title in titles:
        journal_id = journal.begin(connection, "tags.create", {"name": title.name})
        made[title.identity] = named.create(connection, journal_id, "tag", _row(title))
    return made


def _import(connection: Connection, titles: Sequence[Title]) -> int:
    journal_id = journal.begin(connection, "tags.import", {"count": len(titles)})
    named.create_many(connection, journal_id, "tag", [_row(title) for title in titles])
    return journal_id


def _live(connection: Connection, tag_ids: Sequence[int]) -> dict[int, str]:
    names = store.live(connection, tag_ids)
    if not names:
        named.existing(connection, "tag", tag_ids[0] if tag_ids else 0)
    return names


def _row(title: Title) -> dict[str, object]:
    return {"name": title.name, "identity": title.identity}


def _names(titles: Sequence[Title]) -> list[str]:
    return [title.name for title in titles]


def _one(connection: Connection, journal_id: int, tag_id: int) -> Written:
    return Written(token=journal.token(connection), journal_id=journal_id, changed=1, subject_id=tag_id)
