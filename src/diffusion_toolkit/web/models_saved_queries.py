"""What the HTTP interface takes and answers about saved queries."""

from pydantic import Field, JsonValue

from diffusion_toolkit.web.models import Answer, Asked, Id, Moment
from diffusion_toolkit.web.models_curation import QueryText, SortText, Title


class SavedQueryAnswer(Answer):
    """One saved query. view: what the page shows beside it, as it sent it; is_default: it is run at the start."""

    id: int
    name: str
    query: str
    sort: str | None
    view: dict[str, JsonValue]
    made_at: Moment
    touched_at: Moment
    is_default: bool


class NewSavedQuery(Asked):
    """A query to save. overwrite: whether it may take the place of one of the same name."""

    name: Title
    query: QueryText
    sort: SortText | None = None
    view: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    overwrite: bool = False


class DefaultQuery(Asked):
    """The saved query to run at every start; null: everything is shown."""

    id: Id | None
