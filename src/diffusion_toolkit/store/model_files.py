"""Model roots, the model files in them, and the names that hashes have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from diffusion_toolkit.store import tables
from diffusion_toolkit.store.clean import clean_json, clean_text
from diffusion_toolkit.store.roots import identity

NameSource: TypeAlias = Literal["user", "file", "civitai", "a1111", "civitai-list"]

_NAMES_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext(current_schema()), 7203143)")
_ROOT = tables.model_root.c
_FILE = tables.model_file.c
_NAME = tables.model_name.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRootRow:
    """A folder that holds models. path: absolute, stored form."""

    id: int
    path: str
    added_at: datetime
    scanned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFileRow:
    """A model file, as the table has it. path, preview_path: relative to the root, stored form."""

    id: int
    root_id: int
    path: str
    kind: str
    size_bytes: int
    mtime_ns: int
    name: str
    title: str | None
    base_model: str | None
    trigger_words: list[str]
    preview_path: str | None
    sha256: bytes | None
    short_hash: str | None
    autov3: str | None
    header: dict[str, Any]
    civitai: dict[str, Any] | None
    problem: str | None
    missing_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedModel:
    """What a scan read of one file; everything else of the row stays."""

    path: str
    kind: str
    size_bytes: int
    mtime_ns: int
    name: str
    title: str | None
    base_model: str | None
    trigger_words: Sequence[str]
    preview_path: str | None
    sha256: bytes | None
    short_hash: str | None
    autov3: str | None
    header: Mapping[str, object]
    problem: str | None


def lock_roots(connection: sa.Connection) -> None:
    """Nobody else adds a model root until this transaction ends."""
    connection.execute(sa.text("LOCK TABLE model_root IN SHARE ROW EXCLUSIVE MODE"))


def insert_root(connection: sa.Connection, path: str) -> ModelRootRow:
    """Add a model root, or return the one of this path."""
    connection.execute(
        sa.text("INSERT INTO model_root (identity, path) VALUES (:identity, :path) ON CONFLICT (identity) DO NOTHING"),
        {"identity": identity(path), "path": path},
    )
    return next(row for row in roots(connection) if row.path == path)


def roots(connection: sa.Connection) -> list[ModelRootRow]:
    """All model roots in the order they were added."""
    query = sa.select(_ROOT.id, _ROOT.path, _ROOT.added_at, _ROOT.scanned_at).order_by(_ROOT.id)
    return [ModelRootRow(**dict(row)) for row in connection.execute(query).mappings()]


def present_files_per_root(connection: sa.Connection) -> dict[int, int]:
    """How many files of each root are there; roots without any are absent."""
    query = sa.select(_FILE.root_id, sa.func.count()).where(_FILE.missing_since.is_(None)).group_by(_FILE.root_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def delete_root(connection: sa.Connection, root_id: int) -> bool:
    """Forget a root and its files; the names of their hashes stay. Says whether it was there."""
    return connection.execute(sa.delete(tables.model_root).where(_ROOT.id == root_id)).rowcount > 0


def set_scanned(connection: sa.Connection, root_id: int) -> None:
    """Note that a scan went through."""
    connection.execute(sa.update(tables.model_root).where(_ROOT.id == root_id).values(scanned_at=sa.func.now()))


_COLUMNS: Final = (
    *(_FILE[name] for name in ModelFileRow.__dataclass_fields__ if name != "civitai"),
    sa.type_coerce(sa.literal_column("civitai - 'preview_webp'"), JSONB).label("civitai"),
)


def files(connection: sa.Connection, *, root_id: int | None = None) -> list[ModelFileRow]:
    """All model files, or those of one root, missing ones too."""
    query = sa.select(*_COLUMNS).order_by(_FILE.id)
    if root_id is not None:
        query = query.where(_FILE.root_id == root_id)
    return [ModelFileRow(**dict(row)) for row in connection.execute(query).mappings()]


def file(connection: sa.Connection, file_id: int) -> ModelFileRow | None:
    """One model file, or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(_FILE.id == file_id)).mappings().one_or_none()
    return None if row is None else ModelFileRow(**dict(row))


