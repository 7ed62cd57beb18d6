"""Keeps a state in a file between two starts, so that a million images are there in well under a second.

The file is written beside and renamed, and carries which tables it shows, when, and a checksum of every part. Whatever
does not fit is refused: then the store is read as if there were no file. Its arrays are mapped, not read.
"""

import json
import logging
import os
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from diffusion_toolkit.catalog.albums import AlbumArrays
from diffusion_toolkit.catalog.columns import COLUMNS, Array, Columns, Places
from diffusion_toolkit.catalog.dimensions import Dimension, Folders, Resources, TagNames, Words
from diffusion_toolkit.catalog.graphs import Graphs
from diffusion_toolkit.catalog.list_arrays import list_arrays, lists_of
from diffusion_toolkit.catalog.names import FoldedNames, Names
from diffusion_toolkit.catalog.orders import Order, OrderCache
from diffusion_toolkit.catalog.prompts import Prompts, Segment
from diffusion_toolkit.catalog.sort import KEYS
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.catalog.text_order import GrowingOrder, TextOrder
from diffusion_toolkit.catalog.weights import RESOURCE_WEIGHTS, TAG_WEIGHTS
from diffusion_toolkit.catalog.words import Dictionary, WordIndex
from diffusion_toolkit.store.data_folder import for_us_alone
from diffusion_toolkit.store.feed import FolderRow, Origin, RootRow, Snapshot

_LOG = logging.getLogger(__name__)
_MAGIC = b"dtk catalog 4\n\0\0"
_ALIGNMENT = 65_536
"""Maps begin at multiples of 64 KiB on Windows, of a page elsewhere."""

_CHECKED_AT_ONCE = 1 << 22
_LONGEST_HEAD = 1 << 30
_MOST_DEAD = 5
"""With one dead place in so many, the library is read anew instead, which leaves them behind."""


class _Unfit(Exception):
    """A file that is damaged or of another version."""


