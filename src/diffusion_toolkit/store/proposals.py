"""SQL of results that wait for a person's word before they are applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import Connection, json_text

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDraft:
    """A result to ask about. source: the model's name; payload: what would be applied, as its kind has it."""

    kind: ProposalKind
    source: str
    model_version: str
    payload: Mapping[str, JsonValue]


def add(connection: Connection, run_id: int, stage: str, rows: Sequence[tuple[int, ProposalDraft]]) -> None:
    """Keep results for review, of images by id."""
    drafts = [draft for _, draft in rows]
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


def waiting_count(connection: Connection) -> dict[str, int]:
    """How many proposals of each kind wait."""
    rows = driver(connection).execute("SELECT kind, count(*) FROM proposal WHERE state = 'waiting' GROUP BY kind")
    return {row[0]: row[1] for row in rows}
