"""A model whose files are here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from diffusion_toolkit.enrich.models.description import Contract, ModelDescription
from diffusion_toolkit.errors import NotFound

Recognised: TypeAlias = Literal["hash", "shape"]
"""By the SHA-256 of the catalogue; or by what the network takes and gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledModel:
    """A network with all it needs beside it.

    name: what one calls it by: that of the catalogue, and behind a colon the file's, when it is another variant or a
    network that nobody described; description: the model of the catalogue it is, or is a variant of, where known;
    companions: files beside it by role; sha256: of the network.
    """

    name: str
    contract: Contract
    description: ModelDescription | None
    recognised: Recognised
    network: Path
    companions: tuple[tuple[str, Path], ...]
    sha256: str
    size_bytes: int

    @property
    def version(self) -> str:
        """Of network and preprocessing, as stored with results: another version may give other results."""
        return f"{self.sha256[:16]} {self.contract.preprocessing}"

    def companion(self, role: str) -> Path:
        """The file beside it with this role. Raises NotFound."""
        for name, path in self.companions:
            if name == role:
                return path
        raise NotFound(f'The model "{self.name}" has no file for "{role}" beside it.')
