"""Review: results of models that wait for a person's word. Nothing of them is applied before; every word can be undone.

A payload of tags has the tags that wait (`tags`), those settled for many pictures at once (`taken`, `refused`), and
those that the person put beside them (`added`). One of captions has the caption (`text`) and how it came about.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.formats.limits import LONGEST_CAPTION
from diffusion_toolkit.library.tag_vocabulary import canonical_by_name, canonical_titles
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import captions, journal, model_captions, model_tags, named, portable_write, proposals
from diffusion_toolkit.store import proposal_decisions as store
from diffusion_toolkit.store.clean import clean_text
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.model_captions import ModelCaption
from diffusion_toolkit.store.portable_write import GivenCuration
from diffusion_toolkit.store.proposal_decisions import ProposalRow, WaitingTag
from diffusion_toolkit.store.proposals import ProposalKind, WaitingGroup

AT_ONCE: Final = 1_000
"""Results whose payloads are in memory at a time."""

MOST_TAGS: Final = 500
"""Tags of one result, and of the list of tags that wait."""

Ids = NDArray[np.int64]
ResultState: TypeAlias = Literal["waiting", "accepted", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Results of models, by id: their ids, and the image of each. Both (results,)."""

    ids: Ids
    image_ids: Ids

    def only(self, shown: NDArray[np.bool_]) -> "Results":
        """Those where this mask, (results,), is true."""
        return Results(ids=self.ids[shown], image_ids=self.image_ids[shown])


def results(
    collection: Collection,
    *,
    kind: ProposalKind | None = None,
    source: str | None = None,
    run_ids: Sequence[int] | None = None,
    state: ResultState = "waiting",
) -> Results:
    """All results that wait, or were accepted or rejected; or those of one kind, one model, some runs."""
    with collection.begin() as connection:
        model = None if source is None else clean_text(source)
        rows = store.in_state(connection, state, kind=kind, source=model, run_ids=run_ids)
    return Results(ids=rows[:, 0], image_ids=rows[:, 1])


def groups_waiting(collection: Collection) -> list[WaitingGroup]:
    """What waits, by run, kind and model, the newest run first."""
    with collection.begin() as connection:
        return proposals.groups_waiting(connection)


def read(collection: Collection, ids: Sequence[int]) -> list[ProposalRow]:
    """These results, by id; those that are gone are left out."""
    with collection.begin() as connection:
        return store.read(connection, ids)


def tags_waiting(collection: Collection, ids: Ids) -> list[WaitingTag]:
    """The tags that these results propose, the most frequent first, each to be settled with one word."""
    with collection.begin() as connection:
        return store.tags_waiting(connection, ids, MOST_TAGS)


def accept(
    collection: Collection, ids: Sequence[int] | Ids, thresholds: Mapping[str, float] = MappingProxyType({})
) -> Written:
    """Apply results that wait: tags under the model's name, captions in the place of those that are there.

    thresholds: by category; tags that wait and are not surer, 0 to 1, are left out.
    """
    return _decide(collection, ids, "accepted", partial(_apply, thresholds))


def accept_sure(
    collection: Collection,
    ids: Ids,
    sure_from: float,
    thresholds: Mapping[str, float] = MappingProxyType({}),
) -> Written:
    """Apply those tags of results that wait which are as sure as this, 0 to 1; the more doubtful ones go on waiting.

    thresholds: by category; tags that are not surer are left out. What a person edited is applied as it is. A result of
    which nothing is left to decide is accepted.
    """
    with collection.begin() as connection:
        journal.lock(connection)
        journal_id = journal.begin(connection, "review.sure", {"sure_from": sure_from, "changed": 0})
        images: set[int] = set()
        done: list[int] = []
        for rows in _rows(connection, store.take_sure(connection, journal_id, ids, sure_from, thresholds)):
            images |= {row.image_id for row in rows}
            settled: list[ProposalRow] = []
            open_still: list[ProposalRow] = []
            for row in rows:
                left = any(_above(tag, thresholds) for tag in _listed(row, "tags"))
                (open_still if left else settled).append(row)
            _apply(thresholds, connection, journal_id, settled)
            _add_taken(connection, journal_id, open_still)
            done += [row.id for row in settled]
        store.mark(connection, journal_id, done, "accepted")
        return _noted(connection, journal_id, len(images))


