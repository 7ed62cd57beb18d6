"""Results of models that wait for review, put there as a held run does."""

from collections.abc import Mapping, Sequence

from diffusion_toolkit.library import review
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import proposals
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.proposals import ProposalDraft


def propose_tags(
    collection: Collection, source: str, said: Mapping[int, Mapping[str, float]], *, run_id: int = 1
) -> None:
    """A tagger's word on some images: tags with confidences."""
    with collection.begin() as connection:
        drafts = [(image_id, _tags(source, tags)) for image_id, tags in said.items()]
        proposals.add(connection, run_id, f"tags {source}", drafts)


def propose_captions(collection: Collection, texts: Mapping[int, str]) -> None:
    """A writer's captions of some images."""
    with collection.begin() as connection:
        proposals.add(connection, 1, "caption", [(image_id, _caption(text)) for image_id, text in texts.items()])


def numbers(collection: Collection, images: Sequence[int] | None = None) -> list[int]:
    """What waits, by number; of these images only."""
    found = review.results(collection)
    pairs = zip(found.ids.tolist(), found.image_ids.tolist(), strict=True)
    return [number for number, image_id in pairs if images is None or image_id in images]


def _tags(source: str, tags: Mapping[str, float]) -> ProposalDraft:
    listed: list[JsonValue] = [
        {"name": name, "category": "general", "confidence": confidence} for name, confidence in tags.items()
    ]
    return ProposalDraft(
        kind="tags",
        source=source,
        model_version="1",
        payload={"tags": listed, "rating": {"general": 0.1, "explicit": 0.8}},
    )


def _caption(text: str) -> ProposalDraft:
    payload: dict[str, JsonValue] = {
        "text": text,
        "model_text": text,
        "base": "",
        "source": "server",
        "model": "writer",
        "instruction": "Write.",
        "mode": "overwrite",
        "tokens": 7,
        "seconds": 0.5,
        "over_people": False,
    }
    return ProposalDraft(kind="caption", source="writer", model_version="1", payload=payload)
