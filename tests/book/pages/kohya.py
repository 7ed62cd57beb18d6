"""kohya's sd-scripts: one chunk per value."""

from book.drawn import drawn_png
from book.page import Page
from container_bytes import text_chunk

PAGES = [
    Page(
        name="gen-img.png",
        about="gen_img.py with an SDXL model: the sizes it was told are no sizes of the picture",
        data=drawn_png(
            text_chunk("prompt", "a snowy owl <lora:feathers:0.8>"),
            text_chunk("seed", "1234567"),
            text_chunk("sampler", "k_euler_a"),
            text_chunk("steps", "30"),
            text_chunk("scale", "7.5"),
            text_chunk("negative-prompt", "text"),
            text_chunk("original-height", "1024"),
            text_chunk("crop-top", "0"),
        ),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "kohya",
            "source": "png:prompt",
            "prompt": "a snowy owl <lora:feathers:0.8>",
            "negative_prompt": "text",
            "steps": 30,
            "sampler": "k_euler_a",
            "cfg_scale": 7.5,
            "seed": 1234567,
            "loras": [{"name": "feathers", "weight": 0.8}],
            "extra": {"original-height": "1024", "crop-top": "0"},
            "workflow": False,
            "problems": [],
        },
    )
]
