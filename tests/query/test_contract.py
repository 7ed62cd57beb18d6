"""Every example of the language's own description (`query.md` of the plan) can be read, and means what its row says."""

import pytest

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query import format_query, parse

EXAMPLES = r"""
castle
blue eyes
a man staring into a starry night sky, by van gogh
"night sky, by van gogh"
*punk
castle OR tower
castle, NOT dragon
castle -dragon
(castle OR tower), snow
(masterpiece:1.2), castle
<lora:detail:0.8> castle
lora:detail
lora:detail>0.5
lora:none
negative:blurry
negative:("bad hands" OR lowres)
steps:20
steps:20-30
steps:20..30
steps>=28
steps:20|28|30
cfg:4.5|7|9
cfg:5..7.5
seed:12345
seed:10000-20000
seed:123*
seed:123456???000
sampler:"Euler a"
sampler: euler a | ddim
sampler:dpm*
scheduler:karras
vae:none
clip_skip:2
model:juggernaut*
model:"sd xl base"
model_hash:31e35c80|aabbccdd
size:1024x1024
size:512x?
size:16:9
size:portrait
width>=1024 height<2000
pixels>2mp
rating>=8
rating:none
rating:8..10
favorite
favorite:false
nsfw:true
deleted:true
aesthetic>=6.5
aesthetic:none
date:today
date:yesterday
date:"3 days ago"
date:2026-10
date:2025-01-01..2025-06-30
date:since 2026-01-01
date:before 2024-03-05
date:between 2022-11-11 and yesterday
added:last week
modified:2026
viewed:none
rated:today
path:*img2img*
path:"D:\pics\images**"
path:contains "funny cats"
path:ends with .jpg
folder:2026-11
folder:"/pics/ai"
in:comfyui
album:"Print candidates"
album:any
in_album:false
tag:fox
tag:fox|cat tag:snow
-tag:watermark
tag:none
tag:fox>0.8
caption:bottle
type:video duration>3s
ext:webp
filesize>2mb
generator:comfyui
has:workflow
has:caption
problem:any
nometa:true
unavailable:true
node:KSampler
node:IPAdapter*
node.KSampler.cfg>7
node.*.text:"castle"
graph:like 123
raw:"ADetailer"
hires:any
denoise<0.5
controlnet:depth
refiner:any
embedding:easynegative
wildcard:any
stack:123
same:seed 123
id:5,7,9
""".strip().splitlines()


@pytest.mark.parametrize("query", EXAMPLES)
def test_example_is_read_and_written(query: str) -> None:
    tree = parse(query)
    assert parse(format_query(tree)) == tree


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("casttle:1", 'error at 1: no field "casttle"; did you mean'),
        ("rating>>5", "error at 8: one of = < > <= >="),
        ("(castle", "error at 1: this parenthesis is not closed"),
    ],
)
def test_mistake_is_told_so(query: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert str(caught.value).startswith(message)