def reject(collection: Collection, ids: Sequence[int] | Ids) -> Written:
    """Let results that wait never be applied."""
    return _decide(collection, ids, "rejected")


def reopen(collection: Collection, ids: Ids) -> Written:
    """Let results that were rejected wait again, unless the model said something newer that waits."""
    with collection.begin() as connection:
        journal.lock(connection)
        journal_id = journal.begin(connection, "review.reopened", {"changed": 0})
        return _noted(connection, journal_id, store.reopen(connection, journal_id, ids))


def to_retry(collection: Collection, ids: Sequence[int] | Ids) -> Written:
    """Put results that wait aside, because the models are asked again."""
    return _decide(collection, ids, "retry")


def edit_tags(collection: Collection, proposal_id: int, names: Sequence[str]) -> Written:
    """Let a result that waits have these tags: its own of these names, and the others as the person's."""
    with collection.begin() as connection:
        journal.lock(connection)
        row = _one(connection, proposal_id, "tags")
        proposed = [*_listed(row, "tags"), *_listed(row, "refused")]
        wanted = {name.strip() for name in names if name.strip()}
        if len(wanted) > MOST_TAGS:
            raise UsageError(f"A picture gets at most {MOST_TAGS} tags at once.")
        own = sorted(wanted - {str(tag["name"]) for tag in (*proposed, *_listed(row, "taken"))})
        canonical_titles(connection, own)  # raises for one that cannot be a tag
        payload: dict[str, JsonValue] = {
            **row.payload,
            "tags": [cast("JsonValue", tag) for tag in proposed if tag["name"] in wanted],
            "refused": [cast("JsonValue", tag) for tag in proposed if tag["name"] not in wanted],
            "added": [*own],
        }
        return _edited(connection, row, payload)


def edit_caption(collection: Collection, proposal_id: int, text: str) -> Written:
    """Let a result that waits have another text."""
    cleaned = clean_text(text).strip()
    if not cleaned or len(cleaned) > LONGEST_CAPTION:
        raise UsageError(f"A caption has 1 to {LONGEST_CAPTION:,} characters.")
    with collection.begin() as connection:
        journal.lock(connection)
        row = _one(connection, proposal_id, "caption")
        return _edited(connection, row, {**row.payload, "text": cleaned})


def settle_tag(collection: Collection, ids: Ids, name: str, decision: Literal["take", "refuse"]) -> Written:
    """Decide about one tag over all of these results that wait: take it (it is applied at once), or refuse it.

    A result of which nothing is left to decide is accepted, or rejected where nothing of it was taken.
    """
    with collection.begin() as connection:
        journal.lock(connection)
        name = clean_text(name)
        details = {"name": name, "decision": decision, "changed": 0}
        journal_id = journal.begin(connection, "review.tag", details)
        moved = store.move_tag(connection, journal_id, ids, name, "taken" if decision == "take" else "refused")
        images: set[int] = set()
        done: dict[str, list[int]] = {"accepted": [], "rejected": []}
        for rows in _rows(connection, moved):
            images |= {row.image_id for row in rows}
            if decision == "take":
                _add_taken(connection, journal_id, rows, name)
            for row in rows:
                if not _listed(row, "tags"):
                    done["accepted" if _listed(row, "taken") or row.payload.get("added") else "rejected"].append(row.id)
        _give_own(connection, journal_id, [row for rows in _rows(connection, done["accepted"]) for row in rows])
        for state, decided in done.items():
            store.mark(connection, journal_id, decided, state)
        return _noted(connection, journal_id, len(images))


def _decide(
    collection: Collection,
    ids: Sequence[int] | Ids,
    state: str,
    apply: Callable[[Connection, int, Sequence[ProposalRow]], None] | None = None,
) -> Written:
    with collection.begin() as connection:
        journal.lock(connection)
        journal_id = journal.begin(connection, f"review.{state}", {"changed": 0})
        images: set[int] = set()
        found: list[int] = []
        for rows in _rows(connection, ids):
            still = [row for row in rows if row.state == "waiting"]
            if apply is not None:
                apply(connection, journal_id, still)
            images |= {row.image_id for row in still}
            found += [row.id for row in still]
        store.mark(connection, journal_id, found, state)
        return _noted(connection, journal_id, len(images))


