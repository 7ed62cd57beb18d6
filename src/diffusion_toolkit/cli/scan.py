"""`dtk scan`: both phases over folders or the whole library, with progress."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.library.folders.lookup import scope_below
from diffusion_toolkit.library.roots import Root, add_root, list_roots
from diffusion_toolkit.library.scan import ScanOptions
from diffusion_toolkit.library.scan import scan as scan_root
from diffusion_toolkit.library.scanning.options import DEEP, QUICK
from diffusion_toolkit.library.scanning.passing import EVERYTHING, Scope
from diffusion_toolkit.library.scanning.runs import last_scan
from diffusion_toolkit.paths import printable

COUNTS = ("files", "new", "changed", "moved", "missing", "failed")


@click.command(short_help="Index folders: names first, then metadata.")
@click.argument("folders", nargs=-1, type=click.Path())
@click.option("--quick", "only", flag_value="quick", help="Only find files.")
@click.option("--deep", "only", flag_value="deep", help="Only read the metadata of files found before.")
@click.option("--rebuild", is_flag=True, help="Read the metadata of every file again. Ratings, albums and tags stay.")
@common_options
def scan(
    folders: tuple[str, ...],
    only: str | None,
    rebuild: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Index FOLDERS, or every folder of the library. Interrupted, it goes on where it stopped.

    A folder inside one of the library's is looked at alone, with all below it.
    """
    phases = (only,) if only else (QUICK, DEEP)
    seconds: defaultdict[str, float] = defaultdict(float)
    counts: Counter[str] = Counter()
    with open_library(data_dir, collection) as library, output.ProgressBar() as bar:
        options = ScanOptions(
            phases=phases,
            rebuild=rebuild,
            workers=library.settings.scan.workers,
            read=FileReader(plugin_folder=library.settings.plugin_folder),
        )
        for root, scope in _places(library, folders):
            counts.update(_scan_one(library, root, replace(options, scope=scope), bar, seconds))
    result = {name: counts[name] for name in COUNTS} | {
        "seconds": round(sum(seconds.values()), 3),
        **{f"{phase}_seconds": round(seconds[phase], 3) for phase in (QUICK, DEEP)},
    }
    if as_json:
        output.print_json(result)
    else:
        output.message(_sentence(result))
    return 0


def _places(library: OpenLibrary, folders: tuple[str, ...]) -> list[tuple[Root, Scope]]:
    """What to scan: new roots, or the folders of known ones; without any, every root."""
    if not folders:
        return [(root, EVERYTHING) for root in list_roots(library.collection)]
    roots = [(add_root(library.collection, folder), folder) for folder in folders]
    return [(root, scope_below(root, folder)) for root, folder in roots]


def _scan_one(
    library: OpenLibrary, root: Root, options: ScanOptions, bar: output.ProgressBar, seconds: defaultdict[str, float]
) -> dict[str, int]:
    counts: dict[str, int] = {}
    then = time.perf_counter()
    for progress in scan_root(library.collection, root.id, options):
        bar.show(progress)
        counts = dict(progress.counts)
        now = time.perf_counter()
        seconds[progress.stage] += now - then
        then = now
    if (run := last_scan(library.collection, root.id)) is not None and run.message:
        output.message(f"{printable(root.path)}: {run.message}")
    return counts


def _sentence(result: Mapping[str, float]) -> str:
    parts = [f"{result[name]:,} {name}" for name in COUNTS[1:] if result[name]]
    changes = ", ".join(parts) if parts else "nothing changed"
    hint = " `dtk search problem:any` lists files that could not be read as they should." if result["failed"] else ""
    return f"{result['files']:,} files: {changes}. {result['seconds']:.1f} s.{hint}"
