"""AUTOMATIC1111's web UI: its text in PNG, JPEG, WebP and beside the picture."""

from book.drawn import drawn_png, drawn_webp, with_exif
from book.page import Page
from container_bytes import USER_COMMENT, exif, international_chunk, text_chunk

HIRES = (
    "a lighthouse in a storm, <lora:tall_waves:0.7>\nNegative prompt: blurry, flat light\n"
    "Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 4242424242, Size: 832x1216, "
    "Model hash: 6ce0161689, Model: harbour_v3, VAE hash: 735e4c3a44, VAE: sea.safetensors, "
    "Denoising strength: 0.45, Clip skip: 2, Hires upscale: 1.5, Hires steps: 10, Hires upscaler: R-ESRGAN 4x+, "
    'Hires prompt: "foam, spray", Refiner: harbour_refiner [7440042bbd], Refiner switch at: 0.8, '
    'Lora hashes: "tall_waves: 0011223344", TI hashes: "calm_sky: 5566778899", '
    'ControlNet 0: "Module: canny, Model: edges [d14c016b], Weight: 0.75, Guidance Start: 0, Guidance End: 1", '
    "ADetailer model: face_yolov8n.pt, ADetailer confidence: 0.3, Version: v1.10.1"
)
TEMPLATED = (
    "a red fox\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 18446744073709551615, Size: 512x512, "
    'Model hash: 1a2b3c4d5e, Model: "woods, version: 2"\nTemplate: a {red|grey} fox\nNegative Template: {rain|fog}'
)
BESIDE = "an owl\r\nNegative prompt: day\r\nSteps: 12, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x48\r\n"

PAGES = [
    Page(
        name="hires.png",
        about="hires pass, refiner, ControlNet, LoRA and embedding by hash",
        data=drawn_png(text_chunk("parameters", HIRES)),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "automatic1111",
            "generator_version": "v1.10.1",
            "source": "png:parameters",
            "prompt": "a lighthouse in a storm, <lora:tall_waves:0.7>",
            "negative_prompt": "blurry, flat light",
            "steps": 28,
            "sampler": "DPM++ 2M",
            "scheduler": "Karras",
            "cfg_scale": 6.5,
            "seed": 4242424242,
            "model": "harbour_v3",
            "model_hash": "6ce0161689",
            "vae": "sea.safetensors",
            "clip_skip": 2,
            "denoising_strength": 0.45,
            "size": [832, 1216],
            "loras": [{"name": "tall_waves", "weight": 0.7}],
            "embeddings": ["calm_sky"],
            "hires": {"upscale": 1.5, "steps": 10, "upscaler": "R-ESRGAN 4x+", "prompt": "foam, spray"},
            "refiner": {"model": "harbour_refiner", "model_hash": "7440042bbd", "switch_at": 0.8},
            "controlnets": [
                {
                    "unit": 0,
                    "module": "canny",
                    "model": "edges [d14c016b]",
                    "weight": 0.75,
                    "guidance_start": 0,
                    "guidance_end": 1,
                }
            ],
            "extra": {
                "VAE hash": "735e4c3a44",
                "Lora hashes": "tall_waves: 0011223344",
                "TI hashes": "calm_sky: 5566778899",
                "ADetailer model": "face_yolov8n.pt",
                "ADetailer confidence": "0.3",
            },
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="templates.jpg",
        about="dynamic prompts' templates, a quoted model name, a seed of 64 bits, the schedule behind the sampler",
        data=with_exif(exif({}, sub={USER_COMMENT: b"UNICODE\0" + TEMPLATED.encode("utf-16-be")}, order=">")),
        expected={
            "format": "jpeg",
            "width": 64,
            "height": 48,
            "generator": "automatic1111",
            "source": "exif:UserComment",
            "prompt": "a red fox",
            "steps": 20,
            "sampler": "DPM++ 2M Karras",
            "scheduler": "Karras",
            "cfg_scale": 7.0,
            "seed": 18446744073709551615,
            "model": "woods, version: 2",
            "model_hash": "1a2b3c4d5e",
            "size": [512, 512],
            "extra": {"Template": "a {red|grey} fox", "Negative Template": "{rain|fog}"},
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="no-settings.webp",
        about="only prompts, in EXIF of a WebP",
        data=drawn_webp(
            exif({}, sub={USER_COMMENT: b"UNICODE\0" + "a boat\nNegative prompt: rain".encode("utf-16-be")}, order=">")
        ),
        expected={
            "format": "webp",
            "width": 64,
            "height": 48,
            "generator": "automatic1111",
            "source": "exif:UserComment",
            "prompt": "a boat",
            "negative_prompt": "rain",
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="beside.png",
        about="the text in a .txt beside a picture that has none, with the line ends of Windows",
        data=drawn_png(),
        beside={"beside.txt": BESIDE.encode()},
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "automatic1111",
            "source": "sidecar:txt",
            "prompt": "an owl",
            "negative_prompt": "day",
            "steps": 12,
            "sampler": "Euler a",
            "cfg_scale": 7.0,
            "seed": 5,
            "size": [64, 48],
            "workflow": False,
            "problems": [],
        },
    ),
    Page(
        name="not-latin.png",
        about="an iTXt chunk, as Pillow writes texts that Latin-1 cannot hold",
        data=drawn_png(
            international_chunk("parameters", "灯台, Möwe\nSteps: 9, Sampler: LCM, CFG scale: 1.5, Seed: 0, Size: 8x8")
        ),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "automatic1111",
            "source": "png:parameters",
            "prompt": "灯台, Möwe",
            "steps": 9,
            "sampler": "LCM",
            "cfg_scale": 1.5,
            "seed": 0,
            "size": [8, 8],
            "workflow": False,
            "problems": [],
        },
    ),
]
