"""Puts N images straight into a store by COPY, with names, prompts and numbers spread like in a real library.

`python -m bench.rows --url postgresql://… --rows 1000000`
"""

import argparse
import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
from numpy.typing import NDArray

from bench import list_rows
from diffusion_toolkit.store.database import Collection, Database, driver

FRONT_WORDS = (
    "masterpiece|best quality|highly detailed|1girl|portrait|8k|cinematic lighting|solo|sharp focus|photorealistic|"
    "looking at viewer|long hair|blue eyes|smile|concept art|intricate|landscape|forest|night sky|castle|dragon|"
    "by greg rutkowski|trending on artstation|digital painting|fantasy|cyberpunk|city|snow|sunset|mountains|ocean|"
    "red hair|armor|sword|tower|cat|fox|steampunk|neon lights|rain|depth of field|bokeh|film grain|watercolor|"
    "by van gogh|oil painting|volumetric light|golden hour|a man|a woman|starry night|of a|in the|with a|on the|and"
)
SAMPLERS = (
    "Euler a|DPM++ 2M Karras|DPM++ SDE Karras|Euler|DDIM|euler_ancestral|dpmpp_2m|LMS|Heun|DPM2|DPM2 a|UniPC|"
    "dpmpp_sde|dpmpp_2m_sde|DPM++ 2S a|PLMS|LMS Karras|DPM fast|DPM adaptive|DPM2 Karras|lcm|ddpm|heunpp2|ipndm|"
    "deis|res_multistep|er_sde|uni_pc_bh2|dpmpp_3m_sde|Restart"
)
SCHEDULERS = "karras|normal|simple|exponential|sgm_uniform|ddim_uniform|beta"
GENERATORS = "automatic1111|comfyui|forge|invokeai|novelai|fooocus"
SHAPES = ((512, 512), (512, 768), (768, 512), (1024, 1024), (832, 1216), (1216, 832), (1344, 768), (1024, 1536))
VOCABULARY_SIZE = 40_000
YEARS_2022_TO_2026_S = (1_661_990_400, 1_780_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How many distinct things the images share."""

    rows: int
    prompts: int
    models: int = 60
    folders: int = 2_000
    seed: int = 1


def vocabulary(random: np.random.Generator) -> list[str]:
    """Words and word groups, commonest first."""
    syllables = "ba ca da fe gi ho ju ka le mi no pu ra se ti vo wa xe yo zu lin dor mer tha ven gal".split()  # noqa: SIM905 - reads better
    made: dict[str, None] = dict.fromkeys(FRONT_WORDS.split("|"))
    while len(made) < VOCABULARY_SIZE:
        made["".join(random.choice(syllables, size=int(random.integers(2, 5))))] = None
    return list(made)


def prompt_texts(spread: Spread, random: np.random.Generator) -> Iterator[str]:
    """Distinct prompts of 20 to 60 pieces by Zipf's law."""
    words = vocabulary(random)
    weights = 1.0 / np.arange(2, len(words) + 2)
    edges = np.cumsum(weights / weights.sum())
    marked = np.array([*words, *(f"({word}:1.2)" for word in words)], dtype=object)
    for number in range(spread.prompts):
        size = int(random.integers(20, 61)) * 2 // 3
        picked = np.minimum(np.searchsorted(edges, random.random(size)), len(words) - 1)
        picked = picked + (random.random(size) < 0.03) * len(words)
        ends = ", " if number % 3 else " "
        tail = f", <lora:detail_{number % 40}:0.8>" if number % 5 == 0 else ""
        yield ends.join(marked[picked]) + f"{tail}, v{number}"


def fill(collection: Collection, spread: Spread) -> None:
    """Write a whole library. The collection should be empty."""
    random = np.random.default_rng(spread.seed)
    with collection.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no check of each foreign key
        cursor = driver(connection).cursor()

        def copy(statement: LiteralString, lines: Iterable[str]) -> None:
            with cursor.copy(statement) as target:
                for block in _blocks(lines):
                    target.write(block)

        copy(
            "COPY root (id, identity, path) FROM STDIN",
            [f"{n}\t{_digest(f'root{n}')}\t/pictures/{n}" for n in (1, 2)],
        )
        copy("COPY folder (id, root_id, identity, path) FROM STDIN", _folders(spread))
        for table, names in (("sampler", SAMPLERS), ("scheduler", SCHEDULERS), ("generator", GENERATORS)):
            copy(f"COPY {table} (id, identity, name) FROM STDIN", _names(names.split("|")))  # type: ignore[arg-type]  # constants
        models = [f"{('juggernaut', 'dreamshaper', 'sdxl_base', 'realvis')[n % 4]}_v{n}" for n in range(spread.models)]
        copy("COPY model (id, identity, name) FROM STDIN", _names(models))
        copy("COPY prompt (id, identity, text) FROM STDIN", _names(prompt_texts(spread, random)))
        copy(
            "COPY image (id, folder_id, name, size_bytes, mtime_ns, file_date, added_at, phase, problems, format,"
            " width, height, fingerprint, generator_id, prompt_id, negative_prompt_id, model_id, sampler_id,"
            f" scheduler_id, steps, cfg_scale, seed, workflow, {MORE_COLUMNS}) FROM STDIN",
            image_lines(spread, random, first_id=1, count=spread.rows),
        )
        copy(
            "COPY curation (image_id, rating, favorite, nsfw, for_deletion, rated_at, viewed_at, touched_at)"
            " FROM STDIN",
            _curation(spread, random),
        )
        copy("COPY tag (id, identity, name) FROM STDIN", _names(list_rows.tag_names()))
        copy("COPY resource (id, identity, kind, name) FROM STDIN", list_rows.resource_lines())
        copy(
            "COPY workflow_graph (id, identity, node_classes, slot_nodes, slot_names) FROM STDIN",
            list_rows.graph_lines(),
        )
        copy("COPY workflow_value (id, identity, text, number) FROM STDIN", list_rows.value_lines(spread.rows, random))
        tags = "COPY image_tags (image_id, source, tag_ids, confidences)"
        list_rows.copy_blocks(cursor, tags, list_rows.tag_blocks(spread.rows, random))
        list_rows.copy_blocks(cursor, tags, list_rows.user_tag_blocks(spread.rows, random))
        workflows = "COPY image_workflow (image_id, graph_id, value_ids)"
        list_rows.copy_blocks(cursor, workflows, list_rows.workflow_blocks(spread.rows, random))
        for name, query, images in list_rows.album_rows(spread.rows, random):
            cursor.execute(
                "INSERT INTO album (identity, name, query, image_ids) VALUES (sha256(%s::text::bytea), %s, %s, %s)",
                (name, name, query, images),
            )
        for table in _NUMBERED:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
    # As the server does by itself within minutes; otherwise the first edit writes what the fill left undone.
    with collection.database.listen() as connection:
        connection.execute("VACUUM (ANALYZE)")


_NUMBERED = (
    *("root", "folder", "sampler", "scheduler", "generator", "model", "prompt", "image", "tag", "resource"),
    *("workflow_graph", "workflow_value"),
)
MORE_COLUMNS: LiteralString = (
    "duration_s, graph_id, clip_skip, denoise, aesthetic, caption_id, resource_ids, resource_weights"
)


def image_lines(spread: Spread, random: np.random.Generator, *, first_id: int, count: int) -> Iterator[str]:
    """Lines of COPY for images from `first_id` on."""
    for start in range(first_id, first_id + count, 20_000):
        size = min(20_000, first_id + count - start)
        yield from _image_block(spread, random, np.arange(start, start + size))


def _image_block(spread: Spread, random: np.random.Generator, ids: NDArray[np.int64]) -> Iterator[str]:
    size = len(ids)
    date = np.sort(random.integers(*YEARS_2022_TO_2026_S, size=size)) + random.random(size)
    shape = random.integers(0, len(SHAPES), size)
    model = np.minimum(random.zipf(1.3, size), spread.models)
    prompt = np.where(random.random(size) < 0.95, random.integers(1, spread.prompts + 1, size), 0)
    negative = np.where(prompt > 0, np.minimum(random.zipf(1.4, size), spread.prompts), 0)
    folder = np.minimum((ids * spread.folders) // max(spread.rows, int(ids[-1]) + 1) + 1, spread.folders)
    sampler = np.minimum(random.zipf(1.5, size), len(SAMPLERS.split("|")))
    seed = random.integers(0, 2**32, size)
    steps = random.choice([20, 25, 28, 30, 40, 50, 8, 4], size=size, p=[0.35, 0.15, 0.1, 0.2, 0.08, 0.05, 0.04, 0.03])
    cfg = random.choice([7.0, 4.5, 5.0, 1.0, 3.5, 9.0], size=size)
    small = random.integers(1, 1 << 30, size=(size, 4))
    resources = list_rows.resource_arrays(size, random)
    graph = np.where(ids % list_rows.GRAPH_SHARE[0] < list_rows.GRAPH_SHARE[1], list_rows.graph_of(ids), 0)
    for row, (image, place, made, look, text) in enumerate(
        zip(ids.tolist(), folder.tolist(), date.tolist(), shape.tolist(), prompt.tolist(), strict=True)
    ):
        width, height = SHAPES[int(look)]
        first, second, third, fourth = small[row].tolist()
        moment = f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(made))}.{int(made % 1 * 1e6):06d}+00"
        known = text > 0
        yield "\t".join(
            (
                f"{image}\t{place}\t{image % 100_000:05d}-{seed[row]}.{('png', 'png', 'jpg', 'webp')[first % 4]}",
                f"{100_000 + second % 4_000_000}\t{int(made * 1e9)}\t{moment}\t{moment}",
                f"1\t{int(third % 500 == 0)}\t{('png', 'png', 'jpeg', 'webp')[first % 4]}\t{width}\t{height}",
                f"\\\\x{first:08x}{second:08x}{third:08x}{fourth:08x}",
                f"{1 + (first >> 8) % 6}\t{text}\t{negative[row]}\t{model[row]}\t{sampler[row]}" if known else _NULLS,
                f"{1 + second % 7}\t{steps[row]}\t{cfg[row]}\t{seed[row] + (fourth << 32 if fourth % 3 else 0)}"
                if known
                else "\\N\t\\N\t\\N\t\\N",
                "t" if graph[row] else "f",
                f"{second % 600 / 10 if third % 100 == 0 else _NULL}\t{graph[row] or _NULL}",
                f"{1 + first % 2 if known else _NULL}\t{third % 10 / 10 if third % 3 == 0 else _NULL}",
                f"{4 + fourth % 50 / 10 if fourth % 4 == 0 else _NULL}",
                f"{1 + second % spread.prompts if first % 5 == 0 else _NULL}\t{resources[row] if known else _NO_LISTS}",
            )
        )


