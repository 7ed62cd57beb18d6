"""Mochi Diffusion."""

import struct

from book.drawn import drawn_jpeg, drawn_png
from book.page import Page
from container_bytes import international_chunk, segment

_CAPTION = (
    "Include in Image: a hedgehog; in moss; Exclude from Image: grain; Model: quiet_original_512x768; "
    "Scheduler: DPM-Solver++; ML Compute Unit: CPU & GPU; Seed: 4294967295; Steps: 28; Guidance Scale: 11.5; "
    "Size: 512x768; Generator: Mochi Diffusion 4.7.1"
)
_LINES = (
    "Metadata Version: 2\nDate: 2026-03-01\nModel: quiet\nSize: 512x768\nInclude in Image: a hedgehog\\nin moss; dew\n"
    "Exclude from Image: \nScheduler: PNDM\nSeed: 7\nSteps: 20\nGuidance Scale: 7.0\nGenerator: Mochi Diffusion 6.2"
)
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt><rdf:li '
    f'xml:lang="x-default">{_LINES.replace(chr(10), "&#xA;")}</rdf:li></rdf:Alt></dc:description></rdf:Description>'
    "</rdf:RDF></x:xmpmeta>"
)


def _iptc(caption: str) -> bytes:
    """A JPEG segment of Photoshop's with this caption."""
    data = b"\x1c\x02\x78" + struct.pack(">H", len(caption)) + caption.encode()
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) & 1)
    return segment(0xED, b"Photoshop 3.0\0" + resource)


PAGES = [
    Page(
        name="mochidiffusion-4.jpg",
        about="values between semicolons, which the prompt holds as well, in an IPTC caption",
        data=drawn_jpeg(_iptc(_CAPTION)),
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "mochidiffusion",
            "generator_version": "4.7.1",
            "source": "iptc:Caption-Abstract",
            "prompt": "a hedgehog; in moss",
            "negative_prompt": "grain",
            "steps": 28,
            "sampler": "DPM-Solver++",
            "cfg_scale": 11.5,
            "seed": 4294967295,
            "model": "quiet_original_512x768",
            "size": [512, 768],
            "extra": {"ML Compute Unit": "CPU & GPU"},
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="mochidiffusion-6.png",
        about="a value a line, its own line ends escaped, in the description of XMP",
        data=drawn_png(international_chunk("XML:com.adobe.xmp", _XMP)),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "mochidiffusion",
            "generator_version": "6.2",
            "source": "xmp:dc:description",
            "prompt": "a hedgehog\nin moss; dew",
            "steps": 20,
            "sampler": "PNDM",
            "cfg_scale": 7.0,
            "seed": 7,
            "model": "quiet",
            "size": [512, 768],
            "extra": {"Date": "2026-03-01"},
            "workflow": False,
            "problems": [],
        },
    ),
]
