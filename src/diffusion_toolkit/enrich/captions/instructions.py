"""What a model is asked to write: kinds of captions, their lengths, and wishes that may be added.

The kinds and wishes are those JoyCaption was trained for (fpgaminer/joycaption, `gradio-app/app.py` at 8445b2e5), in
our own words; any other model that reads pictures understands them too. A text has places that are filled by plain
replacement, so that braces in a user's text do no harm: {length} is a word such as "long", {limit} is " in at most 50
words"; one of the two is empty. {name} is what a person in the picture is to be called.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.errors import UsageError

ANY_LENGTH: Final = "any"
LENGTHS: Final = (ANY_LENGTH, "very short", "short", "medium-length", "long", "very long")
FEWEST_WORDS, MOST_WORDS = 5, 1000
LONGEST_INSTRUCTION: Final = 8000
DEFAULT_TYPE: Final = "descriptive"
DEFAULT_LENGTH: Final = "long"

_REFINE: Final = "This caption exists already. Keep what is right, mend what is wrong, add what is missing:"

_SPECIAL: Final = re.compile(r"<\|[^|<>]{0,80}\|>|<__\w{1,80}__>|</?s>|<(?:start|end)_of_\w{1,20}>|\[/?INST\]|<image>")
"""What models read as a command: the turns of their templates, and the places of pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionType:
    """A kind of caption. name: what settings and commands call it; text: the instruction, with its places."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionWish:
    """A sentence that may be added to any instruction."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a caption is to be. length: one of LENGTHS, or a number of words; wishes: names of CaptionWish; person: what
    a person is called; own: an instruction in the user's words, which stands instead of that of the type.
    """

    type: str = DEFAULT_TYPE
    length: str = DEFAULT_LENGTH
    wishes: tuple[str, ...] = ()
    person: str = ""
    own: str = ""


def _types(*rows: tuple[str, str, str]) -> tuple[CaptionType, ...]:
    return tuple(CaptionType(name=name, title=title, text=text) for name, title, text in rows)


def _wishes(*rows: tuple[str, str, str]) -> tuple[CaptionWish, ...]:
    return tuple(CaptionWish(name=name, title=title, text=text) for name, title, text in rows)


_TAGS_ONLY: Final = "Give nothing but the tags, parted by commas, in lower case with underscores for blanks."

TYPES: Final = _types(
    (
        "descriptive",
        "Descriptive",
        "Give a {length} description of everything that can be seen in this picture{limit}.",
    ),
    (
        "casual",
        "Descriptive, casual",
        "Give a {length} description of this picture{limit}, in the easy tone of somebody who tells a friend about it.",
    ),
    (
        "straightforward",
        "Straightforward",
        "Give a {length} matter-of-fact caption for this picture{limit}. Start with the main subject and the medium,"
        " then name what is there: people, things, surroundings, colours, positions. Quote all text letter by letter,"
        " and mention watermarks and signatures. No mood, no guesses, nothing that is absent, and no opening such as"
        ' "this image is".',
    ),
    (
        "stable-diffusion",
        "Stable Diffusion prompt",
        "Give the {length} Stable Diffusion prompt{limit} that would lead to this picture.",
    ),
    ("midjourney", "MidJourney prompt", "Give the {length} MidJourney prompt{limit} that would lead to this picture."),
    (
        "danbooru",
        "Danbooru tags",
        f"Give a {{length}} list of Danbooru tags for this picture{{limit}}. {_TAGS_ONLY} First those that begin with"
        " artist:, copyright:, character: and meta:, in this order, then the general ones, with counts such as 1girl.",
    ),
    (
        "e621",
        "e621 tags",
        f"Give a {{length}} list of e621 tags for this picture{{limit}}, in the order of the alphabet. {_TAGS_ONLY} Put"
        " artist:, copyright:, character:, species:, meta: or lore: before those that are of these kinds.",
    ),
    (
        "rule34",
        "Rule34 tags",
        f"Give a {{length}} list of Rule34 tags for this picture{{limit}}, in the order of the alphabet. {_TAGS_ONLY}"
        " Put artist:, copyright:, character: or meta: before those that are of these kinds.",
    ),
    ("booru", "Booru-like tags", "Give a {length} list of tags for this picture{limit}, as image boards have them."),
    (
        "art-critic",
        "Art critic",
        "Judge this picture as an art critic would, in a {length} text{limit}: its composition, style and symbolism,"
        " its use of colour and light, and the movement it may belong to.",
    ),
    (
        "product-listing",
        "Product listing",
        "Give a {length} text{limit} that offers what is in this picture for sale, as a shop lists its products.",
    ),
    (
        "social-media",
        "Social media post",
        "Give a {length} text{limit} to go with this picture when it is posted on social media.",
    ),
)
"""The kinds of captions."""

WISHES: Final = _wishes(
    ("person", "Call the person by name", "If there is a person or character in the picture, call them {name}."),
    (
        "changeable-only",
        "Only what people can change",
        "Leave out what people cannot change about themselves, such as ethnicity or sex, but tell what they can, such"
        " as the style of their hair.",
    ),
    ("lighting", "Lighting", "Tell how the picture is lit."),
    ("camera-angle", "Camera angle", "Tell from which angle the camera looks."),
    ("watermark", "Watermark, yes or no", "Say whether there is a watermark."),
    ("jpeg-artifacts", "JPEG artifacts, yes or no", "Say whether there are JPEG artifacts."),
    (
        "camera-settings",
        "Camera of a photograph",
        "If it is a photograph, name the likely camera, aperture, shutter speed and ISO value.",
    ),
    ("nothing-sexual", "Nothing sexual", "Keep everything sexual out of it."),
    ("no-resolution", "Not the resolution", "Do not name the resolution of the picture."),
    ("quality", "Quality", "Judge the beauty of the picture on a scale from low to very high quality."),
    (
        "composition",
        "Composition",
        "Tell how the picture is composed, such as by leading lines, the rule of thirds, or symmetry.",
    ),
    ("no-text", "Not the text in it", "Do not mention text that stands in the picture."),
    ("depth-of-field", "Depth of field", "Tell the depth of field, and whether the background is sharp or blurred."),
    ("light-sources", "Sources of light", "If it matters, tell whether the light is natural or artificial."),
    ("unambiguous", "No ambiguous words", "Use no words that can be understood in two ways."),
    ("rating", "Rating", "Say whether the picture is sfw, suggestive, or nsfw."),
    ("essentials", "Only what matters most", "Describe only what matters most in the picture."),
    ("no-artist", "Not artist or title", "If it is a work of art, name neither the artist nor its title."),
    (
        "orientation",
        "Orientation and aspect ratio",
        "Name the orientation of the picture, and its aspect ratio if it is plain.",
    ),
    ("crude", "Crude words", "Use slang and crude words."),
    ("no-euphemisms", "No euphemisms", "Say things bluntly, without euphemisms."),
    ("ages", "Ages", "Where it fits, tell how old people are."),
    ("shot", "Kind of shot", "Name the kind of shot, from extreme close-up to extreme wide shot."),
    ("no-mood", "Not the mood", "Say nothing of mood or feeling."),
    ("height", "Height of view", "Tell the height from which one looks: eye level, low, high, or from above."),
    ("has-watermark", "It has a watermark", "The picture has a watermark, which must be mentioned."),
    (
        "no-meta",
        "For a text-to-image model",
        "A text-to-image model will read the text: leave out phrases that speak of the picture, such as"
        ' "this picture shows" or "you are looking at".',
    ),
)
"""Sentences that may be added."""


def worded(asked: Asked, texts: Mapping[str, str] | None = None) -> str:
    """The whole instruction. texts: of types, as the user changed or added them. Raises UsageError."""
    known = {each.name: each.text for each in TYPES} | dict(texts or {})
    text = asked.own or known.get(asked.type, "")
    if not text:
        raise UsageError(f'There is no type of caption "{asked.type[:40]}". There are: {", ".join(known)}.')
    by_name = {wish.name: wish.text for wish in WISHES}
    if unknown := [name for name in asked.wishes if name not in by_name]:
        raise UsageError(f'There is no wish "{unknown[0][:40]}". There are: {", ".join(by_name)}.')
    word, limit = _length(asked.length)
    whole = " ".join([text, *(by_name[name] for name in dict.fromkeys(asked.wishes))])
    filled = whole.replace("{length}", word).replace("{limit}", limit).replace("{name}", asked.person or "{NAME}")
    return checked_text(filled)


def checked_text(text: str) -> str:
    """A text of a user as it may be sent: without what models read as a command. Raises UsageError."""
    plain = without_special(text)
    if len(plain) > LONGEST_INSTRUCTION:
        raise UsageError(f"An instruction has at most {LONGEST_INSTRUCTION:,} characters.")
    tidy = re.sub(r"[ \t]+", " ", plain).strip()
    if not tidy:
        raise UsageError("The instruction is empty.")
    return tidy


def without_special(text: str) -> str:
    """The text without special tokens, also those that would come about when others are cut out."""
    while (shorter := _SPECIAL.sub("", text)) != text:
        text = shorter
    return text


def refining(instruction: str, existing: str) -> str:
    """The instruction, with a caption that is to become better; without one it stays as it is."""
    before = without_special(existing).strip()
    if not before:
        return instruction
    return f"{instruction} {_REFINE}\n{before}"


def _length(length: str) -> tuple[str, str]:
    """What stands for {length} and {limit}."""
    if length in LENGTHS:
        return ("" if length == ANY_LENGTH else length), ""
    if length.isascii() and length.isdigit() and FEWEST_WORDS <= int(length) <= MOST_WORDS:
        return "", f" in at most {int(length)} words"
    raise UsageError(
        f"A length is one of {', '.join(LENGTHS)}, or a number of words from {FEWEST_WORDS} to {MOST_WORDS}."
    )
