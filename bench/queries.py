"""What `bench.catalog` asks: every sort, words, names, numbers, tags, LoRAs, albums, dates, graphs, mixtures."""

from collections.abc import Sequence

HTTP_FACETS = ("tag,folder,model,rating,type", "lora,album,sampler,month,ext", "generator,year,steps,cfg,size")
"""Facets asked for beside a query, in turn."""

CASES: Sequence[tuple[str, str]] = (
    ("", "date"), ("", "added asc"), ("", "modified"), ("", "name"), ("", "path"), ("", "rating"), ("", "filesize"),
    ("", "pixels"), ("", "ratio desc"), ("", "prompt"), ("", "model"), ("", "seed"), ("", "steps"), ("", "cfg"),
    ("", "random:7"), ("", "viewed"), ("", "touched"), ("", "aesthetic"), ("", "duration"),
    ("castle", "date"), ("best quality", "date"), ("masterpiece, 1girl", "name"), ("blue eyes, long hair", "rating"),
    ("*punk", "date"), ('"night sky, "', "date"), ('"by greg rutkowski"', "seed"), ("lora detail 7", "date"),
    ("v123456", "date"), ("castle OR tower", "path"), ("fantasy, -dragon", "prompt"), ("negative:blurry", "date"),
    ("zuvor", "date"), ("steps:20", "name"), ("cfg:4..6 steps>=30", "date"), ("seed:123*", "date"),
    ("rating>=8 favorite", "rating"), ('model:juggernaut* sampler:"euler a"', "model"),
    ("date:2025-01-01..2025-06-30", "date"), ("size:portrait generator:comfyui", "pixels"), ("path:*img2img*", "path"),
    ("in:2024 ext:png", "filesize"), ("width>=1024 has:workflow portrait", "date"), ("rating:none snow", "random:3"),
    ("(masterpiece:1.2), castle, model:realvis* rating>=5", "date"),
    ("tag:fox", "date"), ("tag:fox|cat tag:snow", "name"), ("-tag:castle", "date"), ("tag:fox>0.8", "rating"),
    ("tag:smile_cat*", "date"), ("tag:none", "date"), ("tag:dragon, castle, rating:any", "date"),
    ("lora:detail_ink_8", "date"), ("lora:oil", "date"), ("lora:detail>0.5 tag:night", "date"), ("lora:none", "prompt"),
    ('album:"Album 0"', "album"), ('album:"Best castles"', "date"), ("in_album:false", "date"),
    ('album:"Album 7" tag:portrait', "rating"), ("caption:castle", "date"), ("has:caption has:tags", "date"),
    ("aesthetic>=6.5", "aesthetic"), ("denoise<0.5 clip_skip:2", "date"), ("type:video duration>3s", "date"),
    ("viewed:2026-03", "viewed"), ("rated:any vae:sdxl_vae", "date"), ("hires:any controlnet:depth", "date"),
    ("embedding:easynegative", "date"), ("wildcard:any refiner:none", "date"), ("node:Extra7*", "date"),
    ("graph:like 1", "date"),
)  # fmt: skip
"""Texts and orders that are measured; none of them is in the warm-up."""

STORE_CASES: Sequence[tuple[str, str]] = (
    ("node.KSampler.cfg>7", "date"), ("node.KSampler.steps:20..25", "date"), ("node.*.p1:castle", "date"),
)  # fmt: skip
"""Values of nodes are not in memory: PostgreSQL is asked."""

COLD: Sequence[tuple[str, str]] = (
    ("portrait", "date"),
    ("sharp focus", "date"),
    ('"red hair"', "date"),
    ("*lights", "date"),
)
"""Asked first of their kind."""

WARM_UP: Sequence[tuple[str, str]] = (
    ("forest", "date"), ("highly detailed", "name"), ("steps:30 cfg:7", "path"), ("rating:10", "rating"),
    ("date:2023", "filesize"), ("in:2022", "pixels"), ("sampler:ddim", "ratio"), ("*scape", "prompt"),
    ("", "model desc"), ('"digital painting"', "seed asc"), ("size:square", "steps desc"),
    ("model:dreamshaper*", "cfg desc"), ("path:contains txt2img", "added"), ("type:image", "modified asc"),
    ("sunset", "random:1"), ("tag:river", "viewed asc"), ("tag:armor>0.5", "touched asc"), ("lora:style_oil_5", "date"),
    ('album:"Album 3"', "aesthetic asc"), ("in_album:true", "duration asc"), ("caption:dragon", "date"),
    ("node:Extra3*", "date"), ("vae:any", "date"), ("viewed:any", "date"),
)  # fmt: skip
