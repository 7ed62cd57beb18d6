"""One caption, here and now: the same as a run makes, for somebody who waits for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from diffusion_toolkit.enrich.captions.options import ProviderName
from diffusion_toolkit.enrich.captions.sample import sample_picture
from diffusion_toolkit.enrich.captions.writers import shared_writers
from diffusion_toolkit.enrich.engine.runs import list_runs
from diffusion_toolkit.enrich.engine.stage import Given, ItemFailed, Options, StageContext, StageFailed
from diffusion_toolkit.enrich.stages import caption
from diffusion_toolkit.enrich.stages.caption import Captioned, CaptionStage
from diffusion_toolkit.errors import ServiceFailed, UsageError
from diffusion_toolkit.media.pixels import pixels_of
from diffusion_toolkit.store import journal
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.enrichment_texts import texts_of
from diffusion_toolkit.store.model_captions import by_people


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionedNow:
    """What came of one picture, and what made it. kept: whether it counts now; token: of the write."""

    result: Captioned
    provider: ProviderName
    model: str
    kept: bool = False
    token: int | None = None


def try_out(options: Options, context: StageContext) -> CaptionedNow:
    """A caption of a picture that is made for trying. Raises what `caption_now` does."""
    stage = _opened(options, context)
    given = Given(image_id=0, pixels=sample_picture())
    return _named(stage, _answered(stage, given))


def caption_now(
    collection: Collection, image_id: int, path: Path, options: Options, context: StageContext, *, keep: bool
) -> CaptionedNow:
    """A caption of a picture of the library. keep: let it count, unless a person wrote one that is not to be replaced.

    Raises UsageError for options that are none, NotFound for a model that is not here, NotInstalled, UnreadableFile,
    ServiceFailed.
    """
    stage = _opened(options, context)
    with collection.begin() as connection:
        texts = texts_of(connection, [image_id], stage.texts).get(image_id, {})
    pixels = pixels_of(path, stage.form.need)
    result = _answered(stage, Given(image_id=image_id, pixels=pixels, texts=texts))
    if not keep:
        return _named(stage, result)
    with collection.begin() as connection:
        journal.lock(connection)  # before or after what the person writes, never between
        stage.write(connection, [(image_id, result)])
        kept = not by_people(connection, [image_id])
        return _named(stage, result, kept=kept, token=journal.token(connection))


def check_free(collections: Iterable[Collection], options: Options) -> None:
    """Raises UsageError where a model of this machine is asked for that a run in another process has loaded: memory
    seldom has room for two. One that is loaded in this process may be asked at any time.
    """
    if caption.check(options)["provider"] != "joycaption" or shared_writers().is_loaded:
        return
    for collection in collections:
        for run in list_runs(collection, caption.NAME):
            if run.runners and run.options.get("provider") == "joycaption":
                raise UsageError("A run is writing captions with a model of this machine; pause it first, or wait.")


def _opened(options: Options, context: StageContext) -> CaptionStage:
    (stage,) = caption.open_stages(caption.check(options), context)
    return stage


def _answered(stage: CaptionStage, given: Given) -> Captioned:
    try:
        (result,) = stage.infer([stage.prepare(given)])
    except StageFailed as error:
        raise ServiceFailed(str(error)) from error
    if isinstance(result, ItemFailed):
        raise ServiceFailed(result.message)
    return result


def _named(stage: CaptionStage, result: Captioned, *, kept: bool = False, token: int | None = None) -> CaptionedNow:
    writer = stage.provider
    model = result.written.model or writer.model
    return CaptionedNow(result=result, provider=writer.name, model=model, kept=kept, token=token)
