"""What kind of model a file is: by the folder it lies in, as ComfyUI, AUTOMATIC1111, Forge and others name them."""

from collections.abc import Mapping
from typing import Final

EXTENSIONS: Final = (".safetensors", ".sft", ".gguf", ".ckpt", ".pt", ".pth", ".bin")
SAFETENSORS: Final = (".safetensors", ".sft")
ANYWHERE: Final = (*SAFETENSORS, ".gguf", ".ckpt")
"""Files of these endings are models wherever they lie; others only in a folder whose name says so."""

NAMELESS: Final = frozenset(
    ("diffusion_pytorch_model", "model", "pytorch_model", "pytorch_lora_weights", "adapter_model")
)
"""What diffusers calls its files: the folder has the name."""

PASSED_OVER: Final = frozenset(
    (
        "__pycache__",
        "node_modules",
        "site-packages",
        "dist-packages",
        "venv",
        "env",
        "python_embeded",
        "python_embedded",
    )
)

KINDS: Final = (
    *("checkpoint", "lora", "vae", "embedding", "controlnet", "upscaler", "unet", "text_encoder"),
    *("clip_vision", "hypernetwork", "adapter", "detector", "other"),
)

_FOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "checkpoint": ("checkpoints", "checkpoint", "stable-diffusion", "stablediffusion", "ckpt", "ckpts"),
    "lora": ("loras", "lora", "lycoris", "locon", "loha"),
    "vae": ("vae", "vaes", "vae_approx", "vae-approx"),
    "embedding": ("embeddings", "embedding", "textual_inversion", "textualinversion"),
    "controlnet": ("controlnet", "controlnets", "t2i_adapter", "t2i-adapter", "t2iadapter"),
    "upscaler": ("upscale_models", "upscalers", "esrgan", "realesrgan", "swinir", "bsrgan", "scunet", "ldsr", "dat"),
    "unet": ("diffusion_models", "diffusion_model", "unet", "unets"),
    "text_encoder": ("text_encoders", "text_encoder", "clip", "textencoders"),
    "clip_vision": ("clip_vision", "clipvision"),
    "hypernetwork": ("hypernetworks", "hypernetwork"),
    "adapter": ("ipadapter", "ip_adapter", "ip-adapter", "photomaker", "style_models", "gligen"),
    "detector": ("adetailer", "ultralytics", "sams", "facedetection", "insightface"),
}
_BY_FOLDER: Final = {folder: kind for kind, folders in _FOLDERS.items() for folder in folders}

_CIVITAI_TYPES: Final[Mapping[str, str]] = {
    "checkpoint": "checkpoint",
    "lora": "lora",
    "locon": "lora",
    "dora": "lora",
    "textualinversion": "embedding",
    "vae": "vae",
    "controlnet": "controlnet",
    "upscaler": "upscaler",
    "hypernetwork": "hypernetwork",
}


def kind_of_folders(folders: list[str]) -> str | None:
    """The kind that the innermost known folder stands for; None when none is known."""
    return next((_BY_FOLDER[name] for name in map(str.lower, reversed(folders)) if name in _BY_FOLDER), None)


def kind_of_civitai(name: str) -> str | None:
    """The kind of a type of Civitai's: `LORA`, `TextualInversion` …"""
    return _CIVITAI_TYPES.get(name.lower())
