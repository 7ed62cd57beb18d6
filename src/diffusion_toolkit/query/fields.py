"""The fields a query may name: each declares itself here once; docs, completion and evaluation follow this table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from diffusion_toolkit.query.tree import Name

Kind: TypeAlias = Literal["text", "name", "number", "flag", "date", "size", "path", "presence", "graph", "property"]
"""text: words of a prompt · name: one of many names · number · flag: true or false · date: days ·
size: width and height · path: a whole path · presence: only `any` and `none` · graph: like an image's ·
property: value of a node, number or text."""


_NO_UNITS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the query language.

    name: canonical, as in the tree; kind: how its values are read; aliases: other and old names, in lower case with
    blanks (underscore and hyphen are read alike); choices: the only names allowed, if not empty; known: which known
    names may stand without quotes; lists: a comma without a blank separates alternatives; bare: the name alone means
    true; digits: wildcards over the digits of the number; lowest, highest: bounds of a number; units: what one
    unit is in the field's own; of_node: class and name of a node's property, which is no field of the table.
    """

    name: str
    kind: Kind
    title: str
    description: str
    examples: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    known: Literal["samplers", "schedulers", "models"] | None = None
    lists: bool = False
    bare: bool = False
    digits: bool = False
    lowest: int | None = None
    highest: int | None = None
    units: Mapping[str, int] = field(default_factory=lambda: _NO_UNITS, hash=False)
    of_node: tuple[Name, Name] | None = None


_PIXEL = MappingProxyType({"px": 1})
_PIXELS = MappingProxyType({"mp": 10**6, "px": 1, "megapixels": 10**6, "megapixel": 10**6})
_BYTES = MappingProxyType(
    {f"{letter}{ending}": 1024**power for ending in ("b", "", "ib") for power, letter in enumerate("kmgt", 1)}
    | {"b": 1, "bytes": 1}
)


