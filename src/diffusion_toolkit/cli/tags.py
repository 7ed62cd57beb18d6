"""`dtk tags`: the tags of the library, and giving them to pictures."""

from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import chosen, one_of, searching, tell
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library import tags as library_tags
from diffusion_toolkit.library.tag_list import TagSource, counted_tags
from diffusion_toolkit.library.tags import Tagging
from diffusion_toolkit.vocabulary import tag_key


@click.group(short_help="List, give, rename and merge tags.")
def tags() -> None:
    """What you call your pictures: many tags per picture."""


@tags.command("list", short_help="All tags with counts.")
@click.option(
    "--source",
    type=click.Choice(["own", "model"]),
    help="Only those that you, imports or files gave, or only those that models gave.",
)
@common_options
def list_(source: TagSource | None, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """List all tags, how many pictures have each, and of how many only models say it."""
    with open_library(data_dir, collection) as library, searching(library) as search:
        found = counted_tags(search, source)
    if as_json:
        output.print_json([asdict(tag) for tag in found])
    else:
        rows = [(tag.name, f"{tag.count:,}", f"{tag.model_count:,}") for tag in found]
        output.print_table(("tag", "pictures", "only by models"), rows)
    return 0


@tags.command(short_help="Give tags to all pictures that a query finds.")
@click.argument("query", nargs=-1)
@click.option("--add", "added", multiple=True, metavar="TAG", help="Give this tag.")
@click.option(
    "--remove", "removed", multiple=True, metavar="TAG", help="Take this tag, whoever gave it; no model gives it again."
)
@click.option("--only", is_flag=True, help="Take all other tags that you gave.")
@click.option("--all", "everything", is_flag=True, help="The whole library, without a query.")
@common_options
def give(
    query: tuple[str, ...],
    added: tuple[str, ...],
    removed: tuple[str, ...],
    only: bool,
    everything: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Give tags to all pictures that QUERY finds, and take tags from them. New names become new tags."""
    with open_library(data_dir, collection) as library, searching(library) as search:
        ids = chosen(search, query, everything=everything)
        tagging = Tagging(add=added, remove=removed, only=only)
        return tell(library, library_tags.tag_images(library.collection, ids, tagging), as_json=as_json)


@tags.command(short_help="Make a tag.")
@click.argument("name")
@common_options
def create(name: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Make the tag NAME, which no picture has yet."""
    with open_library(data_dir, collection) as library:
        return tell(library, library_tags.create_tag(library.collection, name), as_json=as_json)


@tags.command(short_help="Rename a tag.")
@click.argument("old")
@click.argument("new")
@common_options
def rename(old: str, new: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Call the tag OLD NEW."""
    with open_library(data_dir, collection) as library:
        number = _number(library, old)
        return tell(library, library_tags.rename_tag(library.collection, number, new), as_json=as_json)


@tags.command(short_help="Make one tag of several.")
@click.argument("names", nargs=-1, required=True)
@click.option("--into", required=True, metavar="TAG", help="The tag that stays.")
@common_options
def merge(names: tuple[str, ...], into: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Give the pictures of NAMES the tag --into instead."""
    with open_library(data_dir, collection) as library:
        numbers = [_number(library, name) for name in names]
        written = library_tags.merge_tags(library.collection, numbers, _number(library, into))
        return tell(library, written, as_json=as_json)


@tags.command(short_help="Delete tags.")
@click.argument("names", nargs=-1, required=True)
@common_options
def delete(names: tuple[str, ...], data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Delete tags; their pictures lose them."""
    with open_library(data_dir, collection) as library:
        numbers = [_number(library, name) for name in names]
        return tell(library, library_tags.delete_tags(library.collection, numbers), as_json=as_json)


@tags.command("import", short_help="Make tags of a file.")
@click.argument("file", type=click.File("rb"))
@common_options
def import_(file: BinaryIO, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Make tags of FILE ("-": standard input): one a line, or JSON as `dtk tags list --json` prints it."""
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("The file is no text in UTF-8.") from error
    with open_library(data_dir, collection) as library:
        return tell(library, library_tags.import_tags(library.collection, text), as_json=as_json)


@tags.command(short_help="Print all tags, one a line.")
@common_options
def export(data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Print the names of all tags, one a line, as `dtk tags import` takes them."""
    with open_library(data_dir, collection) as library:
        found = library_tags.list_tags(library.collection)
    if as_json:
        output.print_json([{"name": tag.name, "count": tag.count} for tag in found])
    else:
        click.echo(library_tags.tags_as_text(found), nl=False)
    return 0


def _number(library: OpenLibrary, name: str) -> int:
    found = library_tags.list_tags(library.collection)
    return one_of("tag", [(tag.name, tag.id) for tag in found], name, tag_key)
