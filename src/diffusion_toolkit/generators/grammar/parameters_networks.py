"""The LoRAs, embeddings and Civitai resources that an AUTOMATIC1111 text names: in tags, hashes and lists."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_text import read_json, read_object
from diffusion_toolkit.generators.grammar.numbers import read_decimal
from diffusion_toolkit.generators.grammar.prompt_tags import embeddings_in, loras_in
from diffusion_toolkit.generators.grammar.settings_line import read_pairs
from diffusion_toolkit.record import JsonValue, Lora

_ADDED_MODEL = re.compile(r"AddNet Model (\d{1,2})$")
_HASH_BEHIND = re.compile(r"(.+)\([0-9a-fA-F]{6,64}\)$")
_LORA_TYPES = frozenset({"lora", "locon", "lycoris", "loha", "dora"})
_NAMING_EMBEDDINGS = frozenset({"TI hashes", "TI", "Embeddings", "Hashes"})
_EMBEDDING_TYPES = frozenset({"embed", "embedding", "textualinversion"})


@dataclass(frozen=True, slots=True)
class Resource:
    """One of the models Civitai lists. kind: "checkpoint", "lora", "embedding" …, in small letters."""

    kind: str
    name: str
    weight: float | None


def take_loras(fields: Fields, prompts: Mapping[str, str | None], resources: tuple[Resource, ...]) -> tuple[Lora, ...]:
    """The LoRAs of the prompts' tags, those only named elsewhere, and Civitai's when there are no others.

    `Hashes` beside Civitai's list holds those that Civitai does not know.

    prompts: by the key they stand under.
    """
    found: dict[str, Lora] = {}
    for key, prompt in prompts.items():
        if prompt and "<" in prompt and _added(found, loras_in(prompt)):
            fields.note("loras", key)
    is_named = bool(found)
    for key, named in _named_loras(fields.left):
        if _added(found, named):
            fields.note("loras", key)
            is_named = is_named or key != "Hashes"
    if (
        resources
        and not is_named
        and _added(found, (Lora(name=each.name, weight=each.weight) for each in resources if is_lora(each)))
    ):
        fields.note("loras", "Civitai resources")
    return tuple(found.values())


def take_embeddings(
    fields: Fields, prompts: Mapping[str, str | None], resources: tuple[Resource, ...]
) -> tuple[str, ...]:
    """The embeddings of `TI hashes`, `Hashes` and SD.Next's `Embeddings`, and of `embedding:NAME` in the prompts."""
    left = fields.left
    if not resources and _NAMING_EMBEDDINGS.isdisjoint(left) and "mbedding:" not in "".join(map(str, prompts.values())):
        return ()  # nearly always
    found: dict[str, None] = {}
    for key in ("TI hashes", "TI", "Embeddings"):
        if key in left:
            text = str(left[key])
            names = text.split(",") if key == "Embeddings" else read_pairs(text)
            _note_new(fields, key, found, (name.strip() for name in names))
    if "Hashes" in left:
        _note_new(fields, "Hashes", found, _hashed(left["Hashes"], "embed:"))
    for key, prompt in prompts.items():
        if prompt and "mbedding:" in prompt:
            _note_new(fields, key, found, embeddings_in(prompt))
    if resources and not found:
        _note_new(fields, "Civitai resources", found, (each.name for each in resources if is_embedding(each)))
    return tuple(found)


def read_resources(value: JsonValue) -> tuple[Resource, ...]:
    """The resources of Civitai's list; those without a name are left out."""
    if isinstance(value, str):
        try:
            value = read_json(value)
        except ValueError:
            return ()
    found = (_resource(item) for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
    return tuple(each for each in found if each is not None)


def is_lora(resource: Resource) -> bool:
    """Whether this is a LoRA of any kind."""
    return resource.kind in _LORA_TYPES


def is_embedding(resource: Resource) -> bool:
    """Whether this is an embedding (a textual inversion)."""
    return resource.kind in _EMBEDDING_TYPES


def _resource(item: Mapping[str, JsonValue]) -> Resource | None:
    """The kind stands by itself, or in an AIR: `urn:air:sd1:embedding:civitai:4629@5637`."""
    name = item.get("modelName") or item.get("name")
    if not isinstance(name, str) or not name.strip():
        return None
    kind, air = item.get("type"), item.get("air")
    if not isinstance(kind, str):
        kind = air.split(":")[3] if isinstance(air, str) and air.count(":") > 3 else ""
    weight = item.get("weight")
    return Resource(kind.casefold(), name, read_decimal(item.get("strength") if weight is None else weight))


def _named_loras(left: Mapping[str, JsonValue]) -> Iterator[tuple[str, Iterator[Lora]]]:
    """LoRAs that the settings name, by key: with weights first."""
    if "Lora weights" in left:
        weights = read_pairs(str(left["Lora weights"]))
        yield "Lora weights", (Lora(name=name, weight=read_decimal(weight)) for name, weight in weights.items())
    if "AddNet Enabled" in left:
        yield from _additional_networks(left)
    if "Lora hashes" in left:
        yield "Lora hashes", (Lora(name=name) for name in read_pairs(str(left["Lora hashes"])))
    if "Hashes" in left:
        yield "Hashes", (Lora(name=name) for name in _hashed(left["Hashes"], "lora:"))
    if "LoRA networks" in left:
        yield "LoRA networks", (Lora(name=name.strip()) for name in str(left["LoRA networks"]).split(","))


def _additional_networks(left: Mapping[str, JsonValue]) -> Iterator[tuple[str, Iterator[Lora]]]:
    """The extension that brought LoRAs before the program knew them: `AddNet Model 1: name(hash)`."""
    for key, value in left.items():
        match = _ADDED_MODEL.match(key)
        number = match[1] if match else ""
        if number and isinstance(value, str) and str(left.get(f"AddNet Module {number}", "LoRA")).casefold() == "lora":
            name = _HASH_BEHIND.match(value)
            weight = left.get(f"AddNet Weight A {number}", left.get(f"AddNet Weight {number}"))
            yield key, iter([Lora(name=name[1] if name else value, weight=read_decimal(weight))])


def _hashed(value: JsonValue, prefix: str) -> Iterator[str]:
    """The names behind this prefix in `Hashes: {"lora:NAME": "…"}`."""
    table = read_object(value) if isinstance(value, str) else None
    return (key[len(prefix) :] for key in table or () if key[: len(prefix)].casefold() == prefix)


def _added(found: dict[str, Lora], loras: "Iterator[Lora] | tuple[Lora, ...]") -> bool:
    """Add those not known yet, and say whether any was; lists of hashes write names without commas and colons."""
    before = len(found)
    for lora in loras:
        name = lora.name.replace(":", "").replace(",", "").casefold()
        if name:
            found.setdefault(name, lora)
    return len(found) > before


def _note_new(fields: Fields, key: str, found: dict[str, None], names: Iterator[str] | tuple[str, ...]) -> None:
    before = len(found)
    found.update((name, None) for name in names if name)
    if len(found) > before:
        fields.note("embeddings", key)
