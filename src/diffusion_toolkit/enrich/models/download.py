"""The only door by which models come here: a pinned revision, verified before it takes its name.

What comes grows in `.incoming` inside the folder of models, where nothing looks for models, and stays there when the
transfer breaks; the next one goes on from its end. Only a file whose SHA-256 is the catalogue's is moved to its place;
where the catalogue does not know it, the hub's own statement is held against the bytes, and the result says so.
"""

import shutil
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from filelock import FileLock, Timeout

from diffusion_toolkit.enrich.models.description import ModelDescription, ModelFile
from diffusion_toolkit.enrich.models.digests import git_sha1_of, sha256_in_parts
from diffusion_toolkit.errors import Cancelled, NoSpace, NotInstalled, Refused, ServiceFailed
from diffusion_toolkit.progress import IsCancelled, Pace, Progress, never, stop_if

if TYPE_CHECKING:
    from diffusion_toolkit.enrich.models.hub import Hub, HubFile, Part

INCOMING: Final = ".incoming"
MIB: Final = 2**20
SPARE_BYTES: Final = 64 * MIB
ATTEMPTS: Final = 3
"""Without a byte more; huggingface_hub tries again by itself within each."""

_POLL_S: Final = 0.2
_SMALL_BYTES: Final = 64 * MIB
_PATIENCE_S: Final = 5.0

VerifiedBy: TypeAlias = Literal["catalogue", "hub"]
"""Whose statement the bytes were held against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PulledFile:
    """A file at its place. fetched_bytes: of this call; 0 when it was here already."""

    path: Path
    size_bytes: int
    fetched_bytes: int
    verified_by: VerifiedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A model whose files are all here."""

    name: str
    folder: Path
    files: tuple[PulledFile, ...]


class WrongDigest(ServiceFailed):
    """The hub gave something else than what was described; nothing of it was kept."""


def open_hub(endpoint: str) -> "Hub":
    """The hub at this address. Raises UsageError for none, NotInstalled without huggingface_hub."""
    try:
        from diffusion_toolkit.enrich.models.hub import Hub
    except ImportError as error:
        raise NotInstalled("What fetches models is not installed: install diffusion-toolkit[enrich].") from error
    return Hub(endpoint)


def pull(
    model: ModelDescription, folder: Path, hub: "Hub", is_cancelled: IsCancelled = never
) -> Generator[Progress, None, Pulled]:
    """Fetch a model's files into `folder`/its name. MiB are counted, those to be fetched and those to be hashed.

    Raises NotFound, ServiceFailed, WrongDigest, NoSpace, Refused when another process fetches it, Cancelled.
    """
    incoming = folder / INCOMING / model.name
    incoming.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / INCOMING / f"{model.name}.lock", timeout=0):
            files: list[PulledFile] = []
            for file in model.files:
                stop_if(is_cancelled)
                files.append((yield from _pull_file(model, file, folder, hub, is_cancelled)))
    except Timeout as error:
        raise Refused(f'Another process is fetching "{model.name}".') from error
    shutil.rmtree(incoming, ignore_errors=True)
    return Pulled(name=model.name, folder=folder / model.name, files=tuple(files))


def _pull_file(
    model: ModelDescription, file: ModelFile, folder: Path, hub: "Hub", is_cancelled: IsCancelled
) -> Generator[Progress, None, PulledFile]:
    target = folder / model.name / file.path
    if file.sha256 and target.is_file() and (yield from _digest(target)) == file.sha256:
        return PulledFile(path=target, size_bytes=target.stat().st_size, fetched_bytes=0, verified_by="catalogue")
    found = hub.ask(model.repository, model.revision, file.path)
    _check_statement(model, file, found)
    # Named by the content it is to have: what came of another revision is never gone on with.
    part_path = folder / INCOMING / model.name / f"{file.path.replace('/', '-')}.{_short(file, found)}.part"
    ask = partial(hub.ask, model.repository, model.revision, file.path)
    fetched = yield from _fetch(found, ask, hub, part_path, is_cancelled)
    verified_by = yield from _verify(file, found, part_path)
    target.parent.mkdir(parents=True, exist_ok=True)
    size = part_path.stat().st_size
    part_path.replace(target)
    return PulledFile(path=target, size_bytes=size, fetched_bytes=fetched, verified_by=verified_by)


