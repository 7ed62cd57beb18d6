"""What the inputs of nodes are called: the names that say what an input carries, whoever wrote the node."""

import re
from dataclasses import dataclass
from functools import lru_cache

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
        "length", "batch_size", "num_frames", "frames_number", "frame_count",
    }
)  # fmt: skip

_MODELS = frozenset(
    {
        "model", "models", "unet", "transformer", "model_opt", "opt_model", "optional_model", "base_model", "model_a",
        "model_b", "model_low_noise", "model_high_noise", "model_high", "model_low", "diffusion_model", "dit",
        "dual_model", "unet_model", "model_positive", "cond_model", "supir_model", "kolors_model",
    }
)  # fmt: skip
_BUNDLE_PARTS = ("ctx", "context", "pipe", "tuple", "bundle")
_BUNDLES = frozenset(
    {
        "guider", "input", "any", "value", "anything", "on_true", "on_false", "true", "false", "", "tt_value",
        "ff_value", "any_input", "data", "if_true", "if_false", "true_value", "false_value", "value_if_true",
        "value_if_false", "settings", "base_sampler", "mask_sampler", "upscaler", "passthrough", "any_a", "any_b",
        "input_a", "input_b", "a", "b", "hyvid_cfg",
    }
)  # fmt: skip
_CONDITIONINGS = frozenset(
    {"cond", "conds", "c", "text_embeds", "hyvid_embeds", "kolors_embeds", "prompt_embeds", "embeds", "pos_neg"}
)
_HELPERS = frozenset(
    {"noise", "sigmas", "sampler", "guider", "settings", "scheduler", "base_sampler", "sampler_advanced", "upscaler",
     "sampler_config", "sampler_settings", "config", "params", "parameters", "sampler_params", "opt_sigmas"}
)  # fmt: skip

_POSITIVE = re.compile(r"positive|(?:^|_)pos(?:_|$)")
_NEGATIVE = re.compile(r"negative|(?:^|_)neg(?:_|$)|^neg(?:cond|prompt)|^uncond|unconditional|^n_prompt")


@dataclass(frozen=True, slots=True)
class Role:
    """What an input's name says of what it carries: of which prompt it is, "positive" or "negative", if of one;
    encoded texts; many things at once, or anything; the picture, or nothing that speaks against it; a diffusion model;
    settings of a sampler; something of a refiner.
    """

    polarity: str | None
    is_conditioning: bool
    is_bundle: bool
    is_picture: bool
    may_be_picture: bool
    is_model: bool
    is_helper: bool
    is_refiner: bool


_roles: dict[str, Role] = {}
"""What was told of short names; graphs use the same few hundred."""


def role_of(name: str) -> Role:
    """What an input's name says."""
    known = _roles.get(name)
    if known is None:
        known = _role(name)
        if len(name) <= _LONGEST_NAME:
            if len(_roles) >= _REMEMBERED:
                _roles.clear()
            _roles[name] = known
    return known


def _role(name: str) -> Role:
    found, polarity = stem(name), _polarity(name)
    is_bundle = found in _BUNDLES or _holds(found, _BUNDLE_PARTS)
    is_strange = found in _NOT_PICTURES or found.endswith(("_model", "_vae", "mask")) or polarity is not None
    return Role(
        polarity=polarity,
        is_conditioning=found in _CONDITIONINGS or "conditioning" in found or found.endswith("text_embeds"),
        is_bundle=is_bundle,
        is_picture=found in PICTURES,
        may_be_picture=not is_strange,
        is_model=found in _MODELS,
        is_helper=found in _HELPERS or _holds(found, (*_BUNDLE_PARTS, "settings")) or found.startswith("sigmas"),
        is_refiner="refiner" in name.casefold(),
    )


def _holds(name: str, parts: tuple[str, ...]) -> bool:
    return any(part in name for part in parts)


def _polarity(name: str) -> str | None:
    if len(name) > _LONGEST_NAME:
        return None
    folded = name.casefold()
    if _NEGATIVE.search(folded):
        return "negative"
    return "positive" if _POSITIVE.search(folded) else None


@lru_cache(_REMEMBERED)
def _stem(name: str) -> str:
    return name.casefold().rstrip("0123456789").rstrip("_ -")


def stem(name: str) -> str:
    """The name in small letters without the number behind it: "images_2" as images."""
    return _stem(name) if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME].casefold()


def polarity_of(name: str) -> str | None:
    """Which prompt a name speaks of, "positive" or "negative"; None when it names neither."""
    return role_of(name).polarity


def is_picture(name: str) -> bool:
    """Whether an input carries the picture."""
    return role_of(name).is_picture


def may_be_picture(name: str) -> bool:
    """Whether nothing in an input's name speaks against its carrying the picture."""
    return role_of(name).may_be_picture


def is_model(name: str) -> bool:
    """Whether an input carries a diffusion model."""
    return role_of(name).is_model


def is_bundle(name: str) -> bool:
    """Whether an input carries many things at once, or anything."""
    return role_of(name).is_bundle


def is_helper(name: str) -> bool:
    """Whether an input carries settings of a sampler."""
    return role_of(name).is_helper
