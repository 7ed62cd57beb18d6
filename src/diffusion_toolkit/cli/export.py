"""`dtk export`: all curation as JSON."""

from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.library.portable.writing import export as write


@click.command(short_help="Write ratings, tags, albums and saved queries to a JSON file.")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@common_options
def export(path: Path, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Write everything that people decided about their pictures to FILE (compressed when it ends in .gz).

    `dtk import FILE` brings it into any library: it finds the pictures by place, content or picture data.
    """
    with open_library(data_dir, collection) as library:
        count = write(library.collection, path)
    if as_json:
        output.print_json({"path": str(path), "pictures": count})
    else:
        output.message(f"The curation of {count:,} pictures is in {path}.")
    return 0
