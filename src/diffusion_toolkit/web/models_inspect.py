"""A file that is read without a library."""

from typing import Annotated

from pydantic import Field

from diffusion_toolkit.web.models import Answer, OriginAnswer, RecipeAnswer, SeenAnswer


class InspectedAnswer(Answer):
    """What one file is and holds, as `dtk inspect --explain` tells it.

    origins: by field of the recipe, where its value stood; seen: every text in the file.
    """

    name: str = ""
    format: Annotated[str | None, Field(description="By its content; null: none that is known.")]
    width: int | None
    height: int | None
    duration_s: float | None
    codec: Annotated[str | None, Field(description="Of a film: h264, vp9, av1 …")]
    audio_codec: str | None
    frame_rate: Annotated[float | None, Field(description="Frames per second.")]
    size_bytes: int
    recipe: RecipeAnswer | None
    caption: str | None
    origins: dict[str, list[OriginAnswer]] = Field(default_factory=dict[str, list[OriginAnswer]])
    seen: list[SeenAnswer]
    problems: list[str]
