"""Brings in a file, whatever kind it is: our own export, or the database of the older Diffusion Toolkit."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from diffusion_toolkit.library.portable import diffusion_toolkit_file, reading
from diffusion_toolkit.library.portable.importing import Import, Imported, ImportOptions
from diffusion_toolkit.library.portable.reading import Bundle
from diffusion_toolkit.progress import Progress
from diffusion_toolkit.store.database import Collection

_SQLITE: Final = b"SQLite format 3\0"

Tell = Callable[[Progress], None]


def bring_file(
    collection: Collection,
    path: Path,
    name: str,
    moved: Mapping[str, str],
    options: ImportOptions,
    tell: Tell = lambda progress: None,
) -> Imported:
    """Bring a file in as one action that can be undone. name: of the file, for the list of actions; moved: folders as
    the file names them, to where they are now; tell: hears of the progress.

    Raises UsageError for a file that is none of these, or damaged; what came before the damage is taken over.
    """
    with opened(path, moved) as bundle:
        work = Import(collection, options, name, respell=not bundle.ours)
        for progress in work.run(bundle.around, bundle.pictures):
            tell(progress)
    return work.done


@contextmanager
def opened(path: Path, moved: Mapping[str, str]) -> Generator[Bundle]:
    """What a file holds, by its content. Raises UsageError."""
    with path.open("rb") as file:
        is_sqlite = file.read(len(_SQLITE)) == _SQLITE
    with diffusion_toolkit_file.opened(path, moved) if is_sqlite else reading.opened(path) as bundle:
        yield bundle
