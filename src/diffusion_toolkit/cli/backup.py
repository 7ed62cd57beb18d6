"""`dtk backup`: the whole collection as one file."""

from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.library import backups


@click.command(short_help="Back the collection up to a file.")
@click.argument("to", required=False, type=click.Path(path_type=Path), metavar="[FILE|FOLDER]")
@common_options
def backup(to: Path | None, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Write everything that is known of the collection to one file: ratings, tags, albums, prompts, metadata.

    Without FILE it goes to the folder "backups" of the data folder. The pictures themselves are not in it.
    """
    with open_library(data_dir, collection) as library:
        made = backups.back_up(library.collection, library.settings.data_dir, to)
    if as_json:
        output.print_json({"path": str(made.path), "bytes": made.size_bytes, "collection": made.collection})
    else:
        output.message(f"{made.collection} is backed up to {made.path} ({made.size_bytes / 2**20:,.1f} MiB).")
    return 0
