"""`dtk folders`: the folders inside the library's roots."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.library.folders import changes
from diffusion_toolkit.library.folders.changes import FolderWritten
from diffusion_toolkit.library.folders.lookup import folder_id_of
from diffusion_toolkit.library.folders.marks import Mark, Reach, mark_folders
from diffusion_toolkit.library.folders.tree import Folder, folder_tree

TREE = click.option("--tree", is_flag=True, help="With all folders below, those that come later too.")
FOLDERS = click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="FOLDER...")


@click.group(short_help="List, exclude, archive, make, move and delete folders.")
def folders() -> None:
    """The folders inside the library: list them, pass them over, make, rename, move and delete them."""


@folders.command("list")
@click.option("--missing", is_flag=True, help="Also folders that are gone.")
@common_options
def list_(missing: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """List the folders with their numbers of pictures and states."""
    with open_library(data_dir, collection) as library:
        catalog = Catalog(library.collection, CatalogOptions(snapshot_folder=library.settings.data_dir / "catalog"))
        try:
            catalog.load()
            found = folder_tree(library.collection, catalog.state, with_missing=missing)
        finally:
            catalog.close()
    if as_json:
        output.print_json([asdict(folder) for folder in found])
        return 0
    rows = [(folder.path, f"{folder.images:,}", f"{folder.images_below:,}", _state(folder)) for folder in found]
    output.print_table(("folder", "pictures", "with all below", "state"), rows)
    return 0


@folders.command()
@FOLDERS
@TREE
@common_options
def exclude(paths: tuple[str, ...], tree: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Hide the pictures of folders; scans pass over them. What is known of the pictures stays."""
    return _mark(paths, "excluded", "tree" if tree else "folder", data_dir, collection, as_json=as_json)


@folders.command()
@FOLDERS
@TREE
@common_options
def include(paths: tuple[str, ...], tree: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Take excluded folders back, with --tree those below too."""
    return _mark(paths, "excluded", "no", data_dir, collection, below=tree, as_json=as_json)


@folders.command()
@FOLDERS
@TREE
@common_options
def archive(paths: tuple[str, ...], tree: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Have scans pass over folders; their pictures stay in the library."""
    return _mark(paths, "archived", "tree" if tree else "folder", data_dir, collection, as_json=as_json)


@folders.command()
@FOLDERS
@TREE
@common_options
def unarchive(paths: tuple[str, ...], tree: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Have scans look into archived folders again, with --tree into those below too."""
    return _mark(paths, "archived", "no", data_dir, collection, below=tree, as_json=as_json)


@folders.command()
@click.argument("path", type=click.Path(), metavar="FOLDER")
@common_options
def create(path: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Make FOLDER."""
    place = Path(path).absolute()
    return _change(
        lambda library: changes.create_folder(library.collection, _id(library, str(place.parent)), place.name),
        data_dir,
        collection,
        as_json=as_json,
    )


@folders.command()
@click.argument("path", type=click.Path(), metavar="FOLDER")
@click.argument("name")
@common_options
def rename(path: str, name: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Give FOLDER another NAME. Its pictures keep all that is known of them."""
    return _change(
        lambda library: changes.rename_folder(library.collection, _id(library, path), name),
        data_dir,
        collection,
        as_json=as_json,
    )


@folders.command()
@click.argument("path", type=click.Path(), metavar="FOLDER")
@click.argument("to", type=click.Path())
@common_options
def move(path: str, to: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Move FOLDER into the folder TO. Its pictures keep all that is known of them."""
    return _change(
        lambda library: changes.move_folder(library.collection, _id(library, path), _id(library, to)),
        data_dir,
        collection,
        as_json=as_json,
    )


@folders.command()
@click.argument("path", type=click.Path(), metavar="FOLDER")
@click.option("--for-good", is_flag=True, help="Not to the system's trash.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common_options
def delete(path: str, for_good: bool, yes: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Put FOLDER with all that is in it into the system's trash."""
    how = "Delete it for good" if for_good else "Put it into the trash"
    if not yes and not click.confirm(f"{path}: {how}, with all that is in it?", err=True):
        raise click.Abort
    return _change(
        lambda library: changes.delete_folder(library.collection, _id(library, path), for_good=for_good),
        data_dir,
        collection,
        as_json=as_json,
    )


def _id(library: OpenLibrary, path: str) -> int:
    return folder_id_of(library.collection, path)


def _mark(
    paths: tuple[str, ...],
    mark: Mark,
    reach: Reach,
    data_dir: Path | None,
    collection: str | None,
    *,
    below: bool = False,
    as_json: bool,
) -> int:
    with open_library(data_dir, collection) as library:
        numbers = [_id(library, path) for path in paths]
        written = mark_folders(library.collection, numbers, mark, reach, below=below)
    if as_json:
        output.print_json({"changed": written.changed, "journal": written.journal_id})
    else:
        output.message(f"{written.changed} folders changed." if written.changed else "Nothing changed.")
    return 0


def _change(
    change: Callable[[OpenLibrary], FolderWritten], data_dir: Path | None, collection: str | None, *, as_json: bool
) -> int:
    with open_library(data_dir, collection) as library:
        written = change(library)
    if as_json:
        output.print_json({"folder": written.folder_id, "journal": written.journal_id, "message": written.message})
    else:
        output.message(written.message or "Done.")
    return 0


def _state(folder: Folder) -> str:
    states = {
        "excluded": folder.is_excluded,
        "archived": folder.is_archived,
        "gone": folder.missing,
        "not connected": not folder.available,
    }
    return ", ".join(name for name, holds in states.items() if holds)
