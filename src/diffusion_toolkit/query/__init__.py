"""The query language: text to tree, tree to text, the table of fields, days, sort keys and the cutting into words."""

from diffusion_toolkit.query.fields import FIELDS, Field
from diffusion_toolkit.query.format import format_query
from diffusion_toolkit.query.known import KnownNames
from diffusion_toolkit.query.parser import parse

format = format_query  # noqa: A001 — `query.format(tree)` reads as what it does; inside, it is format_query

__all__ = ["FIELDS", "Field", "KnownNames", "format", "format_query", "parse"]
