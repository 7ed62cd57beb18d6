"""The catalog finds and orders what a naive reading of every row finds, on random libraries and random queries."""

import random
from datetime import timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from naive import find, in_order
from small_library import ALBUMS, NODE_VALUES, NOW, SMART, TAGS, WORDS, SmallLibrary, names_of, rows

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.catalog.evaluate import EVALUATORS, Question, matching
from diffusion_toolkit.catalog.sort import KEYS, album_of, ordered
from diffusion_toolkit.query import FIELDS, tree
from diffusion_toolkit.query.sort import SORT_KEYS, Sort
from diffusion_toolkit.query.words import words
from diffusion_toolkit.store.database import Collection

QUERIES_PER_LIBRARY = 150


def test_every_field_has_its_evaluator() -> None:
    assert set(EVALUATORS) == set(FIELDS)


def test_every_sort_key_has_its_values() -> None:
    assert set(KEYS) | {"random", "album"} == set(SORT_KEYS)


@pytest.mark.parametrize("seed", range(6))
def test_catalog_equals_naive_match(collection: Collection, seed: int) -> None:
    library = SmallLibrary(collection, seed)
    library.prepare()
    library.add_images(60)
    catalog = Catalog(collection)
    catalog.load()
    compare(catalog, library, seed)


@pytest.mark.parametrize("seed", range(4))
def test_follower_equals_naive_match_after_changes(collection: Collection, seed: int) -> None:
    library = SmallLibrary(collection, seed + 100)
    library.prepare()
    library.add_images(30)
    catalog = Catalog(collection)
    catalog.load()
    for step in range(4):
        compare(catalog, library, seed * 10 + step, queries=25)  # also prepares orders that must then be mended
        library.add_images(6)
        library.change(8)
        assert catalog.refresh()
    compare(catalog, library, seed, queries=60)


def compare(catalog: Catalog, library: SmallLibrary, seed: int, queries: int = QUERIES_PER_LIBRARY) -> None:
    """Random queries in random orders give the same ids both ways."""
    rng = random.Random(seed)
    found_rows = rows(library.collection)
    names = names_of(library.collection)
    for _ in range(queries):
        node, sort, album = random_tree(rng, 3), random_sort(rng), None
        if sort.key == "album" and rng.random() < 0.7:
            album = rng.choice(ALBUMS)
            node = rng.choice((wanted := tree.Where("album", (tree.Name(album),)), tree.And((wanted, node))))
            if not isinstance(node, tree.Where) and album_of(catalog.state, node) is not None:
                continue  # another album stands in the query too
        now = NOW.astimezone(rng.choice((ZoneInfo("Europe/Berlin"), timezone(timedelta(hours=-11)))))
        expected = [row.id for row in in_order(find(found_rows, node, now, names), sort, album)]
        state = catalog.state
        positions = ordered(state, matching(Question(state, now, catalog.collection), node), sort, node)
        assert state.columns["id"][positions].tolist() == expected, (node, str(sort))


def random_sort(rng: random.Random) -> Sort:
    return Sort(key=rng.choice(list(SORT_KEYS)), descending=rng.random() < 0.5, seed=rng.randrange(3))


def random_tree(rng: random.Random, depth: int) -> tree.Node:
    kind = rng.randrange(8) if depth else 7
    if kind == 0:
        return tree.Everything()
    if kind == 1:
        return tree.Not(random_tree(rng, depth - 1))
    if kind < 4:
        parts = tuple(random_tree(rng, depth - 1) for _ in range(rng.randint(2, 3)))
        return tree.And(parts) if kind == 2 else tree.Or(parts)
    if kind == 4 or rng.random() < 0.2:
        return tree.Prompt(random_text(rng))
    if kind == 5 or rng.random() < 0.15:
        return random_property(rng)
    field = rng.choice([name for name in FIELDS if name not in ELSEWHERE])
    return tree.Where(field, tuple(random_value(rng, field) for _ in range(rng.choice((1, 1, 1, 2)))))


def random_text(rng: random.Random) -> tree.Term | tree.Exact:
    if rng.random() < 0.4:
        text = rng.choice(
            (
                "blue eyes",
                "BLUE",
                "cat",
                "ight sk",
                "gogh, ",
                ":1.2)",
                "(",
                "ü",
                "é",
                "猫耳",
                "ß",
                "ss",
                "don't",
                "1.2",
                " 8k",
                "-",
            )
        )
        return tree.Exact(text)
    term = words(" ".join(rng.choices(WORDS, k=rng.randint(1, 3))))
    if rng.random() < 0.4:
        at = rng.randrange(len(term))
        word = term[at]
        term[at] = rng.choice(
            (f"*{word[1:]}", f"{word[:2]}*", f"?{word[1:]}", f"*{word[1:2]}*", f"{word[:1]}?{word[2:]}")
        )
    elif rng.random() < 0.5:
        term[-1] = term[-1][: rng.randint(1, 4)]
    return tree.Term(tuple(term))


