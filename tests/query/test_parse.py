"""What users type, and the tree it means: the examples of the language and the traps of pasted prompts."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from diffusion_toolkit.query import FIELDS, KnownNames, format_query, parse
from diffusion_toolkit.query.node_property import EXAMPLES as EXAMPLES_OF_PROPERTIES
from diffusion_toolkit.query.tree import (
    Absent,
    Affix,
    And,
    Aspect,
    Compare,
    Days,
    Dimensions,
    Everything,
    Exact,
    Flag,
    Glob,
    Like,
    Name,
    Node,
    NodeProperty,
    Not,
    Or,
    PathText,
    Present,
    Prompt,
    Range,
    Same,
    Shape,
    Term,
    Weighted,
    Where,
)


def text(words: str) -> Prompt:
    return Prompt(Term(tuple(words.split())))


def exact(characters: str) -> Prompt:
    return Prompt(Exact(characters))


def number(field: str, *values: int | str) -> Where:
    return Where(field, tuple(Compare("=", Decimal(value)) for value in values))


EXAMPLES: dict[str, Node] = {
    "": Everything(),
    " , ,": Everything(),
    "castle": text("castle"),
    "blue eyes": text("blue eyes"),
    "a man staring into a starry night sky, by van gogh": And(
        (text("a man staring into a starry night sky"), text("by van gogh"))
    ),
    '"night sky, by van gogh"': exact("night sky, by van gogh"),
    '"say ""cheese"""': exact('say "cheese"'),
    "*punk": text("*punk"),
    "c?stle t***r": text("c?stle t*r"),
    "castle OR tower": Or((text("castle"), text("tower"))),
    "castle or tower and sea": text("castle or tower and sea"),
    "castle, NOT dragon": And((text("castle"), Not(text("dragon")))),
    "castle -dragon": And((text("castle"), Not(text("dragon")))),
    "NOT a, b OR c": Or((And((Not(text("a")), text("b"))), text("c"))),
    "a AND b OR c AND NOT NOT d": Or((And((text("a"), text("b"))), And((text("c"), text("d"))))),
    "(castle OR tower), snow": And((Or((text("castle"), text("tower"))), text("snow"))),
    "castle(tower OR sea)": And((text("castle"), Or((text("tower"), text("sea"))))),
    "-(a, b)": Not(And((text("a"), text("b")))),
    "NOT (a, b:1.3)": Not(And((text("a"), text("b")))),
    # pasted prompts
    "(masterpiece:1.2), castle": And((text("masterpiece"), text("castle"))),
    "((masterpiece, best quality)), [blurry]": And((text("masterpiece"), text("best quality"), text("blurry"))),
    "a photo of ((blue eyes:1.3)) girl": text("a photo of blue eyes girl"),
    "(castle OR tower:1.2), sea": And((Or((text("castle"), text("tower"))), text("sea"))),
    "<lora:detail:0.8> castle": And((text("lora detail 0 8"), text("castle"))),
    "castle <lora:my (old, one):1>": And((text("castle"), text("lora my old one 1"))),
    "[cat:dog:0.5], [a OR b|c]": And((text("cat dog"), text("a or b c"))),
    "(fashion model:1.2)": text("fashion model"),
    "a BREAK b": text("a break b"),
    r"artist \(style\), fate \(series\)": And((text("artist style"), text("fate series"))),
    "semi-realistic long_hair": text("semi realistic long hair"),
    "1.3::blue eyes ::": text("blue eyes"),
    "http://example 3:2 12:30": text("http example 3 2 12 30"),
    "x - y": text("x y"),
    "🦊": exact("🦊"),
    "cat, ^_^": And((text("cat"), exact("^_^"))),
    "猫耳, 黒い*": And((text("猫 耳"), text("黒 い"))),
    # fields with words
    "negative:blurry": Where("negative", (Term(("blurry",)),)),
    'negative:("bad hands" OR lowres)': Or(
        (Where("negative", (Exact("bad hands"),)), Where("negative", (Term(("lowres",)),)))
    ),
    "Negative prompt: bad hands, castle": And((Where("negative", (Term(("bad", "hands")),)), text("castle"))),
    "negative: a b | c": Where("negative", (Term(("a", "b")), Term(("c",)))),
    "negative:none": Where("negative", (Absent(),)),
    'negative:"none"': Where("negative", (Exact("none"),)),
    # numbers
    "steps:20": number("steps", 20),
    "steps:20-30": Where("steps", (Range(Decimal(20), Decimal(30)),)),
    "steps: 30 .. 20": Where("steps", (Range(Decimal(20), Decimal(30)),)),
    "steps>=28": Where("steps", (Compare(">=", Decimal(28)),)),
    "steps >= 28": Where("steps", (Compare(">=", Decimal(28)),)),
    "steps≥28": Where("steps", (Compare(">=", Decimal(28)),)),
    "steps:28+": Where("steps", (Compare(">=", Decimal(28)),)),
    "steps:..28": Where("steps", (Compare("<=", Decimal(28)),)),
    "steps:20|28|30": number("steps", 20, 28, 30),
    "steps:20, 28": number("steps", 20, 28),
    "steps:20, 28 castles": And((number("steps", 20), text("28 castles"))),
    "(steps:20)": number("steps", 20),
    'steps:"20"': number("steps", 20),
    "steps<>20": Where("steps", (Compare("<>", Decimal(20)),)),
    "cfg scale:4.5|7|9": number("cfg", "4.5", 7, 9),
    "cfg:5..7.5": Where("cfg", (Range(Decimal(5), Decimal("7.5")),)),
    "seed:12345": number("seed", 12345),
    "seed:18446744073709551615": number("seed", 2**64 - 1),
    "seed:-1": number("seed", -1),
    "seed:10000-20000": Where("seed", (Range(Decimal(10000), Decimal(20000)),)),
    "seed:10000 - 20000": Where("seed", (Range(Decimal(10000), Decimal(20000)),)),
    "seed:123*": Where("seed", (Glob("123*"),)),
    "seed:123456???000": Where("seed", (Glob("123456???000"),)),
    "id:5,7,9": number("id", 5, 7, 9),
    "rating>=8": Where("rating", (Compare(">=", Decimal(8)),)),
    "RATING:none|>=8": Where("rating", (Absent(), Compare(">=", Decimal(8)))),
    "rating:8..10": Where("rating", (Range(Decimal(8), Decimal(10)),)),
    "rating>=8 castle": And((Where("rating", (Compare(">=", Decimal(8)),)), text("castle"))),
    "width>=1024 height<2000": And(
        (Where("width", (Compare(">=", Decimal(1024)),)), Where("height", (Compare("<", Decimal(2000)),)))
    ),
    "pixels>2mp": Where("pixels", (Compare(">", Decimal(2_000_000)),)),
    "filesize>2 MB": Where("filesize", (Compare(">", Decimal(2 * 1024**2)),)),
    "filesize:1..2mb": Where("filesize", (Range(Decimal(1024**2), Decimal(2 * 1024**2)),)),
    "pixels:2mp": Where("pixels", (Range(Decimal(1_500_000), Decimal(2_499_999)),)),
    "pixels:=2mp": number("pixels", 2_000_000),
    # names
    'sampler:"Euler a"': Where("sampler", (Name("Euler a"),)),
    "sampler: euler a | ddim": Where("sampler", (Name("euler a"), Name("ddim"))),
    "sampler:ddim,euler a, castle": And((Where("sampler", (Name("ddim"), Name("euler a"))), text("castle"))),
    "sampler: DPM++ 2M Karras, castle": And((Where("sampler", (Name("DPM++ 2M Karras"),)), text("castle"))),
    "sampler:dpm*": Where("sampler", (Name("dpm*"),)),
    "sampler:(euler OR ddim)": Or((Where("sampler", (Name("euler"),)), Where("sampler", (Name("ddim"),)))),
    "scheduler:karras": Where("scheduler", (Name("karras"),)),
    "model:juggernaut*": Where("model", (Name("juggernaut*"),)),
    'model:"sd xl base"': Where("model", (Name("sd xl base"),)),
    'model:"what?"': Where("model", (Name("what?", quoted=True),)),
    "model:x(1).safetensors castle": And((Where("model", (Name("x(1).safetensors"),)), text("castle"))),
    "model<>sdxl": Not(Where("model", (Name("sdxl"),))),
    "-model:sdxl": Not(Where("model", (Name("sdxl"),))),
    "model:any": Where("model", (Present(),)),
    "generator:comfyui": Where("generator", (Name("comfyui"),)),
    "folder:2026-11": Where("folder", (Name("2026-11"),)),
    'folder:"/pics/ai"': Where("folder", (Name("/pics/ai"),)),
    "in:comfyui": Where("in", (Name("comfyui"),)),
    "ext:png,webp": Where("ext", (Name("png"), Name("webp"))),
    "type:Video": Where("type", (Name("video"),)),
    "has:workflow": Where("has", (Name("workflow"),)),
    "model_hash:31e35c80|AABBCCDD": Where("model_hash", (Name("31e35c80"), Name("aabbccdd"))),
    "Model hash: 0x31E35C80F1": Where("model_hash", (Name("31e35c80f1"),)),
    'model_or_hash:"sd xl base"|31e35c80': Where("model_or_hash", (Name("sd xl base"), Name("31e35c80"))),
    'tag:fox>0.8|"blue eyes" >= .5, castle': And(
        (
            Where(
                "tag",
                (Weighted(Name("fox"), ">", Decimal("0.8")), Weighted(Name("blue eyes"), ">=", Decimal("0.5"))),
            ),
            text("castle"),
        )
    ),
    "tag:(fox<>1 OR cat)": Or((Where("tag", (Weighted(Name("fox"), "<>", Decimal(1)),)), Where("tag", (Name("cat"),)))),
    'raw:"ADetailer"': Where("raw", (Exact("ADetailer"),)),
    "raw:ADetailer": Where("raw", (Exact("ADetailer"),)),
    "raw:AD*er": Where("raw", (Name("AD*er"),)),
    "same:seed 123": Where("same", (Same("seed", 123),)),
    "same: negative_prompt as 123 | model 4": Where("same", (Same("negative", 123), Same("model", 4))),
    "stack:5,7": Where("stack", (Like(5), Like(7))),
    "ratio>1.5": Where("ratio", (Compare(">", Decimal("1.5")),)),
    # flags
    "favorite": Where("favorite", (Flag(True),)),
    "-fave": Not(Where("favorite", (Flag(True),))),
    "(favorite OR rating>=8)": Or((Where("favorite", (Flag(True),)), Where("rating", (Compare(">=", Decimal(8)),)))),
    "my favorite, dog": And((text("my favorite"), text("dog"))),
    "[favorite]": text("favorite"),
    "favorite:false": Where("favorite", (Flag(False),)),
    "fave: rating:none": And((Where("favorite", (Flag(True),)), Where("rating", (Absent(),)))),
    "nsfw:true": Where("nsfw", (Flag(True),)),
    "for deletion: yes": Where("deleted", (Flag(True),)),
    "delete:": Where("deleted", (Flag(True),)),
    "nometa:true": Where("nometa", (Flag(True),)),
    "unavailable:true": Where("unavailable", (Flag(True),)),
    "problem:any": Where("problem", (Present(),)),
    # sizes
    "size:1024x1024": Where("size", (Dimensions(1024, 1024),)),
    "size:512x?": Where("size", (Dimensions(512, None),)),
    "size: 512 × 768 ": Where("size", (Dimensions(512, 768),)),
    "size:?x?": Where("size", (Present(),)),
    "size:16:9": Where("size", (Aspect(16, 9),)),
    "size:portrait|square": Where("size", (Shape("portrait"), Shape("square"))),
    # days
    "date:today": Where("date", (Days("today", "today"),)),
    'date:"3 days ago"': Where("date", (Days("3 days ago", "3 days ago"),)),
    "date:3 days ago castle": And((Where("date", (Days("3 days ago", "3 days ago"),)), text("castle"))),
    "date:a week ago": Where("date", (Days("1 week ago", "1 week ago"),)),
    "date:2026-10": Where("date", (Days("2026-10", "2026-10"),)),
    "date:Oct 2026": Where("date", (Days("2026-10", "2026-10"),)),
    "date:2025-01-01..2025-06-30": Where("date", (Days("2025-01-01", "2025-06-30"),)),
    "date:2025-01-01-2025-06-30": Where("date", (Days("2025-01-01", "2025-06-30"),)),
    "date:2025-01 - 2025-06": Where("date", (Days("2025-01", "2025-06"),)),
    "date:since 2026-01-01": Where("date", (Days("2026-01-01", None),)),
    "date>=2026": Where("date", (Days("2026", None),)),
    "date:before 2024-03-05": Where("date", (Days(None, "before 2024-03-05"),)),
    "date:after yesterday": Where("date", (Days("after yesterday", None),)),
    "date:until last month": Where("date", (Days(None, "last month"),)),
    "date:between 2022-11-11 and yesterday": Where("date", (Days("2022-11-11", "yesterday"),)),
    "date:from 5/3/2024 to 3-25-2024": Where("date", (Days("2024-03-05", "2024-03-25"),)),
    "date:last 7 days": Where("date", (Days("6 days ago", "today"),)),
    "date:2024|2026": Where("date", (Days("2024", "2024"), Days("2026", "2026"))),
    "added:last week": Where("added", (Days("last week", "last week"),)),
    "modified<>2026": Not(Where("modified", (Days("2026", "2026"),))),
    # paths
    "path:*img2img*": Where("path", (PathText("glob", "*img2img*"),)),
    r'path:"D:\pics\images**"': Where("path", (PathText("glob", r"D:\pics\images**"),)),
    r"path: D:\pics\a.png": Where("path", (PathText("glob", r"D:\pics\a.png"),)),
    "path:img2img": Where("path", (PathText("contains", "img2img"),)),
    'path:contains "funny cats"': Where("path", (PathText("contains", "funny cats"),)),
    'path:starts with "/pics"': Where("path", (PathText("starts", "/pics"),)),
    # workflows
    "node:IPAdapter*": Where("node", (Name("IPAdapter*"),)),
    'node:"KSampler (Efficient)" | VAEDecode': Where("node", (Name("KSampler (Efficient)"), Name("VAEDecode"))),
    "graph:like 123": Where("graph", (Like(123),)),
    "workflow:none": Where("graph", (Absent(),)),
    "node.KSampler.cfg>7": NodeProperty(Name("KSampler"), Name("cfg"), (Compare(">", Decimal(7)),)),
    "node.KSampler.cfg : 5..8": NodeProperty(Name("KSampler"), Name("cfg"), (Range(Decimal(5), Decimal(8)),)),
    "node.KSampler.sampler_name:euler|dpmpp_2m": NodeProperty(
        Name("KSampler"), Name("sampler_name"), (Name("euler"), Name("dpmpp_2m"))
    ),
    'node.*.text:"castle" -steps:20': And(
        (
            NodeProperty(Name("*"), Name("text"), (Exact("castle"),)),
            Not(Where("steps", (Compare("=", Decimal(20)),))),
        )
    ),
    'NODE.*.text="A castle"': NodeProperty(Name("*"), Name("text"), (Name("A castle", quoted=True),)),
    "node.*.seed:123*": NodeProperty(Name("*"), Name("seed"), (Name("123*"),)),
    "node.K.seed:18446744073709551615": NodeProperty(
        Name("K"), Name("seed"), (Compare("=", Decimal(18446744073709551615)),)
    ),
    'node."Power Lora Loader (rgthree)".lora_1.lora:*detail*': NodeProperty(
        Name("Power Lora Loader (rgthree)"), Name("lora_1.lora"), (Name("*detail*"),)
    ),
    'node."a.b"."c d*":any': NodeProperty(Name("a.b"), Name("c d*", quoted=True), (Present(),)),
    'node.K.text:starts with "a ""fox"""': NodeProperty(Name("K"), Name("text"), (Affix("starts", 'a "fox"'),)),
    'node.K.text:ends with "x" | contains "y"': NodeProperty(Name("K"), Name("text"), (Affix("ends", "x"), Exact("y"))),
    "node.K.on<>true": Not(NodeProperty(Name("K"), Name("on"), (Name("true"),))),
    "node.K.text:(castle OR night), fox": And(
        (
            Or(
                (
                    NodeProperty(Name("K"), Name("text"), (Name("castle"),)),
                    NodeProperty(Name("K"), Name("text"), (Name("night"),)),
                )
            ),
            text("fox"),
        )
    ),
    "-node.K.x:none": Not(NodeProperty(Name("K"), Name("x"), (Absent(),))),
    "path:ends with .jpg, castle": And((Where("path", (PathText("ends", ".jpg"),)), text("castle"))),
}


