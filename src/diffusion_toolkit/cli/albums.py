"""`dtk albums`: the albums of the library, and what is in them."""

from dataclasses import asdict
from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import chosen, one_of, searching, tell
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library import albums as library_albums
from diffusion_toolkit.library import smart_albums
from diffusion_toolkit.library.album_list import ORDERS, Album, AlbumOrder, list_albums
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.search import Search


@click.group(short_help="List, make and fill albums.")
def albums() -> None:
    """Albums: pictures in an order of your own, or a query that is an album."""


@albums.command("list", short_help="All albums with counts.")
@click.option("--order", type=click.Choice(ORDERS), default="custom", show_default=True, help="How they are sorted.")
@common_options
def list_(order: AlbumOrder, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """List all albums, and how many pictures each has now."""
    with open_library(data_dir, collection) as library, searching(library) as search:
        found = list_albums(search, order, now=local_now())
    if as_json:
        output.print_json([asdict(album) for album in found])
    else:
        output.print_table(("album", "pictures", "query"), [_row(album) for album in found])
    return 0


@albums.command(short_help="Make an album.")
@click.argument("name")
@click.option("--from", "query", metavar="QUERY", help="Fill it with what this query finds now.")
@click.option("--smart", metavar="QUERY", help="Its pictures are always those that this query finds.")
@click.option("--sort", metavar="KEY", default="date", show_default=True, help="The order of its pictures.")
@common_options
def create(
    name: str,
    query: str | None,
    smart: str | None,
    sort: str,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Make the album NAME: empty, filled, or smart."""
    if query is not None and smart is not None:
        raise UsageError("--from and --smart cannot stand together.")
    with open_library(data_dir, collection) as library, searching(library) as search:
        if smart is not None:
            written = smart_albums.create_smart_album(search, name, smart, sort)
        else:
            ids = chosen(search, [query], everything=True, sort=sort) if query is not None else ()
            written = library_albums.create_album(library.collection, name, ids)
        return tell(library, written, as_json=as_json)


@albums.command(short_help="Put pictures into an album.")
@click.argument("name")
@click.argument("query", nargs=-1)
@click.option("--sort", metavar="KEY", default="date", show_default=True, help="The order in which they are added.")
@click.option("--all", "everything", is_flag=True, help="The whole library, without a query.")
@common_options
def add(
    name: str,
    query: tuple[str, ...],
    sort: str,
    everything: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Put all pictures that QUERY finds at the end of the album NAME."""
    with open_library(data_dir, collection) as library, searching(library) as search:
        ids = chosen(search, query, everything=everything, sort=sort)
        written = library_albums.add_images(library.collection, _number(search, name), ids)
        return tell(library, written, as_json=as_json)


@albums.command(short_help="Take pictures out of an album.")
@click.argument("name")
@click.argument("query", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All pictures, without a query.")
@common_options
def remove(
    name: str,
    query: tuple[str, ...],
    everything: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Take all pictures that QUERY finds out of the album NAME. They stay in the library."""
    with open_library(data_dir, collection) as library, searching(library) as search:
        ids = chosen(search, query, everything=everything)
        written = library_albums.remove_images(library.collection, _number(search, name), ids)
        return tell(library, written, as_json=as_json)


@albums.command(short_help="Rename an album.")
@click.argument("old")
@click.argument("new")
@common_options
def rename(old: str, new: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Call the album OLD NEW."""
    with open_library(data_dir, collection) as library, searching(library) as search:
        written = library_albums.rename_album(library.collection, _number(search, old), new)
        return tell(library, written, as_json=as_json)


@albums.command(short_help="Delete an album; its pictures stay.")
@click.argument("name")
@common_options
def delete(name: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Delete the album NAME. Its pictures stay."""
    with open_library(data_dir, collection) as library, searching(library) as search:
        written = library_albums.delete_album(library.collection, _number(search, name))
        return tell(library, written, as_json=as_json)


@albums.command(short_help="Make a plain album of a smart one.")
@click.argument("name")
@common_options
def convert(name: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Keep in the album NAME the pictures that its query finds now."""
    with open_library(data_dir, collection) as library, searching(library) as search:
        written = smart_albums.convert_album(search, _number(search, name), now=local_now())
        return tell(library, written, as_json=as_json)


def _number(search: Search, name: str) -> int:
    return one_of("album", [(album.name, album.id) for album in list_albums(search, now=local_now())], name)


def _row(album: Album) -> tuple[str, str, str]:
    return album.name, f"{album.count:,}", album.problem or album.query or ""
