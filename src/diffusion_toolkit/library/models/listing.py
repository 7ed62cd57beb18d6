"""The model files below the model roots, with the pictures made with each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import numpy as np

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate import Question
from diffusion_toolkit.catalog.evaluate.names import model_title, plain_name
from diffusion_toolkit.catalog.facets import FACETS, facets
from diffusion_toolkit.catalog.selection import Chosen
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.models.naming import hash_forms
from diffusion_toolkit.library.models.uses import base_model_of_file
from diffusion_toolkit.paths import printable
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.model_files import ModelFileRow

FACET_OF_KIND: Final = {
    "checkpoint": "model",
    "unet": "model",
    "lora": "lora",
    "vae": "vae",
    "embedding": "embedding",
    "controlnet": "controlnet",
}
"""Where the pictures that were made with a kind of model are counted."""

MOST_NAMES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A model file. root, path, preview: as one shows them; hashes: every form; images: made with it, None where its
    kind is not counted; civitai_model, civitai_version: its numbers there, where Civitai was asked and knows it;
    civitai: what it said; metadata: of its header.
    """

    id: int
    root_id: int
    path: str
    name: str
    kind: str
    title: str | None
    base_model: str | None
    trigger_words: tuple[str, ...]
    size_bytes: int
    modified_at: float
    has_preview: bool
    sha256: str | None
    short_hash: str | None
    autov2: str | None
    autov3: str | None
    missing: bool
    problem: str | None
    images: int | None
    query: str | None
    civitai_model: int | None
    civitai_version: int | None
    civitai: dict[str, object] | None = None
    metadata: dict[str, object] = field(default_factory=dict[str, object])


def model_files(
    collection: Collection,
    state: State,
    visible: Mask,
    *,
    kinds: Sequence[str] = (),
    text: str = "",
    missing: bool | None = None,
) -> list[ModelFile]:
    """Registered model files by name. kinds: only these; text: in name, title, path, words or hash; missing: only
    those gone (True) or there (False).
    """
    with collection.begin() as connection:
        rows = store.files(connection)
    images = _images_by_name(collection, state, visible)
    chosen = [row for row in rows if _is_wanted(row, kinds, text.casefold().strip(), missing)]
    shown = [_model_file(row, images) for row in chosen]
    return sorted(shown, key=lambda file: (file.kind, file.name.casefold(), file.id))


def model_file(collection: Collection, state: State, visible: Mask, file_id: int) -> ModelFile:
    """One model file, with all that is known of it. Raises NotFound."""
    with collection.begin() as connection:
        row = store.file(connection, file_id)
    if row is None:
        raise NotFound("There is no such model.")
    return _model_file(row, _images_by_name(collection, state, visible), whole=True)


def _images_by_name(collection: Collection, state: State, visible: Mask) -> dict[str, dict[str, tuple[int, str]]]:
    """For each facet of a kind of model: images and query by the plain name of the value."""
    chosen = Chosen.by(visible, np.flatnonzero(visible).astype(np.int32))
    now = datetime.now(UTC)
    keys = [key for key in dict.fromkeys(FACET_OF_KIND.values()) if key in FACETS]
    found = facets(Question(state, now, collection), chosen, keys, MOST_NAMES)
    return {
        key: {plain_name(model_title(value.value)): (value.count, value.query) for value in values}
        for key, values in found.items()
    }


def _is_wanted(row: ModelFileRow, kinds: Sequence[str], text: str, missing: bool | None) -> bool:
    if kinds and row.kind not in kinds:
        return False
    if missing is not None and missing != (row.missing_since is not None):
        return False
    forms = hash_forms(row.sha256, row.short_hash, row.autov3)
    places = (row.name, row.title or "", row.path, *row.trigger_words, *(_words(row)))
    return not text or any(text in place.casefold() for place in places) or any(form.startswith(text) for form in forms)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _words(row: ModelFileRow) -> list[str]:
    said = (row.civitai or {}).get("trigger_words")
    return [word for word in said if isinstance(word, str)] if isinstance(said, list) else []  # pyright: ignore[reportUnknownVariableType]  JSON


def _model_file(row: ModelFileRow, images: dict[str, dict[str, tuple[int, str]]], *, whole: bool = False) -> ModelFile:
    civitai = row.civitai or {}
    counted = images.get(FACET_OF_KIND.get(row.kind, ""))
    count, query = (counted or {}).get(plain_name(model_title(row.name)), (0, None))
    title = civitai.get("title")
    return ModelFile(
        id=row.id,
        root_id=row.root_id,
        path=printable(row.path),
        name=printable(row.name),
        kind=row.kind,
        title=title if isinstance(title, str) else row.title,
        base_model=base_model_of_file(row),
        trigger_words=tuple(dict.fromkeys([*_words(row), *row.trigger_words])),
        size_bytes=row.size_bytes,
        modified_at=row.mtime_ns / 1e9,
        has_preview=row.preview_path is not None,
        sha256=row.sha256.hex() if row.sha256 else None,
        short_hash=row.short_hash,
        autov2=row.sha256.hex()[:10] if row.sha256 else None,
        autov3=row.autov3,
        missing=row.missing_since is not None,
        problem=row.problem,
        images=None if counted is None else count,
        query=query,
        civitai_model=_number(civitai.get("model_id")),
        civitai_version=_number(civitai.get("id")),
        civitai=dict(civitai) if whole and civitai else None,
        metadata=dict(row.header.get("metadata") or {}) if whole else {},
    )
