"""Writes the book's files, their expected records and docs/samples.md:  cd tests && python -m book.write"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from book import all_pages
from book.page import Page
from diffusion_toolkit import formats
from diffusion_toolkit.generators import REGISTRY

HERE = Path(__file__).parent
FILES = HERE / "files"
EXPECTED = HERE / "expected"
TABLE = HERE.parent.parent / "docs" / "samples.md"
LONGEST_FIELDS = 14
_NOT_FIELDS = frozenset({"format", "generator", "source", "width", "height", "problems", "workflow"})


def write_files() -> None:
    """Write every file, what lies beside it, and its expected record."""
    for folder in (FILES, EXPECTED):
        shutil.rmtree(folder, ignore_errors=True)
    for chapter, chapter_pages in all_pages().items():
        for page in chapter_pages:
            file_of(chapter, page).parent.mkdir(parents=True, exist_ok=True)
            file_of(chapter, page).write_bytes(page.data)
            for name, data in page.beside.items():
                (file_of(chapter, page).parent / name).write_bytes(data)
            record_of(chapter, page).parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(page.expected, indent=2, ensure_ascii=False, sort_keys=True)
            record_of(chapter, page).write_text(text + "\n", encoding="utf-8")


def file_of(chapter: str, page: Page) -> Path:
    """Where the file of a page lies."""
    return FILES / chapter / page.name


def record_of(chapter: str, page: Page) -> Path:
    """Where the record lies that a page must give."""
    return EXPECTED / chapter / f"{page.name}.json"


def table() -> str:
    """The docs' page about what is read from where, made from the book."""
    titles = {generator.slug: generator.title for generator in REGISTRY}
    forms = {form.slug: form.title for form in formats.REGISTRY}
    rows = [_row(page, titles, forms) for page in _pages()]
    return "\n".join(
        [
            "# What is read, from which files",
            "",
            "Made from the book of samples (`tests/book`): each line is a small file of our own, written to the rules",
            "of its generator, that every test run reads. `cd tests && python -m book.write` writes it anew.",
            "",
            f"{len(rows)} files, {len({row[0] for row in rows})} generators, {len({row[1] for row in rows})} formats.",
            "",
            "| generator | format | where | fields | what it shows |",
            "|---|---|---|---|---|",
            *(f"| {' | '.join(row)} |" for row in sorted(rows)),
            "",
        ]
    )


def _pages() -> Iterator[Page]:
    return (page for chapter_pages in all_pages().values() for page in chapter_pages)


def _row(page: Page, titles: dict[str, str], forms: dict[str, str]) -> tuple[str, str, str, str, str]:
    record = page.expected
    fields = [name for name in record if name not in _NOT_FIELDS]
    shown = ", ".join(fields[:LONGEST_FIELDS]) + (" …" if len(fields) > LONGEST_FIELDS else "")
    source = f"`{record['source']}`" if "source" in record else "–"
    generator = titles.get(record.get("generator", ""), "none")
    return generator, forms.get(record.get("format", ""), "none"), source, shown, page.about


if __name__ == "__main__":
    write_files()
    TABLE.write_text(table(), encoding="utf-8")
