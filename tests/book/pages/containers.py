"""The same two recipes in every container: AUTOMATIC1111's text in pictures, ComfyUI's graph in films."""

import json
from io import BytesIO
from typing import Any

from PIL import Image

import video_bytes
from book.drawn import SIZE, drawn_picture
from book.page import Page
from container_bytes import USER_COMMENT, exif

TEXT = (
    "a harbour at low tide, gulls\nNegative prompt: crowd\n"
    "Steps: 24, Sampler: Euler a, Schedule type: Automatic, CFG scale: 6, Seed: 977, Size: 64x48, Model: tidewater"
)
RECIPE: dict[str, Any] = {
    "generator": "automatic1111",
    "prompt": "a harbour at low tide, gulls",
    "negative_prompt": "crowd",
    "steps": 24,
    "sampler": "Euler a",
    "scheduler": "Automatic",
    "cfg_scale": 6.0,
    "seed": 977,
    "size": [64, 48],
    "model": "tidewater",
    "workflow": False,
    "problems": [],
}
GRAPH = json.dumps(
    {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "tidewater.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a lantern swinging in the wind", "clip": ["1", 1]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "flicker", "clip": ["1", 1]}},
        "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 48, "batch_size": 16}},
        "5": {
            "class_type": "KSampler",
            "inputs": {
                "seed": 18446744073709551615, "steps": 12, "cfg": 2.5, "sampler_name": "lcm",
                "scheduler": "sgm_uniform", "denoise": 1.0, "model": ["1", 0], "positive": ["2", 0],
                "negative": ["3", 0], "latent_image": ["4", 0],
            },
        },
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "VHS_VideoCombine", "inputs": {"images": ["6", 0], "frame_rate": 8}},
    }
)  # fmt: skip
FILM: dict[str, Any] = {
    "generator": "comfyui",
    "width": 64,
    "height": 48,
    "prompt": "a lantern swinging in the wind",
    "negative_prompt": "flicker",
    "steps": 12,
    "sampler": "lcm",
    "scheduler": "sgm_uniform",
    "cfg_scale": 2.5,
    "seed": 18446744073709551615,
    "denoising_strength": 1.0,
    "size": [64, 48],
    "model": "tidewater.safetensors",
    "workflow": True,
    "problems": [],
}
COMMENT = json.dumps({"prompt": GRAPH, "workflow": {}})
BLOCK = exif({}, sub={USER_COMMENT: b"UNICODE\0" + TEXT.encode("utf-16-be")}, order=">")
MAKER = exif({0x0131: b"lighthouse 1.0"})
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
    f'<rdf:li xml:lang="x-default">{TEXT}</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>'
).encode()


def saved(kind: str, **options: Any) -> bytes:
    """The picture as Pillow writes it in this format."""
    file = BytesIO()
    drawn_picture().save(file, kind, **options)
    return file.getvalue()


def moving_gif() -> bytes:
    """Two frames of a quarter of a second, with a comment."""
    file = BytesIO()
    first, second = drawn_picture(), Image.new("RGB", SIZE, (20, 60, 90))
    first.save(file, "GIF", save_all=True, append_images=[second], duration=250, comment=TEXT.encode())
    return file.getvalue()


def page(name: str, slug: str, source: str, data: bytes, about: str, **more: Any) -> Page:
    """A picture of this format with AUTOMATIC1111's text."""
    expected = {"format": slug, "width": 64, "height": 48, "source": source} | RECIPE | more
    return Page(name=name, about=about, data=data, expected=expected)


def film(name: str, slug: str, source: str, data: bytes, about: str, **more: Any) -> Page:
    """A film of this format with ComfyUI's graph."""
    return Page(name=name, about=about, data=data, expected={"format": slug, "source": source} | FILM | more)


PAGES = [
    page(
        "comment.gif", "gif", "gif:comment", moving_gif(), "a moving GIF with the text as its comment", duration_s=0.5
    ),
    page("described.tiff", "tiff", "exif:ImageDescription", saved("TIFF", description=TEXT), "ImageDescription"),
    page("exif.avif", "avif", "exif:UserComment", video_bytes.still(exif=BLOCK), "EXIF of an AVIF"),
    page("xmp.avif", "avif", "xmp:dc:description", video_bytes.still(exif=MAKER, xmp=PACKET), "XMP of an AVIF"),
    page(
        "exif.heic",
        "heif",
        "exif:UserComment",
        video_bytes.still(exif=BLOCK, brands=b"heic\0\0\0\0mif1heic"),
        "EXIF of a HEIF",
    ),
    Page(
        name="sidecar.bmp",
        about="a BMP holds no text; the text file beside it does",
        data=saved("BMP"),
        beside={"sidecar.txt": TEXT.encode()},
        expected={"format": "bmp", "width": 64, "height": 48, "source": "sidecar:txt"} | RECIPE,
    ),
    film(
        "video-helper-suite.mp4", "mp4", "mp4:comment", video_bytes.mp4(video_bytes.items(
            video_bytes.item(b"\xa9cmt", COMMENT.encode()))),
        "VideoHelperSuite: the graph inside JSON inside a comment",
        duration_s=2.0, codec="h264", audio_codec="aac", frame_rate=24.0,
    ),
    film(
        "save-video.mp4", "mp4", "mp4:prompt", video_bytes.mp4(video_bytes.keyed_items({"prompt": GRAPH})),
        "ComfyUI's SaveVideo: a key of its own",
        duration_s=2.0, codec="h264", audio_codec="aac", frame_rate=24.0,
    ),
    film(
        "save-webm.webm", "webm", "webm:prompt", video_bytes.webm(video_bytes.simple_tag("PROMPT", GRAPH)),
        "ComfyUI's SaveWEBM: a Matroska tag",
        duration_s=2.0, codec="vp9", audio_codec="opus", frame_rate=24.0,
    ),
    film(
        "comment.mkv", "mkv", "mkv:comment",
        video_bytes.webm(video_bytes.simple_tag("COMMENT", COMMENT), kind="matroska"),
        "a Matroska comment",
        duration_s=2.0, codec="vp9", audio_codec="opus", frame_rate=24.0,
    ),
    film(
        "comment.avi", "avi", "avi:comment",
        video_bytes.avi(video_bytes.chunk(b"ICMT", COMMENT.encode() + b"\0")),
        "an AVI's INFO comment",
        duration_s=2.0, codec="mpeg4", audio_codec="mp3", frame_rate=24.0,
    ),
    film(
        "keys.mov", "mov", "mov:prompt",
        video_bytes.QUICKTIME + video_bytes.FRAMES + video_bytes.movie(
            video_bytes.film_track(), video_bytes.box(b"udta", video_bytes.keyed_items({"prompt": GRAPH}))),
        "QuickTime metadata keys",
        duration_s=2.0, codec="h264", frame_rate=24.0,
    ),
]  # fmt: skip
