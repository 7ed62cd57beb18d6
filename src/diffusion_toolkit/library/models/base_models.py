"""Which family a model belongs to: by what its header says, else by the names and shapes of its weights."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

Shapes: TypeAlias = Mapping[str, Sequence[int]]
"""Names of weights and their shapes."""

_NAMED: Final = (
    ("Illustrious", r"illustrious|\bilxl\b"),
    ("NoobAI", r"noob ?ai"),
    ("Pony", r"\bpony\b|\bpdxl\b"),
    ("Flux.1 Kontext", r"flux.*kontext"),
    ("Flux.2", r"flux[ ._-]*2"),
    ("Flux.1 S", r"flux.*schnell|flux[ .]*1 s\b"),
    ("Flux.1 D", r"flux[ ._-]*1[ ._-]*d(ev)?\b"),
    ("Flux.1", r"flux"),
    ("SD 3.5", r"(sd|stable diffusion|sai)[ ._v-]*3[ ._-]*5"),
    ("SD 3", r"(sd|stable diffusion|sai)[ ._v-]*3"),
    ("SDXL Turbo", r"sdxl.*turbo"),
    ("SDXL Lightning", r"sdxl.*lightning"),
    ("SDXL 1.0", r"sdxl|sd[ ._-]*xl|stable[ _-]diffusion[ _-]xl"),
    ("SD 2.1", r"(sd|stable diffusion)[ ._v-]*2"),
    ("SD 1.5", r"(sd|stable diffusion)[ ._v-]*1"),
    ("Wan", r"\bwan(video)?\b"),
    ("Hunyuan Video", r"hunyuan[ _-]?video"),
    ("Qwen Image", r"qwen[ _-]?image"),
    ("Chroma", r"\bchroma\b"),
    ("HiDream", r"hidream"),
    ("LTX Video", r"\bltxv?\b"),
    ("Lumina 2", r"lumina"),
    ("PixArt", r"pixart"),
    ("Z-Image", r"z[ _-]?image"),
)
_PATTERNS: Final = tuple((name, re.compile(pattern)) for name, pattern in _NAMED)
_LOOKED_AT: Final = 20_000


def base_model_of(said: str) -> str:
    """One spelling per family; what is not known stays as it was said."""
    plain = re.sub(r"[\s_/-]+", " ", said.casefold())[:200]
    return next((name for name, pattern in _PATTERNS if pattern.search(plain)), said.strip()[:100])


def guessed_base_model(shapes: Shapes) -> str | None:
    """The family whose weights are called so and have these shapes; None when that does not tell."""
    names = list(shapes)[:_LOOKED_AT]

    def some(*texts: str) -> bool:
        return any(text in name for name in names for text in texts)

    if some("joint_blocks"):
        return "SD 3"
    if some("individual_token_refiner"):
        return "Hunyuan Video"
    if some("double_blocks", "single_transformer_blocks"):
        return "Flux.1"
    if some("conditioner.embedders.1", "lora_te2_", "clip_g", "add_embedding.linear"):
        return "SDXL 1.0"
    if some("cond_stage_model.model."):
        return "SD 2.1"
    if some("cond_stage_model.transformer"):
        return "SD 1.5"
    return _by_context_width(shapes, names)


_WIDTHS: Final = {768: "SD 1.5", 1024: "SD 2.1", 2048: "SDXL 1.0"}


def _by_context_width(shapes: Shapes, names: Iterable[str]) -> str | None:
    """Cross attention reads text vectors, whose width tells the family."""
    for name in names:
        shape = shapes[name]
        reads_text = "attn2" in name and ("to_k" in name or "to_v" in name) and len(shape) >= 2
        if reads_text and not name.endswith(("up.weight", "lora_B.weight")) and shape[1] in _WIDTHS:
            return _WIDTHS[shape[1]]
        if name in ("emb_params", "string_to_param.*") and shape and shape[-1] in _WIDTHS:
            return _WIDTHS[shape[-1]]
    return None


def guessed_kind(shapes: Shapes) -> str | None:
    """The kind of model whose weights are called so."""
    names = list(shapes)[:_LOOKED_AT]
    return next((kind for kind, fits in _KINDS if any(fits(name) for name in names)), None)


def _has(*texts: str) -> Callable[[str], bool]:
    return lambda name: any(text in name for text in texts)


_KINDS: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("lora", _has("lora_down", "lora_up", "lora_A", "lora_B", "hada_w1", "lokr_w1", ".lora.")),
    ("controlnet", _has("control_model.", "controlnet_", "zero_convs")),
    ("checkpoint", _has("cond_stage_model.", "conditioner.embedders.", "first_stage_model.")),
    ("unet", _has("diffusion_model.", "double_blocks.", "joint_blocks.", "transformer_blocks.")),
    ("embedding", lambda name: name in ("emb_params", "clip_l", "clip_g", "string_to_param.*")),
    ("text_encoder", _has("text_model.encoder", "SelfAttention.", "model.embed_tokens")),
    ("clip_vision", _has("vision_model.encoder")),
    ("vae", _has("decoder.conv_in", "decoder.up.0", "decoder.up_blocks")),
    ("upscaler", _has("rdb1.", "RDB1.", "conv_first.", "body.0.")),
)
