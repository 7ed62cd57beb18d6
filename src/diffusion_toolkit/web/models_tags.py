"""What the HTTP interface takes and answers about tags."""

from typing import Annotated, Literal

from pydantic import Field

from diffusion_toolkit.web.models import Answer, Asked, Id
from diffusion_toolkit.web.models_curation import Chosen, Title

Titles = Annotated[list[Title], Field(max_length=1_000)]


class TagAnswer(Answer):
    """One tag, and how many of the images have it."""

    id: int
    name: str
    count: int


class CountedTagAnswer(TagAnswer):
    """One tag, and who says it of how many of the images that have it."""

    own_count: Annotated[int, Field(description="Those of which a person, an import or a file says it.")]
    model_count: Annotated[int, Field(description="Those of which only models say it.")]


class HeldTagAnswer(TagAnswer):
    """A tag that all or some of the images in question have."""

    amount: Literal["all", "some"]


class SuggestedTagAnswer(Answer):
    """A tag that a model or the file names for an image, and the person has not given it."""

    name: str
    source: Annotated[str, Field(description="file, or the name of the model.")]
    confidence: Annotated[float | None, Field(description="0 to 1; null: not known.")]


class NewTag(Asked):
    """A tag to make."""

    name: Title


class TaggingRequest(Chosen):
    """Images, and which tags they get and lose, by name; new names become new tags.

    remove: whoever gave them; no model gives them to these images again. only: those of `add` become all that the
    person gave an image; toggle: those of `add` that the person gave every image are taken away.
    """

    add: Titles = Field(default_factory=list[str])
    remove: Titles = Field(default_factory=list[str])
    only: bool = False
    toggle: bool = False


class TagsRequest(Asked):
    """Some tags."""

    tag_ids: Annotated[list[Id], Field(min_length=1, max_length=10_000)]


class MergeRequest(TagsRequest):
    """Tags that become one: `into`."""

    into: Id


class TagListText(Asked):
    """A list of tags: one a line, or a JSON list of names as the export gives it."""

    text: Annotated[str, Field(max_length=4_000_000)]
