"""What the lists of labels of the taggers that are here say, for the vocabulary of tags."""

from collections.abc import Iterable
from pathlib import Path

from diffusion_toolkit.enrich.models.catalogue import CONTRACTS, MODELS
from diffusion_toolkit.enrich.models.description import LABELS
from diffusion_toolkit.enrich.models.folder import look_through
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.enrich.taggers.registry import family_of

TASK = "tags"


def label_lists(installed: Iterable[InstalledModel]) -> dict[str, list[str]]:
    """The names on each list, without ratings, by what the list is called; siblings share one, which counts once.

    Raises UnreadableFile for a list that changed since its model was found.
    """
    lists: dict[str, list[str]] = {}
    for model in installed:
        if model.contract.task == TASK:
            labels = family_of(model.contract).read_labels(Path(model.companion(LABELS)).read_bytes())
            names = [label.name for label in labels if label.category != "rating"]
            if names not in lists.values():
                lists[model.name if model.contract.name in lists else model.contract.name] = names
    return lists


def installed_lists(folder: Path) -> dict[str, list[str]]:
    """The lists of the models in a folder, as `label_lists` gives them."""
    looking = look_through(folder, MODELS, CONTRACTS)
    while True:
        try:
            next(looking)
        except StopIteration as end:
            return label_lists(end.value.installed)
