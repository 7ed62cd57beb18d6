"""The folder of models: what lies in it, fetched by us or placed by hand, and what each file is.

A network is known by its SHA-256, or by what it takes and gives; its name and place are only hints. Nothing is run to
find out, and nothing but networks in ONNX and GGUF form is looked at: no pickles, no code.
"""

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final, cast

import orjson

from diffusion_toolkit.enrich.models.description import PROJECTOR, Companion, Contract, ModelDescription
from diffusion_toolkit.enrich.models.digests import sha256_in_parts
from diffusion_toolkit.enrich.models.gguf_models import ENDING, is_gguf, is_projector, pair_of
from diffusion_toolkit.enrich.models.installed import InstalledModel, Recognised
from diffusion_toolkit.enrich.models.onnx_header import OnnxHeader, read_header
from diffusion_toolkit.errors import NotFound, UnreadableFile
from diffusion_toolkit.progress import Pace, Progress

MOST_DEPTH: Final = 4
"""Of folders that are looked through; links are followed."""

MOST_NEIGHBOURS: Final = 100
LARGEST_COMPANION: Final = 16 * 2**20
KNOWN_DIGESTS: Final = ".digests.json"
MIB: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFile:
    """A network that cannot be used, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModels:
    """What lies in the folder of models."""

    folder: Path
    installed: tuple[InstalledModel, ...]
    unknown: tuple[UnknownFile, ...]

    def model(self, name: str) -> InstalledModel:
        """The model of this name; else the first variant of it. Raises NotFound."""
        wanted = name.casefold()
        names = [model.name.casefold() for model in self.installed]
        if wanted in names:
            return self.installed[names.index(wanted)]
        for model, each in zip(self.installed, names, strict=True):
            if each.startswith(f"{wanted}:"):
                return model
        raise NotFound(
            f'The model "{name}" is not here. `dtk models pull {name}` fetches it, where it is in the catalogue.'
        )


class _NotUsable(Exception):
    """Why a network cannot be used, in a sentence."""


def look_through(
    folder: Path,
    models: Sequence[ModelDescription],
    contracts: Sequence[Contract],
) -> Generator[Progress, None, FoundModels]:
    """What lies in the folder. Files that were never hashed are, which is what takes time: MiB are counted.

    models, contracts: what is known, as `catalogue` has it.
    """
    found: list[InstalledModel] = []
    unknown: list[UnknownFile] = []
    with _Digests(folder) as digests:
        networks = [path for path in _networks(folder) if not (is_gguf(path) and is_projector(path))]
        yield from digests.learn([path for network in networks for path in (network, *_weights(network))])
        for network in networks:
            try:
                found.append(_recognised(network, digests, models, contracts, folder))
            except (_NotUsable, UnreadableFile) as error:
                unknown.append(UnknownFile(path=network, reason=str(error)))
    return FoundModels(folder=folder, installed=_named(found, folder), unknown=tuple(unknown))


def digest_of(network: Path, header: OnnxHeader, sha256_of: "dict[Path, str]") -> str:
    """The SHA-256 of a network; of one whose weights lie in other files, that of all their digests."""
    weights = [network.parent / name for name in header.weights]
    if not weights:
        return sha256_of[network]
    return sha256("".join(sha256_of[path] for path in (network, *weights)).encode()).hexdigest()


def find_companion(companion: Companion, network: Path) -> Path | None:
    """The file beside a network that is what it needs: of the usual name, of the network's, of any."""
    beside = {path.name: path for path in _neighbours(network.parent)}
    usual = [*companion.names, *(f"{network.stem}{os.path.splitext(name)[1]}" for name in companion.names)]
    ordered = [beside[name] for name in dict.fromkeys([*usual, *sorted(beside)]) if name in beside]
    endings = {os.path.splitext(name)[1] for name in companion.names}
    return next((path for path in ordered if path.suffix in endings and companion.fits(path.read_bytes())), None)


def missing_weights(network: Path, header: OnnxHeader) -> str | None:
    """The first of the files with its weights that is not beside the network; a name that leads elsewhere is none."""
    for name in header.weights:
        if name != os.path.basename(name) or name in ("", ".", "..") or not (network.parent / name).is_file():
            return name or "(no name)"
    return None


def _recognised(
    network: Path,
    digests: "_Digests",
    models: Sequence[ModelDescription],
    contracts: Sequence[Contract],
    folder: Path,
) -> InstalledModel:
    """What a network is. Its name is not yet set apart from others'. Raises _NotUsable and UnreadableFile."""
    if is_gguf(network):
        digest = digests.known[network]
        description = _described(digest, models)
        contract, projector = pair_of(network, [description.contract] if description else contracts)
        companions = [(PROJECTOR, projector)]
    else:
        header = read_header(network)
        if missing := missing_weights(network, header):
            raise _NotUsable(f'The file with its weights is not beside it: "{missing}".')
        digest = digest_of(network, header, digests.known)
        description = _described(digest, models)
        contract = description.contract if description else _fitting(header, contracts)
        if not contract.fits(header.inputs, header.outputs):
            raise _NotUsable("It does not take or give what its description says.")
        companions = _companions(network, contract)
    recognised: Recognised = "hash" if description else "shape"
    described = description or _hinted(network, contract, models)
    base = described.name if described else contract.name
    return InstalledModel(
        name=base if recognised == "hash" else f"{base}:{network.stem}",
        contract=contract,
        description=described,
        recognised=recognised,
        network=network,
        companions=tuple(companions),
        sha256=digest,
        size_bytes=sum(path.stat().st_size for path in (network, *_weights(network))),
    )


