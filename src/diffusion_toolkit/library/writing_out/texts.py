"""What is written out about one picture: which tags, in which order and spelling, and the text of a sidecar. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

import orjson

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.store.clean import clean_text
from diffusion_toolkit.store.described import SaidTag
from diffusion_toolkit.store.tags import USER
from diffusion_toolkit.vocabulary import tag_key

Form = Literal["tags", "caption", "both", "json"]
"""Of a sidecar: tags with commas; the caption; tags, then the caption, on one line; or an object with `tags` and
`caption`, as kohya's scripts name them."""

Existing = Literal["overwrite", "append", "skip"]
Order = Literal["confidence", "name"]

ENDINGS: Final[dict[Form, tuple[str, ...]]] = {
    "tags": (".txt",),
    "caption": (".txt", ".caption"),
    "both": (".txt",),
    "json": (".json",),
}
"""Of the files of each form; the first is the usual one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOptions:
    """What is written. sources: "user", "file", models' names; none for all · threshold: of confidence, 0 to 1; what
    people say is as sure as 1 · first: words that go before all tags, such as a trigger word · underscores: instead of
    blanks · escape: parentheses as prompts have them · order: the surest first, a person's before all, or by name ·
    most: so many tags at most.
    """

    sources: tuple[str, ...] = ()
    threshold: float = 0.0
    first: tuple[str, ...] = ()
    underscores: bool = False
    escape: bool = False
    order: Order = "confidence"
    most: int = 1_000

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise UsageError("The threshold is a number from 0 to 1.")
        if self.most < 1:
            raise UsageError("At least one tag must be allowed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of one picture in the end."""

    tags: tuple[str, ...]
    caption: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing is."""
        return not self.tags and not self.caption


def said(tags: Sequence[SaidTag], caption: str, options: TextOptions) -> Said:
    """The tags that the options let through, each once, and the caption."""
    words = (_one_line(clean_text(word)) for word in options.first)
    chosen: dict[str, str] = {tag_key(word): word for word in words if word}
    first = len(chosen)
    for tag in tags:
        confidence = 1.0 if tag.source == USER or tag.confidence is None else tag.confidence
        if confidence >= options.threshold and (not options.sources or tag.source in options.sources):
            chosen.setdefault(tag_key(tag.name), tag.name)
    names = list(chosen.values())
    if options.order == "name":
        names[first:] = sorted(names[first:], key=str.casefold)
    return Said(tags=tuple(_written(name, options) for name in names[: options.most]), caption=caption.strip())


def sidecar_text(form: Form, said: Said, before: str | None = None) -> str:
    """The text of a sidecar; before: what it says now, to which the new is added. "" when there is nothing to say.

    Raises UsageError when something is to be added to a JSON text that is no object.
    """
    if form == "json":
        return _json(said, before)
    if form == "caption":
        had, text = (before or "").strip(), _one_line(said.caption)
        return "\n".join(part for part in (had, text if text not in had.splitlines() else "") if part)
    had_tags = [part.strip() for part in (before or "").strip().split(",") if part.strip()]
    known = {tag_key(part) for part in had_tags}
    new = [tag for tag in said.tags if tag_key(tag) not in known]
    if form == "both" and said.caption and tag_key(_one_line(said.caption)) not in known:
        new.append(_one_line(said.caption))
    return ", ".join([*had_tags, *new])


def _json(said: Said, before: str | None) -> str:
    try:
        found: object = orjson.loads(before) if before else {}
    except orjson.JSONDecodeError as error:
        raise UsageError("The file beside it is no JSON; nothing is added to it.") from error
    if not isinstance(found, dict):
        raise UsageError("The file beside it is no JSON object; nothing is added to it.")
    values = cast("dict[str, object]", found)
    had = values.get("tags")
    tags = sidecar_text("tags", said, had if isinstance(had, str) else None)
    new = {key: value for key, value in (("tags", tags), ("caption", _one_line(said.caption))) if value}
    return orjson.dumps({**values, **new}, option=orjson.OPT_INDENT_2).decode() if new else ""


def _written(name: str, options: TextOptions) -> str:
    name = name.replace(" ", "_") if options.underscores else name
    return name.replace("(", "\\(").replace(")", "\\)") if options.escape else name


def _one_line(text: str) -> str:
    return " ".join(text.split())
