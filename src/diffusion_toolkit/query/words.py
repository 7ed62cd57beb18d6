"""Words of a prompt, as they are compared: the same cutting for prompts in the catalog and for what a user types.

Decisions, all of them visible to users:

- Case, accents written apart and full-width letters do not matter (NFKC, casefold).
- Everything that is no letter or digit only separates: `long_hair`, `long-hair` and `long, hair` are the words
  `long hair`; `woman's` is `woman s`; `<lora:detail:0.8>` is `lora detail 0 8`.
- Attention weights vanish: `(blue eyes:1.3)`, `[blue:red:0.5]` and `1.3::blue eyes::` leave the words side by side.
- Scripts that write no blanks (Chinese, Japanese, Thai, Lao, Burmese, Khmer) give one word per character, so that
  words standing side by side are a substring: `猫耳` finds `黒い猫耳の少女`.
"""

import re
from collections.abc import Sequence
from unicodedata import normalize

# Combining signs that Python's \w leaves out: without them Hindi or Arabic words fall apart at each vowel sign.
_SIGNS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3\u0816-\u082d"
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09d7\u09e2\u09e3\u0a01-\u0a03"
    "\u0a3c-\u0a51\u0a70-\u0a75\u0a81-\u0a83\u0abc-\u0acd\u0ae2\u0ae3\u0b01-\u0b03\u0b3c-\u0b57\u0b62\u0b63\u0b82"
    "\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3c-\u0c56\u0c62\u0c63\u0c81-\u0c83\u0cbc-\u0cd6\u0ce2\u0ce3\u0d00-\u0d03"
    "\u0d3b-\u0d4d\u0d57\u0d62\u0d63\u0d81-\u0d83\u0dca-\u0ddf\u0df2\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1"
    "\u0eb4-\u0ebc\u0ec8-\u0ece\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e\u0f3f\u0f71-\u0f84\u0f86-\u0fbc\u102b-\u103e"
    "\u1056-\u1059\u17b4-\u17d3\u17dd\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
)
_UNSPACED = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Possessive quantifiers: a million digits without a closing bracket are read once, not a million times.
_WEIGHT = re.compile(r":\s*+[-+]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)\s*+(?=[)\]}])")
_WEIGHT_IN_FRONT = re.compile(r"(?<![\w.])-?[0-9]++(?:\.[0-9]++)?::")
# Soft hyphen, joiners, emoji variants and byte order marks stand inside words and mean nothing for comparing.
_INVISIBLE = re.compile("[\u00ad\u200c\u200d\u2060\ufe0e\ufe0f\ufeff]")

_ASCII_WORD = re.compile(r"[a-z0-9]+")
_ANY_WORD = re.compile(rf"[\w{_SIGNS}]+")
_ASCII_TYPED_WORD = re.compile(r"[a-z0-9*?]+")
_LETTER = rf"[\w{_SIGNS}]"
_ANY_TYPED_WORD = re.compile(rf"[\w{_SIGNS}\ue000\ue001]+")
_STARS = re.compile(r"\*\*+")
# While folding, the typed wildcards hide behind characters that folding leaves alone: the full-width question mark
# of a Chinese sentence folds to "?", and is none.
_HIDE_WILDCARDS = {ord("*"): "\ue000", ord("?"): "\ue001", 0xE000: " ", 0xE001: " "}
_SHOW_WILDCARDS = {0xE000: "*", 0xE001: "?"}


def words(text: str) -> list[str]:
    """The words of a prompt in their order, as they are compared."""
    if text.isascii():
        folded = text.lower()
        return _ASCII_WORD.findall(_without_weights(folded))
    return _ANY_WORD.findall(_separated(_folded(text)))


def word_starts(text: str) -> list[int]:
    """Where each of the `words` of an ASCII text begins."""
    return [found.start() for found in _ASCII_WORD.finditer(_without_weights(text.lower()))]


def word_pattern(term: Sequence[str]) -> re.Pattern[str] | None:
    """Found in a `plain_text` that holds these words side by side, the last one as a prefix (see `tree.Term`).

    None for a `*` inside a word: there, a regular expression could take for ever.
    """
    last = term[-1].rstrip("*")
    words_in_it = [*term[:-1], last]
    if not all(word and "*" not in word for word in words_in_it):
        return None
    parts = ["".join(_LETTER if part == "?" else re.escape(part) for part in word) for word in words_in_it]
    # Of a word without wildcards, the look behind stands after its letters, which the search then jumps to.
    first = words_in_it[0]
    parts[0] = f"(?<!{_LETTER}){parts[0]}" if "?" in first else f"{parts[0]}(?<!{_LETTER}{parts[0]})"
    ends_here = f"(?!{_LETTER})" if term[-1].endswith("?") else ""
    return re.compile(f"(?!{_LETTER})[^{_LETTER[1:-1]}]+".join(parts) + ends_here)


def plain_text(text: str) -> str:
    """A text as its words are looked for with `word_pattern`: folded, without weights."""
    if text.isascii():
        return _without_weights(text.lower()).replace("_", " ")
    return _separated(_folded(text))


def typed_words(text: str) -> list[str]:
    """The words of a piece of a query: like `words`, but `*` and `?` stay in them as wildcards."""
    if text.isascii():
        found = _ASCII_TYPED_WORD.findall(_without_weights(text.lower()))
    else:
        folded = _separated(_folded(text.translate(_HIDE_WILDCARDS)))
        found = [word.translate(_SHOW_WILDCARDS) for word in _ANY_TYPED_WORD.findall(folded)]
        _drop_outer_stars(found)
    return [_STARS.sub("*", word) for word in found]


def is_unspaced(word: str) -> bool:
    """Is this the word of a script without blanks: a single character that joins its neighbours directly?"""
    return len(word) == 1 and _UNSPACED.match(word) is not None


def _folded(text: str) -> str:
    text = normalize("NFD", _INVISIBLE.sub("", text)).casefold()
    text = normalize("NFKD", text).casefold()
    return _INVISIBLE.sub("", normalize("NFKC", text))


def _without_weights(folded: str) -> str:
    """Blanks in their place: what stands behind them keeps its place."""
    if "::" in folded:
        folded = _WEIGHT_IN_FRONT.sub(_blanks, folded)
    return _WEIGHT.sub(_blanks, folded) if ":" in folded else folded


def _blanks(found: re.Match[str]) -> str:
    return " " * (found.end() - found.start())


def _separated(folded: str) -> str:
    return _UNSPACED.sub(r" \g<0> ", _without_weights(folded).replace("_", " "))


def _drop_outer_stars(found: list[str]) -> None:
    """`*猫耳*` is meant as a substring, which words of one character are anyway."""
    while len(found) > 1 and found[0].strip("*") == "" and is_unspaced(found[1]):
        del found[0]
    while len(found) > 1 and found[-1].strip("*") == "" and is_unspaced(found[-2]):
        del found[-1]
