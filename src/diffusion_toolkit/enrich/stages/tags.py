"""The stage of tags: taggers say what is on a picture. Each model is a stage of its own; all share one decoding."""

from collections.abc import Generator, Mapping, Sequence
from typing import Final

import numpy as np

from diffusion_toolkit.enrich.engine.stage import Given, Options, StageContext, StageKind, StagePlan
from diffusion_toolkit.enrich.models.catalogue import CONTRACTS, MODELS
from diffusion_toolkit.enrich.models.folder import FoundModels, look_through
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.enrich.taggers.family import Numbers
from diffusion_toolkit.enrich.taggers.labels import CATEGORIES
from diffusion_toolkit.enrich.taggers.registry import family_of
from diffusion_toolkit.enrich.taggers.tagger import Tagger, open_tagger
from diffusion_toolkit.enrich.taggers.tags import ImageTags
from diffusion_toolkit.enrich.taggers.thresholds import Thresholds
from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.media.pixels import PixelNeed
from diffusion_toolkit.progress import Progress
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import model_tags
from diffusion_toolkit.store.enrichment_texts import TextNeed
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.proposals import ProposalDraft
from diffusion_toolkit.store.vocabulary import Spelling

NAME: Final = "tags"
SIDE: Final = 448
"""What every family of taggers takes: a square of so many pixels."""

MOST_MODELS: Final = 16


class TagStage:
    """One tagger at work."""

    def __init__(self, tagger: Tagger, thresholds: Thresholds) -> None:
        self._tagger = tagger
        self._thresholds = thresholds
        self._spelling = Spelling()
        self.name = stage_name(tagger.source)
        self.version = version(tagger.version, thresholds)
        self.pixels: PixelNeed | None = PixelNeed(form="square", side=SIDE)
        self.texts: tuple[TextNeed, ...] = ()
        self.device = tagger.device
        self.notices = (f"{tagger.source}: {tagger.notice}",) if tagger.notice else ()
        self.fixed_batch = tagger.batch_size

    def prepare(self, given: Given) -> Numbers:
        """The input of one picture."""
        assert given.pixels is not None
        return self._tagger.prepare(given.pixels)

    def infer(self, batch: Sequence[Numbers]) -> Sequence[ImageTags]:
        """What is on each picture. Raises OutOfMemory and NetworkFailed."""
        rows = self._tagger.probabilities(np.stack(batch))
        return [self._tagger.tags(row, self._thresholds) for row in rows]

    def write(self, connection: Connection, rows: Sequence[tuple[int, ImageTags]]) -> None:
        """Keep tags and rating, apart from what a person says."""
        source = self._tagger.source
        named = [(image_id, [(tag.name, tag.confidence) for tag in found.tags]) for image_id, found in rows]
        model_tags.write(connection, source, named, self._spelling.of)
        rated = [(image_id, found.rating.probabilities) for image_id, found in rows if found.rating]
        if rated:
            model_tags.write_ratings(connection, source, rated)

    def proposal(self, result: ImageTags) -> ProposalDraft:
        """The tags, to be asked about."""
        tags: list[JsonValue] = [
            {"name": tag.name, "category": tag.category, "confidence": round(tag.confidence, 6)} for tag in result.tags
        ]
        rating = None if result.rating is None else dict[str, JsonValue](result.rating.probabilities)
        return ProposalDraft(
            kind="tags",
            source=result.source,
            model_version=result.version,
            payload={"tags": tags, "rating": rating},
        )

    def close(self) -> None:
        """The network goes with its last use."""


def stage_name(model: str) -> str:
    """The key of what is known of each picture: one for each model."""
    return f"tags {model}"


def version(model_version: str, thresholds: Thresholds) -> str:
    """Of model, preprocessing and thresholds: others may give other tags."""
    named = sorted(thresholds.by_category.items())
    values = "cut" if thresholds.by_cut else " ".join(f"{category}>{value:g}" for category, value in named)
    return f"{model_version}; {values}"


def check(options: Options) -> dict[str, JsonValue]:
    """models: names, none for all that are here; thresholds: by category, for every model; by_cut: find them for each
    picture instead; nsfw: mark pictures of which the ratings questionable and explicit have more than this share.
    """
    unknown = set(options) - {"models", "thresholds", "by_cut", "nsfw"}
    if unknown:
        raise UsageError(f"Tagging has no option {', '.join(sorted(unknown))}.")
    models = options.get("models") or []
    if not isinstance(models, list) or len(models) > MOST_MODELS or not all(isinstance(name, str) for name in models):
        raise UsageError(f"models is a list of at most {MOST_MODELS} names.")
    thresholds = options.get("thresholds") or {}
    if not isinstance(thresholds, dict):
        raise UsageError("thresholds names a number for each category.")
    known = tuple(CATEGORIES.values())
    for category in thresholds:
        if category not in known:
            raise UsageError(f'There is no category "{category}". There are: {", ".join(known)}.')
    nsfw = options.get("nsfw")
    return {
        "models": list(dict.fromkeys(models)),
        "thresholds": {category: _share(f"thresholds.{category}", value) for category, value in thresholds.items()},
        "by_cut": bool(options.get("by_cut", False)),
        "nsfw": None if nsfw is None else _share("nsfw", nsfw),
    }


def plan(options: Options, context: StageContext) -> tuple[StagePlan, ...]:
    """The stages of these options: one for each model."""
    chosen = _chosen(options, context)
    return tuple(
        StagePlan(
            name=stage_name(model.name),
            version=version(model.version, _thresholds(options, _suggested(model))),
            pace=f"{stage_name(model.name)} on {context.runtime.device}",
        )
        for model in chosen
    )


def open_stages(options: Options, context: StageContext) -> tuple[TagStage, ...]:
    """Load the models."""
    taggers = [open_tagger(model, context.runtime) for model in _chosen(options, context)]
    return tuple(TagStage(tagger, _thresholds(options, tagger.suggested)) for tagger in taggers)


def sources(options: Options, context: StageContext) -> list[str]:
    """The names of the models, as their tags and ratings carry them."""
    return [model.name for model in _chosen(options, context)]


KIND: Final = StageKind(name=NAME, check=check, plan=plan, open=open_stages)


def _chosen(options: Options, context: StageContext) -> list[InstalledModel]:
    found = _result(look_through(context.models_folder, MODELS, CONTRACTS))
    names = options.get("models")
    if isinstance(names, list) and names:
        return list({model.name: model for model in (found.model(str(name)) for name in names)}.values())
    taggers = [model for model in found.installed if model.contract.task == "tags"]
    if not taggers:
        raise NotFound("No tagger is here. `dtk models list` names them; `dtk models pull NAME` fetches one.")
    return taggers


def _suggested(model: InstalledModel) -> Thresholds:
    suggested = model.description.suggested if model.description else None
    return Thresholds(by_category=suggested or family_of(model.contract).thresholds)


def _thresholds(options: Options, suggested: Thresholds) -> Thresholds:
    given = options.get("thresholds")
    values: Mapping[str, float] = (
        {category: value for category, value in given.items() if isinstance(value, int | float)}
        if isinstance(given, dict)
        else {}
    )
    return Thresholds(by_category=suggested.replaced(values).by_category, by_cut=bool(options.get("by_cut")))


def _share(name: str, value: JsonValue) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UsageError(f"{name} is a number from 0 to 1.")
    return float(value)


def _result(work: Generator[Progress, None, FoundModels]) -> FoundModels:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