_DECLARED = (
    Field(
        name="negative",
        kind="text",
        title="Negative prompt",
        description="Words or quoted text of the negative prompt.",
        aliases=("negative prompt", "neg"),
        examples=("negative:blurry", 'negative:("bad hands" OR lowres)', "negative:none"),
    ),
    Field(
        name="model",
        kind="name",
        title="Model",
        description="Checkpoint by name or file name, with or without extension.",
        aliases=("checkpoint", "ckpt"),
        known="models",
        examples=("model:juggernaut*", 'model:"sd xl base"'),
    ),
    Field(
        name="sampler",
        kind="name",
        title="Sampler",
        description="Sampler; the spellings of different generators count as one.",
        known="samplers",
        examples=('sampler:"Euler a"', "sampler: euler a | ddim", "sampler:dpm*"),
    ),
    Field(
        name="scheduler",
        kind="name",
        title="Scheduler",
        description="Noise schedule.",
        aliases=("schedule type", "schedule"),
        known="schedulers",
        examples=("scheduler:karras",),
    ),
    Field(
        name="generator",
        kind="name",
        title="Generator",
        description="The program that made the picture.",
        aliases=("software",),
        lists=True,
        examples=("generator:comfyui",),
    ),
    Field(
        name="steps",
        kind="number",
        title="Steps",
        description="Sampling steps.",
        aliases=("step",),
        lists=True,
        examples=("steps:20", "steps:20..30", "steps>=28", "steps:20|28|30"),
    ),
    Field(
        name="cfg",
        kind="number",
        title="CFG scale",
        description="Guidance scale.",
        aliases=("cfg scale",),
        lists=True,
        examples=("cfg:4.5|7|9", "cfg:5..7.5"),
    ),
    Field(
        name="seed",
        kind="number",
        title="Seed",
        description="Seed: a number, a range, or a pattern of its digits.",
        lists=True,
        digits=True,
        examples=("seed:12345", "seed:10000-20000", "seed:123*", "seed:123456???000"),
    ),
    Field(
        name="rating",
        kind="number",
        title="Rating",
        description="Your rating, 1 to 10.",
        aliases=("stars",),
        lists=True,
        lowest=0,
        highest=10,
        examples=("rating>=8", "rating:none", "rating:8..10"),
    ),
    Field(
        name="favorite",
        kind="flag",
        title="Favourite",
        description="Marked as favourite.",
        aliases=("favourite", "fave", "fav"),
        bare=True,
        examples=("favorite", "favorite:false"),
    ),
    Field(
        name="nsfw",
        kind="flag",
        title="NSFW",
        description="Marked as not safe for work; overrides the hide option.",
        examples=("nsfw:true",),
    ),
    Field(
        name="deleted",
        kind="flag",
        title="For deletion",
        description="Marked for deletion; overrides the hide option.",
        aliases=("delete", "for deletion", "to delete"),
        examples=("deleted:true",),
    ),
    Field(
        name="date",
        kind="date",
        title="Date",
        description="When the file was made: the earlier of its times.",
        aliases=("created", "date created"),
        examples=(
            "date:today",
            'date:"3 days ago"',
            "date:2026-10",
            "date:2025-01-01..2025-06-30",
            "date:since 2026-01-01",
            "date:before 2024-03-05",
            "date:between 2022-11-11 and yesterday",
        ),
    ),
    Field(
        name="added",
        kind="date",
        title="Added",
        description="When the library saw the file first.",
        aliases=("date added",),
        examples=("added:last week",),
    ),
    Field(
        name="modified",
        kind="date",
        title="Modified",
        description="When the file was last changed.",
        aliases=("date modified",),
        examples=("modified:2026",),
    ),
    Field(
        name="path",
        kind="path",
        title="Path",
        description="The whole path; \\ and / are alike.",
        examples=("path:*img2img*", r'path:"D:\pics\images**"', 'path:contains "funny cats"', "path:ends with .jpg"),
    ),
    Field(
        name="folder",
        kind="name",
        title="Folder",
        description="Exactly that folder, by name or whole path.",
        aliases=("directory",),
        examples=("folder:2026-11", 'folder:"/pics/ai"'),
    ),
    Field(
        name="in", kind="name", title="In folder", description="That folder and all below it.", examples=("in:comfyui",)
    ),
    Field(
        name="size",
        kind="size",
        title="Size",
        description="Width and height in pixels, their ratio, or the shape.",
        aliases=("resolution",),
        examples=("size:1024x1024", "size:512x?", "size:16:9", "size:portrait"),
    ),
    Field(
        name="width",
        kind="number",
        title="Width",
        description="Width in pixels.",
        lists=True,
        units=_PIXEL,
        examples=("width>=1024",),
    ),
    Field(
        name="height",
        kind="number",
        title="Height",
        description="Height in pixels.",
        lists=True,
        units=_PIXEL,
        examples=("height<2000",),
    ),
    Field(
        name="pixels",
        kind="number",
        title="Pixels",
        description="Width times height; 1mp is a million.",
        lists=True,
        units=_PIXELS,
        examples=("pixels>2mp",),
    ),
    Field(
        name="filesize",
        kind="number",
        title="File size",
        description="Size of the file in bytes; 1mb is 1024 times 1024.",
        aliases=("file size",),
        lists=True,
        units=_BYTES,
        examples=("filesize>2mb", "filesize:500kb..2mb"),
    ),
    Field(
        name="ext",
        kind="name",
        title="Extension",
        description="Extension of the file name.",
        aliases=("extension",),
        lists=True,
        examples=("ext:webp", "ext:png|jpg"),
    ),
    Field(
        name="type",
        kind="name",
        title="Type",
        description="Picture or moving picture.",
        aliases=("media type",),
        choices=("image", "video"),
        lists=True,
        examples=("type:video",),
    ),
    Field(
        name="id",
        kind="number",
        title="Number",
        description="The number of the picture in this library.",
        lists=True,
        lowest=0,
        examples=("id:5,7,9",),
    ),
    Field(
        name="problem",
        kind="presence",
        title="Problem",
        description="Whether something of the file could not be read.",
        aliases=("problems",),
        examples=("problem:any", "problem:none"),
    ),
    Field(
        name="nometa",
        kind="flag",
        title="No metadata",
        description="No generation metadata was found.",
        aliases=("nometadata", "no metadata", "no meta"),
        examples=("nometa:true",),
    ),
    Field(
        name="unavailable",
        kind="flag",
        title="Unavailable",
        description="The file is missing, or its folder cannot be reached.",
        examples=("unavailable:true",),
    ),
    Field(
        name="has",
        kind="name",
        title="Has",
        description="What the picture carries: a workflow.",
        choices=("workflow",),
        lists=True,
        examples=("has:workflow",),
    ),
    Field(
        name="node",
        kind="name",
        title="Node",
        description="A node of this class is in the ComfyUI workflow; its properties follow below.",
        aliases=("nodes", "node class"),
        lists=True,
        examples=("node:KSampler", "node:IPAdapter*", 'node:"KSampler (Efficient)"', "node:none"),
    ),
    Field(
        name="graph",
        kind="graph",
        title="Workflow graph",
        description="The same nodes and wires as the picture of this number has, whatever the values in them.",
        aliases=("workflow",),
        examples=("graph:like 123", "graph:any"),
    ),
)

FIELDS: Mapping[str, Field] = MappingProxyType({declared.name: declared for declared in _DECLARED})
"""All fields by their canonical names."""

_SEPARATOR = re.compile(r"[ _-]+")
_BY_NAME = {name: declared for declared in _DECLARED for name in (declared.name, *declared.aliases)}


def field_named(name: str) -> Field | None:
    """The field of a name or alias as typed, in any case, with blanks, underscores or hyphens."""
    return _BY_NAME.get(_SEPARATOR.sub(" ", name.strip().lower()))


def field_names() -> tuple[str, ...]:
    """Every name and alias, as they are offered for a misspelt one."""
    return tuple(_BY_NAME)
