"""`dtk model-library`: the models that pictures are made with. (`dtk models` are those that look at pictures.)"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.integrations.civitai import Civitai
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.models import civitai as lookups
from diffusion_toolkit.library.models import listing, names
from diffusion_toolkit.library.models.hashing import hash_models
from diffusion_toolkit.library.models.kinds import KINDS
from diffusion_toolkit.library.models.roots import ModelRoot, add_model_root, list_model_roots, remove_model_root
from diffusion_toolkit.library.models.scan import linked_sentence, scan_models
from diffusion_toolkit.library.models.uses import used_models
from diffusion_toolkit.library.prompts.visible import visible_images
from diffusion_toolkit.paths import printable, real_root, stored_name
from diffusion_toolkit.progress import Progress


@click.group(short_help="Models: where they lie, their hashes and names, the pictures made with them.")
def model_library() -> None:
    """Checkpoints, LoRAs, VAEs, embeddings and ControlNets: files below model roots, their hashes and names."""


@model_library.command(short_help="List, add and remove the folders of models.")
@click.option("--add", "added", multiple=True, type=click.Path(), metavar="FOLDER", help="Add this folder.")
@click.option("--remove", "removed", multiple=True, type=click.Path(), metavar="FOLDER", help="Forget this folder.")
@common_options
def roots(
    added: tuple[str, ...], removed: tuple[str, ...], data_dir: Path | None, collection: str | None, as_json: bool
) -> int:
    """List the model roots, after adding and removing some. No file is touched."""
    with open_library(data_dir, collection) as library:
        for folder in added:
            add_model_root(library.collection, folder)
        for folder in removed:
            remove_model_root(library.collection, _root(library, folder).id)
        found = list_model_roots(library.collection)
    if as_json:
        output.print_json([asdict(root) | {"path": printable(root.path)} for root in found])
    else:
        rows = [(printable(root.path), root.files, root.scanned_at or "never") for root in found]
        output.print_table(("folder", "models", "scanned"), rows)
    return 0


@model_library.command(short_help="Register the models below the model roots.")
@click.argument("folders", nargs=-1, type=click.Path())
@click.option("--hash", "hashed", is_flag=True, help="Then read whole files for their SHA-256.")
@common_options
def scan(folders: tuple[str, ...], hashed: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Scan FOLDERS, which become model roots, or all model roots. Only headers are read, unless --hash is given."""
    counts: dict[str, int] = {}
    with open_library(data_dir, collection) as library, output.ProgressBar() as bar:
        chosen = [add_model_root(library.collection, folder) for folder in folders]
        for root in chosen or list_model_roots(library.collection):
            counts = _added(counts, _drawn(bar, scan_models(library.collection, root.id)))
        if hashed:
            counts = _added(counts, _drawn(bar, hash_models(library.collection)))
    if as_json:
        output.print_json(counts)
    else:
        parts = [f"{count:,} {name}" for name, count in counts.items() if count and name != "files"]
        output.message(f"{counts.get('files', 0):,} models: {', '.join(parts) or 'nothing changed'}.")
        if sentence := linked_sentence(counts):
            output.message(sentence)
    return 0


@model_library.command("list", short_help="Registered model files.")
@click.argument("text", default="")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind.")
@click.option("--missing", is_flag=True, help="Only those whose file is gone.")
@common_options
def list_(
    text: str, kinds: tuple[str, ...], missing: bool, data_dir: Path | None, collection: str | None, as_json: bool
) -> int:
    """List model files with TEXT in their name, path, trigger words or hash."""
    with open_library(data_dir, collection) as library, _state(library) as (catalog, state):
        visible = visible_images(catalog, state, "", frozenset(), local_now())
        gone = True if missing else None
        found = listing.model_files(library.collection, state, visible, kinds=kinds, text=text, missing=gone)
    if as_json:
        output.print_json([asdict(file) for file in found])
    else:
        rows = [
            (file.kind, file.name, file.base_model or "", file.autov2 or file.short_hash or "", file.images)
            for file in found
        ]
        output.print_table(("kind", "name", "base model", "hash", "pictures"), rows)
    return 0


