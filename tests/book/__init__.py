"""The book of samples: small files as each generator writes them into each container, with the record they must give.

`pages/` says what stands in them, one module per generator; `python -m book.write` (from `tests/`) writes the files,
their expected records and the table of the docs.
"""

import pkgutil
from functools import cache
from importlib import import_module

from book import pages
from book.page import Page


@cache
def all_pages() -> dict[str, list[Page]]:
    """The pages by chapter, which is the name of their module."""
    names = sorted(module.name for module in pkgutil.iter_modules(pages.__path__))
    return {name: import_module(f"book.pages.{name}").PAGES for name in names}
