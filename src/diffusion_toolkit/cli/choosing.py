"""What commands share that change curation: the pictures a query finds, and telling what was done."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import OpenLibrary
from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.undo import get_action, tidy_journal
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.vocabulary import name_key


@contextmanager
def searching(library: OpenLibrary) -> Generator[Search]:
    """A search over the whole library."""
    catalog = Catalog(library.collection, CatalogOptions(snapshot_folder=library.settings.data_dir / "catalog"))
    try:
        catalog.load()
        yield Search(catalog)
    finally:
        catalog.close()


def chosen(search: Search, query: Sequence[str], *, everything: bool, sort: str = "date") -> NDArray[np.int32]:
    """The pictures that a query finds, in order. Raises UsageError for no query, unless everything is meant."""
    text = " ".join(query)
    if not text.strip() and not everything:
        raise UsageError("Name a query, or --all for the whole library.")
    return search.ids(search.run(text, sort, now=local_now()).handle)


def tell(library: OpenLibrary, written: Written, *, as_json: bool) -> int:
    """Say what was done, and keep the journal small. The exit code."""
    if as_json:
        output.print_json({"changed": written.changed, "journal": written.journal_id, "id": written.subject_id})
    elif written.journal_id is None:
        output.message("Nothing to change.")
    else:
        action = get_action(library.collection, written.journal_id)
        output.message(f"{action.sentence}. `dtk undo {action.id}` takes it back.")
    tidy_journal(library.collection)
    return 0


def one_of(kind: str, found: Sequence[tuple[str, int]], name: str, key: Callable[[str], str] = name_key) -> int:
    """The number of the album, tag or query of this name, as names are compared. Raises NotFound."""
    for title, number in found:
        if key(title) == key(name):
            return number
    raise NotFound(f'There is no {kind} "{name}".')
