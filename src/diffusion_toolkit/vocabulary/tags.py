"""The vocabulary of tags: of all the ways to write a tag the one that counts.

What decides, the first that knows the tag: a person's own map; the label lists of the installed models, where the
spelling that most lists share wins; the words and names of `spelling`; else the tag stays as it was written.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from diffusion_toolkit.vocabulary.alias_map import AliasMap
from diffusion_toolkit.vocabulary.names import tag_key
from diffusion_toolkit.vocabulary.plain import plain_key, plain_tag
from diffusion_toolkit.vocabulary.spelling import one_spelling, other_number

_MOST_ROUNDS: Final = 4


def tag_fold(name: str) -> str:
    """What spellings of one tag have in common: equal for "Coloured_Skin" and "colored skin"."""
    return one_spelling(plain_key(name))


class Vocabulary:
    """The canonical name of every tag.

    lists: the labels of each model, as its list spells them; own: a person's map. The names that a person chose, and
    those that a list has, are canonical themselves.
    """

    def __init__(self, lists: Iterable[Collection[str]] = (), own: AliasMap | None = None) -> None:
        self._own: Mapping[str, str] = own.targets if own else {}
        self._labels: dict[str, str] = {}
        self._apart: dict[str, dict[str, str]] = {}
        self._shared: set[str] = set()
        self._learn([{plain_key(label): plain_tag(label) for label in labels} for labels in lists])

    def canonical(self, name: str) -> str:
        """The name that counts for this tag. Applied to its own result it changes nothing."""
        for _ in range(_MOST_ROUNDS):
            before, name = name, self._once(name)
            if name == before:
                break
        return name

    def is_chosen(self, name: str) -> bool:
        """Whether a person's own map speaks of this tag."""
        return plain_key(name) in self._own

    def _once(self, name: str) -> str:
        text = plain_tag(name)
        if not tag_key(text):
            return name.strip()
        chosen = self._own.get(tag_key(text))
        if chosen is None:
            text = self._by_rule(text)
            chosen = self._own.get(tag_key(text))
        return text if chosen is None else chosen

    def _by_rule(self, text: str) -> str:
        key = tag_key(text)
        fold = one_spelling(key)
        if fold in self._apart and key in self._apart[fold]:
            return self._apart[fold][key]
        if fold in self._labels:
            return self._labels[fold]
        for other in other_number(fold):
            if other in self._shared:
                return self._labels[other]
        return text if fold == key else fold

    def _learn(self, lists: list[dict[str, str]]) -> None:
        spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for labels in lists:
            folds: defaultdict[str, list[str]] = defaultdict(list)
            for key in labels:
                folds[one_spelling(key)].append(key)
            for fold, keys in folds.items():
                spellings[fold].update(labels[key] for key in keys)
                if len(keys) > 1:  # what one list tells apart is two tags
                    self._apart.setdefault(fold, {}).update((key, labels[key]) for key in keys)
            for fold in folds:
                if spellings[fold].total() > len(folds[fold]):
                    self._shared.add(fold)
        for fold, counted in spellings.items():
            self._labels[fold] = min(counted, key=lambda label: (-counted[label], tag_key(label) != fold, label))


def labels_asked(name: str) -> set[str]:
    """The folds of all labels that may decide about this tag: a vocabulary of these alone says the same."""
    fold = tag_fold(name)
    return {fold, *other_number(fold)}