def _check_statement(model: ModelDescription, file: ModelFile, found: "HubFile") -> None:
    """What the hub says must not contradict the catalogue: then gigabytes need not be fetched to find out."""
    wrong_digest = file.sha256 and found.sha256 and file.sha256 != found.sha256
    wrong_size = file.size_bytes is not None and found.size_bytes is not None and file.size_bytes != found.size_bytes
    if wrong_digest or wrong_size:
        raise WrongDigest(
            f"The hub has another file than the described one under {model.repository}/{file.path} "
            f"(revision {model.revision[:12]}). Nothing was fetched."
        )
    if not (file.sha256 or found.sha256 or found.git_sha1):
        raise WrongDigest(
            f"Neither we nor the hub know a digest of {model.repository}/{file.path}. Nothing was fetched."
        )


def _fetch(
    found: "HubFile", ask: Callable[[], "HubFile"], hub: "Hub", path: Path, is_cancelled: IsCancelled
) -> Generator[Progress, None, int]:
    """Fetch what is missing; how many bytes came. Tries again while anything comes."""
    from diffusion_toolkit.enrich.models.hub import Part

    part = Part(path, most_bytes=found.size_bytes)
    try:
        if found.size_bytes is None or part.size > found.size_bytes:
            part.seek(0)
            part.truncate()
        started_with = part.size
        _check_space(path.parent, found, part)
        pace = Pace()
        failed = 0
        while True:
            before = part.size
            try:
                yield from _transfer(hub, found, part, pace, is_cancelled)
                return part.size - started_with
            except ServiceFailed:
                failed = 1 if part.size > before else failed + 1
                if failed >= ATTEMPTS:
                    raise
            # Addresses of large files are signed for an hour: the next attempt asks for a new one.
            found = ask()
    finally:
        part.close()


def _transfer(
    hub: "Hub", found: "HubFile", part: "Part", pace: Pace, is_cancelled: IsCancelled
) -> Generator[Progress, None, None]:
    """One transfer, in a thread of its own so that its progress can be told and it can be stopped."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            hub.transfer(found, part)
        except BaseException as error:  # noqa: BLE001  (the border of a thread: who waits for it raises this again)
            failures.append(error)

    thread = Thread(target=run, name="fetch", daemon=True)
    thread.start()
    total = None if found.size_bytes is None else found.size_bytes // MIB
    try:
        while thread.is_alive():
            thread.join(_POLL_S)
            yield pace.report("fetch", part.size // MIB, total)
            if is_cancelled():
                raise Cancelled("Stopped. What came is kept; the next time goes on from there.")
    finally:
        # A thread that waits for the network may outlive this; once stopped it writes nothing any more.
        part.stopped = thread.is_alive()
        thread.join(_PATIENCE_S if part.stopped else None)
    if failures:
        raise failures[0]


def _verify(file: ModelFile, found: "HubFile", path: Path) -> Generator[Progress, None, VerifiedBy]:
    """Hold the bytes against what is known of them. What is wrong is deleted. Raises WrongDigest."""
    wanted = file.sha256 or found.sha256
    if wanted:
        right = (yield from _digest(path)) == wanted
    else:
        right = path.stat().st_size <= _SMALL_BYTES and git_sha1_of(path) == found.git_sha1
    if not right:
        path.unlink()
        raise WrongDigest(f"What came for {file.path} is not what was described: its digest differs. It was deleted.")
    return "catalogue" if file.sha256 else "hub"


def _digest(path: Path) -> Generator[Progress, None, str]:
    pace = Pace()
    total = path.stat().st_size // MIB
    for size, digits in sha256_in_parts(path):
        if digits:
            return digits
        yield pace.report("hashes", size // MIB, total)
    raise AssertionError("a digest always comes last")


def _check_space(folder: Path, found: "HubFile", part: "Part") -> None:
    missing = (found.size_bytes or 0) - part.size
    free = shutil.disk_usage(folder).free
    if missing + SPARE_BYTES > free:
        raise NoSpace(
            f"The disk of {folder.parent.parent} has {free // MIB:,} MiB left; {missing // MIB:,} are needed."
        )


def _short(file: ModelFile, found: "HubFile") -> str:
    return (file.sha256 or found.sha256 or found.git_sha1 or "")[:16]
