"""stable-diffusion.cpp."""

from book.drawn import drawn_png
from book.page import Page
from container_bytes import text_chunk

PAGES = [
    Page(
        name="stablediffusioncpp.png",
        about="the sampler and its schedule in one, no whole model but the part that draws",
        data=drawn_png(
            text_chunk(
                "parameters",
                "a heron\nNegative prompt: reeds\nSteps: 20, CFG scale: 1.000000, Guidance: 3.500000, Eta: 0.000000, "
                "Seed: 42, Size: 512x768, Model: , RNG: cuda, Sampler: euler_a karras, TE: clip_l.safetensors, "
                "Unet: quiet-q8_0.gguf, VAE: clear.safetensors, Version: stable-diffusion.cpp",
            )
        ),
        expected={
            "format": "png",
            "width": 64,
            "height": 48,
            "generator": "stable-diffusion-cpp",
            "generator_version": "stable-diffusion.cpp",
            "source": "png:parameters",
            "prompt": "a heron",
            "negative_prompt": "reeds",
            "steps": 20,
            "sampler": "euler_a karras",
            "scheduler": "Karras",
            "cfg_scale": 1.0,
            "seed": 42,
            "model": "quiet-q8_0.gguf",
            "vae": "clear.safetensors",
            "size": [512, 768],
            "extra": {
                "Guidance": "3.500000",
                "Eta": "0.000000",
                "Model": "",
                "RNG": "cuda",
                "TE": "clip_l.safetensors",
            },
            "workflow": False,
            "problems": [],
        },
    ),
]
