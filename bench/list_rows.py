"""The rows of a large library that hold many values each: tags, resources, albums, workflow graphs with their values.

Arrays go to PostgreSQL in the binary form of COPY, made by numpy: a million rows of 40 tags in some seconds.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

TAGS = 20_000
TAGS_PER_IMAGE = 40
LORAS = 3_000
ALBUMS = 60
SMART = (("Best castles", "castle rating>=8"), ("Portraits to sort", "size:portrait in_album:false rating:none"))
GRAPHS = 48
GRAPH_SHARE = 10, 3
"""Three in ten images have a graph."""
SLOTS = 50
SHARED_VALUES = 2_000

_WORDS = (
    *("fox", "cat", "snow", "castle", "portrait", "forest", "night", "tower"),
    *("smile", "sword", "rain", "river", "dragon", "city", "sunset", "armor"),
)
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_ROWS_AT_ONCE = 20_000
_INT4, _FLOAT4 = 23, 700


def tag_names() -> list[str]:
    """Names of tags, the commonest first."""
    return [*_WORDS, *(f"{_WORDS[n % 16]}_{_WORDS[n // 16 % 16]}_{n}" for n in range(TAGS - 16))]


def tag_blocks(rows: int, random: np.random.Generator) -> Iterator[bytes]:
    """`image_tags` of a model: 40 distinct tags by Zipf's law for every image, each with a confidence."""
    weights = 1.0 / np.arange(3, TAGS + 3)
    edges = np.cumsum(weights / weights.sum())
    drawn = TAGS_PER_IMAGE + 24
    yield _SIGNATURE
    for first in range(1, rows + 1, _ROWS_AT_ONCE):
        count = min(_ROWS_AT_ONCE, rows + 1 - first)
        codes = np.sort(np.minimum(np.searchsorted(edges, random.random((count, drawn))), TAGS - 1), axis=1)
        again = np.zeros(codes.shape, np.bool_)
        again[:, 1:] = codes[:, 1:] == codes[:, :-1]
        # A tag drawn twice becomes a rare one: each place has rare tags of its own, so that they differ.
        step = TAGS // 2 // drawn
        rare = TAGS // 2 + np.arange(drawn) * step + random.integers(0, step, codes.shape)
        codes = np.where(again, rare, codes)
        codes = np.take_along_axis(codes, np.argsort(random.random(codes.shape), axis=1)[:, :TAGS_PER_IMAGE], axis=1)
        sure = np.round(random.random(codes.shape) * 0.65 + 0.35, 4)
        ids = np.arange(first, first + count)
        yield _records(ids, b"wd", [_array(codes + 1, _INT4), _array(sure, _FLOAT4)])
    yield _END


def user_tag_blocks(rows: int, random: np.random.Generator) -> Iterator[bytes]:
    """`image_tags` of the user: two tags for one image in 20."""
    ids = np.flatnonzero(random.random(rows) < 0.05) + 1
    yield _SIGNATURE
    yield _records(ids, b"user", [_array(random.integers(1, 200, (len(ids), 2)), _INT4), None])
    yield _END


def workflow_blocks(rows: int, random: np.random.Generator) -> Iterator[bytes]:
    """`image_workflow`: 50 values for each image with a graph; the seed is its own."""
    ids = graph_images(rows)
    yield _SIGNATURE
    for first in range(0, len(ids), _ROWS_AT_ONCE):
        here = ids[first : first + _ROWS_AT_ONCE]
        values = random.integers(1, SHARED_VALUES + 1, (len(here), SLOTS))
        values[:, 0] = SHARED_VALUES + 1 + np.arange(first, first + len(here))
        yield _records(here, None, [_array(values, _INT4)], number=graph_of(here))
    yield _END


def graph_images(rows: int) -> NDArray[np.int64]:
    """The images that have a graph."""
    ids = np.arange(1, rows + 1)
    return ids[ids % GRAPH_SHARE[0] < GRAPH_SHARE[1]]


