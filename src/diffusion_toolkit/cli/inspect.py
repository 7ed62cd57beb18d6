"""`dtk inspect`: what files hold, without a database."""

from pathlib import Path
from typing import Any

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import common_options
from diffusion_toolkit.library.inspect import inspect as inspect_files
from diffusion_toolkit.library.inspect import record_json

LONG = 2000
"""Characters of a value shown on a terminal; --json has all of it."""


@click.command(short_help="Read files and show how they were made.")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--explain", is_flag=True, help="Also name the place in the file where the recipe was found.")
@common_options
def inspect(files: tuple[str, ...], explain: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Read FILES and show how they were made. Needs no database; fails when a file could not be read at all."""
    del data_dir, collection
    records = [record_json(path, record) for path, record in inspect_files(files)]
    if as_json:
        output.print_json(records)
    else:
        for record in records:
            _print(record, explain)
    return 1 if all("format" not in record for record in records) else 0


def _print(record: dict[str, Any], explain: bool) -> None:
    hidden = () if explain else ("source",)
    rows = [(key.replace("_", " "), _cell(value)) for key, value in record.items() if key not in hidden and value != []]
    output.print_table(("", ""), rows)
    click.echo()


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else output.json_text(value)
    return text if len(text) <= LONG else text[:LONG] + " …"
