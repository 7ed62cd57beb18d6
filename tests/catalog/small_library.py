"""Random small libraries written straight into the store, and read back row by row for the naive matcher."""

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import (
    curation,
    folder,
    generator,
    image,
    image_workflow,
    model,
    prompt,
    root,
    sampler,
    scheduler,
    workflow_graph,
    workflow_value,
)

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
WORDS = [
    "castle",
    "castles",
    "tower",
    "blue",
    "eyes",
    "night",
    "sky",
    "snow",
    "a",
    "man",
    "steampunk",
    "cyberpunk",
    "punk",
    "cat",
    "concatenate",
    "best",
    "quality",
    "van",
    "gogh",
    "1girl",
    "8k",
    "dragon",
    "café",
    "straße",
    "猫耳",
    "long_hair",
    "don't",
]
MODELS = ("sd_xl_base_1.0.safetensors", "SD XL base 1.0", "juggernautXL_v9.safetensors", "models/jugger.ckpt", "v1-5")
SAMPLERS = ("Euler a", "euler_ancestral", "DPM++ 2M Karras", "DDIM", "ddim")
SCHEDULERS = ("karras", "Karras", "sgm_uniform", "normal")
GENERATORS = ("automatic1111", "comfyui")
NAMES = (
    "img2.png",
    "img10.png",
    "IMG1.PNG",
    "00007-12.jpg",
    "a b.webp",
    "été 3.jpeg",
    "noextension",
    "clip.mp4",
    "x.tar.gz",
    "Cat 12 of 9.png",
    "image_0005.png",
)
FOLDERS = ("", "2026-11", "img2img", "deep/img2img/2026-11", "Deep/other", "comfyui/output")
GRAPHS: tuple[tuple[tuple[str, ...], tuple[tuple[int, str], ...]], ...] = (
    (("KSampler", "CLIPTextEncode"), ((0, "cfg"), (0, "seed"), (0, "sampler_name"), (1, "text"))),
    (
        ("KSampler", "Power Lora Loader (rgthree)", "KSampler"),
        ((0, "cfg"), (0, "seed"), (1, "lora_1.lora"), (1, "lora_1.strength"), (2, "seed")),
    ),
    (("IPAdapterAdvanced", "SaveImage"), ((0, "weight"), (0, "text"))),
    (("SaveImage",), ()),
)
NODE_VALUES = (
    *(7, 7.5, 8, -1, 123, 12345, 2**53, 2**53 + 1, 2**63, 2**64 - 2, 2**64 - 1, 0.1, 1e300, True, None, ""),
    *("euler", "euler_ancestral", "a castle, at night", "Castle", "castles", "12345", "detail.safetensors"),
    *("straße x", "STRASSE X", "猫耳, night sky", "ﬁsh,x", "a_long name", "*", '{"x":[1]}'),
)
SIZES = ((512, 512), (512, 768), (1024, 576), (1920, 1080), (1216, 832), (None, None))


@dataclass(frozen=True)
class Row:
    """One image with everything a query may ask for, as the store has it."""

    id: int
    root: str
    available: bool
    folder: str
    name: str
    values: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.values[name]


