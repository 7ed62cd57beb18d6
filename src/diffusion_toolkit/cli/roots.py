"""`dtk roots`: the folders of the library."""

from pathlib import Path
from typing import Any

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.library.images import images_per_root
from diffusion_toolkit.library.roots import (
    add_root,
    find_root,
    list_roots,
    move_root,
    remove_root,
    set_root,
    watched_roots,
)
from diffusion_toolkit.paths import printable

RECURSIVE = click.option("--recursive/--not-recursive", default=None, help="With all folders below, or its own only.")
WATCHED = click.option("--watch/--no-watch", "watched", default=None, help="Take over what happens in it at once.")
YES = click.option("--yes", is_flag=True, help="Do not ask before removing.")


@click.group(invoke_without_command=True, short_help="List, add, move and remove the folders of the library.")
@click.option("--add", "added", multiple=True, type=click.Path(), metavar="FOLDER", help='Short for "add FOLDER".')
@click.option("--remove", "removed", multiple=True, type=click.Path(), metavar="FOLDER", help='For "remove FOLDER".')
@YES
@common_options
@click.pass_context
def roots(
    context: click.Context,
    added: tuple[str, ...],
    removed: tuple[str, ...],
    yes: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """The folders of the library: list them (without a command), add, move and remove them."""
    if context.invoked_subcommand is not None:
        return 0
    with open_library(data_dir, collection) as library:
        for folder in added:
            add_root(library.collection, folder)
        for folder in removed:
            _remove(library, folder, yes=yes)
        _print(library, as_json=as_json)
    return 0


@roots.command("list")
@common_options
def list_(data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """List the folders of the library with their states and numbers of pictures."""
    with open_library(data_dir, collection) as library:
        _print(library, as_json=as_json)
    return 0


@roots.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path())
@RECURSIVE
@WATCHED
@common_options
def add(
    folders: tuple[str, ...],
    recursive: bool | None,
    watched: bool | None,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Add FOLDERS to the library. `dtk scan` indexes them; a running `dtk serve` does so by itself."""
    with open_library(data_dir, collection) as library:
        for folder in folders:
            add_root(library.collection, folder, recursive=recursive is not False, watched=watched is not False)
        _print(library, as_json=as_json)
    return 0


@roots.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path())
@YES
@common_options
def remove(folders: tuple[str, ...], yes: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Take FOLDERS, with all that is known of their pictures, out of the library. No file is touched."""
    with open_library(data_dir, collection) as library:
        for folder in folders:
            _remove(library, folder, yes=yes)
        _print(library, as_json=as_json)
    return 0


@roots.command()
@click.argument("folder", type=click.Path())
@click.argument("to", type=click.Path())
@click.option("--force", is_flag=True, help="Even when none of its files is there.")
@common_options
def move(folder: str, to: str, force: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Tell the library that the files of FOLDER are in TO now: a drive with another letter, a moved library.

    No file is touched, and everything that is known of the pictures stays.
    """
    with open_library(data_dir, collection) as library:
        move_root(library.collection, find_root(library.collection, folder).id, to, force=force)
        _print(library, as_json=as_json)
    return 0


@roots.command("set")
@click.argument("folder", type=click.Path())
@RECURSIVE
@WATCHED
@common_options
def set_(
    folder: str,
    recursive: bool | None,
    watched: bool | None,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Set how FOLDER is taken."""
    with open_library(data_dir, collection) as library:
        root = find_root(library.collection, folder)
        set_root(library.collection, root.id, recursive=recursive, watched=watched)
        _print(library, as_json=as_json)
    return 0


def _remove(library: OpenLibrary, folder: str, *, yes: bool) -> None:
    root = find_root(library.collection, folder)
    question = f"Remove {printable(root.path)}? Its ratings, tags and albums are lost; the files stay."
    if not yes and not click.confirm(question, err=True):
        raise click.Abort
    remove_root(library.collection, root.id)


def _print(library: OpenLibrary, *, as_json: bool) -> None:
    counts = images_per_root(library.collection)
    watching = watched_roots(library.collection)
    found: list[dict[str, Any]] = [
        {
            "id": root.id,
            "path": printable(root.path),
            "state": root.state,
            "images": counts.get(root.id, 0),
            "scanned_at": root.scanned_at,
            "recursive": root.recursive,
            "watched": root.watched,
            "watching": watching[root.id].how,
            "watching_reason": watching[root.id].reason,
        }
        for root in list_roots(library.collection)
    ]
    if as_json:
        output.print_json(found)
        return
    output.print_table(
        ("folder", "state", "pictures", "scanned", "recursive", "watched"),
        [
            (
                root["path"],
                root["state"],
                f"{root['images']:,}",
                root["scanned_at"] or "never",
                "yes" if root["recursive"] else "no",
                root["watching"] if root["watched"] else "no",
            )
            for root in found
        ],
    )
