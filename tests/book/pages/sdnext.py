"""SD.Next: the same text in its own order, often without a sampler."""

from book.drawn import drawn_png, with_exif
from book.page import Page
from container_bytes import USER_COMMENT, exif, text_chunk

MARKED = (
    "a foggy harbour\nNegative prompt: \nSteps: 25, Size: 1024x768, Seed: 314159, CFG scale: 6, App: SD.Next, "
    "Version: f324b7c, Parser: a1111, Pipeline: StableDiffusionXLPipeline, Operations: txt2img; hires, "
    "Model: harbour_xl, Model hash: 338b85bc4f, HiRes mode: 1, Hires upscaler: Latent, Hires scale: 2, "
    'LoRA networks: "foam, rust", Embeddings: calm_sky'
)
UNMARKED = "a foggy harbour\nSteps: 50, Seed: 2026, CFG scale: 4, Model hash: D7DB018506, Model: D7DB018506"

PAGES = [
    Page(
        name="hires.jpg",
        about="a version that looks like Forge's and is a commit; LoRAs and embeddings by name",
        data=with_exif(exif({}, sub={USER_COMMENT: b"UNICODE\0" + MARKED.encode("utf-16-be")}, order=">")),
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "sdnext",
            "generator_version": "f324b7c",
            "source": "exif:UserComment",
            "prompt": "a foggy harbour",
            "steps": 25,
            "cfg_scale": 6.0,
            "seed": 314159,
            "model": "harbour_xl",
            "model_hash": "338b85bc4f",
            "size": [1024, 768],
            "loras": [{"name": "foam"}, {"name": "rust"}],
            "embeddings": ["calm_sky"],
            "hires": {"mode": 1, "upscaler": "Latent", "scale": 2},
            "extra": {
                "App": "SD.Next",
                "Parser": "a1111",
                "Pipeline": "StableDiffusionXLPipeline",
                "Operations": "txt2img; hires",
                "LoRA networks": "foam, rust",
                "Embeddings": "calm_sky",
            },
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="unmarked.png",
        about="no program named and no sampler: known by the seed before the CFG scale",
        data=drawn_png(text_chunk("parameters", UNMARKED)),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "sdnext",
            "source": "png:parameters",
            "prompt": "a foggy harbour",
            "steps": 50,
            "cfg_scale": 4.0,
            "seed": 2026,
            "model": "D7DB018506",
            "model_hash": "D7DB018506",
            "workflow": False,
            "problems": [],
        },
    ),
]