def graph_of(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The graph of such an image; some graphs are common."""
    return 1 + np.minimum((ids * 2_654_435_761 % 2**32) * GRAPHS // 2**32, (ids * 40_503 % 65_536) * GRAPHS // 65_536)


def graph_lines() -> Iterator[str]:
    """COPY of `workflow_graph`: identity, classes, nodes and names of the slots."""
    core = [("KSampler", 6), ("CLIPTextEncode", 1), ("CLIPTextEncode", 1), ("CheckpointLoaderSimple", 1)]
    for number in range(1, GRAPHS + 1):
        nodes = [*core, *((f"Extra{number}-{node}", 4) for node in range(10)), ("SaveImage", 1)]
        nodes[0] = ("KSampler", 6)
        names = ("seed", "steps", "cfg", "sampler_name", "scheduler", "denoise")
        slots = [
            (node, names[place] if node == 0 else f"p{place}")
            for node, (_, n) in enumerate(nodes)
            for place in range(n)
        ]
        slots = slots[:SLOTS]
        classes = ",".join(kind for kind, _ in nodes)
        where, called = (",".join(str(part[side]) for part in slots) for side in (0, 1))
        yield f"{number}\t\\\\x{hashlib.md5(bytes([number])).hexdigest()}\t{{{classes}}}\t{{{where}}}\t{{{called}}}"


def value_lines(rows: int, random: np.random.Generator) -> Iterator[str]:
    """COPY of `workflow_value`: values that many share, then the seed of each image with a graph."""
    for number in range(1, SHARED_VALUES + 1):
        text = str(number % 50) if number % 3 else f"value {number} euler castle"
        yield _value(number, text, is_number=bool(number % 3))
    seeds = random.integers(0, 2**62, len(graph_images(rows)))
    for number, seed in enumerate(seeds.tolist(), start=SHARED_VALUES + 1):
        yield _value(number, str(seed), is_number=True)


def _value(number: int, text: str, *, is_number: bool) -> str:
    digest = hashlib.md5(f"{number} {text}".encode()).hexdigest()
    return f"{number}\t\\\\x{digest}\t{text}\t{text if is_number else chr(92) + 'N'}"


def resource_lines() -> Iterator[str]:
    """COPY of `resource`: LoRAs first, then a few of other kinds."""
    words = ("detail", "ink", "light", "style", "face", "slider", "pixel", "oil")
    named = [("lora", f"{words[number % 8]}_{words[number // 8 % 8]}_{number}") for number in range(LORAS)]
    named += [("vae", "vae-ft-mse-840000"), ("vae", "sdxl_vae"), ("embedding", "easynegative"), ("hires", "Latent")]
    named += [("controlnet", "control_depth"), ("refiner", "sd_xl_refiner_1.0"), ("wildcard", "colours")]
    for number, (kind, name) in enumerate(named, start=1):
        yield f"{number}\t\\\\x{hashlib.sha256(f'{kind} {name}'.encode()).hexdigest()}\t{kind}\t{name}"


def resource_arrays(count: int, random: np.random.Generator) -> list[str]:
    """Two columns of COPY for each of `count` images: ids and weights of one to three resources; none for some."""
    loras = np.minimum(random.zipf(1.25, (count, 2)), LORAS)
    others = LORAS + 1 + random.integers(0, 7, count)
    kinds = random.integers(0, 5, count)
    weights = random.integers(1, 6, (count, 2)) / 5
    made: list[str] = []
    for (one, two), other, kind, (low, high) in zip(
        loras.tolist(), others.tolist(), kinds.tolist(), weights.tolist(), strict=True
    ):
        if kind == 0 or one == two:
            made.append("\\N\t\\N")
        elif kind < 3:
            made.append(f"{{{one},{other}}}\t{{{low},NULL}}")
        else:
            made.append(f"{{{one},{two},{other}}}\t{{{low},{high},NULL}}")
    return made


def album_rows(rows: int, random: np.random.Generator) -> Iterator[tuple[str, str | None, list[int]]]:
    """Name, query and images of each album."""
    for number in range(ALBUMS):
        size = min(rows // 3, 5_000 if number else 50_000)
        yield f"Album {number}", None, np.unique(random.integers(1, rows + 1, size)).tolist()
    for name, query in SMART:
        yield name, query, []


def copy_blocks(cursor: psycopg.Cursor[Any], statement: str, blocks: Iterator[bytes]) -> None:
    """Send blocks of the binary form."""
    with cursor.copy(f"{statement} FROM STDIN (FORMAT binary)") as target:  # type: ignore[arg-type]  # constants
        for block in blocks:
            target.write(block)


def _array(values: NDArray[Any], kind: int) -> NDArray[Any]:
    """A column of arrays of one length, as PostgreSQL reads them."""
    count, length = values.shape
    element = np.dtype([("size", ">i4"), ("value", ">i4" if kind == _INT4 else ">f4")])
    names = ("size", "dimensions", "nulls", "kind", "length", "first")
    column = np.empty(count, np.dtype([*((name, ">i4") for name in names), ("elements", element, (length,))]))
    for name, value in zip(names, (20 + 8 * length, 1, 0, kind, length, 1), strict=True):
        column[name] = value
    column["elements"]["size"] = 4
    column["elements"]["value"] = values
    return column


def _records(
    ids: NDArray[Any], text: bytes | None, arrays: Sequence[NDArray[Any] | None], number: NDArray[Any] | None = None
) -> bytes:
    """Rows of COPY: an id, a text or a second number, and arrays."""
    parts: list[tuple[str, Any, Any]] = [("fields", ">i2", 2 + len(arrays)), ("id size", ">i4", 4), ("id", ">i4", ids)]
    if text is not None:
        parts += [("text size", ">i4", len(text)), ("text", f"S{len(text)}", text)]
    else:
        parts += [("number size", ">i4", 4), ("number", ">i4", number)]
    for place, array in enumerate(arrays):
        parts.append((f"array {place}", ">i4" if array is None else array.dtype, -1 if array is None else array))
    rows = np.empty(len(ids), np.dtype([(name, kind) for name, kind, _ in parts]))
    for name, _, values in parts:
        rows[name] = values
    return rows.tobytes()
