"""What a widget's value must be under a name, and what name a value of an unknown node may bear."""

import re
from collections.abc import Collection, Sequence

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.vocabulary import SAMPLERS, SCHEDULERS

_NUMBERS = (
    "seed", "noise_seed", "steps", "width", "height", "batch_size", "length", "start_at_step", "end_at_step",
    "stop_at_clip_layer", "cfg", "denoise", "guidance", "strength", "strength_model", "strength_clip",
    "lora_model_strength", "lora_clip_strength", "shift",
)  # fmt: skip
_TEXTS = (
    "sampler_name", "scheduler", "ckpt_name", "unet_name", "vae_name", "clip_name", "clip_name1", "clip_name2",
    "upscale_method", "positive", "negative", "text", "prompt", "text_g", "text_l", "clip_l", "t5xxl",
    "weight_dtype", "control_net_name", "model_name",
)  # fmt: skip
_IS_TEXT = {**dict.fromkeys(_NUMBERS, False), **dict.fromkeys(_TEXTS, True)}

_CONTROL = ("fixed", "increment", "decrement", "randomize", "increment-wrap")
_MODEL_FILE = re.compile(r"\.(?:safetensors|sft|ckpt|pth?|bin|gguf|onnx)$", re.IGNORECASE)
_FILE_WIDGETS = (
    ("lora", "lora_name"),
    ("controlnet", "control_net_name"),
    ("upscale", "model_name"),
    ("dualclip", None),
    ("clip", "clip_name"),
    ("vae", "vae_name"),
    ("checkpoint", "ckpt_name"),
    ("ckpt", "ckpt_name"),
    ("unet", "unet_name"),
    ("diffusion", "unet_name"),
)
"""What a model file is, by a word in the class of the node that names it."""

_TEXT_NODES = ("text", "prompt", "string", "wildcard", "note")
_SAMPLERS = frozenset({name for names in SAMPLERS.values() for name in names} | {name.casefold() for name in SAMPLERS})
_SCHEDULES = frozenset({name for names in SCHEDULERS.values() for name in names})


def is_plausible(names: Sequence[str], values: Sequence[JsonValue]) -> bool:
    """Whether values can stand under these names. A null says nothing: the page writes it for NaN and holes."""
    for name, value in zip(names, values, strict=False):
        is_text = _IS_TEXT.get(name)
        if is_text is None or value is None:
            continue
        if is_text:
            if not isinstance(value, (str, dict)):
                return False
        elif isinstance(value, (bool, list, dict)) or (isinstance(value, str) and not _is_numeric(value)):
            return False
    return True


def guessed(kind: str, values: Sequence[JsonValue], taken: Collection[str] = ()) -> list[tuple[str | None, JsonValue]]:
    """Values with the names they bear by what they are; the control behind a seed is left out.

    A whole row in a sampler's order (seed, control, steps, cfg, sampler, scheduler, denoise) is known wherever it
    stands; a model by its file ending and the node's class; the one text of a text node.
    """
    names: list[str | None] = [None] * len(values)
    dropped: set[int] = set()
    for position, value in enumerate(values):
        if isinstance(value, str) and value in _CONTROL and position and _is_number(values[position - 1]):
            dropped.add(position)
            names[position - 1] = "seed"
    _name_sampling(names, values, dropped)
    _name_objects(names, values)
    _name_files(kind, names, values)
    _name_text(kind, names, values)
    return [
        (name if name not in taken else None, value)
        for position, (name, value) in enumerate(zip(names, values, strict=True))
        if position not in dropped
    ]


def _name_sampling(names: list[str | None], values: Sequence[JsonValue], dropped: set[int]) -> None:
    """Sampler and schedule side by side, with steps and cfg before and denoise behind them."""
    for position, value in enumerate(values[:-1]):
        if not isinstance(value, str) or value not in _SAMPLERS:
            continue
        behind = values[position + 1]
        if not isinstance(behind, str) or behind not in _SCHEDULES:
            continue
        names[position], names[position + 1] = "sampler_name", "scheduler"
        before = [place for place in range(position) if place not in dropped][-3:]
        if len(before) >= 2 and isinstance(values[before[-2]], int) and _is_number(values[before[-1]]):
            names[before[-2]], names[before[-1]] = "steps", "cfg"
            if len(before) == 3 and isinstance(values[before[0]], int) and _is_number(values[before[0]]):
                names[before[0]] = "seed"
        last = values[position + 2] if position + 2 < len(values) else None
        if _is_number(last) and isinstance(last, (int, float)) and 0 <= last <= 1:
            names[position + 2] = "denoise"
        return


def _name_objects(names: list[str | None], values: Sequence[JsonValue]) -> None:
    """Rows of rgthree's Power Lora Loader and its like: `{"on": true, "lora": …, "strength": 1}`, `{"type": …}`."""
    count = 0
    for position, value in enumerate(values):
        if isinstance(value, dict) and "lora" in value:
            count += 1
            names[position] = f"lora_{count}"
        elif isinstance(value, dict) and isinstance(kind := value.get("type"), str):
            names[position] = kind[:100]


def _name_files(kind: str, names: list[str | None], values: Sequence[JsonValue]) -> None:
    files = [place for place, value in enumerate(values) if isinstance(value, str) and _MODEL_FILE.search(value[-20:])]
    if len(files) == 1 and names[files[0]] is None:
        folded = kind.casefold()
        names[files[0]] = next((name for word, name in _FILE_WIDGETS if word in folded), None)


def _name_text(kind: str, names: list[str | None], values: Sequence[JsonValue]) -> None:
    texts = [place for place, value in enumerate(values) if isinstance(value, str) and place not in _named(names)]
    folded = kind.casefold().replace("context", "").replace("kontext", "")
    if len(texts) == 1 and any(word in folded for word in _TEXT_NODES) and values[texts[0]] not in _CONTROL:
        names[texts[0]] = "text"


def _named(names: list[str | None]) -> set[int]:
    return {place for place, name in enumerate(names) if name is not None}


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_numeric(value: str) -> bool:
    return value.strip().lstrip("+-").replace(".", "", 1).isdigit()
