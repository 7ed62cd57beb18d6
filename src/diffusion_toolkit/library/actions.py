"""The kinds of actions in the journal: the sentence that says what each did, and its parts for other languages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from diffusion_toolkit.library.told import FILE_ACTIONS, Told, Values, file_action

MOST_NAMED: Final = 3
Facts = Mapping[str, Any]
"""What an action noted about itself: `changed` pictures, and facts of its kind."""

Sentence = Callable[[Facts], str]


def sentence(action: str, details: Facts) -> str:
    """What an action did: "Rated 250 pictures 8". Kinds of other features bring their own sentence."""
    if "sentence" in details:
        return str(details["sentence"])
    return _SENTENCES[action](details) if action in _SENTENCES else action.replace(".", " ").capitalize()


def parts(action: str, details: Facts) -> list[Told]:
    """The same as codes and values, one for each thing it did; none where that is not known."""
    if "sentence" in details:
        found = file_action(str(details["sentence"]))
        return [found] if found else []
    if action in _PARTS:
        return _PARTS[action](details)
    return [Told(_code(action), _values(details))] if action in _SENTENCES else []


def _code(action: str) -> str:
    return action.replace(".", "-").replace("_", "-")


def _values(facts: Facts) -> Values:
    """Of the facts, those that sentences name; `pictures` is how many there are."""
    named = {name: facts[name] for name in ("name", "old", "alias", "canonical", "count") if name in facts}
    return {**named, **_some(facts.get("names", ())), "pictures": int(facts.get("changed", 0))}


def _some(names: Sequence[str]) -> Values:
    """The first names of many, and how many more there are."""
    return {"names": [*names[:MOST_NAMED]], "more": max(0, len(names) - MOST_NAMED)} if names else {}


def pictures(count: int) -> str:
    """A number of pictures in words."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def quoted(names: Sequence[str]) -> str:
    """Some names, the first three of many."""
    shown = ", ".join(f'"{name}"' for name in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED:,} more"


_FLAG_CODES: Final = {"favorite": "favourite", "nsfw": "nsfw", "for_deletion": "deletion"}
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
    "review.reopened": _about("Let rejected results of models about {pictures} wait again"),
    "review.retry": _about("Put aside what models say about {pictures}, to ask again"),
    "review.sure": _about("Accepted the sure tags of {pictures}"),
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


def _curated_parts(facts: Facts) -> list[Told]:
    values, many = facts["set"], {"pictures": int(facts["changed"])}
    found: list[Told] = []
    if "rating" in values:
        rating = values["rating"]
        found.append(Told("curate-rated", {**many, "rating": rating}) if rating else Told("curate-unrated", many))
    if "caption" in values:
        caption = values["caption"]
        code = "recaptioned" if caption is None else "captioned" if caption else "uncaptioned"
        found.append(Told(f"curate-{code}", many))
    for name, code in _FLAG_CODES.items():
        if isinstance(values.get(name), bool):
            found.append(Told(f"curate-{code}" if values[name] else f"curate-no-{code}", many))
    return found


def _tagged_parts(facts: Facts) -> list[Told]:
    many, added, removed = {"pictures": int(facts["changed"])}, facts.get("added", ()), facts.get("removed", ())
    if facts.get("only"):
        return [Told("tags-only", {**many, **_some(added)}) if added else Told("tags-none", many)]
    return [
        Told(code, {**many, **_some(names)})
        for code, names in (("tags-added", added), ("tags-removed", removed))
        if names
    ]


def _reviewed_parts(facts: Facts) -> list[Told]:
    code = "review-tag-accepted" if facts["decision"] == "take" else "review-tag-refused"
    return [Told(code, {"name": facts["name"], "pictures": int(facts["changed"])})]


_PARTS: Final[Mapping[str, Callable[[Facts], list[Told]]]] = {
    "curate": _curated_parts,
    "tags.images": _tagged_parts,
    "review.tag": _reviewed_parts,
}
_APART: Final = (
    *("curate-rated", "curate-unrated", "curate-captioned", "curate-uncaptioned", "curate-recaptioned"),
    *(f"curate-{no}{code}" for code in _FLAG_CODES.values() for no in ("", "no-")),
    *("tags-only", "tags-none", "tags-added", "tags-removed", "review-tag-accepted", "review-tag-refused"),
)


def action_codes() -> list[str]:
    """Every code that `parts` gives."""
    return [*_APART, *(_code(action) for action in _SENTENCES if action not in _PARTS), *FILE_ACTIONS]
