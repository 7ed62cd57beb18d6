"""Names of hashes from elsewhere: AUTOMATIC1111's `cache.json`, a list of Civitai's, and the user."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import orjson

from diffusion_toolkit.errors import NotFound, UnreadableFile, UsageError
from diffusion_toolkit.library.models.naming import HashNames, hash_forms, is_same, plain_hash, trust
from diffusion_toolkit.library.models.sidecars import sha256_text
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.model_files import HashName

LARGEST_LIST: Final = 256 * 2**20
LONGEST_NAME: Final = 500
_SECTIONS: Final = ("hashes", "hashes-addnet")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedNames:
    """What an import brought. names: hashes that the file names; added: that were not known; token: of the write."""

    names: int
    added: int
    token: int


def import_names(collection: Collection, path: Path) -> ImportedNames:
    """Read names of hashes from `cache.json` of AUTOMATIC1111 or Forge, or from `models.json` of Civitai's list.

    Which of the two it is shows in its content. Raises NotFound, UnreadableFile.
    """
    try:
        if path.stat().st_size > LARGEST_LIST:
            raise UnreadableFile(f"{path.name} is larger than {LARGEST_LIST // 2**20} MiB.")
        loaded: object = orjson.loads(path.read_bytes())
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.") from error
    except orjson.JSONDecodeError as error:
        raise UnreadableFile(f"{path.name} is no JSON.") from error
    return import_names_of(collection, loaded, path.name)


def import_names_of(collection: Collection, loaded: object, shown: str = "This") -> ImportedNames:
    """The same, of JSON that is read already."""
    found = list(_names(loaded))
    if not found:
        raise UnreadableFile(
            f"{shown} names no model: it is neither the cache.json of AUTOMATIC1111 nor a list of Civitai's models."
        )
    with collection.begin() as connection:
        added = store.add_names(connection, found)
        token = store.token(connection)
    return ImportedNames(names=len({name.hash for name in found}), added=added, token=token)


def set_name(collection: Collection, model_hash: str, name: str) -> int:
    """Give the model of a hash a name of your own, which is shown before all others; '' takes it away.

    Returns the token of the write. Raises UsageError for what is no hash.
    """
    plain, wanted = plain_hash(model_hash), " ".join(name.split())
    if len(wanted) > LONGEST_NAME:
        raise UsageError(f"The name of a model has at most {LONGEST_NAME} characters.")
    with collection.begin() as connection:
        return store.set_user_name(connection, plain, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHash:
    """Everything known of one hash. forms: other hashes of the same file; names: the most trusted first."""

    hash: str
    forms: tuple[str, ...]
    names: tuple[HashName, ...]
    file_ids: tuple[int, ...]


def look_up(collection: Collection, model_hash: str) -> KnownHash:
    """What is known of a hash in any form, without asking anybody. Raises UsageError for what is no hash."""
    plain = plain_hash(model_hash)
    with collection.begin() as connection:
        names, files = store.names(connection), store.files(connection)
    forms_of = {row.id: hash_forms(row.sha256, row.short_hash, row.autov3) for row in files}
    here = [number for number, forms in forms_of.items() if any(is_same(form, plain) for form in forms)]
    forms = dict.fromkeys(form for number in here for form in forms_of[number])
    known = HashNames(names)
    every = sorted((name for form in (plain, *forms) for name in known.all_of(form)), key=trust)
    found = {(name.source, name.name): name for name in reversed(every)}
    return KnownHash(hash=plain, forms=tuple(forms), names=tuple(reversed(found.values())), file_ids=tuple(here))


def _names(loaded: object) -> Iterator[HashName]:
    if isinstance(loaded, list):
        yield from _civitai_models(cast("list[object]", loaded))
    elif isinstance(loaded, dict):
        top = cast("dict[str, object]", loaded)
        for section in _SECTIONS:
            yield from _cached_hashes(_object(top.get(section)))
        items = top.get("items")
        if isinstance(items, list):
            yield from _civitai_models(cast("list[object]", items))


def _cached_hashes(entries: Mapping[str, object]) -> Iterator[HashName]:
    """`"checkpoint/FILE": {"mtime": …, "sha256": "…"}`; in `hashes-addnet` of the weights alone."""
    for key, value in entries.items():
        found = _object(value).get("sha256")
        sha256 = sha256_text(found) if isinstance(found, str) else None
        name = key.replace("\\", "/").partition("/")[2].strip() or key
        if sha256 is not None and name:
            yield HashName(sha256, "a1111", name[:LONGEST_NAME])


def _civitai_models(items: list[object]) -> Iterator[HashName]:
    for item in items:
        model = _object(item)
        for version in _objects(model.get("modelVersions") or model.get("ModelVersions")):
            title = [_object(found).get(key) for found in (model, version) for key in ("name", "Name")]
            name = " – ".join(text for text in title if isinstance(text, str) and text)
            for file in _objects(version.get("files") or version.get("Files")):
                hashes = _object(file.get("hashes") or file.get("Hashes"))
                for digits in hashes.values():
                    if isinstance(digits, str) and name and _is_hash(digits):
                        yield HashName(digits.lower(), "civitai-list", name[:LONGEST_NAME])


def _is_hash(digits: str) -> bool:
    return 8 <= len(digits) <= 64 and all(digit in "0123456789abcdefABCDEF" for digit in digits)


def _object(value: object) -> Mapping[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, object]]:
    return [_object(item) for item in cast("list[object]", value)] if isinstance(value, list) else []