@model_library.command(short_help="The models that pictures were made with.")
@click.option("--images", metavar="QUERY", default="", help="Only pictures that this query finds count.")
@common_options
def used(images: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """List every model that recipes name, the most used first; hashes have names where any is known."""
    with open_library(data_dir, collection) as library, _state(library) as (catalog, state):
        visible = visible_images(catalog, state, images, frozenset(), local_now())
        found = used_models(library.collection, state, visible)
    if as_json:
        output.print_json([asdict(use) for use in found])
    else:
        rows = [
            (use.title, f"{use.images:,}", "" if use.rating is None else f"{use.rating:.1f}", ", ".join(use.hashes[:3]))
            for use in found
        ]
        output.print_table(("model", "pictures", "rating", "hash"), rows)
    return 0


@model_library.command(short_help="What a hash is called; or call it so.")
@click.argument("digits")
@click.option("--name", help="Your own name for it; an empty one takes it away.")
@click.option("--civitai", "ask", is_flag=True, help="Ask Civitai; the hash is sent there, nothing else of yours.")
@common_options
def lookup(
    digits: str, name: str | None, ask: bool, data_dir: Path | None, collection: str | None, as_json: bool
) -> int:
    """Show all names and forms of the hash DIGITS: 8 to 64 hexadecimal digits of any kind."""
    with open_library(data_dir, collection) as library:
        if name is not None:
            names.set_name(library.collection, digits, name)
        if ask:
            civitai = _civitai(library)
            try:
                lookups.ask_by_hash(library.collection, civitai, digits)
            finally:
                civitai.close()
        found = names.look_up(library.collection, digits)
    if as_json:
        output.print_json(asdict(found))
    else:
        output.print_table(("name", "source", "hash"), [(each.name, each.source, each.hash) for each in found.names])
    return 0


@model_library.command("ask-civitai", short_help="Ask Civitai for every unknown hash.")
@click.option("--yes", is_flag=True, help="Do not ask before sending.")
@common_options
def ask_civitai(yes: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Look up all hashes that have no name from Civitai and were never asked for."""
    with open_library(data_dir, collection) as library, output.ProgressBar() as bar:
        wanted = lookups.unknown_hashes(library.collection)
        output.message(library.settings.civitai.options.notice)
        if wanted and not yes and not click.confirm(f"Ask for {len(wanted):,} hashes?", err=True):
            raise click.Abort
        civitai = _civitai(library)
        try:
            counts = _drawn(bar, lookups.ask_for_unknown(library.collection, civitai))
        finally:
            civitai.close()
    if as_json:
        output.print_json(counts)
    else:
        output.message(
            f"{counts['found']:,} found, {counts['unknown']:,} not known there, {counts['failed']:,} failed."
        )
    return 0


@model_library.command("import-names", short_help="Names of hashes from AUTOMATIC1111's cache.json.")
@click.argument("file", type=click.Path(path_type=Path))
@common_options
def import_names(file: Path, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Read names of hashes from FILE: cache.json of AUTOMATIC1111 or Forge, or models.json of Civitai's list."""
    with open_library(data_dir, collection) as library:
        found = names.import_names(library.collection, file)
    if as_json:
        output.print_json({"names": found.names, "added": found.added})
    else:
        output.message(f"{found.names:,} hashes, {found.added:,} new names.")
    return 0


@contextmanager
def _state(library: OpenLibrary) -> Generator[tuple[Catalog, State]]:
    catalog = Catalog(library.collection, CatalogOptions(snapshot_folder=library.settings.data_dir / "catalog"))
    try:
        catalog.load()
        yield catalog, catalog.state
    finally:
        catalog.close()


def _root(library: OpenLibrary, folder: str) -> ModelRoot:
    stored = stored_name(str(real_root(folder)))
    found = next((root for root in list_model_roots(library.collection) if root.path in (stored, folder)), None)
    if found is None:
        raise NotFound(f"{folder} is no model root.")
    return found


def _civitai(library: OpenLibrary) -> Civitai:
    return Civitai(library.settings.civitai.options)


def _drawn(bar: output.ProgressBar, steps: Iterable[Progress]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for progress in steps:
        bar.show(progress)
        counts = dict(progress.counts)
    return counts


def _added(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    return {name: left.get(name, 0) + right.get(name, 0) for name in {**left, **right}}
