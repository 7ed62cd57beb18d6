"""What the routes around searching take and answer."""

from typing import Annotated, Literal

from pydantic import Field

from diffusion_toolkit.query.filters import Operator
from diffusion_toolkit.web.models import MOST_IDS, Answer, Asked, FacetAnswer, Id

Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=2_000)]


class SearchAnswer(Answer):
    """A selection: the pinned result of a query. Pages, layout and bulk edits name it."""

    selection: str
    total: int
    revision: int
    milliseconds: float
    hidden: Annotated[
        dict[str, int],
        Field(description="How many more there are that an option hides: by nsfw, deleted, unavailable."),
    ]
    hints: Annotated[
        list["HintAnswer"], Field(description="Values that nothing in the library has, and what was perhaps meant.")
    ]
    facets: dict[str, list[FacetAnswer]]


class HintAnswer(Answer):
    """A value that no picture has. query: the whole query with the nearest one in its place."""

    message: str
    query: str


class CompletionAnswer(Answer):
    """One offer. text: what takes the place of the span; count: of pictures (for words: of places in prompts)."""

    kind: Literal["field", "value", "operator", "word"]
    text: str
    label: str
    title: str
    count: int | None


class CompletionsAnswer(Answer):
    """Offers for one place of a query. start, end: the characters that an offer's text takes the place of."""

    start: int
    end: int
    items: list[CompletionAnswer]


class FilterModel(Asked, Answer):
    """One line of a filter panel. second: the other bound of `between`; exclude: what it finds is left out."""

    field: Annotated[str, Field(max_length=2_000)]
    operator: Operator = "is"
    value: Short = ""
    second: Short = ""
    exclude: bool = False


class NodeRowModel(Asked):
    """One row of a filter over workflow nodes; operation: how it joins the rows above it."""

    operation: Literal["and", "or", "not"] = "and"
    property: Short
    comparison: Literal["contains", "equals", "starts with", "ends with"] = "contains"
    value: Short


class QueryRequest(Asked):
    """Lines of a filter panel, rows over workflow nodes, and text; all must hold."""

    filters: list[FilterModel] = Field(default_factory=list[FilterModel], max_length=200)
    rows: list[NodeRowModel] = Field(default_factory=list[NodeRowModel], max_length=200)
    rest: Text = ""


class QueryAnswer(Answer):
    """A query in its canonical text, as lines of a filter panel, and the text of what is no line."""

    query: str
    filters: list[FilterModel]
    rest: str


class FieldAnswer(Answer):
    """A field of the query language. operators: how a line of a filter panel may compare it."""

    name: str
    kind: str
    title: str
    description: str
    aliases: list[str]
    examples: list[str]
    operators: list[Operator]
    choices: Annotated[list[str], Field(description="The only values, if there are any here.")]
    units: list[str]
    lowest: int | None
    highest: int | None
    known: Annotated[bool, Field(description="Values come from /complete.")]


class SortAnswer(Answer):
    """An order of results."""

    name: str
    title: str
    descending: Annotated[bool, Field(description="Its direction when none is asked for.")]


class LanguageAnswer(Answer):
    """All that a panel or a help page needs to know of the language."""

    fields: list[FieldAnswer]
    sorts: list[SortAnswer]
    facets: list[str]


class SizeAnswer(Answer):
    """How large a selection is."""

    images: int
    bytes: int


class PlacesRequest(Asked):
    """Images whose places in a selection are wanted."""

    image_ids: Annotated[list[Id], Field(max_length=MOST_IDS)]


class PlacesAnswer(Answer):
    """The place of each image asked for, from 0; null where it is not in the selection."""

    places: list[int | None]


class ThumbnailsAnswer(Answer):
    """The thumbnail of each image asked for, a WebP in base64; null where none was made yet."""

    webp: list[str | None]
