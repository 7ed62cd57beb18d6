"""Short ways to a recipe for the tests of generators."""

import json
from typing import Any

from container_bytes import USER_COMMENT, exif, png, text_chunk, webp
from diffusion_toolkit.formats import read_bytes
from diffusion_toolkit.generators import record_of
from diffusion_toolkit.record import FileRecord, Recipe


def record(*chunks: bytes, size: tuple[int, int] = (512, 512)) -> FileRecord:
    """The record of a PNG with these chunks."""
    return record_of(read_bytes(png(*chunks, size=size)))


def from_parameters(text: str) -> Recipe:
    """The recipe of a PNG with this `parameters` text."""
    found = record(text_chunk("parameters", text)).recipe
    assert found is not None
    return found


def from_graph(graph: dict[str, Any], *, size: tuple[int, int] = (512, 512)) -> Recipe:
    """The recipe of a PNG with this `prompt` graph."""
    found = record(text_chunk("prompt", json.dumps(graph)), size=size).recipe
    assert found is not None
    return found


def from_page(document: dict[str, Any]) -> Recipe:
    """The recipe of a PNG that holds nothing but the page's graph."""
    found = record(text_chunk("workflow", json.dumps(document))).recipe
    assert found is not None
    return found


def from_exif(entries: dict[int, bytes], *, comment: bytes | None = None) -> Recipe | None:
    """The recipe of a WebP with these EXIF texts."""
    block = exif(entries, sub=None if comment is None else {USER_COMMENT: comment}, order=">")
    return record_of(read_bytes(webp((b"EXIF", block)))).recipe


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    """One node of an API graph."""
    return {"class_type": kind, "inputs": inputs}


def basic(**changes: Any) -> dict[str, Any]:
    """The graph everybody begins with; changes replace or add nodes ("n3" is node 3)."""
    graph = {
        "3": node(
            "KSampler", seed=2**64 - 1, steps=20, cfg=7.5, sampler_name="euler_ancestral", scheduler="karras",
            denoise=1.0, model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0],
        ),
        "4": node("CheckpointLoaderSimple", ckpt_name="harbour.safetensors"),
        "5": node("EmptyLatentImage", width=832, height=1216, batch_size=1),
        "6": node("CLIPTextEncode", text="a lighthouse", clip=["4", 1]),
        "7": node("CLIPTextEncode", text="blurry", clip=["4", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", filename_prefix="ComfyUI", images=["8", 0]),
    }  # fmt: skip
    return graph | {key.removeprefix("n"): value for key, value in changes.items()}
