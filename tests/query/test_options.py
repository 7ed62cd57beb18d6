"""The classic preset, the order of day and month, and where text is looked for."""

import pytest

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query import format_query, parse
from diffusion_toolkit.query.options import ParseOptions
from diffusion_toolkit.query.scope import TEXT_PROPERTIES, Scope, scope_properties, widened
from diffusion_toolkit.query.tree import Days, Exact, Name, NodeProperty, Not, Or, Prompt, Term, Where

CLASSIC = ParseOptions(preset="classic")

# What users of the reference program type, and the same in our own words.
HABITS = {
    "castle negative prompt: blurry, bad hands": "castle, negative:blurry, negative:bad hands",
    "castle, Negative_Prompt: blurry, lowres steps:20": "castle, negative:blurry, negative:lowres, steps:20",
    'negative: "bad, hands", lowres': 'negative:"bad, hands", negative:lowres',
    "negative prompt: (worst quality:1.4), lowres\nsampler: Euler a": (
        'negative:worst quality, negative:lowres, sampler:"Euler a"'
    ),
    "negative:(a OR b), castle": "(negative:a OR negative:b), castle",
    "negative prompt: any": "negative:any",
    "negative prompt: favorite, a": "negative:favorite, negative:a",
    "negative prompt: a, (b OR c)": "negative:a, (negative:b OR negative:c)",
    "steps: 20|30|40": "steps:20|30|40",
    "steps: 20-30": "steps:20..30",
    "cfg scale: 7 | 7.5": "cfg:7|7.5",
    "cfg_scale:7": "cfg:7",
    "seed: 100 - 200": "seed:100..200",
    "seed:12*": "seed:12*",
    "seed:12??": "seed:12??",
    "sampler: Euler a | DPM++ 2M Karras": 'sampler:"Euler a"|"DPM++ 2M Karras"',
    "model hash: 31E35C80 | aabbccdd": "model_hash:31e35c80|aabbccdd",
    "size: 512x768": "size:512x768",
    "size:?x768": "size:?x768",
    "size: 16:9": "size:16:9",
    "size: landscape": "size:landscape",
    "aesthetic_score: > 6.5": "aesthetic>6.5",
    "aesthetic_score:<> 6": "aesthetic<>6",
    "rating: >= 8": "rating>=8",
    "rating: none": "rating:none",
    "hypernet: ink | anime": "hypernet:ink|anime",
    "hypernet strength: > 0.5": "hypernet_strength>0.5",
    "favorite:": "favorite:true",
    "fave: true": "favorite:true",
    "for deletion: true": "deleted:true",
    "to delete:": "deleted:true",
    "delete: false": "deleted:false",
    "nsfw:": "nsfw:true",
    "in_album: false": "in_album:false",
    "in album:": "in_album:true",
    "nometa:": "nometa:true",
    "nometadata: true": "nometa:true",
    "type: video": "type:video",
    "album: Favourites": "album:Favourites",
    'album:"Print candidates"': 'album:"Print candidates"',
    r'folder: "D:\pics\ai"': r'folder:"D:\pics\ai"',
    r"path: D:\pics\*": r"path:D:\pics\*",
    'path: starts with "D:/pics"': 'path:starts with "D:/pics"',
    "path: contains cats": 'path:contains "cats"',
    "path: ends with .jpg": 'path:ends with ".jpg"',
    "date: today": "date:today",
    "date: 2 days ago": "date:2 days ago",
    "date: a week ago": "date:1 week ago",
    "date: 3 weeks ago": "date:3 weeks ago",
    "date: a month ago": "date:1 month ago",
    "date: between 11-11-2022 and yesterday": "date:2022-11-11..yesterday",
    "date: before 5/3/2024": "date:before 2024-03-05",
    "date: since 2024-3-5": "date:since 2024-03-05",
    "date: from 1/2/2024 up to 3/2/2024": "date:2024-02-01..2024-02-03",
    "date: from 1-2-2024 to today": "date:2024-02-01..today",
    "date: 1-2-2024 - 3-2-2024": "date:2024-02-01..2024-02-03",
}


@pytest.mark.parametrize("typed", HABITS)
def test_habits_of_the_reference_program_are_understood(typed: str) -> None:
    ours = parse(HABITS[typed])
    assert parse(typed, options=CLASSIC) == ours
    assert parse(format_query(parse(typed, options=CLASSIC))) == ours


def test_elsewhere_a_negative_prompt_is_one_term() -> None:
    assert parse("castle negative prompt: blurry, lowres") == parse("castle, negative:blurry, lowres")


@pytest.mark.parametrize("query", ["negative prompt:", "castle negative prompt: ", "negative prompt: x:1, y"])
def test_problems_stay_problems_in_the_classic_preset(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query, options=CLASSIC)


@pytest.mark.parametrize(
    ("typed", "day_first", "month_first"),
    [
        ("3/4/2026", "2026-04-03", "2026-03-04"),
        ("3-4-2026", "2026-04-03", "2026-03-04"),
        ("25/3/2026", "2026-03-25", "2026-03-25"),
        ("3/25/2026", "2026-03-25", "2026-03-25"),
        ("2026/3/4", "2026-03-04", "2026-03-04"),
    ],
)
def test_day_and_month_come_in_the_users_order(typed: str, day_first: str, month_first: str) -> None:
    assert parse(f"date:{typed}") == Where("date", (Days(day_first, day_first),))
    options = ParseOptions(month_first=True)
    assert parse(f'date:"{typed}"', options=options) == Where("date", (Days(month_first, month_first),))


def test_text_may_be_looked_for_elsewhere_too() -> None:
    scope = Scope(node_properties=scope_properties(["text", "x*"]), raw=True)
    assert widened(parse('castle -"a b" steps:20'), Scope()) == parse('castle -"a b" steps:20')
    assert widened(parse("blue eyes"), scope) == Or(
        (
            Prompt(Term(("blue", "eyes"))),
            NodeProperty(Name("*"), Name("text"), (Name("blue eyes"),)),
            NodeProperty(Name("*"), Name("x*"), (Name("blue eyes"),)),
            Where("raw", (Exact("blue eyes"),)),
        )
    )
    assert widened(parse('-"a b"'), Scope(raw=True)) == Not(Or((Prompt(Exact("a b")), Where("raw", (Exact("a b"),)))))
    assert widened(parse("steps:20 OR negative:x"), scope) == parse("steps:20 OR negative:x")
    assert scope_properties(["default", "text", "y"]) == (*TEXT_PROPERTIES, "y")
