"""What the HTTP interface answers about the taggers that are here."""

from typing import Annotated

from pydantic import Field

from diffusion_toolkit.web.models import Answer


class TaggerAnswer(Answer):
    """One tagger that can be run."""

    name: Annotated[str, Field(description="As the option `models` of a run of tags names it.")]
    title: str
    size_bytes: int
    thresholds: Annotated[
        dict[str, float], Field(description="Suggested: from which confidence on a category becomes tags, 0 to 1.")
    ]


class TaggersAnswer(Answer):
    """The taggers that are here, and the folder in which they are looked for."""

    folder: str
    taggers: list[TaggerAnswer]
