"""Looks whether an installed model is whole and works: digests, inputs and outputs, labels, one run."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from diffusion_toolkit.enrich.models import gguf_models
from diffusion_toolkit.enrich.models.description import NETWORK, PROJECTOR
from diffusion_toolkit.enrich.models.digests import sha256_in_parts
from diffusion_toolkit.enrich.models.folder import digest_of, missing_weights
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.enrich.models.onnx_header import read_header
from diffusion_toolkit.errors import ToolkitError
from diffusion_toolkit.progress import Pace, Progress

MIB = 2**20

Trial = Callable[[InstalledModel], str]
"""Runs a model once on a picture made for it; a sentence about how it went. Raises ToolkitError when it fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found. notes: what is right or worth knowing; problems: what is wrong; none = the model works."""

    name: str
    notes: tuple[str, ...]
    problems: tuple[str, ...]


def check(model: InstalledModel, trial: Trial | None = None) -> Generator[Progress, None, Checked]:
    """Read a model's files again and hold them against what is known of them; run it once when a trial is given."""
    notes: list[str] = []
    problems: list[str] = []
    try:
        digests = yield from _digests(model)
        _check_digests(model, digests, notes, problems)
        _check_files(model, notes, problems)
        if trial and not problems:
            notes.append(trial(model))
    except (ToolkitError, OSError) as error:
        problems.append(str(error))
    return Checked(name=model.name, notes=tuple(notes), problems=tuple(problems))


def _digests(model: InstalledModel) -> Generator[Progress, None, dict[Path, str]]:
    """The SHA-256 of all its files, read now."""
    paths = [model.network]
    if not model.contract.gguf:
        paths += [model.network.parent / name for name in read_header(model.network).weights]
    paths += [path for _, path in model.companions]
    found: dict[Path, str] = {}
    pace = Pace()
    total = sum(path.stat().st_size for path in paths)
    before = 0
    for path in paths:
        size = 0
        for size, digits in sha256_in_parts(path):
            if digits:
                found[path] = digits
            yield pace.report("hashes", (before + size) // MIB, total // MIB)
        before += size
    return found


def _check_digests(model: InstalledModel, digests: dict[Path, str], notes: list[str], problems: list[str]) -> None:
    if _digest(model, digests) != model.sha256:
        problems.append("The network has changed since it was last read: it may be damaged.")
    if model.recognised == "shape" or model.description is None:
        notes.append("The network is not in the catalogue: known by what it takes and gives, not by its SHA-256.")
        return
    described = {file.role: file.sha256 for file in model.description.files if file.role != NETWORK}
    notes.append("The SHA-256 of the network is that of the catalogue.")
    for role, path in model.companions:
        wanted = described.get(role)
        if wanted and digests[path] != wanted:
            notes.append(f'The file for "{role}" ({path.name}) is not that of the catalogue.')


def _digest(model: InstalledModel, digests: dict[Path, str]) -> str:
    if model.contract.gguf:
        return digests[model.network]
    return digest_of(model.network, read_header(model.network), digests)


def _check_files(model: InstalledModel, notes: list[str], problems: list[str]) -> None:
    if model.contract.gguf:
        if gguf_models.fits(model.network, model.companion(PROJECTOR), model.contract):
            notes.append(f"It and its projector are built as {model.contract.name} is.")
        else:
            problems.append(f"It and its projector are not built as {model.contract.name} is.")
        return
    header = read_header(model.network)
    if missing := missing_weights(model.network, header):
        problems.append(f'The file with its weights is not beside it: "{missing}".')
    if model.contract.fits(header.inputs, header.outputs):
        notes.append(f"It takes and gives what {model.contract.name} does.")
    else:
        problems.append(f"It does not take or give what {model.contract.name} does.")
    for companion in model.contract.companions:
        path = model.companion(companion.role)
        if not companion.fits(path.read_bytes()):
            problems.append(f'The file for "{companion.role}" ({path.name}) does not fit.')