def write(state: State, folder: Path) -> Path | None:
    """Keep this state; older ones of the collection go. None when the disk does not allow it."""
    path = folder / f"{state.origin.schema}-{state.snapshot.high:020}-{state.revision}.catalog"
    beside = path.with_suffix(f".{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(beside, "wb", opener=for_us_alone) as file:
            _write(state, file)
        beside.replace(path)
    except OSError as error:
        _LOG.warning("The catalog's snapshot could not be written; the next start will be slower: %s", error)
        _remove(beside)
        return None
    for old in _files(folder, state.origin.schema):
        if old != path:
            _remove(old)
    return path


def newest(folder: Path | None, schema: str) -> State | None:
    """The last state kept of a collection, if there is one in good order."""
    for path in _files(folder, schema) if folder is not None else []:
        try:
            state = read(path)
        except (_Unfit, OSError) as error:
            _LOG.warning("The catalog's snapshot %s cannot be used: %s", path, error)
            _remove(path)
            continue
        if int(np.count_nonzero(~state.alive)) * _MOST_DEAD <= state.count:
            return state
    return None


def read(path: Path) -> State:
    """The state in a file; its arrays stay in the file and are mapped."""
    with path.open("rb") as file:
        head, begin = _head(file)
        _check(path, head, begin)
        # A map of its own for each array: once a column is replaced, its memory goes back.
        blocks: dict[str, mmap | bytes] = {
            part["name"]: mmap(file.fileno(), part["bytes"], access=ACCESS_READ, offset=begin + part["at"])
            if part["bytes"]
            else b""
            for part in head["parts"]
        }
    arrays: dict[str, Array] = {
        part["name"]: np.frombuffer(blocks[part["name"]], part["kind"]) for part in head["parts"]
    }
    segments = tuple(_segment(number, arrays, blocks) for number in range(head["segments"]))
    return _state(head, arrays, segments)


def _files(folder: Path, schema: str) -> list[Path]:
    """Newest first."""
    return sorted(folder.glob(f"{schema}-*-*.catalog"), reverse=True) if folder.is_dir() else []


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:  # Windows keeps a file that is still mapped; the next start removes it
        _LOG.info("%s stays for now: %s", path, error)


# --- the file: magic, length and checksum of the head, the head as JSON, the arrays ---------------


def _write(state: State, file: BinaryIO) -> None:
    parts: list[dict[str, str | int]] = []
    at = 0
    orders = state.orders.ready  # queries prepare more of them meanwhile
    arrays = {name: np.ascontiguousarray(array) for name, array in _arrays(state, orders)}
    for name, array in arrays.items():
        checksum = zlib.crc32(array.view(np.uint8).data) if array.size else 0
        parts.append({"name": name, "kind": array.dtype.str, "at": at, "bytes": array.nbytes, "checksum": checksum})
        at += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    head = json.dumps(_described(state) | {"orders": list(orders), "parts": parts}).encode()
    head += b" " * (-(len(_MAGIC) + 16 + len(head)) % _ALIGNMENT)
    file.write(_MAGIC + len(head).to_bytes(8, "little") + zlib.crc32(head).to_bytes(8, "little") + head)
    for array in arrays.values():
        file.write(array.data)
        file.write(bytes(-array.nbytes % _ALIGNMENT))
    file.flush()
    os.fsync(file.fileno())


def _head(file: BinaryIO) -> tuple[dict[str, Any], int]:
    fixed = file.read(len(_MAGIC) + 16)
    length = int.from_bytes(fixed[len(_MAGIC) : len(_MAGIC) + 8], "little")
    if fixed[: len(_MAGIC)] != _MAGIC or length > _LONGEST_HEAD:
        raise _Unfit("it is of another version")
    head = file.read(length)
    if len(head) != length or zlib.crc32(head) != int.from_bytes(fixed[-8:], "little"):
        raise _Unfit("its head is damaged")
    return json.loads(head), len(fixed) + length


def _check(path: Path, head: dict[str, Any], begin: int) -> None:
    """Compare all checksums; by reading, not through the map, so that the memory is not ours afterwards."""

    def checksum(part: Mapping[str, Any]) -> bool:
        found, left = 0, part["bytes"]
        with path.open("rb", buffering=0) as own:
            own.seek(begin + part["at"])
            while left:
                block = own.read(min(_CHECKED_AT_ONCE, left))
                if not block:
                    return False
                found, left = zlib.crc32(block, found), left - len(block)
        return found == part["checksum"]

    with ThreadPoolExecutor(max_workers=2) as pool:
        if not all(pool.map(checksum, head["parts"])):
            raise _Unfit("it is damaged")


# --- what is in it --------------------------------------------------------------------------------


def _described(state: State) -> dict[str, Any]:
    return {
        "origin": asdict(state.origin),
        "snapshot": str(state.snapshot),
        "columns": dict(COLUMNS),
        "count": state.count,
        "exts": state.exts.names,
        "formats": state.formats.names,
        "roots": [asdict(root) for root in state.folders.roots],
        "folders": [(row.id, row.root_id, row.path, row.excluded) for row in state.folders.rows],
        "graph words": state.graphs.words,
        "dimensions": {name: [table.ids, table.names] for name, table in state.dimensions.items()},
        "tags": [state.tags.ids, state.tags.names, sorted(state.tags.deleted)],
        "resources": [state.resources.ids, state.resources.kinds, state.resources.names],
        "albums": AlbumArrays.of(state.albums).rows,
        "segments": len(state.prompts.segments),
    }


def _arrays(state: State, orders: Mapping[str, Order]) -> Iterator[tuple[str, Array]]:
    for name in COLUMNS:
        yield f"column {name}", state.columns[name]
    yield "names", state.names.text[: state.names.used]
    yield "name starts", state.names.starts[: state.names.count + 1]
    for name in _GRAPH_ARRAYS:
        yield f"graph {name}", getattr(state.graphs, name)
    for kind, lists in (("tag", state.tag_lists), ("resource", state.resource_lists)):
        for name, array in list_arrays(lists):
            yield f"{kind} {name}", array
    albums = AlbumArrays.of(state.albums)
    yield "album lengths", albums.lengths
    yield "album images", albums.image_ids
    yield "prompt ids", _by_place(state.prompts.places)
    for number, segment in enumerate(state.prompts.segments):
        for name, array in _segment_arrays(segment):
            yield f"segment {number} {name}", array
    for key, order in orders.items():
        yield f"order {key} valued", order.valued
        yield f"order {key} rest", order.rest
    for name, order in (("names", state.names.folded.order.order), ("prompts", state.prompts.order.order)):
        if order is not None:
            yield f"text order {name}", order.order
            yield f"text order {name} first", order.is_first


_GRAPH_ARRAYS = ("ids", "nodes", "slots", "classes", "properties", "owners")


def _by_place(places: Places) -> Array:
    if places.places is None:
        return places.ids
    ids = np.empty_like(places.ids)
    ids[places.places] = places.ids
    return ids


def _segment_arrays(segment: Segment) -> Iterator[tuple[str, Array]]:
    index = segment.index
    yield "text", segment.text
    yield "starts", segment.starts
    yield "other", segment.other
    yield "dictionary", np.frombuffer(index.dictionary.joined.encode(), np.uint8)
    yield "tokens", index.tokens
    yield "prompt starts", index.prompt_starts
    yield "word starts", index.word_starts
    yield "places", index.places
    yield "owners", index.owners
    yield "offsets", index.offsets


def _state(head: dict[str, Any], arrays: Mapping[str, Array], segments: tuple[Segment, ...]) -> State:
    if head["columns"] != dict(COLUMNS):
        raise _Unfit("it is of another version")
    count: int = head["count"]
    columns = Columns(count, {name: arrays[f"column {name}"] for name in COLUMNS})
    names = Names(
        len(arrays["name starts"]) - 1,
        arrays["names"],
        arrays["name starts"],
        FoldedNames(_text_order("names", arrays)),
    )
    return State(
        library=1,
        revision=1,
        origin=Origin(**head["origin"]),
        snapshot=Snapshot.parse(head["snapshot"]),
        columns=columns,
        places=Places.of(columns["id"]),
        names=names,
        exts=Words(tuple(head["exts"])),
        formats=Words(tuple(head["formats"])),
        folders=Folders(
            tuple(RootRow(**root) for root in head["roots"]),
            tuple(FolderRow(id=row[0], root_id=row[1], path=row[2], excluded=row[3]) for row in head["folders"]),
        ),
        graphs=Graphs(words=tuple(head["graph words"]), **{name: arrays[f"graph {name}"] for name in _GRAPH_ARRAYS}),
        dimensions={name: Dimension(tuple(table[0]), tuple(table[1])) for name, table in head["dimensions"].items()},
        prompts=Prompts(Places.of(arrays["prompt ids"]), segments, GrowingOrder(_text_order("prompts", arrays))),
        tags=TagNames(tuple(head["tags"][0]), tuple(head["tags"][1]), frozenset(head["tags"][2])),
        tag_lists=lists_of(TAG_WEIGHTS, lambda name: arrays[f"tag {name}"]),
        resources=Resources(*map(tuple, head["resources"])),
        resource_lists=lists_of(RESOURCE_WEIGHTS, lambda name: arrays[f"resource {name}"]),
        albums=AlbumArrays(tuple(head["albums"]), arrays["album lengths"], arrays["album images"]).albums,
        orders=OrderCache.of(
            {
                key: Order(arrays[f"order {key} valued"], arrays[f"order {key} rest"])
                for key in head["orders"]
                if key in KEYS
            },
            count,
        ),
    )


def _segment(number: int, arrays: Mapping[str, Array], blocks: Mapping[str, mmap | bytes]) -> Segment:
    def part(name: str) -> Array:
        return arrays[f"segment {number} {name}"]

    words = part("dictionary").tobytes().decode()
    index = WordIndex(
        dictionary=Dictionary(words.split("\n") if words else []),
        prompt_starts=part("prompt starts"),
        tokens=part("tokens"),
        word_starts=part("word starts"),
        places=part("places"),
        owners=part("owners"),
        offsets=part("offsets"),
    )
    return Segment.of(
        block=blocks[f"segment {number} text"],
        starts=part("starts"),
        other=part("other"),
        index=index,
    )


def _text_order(name: str, arrays: Mapping[str, Array]) -> TextOrder | None:
    order = arrays.get(f"text order {name}")
    return None if order is None else TextOrder(order, arrays[f"text order {name} first"])