_NULL = "\\N"
_NO_LISTS = "\\N\t\\N"
_NULLS = "\t".join(["\\N"] * 5)


def _folders(spread: Spread) -> Iterator[str]:
    for number in range(1, spread.folders + 1):
        path = f"{2022 + number % 5}/{number:04d}/{'txt2img' if number % 2 else 'img2img'}"
        yield f"{number}\t{1 + number % 2}\t{_digest(path)}\t{path}"


def _curation(spread: Spread, random: np.random.Generator) -> Iterator[str]:
    rated = np.flatnonzero(random.random(spread.rows) < 0.15) + 1
    for image, rating, flag in zip(
        rated.tolist(), random.integers(1, 11, len(rated)).tolist(), random.random(len(rated)).tolist(), strict=True
    ):
        day = f"2026-{1 + image % 5:02}-{1 + image % 28:02}"
        yield f"{image}\t{rating}\t{flag < 0.2}\t{flag > 0.95}\t{0.5 < flag < 0.52}\t{day}\t{day} 10:00\t{day} 11:00"


def _names(names: Iterable[str]) -> Iterator[str]:
    return (f"{number}\t{_digest(name)}\t{name}" for number, name in enumerate(names, start=1))


def _digest(text: str) -> str:
    return "\\\\x" + hashlib.sha256(text.encode()).hexdigest()


def _blocks(lines: Iterable[str]) -> Iterator[bytes]:
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == 2_000:
            yield ("\n".join(block) + "\n").encode()
            block.clear()
    if block:
        yield ("\n".join(block) + "\n").encode()


def main() -> None:
    """Fill the collection "main" of a database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    database = Database(options.url)
    database.prepare()
    begun = time.monotonic()
    fill(database.collection(), Spread(rows=options.rows, prompts=max(1, options.rows * 2 // 5)))
    print(f"{options.rows:,} rows in {time.monotonic() - begun:.0f} s")
    database.close()


if __name__ == "__main__":
    main()
