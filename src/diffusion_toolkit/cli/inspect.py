"""`dtk inspect`: what files hold, without a database."""

from pathlib import Path
from typing import Any, cast

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.options import common_options
from diffusion_toolkit.library.inspect import inspect as inspect_files
from diffusion_toolkit.library.inspect import record_json
from diffusion_toolkit.settings import plugin_folder

LONG = 2000
"""Characters of a value shown on a terminal; --json has all of it."""

Row = tuple[str, str]


@click.command(short_help="Read files and show how they were made.")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--explain", is_flag=True, help="Also say where each value stood, and what else was in the file.")
@common_options
def inspect(files: tuple[str, ...], explain: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Read FILES and show how they were made. Needs no database; fails when a file could not be read at all."""
    del collection
    found = inspect_files(files, plugin_folder=plugin_folder(data_dir), explain=explain)
    records = [record_json(path, record, explain=explain) for path, record in found]
    if as_json:
        output.print_json(records)
    else:
        for record in records:
            output.print_table(("", ""), _rows(record, explain=explain))
            click.echo()
    return 1 if all("format" not in record for record in records) else 0


def _rows(record: dict[str, Any], *, explain: bool) -> list[Row]:
    """One row for each value, with its place beneath it when asked to explain."""
    hidden = {"origins", "seen"} | (set[str]() if explain else {"source"})
    origins: dict[str, list[dict[str, str]]] = record.get("origins", {})
    rows: list[Row] = []
    for key, value in record.items():
        if key not in hidden and value != []:
            places = [f"  from {_place(place)}" for place in origins.get(key, [])]
            rows.append((key.replace("_", " "), "\n".join([_cell(value), *places])))
    return rows + _also_seen(cast("list[dict[str, Any]]", record.get("seen", [])))


def _also_seen(seen: list[dict[str, Any]]) -> list[Row]:
    others = [f"{each['source']}, {each['characters']:,} characters" for each in seen if not each["used"]]
    return [("also seen", "\n".join(others))] if others else []


def _place(place: dict[str, str]) -> str:
    """A place as one reads it: "png:prompt · node 6 CLIPTextEncode · inputs.text"."""
    node = f"node {place['node']} {place.get('class', '')}".strip() if "node" in place else ""
    return " · ".join(part for part in (place["source"], node, place.get("key", "")) if part)


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else output.json_text(value)
    return text if len(text) <= LONG else text[:LONG] + " …"
