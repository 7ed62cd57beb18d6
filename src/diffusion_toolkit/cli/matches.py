"""`dtk matches`: files that may be missing pictures in another form, to be accepted or declined."""

from dataclasses import asdict
from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import tell
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.library import identity


@click.group(short_help="Files that may be missing pictures in another form.")
def matches() -> None:
    """A picture that was converted or resized elsewhere looks the same, but only you can say that it is the same."""


@matches.command("list", short_help="Offers that wait for a decision.")
@common_options
def list_(data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """List the files offered for missing pictures, the surest first."""
    with open_library(data_dir, collection) as library:
        found = identity.list_offers(library.collection)
    if as_json:
        output.print_json([asdict(offer) for offer in found])
        return 0
    rows = [
        (str(offer.missing_id), offer.missing_path, str(offer.found_id), offer.found_path, f"{offer.distance} bits")
        for offer in found
    ]
    output.print_table(("missing", "its place", "found", "its place", "apart"), rows)
    return 0


@matches.command(short_help="Say that a file is the missing picture.")
@click.argument("missing", type=int)
@click.argument("found", type=int)
@common_options
def accept(missing: int, found: int, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Give the picture FOUND the ratings, tags and albums of the picture MISSING (numbers as `dtk matches list`)."""
    with open_library(data_dir, collection) as library:
        return tell(library, identity.accept(library.collection, missing, found), as_json=as_json)


@matches.command(short_help="Say that a file is not the missing picture.")
@click.argument("missing", type=int)
@click.argument("found", type=int, required=False)
@common_options
def decline(missing: int, found: int | None, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Offer the picture FOUND, or any, for the picture MISSING no more."""
    with open_library(data_dir, collection) as library:
        declined = identity.decline(library.collection, missing, found)
    if as_json:
        output.print_json({"declined": declined})
    else:
        output.message("Nothing was offered." if not declined else "It is not offered again.")
    return 0