NODE_CLASSES = ("KSampler", "*", "ksampler", "K?ampler", "Power Lora Loader (rgthree)", "IPAdapter*", "none such")
PROPERTY_NAMES = ("cfg", "seed", "text", "*", "lora_1.*", "lora_1.lora", "sampler name", "weight", "x")


def random_property(rng: random.Random) -> tree.Node:
    """A property of some node, with one or two values."""
    values = tuple(random_property_value(rng) for _ in range(rng.choice((1, 1, 2))))
    return tree.NodeProperty(tree.Name(rng.choice(NODE_CLASSES)), tree.Name(rng.choice(PROPERTY_NAMES)), values)


def random_property_value(rng: random.Random) -> tree.Value:
    kind = rng.randrange(6)
    text = str(rng.choice([value for value in NODE_VALUES if value not in ("", None)]))
    number = Decimal(rng.choice(("7", "7.5", "0.1", "-1", "123", "12345", *map(str, (2**53 + 1, 2**64 - 2, 2**64)))))
    match kind:
        case 0:
            return rng.choice((tree.Absent(), tree.Present()))
        case 1:
            start = rng.randrange(len(text))
            return tree.Exact(rng.choice((text.upper(), text[start : start + 3])))
        case 2:
            return tree.Name(text, quoted=rng.random() < 0.5)
        case 3:
            return tree.Name(
                rng.choice(("cast*", "*e*", "euler*", "123*", "nig", "night*", "strasse", "猫耳", "fish", "?", "-"))
            )
        case 4:
            return tree.Range(min(number, Decimal(8)), max(number, Decimal(8)))
        case _:
            return tree.Compare(rng.choice(("=", "<>", "<", "<=", ">", ">=")), number)


ELSEWHERE = ("model_hash", "model_or_hash", "raw", "same", "stack", "prompt_id", "negative_id")
"""Fields with tests of their own: they ask the store, or for what other fields ask for."""

NAMES_BY_FIELD = {
    "lora": ("detail", "DETAIL", "add detail", "tweaker", "*detail", "styles/*", "ink", "x"),
    "embedding": ("easynegative", "negative", "bad hands 5", "bad*"),
    "controlnet": ("depth", "canny xl", "*sd15*", "x"),
    "hypernet": ("ink", "anime", "anime_2", "x"),
    "vae": ("sdxl_vae", "vae", "*840000*", "SDXL VAE.safetensors"),
    "refiner": ("refiner", "sd_xl_refiner_1.0", "x"),
    "hires": ("latent", "4x+", "R-ESRGAN 4x+", "x"),
    "wildcard": ("colours", "harbours", "places/*"),
    "tag": (*TAGS, "RED_FOX", "red panda", "*fox", "*", "none such", "cat*"),
    "album": (*ALBUMS, *SMART, "PRINT CANDIDATES", "print*", "*", "under score", "none such"),
    "node": ("KSampler", "ksampler", "IPAdapter*", "*lora*", "Power Lora Loader (rgthree)", "x"),
    "model": (
        "sd xl base",
        "sd_xl_base_1.0",
        "jugger",
        "jugger*",
        "*xl*",
        "v1-5",
        "v1 5",
        "JUGGERNAUTXL_V9",
        "none such",
        "models/*",
    ),
    "sampler": ("euler a", "k_euler_a", "ddim", "dpm*", "euler*", "DPM++ 2M", "x"),
    "scheduler": ("Karras", "sgm uniform", "SGM*", "x"),
    "generator": ("ComfyUI", "automatic1111", "*ui", "x"),
    "ext": ("png", ".PNG", "jp*", "gz", "x"),
    "folder": (
        "2026-11",
        "/pics",
        "img2img/2026-11",
        "/pics/deep/*",
        "*img*",
        "künstler",
        "/volumes/künstler/deep/other/",
        "x",
    ),
    "in": ("deep", "/pics", "/pics/deep/", "comfyui", "*img*", "künstler", "x"),
    "type": ("image", "video"),
    "has": FIELDS["has"].choices,
}
NUMBERS_BY_FIELD = {
    "steps": (1, 20, 28, 29),
    "cfg": (1, "4.5", 7, "7.1", "7.05"),
    "seed": (0, 7, 123456, 2**63, 2**64 - 1, 2**64, -1),
    "rating": (0, 5, 8, 10),
    "width": (512, 1024),
    "height": (512, 576, 1080),
    "pixels": (262144, 1000000),
    "filesize": (0, 1000, "1999.5", 2**21, 2**40),
    "id": (1, 5, 17, 2**40),
    "clip_skip": (1, 2, 3),
    "denoise": (0, "0.3", "0.5", 1),
    "aesthetic": ("4.5", "6.5", 7, "7.25"),
    "duration": (3, "3.2", 60),
    "ratio": (1, "1.5", "0.66"),
    "hypernet_strength": ("0.5", "0.8", 1, "-0.25"),
}
OPERATORS: tuple[tree.Comparison, ...] = ("=", "<>", "<", "<=", ">", ">=")
PATHS = (
    ("contains", "img2img"),
    ("contains", "IMG2"),
    ("contains", "s/img"),
    ("contains", "/a b"),
    ("contains", "é"),
    ("starts", "/pics/de"),
    ("starts", "/pics\\img2img\\img"),
    ("starts", "/pics/"),
    ("ends", ".jpg"),
    ("ends", "g/IMG2.png"),
    ("ends", "g"),
    ("glob", "*img2img*"),
    ("glob", "/pics/*.png"),
    ("glob", "*/img?.png"),
    ("glob", "/volumes/*/2026-11/*9*"),
    ("glob", "/pics/img2.png"),
    ("contains", "/"),
    ("ends", "/noextension"),
)
DAYS = (
    ("today", "today"),
    ("2026", "2026"),
    ("2026-10", "2026-10"),
    ("2025-11-30", None),
    (None, "before 2026-03-29"),
    ("3 days ago", "today"),
    ("last week", "last week"),
    ("2026-03-29", "2026-03-29"),
    ("1900", "2200"),
)


