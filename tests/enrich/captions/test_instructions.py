"""What models are asked: types, lengths, wishes, what users write of their own, and how answers become captions."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffusion_toolkit.enrich.captions.answers import cleaned, repeats_itself
from diffusion_toolkit.enrich.captions.instructions import (
    LENGTHS,
    TYPES,
    WISHES,
    Asked,
    checked_text,
    refining,
    without_special,
    worded,
)
from diffusion_toolkit.enrich.captions.modes import MODES, CaptionMode, asked_in, checked_mode, merged
from diffusion_toolkit.errors import UsageError

DOCUMENT = Path(__file__).parents[3] / "docs" / "captions.md"
SPECIAL = (
    "<|eot_id|>",
    "<|start_header_id|>",
    "<|reserved_special_token_69|>",
    "<__media__>",
    "</s>",
    "[/INST]",
    "<image>",
)


def test_there_are_the_twelve_types_and_the_twenty_seven_wishes() -> None:
    names = [each.name for each in TYPES]
    assert names == [
        *("descriptive", "casual", "straightforward", "stable-diffusion", "midjourney", "danbooru"),
        *("e621", "rule34", "booru", "art-critic", "product-listing", "social-media"),
    ]
    assert len({wish.name for wish in WISHES}) == len(WISHES) == 27
    assert len({each.text for each in (*TYPES, *WISHES)}) == len(TYPES) + len(WISHES)
    assert all("{length}" in each.text and "{limit}" in each.text for each in TYPES)
    assert [wish.name for wish in WISHES if "{" in wish.text] == ["person"]


def test_the_document_names_every_type_length_and_mode() -> None:
    text = " ".join(DOCUMENT.read_text().split())
    assert f"(`dtk caption --types` lists them: {', '.join(each.name for each in TYPES)})" in text
    assert f"a length ({', '.join(LENGTHS)}, or a number of words)" in text
    assert [f"| `{mode}` |" in text for mode in MODES] == [True] * 3


@pytest.mark.parametrize("name", [each.name for each in TYPES])
@pytest.mark.parametrize("length", [*LENGTHS, "20", "260"])
def test_every_type_and_length_makes_a_whole_sentence(name: str, length: str) -> None:
    text = worded(Asked(type=name, length=length))
    assert text == " ".join(text.split())
    assert text.endswith(".")
    assert "{" not in text
    if length.isdigit():
        assert f" in at most {length} words" in text
    elif length != "any":
        assert f" {length} " in text


def test_wishes_come_behind_in_the_order_they_were_made() -> None:
    asked = Asked(type="booru", length="any", wishes=("no-mood", "person", "no-mood"), person="Ann {limit} {0}")
    assert worded(asked) == (
        "Give a list of tags for this picture, as image boards have them. Say nothing of mood or feeling."
        " If there is a person or character in the picture, call them Ann {limit} {0}."
    )
    assert "call them {NAME}." in worded(Asked(wishes=("person",)))


def test_a_users_texts_stand_instead_of_ours() -> None:
    texts = {"booru": "Tags{limit}, please.", "poem": "A {length} poem."}
    assert worded(Asked(type="booru", length="30"), texts) == "Tags in at most 30 words, please."
    assert worded(Asked(type="poem", length="short"), texts) == "A short poem."
    assert worded(Asked(own="What is {x} here?", wishes=("ages",))) == (
        "What is {x} here? Where it fits, tell how old people are."
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked(type="limerick"), "no type of caption"),
        (Asked(length="endless"), "A length is one of"),
        (Asked(length="4"), "from 5 to 1000"),
        (Asked(length="１２"), "A length is one of"),
        (Asked(wishes=("fame",)), 'no wish "fame"'),
        (Asked(own="<|eot_id|>"), "empty"),
        (Asked(own="x" * 8001), "at most 8,000"),
    ],
)
def test_what_cannot_be_asked_is_told(asked: Asked, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        worded(asked)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*SPECIAL, "<", "|", ">", "<|", "|>", "a", " ", "\n"]), max_size=30).map("".join))
def test_no_text_of_a_user_commands_the_model(text: str) -> None:
    plain = without_special(text)
    assert not any(token in plain for token in SPECIAL)
    assert without_special(plain) == plain


def test_other_text_stays_as_it_is() -> None:
    text = "1girl, <lora:x:0.8>, a < b > c, |x|, [INSIDE], {braces} 50% </body>"
    assert without_special(text) == text
    assert checked_text(f"  {text} <|eot_id|> end ") == f"{text} end"


OLD, NEW = "Two cats.\n\nOn a roof.", "Three dogs."


@pytest.mark.parametrize(
    ("mode", "existing", "new", "result"),
    [
        ("overwrite", OLD, NEW, NEW),
        ("overwrite", "", NEW, NEW),
        ("overwrite", OLD, "", OLD),
        ("append", OLD, NEW, f"{OLD}\n\n{NEW}"),
        ("append", "", NEW, NEW),
        ("append", OLD, "", OLD),
        ("append", OLD, "On a roof.", OLD),
        ("append", OLD, "roof", f"{OLD}\n\nroof"),
        ("refine", OLD, NEW, NEW),
        ("refine", "", NEW, NEW),
        ("refine", OLD, "  \n", OLD),
        ("refine", "", "", ""),
    ],
)
def test_what_becomes_of_the_caption_that_is_there(mode: CaptionMode, existing: str, new: str, result: str) -> None:
    assert merged(mode, existing, new) == result


@settings(deadline=None)
@given(st.sampled_from(MODES), st.text(max_size=20), st.text(max_size=20))
def test_nothing_written_takes_nothing_away_and_twice_is_once(mode: CaptionMode, existing: str, new: str) -> None:
    assert merged(mode, existing, " ") == existing.strip()
    once = merged(mode, existing, new)
    if new.strip() == new and "\n" not in new + existing:
        assert merged(mode, once, new) == once


def test_only_to_refine_the_model_is_shown_what_is_there() -> None:
    assert asked_in("overwrite", "Describe.", OLD) == asked_in("append", "Describe.", OLD) == "Describe."
    shown = asked_in("refine", "Describe.", f"{OLD}<|eot_id|>")
    assert shown == refining("Describe.", OLD)
    assert shown.startswith("Describe. ")
    assert shown.endswith(f"\n{OLD}")
    assert asked_in("refine", "Describe.", " <|eot_id|> ") == "Describe."
    with pytest.raises(UsageError, match="overwrite, append, refine"):
        checked_mode("replace")


@pytest.mark.parametrize(
    ("answer", "caption"),
    [
        ("  A cat.\n", "A cat."),
        ("A cat.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAnd now?", "A cat."),
        ("<|start_header_id|>assistant<|end_header_id|>\n\nA cat.", "A cat."),
        ("<|im_start|>assistant\nA cat.<|im_end|>", "A cat."),
        ("A cat.</s>junk", "A cat."),
        ("A cat.<end_of_turn>\n<start_of_turn>user", "A cat."),
        ("A cat.\nuser\n\nMore", "A cat."),
        ("assistant\n\nA cat.", "A cat."),
        ("<|im_end|>", ""),
        ("<think>It is a cat.</think>\n\nA cat.", "A cat."),
        ("Let me see.</think>A cat.", "A cat."),
        ('"A cat."', "A cat."),
        ('"A" and "B"', '"A" and "B"'),
        ("1girl, <lora:x:1>, user, a|b", "1girl, <lora:x:1>, user, a|b"),
        ("A user looks at it.", "A user looks at it."),
        ("", ""),
    ],
)
def test_an_answer_is_cut_where_the_template_shows(answer: str, caption: str) -> None:
    assert cleaned(answer, "stop") == caption


@pytest.mark.parametrize(
    ("answer", "caption"),
    [
        ("A cat sits on a roof. It is bl", "A cat sits on a roof."),
        ("1girl, solo, long hair, blue ey", "1girl, solo, long hair"),
        ("A cat sits on a roof.", "A cat sits on a roof."),
        ("Hm. A very long sentence that has no end because it was cut off in the mid",) * 2,
        ("no end at all",) * 2,
    ],
)
def test_what_ran_out_of_tokens_ends_with_its_last_whole_part(answer: str, caption: str) -> None:
    assert cleaned(answer, "length") == caption


SENTENCE = "The picture shows a quiet street at night with wet stones that reflect the yellow light of two lamps. "


@pytest.mark.parametrize(
    "text",
    [
        "ha" * 30,
        "A cat. " + "very " * 40,
        SENTENCE + "She looks at the sea. " * 12,
        SENTENCE * 4,
        ", ".join(["1girl", "solo", "blue eyes", "smile"] * 6),
        "!" * 40,
    ],
)
def test_running_in_circles_is_seen(text: str) -> None:
    assert repeats_itself(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A cat.",
        SENTENCE * 2,
        "1girl, solo, long hair, long sleeves, long skirt, long coat, long scarf, long boots, long socks, long gloves",
        ", ".join(f"tag {n}" for n in range(200)),
        "Row, row, row your boat, gently down the stream. Merrily, merrily, merrily, merrily, life is but a dream.",
        "A sign that says NO NO NO in red.",
    ],
)
def test_a_caption_is_not_taken_for_a_circle(text: str) -> None:
    assert not repeats_itself(text)
