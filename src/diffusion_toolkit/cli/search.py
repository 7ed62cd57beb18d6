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
from diffusion_toolkit.library.search_options import Hide, ParseOptions, Scope, SearchOptions
from diffusion_toolkit.query import format_query, parse
from diffusion_toolkit.query.scope import scope_properties


@click.command(short_help="Run a query over the library.")
@click.argument("query", nargs=-1)
@click.option("--sort", metavar="KEY", default="date", show_default=True, help='As in "rating desc" or "random:7".')
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Pictures to list.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Pictures to leave out first.")
@click.option("--count", "only_count", is_flag=True, help="Only the exact total.")
@click.option("--facets", metavar="F,...", default="", help="Also count these: model, folder, rating, ...")
@click.option("--hide-nsfw", is_flag=True, help="Leave out what is marked NSFW.")
@click.option("--hide-deleted", is_flag=True, help="Leave out what is marked for deletion.")
@click.option("--hide-unavailable", is_flag=True, help="Leave out what cannot be reached now.")
@click.option("--classic", is_flag=True, help="Read the query as Diffusion Toolkit does: negative prompt: to the end.")
@click.option("--month-first", is_flag=True, help="3/4/2026 is in March.")
@click.option("--nodes", metavar="P,...", default="", help="Also look for the text in these properties of nodes.")
@click.option("--raw", is_flag=True, help="Also look for the text in all metadata. Slow.")
@click.option("--format", "only_format", is_flag=True, help="Only write the query in its canonical form.")
@common_options
def search(
    query: tuple[str, ...],
    sort: str,
    limit: int,
    offset: int,
    only_count: bool,
    facets: str,
    hide_nsfw: bool,
    hide_deleted: bool,
    hide_unavailable: bool,
    classic: bool,
    month_first: bool,
    nodes: str,
    raw: bool,
    only_format: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Run QUERY (empty: everything). `docs/query.md` has the language.

    A query that begins with "-" goes after "--". For --nodes, "default" means those that mostly hold prompts.
    """
    options = SearchOptions(
        hide=Hide(nsfw=hide_nsfw, deleted=hide_deleted, unavailable=hide_unavailable),
        parse=ParseOptions(preset="classic" if classic else "standard", month_first=month_first),
        scope=Scope(node_properties=scope_properties(_names(nodes)), raw=raw),
    )
    if only_format:
        return _write_formatted(" ".join(query), options.parse, as_json=as_json)
    with open_library(data_dir, collection) as library:
        catalog = Catalog(library.collection, CatalogOptions(snapshot_folder=library.settings.data_dir / "catalog"))
        try:
            catalog.load()
            searcher = Search(catalog)
            found = searcher.run(" ".join(query), sort, now=local_now(), options=options)
            result: dict[str, Any] = {"total": found.total}
            if found.hidden:
                result["hidden"] = dict(found.hidden)
            if hints := searcher.hints(found.handle):
                result["hints"] = [asdict(hint) for hint in hints]
            if not only_count:
                result["items"] = searcher.rows(found.handle, offset, limit)
            if keys := _names(facets):
                counted = searcher.facets(found.handle, keys)
                result["facets"] = {key: [asdict(value) for value in values] for key, values in counted.items()}
        finally:
            catalog.close()
    if as_json:
        output.print_json(result)
    else:
        _print(result)
    return 0


def _write_formatted(query: str, options: ParseOptions, *, as_json: bool) -> int:
    """The query as the program writes it. Needs no library; names with blanks that only a library knows need quotes."""
    written = format_query(parse(query, options=options))
    if as_json:
        output.print_json({"query": written})
    else:
        click.echo(written)
    return 0


def _names(text: str) -> list[str]:
    return [name for name in (part.strip() for part in text.split(",")) if name]


def _print(result: dict[str, Any]) -> None:
    for item in result.get("items", []):
        output.line(item["path"])
    for key, values in result.get("facets", {}).items():
        output.print_table((key, "pictures"), [(value["value"], f"{value['count']:,}") for value in values])
    for hint in result.get("hints", []):
        output.message(f"{hint['message']} Then: {hint['query']}")
    hidden = "".join(f" {count:,} hidden ({field})." for field, count in result.get("hidden", {}).items())
    output.message(f"{result['total']:,} pictures.{hidden}")
