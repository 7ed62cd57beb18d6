"""Random small libraries written straight into the store, and read back row by row for the naive matcher."""

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import (
    album,
    curation,
    folder,
    generator,
    image,
    image_tags,
    image_workflow,
    model,
    prompt,
    resource,
    root,
    sampler,
    scheduler,
    tag,
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
TAGS = ("fox", "Red Fox", "red_panda", "cat", "watermark", "night sky", "très", "1girl", "snow*")
RESOURCES = (
    *(
        ("lora", name)
        for name in ("detail", "add_detail.safetensors", "styles/Detail Tweaker XL", "more-details", "ink")
    ),
    *(("embedding", name) for name in ("easynegative", "bad-hands-5", "deepNegative")),
    *(("controlnet", name) for name in ("control_v11f1p_sd15_depth", "canny-xl", "")),
    *(("hypernet", name) for name in ("anime_2", "Ink")),
    *(("vae", name) for name in ("vae-ft-mse-840000.safetensors", "sdxl_vae.safetensors")),
    *(("refiner", name) for name in ("", "sd_xl_refiner_1.0.safetensors")),
    *(("hires", name) for name in ("", "Latent", "R-ESRGAN 4x+")),
    *(("wildcard", name) for name in ("colours", "places/harbours")),
)
SMART = {
    "Good ones": "rating>=8",
    "Foxes at night": 'tag:fox*|cat, album:"Good ones" OR tag:*sky',
    "Round and round": 'album:"There and back" OR steps:20',
    "There and back": 'album:"Round and round" OR favorite',
    "Not in any": "in_album:false",
    "Gone": "unavailable:true",
    "Broken": "rating>>5",
}
ALBUMS = ("Print candidates", "2026", "empty", "_under score")
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
            for name in TAGS:
                connection.execute(sa.insert(tag).values(name=name, identity=_identity(name)))
            for kind, name in RESOURCES:
                connection.execute(
                    sa.insert(resource).values(kind=kind, name=name, identity=_identity(f"{kind} {name}"))
                )
            for name in (*ALBUMS, *SMART):
                connection.execute(sa.insert(album).values(name=name, identity=_identity(name), query=SMART.get(name)))

    def add_images(self, count: int) -> None:
        """Images with new and old prompts."""
        with self.collection.begin() as connection:
            for _ in range(count):
                values = {**self._place(connection), **self._recipe(connection)}
                number = int(connection.scalar(sa.insert(image).values(**values).returning(image.c.id)) or 0)
                self._write_values(connection, number, values)
                if self.rng.random() < 0.5:
                    self._tag(connection, number)
            self._arrange(connection)

    def change(self, count: int) -> None:
        """Ratings, deep scans, moves, files that vanish and come back, deletions, tags, albums, unplugged roots and
        excluded folders."""
        rng = self.rng
        with self.collection.begin() as connection:
            ids = list(connection.scalars(sa.select(image.c.id)))
            for number in rng.choices(ids, k=count):
                here = image.c.id == number
                match rng.randrange(8):
                    case 6 | 7:
                        self._tag(connection, number)
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
            if rng.random() < 0.5:
                self._exclude(connection)
            if rng.random() < 0.7:
                self._arrange(connection)
            if rng.random() < 0.5:
                gone = rng.choice((None, NOW))
                connection.execute(sa.update(tag).where(tag.c.name == rng.choice(TAGS)).values(deleted_at=gone))

    def _exclude(self, connection: sa.Connection) -> None:
        """Another folder is excluded, or none is."""
        chosen = self.rng.choice([*connection.scalars(sa.select(folder.c.id)), None, None])
        connection.execute(sa.update(folder).values(excluded="no").where(folder.c.excluded != "no"))
        how = self.rng.choice(("folder", "tree"))
        connection.execute(sa.update(folder).where(folder.c.id == chosen).values(excluded=how))

    def _arrange(self, connection: sa.Connection) -> None:
        """An album gets other pictures, among them some that are not there yet or no more; one may be deleted."""
        ids = [*connection.scalars(sa.select(image.c.id)), 10**6]
        chosen = self.rng.sample(ids, k=min(len(ids), self.rng.randrange(12)))
        values = {"image_ids": [*chosen, max(ids[:-1]) + 1], "deleted_at": self.rng.choice((None, None, NOW))}
        connection.execute(sa.update(album).where(album.c.name == self.rng.choice(ALBUMS)).values(**values))

    def _tag(self, connection: sa.Connection, number: int) -> None:
        """What one source says of an image."""
        from sqlalchemy.dialects.postgresql import insert

        rng = self.rng
        source = rng.choice(("user", "file", "joytag"))
        ids = rng.sample([*connection.scalars(sa.select(tag.c.id))], k=rng.choice((0, 1, 3, 5)))
        confidences = [rng.choice((0.1, 0.35, 0.8, 0.8001, 0.95, 1.0, None)) for _ in ids]
        values = {"tag_ids": ids, "confidences": confidences if source == "joytag" else None}
        if connection.scalar(sa.select(image.c.id).where(image.c.id == number)):
            connection.execute(
                insert(image_tags)
                .values(image_id=number, source=source, **values)
                .on_conflict_do_update(index_elements=["image_id", "source"], set_=values)
            )

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
        used = rng.sample([*connection.scalars(sa.select(resource.c.id))], k=rng.choice((0, 1, 2, 6)))
        weights = [rng.choice((None, 0.5, 0.8, 1.0, -0.25)) for _ in used]

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
            "clip_skip": rng.choice((None, 1, 2)),
            "denoise": rng.choice((None, 0.3, 0.5, 1)),
            "aesthetic": rng.choice((None, 4.5, 6.5, 7.25)),
            "caption_id": self._prompt(connection) if rng.random() < 0.4 else None,
            "resource_ids": used or None,
            "resource_weights": weights if used and rng.random() < 0.8 else None,
            "duration_s": rng.choice((None, None, 3, 3.5, 60)),
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
            **{name: self._moment() for name in ("rated_at", "viewed_at", "touched_at")},
        }
        if connection.scalar(sa.select(image.c.id).where(image.c.id == number)):
            connection.execute(
                insert(curation)
                .values(image_id=number, **values)
                .on_conflict_do_update(index_elements=["image_id"], set_=values)
            )

    def _moment(self) -> datetime | None:
        if self.rng.random() < 0.4:
            return None
        return NOW - timedelta(seconds=self.rng.randrange(0, 86_400 * 60))


