"""`dtk roots`: the folders of the library."""

from dataclasses import asdict
from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.roots import add_root, list_roots, remove_root
from diffusion_toolkit.paths import printable, real_root, stored_name


@click.command(short_help="List, add and remove the folders of the library.")
@click.option("--add", "added", multiple=True, type=click.Path(), metavar="FOLDER", help="Add this folder.")
@click.option(
    "--remove",
    "removed",
    multiple=True,
    type=click.Path(),
    metavar="FOLDER",
    help="Take this folder, with all that is known of its pictures, out of the library. No file is touched.",
)
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
@common_options
def roots(
    added: tuple[str, ...],
    removed: tuple[str, ...],
    yes: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """List the folders of the library, after adding and removing some."""
    with open_library(data_dir, collection) as library:
        for folder in added:
            add_root(library.collection, folder)
        for folder in removed:
            stored = stored_name(str(real_root(folder)))
            known = [root for root in list_roots(library.collection) if root.path in (stored, folder)]
            if not known:
                raise NotFound(f"{folder} is not a folder of the library.")
            question = f"Remove {folder}? Its ratings and favourites are lost; the files stay."
            if not yes and not click.confirm(question, err=True):
                raise click.Abort
            remove_root(library.collection, known[0].id)
        found = list_roots(library.collection)
    if as_json:
        output.print_json([asdict(root) | {"path": printable(root.path)} for root in found])
    else:
        rows = [(printable(root.path), root.state, root.scanned_at or "never") for root in found]
        output.print_table(("folder", "state", "scanned"), rows)
    return 0
