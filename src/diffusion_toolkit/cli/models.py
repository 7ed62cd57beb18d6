"""`dtk models`: the models that look at pictures. (`dtk model-library` are those that pictures are made with.)"""

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeVar

import click

from diffusion_toolkit import settings
from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.options import common_options
from diffusion_toolkit.enrich.models import catalogue
from diffusion_toolkit.enrich.models.checking import Checked
from diffusion_toolkit.enrich.models.checking import check as check_model
from diffusion_toolkit.enrich.models.description import ModelDescription, TensorSpec
from diffusion_toolkit.enrich.models.download import Pulled, open_hub
from diffusion_toolkit.enrich.models.download import pull as pull_model
from diffusion_toolkit.enrich.models.folder import FoundModels, look_through
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.enrich.trial import trial
from diffusion_toolkit.progress import Progress

MIB = 2**20
Result = TypeVar("Result")


@click.group(short_help="Models that look at pictures: list, fetch and check them.")
def models() -> None:
    """Models that look at pictures. They lie in the folder `models` of the data folder, or where the settings say.

    Files that you place there yourself are known by their content, whatever they are called.
    """


@models.command("list", short_help="What there is, and what is here.")
@common_options
def list_(data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """List the models of the catalogue, those that are here, and networks that cannot be used, with the reason."""
    del collection
    found = installed_models(_folder(data_dir))
    if as_json:
        output.print_json(_listed(found))
        return 0
    here = {id(model.description): model for model in found.installed if model.recognised == "hash"}
    rows: list[tuple[object, ...]] = [
        (model.name, model.title, _size(model.size_bytes), model.licence, "here" if id(model) in here else "")
        for model in catalogue.MODELS
    ]
    rows += [
        (model.name, f"another {model.contract.name}", _size(model.size_bytes), "", "here")
        for model in found.installed
        if model.recognised == "shape"
    ]
    output.print_table(("name", "model", "size", "licence", ""), rows)
    _tell_unusable(found)
    return 0


@models.command(short_help="Fetch models.")
@click.argument("names", nargs=-1, required=True)
@click.option("--endpoint", metavar="URL", help="Another hub than that of the settings, such as a mirror.")
@common_options
def pull(
    names: tuple[str, ...], endpoint: str | None, data_dir: Path | None, collection: str | None, as_json: bool
) -> int:
    """Fetch the models NAMES, all their files verified. What an interrupted transfer left is gone on with.

    The hub learns your address and which files are asked for; no account is used, and nothing of your library is sent.
    """
    del collection
    wanted = [catalogue.described(name) for name in names]
    found = settings.load(data_dir=data_dir)
    hub = open_hub(endpoint or found.models.endpoint)
    done: list[dict[str, Any]] = []
    for model in wanted:
        output.message(f"{model.title}, {_size(model.size_bytes)}, licence {model.licence}, from {hub.endpoint}.")
        started = time.monotonic()
        pulled = _drawn(pull_model(model, found.models_folder, hub))
        done.append(_pulled_json(pulled, time.monotonic() - started))
        output.message(f"{model.name} is in {pulled.folder}.")
    if as_json:
        output.print_json(done)
    return 0


@models.command(short_help="See whether models are whole and work.")
@click.argument("names", nargs=-1)
@click.option("--no-run", is_flag=True, help="Read the files only; do not load and run the networks.")
@common_options
def check(names: tuple[str, ...], no_run: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Read the files of the models NAMES (or of all) again, hold them against what is known, and run each once.

    Without names, files that can be no model are told too; it fails where there are only such.
    """
    del collection
    found = installed_models(_folder(data_dir))
    chosen = [found.model(name) for name in names] or list(found.installed)
    checked = [_drawn(check_model(model, None if no_run else trial)) for model in chosen]
    if as_json:
        output.print_json([_checked_json(each) for each in checked])
    else:
        for each in checked:
            output.print_table((each.name,), [(line,) for line in (*each.problems, *each.notes)])
        if not checked:
            output.message(f"No model is in {found.folder}.")
        if not names:
            _tell_unusable(found)
    return 1 if any(each.problems for each in checked) or (found.unknown and not checked) else 0


def _tell_unusable(found: FoundModels) -> None:
    for file in found.unknown:
        output.message(f"Not usable: {file.path}: {file.reason}")


def _folder(data_dir: Path | None) -> Path:
    return settings.load(data_dir=data_dir).models_folder


def installed_models(folder: Path) -> FoundModels:
    """The models that lie in the folder, drawing the progress of hashing."""
    return _drawn(look_through(folder, catalogue.MODELS, catalogue.CONTRACTS))


def _drawn(work: Generator[Progress, None, Result]) -> Result:
    """Run long work, drawing its progress; what it returns."""
    with output.ProgressBar() as bar:
        while True:
            try:
                bar.show(next(work))
            except StopIteration as end:
                return end.value


def _size(size_bytes: int) -> str:
    return f"{size_bytes / MIB:,.0f} MiB"


def _listed(found: FoundModels) -> dict[str, Any]:
    return {
        "folder": str(found.folder),
        "models": [_described_json(model, found) for model in catalogue.MODELS],
        "others": [_installed_json(model) for model in found.installed if model.description is None],
        "unknown": [{"path": str(file.path), "reason": file.reason} for file in found.unknown],
    }


def _described_json(model: ModelDescription, found: FoundModels) -> dict[str, Any]:
    return {
        "name": model.name,
        "title": model.title,
        "task": model.contract.task,
        "repository": model.repository,
        "revision": model.revision,
        "licence": model.licence,
        "size_bytes": model.size_bytes,
        "files": [
            {
                "role": file.role,
                "path": file.path,
                "size_bytes": file.size_bytes,
                "sha256": file.sha256,
                "source": file.source,
            }
            for file in model.files
        ],
        "inputs": [_tensor_json(spec) for spec in model.contract.inputs],
        "outputs": [_tensor_json(spec) for spec in model.contract.outputs],
        "preprocessing": model.contract.preprocessing,
        "source": model.contract.source,
        "thresholds": dict(model.suggested),
        "installed": [_installed_json(each) for each in found.installed if each.description is model],
    }


def _installed_json(model: InstalledModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "contract": model.contract.name,
        "recognised": model.recognised,
        "path": str(model.network),
        "companions": {role: str(path) for role, path in model.companions},
        "sha256": model.sha256,
        "size_bytes": model.size_bytes,
        "version": model.version,
    }


def _tensor_json(spec: TensorSpec) -> dict[str, Any]:
    return {"name": spec.name, "element": spec.element, "shape": list(spec.shape)}


def _pulled_json(pulled: Pulled, seconds: float) -> dict[str, Any]:
    return {
        "name": pulled.name,
        "folder": str(pulled.folder),
        "files": [
            {
                "path": str(file.path),
                "size_bytes": file.size_bytes,
                "fetched_bytes": file.fetched_bytes,
                "verified_by": file.verified_by,
            }
            for file in pulled.files
        ],
        "seconds": round(seconds, 3),
    }


def _checked_json(checked: Checked) -> dict[str, Any]:
    return {
        "name": checked.name,
        "works": not checked.problems,
        "problems": list(checked.problems),
        "notes": list(checked.notes),
    }
