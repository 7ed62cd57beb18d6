"""What the HTTP interface answers about prompts and their words."""

from typing import Annotated, Literal

from pydantic import Field

from diffusion_toolkit.web.models import Answer


class PromptAnswer(Answer):
    """A distinct prompt, and what the images made with it are worth to you."""

    id: int
    text: Annotated[str, Field(description="At most the first 20,000 characters.")]
    characters: int
    images: int
    favorites: int
    rated: int
    rating: Annotated[float | None, Field(description="Mean of the rated images.")]
    likeness: Annotated[float | None, Field(description="In percent, where it was asked for.")]
    query: Annotated[str, Field(description="Finds the images of this prompt.")]


class PromptsAnswer(Answer):
    """A page of distinct prompts. images: that all of them were used for together."""

    total: int
    images: int
    revision: int
    items: list[PromptAnswer]


class PromptTextAnswer(Answer):
    """The whole text of a prompt."""

    id: int
    text: str


class LikingAnswer(Answer):
    """A token against your own judgement."""

    with_it: float
    without: float
    lift: Annotated[float, Field(description="The difference, drawn towards zero by how uncertain it is.")]
    low: Annotated[float, Field(description="Lower end of its 95 % interval.")]
    high: float
    sure: Annotated[bool, Field(description="Zero lies outside of the interval.")]


class TokenAnswer(Answer):
    """A word, a tag between commas, a LoRA or an embedding."""

    kind: Literal["tag", "word", "lora", "hypernet", "embedding"]
    text: str
    images: int
    prompts: int
    weight: Annotated[float, Field(description="Mean attention weight over its images.")]
    rated: int
    rated_prompts: int
    favorites: int
    rating: Annotated[LikingAnswer | None, Field(description="Ratings; null: none to compare.")]
    favorite: Annotated[LikingAnswer | None, Field(description="Shares of favourites.")]
    query: str


class TokensAnswer(Answer):
    """A page of tokens."""

    total: int
    images: int
    prompts: int
    covered: Annotated[float, Field(description="Below 1 while words are still being counted: ask again.")]
    rated: int
    mean_rating: float | None
    items: list[TokenAnswer]
