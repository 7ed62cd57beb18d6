"""The names of widgets, which the page's graph leaves out: it stores values by position.

Graphs of newer pages name every widget among the inputs, so this table serves older ones; it holds
the core nodes that decide a recipe. The hidden `control_after_generate` behind a seed is not listed: it is
known by its value.
"""

import re
from collections.abc import Sequence

from diffusion_toolkit.record import JsonValue

CONTROL_VALUES = frozenset({"fixed", "increment", "decrement", "randomize", "increment-wrap"})
"""What `control_after_generate` can be; it follows a seed and is no input of the node."""

_SIZE = ("width", "height", "batch_size")
_SAMPLING = ("steps", "cfg", "sampler_name", "scheduler")
_ADVANCED = ("start_at_step", "end_at_step", "return_with_leftover_noise")
_CLIP_TEXT = ("width", "height", "crop_w", "crop_h", "target_width", "target_height", "text_g", "text_l")

WIDGETS: dict[str, tuple[str, ...]] = {
    "CheckpointLoaderSimple": ("ckpt_name",),
    "CheckpointLoader": ("config_name", "ckpt_name"),
    "ImageOnlyCheckpointLoader": ("ckpt_name",),
    "unCLIPCheckpointLoader": ("ckpt_name",),
    "UNETLoader": ("unet_name", "weight_dtype"),
    "UnetLoaderGGUF": ("unet_name",),
    "VAELoader": ("vae_name",),
    "CLIPLoader": ("clip_name", "type", "device"),
    "DualCLIPLoader": ("clip_name1", "clip_name2", "type", "device"),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "ControlNetLoader": ("control_net_name",),
    "ControlNetApply": ("strength",),
    "ControlNetApplyAdvanced": ("strength", "start_percent", "end_percent"),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeSDXL": _CLIP_TEXT,
    "CLIPTextEncodeSDXLRefiner": ("ascore", "width", "height", "text"),
    "CLIPTextEncodeFlux": ("clip_l", "t5xxl", "guidance"),
    "CLIPTextEncodeSD3": ("clip_l", "clip_g", "t5xxl", "empty_padding"),
    "CLIPSetLastLayer": ("stop_at_clip_layer",),
    "FluxGuidance": ("guidance",),
    "KSampler": ("seed", *_SAMPLING, "denoise"),
    "KSamplerAdvanced": ("add_noise", "noise_seed", *_SAMPLING, *_ADVANCED),
    "KSampler (Efficient)": ("seed", *_SAMPLING, "denoise", "preview_method", "vae_decode"),
    "SamplerCustom": ("add_noise", "noise_seed", "cfg"),
    "RandomNoise": ("noise_seed",),
    "KSamplerSelect": ("sampler_name",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "SDTurboScheduler": ("steps", "denoise"),
    "KarrasScheduler": ("steps", "sigma_max", "sigma_min", "rho"),
    "CFGGuider": ("cfg",),
    "EmptyLatentImage": _SIZE,
    "EmptySD3LatentImage": _SIZE,
    "EmptyHunyuanLatentVideo": ("width", "height", "length", "batch_size"),
    "EmptyMochiLatentVideo": ("width", "height", "length", "batch_size"),
    "EmptyLTXVLatentVideo": ("width", "height", "length", "batch_size"),
    "WanImageToVideo": ("width", "height", "length", "batch_size"),
    "StableZero123_Conditioning": ("width", "height", "batch_size", "elevation", "azimuth"),
    "LatentUpscale": ("upscale_method", "width", "height", "crop"),
    "LatentUpscaleBy": ("upscale_method", "scale_by"),
    "ImageScale": ("upscale_method", "width", "height", "crop"),
    "ImageScaleBy": ("upscale_method", "scale_by"),
    "UpscaleModelLoader": ("model_name",),
    "LoadImage": ("image", "upload"),
    "SaveImage": ("filename_prefix",),
    "PrimitiveNode": ("value",),
    "StringConstant": ("string",),
    "StringConstantMultiline": ("string", "strip_newlines"),
    "Seed (rgthree)": ("seed",),
    "ShowText|pysssss": ("text_0",),
    "ADE_PromptSchedulingLatents": ("text", "prepend_text", "append_text", "print_schedule", "interpolation"),
    "ADE_PromptScheduling": ("text", "prepend_text", "append_text", "print_schedule", "interpolation"),
    "ADE_TimestepConditioning": ("start_percent", "end_percent"),
}


_MODEL_FILE = re.compile(r"\.(?:safetensors|sft|ckpt|pth?|bin|gguf|onnx)$", re.IGNORECASE)
_FILE_WIDGETS = (
    ("lora", "lora_name"),
    ("controlnet", "control_net_name"),
    ("vae", "vae_name"),
    ("checkpoint", "ckpt_name"),
    ("ckpt", "ckpt_name"),
    ("unet", "unet_name"),
    ("diffusion", "unet_name"),
)
"""What a model file is, by a word in the class of the node that names it."""


def named_values(kind: str, names: Sequence[str], values: Sequence[JsonValue]) -> dict[str, JsonValue]:
    """The values of a node's widgets by name.

    names: those the graph itself gives, in their order; used where they account for every value, else the table.
    What neither knows is named by what it is: a seed by the control behind it, a model by its file ending,
    the one text of a text node; the rest is `widget_0`, `widget_1` …
    """
    known = WIDGETS.get(kind)
    kept = _without_control(values, known or ())
    if known is None:
        known = tuple(names) if len(names) == len(kept) else ()
    is_only_text = sum(isinstance(value, str) for value, _ in kept) == 1
    return {
        known[position]
        if position < len(known)
        else _guessed(kind, value, is_seed, is_only_text) or f"widget_{position}": value
        for position, (value, is_seed) in enumerate(kept)
    }


def _guessed(kind: str, value: JsonValue, is_seed: bool, is_only_text: bool) -> str | None:
    folded = kind.casefold()
    if is_seed:
        return "seed"
    if isinstance(value, str) and _MODEL_FILE.search(value):
        return next((name for word, name in _FILE_WIDGETS if word in folded), None)
    if isinstance(value, str) and is_only_text and any(word in folded for word in ("text", "prompt", "string")):
        return "text"
    return None


def _without_control(values: Sequence[JsonValue], known: Sequence[str]) -> list[tuple[JsonValue, bool]]:
    """The values without the control behind seeds, each with whether it is a seed.

    The first versions of the page had a checkbox there ("Random seed after every gen").
    """
    kept: list[tuple[JsonValue, bool]] = []
    for value in values:
        before = kept[-1][0] if kept else None
        after_seed = 0 < len(kept) <= len(known) and known[len(kept) - 1] in ("seed", "noise_seed")
        is_control = isinstance(value, str) and value in CONTROL_VALUES
        if _is_number(before) and (is_control or (after_seed and isinstance(value, bool))):
            kept[-1] = (before, True)
        else:
            kept.append((value, False))
    return kept


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