def names_of(collection: Collection) -> dict[str, list[str]]:
    """The names of the library's models and, by kind, of its resources."""
    with collection.begin() as connection:
        names = {"model": list(connection.scalars(sa.select(model.c.name)))}
        for row in connection.execute(sa.select(resource.c.kind, resource.c.name)):
            names.setdefault(row.kind, []).append(row.name)
    return names


def rows(collection: Collection) -> list[Row]:
    """All images that are not in excluded folders, by plain SQL."""
    negative, caption = prompt.alias("negative"), prompt.alias("caption")
    joined = (
        sa.join(image, folder, image.c.folder_id == folder.c.id)
        .join(root, folder.c.root_id == root.c.id)
        .outerjoin(prompt, image.c.prompt_id == prompt.c.id)
        .outerjoin(negative, image.c.negative_prompt_id == negative.c.id)
        .outerjoin(caption, image.c.caption_id == caption.c.id)
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
        caption.c.text.label("caption"),
        model.c.name.label("model"),
        sampler.c.name.label("sampler"),
        scheduler.c.name.label("scheduler"),
        generator.c.name.label("generator"),
        curation.c.rating,
        curation.c.rated_at,
        curation.c.viewed_at,
        curation.c.touched_at,
        *(sa.func.coalesce(curation.c[name], False).label(name) for name in ("favorite", "nsfw", "for_deletion")),
    ).select_from(joined)
    with collection.begin() as connection:
        graphs = {row.id: row for row in connection.execute(sa.select(workflow_graph))}
        texts = {row.id: (row.text, row.number is not None) for row in connection.execute(sa.select(workflow_value))}
        arrays = {row.image_id: row.value_ids for row in connection.execute(sa.select(image_workflow))}
        graph_of = {row.id: row.graph_id for row in connection.execute(sa.select(image.c.id, image.c.graph_id))}

        albums = connection.execute(sa.select(album).where(album.c.deleted_at.is_(None))).all()
        tags = _tags(connection)
        resources = {row.id: (row.kind, row.name) for row in connection.execute(sa.select(resource))}
        hidden = _hidden_folders(connection)

        def of_lists(row: Any) -> dict[str, Any]:
            ids: list[int] = row["resource_ids"] or []
            weights = row["resource_weights"] or [None] * len(ids)
            return {
                "tags": tags.get(row["id"], {}),
                "albums": {
                    one.name: list(one.image_ids).index(row["id"]) for one in albums if row["id"] in one.image_ids
                },
                "smart": {one.name: one.query for one in albums if one.query is not None},
                "resources": [(*resources[number], weight) for number, weight in zip(ids, weights, strict=True)],
            }

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
                values={**row, **of_graph(row["id"]), **of_lists(row)},
            )
            for row in connection.execute(query).mappings()
            if row["folder_id"] not in hidden
        ]


def _tags(connection: sa.Connection) -> dict[int, dict[str, float]]:
    """For each image its tags and how sure the surest source is."""
    names = {row.id: row.name for row in connection.execute(sa.select(tag).where(tag.c.deleted_at.is_(None)))}
    found: dict[int, dict[str, float]] = {}
    for row in connection.execute(sa.select(image_tags)):
        confidences = row.confidences or [None] * len(row.tag_ids)
        for number, confidence in zip(row.tag_ids, confidences, strict=True):
            if number in names:
                of_image = found.setdefault(row.image_id, {})
                sure = 1.0 if confidence is None else confidence
                of_image[names[number]] = max(of_image.get(names[number], 0.0), sure)
    return found


def _hidden_folders(connection: sa.Connection) -> set[int]:
    """Folders that are excluded, or lie below one that is excluded with all below."""
    folders = connection.execute(sa.select(folder)).all()
    trees = [(row.root_id, row.path) for row in folders if row.excluded == "tree"]
    return {
        row.id
        for row in folders
        if row.excluded != "no"
        or any(row.root_id == top and (not path or f"{row.path}/".startswith(f"{path}/")) for top, path in trees)
    }
