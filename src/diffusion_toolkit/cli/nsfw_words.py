"""`dtk nsfw-words`: the words in prompts that mark pictures NSFW."""

from collections.abc import Sequence
from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library import nsfw_words as library_words


@click.command("nsfw-words", short_help="The words in prompts that mark pictures NSFW.")
@click.option("--add", "added", multiple=True, metavar="WORD", help="A word, or words that stand side by side.")
@click.option("--remove", "removed", multiple=True, metavar="WORD", help="Leave this one out.")
@click.option("--none", "clear", is_flag=True, help="Begin with an empty list.")
@common_options
def nsfw_words(
    added: Sequence[str],
    removed: Sequence[str],
    clear: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Show or change the list. A scan marks what it reads; `dtk rate --nsfw-words --all` marks what is there."""
    with open_library(data_dir, collection) as library:
        words = library_words.nsfw_words(library.collection)
        if unknown := sorted(set(removed) - set(words)):
            raise UsageError(f'"{unknown[0]}" is not in the list.')
        if added or removed or clear:
            kept = [] if clear else [word for word in words if word not in removed]
            words = library_words.set_nsfw_words(library.collection, [*kept, *added])
    if as_json:
        output.print_json({"words": words})
    elif words:
        click.echo("\n".join(words))
    else:
        output.message("The list is empty: nothing is marked.")
    return 0
