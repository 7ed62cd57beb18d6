"""The models that the pictures of a library were made with, and how often."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Flag, Mask
from diffusion_toolkit.catalog.evaluate.names import model_title, plain_name
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.library.models.naming import HashNames, hash_forms, is_same
from diffusion_toolkit.query import format_query
from diffusion_toolkit.query.tree import Name, Where
from diffusion_toolkit.query.wildcards import has_wildcards
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.model_files import HashName, ModelFileRow, UsedModel

_DIGITS = re.compile("[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """A model that pictures were made with. title: the name to show, of a hash without a name its digits;
    written: how recipes name it; source: where the title is from, None when recipes say it; rated, rating: how many of
    its images have a rating, and their mean; query: finds its images, None where recipes state no real hash.
    """

    title: str
    source: str | None
    written: tuple[str, ...]
    hashes: tuple[str, ...]
    images: int
    favorites: int
    rated: int
    rating: float | None
    file_ids: tuple[int, ...]
    base_model: str | None
    query: str | None


def used_models(collection: Collection, state: State, visible: Mask) -> list[ModelUse]:
    """Every model of the visible images, the most used first."""
    with collection.begin() as connection:
        used, files, names = store.used_models(connection), store.files(connection), store.names(connection)
    groups = _Groups(files, HashNames(names))
    counted = _counted(state, visible)
    for model in used:
        groups.add(model, counted.get(model.id))
    return groups.uses()


def base_model_of_file(row: ModelFileRow) -> str | None:
    said = (row.civitai or {}).get("base_model")
    return said if isinstance(said, str) and said else row.base_model


@dataclass(frozen=True, slots=True)
class _Count:
    images: int
    favorites: int
    rated: int
    stars: int


def _counted(state: State, visible: Mask) -> dict[int, _Count]:
    """Per model id: images, favourites, rated images, the sum of their ratings."""
    table = state.dimensions["model"]
    codes = state.columns["model"][visible]
    rating = state.columns["rating"][visible]
    favorite = state.columns.has(Flag.FAVORITE)[visible]

    def counts(mask: Mask | None = None, weights: Array | None = None) -> list[int]:
        chosen = codes if mask is None else codes[mask]
        found = np.bincount(chosen + 1, weights=weights, minlength=len(table.ids) + 1)[1:]
        return found.astype(np.int64).tolist()

    images, favorites, rated = counts(), counts(favorite), counts(rating > 0)
    stars = counts(weights=rating.astype(np.float64))
    return {
        number: _Count(images[place], favorites[place], rated[place], stars[place])
        for place, number in enumerate(table.ids)
        if images[place]
    }


class _Groups:
    """Puts together what is one model: by the name that its hash has, else by the name that recipes write."""

    def __init__(self, files: Sequence[ModelFileRow], names: HashNames) -> None:
        self._names = names
        self._files: dict[int, tuple[str, ...]] = {
            row.id: hash_forms(row.sha256, row.short_hash, row.autov3) for row in files
        }
        self._by_start: dict[str, list[tuple[str, int]]] = {}
        for number, forms in self._files.items():
            for form in forms:
                self._by_start.setdefault(form[:8], []).append((form, number))
        self._rows = {row.id: row for row in files}
        self._by_name: dict[str, list[int]] = {}
        for row in files:
            self._by_name.setdefault(plain_name(model_title(row.name)), []).append(row.id)
        self._groups: dict[str, _Group] = {}

    def add(self, model: UsedModel, count: _Count | None) -> None:
        if count is None:
            return
        digits = (model.hash or "").lower().removeprefix("0x") or None
        known = self._names.best(digits)
        title, source = _title(model, digits, known)
        group = self._groups.setdefault(plain_name(title), _Group(title, source))
        group.add(model.name, digits, count)
        files = self._with_hash(digits) or self._by_name.get(plain_name(title), [])
        group.file_ids.update(dict.fromkeys(files))

    def uses(self) -> list[ModelUse]:
        found = [group.use(self._base_model(group.file_ids)) for group in self._groups.values()]
        return sorted(found, key=lambda use: (-use.images, use.title.casefold()))

    def _with_hash(self, digits: str | None) -> list[int]:
        near = self._by_start.get(digits[:8], []) if digits and len(digits) >= 8 else []
        return list(dict.fromkeys(number for form, number in near if digits and is_same(form, digits)))

    def _base_model(self, file_ids: Iterable[int]) -> str | None:
        rows = (self._rows[number] for number in file_ids)
        return next((base for row in rows if (base := base_model_of_file(row))), None)


class _Group:
    def __init__(self, title: str, source: str | None) -> None:
        self.title, self.source = title, source
        self.written: dict[str, None] = {}
        self.hashes: dict[str, None] = {}
        self.file_ids: dict[int, None] = {}
        self.images = self.favorites = self.rated = self.stars = 0

    def add(self, name: str, digits: str | None, count: _Count) -> None:
        self.written.update({name: None} if name else {})
        self.hashes.update({digits: None} if digits else {})
        self.images += count.images
        self.favorites += count.favorites
        self.rated += count.rated
        self.stars += count.stars

    def use(self, base_model: str | None) -> ModelUse:
        return ModelUse(
            title=self.title,
            source=self.source,
            written=tuple(self.written),
            hashes=tuple(self.hashes),
            images=self.images,
            favorites=self.favorites,
            rated=self.rated,
            rating=self.stars / self.rated if self.rated else None,
            file_ids=tuple(self.file_ids),
            base_model=base_model,
            query=self._query(),
        )

    def _query(self) -> str | None:
        if self.written or self.source is not None:
            return format_query(Where("model", (Name(self.title, quoted=has_wildcards(self.title)),)))
        real = [Name(digits) for digits in self.hashes if len(digits) <= 64 and _DIGITS.fullmatch(digits)]
        return format_query(Where("model_hash", tuple(real))) if real else None


def _title(model: UsedModel, digits: str | None, known: HashName | None) -> tuple[str, str | None]:
    """The name to show: the user's own and the file's go before what a recipe says, others only help where it is
    silent."""
    if known is not None and (known.source in ("user", "file") or not model.name):
        return model_title(known.name), known.source
    return model_title(model.name) if model.name else (digits or "?"), None