@pytest.mark.parametrize("query", EXAMPLES)
def test_example_means(query: str) -> None:
    assert parse(query) == EXAMPLES[query]


@pytest.mark.parametrize("query", EXAMPLES)
def test_example_survives_being_written(query: str) -> None:
    written = format_query(parse(query))
    assert parse(written) == parse(query)
    assert format_query(parse(written)) == written


@pytest.mark.parametrize(
    ("field", "example"), [(field.name, example) for field in FIELDS.values() for example in field.examples]
)
def test_examples_of_fields_ask_for_that_field(field: str, example: str) -> None:
    leaves = list(leaves_of(parse(example)))
    assert leaves
    assert all(isinstance(part, Where) and part.field == field for part in leaves)


def leaves_of(node: Node) -> Iterator[Node]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves_of(part)
        case Not(part):
            yield from leaves_of(part)
        case _:
            yield node


@pytest.mark.parametrize("example", EXAMPLES_OF_PROPERTIES)
def test_examples_of_properties_ask_for_one(example: str) -> None:
    assert isinstance(parse(example), NodeProperty)


@pytest.mark.parametrize(
    ("name", "field"), [(name, field.name) for field in FIELDS.values() for name in (field.name, *field.aliases)]
)
def test_every_name_of_a_field_is_understood(name: str, field: str) -> None:
    example = FIELDS[field].examples[-1].removeprefix(field) or ":true"
    for typed in (name, name.upper(), name.replace(" ", "_"), name.replace(" ", "-")):
        tree = parse(f"{typed}{example}")
        assert isinstance(tree, Where)
        assert tree.field == field


def test_names_of_the_library_need_no_quotes() -> None:
    names = KnownNames(models=frozenset({"sd xl", "sd xl base, fine"}))
    assert parse("model: sd xl, castle", names) == And((Where("model", (Name("sd xl"),)), text("castle")))
    assert parse("model:sd xl base, fine", names) == Where("model", (Name("sd xl base, fine"),))
    assert parse("model:sd xl | other", names) == Where("model", (Name("sd xl"), Name("other")))
    assert parse("model:sd xl") == And((Where("model", (Name("sd"),)), text("xl")))