def _identity(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def random_prompt(rng: random.Random) -> str:
    """A text with the things that make prompts hard."""
    pieces: list[str] = []
    for _ in range(rng.randint(1, 6)):
        words = " ".join(rng.choices(WORDS, k=rng.randint(1, 3)))
        shape = rng.choice(("{}", "{}", "{}", "({}:1.2)", "[{}]", "<lora:{}:0.8>", "{}!", "{}  -"))
        pieces.append(shape.format(words))
    return rng.choice((", ", " ", ",", " AND ")).join(pieces)


class SmallLibrary:
    """Writes random images and changes into a collection."""

    def __init__(self, collection: Collection, seed: int) -> None:
        self.collection = collection
        self.rng = random.Random(seed)
        self._tables = (
            (model, MODELS),
            (sampler, SAMPLERS),
            (scheduler, SCHEDULERS),
            (generator, GENERATORS),
        )

    def prepare(self) -> None:
        """Two roots with folders, and the names that images point to."""
        with self.collection.begin() as connection:
            for path in ("/pics", "/Volumes/Künstler"):
                number = connection.scalar(
                    sa.insert(root).values(path=path, identity=_identity(path)).returning(root.c.id)
                )
                for place in FOLDERS:
                    connection.execute(sa.insert(folder).values(root_id=number, path=place, identity=_identity(place)))
            for table, names in self._tables:
                for name in names:
                    connection.execute(sa.insert(table).values(name=name, identity=_identity(name)))
            for classes, slots in GRAPHS:
                connection.execute(
                    sa.insert(workflow_graph).values(
                        identity=_identity(repr(slots)),
                        node_classes=list(classes),
                        slot_nodes=[node for node, _ in slots],
                        slot_names=[name for _, name in slots],
                    )
                )

    def add_images(self, count: int) -> None:
        """Images with new and old prompts."""
        with self.collection.begin() as connection:
            for _ in range(count):
                values = {**self._place(connection), **self._recipe(connection)}
                number = connection.scalar(sa.insert(image).values(**values).returning(image.c.id))
                self._write_values(connection, int(number or 0), values)

    def change(self, count: int) -> None:
        """Ratings, deep scans, moves, files that vanish and come back, deletions, a root that is unplugged."""
        rng = self.rng
        with self.collection.begin() as connection:
            ids = list(connection.scalars(sa.select(image.c.id)))
            for number in rng.choices(ids, k=count):
                here = image.c.id == number
                match rng.randrange(6):
                    case 0:
                        values = self._recipe(connection)
                        connection.execute(sa.update(image).where(here).values(**values))
                        if connection.scalar(sa.select(image.c.id).where(here)):
                            self._write_values(connection, number, values)
                    case 1:
                        connection.execute(sa.update(image).where(here).values(**self._place(connection)))
                    case 2:
                        gone = rng.choice((None, NOW))
                        connection.execute(sa.update(image).where(here).values(missing_since=gone))
                    case 3:
                        connection.execute(sa.delete(image).where(here))
                    case _:
                        self._curate(connection, number)
            if rng.random() < 0.3:
                state = rng.choice(("available", "unavailable"))
                connection.execute(sa.update(root).where(root.c.path == "/pics").values(state=state))

    def _place(self, connection: sa.Connection) -> dict[str, Any]:
        rng = self.rng
        folders = list(connection.scalars(sa.select(folder.c.id)))
        # Names are unique per folder; a number in front of some keeps collisions away.
        name = f"{rng.randrange(10**6)}{rng.choice(NAMES)}" if rng.random() < 0.5 else f"{rng.choice(NAMES)}"
        taken = {(row.folder_id, row.name) for row in connection.execute(sa.select(image.c.folder_id, image.c.name))}
        place = rng.choice(folders)
        if (place, name) in taken:
            name = f"{rng.randrange(10**9)}_{name}"
        made = NOW - timedelta(seconds=rng.randrange(0, 86_400 * 700), microseconds=rng.randrange(10**6))
        return {
            "folder_id": place,
            "name": name,
            "size_bytes": rng.choice((0, 1000, 2_097_152, 5_000_000_000)),
            "mtime_ns": int(made.timestamp()) * 10**9 + rng.randrange(10**9),
            "file_date": made,
            "missing_since": None,
        }

    def _recipe(self, connection: sa.Connection) -> dict[str, Any]:
        rng = self.rng
        width, height = rng.choice(SIZES)
        if rng.random() < 0.15:
            return {"phase": 0}

        def some(table: sa.Table) -> int | None:
            return rng.choice([*connection.scalars(sa.select(table.c.id)), None])

        return {
            "phase": 1,
            "problems": rng.choice((0, 0, 0, 1, 300)),
            "format": rng.choice(("png", "jpeg", "webp", "mp4", None)),
            "width": width,
            "height": height,
            "prompt_id": self._prompt(connection),
            "negative_prompt_id": self._prompt(connection),
            "generator_id": some(generator),
            "model_id": some(model),
            "sampler_id": some(sampler),
            "scheduler_id": some(scheduler),
            "steps": rng.choice((None, 1, 20, 28, 30)),
            "cfg_scale": rng.choice((None, 7, 7.1, 4.5, 1)),
            "seed": rng.choice((None, -1, 0, 7, 123456, 1234567, 2**53 + 1, 2**63, 2**64 - 1, rng.randrange(2**32))),
            "workflow": rng.random() < 0.3,
            "graph_id": some(workflow_graph),
        }

    def _write_values(self, connection: sa.Connection, number: int, values: dict[str, Any]) -> None:
        """Random values for the graph of an image."""
        if "graph_id" not in values:
            return
        connection.execute(sa.delete(image_workflow).where(image_workflow.c.image_id == number))
        graph_id = values["graph_id"]
        if graph_id is None:
            return
        query = sa.select(sa.func.cardinality(workflow_graph.c.slot_names)).where(workflow_graph.c.id == graph_id)
        slots = int(connection.scalar(query) or 0)
        ids = [self._value(connection, self.rng.choice(NODE_VALUES)) for _ in range(slots)]
        connection.execute(sa.insert(image_workflow).values(image_id=number, graph_id=graph_id, value_ids=ids))

    def _value(self, connection: sa.Connection, value: object) -> int | None:
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        identity = _identity(f"{is_number} {text}")
        found = connection.scalar(sa.select(workflow_value.c.id).where(workflow_value.c.identity == identity))
        return found or connection.scalar(
            sa.insert(workflow_value)
            .values(identity=identity, text=text, number=float(text) if is_number else None)
            .returning(workflow_value.c.id)
        )

    def _prompt(self, connection: sa.Connection) -> int | None:
        if self.rng.random() < 0.1:
            return None
        known = list(connection.scalars(sa.select(prompt.c.id)))
        if known and self.rng.random() < 0.3:
            return self.rng.choice(known)
        text = random_prompt(self.rng)
        found = connection.scalar(sa.select(prompt.c.id).where(prompt.c.identity == _identity(text)))
        return found or connection.scalar(
            sa.insert(prompt).values(text=text, identity=_identity(text)).returning(prompt.c.id)
        )

    def _curate(self, connection: sa.Connection, number: int) -> None:
        from sqlalchemy.dialects.postgresql import insert

        rng = self.rng
        values = {
            "rating": rng.choice((None, 1, 5, 8, 9, 10)),
            "favorite": rng.random() < 0.4,
            "nsfw": rng.random() < 0.2,
            "for_deletion": rng.random() < 0.2,
        }
        if connection.scalar(sa.select(image.c.id).where(image.c.id == number)):
            connection.execute(
                insert(curation)
                .values(image_id=number, **values)
                .on_conflict_do_update(index_elements=["image_id"], set_=values)
            )


def rows(collection: Collection) -> list[Row]:
    """All images, by plain SQL."""
    negative = prompt.alias("negative")
    joined = (
        sa.join(image, folder, image.c.folder_id == folder.c.id)
        .join(root, folder.c.root_id == root.c.id)
        .outerjoin(prompt, image.c.prompt_id == prompt.c.id)
        .outerjoin(negative, image.c.negative_prompt_id == negative.c.id)
        .outerjoin(model, image.c.model_id == model.c.id)
        .outerjoin(sampler, image.c.sampler_id == sampler.c.id)
        .outerjoin(scheduler, image.c.scheduler_id == scheduler.c.id)
        .outerjoin(generator, image.c.generator_id == generator.c.id)
        .outerjoin(curation, image.c.id == curation.c.image_id)
    )
    query = sa.select(
        *(column for column in image.c if column.name not in ("id", "name", "changed_in")),
        image.c.id,
        image.c.name,
        folder.c.path.label("folder"),
        root.c.path.label("root"),
        root.c.state.label("root_state"),
        prompt.c.text.label("prompt"),
        negative.c.text.label("negative"),
        model.c.name.label("model"),
        sampler.c.name.label("sampler"),
        scheduler.c.name.label("scheduler"),
        generator.c.name.label("generator"),
        curation.c.rating,
        *(sa.func.coalesce(curation.c[name], False).label(name) for name in ("favorite", "nsfw", "for_deletion")),
    ).select_from(joined)
    with collection.begin() as connection:
        graphs = {row.id: row for row in connection.execute(sa.select(workflow_graph))}
        texts = {row.id: (row.text, row.number is not None) for row in connection.execute(sa.select(workflow_value))}
        arrays = {row.image_id: row.value_ids for row in connection.execute(sa.select(image_workflow))}
        graph_of = {row.id: row.graph_id for row in connection.execute(sa.select(image.c.id, image.c.graph_id))}

        def of_graph(number: int) -> dict[str, Any]:
            graph = graphs.get(graph_of[number])
            if graph is None:
                return {"nodes": [], "properties": [], "graph_of": graph_of}
            slots = zip(graph.slot_nodes, graph.slot_names, arrays[number], strict=True)
            properties = [(graph.node_classes[node], name, texts.get(value)) for node, name, value in slots]
            return {"nodes": graph.node_classes, "properties": properties, "graph_of": graph_of}

        return [
            Row(
                id=row["id"],
                root=row["root"],
                available=row["root_state"] == "available",
                folder=row["folder"],
                name=row["name"],
                values={**row, **of_graph(row["id"])},
            )
            for row in connection.execute(query).mappings()
        ]
