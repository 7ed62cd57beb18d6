"""Writes all curation as one JSON document, one picture a line, so that it can be read a line at a time.

Names that are no valid text on Linux are written as the store writes them (`paths.stored_name`), which loses nothing.
"""

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import orjson

from diffusion_toolkit.errors import StoreError, UsageError
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.portable.entry import Album, Around, Folder, Picture, SavedQuery, TagAlias
from diffusion_toolkit.library.target_folders import require_folder_of
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.portable import CuratedRow, Export, exporting

FORMAT = "diffusion-toolkit curation"
VERSION = 1
GZIP = b"\x1f\x8b"


def export(collection: Collection, path: Path) -> int:
    """Write all curation of the collection to `path` (compressed when it ends in .gz); returns how many pictures.

    The file appears only when it is whole, and takes the place of an earlier export alone. Raises UsageError when
    something else is there, or its folder is not; StoreError when it cannot be written.
    """
    require_folder_of(path)
    if os.path.lexists(path) and not _may_be_replaced(path):
        raise UsageError(f"{path} is there already, and is no export of curation; name another file.")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with exporting(collection) as view:
            count = _write(view, collection.name, beside, compressed=path.suffix == ".gz")
        os.replace(beside, path)
    except OSError as error:
        raise StoreError(f"The curation could not be written to {path}: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return count


def _may_be_replaced(path: Path) -> bool:
    """Whether a file is empty, or begins as we begin."""
    begins = orjson.dumps({"format": FORMAT})[:-1]
    try:
        with path.open("rb") as raw:
            found = raw.read(len(begins))
            if found.startswith(GZIP):
                raw.seek(0)
                found = gzip.GzipFile(fileobj=raw).read(len(begins))
    except (OSError, EOFError, zlib.error):
        return False
    return found in (b"", begins)


def _write(view: Export, collection: str, path: Path, *, compressed: bool) -> int:
    count = 0
    with path.open("xb") as file:
        target = gzip.GzipFile(fileobj=file, mode="wb", mtime=0) if compressed else file
        for line in _lines(view, collection):
            target.write(line)
            count += line.startswith(b'{"number"')
        if compressed:
            target.close()
        file.flush()
        os.fsync(file.fileno())
    return count


def _lines(view: Export, collection: str) -> Iterator[bytes]:
    head = {"format": FORMAT, "version": VERSION, "collection": collection, "made_at": local_now()}
    yield orjson.dumps(head)[:-1] + b",\n"
    yield orjson.dumps(asdict(_around(view)))[1:-1] + b",\n"
    yield b'"pictures": [\n'
    comma = b""
    for row in view.images():
        yield comma
        yield orjson.dumps(_spare(asdict(_picture(row))), default=_hex)
        comma = b",\n"
    yield b"\n]}\n"


def _spare(values: dict[str, object]) -> dict[str, object]:
    """Without what says nothing; a caption that a person took away says something."""
    return {
        name: value
        for name, value in values.items()
        if value not in (None, False, "", (), []) or (name == "caption" and value is not None)
    }


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError


def _around(view: Export) -> Around:
    return Around(
        roots=view.roots(),
        folders=[
            Folder(root=root, path=path, excluded=excluded, archived=archived)
            for root, path, excluded, archived in view.passed_over()
        ],
        tags=view.tags(),
        tag_aliases=[TagAlias(alias=alias, canonical=canonical) for alias, canonical in view.tag_aliases()],
        albums=[
            Album(name=row.name, query=row.query, sort=row.sort, position=row.position, pictures=row.image_ids)
            for row in view.albums()
        ],
        saved_queries=[
            SavedQuery(name=row.name, query=row.query, sort=row.sort, view=row.view, position=row.position)
            for row in view.saved_queries()
        ],
    )


def _picture(row: CuratedRow) -> Picture:
    return Picture(
        number=row.id,
        root=row.root,
        folder=row.folder,
        name=row.name,
        size_bytes=row.size_bytes,
        mtime_ns=row.mtime_ns,
        fingerprint=row.fingerprint,
        pixels=row.pixels,
        rating=row.rating,
        favorite=row.favorite,
        nsfw=row.nsfw,
        for_deletion=row.for_deletion,
        rated_at=row.rated_at,
        viewed_at=row.viewed_at,
        touched_at=row.touched_at,
        caption=row.caption,
        tags=row.tags,
        refused_tags=row.refused_tags,
    )
