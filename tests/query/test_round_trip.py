"""Any tree the parser can give is written as a query that gives it again; any text gives a tree or one problem."""

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query import FIELDS, Field, format_query, parse
from diffusion_toolkit.query.normal import normalise
from diffusion_toolkit.query.tree import (
    SAME,
    Absent,
    Affix,
    And,
    Aspect,
    Compare,
    Comparison,
    Days,
    Dimensions,
    Everything,
    Exact,
    Flag,
    Glob,
    Like,
    Name,
    Node,
    NodeProperty,
    Not,
    Or,
    PathText,
    Present,
    Prompt,
    Range,
    Same,
    Shape,
    Term,
    Value,
    Weighted,
    Where,
)
from diffusion_toolkit.query.words import typed_words

TEXT = st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
RAW_WORD = st.one_of(
    st.sampled_from(
        [
            "castle",
            "favorite",
            "steps",
            "and",
            "30",
            "none",
            "any",
            "*",
            "?",
            "猫",
            "耳",
            "8k",
            "or",
            "to",
            "2",
            "mb",
            "in",
        ]
    ),
    st.text(min_size=1, max_size=6),
)
TERMS = (
    st.lists(RAW_WORD, min_size=1, max_size=4).map(lambda raw: tuple(typed_words(" ".join(raw)))).filter(bool).map(Term)
)
WORDS = st.one_of(TERMS, TEXT.map(Exact))
DAY = st.one_of(
    st.sampled_from(["today", "yesterday", "2026", "2026-10", "2026-10-05", "last week", "monday", "last friday"]),
    st.integers(2, 500).map(lambda number: f"{number} days ago"),
    st.sampled_from(["1 week ago", "3 months ago", "2 years ago", "this month", "tomorrow"]),
)
DAYS = st.one_of(
    DAY.map(lambda day: Days(day, day)),
    st.builds(Days, DAY, DAY),
    DAY.map(lambda day: Days(day, None)),
    DAY.map(lambda day: Days(None, day)),
    DAY.map(lambda day: Days(f"after {day}", None)),
    DAY.map(lambda day: Days(None, f"before {day}")),
)
PLAIN_NAME = st.text("abcXYZ019._*?-+", min_size=1, max_size=12)
NAMES = st.one_of(
    PLAIN_NAME.map(Name),
    TEXT.filter(lambda text: "*" not in text and "?" not in text).map(Name),
    TEXT.map(lambda text: Name(text, quoted=True)),
).filter(lambda name: name.text.lower() not in ("none", "any") or "*" not in name.text)
POSITIVE = st.integers(1, 9_999_999)
SIZES = st.one_of(
    st.builds(Dimensions, POSITIVE, st.none()),
    st.builds(Dimensions, st.none(), POSITIVE),
    st.builds(Dimensions, POSITIVE, POSITIVE),
    st.builds(Aspect, POSITIVE, POSITIVE),
    st.sampled_from([Shape("portrait"), Shape("landscape"), Shape("square")]),
)
PATHS = st.one_of(
    st.builds(PathText, st.sampled_from(["contains", "starts", "ends"]), TEXT),
    TEXT.map(lambda text: PathText("glob", f"/{text}")),
    TEXT.map(lambda text: PathText("glob", f"{text}*")),
)


WEIGHTS = st.decimals(-10, 10, places=2)


def numbers(field: Field) -> st.SearchStrategy[Value]:
    number = st.decimals(field.lowest if field.lowest is not None else -1000, field.highest or 10**12, places=2)
    digits = st.text("0123456789*?", min_size=1, max_size=20).map(lambda text: Glob("*" + text.replace("*", "")))
    plain: list[st.SearchStrategy[Value]] = [
        st.builds(Compare, st.sampled_from(get_args(Comparison)), number),
        st.tuples(number, number).map(lambda pair: Range(min(pair), max(pair))),
    ]
    return st.one_of(*plain, digits) if field.digits else st.one_of(*plain)


