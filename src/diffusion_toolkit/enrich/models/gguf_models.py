"""Models in GGUF form that read pictures: a model of language, and beside it a projector that fits."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from diffusion_toolkit.enrich.models.description import Contract
from diffusion_toolkit.enrich.models.gguf_header import PROJECTOR, GgufHeader, read_gguf
from diffusion_toolkit.errors import UnreadableFile

ENDING: Final = ".gguf"
MOST_NEIGHBOURS: Final = 100


def is_gguf(path: Path) -> bool:
    """Whether a file claims to be in this form."""
    return path.suffix.casefold() == ENDING


def is_projector(path: Path) -> bool:
    """Whether a file is a projector, which is no model by itself; False for what cannot be read."""
    try:
        return read_gguf(path).architecture == PROJECTOR
    except UnreadableFile:
        return False


def pair_of(weights: Path, contracts: Sequence[Contract]) -> tuple[Contract, Path]:
    """The family a model of language is of, and its projector. Raises UnreadableFile with the reason for none."""
    header = read_gguf(weights)
    if not header.architecture or not header.width:
        raise UnreadableFile("It is no model of language.")
    found = _projectors(weights, header)
    if not found:
        raise UnreadableFile("Beside it is no projector (mmproj) that fits: it reads no pictures without one.")
    for contract in contracts:
        for path, projector in found:
            if contract.gguf and contract.gguf(header, projector):
                return contract, path
    raise UnreadableFile("No model of ours is built like this one and its projector.")


def fits(weights: Path, projector: Path, contract: Contract) -> bool:
    """Whether two files are still what the contract says. Raises UnreadableFile."""
    return contract.gguf is not None and contract.gguf(read_gguf(weights), read_gguf(projector))


def _projectors(weights: Path, header: GgufHeader) -> list[tuple[Path, GgufHeader]]:
    """The projectors beside it whose tokens are as wide as its own; the one named most like it first."""
    with os.scandir(weights.parent) as entries:
        names = sorted(entry.path for entry in entries if entry.is_file() and is_gguf(Path(entry.path)))
    found: list[tuple[Path, GgufHeader]] = []
    for path in map(Path, names[:MOST_NEIGHBOURS]):
        if path == weights or not is_projector(path):
            continue
        projector = read_gguf(path)
        if projector.width in (0, header.width):
            found.append((path, projector))
    wanted = weights.stem.casefold()
    return sorted(found, key=lambda pair: -len(os.path.commonprefix([wanted, pair[0].stem.casefold()])))  # noqa: RUF071  names
