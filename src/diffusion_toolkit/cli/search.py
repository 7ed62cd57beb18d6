"""`dtk search`: a query over the library."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.search import Search


@click.command(short_help="Run a query over the library.")
@click.argument("query", nargs=-1)
@click.option("--sort", metavar="KEY", default="date", show_default=True, help='As in "rating desc".')
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Pictures to list.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Pictures to leave out first.")
@click.option("--count", "only_count", is_flag=True, help="Only the exact total.")
@click.option("--facets", metavar="F,...", default="", help="Also count these: model, folder, rating, ...")
@common_options
def search(
    query: tuple[str, ...],
    sort: str,
    limit: int,
    offset: int,
    only_count: bool,
    facets: str,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Run QUERY (empty: everything). `docs/query.md` has the language.

    A query that begins with "-" goes after "--".
    """
    keys = [key.strip() for key in facets.split(",") if key.strip()]
    with open_library(data_dir, collection) as library:
        catalog = Catalog(library.collection, CatalogOptions(snapshot_folder=library.settings.data_dir / "catalog"))
        try:
            catalog.load()
            searcher = Search(catalog)
            found = searcher.run(" ".join(query), sort, now=local_now())
            result: dict[str, Any] = {"total": found.total}
            if not only_count:
                result["items"] = [asdict(item) for item in searcher.page(found.handle, offset, limit)]
            if keys:
                counted = searcher.facets(found.handle, keys)
                result["facets"] = {key: [asdict(value) for value in values] for key, values in counted.items()}
        finally:
            catalog.close()
    if as_json:
        output.print_json(result)
    else:
        _print(result)
    return 0


def _print(result: dict[str, Any]) -> None:
    for item in result.get("items", []):
        click.echo(item["path"])
    for key, values in result.get("facets", {}).items():
        output.print_table((key, "pictures"), [(value["value"], f"{value['count']:,}") for value in values])
    output.message(f"{result['total']:,} pictures.")