def values(field: Field) -> st.SearchStrategy[Value]:
    by_kind: dict[str, st.SearchStrategy[Value]] = {
        "text": WORDS,
        "name": st.sampled_from(field.choices).map(Name) if field.choices else NAMES,
        "flag": st.booleans().map(Flag),
        "date": DAYS,
        "size": SIZES,
        "path": PATHS,
        "graph": st.integers(0, 10**10 - 1).map(Like),
        "raw": st.one_of(TEXT.map(Exact), st.text("abc*?.", min_size=1).map(lambda text: Name(f"*{text}"))),
        "hash": st.text("0123456789abcdef", min_size=4, max_size=64).map(Name),
        "same": st.builds(Same, st.sampled_from(SAME), st.integers(0, 10**10 - 1)),
        "picture": st.integers(0, 10**10 - 1).map(Like),
        "presence": st.sampled_from([Absent(), Present()]),
    }
    some = numbers(field) if field.kind == "number" else by_kind[field.kind]
    if field.weighted:
        some = st.one_of(some, st.builds(Weighted, NAMES, st.sampled_from(get_args(Comparison)), WEIGHTS))
    is_always_there = field.kind in ("flag", "path", "same", "picture")
    return some if is_always_there else st.one_of(some, st.sampled_from([Absent(), Present()]))


WHERE = st.sampled_from(list(FIELDS.values())).flatmap(
    lambda field: st.lists(values(field), min_size=1, max_size=3).map(lambda some: Where(field.name, tuple(some)))
)
WHOLE_NUMBERS = st.decimals(-1000, 10**20, places=2)
NODE_NAMES = st.one_of(
    st.sampled_from(["KSampler", "*", "IPAdapter*", "lora_1.lora", "none", "AND", "node", "(", "a.b"]).map(Name), NAMES
)
PROPERTIES = st.builds(
    NodeProperty,
    NODE_NAMES,
    NODE_NAMES,
    st.lists(
        st.one_of(
            st.builds(Compare, st.sampled_from(get_args(Comparison)), WHOLE_NUMBERS),
            st.tuples(WHOLE_NUMBERS, WHOLE_NUMBERS).map(lambda pair: Range(min(pair), max(pair))),
            TEXT.map(Exact),
            st.builds(Affix, st.sampled_from(["starts", "ends"]), TEXT),
            NAMES,
            st.sampled_from([Absent(), Present()]),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)
LEAF: st.SearchStrategy[Node] = st.one_of(WORDS.map(Prompt), WHERE, WHERE, PROPERTIES)


def branches(node: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(node, min_size=1, max_size=4).map(tuple)
    return st.one_of(several.map(And), several.map(Or), node.map(Not))


TREES = st.recursive(st.one_of(LEAF, st.just(Everything())), branches, max_leaves=10)


@settings(max_examples=500, deadline=None)
@given(TREES)
def test_written_tree_is_read_as_itself(tree: Node) -> None:
    assert parse(format_query(tree)) == normalise(tree)


PIECES = st.sampled_from(
    [
        *FIELDS,
        *':<>=()[]",|-*?~&@}{ ',
        *("<>", ">=", "..", "::", "//", '""', "\\(", "\\)", "\n", " AND ", " OR ", " NOT "),
        *("castle", "blue eyes", "1.2", "20", "1", "2mb", "512x?", "x", "euler a", "<lora:x:1>"),
        *("node.", "node.KSampler", ".cfg", 'node."a b".c', "like 12"),
        *("today", "last week", "between ", " and ", "since ", "contains ", "ends with ", "none", "any", "true"),
        *("猫", "\u0301", "İ", "ß", "ﬀ", "？"),
    ]
)
TYPED = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=60))


@settings(max_examples=1500, deadline=None)
@given(TYPED)
def test_any_text_gives_a_tree_in_normal_form_or_one_problem(query: str) -> None:
    tree = read(query)
    if tree is not None:
        assert normalise(tree) == tree
        written = format_query(tree)
        assert parse(written) == tree
        assert format_query(parse(written)) == written


def read(query: str) -> Node | None:
    """The tree, or None if the problem that was found lies inside the query."""
    try:
        return parse(query)
    except QueryError as error:
        problem = error
    assert problem.position >= 1
    assert problem.length >= 1
    assert problem.position + problem.length - 1 <= len(query)
    return None
