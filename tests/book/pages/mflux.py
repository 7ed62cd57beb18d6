"""mflux."""

import json

from book.drawn import drawn_png
from book.page import Page
from container_bytes import USER_COMMENT, chunk, exif, international_chunk

_WRITTEN = {
    "mflux_version": "0.16.5",
    "model": "black-forest-labs/FLUX.1-dev",
    "base_model": "None",
    "seed": 4869845,
    "steps": 20,
    "guidance": 3.5,
    "height": 384,
    "width": 640,
    "precision": "mlx.core.bfloat16",
    "quantize": 8,
    "lora_paths": ["owner/owls", "/loras/bark.safetensors"],
    "lora_scales": [0.75, 1.0],
    "image_path": None,
    "controlnet_image_path": "/pictures/edges.png",
    "controlnet_strength": 0.6,
    "prompt": "an owl in a birch",
    "negative_prompt": None,
}
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:mflux="http://ns.mflux.ai/1.0/">'
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">an owl in a birch</rdf:li></rdf:Alt></dc:description>'
    "<xmp:CreatorTool>MFLUX 0.16.5</xmp:CreatorTool><mflux:seed>4869845</mflux:seed><mflux:steps>20</mflux:steps>"
    "<mflux:guidance>None</mflux:guidance><mflux:model>Qwen/Qwen-Image-Edit-2509</mflux:model>"
    "<mflux:generationTimeSeconds>105.74</mflux:generationTimeSeconds>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)

PAGES = [
    Page(
        name="mflux.png",
        about="JSON in the EXIF of a PNG: LoRAs in two lists, a picture that steers",
        data=drawn_png(
            international_chunk("XML:com.adobe.xmp", _XMP),
            chunk(
                b"eXIf",
                exif({}, sub={USER_COMMENT: b"ASCII\0\0\0" + json.dumps(_WRITTEN).encode()}, order=">"),
            ),
        ),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "mflux",
            "generator_version": "0.16.5",
            "source": "exif:UserComment",
            "prompt": "an owl in a birch",
            "steps": 20,
            "cfg_scale": 3.5,
            "seed": 4869845,
            "model": "black-forest-labs/FLUX.1-dev",
            "size": [640, 384],
            "loras": [{"name": "owner/owls", "weight": 0.75}, {"name": "/loras/bark.safetensors", "weight": 1.0}],
            "controlnets": [{"image": "/pictures/edges.png", "weight": 0.6}],
            "extra": {
                "base_model": "None",
                "precision": "mlx.core.bfloat16",
                "quantize": 8,
                "image_path": None,
            },
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="mflux-xmp.png",
        about="where only XMP is left",
        data=drawn_png(international_chunk("XML:com.adobe.xmp", _XMP)),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "mflux",
            "generator_version": "0.16.5",
            "source": "xmp:dc:description",
            "prompt": "an owl in a birch",
            "steps": 20,
            "seed": 4869845,
            "model": "Qwen/Qwen-Image-Edit-2509",
            "extra": {"generation_time_seconds": "105.74"},
            "workflow": False,
            "problems": [],
        },
    ),
]
