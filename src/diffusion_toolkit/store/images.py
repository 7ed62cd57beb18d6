"""Reads single images: where they lie, and everything known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.tables import (
    caption,
    curation,
    folder,
    generator,
    image,
    model,
    prompt,
    recipe,
    root,
    sampler,
    scheduler,
)

_negative = prompt.alias("negative_prompt")
_model_caption = (
    sa.select(caption.c.text)
    .where(caption.c.image_id == image.c.id, caption.c.source != "person")
    .order_by(caption.c.id.desc())
    .limit(1)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePlace:
    """Where an image lies (stored forms) and what its file was when last read."""

    root: str
    root_available: bool
    folder: str
    name: str
    missing: bool
    size_bytes: int
    mtime_ns: int
    format: str | None
    fingerprint: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeRow:
    """What the columns hold of an image's recipe; `record` holds the rest, and what did not fit into its column.

    seed: decimal digits.
    """

    generator: str | None
    prompt: str | None
    negative_prompt: str | None
    model: str | None
    model_hash: str | None
    sampler: str | None
    scheduler: str | None
    steps: int | None
    cfg_scale: float | None
    seed: str | None
    workflow: bool
    record: Mapping[str, JsonValue] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRow:
    """One image as it is listed, with its curation."""

    phase: int
    problems: int
    width: int | None
    height: int | None
    duration_s: float | None
    codec: str | None
    audio_codec: str | None
    frame_rate: float | None
    file_date: datetime
    added_at: datetime
    rating: int | None
    favorite: bool
    nsfw: bool
    for_deletion: bool
    written_caption: str | None
    model_caption: str | None


_PLACED = sa.join(image, folder, image.c.folder_id == folder.c.id).join(root, folder.c.root_id == root.c.id)
_DESCRIBED = (
    _PLACED.outerjoin(curation, curation.c.image_id == image.c.id)
    .outerjoin(recipe, recipe.c.image_id == image.c.id)
    .outerjoin(generator, generator.c.id == image.c.generator_id)
    .outerjoin(prompt, prompt.c.id == image.c.prompt_id)
    .outerjoin(_negative, _negative.c.id == image.c.negative_prompt_id)
    .outerjoin(model, model.c.id == image.c.model_id)
    .outerjoin(sampler, sampler.c.id == image.c.sampler_id)
    .outerjoin(scheduler, scheduler.c.id == image.c.scheduler_id)
)
_PLACE = (
    root.c.path.label("root"),
    (root.c.state == "available").label("root_available"),
    folder.c.path.label("folder"),
    image.c.name,
    image.c.missing_since.is_not(None).label("missing"),
    image.c.size_bytes,
    image.c.mtime_ns,
    image.c.format,
    image.c.fingerprint,
)
_ROW = (
    image.c.phase,
    image.c.problems,
    image.c.width,
    image.c.height,
    image.c.duration_s,
    image.c.codec,
    image.c.audio_codec,
    image.c.frame_rate,
    image.c.file_date,
    image.c.added_at,
    curation.c.rating,
    sa.func.coalesce(curation.c.favorite, False).label("favorite"),
    sa.func.coalesce(curation.c.nsfw, False).label("nsfw"),
    sa.func.coalesce(curation.c.for_deletion, False).label("for_deletion"),
    curation.c.caption.label("written_caption"),
    _model_caption.label("model_caption"),
)
_RECIPE = (
    generator.c.name.label("generator"),
    prompt.c.text.label("prompt"),
    _negative.c.text.label("negative_prompt"),
    model.c.name.label("model"),
    model.c.hash.label("model_hash"),
    sampler.c.name.label("sampler"),
    scheduler.c.name.label("scheduler"),
    image.c.steps,
    image.c.cfg_scale,
    sa.cast(image.c.seed, sa.Text).label("seed"),
    image.c.workflow,
    recipe.c.record,
)


def image_place(connection: sa.Connection, image_id: int) -> ImagePlace | None:
    """Where one image lies; None when there is no such image."""
    statement = sa.select(*_PLACE).select_from(_PLACED).where(image.c.id == image_id)
    row = connection.execute(statement).mappings().one_or_none()
    return ImagePlace(**row) if row else None


def image_places(connection: sa.Connection, image_ids: Sequence[int]) -> dict[int, ImagePlace]:
    """Where these images lie, by id; those that there are not are absent."""
    statement = sa.select(image.c.id, *_PLACE).select_from(_PLACED).where(image.c.id.in_(image_ids))
    rows = connection.execute(statement).mappings()
    return {row["id"]: ImagePlace(**{column.key: row[column.key] for column in _PLACE}) for row in rows}


def image_row(connection: sa.Connection, image_id: int) -> tuple[ImagePlace, ImageRow, RecipeRow] | None:
    """Everything known of one image; None when there is no such image."""
    statement = sa.select(*_PLACE, *_ROW, *_RECIPE).select_from(_DESCRIBED).where(image.c.id == image_id)
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    place, listed, made = ({column.key: row[column.key] for column in columns} for columns in (_PLACE, _ROW, _RECIPE))
    return ImagePlace(**place), ImageRow(**listed), RecipeRow(**made)


def images_per_root(connection: sa.Connection) -> dict[int, int]:
    """How many images each root has now, by its number; roots without images are absent."""
    statement = (
        sa.select(folder.c.root_id, sa.func.count())
        .select_from(sa.join(image, folder, image.c.folder_id == folder.c.id))
        .where(image.c.missing_since.is_(None))
        .group_by(folder.c.root_id)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}
