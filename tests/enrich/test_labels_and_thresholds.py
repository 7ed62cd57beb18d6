"""Lists of labels as the cards have them, their names, and from where on a label becomes a tag."""

from pathlib import Path

import numpy as np
import pytest

from diffusion_toolkit.enrich.taggers.labels import clean_name, prompt_text, read_selected_tags, read_top_tags
from diffusion_toolkit.enrich.taggers.tags import ImageTags, Rating, Tag, combined
from diffusion_toolkit.enrich.taggers.thresholds import Thresholds, largest_gap
from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.vocabulary import KAOMOJI
from enrich.networks import joytag_label_file, wd_label_file


def test_the_labels_of_wd_have_categories_and_clean_names(tmp_path: Path) -> None:
    labels = read_selected_tags(wd_label_file(tmp_path / "selected_tags.csv").read_bytes())
    assert len(labels) == 10_861
    counts = {name: sum(label.category == name for label in labels) for name in ("rating", "general", "character")}
    assert counts == {"rating": 4, "general": 8_106, "character": 2_751}
    assert [label.name for label in labels[:4]] == ["general", "sensitive", "questionable", "explicit"]
    named = {label.raw: label.name for label in labels}
    assert named["long_hair"] == "long hair"
    assert named["||_||"] == "||_||"
    assert named['don\'t_say_"lazy"'] == 'don\'t say "lazy"'
    assert named["a,_b_(c)"] == "a, b (c)"


def test_faces_keep_their_mouths_and_prompts_their_weights() -> None:
    assert len(KAOMOJI) == 19
    assert [clean_name(name) for name in ("^_^", "blue_eyes", "x_x")] == ["^_^", "blue eyes", "x_x"]
    assert prompt_text("saber (fate)") == r"saber \(fate\)"
    assert prompt_text("\\m/") == "\\\\m/"


def test_the_labels_of_joytag_are_lines(tmp_path: Path) -> None:
    labels = read_top_tags(joytag_label_file(tmp_path / "top_tags.txt").read_bytes())
    assert len(labels) == 5_813
    assert [label.name for label in labels[:3]] == ["1girl", "long hair", "^_^"]
    assert {label.category for label in labels} == {"general"}


def test_a_table_of_numbers_and_tags_is_a_list_too() -> None:
    assert [label.name for label in read_top_tags(b"index,tag\n0,1girl\n1,long_hair\n")] == ["1girl", "long hair"]
    assert [label.name for label in read_top_tags(b'0,1girl\n1,"long_hair"\n')] == ["1girl", "long hair"]
    assert [label.name for label in read_top_tags(b"1girl\n\n2,000_yen\n")] == ["1girl", "2,000 yen"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"a,b\n1,2\n",
        b"name,category\nonly\n",
        b"name,category\n,0\n",
        b"name,category\n" + b"x" * 999,
        b'"' + b"x" * 200_000,
    ],
)
def test_what_is_no_list_of_wd_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_selected_tags(data)


def test_the_cut_lies_in_the_largest_gap() -> None:
    assert largest_gap(np.array([0.9, 0.1, 0.8, 0.15], np.float32)) == pytest.approx(0.475)
    thresholds = Thresholds(by_category={"general": 0.35}, by_cut=True)
    noise = np.array([0.04, 0.01, 0.012], np.float32)
    assert thresholds.of("general", noise) == pytest.approx(0.026)
    assert thresholds.of("character", noise) == 0.15
    assert thresholds.of("general", np.array([0.9], np.float32)) == 0.35


def test_a_category_without_a_threshold_takes_that_of_the_general_one() -> None:
    thresholds = Thresholds(by_category={"general": 0.4}).replaced({"character": 0.9})
    none = np.array([], np.float32)
    assert [thresholds.of(name, none) for name in ("general", "character", "artist")] == [0.4, 0.9, 0.4]


def test_several_taggers_make_one_list() -> None:
    joytag = ImageTags(
        source="joytag", version="1", tags=(Tag("long hair", "general", 0.9), Tag("saber", "general", 0.5))
    )
    wd = ImageTags(source="wd", version="2", tags=(Tag("Long_Hair", "general", 0.95), Tag("saber", "character", 0.4)))
    found = [(tag.name, tag.category, tag.confidence, tag.sources) for tag in combined([joytag, wd])]
    assert found == [
        ("Long_Hair", "general", 0.95, ("wd", "joytag")),
        ("saber", "character", 0.5, ("joytag", "wd")),
    ]


def test_a_rating_is_a_name_and_a_share() -> None:
    rating = Rating(probabilities={"general": 0.1, "sensitive": 0.3, "questionable": 0.4, "explicit": 0.2})
    assert rating.most_likely == "questionable"
    assert rating.nsfw == pytest.approx(0.6)
    assert Rating(probabilities={"general": 0.0}).nsfw == 0.0
