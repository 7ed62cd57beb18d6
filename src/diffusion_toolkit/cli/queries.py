"""`dtk queries`: saved queries."""

from dataclasses import asdict
from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import one_of, searching, tell
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.library import saved_queries


@click.group(short_help="List, save, rename and delete saved queries.")
def queries() -> None:
    """Queries that you gave a name."""


@queries.command("list", short_help="All saved queries.")
@common_options
def list_(data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """List all saved queries in your order."""
    with open_library(data_dir, collection) as library:
        found = saved_queries.list_queries(library.collection)
    if as_json:
        output.print_json([asdict(saved) for saved in found])
    else:
        rows = [(saved.name, saved.query, saved.sort, "at the start" if saved.is_default else "") for saved in found]
        output.print_table(("name", "query", "sort", ""), rows)
    return 0


@queries.command(short_help="Save a query.")
@click.argument("name")
@click.argument("query", nargs=-1)
@click.option("--sort", metavar="KEY", help='As in "rating desc".')
@click.option("--overwrite", is_flag=True, help="Take the place of one of this name.")
@common_options
def save(
    name: str,
    query: tuple[str, ...],
    sort: str | None,
    overwrite: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Save QUERY under NAME."""
    with open_library(data_dir, collection) as library, searching(library) as search:
        written = saved_queries.save_query(search, name, " ".join(query), sort, overwrite=overwrite)
        return tell(library, written, as_json=as_json)


@queries.command(short_help="Rename a saved query.")
@click.argument("old")
@click.argument("new")
@common_options
def rename(old: str, new: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Call the saved query OLD NEW."""
    with open_library(data_dir, collection) as library:
        written = saved_queries.rename_query(library.collection, _number(library, old), new)
        return tell(library, written, as_json=as_json)


@queries.command(short_help="Delete a saved query.")
@click.argument("name")
@common_options
def delete(name: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Delete the saved query NAME."""
    with open_library(data_dir, collection) as library:
        written = saved_queries.delete_query(library.collection, _number(library, name))
        return tell(library, written, as_json=as_json)


def _number(library: OpenLibrary, name: str) -> int:
    found = saved_queries.list_queries(library.collection)
    return one_of("saved query", [(saved.name, saved.id) for saved in found], name)
