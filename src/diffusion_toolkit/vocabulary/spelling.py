"""Spellings of tags that mean the same: American and British words, and tags written in more than one way.

Canonical is what Danbooru's lists say, on which the taggers learned: "color" and "armor", but "grey".
"""

import re
from collections.abc import Iterator
from typing import Final

_STEMS: Final = {
    "colour": "color",
    "armour": "armor",
    "favourite": "favorite",
    "flavour": "flavor",
    "harbour": "harbor",
    "vapour": "vapor",
    "humour": "humor",
    "honour": "honor",
    "neighbour": "neighbor",
    "parlour": "parlor",
}
_ENDINGS: Final = ("", "s", "ed", "ful", "less", "ing", "y")

WORDS: Final[dict[str, str]] = {
    **{british + ending: american + ending for british, american in _STEMS.items() for ending in _ENDINGS},
    "multicoloured": "multicolored",
    "colourised": "colorized",
    "gray": "grey",
    "grays": "greys",
    "grayscale": "greyscale",
    "jewellery": "jewelry",
    "moustache": "mustache",
    "moustaches": "mustaches",
    "pyjama": "pajama",
    "pyjamas": "pajamas",
    "donut": "doughnut",
    "donuts": "doughnuts",
    "centre": "center",
    "centred": "centered",
    "fibre": "fiber",
    "sabre": "saber",
    "sabres": "sabers",
    "sceptre": "scepter",
    "sceptres": "scepters",
    "spectre": "specter",
    "traveller": "traveler",
    "tyre": "tire",
    "tyres": "tires",
    "aeroplane": "airplane",
    "aeroplanes": "airplanes",
    "aluminium": "aluminum",
    "licence": "license",
    "analogue": "analog",
    "cosy": "cozy",
    "stylised": "stylized",
}
"""A word to the word that counts."""

NAMES: Final[dict[str, str]] = {
    "1 girl": "1girl",
    "one girl": "1girl",
    "1 boy": "1boy",
    "one boy": "1boy",
    "2 girls": "2girls",
    "two girls": "2girls",
    "2 boys": "2boys",
    "two boys": "2boys",
    "pony tail": "ponytail",
    "twin tail": "twintails",
    "twin tails": "twintails",
    "blond hair": "blonde hair",
    "catgirl": "cat girl",
    "foxgirl": "fox girl",
    "doggirl": "dog girl",
    "sun glasses": "sunglasses",
    "eye glasses": "glasses",
    "eyeglasses": "glasses",
    "t shirt": "t-shirt",
    "tshirt": "t-shirt",
    "tee shirt": "t-shirt",
    "swim suit": "swimsuit",
    "arms crossed": "crossed arms",
    "legs crossed": "crossed legs",
    "eyes closed": "closed eyes",
    "mouth closed": "closed mouth",
    "mouth open": "open mouth",
    "looking at the viewer": "looking at viewer",
    "facing the viewer": "facing viewer",
    "full-body": "full body",
    "fullbody": "full body",
    "upper-body": "upper body",
    "upperbody": "upper body",
    "close up": "close-up",
    "closeup": "close-up",
    "night time": "night",
    "nighttime": "night",
    "hi-res": "highres",
    "hi res": "highres",
    "hires": "highres",
    "high-res": "highres",
    "high res": "highres",
}
"""A whole tag to the tag that counts; keys and values as `tag_key` gives them."""

_WORD: Final = re.compile(r"[a-z]+")


def one_spelling(key: str) -> str:
    """A tag's key in the spelling that counts: "coloured armour" is "colored armor"."""
    respelt = _WORD.sub(lambda word: WORDS.get(word[0], word[0]), key)
    return NAMES.get(respelt, respelt)


def other_number(key: str) -> Iterator[str]:
    """The plural of a tag, or its singular: keys that may be no words at all, for looking up in lists."""
    if len(key) < 3 or not key[-1].isalpha():
        return
    yield key + "s"
    if key.endswith("y"):
        yield key[:-1] + "ies"
    if key.endswith(("s", "x", "z", "ch", "sh")):
        yield key + "es"
    if key.endswith("ies"):
        yield key[:-3] + "y"
    if key.endswith("es"):
        yield key[:-2]
    if key.endswith("s") and not key.endswith("ss"):
        yield key[:-1]
