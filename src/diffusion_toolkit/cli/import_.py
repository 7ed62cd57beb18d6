"""`dtk import`: curation of another library, of the older Diffusion Toolkit, or out of the pictures themselves."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import chosen, searching
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.portable.bringing import bring_file
from diffusion_toolkit.library.portable.entry import Around
from diffusion_toolkit.library.portable.importing import Import, Imported, ImportOptions
from diffusion_toolkit.library.portable.importing_ratings import rated_elsewhere


@click.command("import", short_help="Bring in ratings, tags and albums.")
@click.argument("path", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="[FILE]")
@click.option("--xmp", metavar="QUERY", help="Take ratings and keywords of other programs out of these pictures.")
@click.option(
    "--moved",
    nargs=2,
    multiple=True,
    metavar="OLD NEW",
    help="A folder as FILE names it, and where it is now. May be given several times.",
)
@click.option("--overwrite", is_flag=True, help="What comes in counts more than the ratings that are here.")
@common_options
def import_(
    path: Path | None,
    xmp: str | None,
    moved: Sequence[tuple[str, str]],
    overwrite: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Bring in what `dtk export` wrote, the database of the older Diffusion Toolkit (diffusion-toolkit.db), or ratings
    that other programs wrote into the pictures (--xmp "" for all of them). It is one action, which `dtk undo` undoes.
    """
    if (path is None) == (xmp is None):
        raise UsageError("Name a file to import, or --xmp with a query.")
    with open_library(data_dir, collection) as library:
        options = ImportOptions(over=overwrite)
        with output.ProgressBar() as bar:
            if path is not None:
                done = bring_file(library.collection, path, path.name, dict(moved), options, bar.show)
            else:
                done = _bring_ratings(library, xmp or "", options, bar)
    _tell(done, as_json=as_json)
    return 0


def _bring_ratings(library: OpenLibrary, query: str, options: ImportOptions, bar: output.ProgressBar) -> Imported:
    with searching(library) as search:
        ids = chosen(search, [query], everything=True)
    work = Import(library.collection, options, "the pictures' own XMP", respell=True)
    for progress in work.run(Around(), rated_elsewhere(library.collection, ids)):
        bar.show(progress)
    return work.done


def _tell(done: Imported, *, as_json: bool) -> None:
    if as_json:
        output.print_json(asdict(done))
        return
    output.message(
        f"{done.found:,} of {done.pictures:,} pictures were found here; {done.changed:,} changed. "
        f"New: {done.albums:,} albums, {done.saved_queries:,} saved queries."
    )
    for place in done.unknown:
        output.message(f"not found: {place}")
    if done.pictures > done.found:
        output.message("Scan the folders they lie in, or say where they are now (--moved OLD NEW); then import again.")
