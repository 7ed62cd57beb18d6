"""What the HTTP interface takes and answers about decisions on images, and about undoing them."""

from typing import Annotated, Literal

from pydantic import Field

from diffusion_toolkit.formats.limits import LONGEST_CAPTION
from diffusion_toolkit.web.models import MOST_IDS, Answer, Asked, Id, Moment, ToldAnswer

LONGEST_QUERY = 20_000
QueryText = Annotated[str, Field(max_length=LONGEST_QUERY, description="A query.")]
SortText = Annotated[str, Field(max_length=100, description="A sort key, then asc or desc.")]
Title = Annotated[str, Field(min_length=1, max_length=500)]


class Chosen(Asked):
    """Which images: by number, a selection, or what a query finds; exactly one of the three, except some."""

    image_ids: Annotated[list[Id], Field(max_length=MOST_IDS)] | None = None
    selection: Annotated[str, Field(max_length=100)] | None = None
    query: QueryText | None = None
    sort: SortText = "date"
    except_: Annotated[list[Id], Field(alias="except", default_factory=list[int], max_length=MOST_IDS)]


class CurationSet(Asked):
    """What to set. A key that is absent stays as it is; rating null takes the rating away, caption ""
    the caption, and caption null gives that of the file again."""

    rating: Annotated[int, Field(ge=1, le=10)] | None = None
    favorite: bool = False
    nsfw: bool = False
    for_deletion: bool = False
    caption: Annotated[str, Field(max_length=LONGEST_CAPTION)] | None = None


class CurationRequest(Chosen):
    """Images, and what to set."""

    set: CurationSet


class ViewedRequest(Asked):
    """Images that somebody looked at; the page sends some together."""

    image_ids: Annotated[list[Id], Field(max_length=10_000)]


class ActionAnswer(Answer):
    """One action of the journal. action: its kind; parts: the sentence for other languages than English, one for each
    thing it did, none where there is no form; undone_at: null while it holds.
    """

    id: int
    action: str
    sentence: str
    parts: list[ToldAnswer]
    changed: Annotated[int, Field(description="How many pictures.")]
    made_at: Moment
    undone_at: Moment | None


class WordsAnswer(Answer):
    """Words of prompts that mark images NSFW, one term each."""

    words: list[str]


class WordsRequest(Asked):
    """The whole list. Each matches as a term of a query does: words side by side, the last one as a prefix."""

    words: Annotated[list[Annotated[str, Field(max_length=1_000)]], Field(max_length=10_000)]


class RenameRequest(Asked):
    """A new name."""

    name: Title


class PlaceRequest(Asked):
    """Put it in front of this one; null: behind all."""

    before: Id | None


Subject = Literal["curation", "tags", "albums", "queries", "review"]
"""What a write may have changed; also the names of the events that say so."""
