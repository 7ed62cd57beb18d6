"""What is known of a model file from its first bytes and from the files beside it."""

import hashlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

import orjson

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.library.models.base_models import base_model_of, guessed_base_model, guessed_kind
from diffusion_toolkit.library.models.headers import Header, gguf_header, safetensors_header
from diffusion_toolkit.library.models.kinds import SAFETENSORS, kind_of_civitai
from diffusion_toolkit.library.models.sidecars import LARGEST_SIDECAR, Said, read_info, split_words

SHORT_HASH_AT: Final = 0x100000
SHORT_HASH_BYTES: Final = 0x10000
MOST_TAGS: Final = 10
COMMON_TAG: Final = 0.6
"""A training tag calls the model when it stands under so large a share as the commonest one."""

KEPT_KEYS: Final = (
    *("modelspec.title", "modelspec.architecture", "modelspec.author", "modelspec.description", "modelspec.date"),
    *("modelspec.resolution", "modelspec.license", "modelspec.trigger_phrase", "modelspec.usage_hint"),
    *("ss_output_name", "ss_base_model_version", "ss_sd_model_name", "ss_network_dim", "ss_network_alpha"),
    *("ss_network_module", "ss_resolution", "ss_num_train_images", "ss_epoch", "ss_training_comment"),
    *("sshs_model_hash", "sshs_legacy_hash", "ss_new_sd_model_hash", "general.name", "general.architecture"),
    *("general.author", "general.license", "general.quantization_version", "general.file_type"),
)
LONGEST_KEPT: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """kind: None where the content does not tell; short_hash: AUTOMATIC1111's old one, 8 digits; weights_hash: SHA-256
    of the weights as the header states it, sha256: of the file as a sidecar states it; header: what is worth showing;
    problem: why the header says nothing.
    """

    kind: str | None = None
    title: str | None = None
    base_model: str | None = None
    trigger_words: tuple[str, ...] = ()
    short_hash: str | None = None
    weights_hash: str | None = None
    sha256: str | None = None
    header: Mapping[str, str]
    problem: str | None = None


def read_facts(path: Path, infos: list[Path]) -> ModelFacts:
    """Read a model's header and its sidecars (the most trusted first). Raises OSError when the file cannot be read."""
    with path.open("rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
        header, problem = _header(path.suffix.lower(), file, size_bytes)
        short = short_hash(file, size_bytes)
    beside = Said()
    for info in infos:
        beside = beside.over(_info(info))
    inside = _said(header)
    said = beside.over(inside)
    return ModelFacts(
        kind=(kind_of_civitai(beside.civitai_type) if beside.civitai_type else None) or guessed_kind(header.shapes),
        title=said.title,
        base_model=base_model_of(said.base_model) if said.base_model else guessed_base_model(header.shapes),
        trigger_words=said.trigger_words,
        short_hash=short,
        weights_hash=_stated_hash(header.metadata),
        sha256=beside.sha256,
        header={key: header.metadata[key][:LONGEST_KEPT] for key in KEPT_KEYS if key in header.metadata},
        problem=problem,
    )


def short_hash(file: BinaryIO, size_bytes: int) -> str | None:
    """AUTOMATIC1111's first hash: of 64 KiB from the second MiB on; None when the file is not as long."""
    if size_bytes <= SHORT_HASH_AT:
        return None
    file.seek(SHORT_HASH_AT)
    return hashlib.sha256(file.read(SHORT_HASH_BYTES)).hexdigest()[:8]


def _header(extension: str, file: BinaryIO, size_bytes: int) -> tuple[Header, str | None]:
    try:
        if extension in SAFETENSORS:
            return safetensors_header(file, size_bytes), None
        if extension == ".gguf":
            return gguf_header(file, size_bytes), None
    except UnreadableFile as error:
        return Header(), str(error)
    return Header(), None


def _info(path: Path) -> Said:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_SIDECAR + 1)
    except OSError:
        return Said()
    return read_info(data) if len(data) <= LARGEST_SIDECAR else Said()


def _said(header: Header) -> Said:
    found = header.metadata

    def first(*keys: str) -> str | None:
        return next((text for key in keys if (text := found.get(key, "").strip()) and text != "None"), None)

    phrase = first("modelspec.trigger_phrase", "ss_trigger_words", "trigger_phrase", "trigger_words")
    base = first("ss_base_model_version", "modelspec.architecture", "sd_version", "general.architecture")
    title = first("modelspec.title", "ss_output_name", "general.name")
    return Said(
        title=title[:300] if title else None,
        base_model=base,
        trigger_words=split_words(phrase) if phrase else _common_tags(found.get("ss_tag_frequency", "")),
    )


def _common_tags(text: str) -> tuple[str, ...]:
    """The tags that most of the training pictures had: `{"10_fox": {"fox": 40, "forest": 12}}`."""
    try:
        loaded: object = orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return ()
    counted: Counter[str] = Counter()
    folders = cast("dict[str, object]", loaded).values() if isinstance(loaded, dict) else ()
    for folder in folders:
        if isinstance(folder, dict):
            for tag, count in cast("dict[str, object]", folder).items():
                if isinstance(count, int) and 0 < count < 2**40:
                    counted[" ".join(tag.split())[:300]] += count
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_TAGS]
    return tuple(tag for tag, count in ranked if tag and count >= COMMON_TAG * ranked[0][1])


def _stated_hash(metadata: Mapping[str, str]) -> str | None:
    stated = metadata.get("sshs_model_hash", "").removeprefix("0x").strip().lower()
    return stated if 12 <= len(stated) <= 64 and all(digit in "0123456789abcdef" for digit in stated) else None
