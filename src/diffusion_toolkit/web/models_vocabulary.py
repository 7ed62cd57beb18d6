"""What the HTTP interface takes and answers about the vocabulary of tags."""

from typing import Annotated

from pydantic import Field

from diffusion_toolkit.web.models import Answer, Asked
from diffusion_toolkit.web.models_curation import Title


class AliasAnswer(Answer):
    """One line of the person's map: a tag, and the one it means."""

    alias: str
    canonical: str


class VocabularyAnswer(Answer):
    """The person's map, and the label lists that are taken into account with the number of their labels."""

    aliases: list[AliasAnswer]
    lists: dict[str, int]


class AliasRequest(Asked):
    """A tag, and the one it means from now on."""

    alias: Title
    canonical: Title


class AliasesRequest(Asked):
    """Aliases of the map."""

    aliases: Annotated[list[Title], Field(min_length=1, max_length=20_000)]


class AliasText(Asked):
    """The map as text: `alias = canonical name` a line. replace: it becomes the whole map."""

    text: Annotated[str, Field(max_length=4_000_000)]
    replace: bool = False


class NamesRequest(Asked):
    """Some names of tags."""

    names: Annotated[list[Title], Field(min_length=1, max_length=1_000)]


class RespellingAnswer(Answer):
    """What applying the vocabulary does to a tag. merges: there is a tag of that name, and the two become one."""

    tag_id: int
    name: str
    canonical: str
    merges: bool