def random_value(rng: random.Random, field: str) -> tree.Value:
    kind = FIELDS[field].kind
    if kind not in ("path", "flag", "size") and field != "type" and rng.random() < 0.15:
        return rng.choice((tree.Absent(), tree.Present()))
    match kind:
        case "text":
            return random_text(rng)
        case "name":
            text = rng.choice(NAMES_BY_FIELD[field])
            name = tree.Name(text, quoted=rng.random() < 0.2 and "*" in text)
            if FIELDS[field].weighted and rng.random() < 0.4:
                number = rng.choice(("0.8", "0.5", "1", "0.35", "0.80005", "-0.25"))
                return tree.Weighted(name, rng.choice(OPERATORS), Decimal(number))
            return name
        case "number":
            return random_number(rng, field)
        case "flag":
            return tree.Flag(rng.random() < 0.5)
        case "date":
            return tree.Days(*rng.choice(DAYS))
        case "size":
            return rng.choice(
                (
                    tree.Dimensions(512, 512),
                    tree.Dimensions(512, None),
                    tree.Dimensions(None, 1080),
                    tree.Aspect(16, 9),
                    tree.Aspect(3, 2),
                    tree.Shape("portrait"),
                    tree.Shape("landscape"),
                    tree.Shape("square"),
                    tree.Absent(),
                    tree.Present(),
                )
            )
        case "path":
            how, text = rng.choice(PATHS)
            return tree.PathText(how, text)  # pyright: ignore[reportArgumentType]  # one of the four words
        case "graph":
            return tree.Like(rng.choice((0, 1, 3, 10, 20, 10**9)))
        case "property" | "raw" | "hash" | "same" | "picture":
            raise AssertionError(field)
        case "presence":
            return rng.choice((tree.Absent(), tree.Present()))


def random_number(rng: random.Random, field: str) -> tree.Value:
    some = [Decimal(number) for number in NUMBERS_BY_FIELD[field]]
    if field == "seed" and rng.random() < 0.5:
        return tree.Glob(
            rng.choice(
                (
                    "123*",
                    "1234??",
                    "*",
                    "?",
                    "*7",
                    "1*6",
                    "0*",
                    "??",
                    "123456?*",
                    "9007199254740993",
                    "1844674407370955161?",
                )
            )
        )
    if rng.random() < 0.3:
        low, high = sorted(rng.choices(some, k=2))
        return tree.Range(low, high)
    return tree.Compare(rng.choice(OPERATORS), rng.choice(some))