_UPSERT = sa.text("""
INSERT INTO model_file (root_id, identity, path, kind, size_bytes, mtime_ns, name, title, base_model, trigger_words,
                        preview_path, sha256, short_hash, autov3, header, problem)
SELECT :root_id, decode(identity, 'hex'), path, kind, size_bytes, mtime_ns, name, title, base_model,
       coalesce(ARRAY(SELECT jsonb_array_elements_text(trigger_words)), '{}'), preview_path, decode(sha256, 'hex'),
       short_hash, autov3, header, problem
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS scanned (
    identity text, path text, kind text, size_bytes bigint, mtime_ns bigint, name text, title text, base_model text,
    trigger_words jsonb, preview_path text, sha256 text, short_hash text, autov3 text, header jsonb, problem text)
ORDER BY identity
ON CONFLICT (root_id, identity) DO UPDATE
SET kind = excluded.kind, name = excluded.name, title = excluded.title, base_model = excluded.base_model,
    trigger_words = excluded.trigger_words, preview_path = excluded.preview_path, header = excluded.header,
    problem = excluded.problem, short_hash = excluded.short_hash, missing_since = NULL,
    sha256 = CASE WHEN (model_file.size_bytes, model_file.mtime_ns) = (excluded.size_bytes, excluded.mtime_ns)
                  THEN coalesce(model_file.sha256, excluded.sha256) ELSE excluded.sha256 END,
    autov3 = CASE WHEN (model_file.size_bytes, model_file.mtime_ns) = (excluded.size_bytes, excluded.mtime_ns)
                  THEN coalesce(model_file.autov3, excluded.autov3) ELSE excluded.autov3 END,
    civitai = CASE WHEN (model_file.size_bytes, model_file.mtime_ns) = (excluded.size_bytes, excluded.mtime_ns)
                   THEN model_file.civitai END,
    size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns
""")


def upsert_files(connection: sa.Connection, root_id: int, found: Sequence[ScannedModel]) -> None:
    """Write what was read of these files. What only the old content had (hashes, Civitai's answer) goes with it."""
    if found:
        rows = [_scanned_json(model) for model in found]
        connection.execute(_UPSERT, {"root_id": root_id, "rows": orjson.dumps(rows).decode()})


def set_present(connection: sa.Connection, file_ids: Sequence[int]) -> None:
    """These files are there again."""
    here = sa.update(tables.model_file).where(_FILE.id.in_(file_ids), _FILE.missing_since.is_not(None))
    connection.execute(here.values(missing_since=None))


def set_missing(connection: sa.Connection, file_ids: Sequence[int]) -> None:
    """These files are gone; what is known of them stays."""
    gone = sa.update(tables.model_file).where(_FILE.id.in_(file_ids), _FILE.missing_since.is_(None))
    connection.execute(gone.values(missing_since=sa.func.now()))


def set_hashes(
    connection: sa.Connection, row: ModelFileRow, *, sha256: bytes, short_hash: str | None, autov3: str | None
) -> bool:
    """Keep the hashes of a file, unless a scan has seen it change meanwhile."""
    same = (_FILE.id == row.id, _FILE.size_bytes == row.size_bytes, _FILE.mtime_ns == row.mtime_ns)
    values = {"sha256": sha256, "short_hash": short_hash, "autov3": autov3 or _FILE.autov3}
    return connection.execute(sa.update(tables.model_file).where(*same).values(**values)).rowcount > 0


PREVIEW_KEY: Final = "preview_webp"
"""Where the picture that was loaded lies in `civitai`; lists leave it out."""