def _noted(connection: Connection, journal_id: int, changed: int) -> Written:
    """The answer; an action that changed nothing leaves no trace."""
    if not changed:
        journal.forget(connection, journal_id)
        return Written(token=journal.token(connection), journal_id=None, changed=0)
    journal.note(connection, journal_id, {"changed": changed})
    return Written(token=journal.token(connection), journal_id=journal_id, changed=changed)


def _rows(connection: Connection, ids: Sequence[int] | Ids) -> Iterator[list[ProposalRow]]:
    for first in range(0, len(ids), AT_ONCE):
        yield store.read(connection, [int(number) for number in ids[first : first + AT_ONCE]])


def _one(connection: Connection, proposal_id: int, kind: ProposalKind) -> ProposalRow:
    found = store.read(connection, [proposal_id])
    if not found or found[0].state != "waiting":
        raise NotFound("This result does not wait any more.")
    if found[0].kind != kind:
        raise UsageError(f"This result is none of {'tags' if kind == 'tags' else 'a caption'}.")
    return found[0]


def _edited(connection: Connection, row: ProposalRow, payload: dict[str, JsonValue]) -> Written:
    if payload == row.payload:
        return Written(token=journal.token(connection), journal_id=None, changed=0)
    journal_id = journal.begin(connection, "review.edit", {"changed": 1})
    store.replace_payload(connection, journal_id, row.id, payload)
    return Written(token=journal.token(connection), journal_id=journal_id, changed=1, subject_id=row.id)


def _apply(
    thresholds: Mapping[str, float], connection: Connection, journal_id: int, rows: Sequence[ProposalRow]
) -> None:
    by_source: defaultdict[str, list[ProposalRow]] = defaultdict(list)
    for row in rows:
        if row.kind == "tags":
            by_source[row.source].append(row)
    for source, some in by_source.items():
        _say(connection, journal_id, source, some, thresholds)
    _give_own(connection, journal_id, [row for row in rows if row.kind == "tags"])
    _mark_nsfw(connection, journal_id, [row for row in rows if row.kind == "tags"])
    _caption(connection, journal_id, [row for row in rows if row.kind == "caption"])


def _say(
    connection: Connection,
    journal_id: int,
    source: str,
    rows: Sequence[ProposalRow],
    thresholds: Mapping[str, float],
) -> None:
    """Let the tags of these results of one model be what it says, and its ratings what it rates."""
    kept = {
        row.image_id: [
            *_listed(row, "taken"),
            *(tag for tag in _listed(row, "tags") if _above(tag, thresholds)),
        ]
        for row in rows
    }
    tag_ids = model_tags.tag_ids(connection, {str(tag["name"]) for tags in kept.values() for tag in tags})
    said = [(image_id, _surest(tags, tag_ids)) for image_id, tags in sorted(kept.items())]
    store.say(connection, journal_id, source, [(image, list(tags), list(tags.values())) for image, tags in said])
    ratings = [(row.image_id, cast("Mapping[str, float]", rating)) for row in rows if (rating := _rating(row))]
    if ratings:
        model_tags.write_ratings(connection, source, ratings)


