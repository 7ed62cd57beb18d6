"""What the inputs of nodes are called: the names that say what an input carries, whoever wrote the node."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

_LONGEST_NAME = 80
_REMEMBERED = 4096

PICTURES = frozenset(
    {
        "image", "images", "img", "sample", "samples", "samples_to", "samples_from", "latent", "latents",
        "latent_image", "latent_samples", "latent_opt", "optional_latent", "opt_latent", "pixels", "video", "frames",
        "destination", "source", "image_pass", "input_image", "input_latent", "image_opt", "optional_image",
        "opt_image", "upscaled_image", "upscale_image", "stage_c", "image_a", "image_b", "latent_a", "latent_b",
        "original_image", "background", "layer_image", "background_image", "video_latent",
    }
)  # fmt: skip
"""Inputs that carry the picture itself, as pixels or latent."""

_NOT_PICTURES = frozenset(
    {
        "model", "clip", "vae", "positive", "negative", "conditioning", "cond", "control_net", "controlnet", "mask",
        "masks", "seed", "noise_seed", "noise", "sigmas", "sampler", "text", "string", "prompt", "guider",
        "style_model", "start_image", "init_image", "end_image", "audio", "width", "height", "lora_stack", "segs",
        "reference_image", "ref_image", "clip_vision", "clip_vision_output", "script", "metadata", "filename",
        "filename_prefix", "path", "fps", "frame_rate", "audio_vae", "steps", "cfg", "denoise", "pos", "neg",
    }
)  # fmt: skip

_MODELS = frozenset(
    {
        "model", "models", "unet", "transformer", "model_opt", "opt_model", "optional_model", "base_model", "model_a",
        "model_b", "model_low_noise", "model_high_noise", "model_high", "model_low", "diffusion_model", "dit",
        "dual_model", "unet_model", "model_positive", "cond_model",
    }
)  # fmt: skip
_BUNDLE_PARTS = ("ctx", "context", "pipe", "tuple", "bundle")
_BUNDLES = frozenset(
    {
        "guider", "input", "any", "value", "anything", "on_true", "on_false", "true", "false", "", "tt_value",
        "ff_value", "any_input", "data", "if_true", "if_false", "true_value", "false_value", "value_if_true",
        "value_if_false", "settings", "base_sampler", "mask_sampler", "upscaler", "passthrough", "any_a", "any_b",
        "input_a", "input_b", "a", "b",
    }
)  # fmt: skip
_CONDITIONINGS = frozenset({"cond", "conds", "c", "text_embeds", "hyvid_embeds", "prompt_embeds", "embeds", "pos_neg"})
_HELPERS = frozenset(
    {"noise", "sigmas", "sampler", "guider", "settings", "scheduler", "base_sampler", "sampler_advanced", "upscaler",
     "sampler_config", "sampler_settings", "config", "params", "parameters", "sampler_params", "opt_sigmas"}
)  # fmt: skip

_POSITIVE = re.compile(r"positive|(?:^|_)pos(?:_|$)")
_NEGATIVE = re.compile(r"negative|(?:^|_)neg(?:_|$)|^neg(?:cond|prompt)|^uncond|unconditional|^n_prompt")


def _of_name(told: Callable[[str], bool]) -> Callable[[str], bool]:
    """Remembers what was told of short names; graphs use the same few hundred."""
    remembered = lru_cache(_REMEMBERED)(told)
    return lambda name: remembered(name) if len(name) <= _LONGEST_NAME else told(name)


@lru_cache(_REMEMBERED)
def _stem(name: str) -> str:
    return name.casefold().rstrip("0123456789").rstrip("_ -")


def stem(name: str) -> str:
    """The name in small letters without the number behind it: "images_2" as images."""
    return _stem(name) if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME].casefold()


@lru_cache(_REMEMBERED)
def _polarity(name: str) -> str | None:
    folded = name.casefold()
    if _NEGATIVE.search(folded):
        return "negative"
    return "positive" if _POSITIVE.search(folded) else None


def polarity_of(name: str) -> str | None:
    """Which prompt a name speaks of, "positive" or "negative"; None when it names neither."""
    return _polarity(name) if len(name) <= _LONGEST_NAME else None


class Role(NamedTuple):
    """What an input's name says of a prompt: which it is of, and whether it carries encoded texts or many things."""

    polarity: str | None
    is_conditioning: bool
    is_bundle: bool
    is_refiner: bool


@lru_cache(_REMEMBERED)
def _role(name: str) -> Role:
    return Role(_polarity(name), is_conditioning(name), is_bundle(name), "refiner" in name.casefold())


def role_of(name: str) -> Role:
    """What an input's name says of a prompt."""
    if len(name) <= _LONGEST_NAME:
        return _role(name)
    return Role(None, is_conditioning(name), is_bundle(name), "refiner" in name.casefold())


@_of_name
def is_picture(name: str) -> bool:
    """Whether an input carries the picture."""
    return stem(name) in PICTURES


@_of_name
def may_be_picture(name: str) -> bool:
    """Whether nothing in an input's name speaks against its carrying the picture."""
    found = stem(name)
    return found not in _NOT_PICTURES and not found.endswith(("_model", "_vae", "mask")) and polarity_of(name) is None


@_of_name
def is_model(name: str) -> bool:
    """Whether an input carries a diffusion model."""
    return stem(name) in _MODELS


@_of_name
def is_bundle(name: str) -> bool:
    """Whether an input carries many things at once, or anything."""
    found = stem(name)
    return found in _BUNDLES or any(part in found for part in _BUNDLE_PARTS)


def is_conditioning(name: str) -> bool:
    """Whether an input carries encoded texts without saying which."""
    found = stem(name)
    return found in _CONDITIONINGS or "conditioning" in found or found.endswith("text_embeds")


@_of_name
def is_helper(name: str) -> bool:
    """Whether an input carries settings of a sampler."""
    found = stem(name)
    return found in _HELPERS or any(part in found for part in (*_BUNDLE_PARTS, "settings"))
