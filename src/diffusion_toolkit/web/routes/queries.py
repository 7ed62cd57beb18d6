"""The query language itself: what may be typed, what a query means, and filter panels as queries."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from diffusion_toolkit.catalog import FACETS
from diffusion_toolkit.catalog.known import known_names
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.query import FIELDS, KnownNames, format_query, parse
from diffusion_toolkit.query.fields import Field
from diffusion_toolkit.query.filters import OPERATORS, PROMPT, Filter, panel_of, query_of
from diffusion_toolkit.query.node_rows import NodeRow, query_of_rows
from diffusion_toolkit.query.options import ParseOptions, Preset
from diffusion_toolkit.query.sort import SORT_KEYS
from diffusion_toolkit.query.tree import And
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.models_search import CompletionsAnswer, LanguageAnswer, QueryAnswer, QueryRequest

LONGEST_QUERY = 20_000
MOST_COMPLETIONS = 100

router = APIRouter(tags=["search"], responses=PROBLEMS)

QueryText = Annotated[str, Query(max_length=LONGEST_QUERY, description="A query.")]


@router.get(f"{IN_COLLECTION}/complete", response_model=CompletionsAnswer)
def complete(
    library: TheLibrary,
    collection: CollectionName,
    text: QueryText = "",
    cursor: Annotated[
        int | None, Query(ge=0, le=LONGEST_QUERY, description="Where one types; absent: at the end.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_COMPLETIONS)] = 20,
) -> Response:
    """What may be typed at a place of a query: fields, operators, values with counts, words of prompts."""
    completer = library.completer(collection)
    at = len(text) if cursor is None else cursor
    return json_answer(completer.complete(text, at, now=local_now(), limit=limit))


@router.get(f"{IN_COLLECTION}/query", response_model=QueryAnswer)
def read_query(
    library: TheLibrary,
    collection: CollectionName,
    q: QueryText = "",
    preset: Annotated[Preset, Query(description="classic: as users of Diffusion Toolkit type.")] = "standard",
    month_first: Annotated[bool, Query(description="3/4/2026 is in March.")] = False,
) -> Response:
    """A query in its canonical text, and as lines of a filter panel. Wrong ones say where and what is expected."""
    names = known_names(library.search(collection).catalog.state)
    written = format_query(parse(q, names, ParseOptions(preset=preset, month_first=month_first)))
    return json_answer(_answer(written, names))


@router.post(f"{IN_COLLECTION}/query", response_model=QueryAnswer)
def make_query(library: TheLibrary, collection: CollectionName, asked: QueryRequest) -> Response:
    """The query that lines of a filter panel mean."""
    names = known_names(library.search(collection).catalog.state)
    lines = [Filter(**line.model_dump()) for line in asked.filters]
    rows = query_of_rows([NodeRow(**row.model_dump()) for row in asked.rows])
    both = And((parse(query_of(lines, asked.rest, names), names), parse(rows, names)))
    return json_answer(_answer(format_query(both), names))


@router.get("/api/query/fields", response_model=LanguageAnswer)
def query_fields() -> LanguageAnswer:
    """All fields of the query language, orders and facets: what a filter panel is made of."""
    shown = (PROMPT, *(field for field in FIELDS.values() if not field.hidden))
    return LanguageAnswer.model_validate(
        {"fields": [_field(field) for field in shown], "sorts": list(SORT_KEYS.values()), "facets": list(FACETS)}
    )


def _answer(query: str, names: KnownNames) -> dict[str, object]:
    panel = panel_of(query, names)
    return {"query": query, "filters": panel.filters, "rest": panel.rest}


def _field(field: Field) -> dict[str, object]:
    return {
        "name": field.name,
        "kind": field.kind,
        "title": field.title,
        "description": field.description,
        "aliases": list(field.aliases),
        "examples": list(field.examples),
        "operators": list(OPERATORS[field.kind]),
        "choices": list(field.choices),
        "units": list(field.units),
        "lowest": field.lowest,
        "highest": field.highest,
        "known": field.kind == "name" and not field.choices,
    }
