"""The page of the fields says what the program does."""

from pathlib import Path

from diffusion_toolkit.query import FIELDS
from diffusion_toolkit.query.describe import describe
from diffusion_toolkit.query.fields import field_named


def test_page_of_fields_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "query-fields.md"
    assert page.read_text(encoding="utf-8") == describe(), (
        "run: python -m diffusion_toolkit.query.describe > docs/query-fields.md"
    )


def test_names_and_aliases_are_unique() -> None:
    names = [name for field in FIELDS.values() for name in (field.name, *field.aliases)]
    assert len(names) == len(set(names))
    assert all(field_named(name) is field for field in FIELDS.values() for name in (field.name, *field.aliases))
