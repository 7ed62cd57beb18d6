"""`dtk prompts`: distinct prompts and the statistics of their words."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import cast

import click

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.prompts.listing import Mode, PromptKind, PromptQuery, PromptSort, list_prompts
from diffusion_toolkit.library.prompts.tokens import Liking, TokenBook, TokenQuery, TokenSort
from diffusion_toolkit.library.prompts.visible import HIDDEN, Hidden
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.query.prompt_tokens import TokenKind

SHOWN_CHARACTERS = 100


@click.group(short_help="List the prompts of the library, and what their words are worth.")
def prompts() -> None:
    """Distinct prompts with how often they were used, and statistics of words, tags and LoRAs."""


_CHOICE = (
    click.option("--negative", is_flag=True, help="Negative prompts."),
    click.option("--images", metavar="QUERY", default="", help="Only pictures that this query finds count."),
    click.option("--hide", multiple=True, type=click.Choice(HIDDEN), help="Pictures of this kind do not count."),
    click.option("--limit", type=click.IntRange(0, 500), default=20, show_default=True),
    click.option("--offset", type=click.IntRange(min=0), default=0),
)


def _choice_options(command: click.decorators.FC) -> click.decorators.FC:
    for option in reversed(_CHOICE):
        command = option(command)
    return command


@prompts.command("list", short_help="Distinct prompts, the most used first.")
@click.argument("text", nargs=-1)
@click.option("--whole", is_flag=True, help="TEXT is the whole prompt.")
@click.option("--similar", type=click.FloatRange(0, 100), metavar="PERCENT", help="Prompts at least so like TEXT.")
@click.option("--sort", type=click.Choice(["uses", "likeness", "text", "newest", "rating"]))
@_choice_options
@common_options
def list_(
    text: tuple[str, ...],
    whole: bool,
    similar: float | None,
    sort: str | None,
    negative: bool,
    images: str,
    hide: tuple[str, ...],
    limit: int,
    offset: int,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """List prompts with TEXT in them (words of the query language), or all."""
    mode: Mode = "similar" if similar is not None else "whole" if whole else "words"
    asked = PromptQuery(
        kind=_kind(negative),
        text=" ".join(text),
        mode=mode,
        minimum=60.0 if similar is None else similar,
        images=images,
        hide=_hidden(hide),
        sort=cast("PromptSort | None", sort),
    )
    with _opened(data_dir, collection) as catalog:
        page = list_prompts(catalog, asked, now=local_now(), offset=offset, limit=limit)
    if as_json:
        output.print_json(asdict(page))
        return 0
    rows = [
        (f"{item.images:,}", "" if item.likeness is None else f"{item.likeness:.0f} %", _short(item.text))
        for item in page.items
    ]
    output.print_table(("pictures", "alike", "prompt"), rows)
    output.message(f"{page.total:,} prompts of {page.images:,} pictures.")
    return 0


@prompts.command(short_help="Words or tags: how often, how heavy, how well liked.")
@click.argument("text", default="")
@click.option(
    "--of",
    "kinds",
    multiple=True,
    type=click.Choice(["tag", "word", "lora", "hypernet", "embedding"]),
    default=("tag",),
    show_default=True,
    help="What to list; word stands alone.",
)
@click.option(
    "--sort",
    type=click.Choice(["images", "prompts", "best", "worst", "favorites", "refused", "weight", "text"]),
    default="images",
    show_default=True,
    help="best, worst: by your ratings; favorites, refused: by your favourites.",
)
@click.option("--min-images", type=click.IntRange(min=1), default=1, help="Leave out what fewer pictures have.")
@click.option("--min-rated", type=click.IntRange(min=0), default=0, help="Or fewer rated pictures.")
@_choice_options
@common_options
def tokens(
    text: str,
    kinds: tuple[str, ...],
    sort: str,
    min_images: int,
    min_rated: int,
    negative: bool,
    images: str,
    hide: tuple[str, ...],
    limit: int,
    offset: int,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """List words or tags with TEXT in them, or all."""
    asked = TokenQuery(
        kind=_kind(negative),
        kinds=cast("tuple[TokenKind, ...]", kinds),
        text=text,
        query=images,
        hide=_hidden(hide),
        images=min_images,
        rated=min_rated,
        sort=cast("TokenSort", sort),
    )
    with _opened(data_dir, collection) as catalog:
        page = TokenBook(Search(catalog)).page(asked, now=local_now(), offset=offset, limit=limit)
    if as_json:
        output.print_json(asdict(page))
        return 0
    rows = [
        (item.text, item.kind, f"{item.images:,}", f"{item.weight:g}", f"{item.rated:,}", _liking(item.rating))
        for item in page.items
    ]
    output.print_table(("token", "kind", "pictures", "weight", "rated", "liked by"), rows)
    output.message(f"{page.total:,} tokens of {page.images:,} pictures, {page.rated:,} of them rated.")
    return 0


@contextmanager
def _opened(data_dir: Path | None, collection: str | None) -> Generator[Catalog]:
    with open_library(data_dir, collection) as library:
        catalog = Catalog(library.collection, CatalogOptions(snapshot_folder=library.settings.data_dir / "catalog"))
        try:
            catalog.load()
            yield catalog
        finally:
            catalog.close()


def _kind(negative: bool) -> PromptKind:
    return "negative" if negative else "prompt"


def _hidden(chosen: tuple[str, ...]) -> frozenset[Hidden]:
    return frozenset(kind for kind in HIDDEN if kind in chosen)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"


def _liking(found: Liking | None) -> str:
    """As in "+0.8 (0.5 … 1.1)"; in brackets where it may be chance."""
    if found is None:
        return ""
    text = f"{found.lift:+.2f}"
    return f"{text} ({found.low:+.2f} … {found.high:+.2f})" if found.sure else f"({text})"