def _described(digest: str, models: Sequence[ModelDescription]) -> ModelDescription | None:
    return next((model for model in models if model.network.sha256 == digest), None)


def _companions(network: Path, contract: Contract) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for companion in contract.companions:
        path = find_companion(companion, network)
        if path is None:
            raise _NotUsable(f'Beside it is no file for "{companion.role}" that fits, such as {companion.names[0]}.')
        found.append((companion.role, path))
    return found


def _fitting(header: OnnxHeader, contracts: Sequence[Contract]) -> Contract:
    for contract in contracts:
        if contract.fits(header.inputs, header.outputs):
            return contract
    shapes = ", ".join(f"{spec.name} {_shape(spec.shape)}" for spec in (*header.inputs, *header.outputs))
    raise _NotUsable(f"No model of ours takes and gives this: {shapes}.")


def _hinted(network: Path, contract: Contract, models: Sequence[ModelDescription]) -> ModelDescription | None:
    """The model of which this is a variant: the only one of its kind, or the one that its place is named after."""
    able = [model for model in models if model.contract == contract]
    places = {network.parent.name.casefold(), network.stem.casefold()}
    named = [model for model in able if places & {name.casefold() for name in model.names_of_folder}]
    return able[0] if len(able) == 1 else named[0] if len(named) == 1 else None


def _named(found: list[InstalledModel], folder: Path) -> tuple[InstalledModel, ...]:
    """Each network once, each name once: of copies the first stays, of namesakes the others get their place as name."""
    kept: dict[str, InstalledModel] = {}
    digests: set[str] = set()
    for model in sorted(found, key=lambda model: (model.recognised != "hash", len(model.network.parts), model.network)):
        if model.sha256 in digests:
            continue
        digests.add(model.sha256)
        name = model.name
        if name in kept:
            name = f"{name.partition(':')[0]}:{model.network.relative_to(folder).with_suffix('').as_posix()}"
        kept[name] = replace(model, name=name)
    return tuple(kept.values())


def _networks(folder: Path) -> Iterator[Path]:
    """The files in ONNX or GGUF form; nothing in folders that begin with a point, where what is being fetched lies."""
    for where, folders, files in os.walk(folder, followlinks=True):
        depth = len(Path(where).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if depth < MOST_DEPTH else []
        yield from (Path(where, name) for name in sorted(files) if name.casefold().endswith((".onnx", ENDING)))


def _weights(network: Path) -> list[Path]:
    """The files beside a network that hold its weights, where they are as they should be."""
    if is_gguf(network):
        return []
    try:
        header = read_header(network)
    except UnreadableFile:
        return []
    return [] if missing_weights(network, header) else [network.parent / name for name in header.weights]


def _neighbours(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        files = [Path(entry.path) for entry in entries if entry.is_file() and entry.stat().st_size <= LARGEST_COMPANION]
    return sorted(files)[:MOST_NEIGHBOURS]


def _shape(shape: tuple[int | None, ...]) -> str:
    return "×".join("?" if size is None else str(size) for size in shape)


class _Digests:
    """The SHA-256 of files, remembered by size and time of change so that gigabytes are read once."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / KNOWN_DIGESTS
        self._folder = folder
        self._stored = _stored(self._file)
        self._before = dict(self._stored)
        self.known: dict[Path, str] = {}

    def __enter__(self) -> "_Digests":
        return self

    def __exit__(self, *_: object) -> None:
        if self._stored == self._before:
            return
        growing = self._file.with_suffix(f".{os.getpid()}")
        # Where the folder may not be written, the files are hashed again next time.
        with suppress(OSError):
            growing.write_bytes(orjson.dumps(self._stored, option=orjson.OPT_INDENT_2))
            growing.replace(self._file)

    def learn(self, paths: list[Path]) -> Iterator[Progress]:
        """Hash what is not known yet."""
        unknown: list[Path] = []
        for path in paths:
            if digits := self._stored.get(self._key(path)):
                self.known[path] = digits
            else:
                unknown.append(path)
        total = sum(path.stat().st_size for path in unknown)
        pace = Pace()
        before = 0
        for path in unknown:
            key = self._key(path)  # of the state that is read: what changes meanwhile is hashed again
            size = 0
            for size, digits in sha256_in_parts(path):
                if digits:
                    self.known[path] = self._stored[key] = digits
                yield pace.report("hashes", (before + size) // MIB, total // MIB)
            before += size

    def _key(self, path: Path) -> str:
        state = path.stat()
        return f"{path.relative_to(self._folder).as_posix()} {state.st_size} {state.st_mtime_ns}"


def _stored(file: Path) -> dict[str, str]:
    try:
        found: object = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    if not isinstance(found, dict):
        return {}
    stored = cast("dict[str, object]", found)
    return {key: value for key, value in stored.items() if isinstance(value, str) and len(value) == 64}
