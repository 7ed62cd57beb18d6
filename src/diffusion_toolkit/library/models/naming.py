"""What hashes are called: one model has many hashes and may have many names."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.store.model_files import HashName, ModelFileRow, ScannedModel

SHORTEST: Final = 8
LONGEST: Final = 64
ORDER: Final = ("user", "file", "civitai", "a1111", "civitai-list")
"""Sources of names, the most trusted first."""

AUTOV2: Final = 10
AUTOV3: Final = 12


def plain_hash(text: str) -> str:
    """A hash as it is compared: small digits. Raises UsageError for what is none."""
    plain = text.strip().lower().removeprefix("0x")
    if not SHORTEST <= len(plain) <= LONGEST or not all(digit in "0123456789abcdef" for digit in plain):
        raise UsageError(f"A hash has {SHORTEST} to {LONGEST} hexadecimal digits.")
    return plain


def is_same(left: str, right: str) -> bool:
    """Whether two hashes (at least 8 digits) may be one: the longer begins with the shorter."""
    return left.startswith(right) or right.startswith(left)


def hash_forms(sha256: bytes | None, short_hash: str | None, *weights: str | None) -> tuple[str, ...]:
    """Every form in which programs write the hash of a file. weights: SHA-256 of its weights, or its beginning."""
    forms = [sha256.hex(), sha256.hex()[:AUTOV2]] if sha256 else []
    forms += [short_hash] if short_hash else []
    for weight in weights:
        forms += [weight, weight[:AUTOV3]] if weight else []
    return tuple(dict.fromkeys(forms))


def file_names(model: ScannedModel | ModelFileRow) -> list[HashName]:
    """The rows of `model_name` that a file on disk gives."""
    stated = model.header.get("stated_weights")
    forms = hash_forms(model.sha256, model.short_hash, model.autov3, stated if isinstance(stated, str) else None)
    return [HashName(form, "file", model.name) for form in forms]


class HashNames:
    """Finds the name of a hash in any form."""

    def __init__(self, names: Iterable[HashName]) -> None:
        self._by_start: defaultdict[str, list[HashName]] = defaultdict(list)
        for name in names:
            self._by_start[name.hash[:SHORTEST]].append(name)

    def all_of(self, model_hash: str | None) -> list[HashName]:
        """All names of a hash, the most trusted first; of one source the newest first."""
        plain = _comparable(model_hash)
        known = self._by_start.get(plain[:SHORTEST], []) if plain else []
        newest_first = [name for name in reversed(known) if plain and is_same(name.hash, plain)]
        return sorted(newest_first, key=trust)

    def best(self, model_hash: str | None) -> HashName | None:
        """The name to show for a hash."""
        return next(iter(self.all_of(model_hash)), None)


def trust(name: HashName) -> int:
    """The place of a name's source in `ORDER`."""
    return ORDER.index(name.source) if name.source in ORDER else len(ORDER)


def _comparable(model_hash: str | None) -> str | None:
    plain = (model_hash or "").strip().lower().removeprefix("0x")
    return plain if len(plain) >= SHORTEST else None
