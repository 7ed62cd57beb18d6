"""`dtk rate`: ratings, favourites and flags of all pictures that a query finds."""

from pathlib import Path

import click

from diffusion_toolkit.cli.choosing import chosen, searching, tell
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.curate import KEEP, Change, curate
from diffusion_toolkit.library.nsfw_results import mark_by_words


@click.command(short_help="Rate and mark all pictures that a query finds.")
@click.argument("query", nargs=-1)
@click.option("--rating", type=click.IntRange(1, 10), help="1 to 10.")
@click.option("--no-rating", is_flag=True, help="Take the rating away.")
@click.option("--favorite/--no-favorite", default=None, help="Make them favourites, or not.")
@click.option("--nsfw/--no-nsfw", default=None, help="Mark them NSFW, or not.")
@click.option("--for-deletion/--keep", default=None, help="Mark them for deletion, or not.")
@click.option("--nsfw-words", is_flag=True, help="Mark NSFW those whose prompt has one of the words for that.")
@click.option("--all", "everything", is_flag=True, help="The whole library, without a query.")
@common_options
def rate(
    query: tuple[str, ...],
    rating: int | None,
    no_rating: bool,
    favorite: bool | None,
    nsfw: bool | None,
    for_deletion: bool | None,
    nsfw_words: bool,
    everything: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Rate and mark all pictures that QUERY finds, as one action that `dtk undo` takes back.

    A query that begins with "-" goes after "--".
    """
    if no_rating and rating is not None:
        raise UsageError("--rating and --no-rating cannot stand together.")
    change = Change(
        rating=None if no_rating else KEEP if rating is None else rating,
        favorite=KEEP if favorite is None else favorite,
        nsfw=KEEP if nsfw is None else nsfw,
        for_deletion=KEEP if for_deletion is None else for_deletion,
    )
    if nsfw_words and change.values:
        raise UsageError("--nsfw-words stands alone.")
    with open_library(data_dir, collection) as library, searching(library) as search:
        ids = chosen(search, query, everything=everything)
        marking = nsfw_words and mark_by_words(search, ids, now=local_now())
        return tell(library, marking or curate(library.collection, ids, change), as_json=as_json)
