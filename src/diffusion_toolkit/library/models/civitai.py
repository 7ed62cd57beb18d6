"""Looks models up at Civitai by their hashes: only when asked to, what was found and what was not is remembered."""

import base64
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from diffusion_toolkit.errors import NotFound, ServiceFailed, UsageError
from diffusion_toolkit.integrations.civitai import Civitai, CivitaiVersion
from diffusion_toolkit.library.models.naming import HashNames, hash_forms, is_same, plain_hash
from diffusion_toolkit.media.thumbnails import thumbnail
from diffusion_toolkit.progress import IsCancelled, Pace, Progress, never, stop_if
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.model_files import HashName, ModelFileRow
from diffusion_toolkit.store.options import merge_option, option

STAGE: Final = "civitai"
REMEMBERED: Final = "civitai hashes"
PREVIEW_SIZE: Final = 512
MOST_FAILURES: Final = 3
"""In a row; then the service is left in peace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CivitaiAnswer:
    """What was found for one hash. found: None when Civitai knows no such file; token: of the write."""

    hash: str
    found: CivitaiVersion | None
    token: int


def ask_by_hash(collection: Collection, civitai: Civitai, model_hash: str) -> CivitaiAnswer:
    """Ask for one hash, whether it was asked for before or not, and remember the answer. Raises ServiceFailed."""
    plain = plain_hash(model_hash)
    return _keep(collection, plain, civitai.version_by_hash(plain))


def ask_for_file(collection: Collection, civitai: Civitai, file_id: int) -> CivitaiAnswer:
    """Ask for one model file. Raises NotFound, UsageError while it has no hash, ServiceFailed."""
    row = _row(collection, file_id)
    known = _best_hash(row)
    if known is None:
        raise UsageError(f"{row.name} has no hash yet; compute it first.")
    return ask_by_hash(collection, civitai, known)


def unknown_hashes(collection: Collection) -> list[str]:
    """Hashes of files and of recipes that have no name from Civitai, and were never asked for."""
    with collection.begin() as connection:
        files, used = store.files(connection), store.used_models(connection)
        names = HashNames(name for name in store.names(connection) if name.source in ("civitai", "civitai-list"))
        asked = option(connection, REMEMBERED)
    known = set(asked) if isinstance(asked, dict) else set[str]()
    of_files = [best for row in files if row.missing_since is None and (best := _best_hash(row))]
    forms = [form for row in files for form in hash_forms(row.sha256, row.short_hash, row.autov3)]
    of_recipes = [found for model in used if (found := _comparable(model.hash)) and not _is_any(found, forms)]
    wanted = dict.fromkeys([*of_files, *of_recipes])
    return [plain for plain in wanted if plain not in known and names.best(plain) is None]


def ask_for_unknown(collection: Collection, civitai: Civitai, is_cancelled: IsCancelled = never) -> Iterator[Progress]:
    """Ask for every unknown hash, one after the other. Counts: found, unknown, failed.

    Raises ServiceFailed when the service fails three times in a row, Cancelled when asked to stop.
    """
    wanted = unknown_hashes(collection)
    counts = {"found": 0, "unknown": 0, "failed": 0}
    pace, failures = Pace(), 0
    for done, plain in enumerate(wanted):
        stop_if(is_cancelled)
        yield pace.report(STAGE, done, len(wanted), counts)
        try:
            answer = ask_by_hash(collection, civitai, plain)
        except ServiceFailed:
            counts["failed"] += 1
            failures += 1
            if failures >= MOST_FAILURES:
                raise
            continue
        failures = 0
        counts["unknown" if answer.found is None else "found"] += 1
    yield pace.report(STAGE, len(wanted), len(wanted), counts)


def load_preview(collection: Collection, civitai: Civitai, file_id: int) -> bytes:
    """Load the preview that Civitai named for a file, and keep a small WebP of it, which is returned.

    Raises NotFound when none is named, ServiceFailed, UnreadableFile for what is no picture.
    """
    row = _row(collection, file_id)
    previews = (row.civitai or {}).get("previews")
    addresses = [address for address in cast("list[object]", previews or []) if isinstance(address, str)]
    if not addresses:
        raise NotFound("Civitai names no preview of this model; look it up first.")
    with tempfile.NamedTemporaryFile(suffix=".preview") as file:
        file.write(civitai.preview(addresses[0]))
        file.flush()
        small = thumbnail(Path(file.name), PREVIEW_SIZE)
    with collection.begin() as connection:
        store.add_civitai(connection, file_id, {store.PREVIEW_KEY: base64.b64encode(small).decode()})
    return small


def kept_preview(collection: Collection, file_id: int) -> bytes | None:
    """The preview that was loaded for a file."""
    with collection.begin() as connection:
        text = store.kept_preview(connection, file_id)
    return None if text is None else base64.b64decode(text)


def _row(collection: Collection, file_id: int) -> ModelFileRow:
    with collection.begin() as connection:
        row = store.file(connection, file_id)
    if row is None:
        raise NotFound("There is no such model.")
    return row


def _best_hash(row: ModelFileRow) -> str | None:
    """The hash that says most: of the whole file, computed or stated, else of its weights, else the old short one."""
    stated = row.header.get("stated_sha256")
    if row.sha256:
        return row.sha256.hex()
    return stated if isinstance(stated, str) else row.autov3 or row.short_hash


def _keep(collection: Collection, plain: str, found: CivitaiVersion | None) -> CivitaiAnswer:
    answer: dict[str, JsonValue] = {} if found is None else _as_json(found)
    with collection.begin() as connection:
        merge_option(connection, REMEMBERED, {plain: {"asked_at": time.time(), "id": found.id if found else None}})
        for row in store.files(connection):
            forms = hash_forms(row.sha256, row.short_hash, row.autov3, _stated(row))
            if found is not None and _is_any(plain, forms):
                other = (row.civitai or {}).get("id") != found.id
                store.add_civitai(connection, row.id, answer | ({store.PREVIEW_KEY: None} if other else {}))
        if found is not None:
            # Other files of the version are other forms of the same model; a name for each finds them all.
            hashes = dict.fromkeys((plain, *found.hashes))
            store.add_names(connection, [HashName(digits, "civitai", found.title) for digits in hashes])
        token = store.token(connection)
    return CivitaiAnswer(hash=plain, found=found, token=token)


def _stated(row: ModelFileRow) -> str | None:
    stated = row.header.get("stated_sha256")
    return stated if isinstance(stated, str) else None


def _as_json(found: CivitaiVersion) -> dict[str, JsonValue]:
    return {
        "asked_at": time.time(),
        "id": found.id,
        "model_id": found.model_id,
        "title": found.title,
        "type": found.type,
        "base_model": found.base_model,
        "trigger_words": list(found.trigger_words),
        "nsfw": found.nsfw,
        "previews": list(found.previews),
    }


def _comparable(model_hash: str | None) -> str | None:
    try:
        return plain_hash(model_hash or "")
    except UsageError:
        return None


def _is_any(plain: str, forms: Sequence[str]) -> bool:
    return any(is_same(plain, form) for form in forms)
