"""`dtk restore`: a backup in the place of its collection."""

from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.library import backups


@click.command(short_help="Put a backup in the place of its collection.")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@common_options
def restore(path: Path, yes: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Replace a collection by a backup of it. What was there is backed up first.

    A backup is a program for the database: restore only files that you made yourself.
    """
    with open_library(data_dir, collection) as library:
        found = backups.describe(path)
        question = f"Replace the collection {found.collection} by its backup of {found.made_at}?"
        if not yes and not click.confirm(question, err=True):
            raise click.Abort
        restored, before = backups.restore(library.database, library.settings.data_dir, path)
    if as_json:
        output.print_json({"collection": restored.collection, "before": str(before.path)})
    else:
        output.message(f"{restored.collection} is restored. What was there before is in {before.path}.")
    return 0
