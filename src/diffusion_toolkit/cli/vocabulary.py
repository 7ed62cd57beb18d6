"""`dtk vocabulary`: the canonical names of tags, and what else they are called."""

from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import tell
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.cli.models import installed_models
from diffusion_toolkit.enrich.taggers.lists import label_lists
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library import tag_vocabulary


@click.group(short_help="Canonical names of tags, and their aliases.")
def vocabulary() -> None:
    """Of all the ways to write a tag the one that counts.

    Your own map comes first ("kitty = cat"), then the label lists of the taggers that are here, then rules about
    underscores, categories and spelling. Whatever becomes a tag passes through it.
    """


@vocabulary.command("list", short_help="Your own map, and the lists that are known.")
@common_options
def list_(data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """List your own map, and the label lists that are taken into account."""
    with open_library(data_dir, collection) as library:
        aliases = tag_vocabulary.list_aliases(library.collection)
        lists = tag_vocabulary.known_lists(library.collection)
    if as_json:
        output.print_json({"aliases": [asdict(line) for line in aliases], "lists": lists})
    else:
        output.print_table(("alias", "canonical"), [(line.alias, line.canonical) for line in aliases])
        for name, count in lists.items():
            output.message(f"Labels of {name}: {count:,}.")
    return 0


@vocabulary.command(short_help="Let a tag mean another one.")
@click.argument("alias")
@click.argument("canonical")
@common_options
def add(alias: str, canonical: str, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Let ALIAS mean CANONICAL from now on. `dtk vocabulary apply` does it for tags that pictures have."""
    with open_library(data_dir, collection) as library:
        return tell(library, tag_vocabulary.add_alias(library.collection, alias, canonical), as_json=as_json)


@vocabulary.command(short_help="Take aliases out of your map.")
@click.argument("aliases", nargs=-1, required=True)
@common_options
def remove(aliases: tuple[str, ...], data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Let ALIASES stand for themselves again."""
    with open_library(data_dir, collection) as library:
        return tell(library, tag_vocabulary.remove_aliases(library.collection, aliases), as_json=as_json)


@vocabulary.command("import", short_help="Add the lines of a file to your map.")
@click.argument("file", type=click.File("rb"))
@click.option("--replace", is_flag=True, help="They become the whole map.")
@common_options
def import_(file: BinaryIO, replace: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Add the lines of FILE ("-": standard input) to your map: `alias = canonical name` a line."""
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("The file is no text in UTF-8.") from error
    with open_library(data_dir, collection) as library:
        written = tag_vocabulary.import_aliases(library.collection, text, replace=replace)
        return tell(library, written, as_json=as_json)


@vocabulary.command(short_help="Print your map as text.")
@common_options
def export(data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Print your map, as `dtk vocabulary import` takes it."""
    with open_library(data_dir, collection) as library:
        text = tag_vocabulary.aliases_as_text(library.collection)
    if as_json:
        output.print_json({"text": text})
    else:
        click.echo(text, nl=False)
    return 0


@vocabulary.command(short_help="Say what tags are called here.")
@click.argument("names", nargs=-1, required=True)
@common_options
def spell(names: tuple[str, ...], data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Print the canonical name of each of NAMES."""
    with open_library(data_dir, collection) as library:
        canonical = tag_vocabulary.spell(library.collection, names)
    if as_json:
        output.print_json([{"name": name, "canonical": found} for name, found in zip(names, canonical, strict=True)])
    else:
        for name in canonical:
            output.line(name)
    return 0


@vocabulary.command(short_help="Give all tags their canonical names.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@common_options
def apply(dry_run: bool, data_dir: Path | None, collection: str | None, as_json: bool) -> int:
    """Give every tag its canonical name; those that get the same become one. `dtk undo` takes it back."""
    with open_library(data_dir, collection) as library:
        _learn(library)
        if not dry_run:
            return tell(library, tag_vocabulary.apply_vocabulary(library.collection), as_json=as_json)
        found = tag_vocabulary.respellings(library.collection)
    if as_json:
        output.print_json([asdict(each) for each in found])
    else:
        rows = [(each.name, each.canonical, "merged" if each.merges else "renamed") for each in found]
        output.print_table(("tag", "becomes", ""), rows)
    return 0


def _learn(library: OpenLibrary) -> None:
    """Take the lists of the models that are here into account."""
    lists = label_lists(installed_models(library.settings.models_folder).installed)
    for name in tag_vocabulary.learn_labels(library.collection, lists):
        output.message(f"Read the labels of {name}.")
