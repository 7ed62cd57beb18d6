"""Tags: many spellings, one name; what a person's map, the models' lists and the rules say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.vocabulary import (
    KAOMOJI,
    AliasMap,
    Vocabulary,
    fitting,
    labels_asked,
    plain_key,
    plain_tag,
    read_alias_map,
    tag_fold,
    tag_key,
)
from diffusion_toolkit.vocabulary.spelling import NAMES, WORDS, one_spelling

PIECES = st.sampled_from(
    ("artist:", "meta：", "_", " ", "\\", "(", ")", "^_^", "colour", "gray", "gloves", "hair", "s", "=")
) | st.sampled_from(("Ä", "ß", "＿", "é", "\u0301", "x"))
WILD = st.lists(PIECES, max_size=7).map("".join) | st.text(max_size=12)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("long_hair", "long hair"),
        ("  Long   Hair ", "Long Hair"),
        ("character:hatsune_miku_\\(append\\)", "hatsune miku (append)"),
        ("Artist: Foo Bar", "Foo Bar"),
        ("meta:artist:absurdres", "absurdres"),
        ("artist:", "artist:"),
        ("rating:explicit", "rating:explicit"),
        ("re:zero", "re:zero"),
        ("^_^", "^_^"),
        ("T_T", "T_T"),
        ("general:o_o", "o_o"),
        ("snake_case_name", "snake case name"),
        ("cafe\u0301", "café"),
    ],
)
def test_how_people_write_a_tag(written: str, plain: str) -> None:
    assert plain_tag(written) == plain


@pytest.mark.parametrize("face", sorted(KAOMOJI))
def test_faces_keep_their_mouth(face: str) -> None:
    assert Vocabulary().canonical(face) == face


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("Coloured_Skin", "colored skin"),
        ("gray hair", "grey hair"),
        ("multi-coloured", "multi-colored"),
        ("1 girl", "1girl"),
        ("T Shirt", "t-shirt"),
        ("Best of 2024", "Best of 2024"),
        ("Colourway 3", "Colourway 3"),
        ("___", "___"),
        ("", ""),
    ],
)
def test_rules_without_lists(name: str, canonical: str) -> None:
    assert Vocabulary().canonical(name) == canonical


def test_the_spelling_that_the_lists_share_wins() -> None:
    vocabulary = Vocabulary([["gray_hair", "armour", "sole"], ["gray hair", "armor"], ["armor"]])
    names = ["grey hair", "gray_hair", "Armour", "armored", "SOLE"]
    assert [vocabulary.canonical(name) for name in names] == ["gray hair", "gray hair", "armor", "armored", "sole"]


def test_a_plural_is_its_singular_only_where_two_lists_say_so() -> None:
    both = Vocabulary([["gloves", "flower", "wing"], ["gloves", "flower", "wings"]])
    names = ["glove", "flowers", "wings", "wing", "dresses"]
    assert [both.canonical(name) for name in names] == ["gloves", "flower", "wings", "wing", "dresses"]
    assert Vocabulary([["gloves"]]).canonical("glove") == "glove"


def test_what_one_list_tells_apart_stays_apart() -> None:
    vocabulary = Vocabulary([["grey hair", "gray hair"], ["grey hair"]])
    assert [vocabulary.canonical(name) for name in ("Gray_Hair", "grey hair")] == ["gray hair", "grey hair"]


def test_a_persons_map_comes_first() -> None:
    own = read_alias_map("# mine\nkitty = cat\n\ncat = Colour Cat\nnasa = NASA\n=_= = sleepy\n")
    vocabulary = Vocabulary([["cat", "kitty"], ["kitty"]], own)
    names = ["Kitty", "cat", "colour cat", "NaSa", "=_=", "dog"]
    expected = ["Colour Cat", "Colour Cat", "Colour Cat", "NASA", "sleepy", "dog"]
    assert [vocabulary.canonical(name) for name in names] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = b\nb = c\nc = a", 'go round in a circle: "b" → "c" → "a" → "b"'),
        ("a = b\nkitty cat", "Line 2: write"),
        ("a = b\nA = c", 'Line 2: "A" has a meaning already, in line 1'),
        ("a = ___", "Line 1: write"),
    ],
)
def test_a_map_that_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("(", "\\(")):
        read_alias_map(text)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdefg")), max_size=12))
def test_lines_that_fit_make_a_map(lines: list[tuple[str, str]]) -> None:
    taken = fitting(AliasMap.of([("a", "b")]), lines)
    whole = AliasMap.of([("a", "b"), *taken])
    assert all(alias != "a" for alias, _ in taken)
    left = [line for line in lines if line not in taken and line[0] not in dict(whole.pairs)]
    for line in left:
        with pytest.raises(UsageError, match="circle"):
            AliasMap.of([*whole.pairs, line])


def test_the_map_is_readable_text() -> None:
    text = "kitty = cat\n=_= = sleepy face\n"
    assert read_alias_map("\ufeff# of mine\n" + text).as_text() == text


def test_the_tables_end_where_they_point() -> None:
    assert all(one_spelling(word) == word for word in WORDS.values())
    assert all(one_spelling(name) == name for name in NAMES.values())
    assert all(tag_key(name) == name for name in (*NAMES, *NAMES.values()))


@given(WILD, st.lists(st.lists(WILD, max_size=4), max_size=3), st.dictionaries(WILD, WILD, max_size=4))
def test_canonical_names_are_canonical(name: str, lists: list[list[str]], aliases: dict[str, str]) -> None:
    pairs = [(alias, canonical) for alias, canonical in aliases.items() if plain_key(alias) and plain_key(canonical)]
    try:
        own = AliasMap.of(pairs)
    except UsageError:
        own = None
    vocabulary = Vocabulary(lists, own)
    canonical = vocabulary.canonical(name)
    assert vocabulary.canonical(canonical) == canonical
    if own:
        assert all(vocabulary.canonical(target) == target for target in own.targets.values())


@given(WILD, st.lists(st.lists(WILD, max_size=4), max_size=3))
def test_the_labels_that_are_asked_for_decide_as_all_do(name: str, lists: list[list[str]]) -> None:
    asked = labels_asked(name)
    some = [[label for label in labels if tag_fold(label) in asked] for labels in lists]
    assert Vocabulary(some).canonical(name) == Vocabulary(lists).canonical(name)