def add_civitai(connection: sa.Connection, file_id: int, answer: Mapping[str, object]) -> None:
    """Keep what Civitai said of a file: these keys, the others stay."""
    connection.execute(
        sa.text(
            "UPDATE model_file SET civitai = coalesce(civitai, '{}') || CAST(:answer AS jsonb) WHERE id = :file_id"
        ),
        {"answer": orjson.dumps(clean_json(answer)).decode(), "file_id": file_id},
    )


def kept_preview(connection: sa.Connection, file_id: int) -> str | None:
    """The preview of a file that was loaded from Civitai, in base 64."""
    text: str | None = connection.scalar(
        sa.text("SELECT civitai ->> :key FROM model_file WHERE id = :file_id"),
        {"key": PREVIEW_KEY, "file_id": file_id},
    )
    return text


# --- names of hashes --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HashName:
    """A name that a hash (small hexadecimal digits) has, and where it is from."""

    hash: str
    source: str
    name: str


def add_names(connection: sa.Connection, names: Iterable[HashName]) -> int:
    """Add names that are not known yet, and say how many were new."""
    rows = sorted({(name.hash, name.source, clean_text(name.name)) for name in names if name.name})
    if not rows:
        return 0
    query = sa.text(
        "INSERT INTO model_name (hash, source, name)"
        " SELECT * FROM unnest(CAST(:hashes AS text[]), CAST(:sources AS text[]), CAST(:names AS text[]))"
        " ON CONFLICT (hash, source, name) DO NOTHING"
    )
    hashes, sources, texts = (list(column) for column in zip(*rows, strict=True))
    return connection.execute(query, {"hashes": hashes, "sources": sources, "names": texts}).rowcount


def set_user_name(connection: sa.Connection, model_hash: str, name: str) -> int:
    """The user's own name of a hash, of which there is one; '' takes it away. Returns the transaction's token.

    The row stays, because catalogs follow rows that change and see none that goes.
    """
    connection.execute(_NAMES_LOCK)
    mine = sa.and_(_NAME.hash == model_hash, _NAME.source == "user")
    changed = connection.execute(sa.update(tables.model_name).where(mine).values(name=clean_text(name))).rowcount
    if not changed:
        connection.execute(sa.insert(tables.model_name).values(hash=model_hash, source="user", name=clean_text(name)))
    return token(connection)


def names(connection: sa.Connection) -> list[HashName]:
    """All names of hashes that are not withdrawn, in the order they came."""
    query = sa.select(_NAME.hash, _NAME.source, _NAME.name).where(_NAME.name != "").order_by(_NAME.id)
    return [HashName(row.hash, row.source, row.name) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model as recipes name it: number, name ('' for none), hash."""

    id: int
    name: str
    hash: str | None


def used_models(connection: sa.Connection) -> list[UsedModel]:
    """Every model that a recipe names."""
    query = sa.select(tables.model.c.id, tables.model.c.name, tables.model.c.hash).order_by(tables.model.c.id)
    return [UsedModel(row.id, row.name, row.hash) for row in connection.execute(query)]


def token(connection: sa.Connection) -> int:
    """The number of this transaction: a search that waits for it sees what was written."""
    return int(connection.scalar(sa.text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")) or 0)


def _scanned_json(model: ScannedModel) -> dict[str, object]:
    def text(value: str | None) -> str | None:
        return None if value is None else clean_text(value)

    return {
        "identity": identity(model.path).hex(),
        "path": model.path,
        "kind": model.kind,
        "size_bytes": model.size_bytes,
        "mtime_ns": model.mtime_ns,
        "name": clean_text(model.name),
        "title": text(model.title),
        "base_model": text(model.base_model),
        "trigger_words": [clean_text(word) for word in model.trigger_words],
        "preview_path": model.preview_path,
        "sha256": model.sha256.hex() if model.sha256 else None,
        "short_hash": model.short_hash,
        "autov3": model.autov3,
        "header": clean_json(dict(model.header)),
        "problem": text(model.problem),
    }