def _add_taken(connection: Connection, journal_id: int, rows: Sequence[ProposalRow], name: str | None = None) -> None:
    """Add the tags that were taken of these results, or the one of this name, to what their models say."""
    by_source: defaultdict[str, list[ProposalRow]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    for source, some in by_source.items():
        taken = {
            row.image_id: [tag for tag in _listed(row, "taken") if name is None or tag["name"] == name] for row in some
        }
        tag_ids = model_tags.tag_ids(connection, {str(tag["name"]) for tags in taken.values() for tag in tags})
        before = store.said(connection, source, list(taken))
        after: list[tuple[int, list[int], list[float]]] = []
        for image_id, tags in sorted(taken.items()):
            surest = dict(zip(*before.get(image_id, ([], [])), strict=True))
            for tag_id, sure in _surest(tags, tag_ids).items():
                surest[tag_id] = max(sure, surest.get(tag_id, 0.0))
            after.append((image_id, list(surest), list(surest.values())))
        store.say(connection, journal_id, source, after)


def _give_own(connection: Connection, journal_id: int, rows: Sequence[ProposalRow]) -> None:
    """Give the images of these results the tags that the person put beside them."""
    added = {row.image_id: names for row in rows if (names := cast("list[str]", row.payload.get("added") or []))}
    if not added:
        return
    titles = canonical_by_name(connection, [name for names in added.values() for name in names])
    values = {title.identity: {"name": title.name, "identity": title.identity} for title in titles.values()}
    known = named.create_many(connection, journal_id, "tag", list(values.values()))
    given = [
        _given(image_id, tag_ids=list(dict.fromkeys(known[titles[name].identity] for name in names)))
        for image_id, names in sorted(added.items())
    ]
    portable_write.give(connection, journal_id, given, over=False)


def _mark_nsfw(connection: Connection, journal_id: int, rows: Sequence[ProposalRow]) -> None:
    """Mark images as their runs were asked to: by the ratings that are accepted. What people decided stays."""
    limits = store.nsfw_limits(connection, sorted({row.run_id for row in rows if row.run_id is not None}))
    rated = {
        row.image_id
        for row in rows
        if row.run_id in limits and (rating := _rating(row)) and _nsfw_share(rating) > limits[row.run_id]
    }
    if rated:
        marked = [_given(image_id, nsfw=True) for image_id in store.undecided(connection, sorted(rated))]
        portable_write.give(connection, journal_id, marked, over=False)


def _nsfw_share(rating: Mapping[str, JsonValue]) -> float:
    """The share of the ratings questionable and explicit in all, 0 to 1."""
    values = {name: float(value) for name, value in rating.items() if isinstance(value, int | float)}
    whole = sum(values.values())
    return (values.get("questionable", 0.0) + values.get("explicit", 0.0)) / whole if whole > 0 else 0.0


def _caption(connection: Connection, journal_id: int, rows: Sequence[ProposalRow]) -> None:
    """Let these captions count, also where the person wrote one: the person accepted them."""
    newest = {row.image_id: row for row in rows}  # of two for one picture the later one
    if not newest:
        return
    images = sorted(newest)
    store.make_room(connection, journal_id, images)
    store.note_captions(connection, journal_id, model_captions.add(connection, [_kept(newest[one]) for one in images]))
    captions.follow(connection, images)


def _kept(row: ProposalRow) -> ModelCaption:
    payload = row.payload
    tokens, seconds = payload.get("tokens"), payload.get("seconds")
    return ModelCaption(
        image_id=row.image_id,
        text=str(payload.get("text", "")),
        source=str(payload.get("source") or row.source),
        model=str(payload.get("model") or row.source),
        instruction=str(payload.get("instruction", "")),
        mode=str(payload.get("mode", "overwrite")),
        tokens=tokens if isinstance(tokens, int) else None,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
    )


def _given(image_id: int, *, tag_ids: Sequence[int] = (), nsfw: bool = False) -> GivenCuration:
    return GivenCuration(
        image_id=image_id,
        rating=None,
        favorite=False,
        nsfw=nsfw,
        for_deletion=False,
        rated_at=None,
        viewed_at=None,
        touched_at=None,
        caption=None,
        tag_ids=tag_ids,
    )


def _listed(row: ProposalRow, name: str) -> list[dict[str, JsonValue]]:
    found = row.payload.get(name) or []
    return [tag for tag in found if isinstance(tag, dict)] if isinstance(found, list) else []


def _rating(row: ProposalRow) -> dict[str, JsonValue]:
    found = row.payload.get("rating")
    return found if isinstance(found, dict) else {}


def _surest(tags: Iterable[Mapping[str, JsonValue]], tag_ids: Mapping[str, int]) -> dict[int, float]:
    """By tag, its highest confidence: spellings that are one tag fall together."""
    surest: dict[int, float] = {}
    for tag in tags:
        number = tag_ids[str(tag["name"])]
        surest[number] = max(_sure(tag), surest.get(number, 0.0))
    return surest


def _above(tag: Mapping[str, JsonValue], thresholds: Mapping[str, float]) -> bool:
    """Whether a tag is surer than its category asks for."""
    return _sure(tag) > thresholds.get(str(tag.get("category")), -1.0)


def _sure(tag: Mapping[str, JsonValue]) -> float:
    confidence = tag.get("confidence")
    return float(confidence) if isinstance(confidence, int | float) else 1.0
