"""From what a model wrote to a caption: cut where its template shows, and not taken when it only repeats itself."""

import re
from typing import Final

_THOUGHT: Final = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>|^.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_MARKER: Final = re.compile(
    r"<\|[^|<>\n]{0,80}\|>|</s>|<end_of_turn>|<start_of_turn>|\[/?INST\]|<image>|^\s*(?:user|assistant)\s*$",
    re.MULTILINE | re.IGNORECASE,
)
"""Turns of chat templates: what comes behind is an invented conversation."""

_OPENING: Final = re.compile(
    r"\s*(?:<\|start_header_id\|>|<\|im_start\|>|<start_of_turn>)\s*\w+\s*(?:<\|end_header_id\|>)?\s*"
)
"""The turn of the model itself, which some templates let it repeat."""

_LOOP: Final = re.compile(r"(.{1,40}?)\1{11,}", re.DOTALL)
"""The same letters a dozen times in a row."""

_FEWEST_ITEMS: Final = 20
_MOST_ALIKE: Final = 0.5
_LONGEST_CYCLE: Final = 40
_CYCLED_WORDS: Final = 32
_CYCLES: Final = 3
_ENDS: Final = re.compile(r"[.!?…。！？][\"'”’)]?(?=\s|$)|,")


def cleaned(answer: str, finish: str) -> str:
    """The caption in an answer. finish: "length" when the model ran out of tokens; then the last, half said part goes.

    "" when nothing is left.
    """
    text = _THOUGHT.sub("", answer)
    if opening := _OPENING.match(text):
        text = text[opening.end() :]
    text = text.lstrip()
    # A marker at the very beginning opens the answer; the first one behind text ends it.
    while (marker := _MARKER.match(text)) and marker.end():
        text = text[marker.end() :].lstrip()
    text = _MARKER.split(text, maxsplit=1)[0].strip()
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        text = text[1:-1].strip()
    return _whole_part(text) if finish == "length" else text


def repeats_itself(text: str) -> bool:
    """Whether the model ran in circles: letters, words or tags that come again and again."""
    if _LOOP.search(text):
        return True
    items = [item.strip().casefold() for item in text.split(",")]
    if len(items) >= _FEWEST_ITEMS and len(set(items)) < _MOST_ALIKE * len(items):
        return True
    words = text.casefold().split()
    return any(_cycles(words, size) for size in range(1, _LONGEST_CYCLE + 1))


def _cycles(words: list[str], size: int) -> bool:
    """Whether the text ends with the same `size` words several times, some dozens of words in all."""
    times = max(_CYCLES, -(-_CYCLED_WORDS // size))
    if size * times > len(words):
        return False
    tail = words[-size:]
    return all(words[len(words) - size * (n + 1) : len(words) - size * n] == tail for n in range(times))


def _whole_part(text: str) -> str:
    """The text up to its last whole sentence or item of a list; all of it where that would cost too much."""
    ends = [match for match in _ENDS.finditer(text) if match.end() < len(text)]
    if text.endswith((".", "!", "?", "…")) or not ends or ends[-1].end() < len(text) // 2:
        return text
    return text[: ends[-1].end()].rstrip().rstrip(",")
