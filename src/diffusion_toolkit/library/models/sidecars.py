"""Files beside a model that speak of it: `.civitai.info`, `.metadata.json`, `.json` and its preview picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import orjson

LARGEST_SIDECAR: Final = 4 * 2**20
INFO_ENDINGS: Final = (".civitai.info", ".metadata.json", ".cm-info.json", ".json", ".swarm.json")
"""In the order in which they are believed."""

_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")
PREVIEW_ENDINGS: Final = (*(f".preview{ending}" for ending in _PICTURES), *_PICTURES)
MOST_WORDS: Final = 50
LONGEST_WORD: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a file says of a model: title, family, words that call it, hashes. None and empty: not said."""

    title: str | None = None
    base_model: str | None = None
    trigger_words: tuple[str, ...] = ()
    sha256: str | None = None
    civitai_type: str | None = None

    def over(self, other: "Said") -> "Said":
        """This, and where it is silent the other."""
        return Said(
            title=self.title or other.title,
            base_model=self.base_model or other.base_model,
            trigger_words=self.trigger_words or other.trigger_words,
            sha256=self.sha256 or other.sha256,
            civitai_type=self.civitai_type or other.civitai_type,
        )


def read_info(data: bytes) -> Said:
    """What a sidecar says, in the forms of Civitai Helper, LoRA Manager, Stability Matrix, AUTOMATIC1111 and SwarmUI.

    Damaged ones say nothing.
    """
    try:
        loaded: object = orjson.loads(data)
    except orjson.JSONDecodeError:
        return Said()
    if not isinstance(loaded, dict):
        return Said()
    top = cast("dict[str, object]", loaded)
    inner = _object(top, "civitai")
    model = _object(top, "model") or _object(inner, "model")
    version = _text(inner, "name") or (_text(top, "name") if model else None) or _text(top, "VersionName")
    name = _text(model, "name") or _text(top, "model_name", "ModelName", "modelName", "title", "modelspec.title")
    return Said(
        title=" – ".join(dict.fromkeys(part for part in (name, version) if part)) or _text(top, "name"),
        base_model=_text(top, "baseModel", "base_model", "BaseModel", "sd version") or _text(inner, "baseModel"),
        trigger_words=_words(top) or _words(inner),
        sha256=sha256_text(_text(top, "sha256", "SHA256") or _text(_object(top, "Hashes"), "SHA256") or ""),
        civitai_type=_text(model, "type") or _text(top, "ModelType"),
    )


def sha256_text(text: str) -> str | None:
    """A SHA-256 as 64 small hexadecimal digits, None for anything else."""
    plain = text.strip().lower()
    return plain if len(plain) == 64 and all(digit in "0123456789abcdef" for digit in plain) else None


def split_words(text: str) -> tuple[str, ...]:
    """The words of a list with commas."""
    pieces = (piece.strip()[:LONGEST_WORD] for piece in text[: MOST_WORDS * LONGEST_WORD].split(","))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))[:MOST_WORDS]


def civitai_words(value: object) -> tuple[str, ...]:
    """The `trainedWords` of Civitai: a list of texts, each of which may be a list with commas itself."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return split_words(value) if isinstance(value, str) else ()
    texts = [text for text in cast("Sequence[object]", value)[:MOST_WORDS] if isinstance(text, str)]
    return split_words(", ".join(texts))


def _words(found: Mapping[str, object]) -> tuple[str, ...]:
    keys = ("trainedWords", "TrainedWords", "activation text", "trigger_words", "modelspec.trigger_phrase")
    return next((words for key in keys if (words := civitai_words(found.get(key)))), ())


def _object(found: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = found.get(key)
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _text(found: Mapping[str, object], *keys: str) -> str | None:
    for key in keys:
        value = found.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()[:LONGEST_WORD]
    return None
