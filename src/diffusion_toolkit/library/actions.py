"""The kinds of actions in the journal, and the sentence that says what each of them did."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Facts = Mapping[str, Any]
"""What an action noted about itself: `changed` pictures, and facts of its kind."""

Sentence = Callable[[Facts], str]


def sentence(action: str, details: Facts) -> str:
    """What an action did: "Rated 250 pictures 8". Kinds of other features bring their own sentence."""
    if "sentence" in details:
        return str(details["sentence"])
    return _SENTENCES[action](details) if action in _SENTENCES else action.replace(".", " ").capitalize()


def pictures(count: int) -> str:
    """A number of pictures in words."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def quoted(names: Sequence[str]) -> str:
    """Some names, the first three of many."""
    shown = ", ".join(f'"{name}"' for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3:,} more"


_FLAGS: Final = {
    ("favorite", True): "made {} favourites",
    ("favorite", False): "took {} out of the favourites",
    ("nsfw", True): "marked {} NSFW",
    ("nsfw", False): "took NSFW off {}",
    ("for_deletion", True): "marked {} for deletion",
    ("for_deletion", False): "took {} back from deletion",
}


def _curated(facts: Facts) -> str:
    values, many = facts["set"], pictures(facts["changed"])
    parts: list[str] = []
    if "rating" in values:
        rating = values["rating"]
        parts.append(f"rated {many} {rating}" if rating else f"took the rating off {many}")
    if "caption" in values:
        caption = "captioned {}" if values["caption"] else "took the caption off {}"
        back = "gave {} the captions of their files again"
        parts.append((back if values["caption"] is None else caption).format("them" if parts else many))
    for (name, value), text in _FLAGS.items():
        if values.get(name) is value:
            parts.append(text.format("them" if parts else many))
    text = ", ".join(parts).replace("made 1 picture favourites", "made 1 picture a favourite")
    return text[0].upper() + text[1:]


def _tagged(facts: Facts) -> str:
    many, added, removed = pictures(facts["changed"]), facts.get("added", ()), facts.get("removed", ())
    if facts.get("only"):
        return f"Gave {many} only the tags {quoted(added)}" if added else f"Took all tags off {many}"
    parts = [f"tagged {many} {quoted(added)}"] if added else []
    parts += [f"took {quoted(removed)} off {many}"] if removed else []
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _about(text: str) -> Sentence:
    """A sentence with the facts in it; `pictures` is their number in words."""
    return lambda facts: text.format_map({**facts, "pictures": pictures(int(facts.get("changed", 0)))})


_SENTENCES: Final[Mapping[str, Sentence]] = {
    "curate": _curated,
    "nsfw.words": _about("Marked {pictures} NSFW by words"),
    "nsfw.ratings": _about("Marked {pictures} NSFW by ratings of models"),
    "captions.replace": _about("Let a model's captions take the place of people's at {pictures}"),
    "tags.images": _tagged,
    "tags.create": _about('Made the tag "{name}"'),
    "tags.import": _about("Imported {count:,} tags"),
    "tags.rename": _about('Renamed the tag "{old}" to "{name}"'),
    "tags.delete": lambda facts: f"Deleted tags: {quoted(facts['names'])}",
    "tags.merge": lambda facts: f'Merged {quoted(facts["names"])} into "{facts["name"]}"',
    "vocabulary.add": _about('Let the tag "{alias}" mean "{canonical}"'),
    "vocabulary.remove": lambda facts: f"Took aliases out of the vocabulary: {quoted(facts['names'])}",
    "vocabulary.import": _about("Imported {count:,} lines of the vocabulary"),
    "vocabulary.apply": _about("Applied the vocabulary to {count:,} tags"),
    "review.accepted": _about("Accepted what models say about {pictures}"),
    "review.rejected": _about("Rejected what models say about {pictures}"),
    "review.retry": _about("Put aside what models say about {pictures}, to ask again"),
    "review.edit": _about("Edited what a model says about {pictures}"),
    "review.tag": lambda facts: (
        f'{"Accepted" if facts["decision"] == "take" else "Refused"} the tag "{facts["name"]}"'
        f" on {pictures(facts['changed'])}"
    ),
    "albums.create": _about('Made the album "{name}" with {pictures}'),
    "albums.create_smart": _about('Made the smart album "{name}"'),
    "albums.change": _about('Changed the album "{name}"'),
    "albums.rename": _about('Renamed the album "{old}" to "{name}"'),
    "albums.delete": _about('Deleted the album "{name}"'),
    "albums.place": _about('Moved the album "{name}"'),
    "albums.add": _about('Added {pictures} to the album "{name}"'),
    "albums.remove": _about('Took {pictures} out of the album "{name}"'),
    "albums.move": _about('Moved {pictures} in the album "{name}"'),
    "albums.convert": _about('Made a plain album of "{name}"'),
    "queries.create": _about('Saved the query "{name}"'),
    "queries.overwrite": _about('Overwrote the saved query "{name}"'),
    "queries.rename": _about('Renamed the saved query "{old}" to "{name}"'),
    "queries.delete": _about('Deleted the saved query "{name}"'),
    "queries.place": _about('Moved the saved query "{name}"'),
}
