"""A filter panel's lines are queries, and queries are lines as far as they go."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.query import FIELDS, KnownNames, format_query, parse
from diffusion_toolkit.query.fields import Kind
from diffusion_toolkit.query.filters import OPERATORS, Filter, Panel, panel_of, query_of
from diffusion_toolkit.query.node_rows import NodeRow, query_of_rows
from query.test_round_trip import TREES

# Every line of the reference program's filter window, and the query it means.
WINDOW = {
    "castle": Filter(field="prompt", value="castle"),
    "castle, blue eyes": Filter(field="prompt", value="castle, blue eyes"),
    '"night sky, by van gogh"': Filter(field="prompt", operator="contains", value="night sky, by van gogh"),
    "-dragon": Filter(field="prompt", value="dragon", exclude=True),
    "negative:blurry": Filter(field="negative", value="blurry"),
    '-negative:"bad hands"': Filter(field="negative", operator="contains", value="bad hands", exclude=True),
    "steps:20|28": Filter(field="steps", value="20|28"),
    "steps:20..28": Filter(field="steps", operator="between", value="20", second="28"),
    'sampler:"Euler a"|DDIM': Filter(field="sampler", value="Euler a, DDIM"),
    "cfg:7.5": Filter(field="cfg", operator="=", value="7.5"),
    "seed:100..200": Filter(field="seed", operator="between", value="100", second="200"),
    "seed:12*": Filter(field="seed", value="12*"),
    "size:512x?": Filter(field="size", value="512x?"),
    "size:16:9": Filter(field="size", value="16:9"),
    "size:portrait": Filter(field="size", value="portrait"),
    "model_hash:31e35c80": Filter(field="model_hash", value="31E35C80"),
    'model:"sd xl base"': Filter(field="model", value="sd xl base"),
    "aesthetic>=6.5": Filter(field="aesthetic", operator=">=", value="6.5"),
    "aesthetic:none": Filter(field="aesthetic", operator="none"),
    "rating>=8": Filter(field="rating", operator=">=", value="8"),
    "rating:none": Filter(field="rating", operator="none"),
    r"path:D:\pics\*": Filter(field="path", value=r"D:\pics\*"),
    'path:contains "funny cats"': Filter(field="path", operator="contains", value="funny cats"),
    "date:2025-01-01..2025-06-30": Filter(field="date", operator="between", value="2025-01-01", second="2025-06-30"),
    "date:until 2026": Filter(field="date", operator="between", second="2026"),
    "steps>=20": Filter(field="steps", operator="between", value="20"),
    "date:since 2026-01-01": Filter(field="date", operator="since", value="2026-01-01"),
    "date:before 2026-01-01": Filter(field="date", operator="before", value="2026-01-01"),
    "type:video": Filter(field="type", value="video"),
    "nsfw:true": Filter(field="nsfw", value="true"),
    "deleted:false": Filter(field="deleted", value="false"),
    "favorite:true": Filter(field="favorite", value="true"),
    "nometa:true": Filter(field="nometa", value="true"),
    "in_album:false": Filter(field="in_album", value="false"),
    "unavailable:true": Filter(field="unavailable", value="true"),
    'node.*.text:"castle"': Filter(field="node.*.text", operator="contains", value="castle"),
    'node.*.text:starts with "a castle"': Filter(field="node.*.text", operator="starts with", value="a castle"),
    'node.*.text="castle"': Filter(field="node.*.text", value="castle"),
    "node.KSampler.cfg>7": Filter(field="node.KSampler.cfg", operator=">", value="7"),
    "tag:fox>0.8": Filter(field="tag", value="fox>0.8"),
    'raw:"ADetailer"': Filter(field="raw", operator="contains", value="ADetailer"),
}


@pytest.mark.parametrize("query", WINDOW)
def test_every_line_of_the_window_is_a_query(query: str) -> None:
    written = query_of([WINDOW[query]])
    assert parse(written) == parse(query)
    panel = panel_of(query)
    assert panel.rest == ""
    assert parse(query_of(panel.filters)) == parse(query)
    assert all(line.operator in OPERATORS["text" if line.field == "prompt" else kind(line)] for line in panel.filters)


def kind(line: Filter) -> Kind:
    return FIELDS[line.field].kind if line.field in FIELDS else "property"


def test_lines_and_text_stand_together() -> None:
    lines = [Filter(field="rating", operator=">=", value="8"), Filter(field="tag", value="fox", exclude=True)]
    written = query_of(lines, "castle OR tower")
    assert written == "(castle OR tower), rating>=8, -tag:fox"
    assert panel_of(written) == Panel(filters=tuple(lines), rest="castle OR tower")
    assert query_of([]) == ""
    assert panel_of("") == Panel(filters=())


def test_a_box_needs_no_quotes() -> None:
    names = KnownNames(models=frozenset({"sd xl"}))
    assert query_of([Filter(field="model", value="sd xl")], names=names) == 'model:"sd xl"'
    assert query_of([Filter(field="folder", value="/my pics/a, b")]) == 'folder:"/my pics/a, b"'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (Filter(field="colour", value="x"), 'no field "colour"'),
        (Filter(field="rating", operator="contains", value="8"), "one of =, <>"),
        (Filter(field="rating", operator=">=", value="many"), "Rating: rating: a number is expected"),
        (Filter(field="rating", operator=">=", value=""), "a value is expected"),
        (Filter(field="steps", value="20, castle"), "not one value"),
        (Filter(field="prompt", value="castle steps:20"), "not one value"),
        (Filter(field="negative", value="a) OR (b"), "closes nothing"),
        (Filter(field="date", operator="between", value=" ", second=""), "a value is expected"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(line: Filter, message: str) -> None:
    with pytest.raises(UsageError, match=r".") as caught:
        query_of([line])
    assert message in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_any_query_is_lines_and_a_rest_that_mean_the_same(tree: object) -> None:
    query = format_query(tree)  # type: ignore[arg-type]  # the strategy gives trees
    panel = panel_of(query)
    parts = [query_of([line]) for line in panel.filters]
    assert parse(", ".join([query_of([]), *(f"({part})" for part in parts if part)])) is not None
    again = parse(query_of(panel.filters, panel.rest))
    assert sorted_parts(again) == sorted_parts(parse(query))


def sorted_parts(node: object) -> list[str]:
    parts = getattr(node, "parts", (node,)) if type(node).__name__ == "And" else (node,)
    return sorted(map(repr, parts))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.builds(
            Filter,
            field=st.sampled_from(["prompt", *FIELDS, "node.K.cfg", "node.*.text"]),
            operator=st.sampled_from(sorted({operator for some in OPERATORS.values() for operator in some})),
            value=st.one_of(st.text(max_size=10), st.sampled_from(["20", "a b", "today", 'x"', "512x512", "true"])),
            second=st.sampled_from(["", "30", "2026"]),
            exclude=st.booleans(),
        ),
        max_size=3,
    )
)
def test_any_lines_give_a_query_or_one_problem(lines: list[Filter]) -> None:
    try:
        written = query_of(lines)
    except UsageError:
        return
    assert format_query(parse(written)) == written


def test_rows_over_nodes_join_from_left_to_right() -> None:
    rows = [
        NodeRow(property="text", value="castle"),
        NodeRow(operation="or", property="text_*", comparison="starts with", value="a tower"),
        NodeRow(operation="and", property="", comparison="equals", value="euler"),
        NodeRow(operation="not", property="cfg", comparison="ends with", value='5"%'),
        NodeRow(operation="or", property="ignored", value=""),
    ]
    assert query_of_rows(rows) == (
        '(node.*.text:"castle" OR node.*.text_*:starts with "a tower"), node.*.*="euler", -node.*.cfg:ends with "5""%"'
    )
    assert query_of_rows([]) == ""
    assert query_of_rows([NodeRow(operation="not", property="x", value="y")]) == '-node.*.x:"y"'
