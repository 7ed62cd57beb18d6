"""What is wrong in a query is said with its place, and never by a crash."""

import time
from contextlib import suppress

import pytest

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query import format_query, parse
from diffusion_toolkit.query.options import ParseOptions, Preset

PROBLEMS = {
    "casttle:1": (1, 'no field "casttle"; did you mean'),
    "castle, modle:x": (9, 'no field "modle"; did you mean model?'),
    "-tga:watermark": (2, 'no field "tga"; did you mean tag, or'),
    "faces>=2": (1, 'no field "faces"'),
    "rating>>5": (8, "one of = < > <= >="),
    "rating=>5": (8, "one of = < > <= >="),
    "(castle": (1, "this parenthesis is not closed"),
    "a, (b OR (c)": (4, "this parenthesis is not closed"),
    "castle)": (7, "this parenthesis closes nothing"),
    'a "castle': (3, "this quote is not closed"),
    'a ""': (3, "nothing stands between the quotes"),
    "model:": (6, "model: a value is expected"),
    "model: , castle": (8, "model: a value is expected"),
    "model: rating>=8": (8, "model: a value is expected"),
    "negative:": (9, "negative: a value is expected"),
    "model:()": (7, "model: a value is expected"),
    "rating:11..": (8, "rating: goes from 0 to 10"),
    "rating:abc": (8, "rating: a number is expected"),
    "rating>=": (8, "rating: a number is expected"),
    "steps:20abc": (9, "steps: a number is expected"),
    "steps:1..2..3": (11, "steps: a number is expected"),
    "steps:99999999999999999999999999999999": (7, "this number is too long"),
    "pixels>2mb": (9, "pixels: a number is expected"),
    "filesize>999999999999999999999tb": (10, "this number is too large"),
    "date:2025-02-30": (6, "2025-02 has no day 30"),
    "date:2025-13": (6, "there is no month 13"),
    "date:1066": (6, "a year from 1900 to 2200"),
    "date:someday": (6, "date: a day is expected"),
    "date:99999 days ago": (6, "more than a century ago"),
    "date:between today": (14, 'after "between" come two days'),
    "size:huge": (6, "size: 1024x768"),
    "size:0:9": (6, "size: 1024x768"),
    "type:audio": (6, "type: image or video is expected"),
    "favorite:maybe": (10, "favorite: true or false is expected"),
    "problem:some": (9, "problem: any or none is expected"),
    "model>5": (6, "model: has no order"),
    "path:contains ": (14, "path: a value is expected"),
    "same:colour 123": (6, 'no "colour"'),
    "same:seed": (6, "one of prompt, negative, model"),
    "stack:fox": (7, "stack: the number of a picture is expected, like stack:123"),
    "model_hash:xyz": (12, "4 to 64 hexadecimal digits are expected"),
    "model_hash:123": (12, "4 to 64 hexadecimal digits are expected"),
    "raw:": (4, "raw: a value is expected"),
    "tag:fox>": (8, "tag: a number is expected"),
    "tag:fox>0.5..0.8": (9, "tag: a number is expected"),
    "tag:>_<": (5, "tag: has no order"),
    "AND castle": (1, "nothing stands before AND"),
    "castle OR": (8, "nothing stands after OR"),
    "castle AND AND tower": (8, "nothing stands after AND"),
    "castle, NOT": (9, "nothing stands after NOT"),
    "(OR castle)": (2, "nothing stands before OR"),
    "node.KSampler": (1, "a property of the node is expected, like node.KSampler.cfg>7"),
    "castle, node.KSampler.cfg": (9, "node.KSampler.cfg: a value is expected"),
    "node.KSampler.cfg:": (18, "node.KSampler.cfg: a value is expected"),
    "node.KSampler.cfg>high": (19, "node.KSampler.cfg: a number is expected"),
    "node.KSampler.x:a(b)": (17, "put this value in quotes"),
    "node.KSampler.x:C:\\pics": (17, "put this value in quotes"),
    "graph:like fox": (7, "graph: like 123, any or none is expected"),
    "negative:(steps:20)": (11, "a field cannot stand inside negative:( )"),
}


@pytest.mark.parametrize("query", PROBLEMS)
def test_problem_is_named_with_its_place(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    position, message = PROBLEMS[query]
    assert caught.value.position == position
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"error at {position}: ")
    assert caught.value.length >= 1
    assert position + caught.value.length - 1 <= len(query)


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        ("(castle", "(castle)"),
        ('"castle', '"castle"'),
        ("rating>>5", "rating>5"),
        ("type:vidoe castle", "type:video castle"),
        ("same:sed 123", "same:seed 123"),
        ("castle, modle:x", "castle, model:x"),
        ("castle, node.KSampler", "castle, node:KSampler"),
        ("node.KSampler.cfg castle", "node.KSampler.cfg:any castle"),
        ("masterpiece:1.2, castle", '"masterpiece:1.2", castle'),
    ],
)
def test_fix_puts_the_query_right(query: str, fix: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.fix == fix
    parse(fix)


@pytest.mark.parametrize(
    "query",
    [
        "x" * 20_001,
        "-(" * 60 + "a" + ")" * 60,
        "(" * 4_000 + "a OR b" + ")" * 4_000,
        "(" * 10_000,
    ],
)
def test_too_long_or_too_deep_is_an_error(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)


HOSTILE = [
    *("NOT ", "a OR ", "in ", "- ", "node.", "<a:", "[", '"a" ', "tag:x ", "tag:a>", "(steps:1,", "same:seed 1|", "a:"),
    *("castle, ", "sampler: euler a, ", "(a OR b), ", "word ", "unknown:1 ", "negative:a|", "date:between 2022 and "),
    *("steps:1|", "steps:1,", "node.*.text:a ", "node.a.", "http://a ", "<lora:x:1> ", ":", "-", "1 ", "model hash "),
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("preset", ["standard", "classic"])
def test_long_queries_take_time_in_step_with_their_length(piece: str, preset: Preset) -> None:
    query = (piece * 20_000)[:20_000]
    options = ParseOptions(preset=preset)
    assert any(_seconds(query, options) < 0.25 for _ in range(3))


def _seconds(query: str, options: ParseOptions) -> float:
    """Of the processor, so that others who use it do not count."""
    begun = time.process_time()
    with suppress(QueryError):
        format_query(parse(query, options=options))
    return time.process_time() - begun


@pytest.mark.parametrize(
    "query",
    [
        "(" * 9_999 + "a" + ")" * 9_999,
        "[" * 10_000 + "]" * 10_000,
        "a:" + " " * 5_000 + "9" * 4_000,
        "(steps:1," * 20 + ")" * 20,
        "date:" + "1" * 9_000,
        "size:" + "1 " * 4_000,
        "node.a." + "b" * 9_000,
        'node."' + '""' * 4_900 + '"',
        "path:((((" + "a" * 19_000,
        "negative prompt:" + "(a " * 6_000,
    ],
)
def test_hostile_queries_end(query: str) -> None:
    for preset in ("standard", "classic"):
        assert _seconds(query, ParseOptions(preset=preset)) < 1
