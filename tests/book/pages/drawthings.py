"""Draw Things."""

import json
from html import escape

from book.drawn import drawn_jpeg, drawn_png
from book.page import Page
from container_bytes import international_chunk

_COMMENT = {
    "c": 'a whale under "ice"',
    "uc": "boats",
    "lora": [{"model": "whales_lora_f16.ckpt", "weight": 0.8}],
    "model": "flux_1_dev_q8p.ckpt",
    "profile": {"duration": 287.5},
    "sampler": "Euler A Trailing",
    "scale": 3.5,
    "seed": 782845412,
    "seed_mode": "Scale Alike",
    "shift": 2.5,
    "size": "768x1024",
    "steps": 20,
    "strength": 1,
    "v2": {
        "clipSkip": 1,
        "hiresFix": True,
        "hiresFixWidth": 576,
        "hiresFixHeight": 768,
        "hiresFixStrength": 0.7,
        "refinerModel": "polish.ckpt",
        "refinerStart": 0.75,
        "controls": [],
        "loras": [{"file": "whales_lora_f16.ckpt", "weight": 0.8}],
    },
}
_DESCRIPTION = (
    'a whale under "ice"\n-boats\nSteps: 20, Sampler: Euler A Trailing, Guidance Scale: 3.5, Seed: 782845412, '
    "Size: 768x1024, Model: flux_1_dev_q8p.ckpt, Strength: 1.0, Seed Mode: Scale Alike, Shift: 2.5, "
    "LoRA Model: whales_lora_f16.ckpt, LoRA Weight: 0.8"
)


def _packet(*, with_json: bool) -> str:
    """The XMP as the app writes it."""
    comment = (
        f"<exif:UserComment><rdf:Alt><rdf:li xml:lang='x-default'>{escape(json.dumps(_COMMENT))}</rdf:li>"
        "</rdf:Alt></exif:UserComment>"
    )
    description = escape(_DESCRIPTION).replace("\n", "&#xA;")
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/">'
        f"<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>{description}</rdf:li></rdf:Alt></dc:description>"
        f"<xmp:CreatorTool>Draw Things</xmp:CreatorTool>{comment if with_json else ''}"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


_CONFIGURATION = {
    "prompt": "a whale",
    "negativePrompt": "",
    "model": "whale.ckpt",
    "sampler": 10,
    "steps": 12,
    "guidanceScale": 4.5,
    "seed": 149156595,
    "seedMode": 2,
    "width": 1728,
    "height": 960,
    "strength": 1,
    "clipSkip": 2,
    "loras": [],
    "controls": [{"file": "depth.ckpt", "weight": 0.6}],
    "hiresFix": False,
}

PAGES = [
    Page(
        name="drawthings.png",
        about="JSON in XMP, with a second pass and a refiner in its second half",
        data=drawn_png(international_chunk("XML:com.adobe.xmp", _packet(with_json=True))),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "drawthings",
            "source": "xmp:exif:UserComment",
            "prompt": 'a whale under "ice"',
            "negative_prompt": "boats",
            "steps": 20,
            "sampler": "Euler A Trailing",
            "cfg_scale": 3.5,
            "seed": 782845412,
            "model": "flux_1_dev_q8p.ckpt",
            "clip_skip": 1,
            "denoising_strength": 1.0,
            "size": [768, 1024],
            "loras": [{"name": "whales_lora_f16.ckpt", "weight": 0.8}],
            "hires": {"width": 576, "height": 768, "strength": 0.7},
            "refiner": {"model": "polish.ckpt", "start": 0.75},
            "extra": {
                "profile": {"duration": 287.5},
                "seed_mode": "Scale Alike",
                "shift": 2.5,
                "v2": _COMMENT["v2"],
            },
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="drawthings-description.png",
        about="where only the readable description is left",
        data=drawn_png(international_chunk("XML:com.adobe.xmp", _packet(with_json=False))),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "drawthings",
            "source": "xmp:dc:description",
            "prompt": 'a whale under "ice"',
            "negative_prompt": "boats",
            "steps": 20,
            "sampler": "Euler A Trailing",
            "cfg_scale": 3.5,
            "seed": 782845412,
            "model": "flux_1_dev_q8p.ckpt",
            "denoising_strength": 1.0,
            "size": [768, 1024],
            "loras": [{"name": "whales_lora_f16.ckpt", "weight": 0.8}],
            "extra": {"Seed Mode": "Scale Alike", "Shift": "2.5"},
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="drawthings-configuration.jpg",
        about="a configuration beside the picture, in which the sampler is a number",
        data=drawn_jpeg(),
        beside={"drawthings-configuration.json": json.dumps(_CONFIGURATION).encode()},
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "drawthings",
            "source": "sidecar:json",
            "prompt": "a whale",
            "steps": 12,
            "cfg_scale": 4.5,
            "seed": 149156595,
            "model": "whale.ckpt",
            "clip_skip": 2,
            "denoising_strength": 1.0,
            "size": [1728, 960],
            "controlnets": [{"model": "depth.ckpt", "file": "depth.ckpt", "weight": 0.6}],
            "extra": {
                "sampler": 10,
                "seedMode": 2,
                "controls": [{"file": "depth.ckpt", "weight": 0.6}],
                "hiresFix": False,
            },
            "workflow": False,
            "problems": [],
        },
    ),
]
