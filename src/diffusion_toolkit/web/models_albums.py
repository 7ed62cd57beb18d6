"""What the HTTP interface takes and answers about albums."""

from typing import Annotated

from pydantic import Field

from diffusion_toolkit.web.models import Answer, Asked, Id, Moment
from diffusion_toolkit.web.models_curation import Chosen, QueryText, SortText, Title


class AlbumAnswer(Answer):
    """One album. smart: its images are those that `query` finds; cover_id: the chosen image, or one of them;
    problem: why the query of a smart album cannot be run any more."""

    id: int
    name: str
    smart: bool
    query: str | None
    sort: str | None
    count: Annotated[int, Field(description="How many images it has now, as a search for it finds them.")]
    cover_id: int | None
    made_at: Moment
    touched_at: Moment
    problem: str | None


class HoldingAlbumAnswer(Answer):
    """An album that holds some of the images in question, and how many of them."""

    id: int
    name: str
    count: int


class NewAlbum(Asked):
    """An album to make: empty, of these images in their order, or smart, of a query."""

    name: Title
    images: Chosen | None = None
    query: QueryText | None = None
    sort: SortText | None = None


class AlbumChange(Asked):
    """What to change; exactly one of name, query (with sort) and cover_id (null: the first image)."""

    name: Title | None = None
    query: QueryText | None = None
    sort: SortText | None = None
    cover_id: Id | None = None


class AlbumMove(Chosen):
    """Images of the album, and where they go: in front of one, behind one, or with neither to the end."""

    before: Id | None = None
    after: Id | None = None
