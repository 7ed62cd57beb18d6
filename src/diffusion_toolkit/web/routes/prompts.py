"""Distinct prompts, and statistics of their words."""

from typing import Annotated, get_args

from fastapi import APIRouter, Path, Query, Response

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.prompts.listing import (
    Mode,
    PromptKind,
    PromptQuery,
    PromptSort,
    is_prompt_used,
    list_prompts,
    whole_prompt,
)
from diffusion_toolkit.library.prompts.tokens import TokenQuery, TokenSort
from diffusion_toolkit.library.prompts.visible import HIDDEN, Hidden
from diffusion_toolkit.query.prompt_tokens import TokenKind
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.models import LARGEST_ID
from diffusion_toolkit.web.models_prompts import PromptsAnswer, PromptTextAnswer, TokensAnswer

LONGEST_TEXT = 20_000
BUDGET_S = 1.0
"""How long one answer may cut prompts into words that were not cut before."""

router = APIRouter(prefix=IN_COLLECTION, tags=["prompts"], responses=PROBLEMS)

Text = Annotated[str, Query(max_length=LONGEST_TEXT)]
Images = Annotated[str, Query(max_length=LONGEST_TEXT, description="A query: only images that it finds count.")]
Hide = Annotated[str, Query(max_length=100, description="Kinds of images that do not count: nsfw,deleted,unavailable.")]
After = Annotated[int | None, Query(ge=0, lt=2**63, description="The token of a write that must be seen.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID)]


@router.get("/prompts", response_model=PromptsAnswer)
def prompts(
    library: TheLibrary,
    collection: CollectionName,
    kind: PromptKind = "prompt",
    q: Text = "",
    mode: Annotated[
        Mode, Query(description="How q is looked for: words of a query, the whole text, or likeness.")
    ] = "words",
    minimum: Annotated[float, Query(ge=0, le=100, description="Least likeness in percent.")] = 60.0,
    images: Images = "",
    hide: Hide = "",
    sort: PromptSort | None = None,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=0, le=500)] = 50,
    after: After = None,
) -> Response:
    """Distinct prompts or negative prompts, the most used first."""
    asked = PromptQuery(kind=kind, text=q, mode=mode, minimum=minimum, images=images, hide=hidden(hide), sort=sort)
    seen = library.must_see(collection, after)
    catalog = library.search(collection).catalog
    return json_answer(list_prompts(catalog, asked, now=local_now(), offset=offset, limit=limit, after=seen))


@router.get("/prompts/{prompt_id}", response_model=PromptTextAnswer)
def prompt_text(
    library: TheLibrary, collection: CollectionName, prompt_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]
) -> Response:
    """The whole text of a prompt."""
    if library.nsfw_mode == "hide" and not is_prompt_used(library.search(collection).catalog.state, prompt_id):
        raise NotFound("There is no such prompt.")
    return json_answer({"id": prompt_id, "text": whole_prompt(library.collection(collection), prompt_id)})


@router.get("/tokens", response_model=TokensAnswer)
def tokens(
    library: TheLibrary,
    collection: CollectionName,
    kind: PromptKind = "prompt",
    of: Annotated[str, Query(max_length=100, description="word, or some of tag,lora,embedding,hypernet.")] = "tag",
    text: Annotated[str, Query(max_length=200, description="Part of the token.")] = "",
    images: Images = "",
    selection: Annotated[str | None, Query(max_length=100, description="A result, instead of a query.")] = None,
    hide: Hide = "",
    min_images: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 1,
    min_rated: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    sort: TokenSort = "images",
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=0, le=1000)] = 50,
    after: After = None,
) -> Response:
    """Words or tags with their weights, and whether you like the pictures that have them better than the others."""
    asked = TokenQuery(
        kind=kind,
        kinds=_kinds(of),
        text=text,
        query=images,
        selection=selection,
        hide=hidden(hide),
        images=min_images,
        rated=min_rated,
        sort=sort,
    )
    seen = library.must_see(collection, after)
    if seen is not None:
        library.search(collection).catalog.seen(seen)
    book = library.tokens(collection)
    return json_answer(book.page(asked, now=local_now(), offset=offset, limit=limit, budget_s=BUDGET_S))


def hidden(text: str) -> frozenset[Hidden]:
    """The kinds of images to hide. Raises UsageError for an unknown one."""
    wanted = frozenset(part.strip() for part in text.split(",") if part.strip())
    if unknown := wanted - frozenset(HIDDEN):
        raise UsageError(f'hide has no "{min(unknown)}"; it takes {", ".join(HIDDEN)}.')
    return frozenset(kind for kind in HIDDEN if kind in wanted)


def _kinds(text: str) -> tuple[TokenKind, ...]:
    known: tuple[TokenKind, ...] = get_args(TokenKind)
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    if unknown := [part for part in wanted if part not in known]:
        raise UsageError(f'of has no "{unknown[0]}"; it takes {", ".join(known)}.')
    return tuple(kind for kind in known if kind in wanted)
