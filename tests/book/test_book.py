"""Every file of the book gives the record that stands beside it, whether read from disk or made anew."""

import json
from pathlib import Path
from typing import Any

import pytest

from book import all_pages
from book.page import Page
from book.write import TABLE, file_of, record_of, table
from diffusion_toolkit import formats
from diffusion_toolkit.generators import REGISTRY, read_file
from diffusion_toolkit.library.inspect import record_json

EVERY_PAGE = [
    pytest.param(chapter, page, id=f"{chapter}/{page.name}") for chapter, pages in all_pages().items() for page in pages
]


def read(path: Path) -> dict[str, Any]:
    """The record of a file as `dtk inspect --json` gives it, without what depends on the place of the file."""
    record = record_json(str(path), read_file(path))
    return {key: value for key, value in record.items() if key not in ("path", "bytes")}


@pytest.mark.parametrize(("chapter", "page"), EVERY_PAGE)
def test_the_file_gives_the_record_beside_it(chapter: str, page: Page) -> None:
    assert read(file_of(chapter, page)) == json.loads(record_of(chapter, page).read_text("utf-8"))


@pytest.mark.parametrize(("chapter", "page"), EVERY_PAGE)
def test_the_page_written_anew_gives_what_it_says(chapter: str, page: Page, tmp_path: Path) -> None:
    (tmp_path / page.name).write_bytes(page.data)
    for name, data in page.beside.items():
        (tmp_path / name).write_bytes(data)
    assert read(tmp_path / page.name) == dict(page.expected)


def test_every_generator_has_pages() -> None:
    shown = {page.expected.get("generator") for pages in all_pages().values() for page in pages}
    assert {generator.slug for generator in REGISTRY} <= shown


def test_every_format_has_pages() -> None:
    shown = {page.expected.get("format") for pages in all_pages().values() for page in pages}
    assert {form.slug for form in formats.REGISTRY} <= shown


def test_the_table_of_the_docs_is_the_book() -> None:
    assert TABLE.read_text("utf-8") == table(), "run: cd tests && python -m book.write"
