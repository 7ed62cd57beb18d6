"""The taggers that lie in the folder of models, and what each is told where nobody says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diffusion_toolkit.enrich.models.catalogue import CONTRACTS, MODELS
from diffusion_toolkit.enrich.models.folder import look_through
from diffusion_toolkit.enrich.taggers.lists import TASK
from diffusion_toolkit.enrich.taggers.registry import family_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggerHere:
    """One tagger. name: as runs name it; title: for people; thresholds: from which probability on, 0 to 1, a label
    of a category becomes a tag.
    """

    name: str
    title: str
    size_bytes: int
    thresholds: Mapping[str, float]


def taggers_here(folder: Path) -> list[TaggerHere]:
    """The taggers in this folder, by name. A file that was never hashed is, which takes a second for each GiB."""
    looking = look_through(folder, MODELS, CONTRACTS)
    while True:
        try:
            next(looking)
        except StopIteration as end:
            installed = end.value.installed
            break
    return [
        TaggerHere(
            name=model.name,
            title=model.description.title if model.description and model.recognised == "hash" else model.name,
            size_bytes=model.size_bytes,
            thresholds=(model.description.suggested if model.description else None)
            or family_of(model.contract).thresholds,
        )
        for model in sorted(installed, key=lambda model: model.name)
        if model.contract.task == TASK
    ]
