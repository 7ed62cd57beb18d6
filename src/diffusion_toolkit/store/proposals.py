"""SQL of results that wait for a person's word before they are applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import Connection, json_text
from diffusion_toolkit.store.model_tags import barred, known_tag_ids

ProposalKind: TypeAlias = Literal["tags", "caption"]

# A newer result takes the place of one that still waits.
_ADD: Final = """
INSERT INTO proposal (run_id, image_id, stage, kind, source, model_version, payload)
SELECT %(run)s, image_id, %(stage)s, kind, source, version, payload::jsonb
FROM unnest(%(ids)s::int[], %(kinds)s::text[], %(sources)s::text[], %(versions)s::text[], %(payloads)s::text[])
     AS given (image_id, kind, source, version, payload)
WHERE EXISTS (SELECT FROM image WHERE image.id = given.image_id)
ORDER BY image_id
ON CONFLICT (image_id, stage, source) WHERE state = 'waiting' DO UPDATE
SET run_id = excluded.run_id, model_version = excluded.model_version, payload = excluded.payload, made_at = now()
"""


_GROUPS: Final = """
SELECT run_id, kind, source, array_agg(image_id) FROM proposal WHERE state = 'waiting'
GROUP BY run_id, kind, source ORDER BY run_id DESC NULLS LAST, kind, source
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDraft:
    """A result to ask about. source: the model's name; payload: what would be applied, as its kind has it."""

    kind: ProposalKind
    source: str
    model_version: str
    payload: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingGroup:
    """Results of one run, kind and model that wait. image_ids: (results,), of each the image; run_id: None when the run
    is not known any more.
    """

    run_id: int | None
    kind: ProposalKind
    source: str
    image_ids: NDArray[np.int64]


def add(connection: Connection, run_id: int, stage: str, rows: Sequence[tuple[int, ProposalDraft]]) -> None:
    """Keep results for review, of images by id; tags that a person took from an image are not proposed again."""
    drafts = _without_refused(connection, rows)
    driver(connection).execute(
        _ADD,
        {
            "run": run_id,
            "stage": stage,
            "ids": [image_id for image_id, _ in rows],
            "kinds": [draft.kind for draft in drafts],
            "sources": [draft.source for draft in drafts],
            "versions": [draft.model_version for draft in drafts],
            "payloads": [json_text(dict(draft.payload)) for draft in drafts],
        },
    )


def _without_refused(connection: Connection, rows: Sequence[tuple[int, ProposalDraft]]) -> list[ProposalDraft]:
    drafts = [draft for _, draft in rows]
    kept_away = barred(connection, [image_id for image_id, draft in rows if draft.kind == "tags"])
    if not kept_away:
        return drafts
    ids = known_tag_ids(connection, {name for draft in drafts for name, _ in _named(draft)})

    def wanted(image_id: int, draft: ProposalDraft) -> ProposalDraft:
        kept = [tag for name, tag in _named(draft) if ids.get(name) not in kept_away[image_id]]
        return replace(draft, payload={**draft.payload, "tags": kept})

    return [wanted(image_id, draft) if image_id in kept_away else draft for image_id, draft in rows]


def _named(draft: ProposalDraft) -> list[tuple[str, JsonValue]]:
    """The tags of a payload, with their names."""
    tags = draft.payload.get("tags") if draft.kind == "tags" else None
    return [(str(tag["name"]), tag) for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []


def groups_waiting(connection: Connection) -> list[WaitingGroup]:
    """What waits, by run, kind and model, the newest run first."""
    rows = driver(connection).execute(_GROUPS)
    return [
        WaitingGroup(run_id=row[0], kind=row[1], source=row[2], image_ids=np.array(row[3], np.int64)) for row in rows
    ]
