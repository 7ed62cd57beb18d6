"""Sentences with codes: what the page can say in its languages is what the program says in English."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diffusion_toolkit.library import actions
from diffusion_toolkit.library.told import FAILURES, FILE_ACTIONS, Told, failure, file_action
from pictures import save_png
from web.test_images import Scan
from web.visitor import C, Visitor, only_image

PROJECT = Path(__file__).parents[2]
MESSAGES = PROJECT / "ui/src/messages/en"
JOINING = {"and-then", "comma", "quoted", "more"}


def texts() -> Iterator[str]:
    """Every text of the program, with {} for each value in it."""
    for file in sorted((PROJECT / "src/diffusion_toolkit").rglob("*.py")):
        if file.name == "told.py":
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.sub(r"\{\w*\}", "{}", node.value)


def messages(subject: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((MESSAGES / f"{subject}.json").read_text("utf-8"))
    return found


def test_every_failure_that_has_a_code_is_one_of_the_program() -> None:
    written = set(texts())
    assert [code for code, form in FAILURES.items() if re.sub(r"\{[^}]*\}", "{}", form) not in written] == []


def test_every_form_of_what_was_done_to_files_begins_as_one_of_the_program() -> None:
    beginnings = tuple(start for text in texts() if len(start := text.partition("{")[0]) >= len("Put "))
    assert [code for code, form in FILE_ACTIONS.items() if not form.startswith(beginnings)] == []


def test_the_page_says_failures_as_the_program_does() -> None:
    forms = {code: re.sub(r"\{(\w+):n\}", r"{\1, number}", form) for code, form in FAILURES.items()}
    assert messages("told") == forms


def test_the_page_knows_every_kind_of_action() -> None:
    assert set(messages("history")) - JOINING == set(actions.action_codes())


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("There is no folder /a: b. Is it. Is its drive connected?", Told("folder-gone", {"path": "/a: b. Is it"})),
        (
            "There are 1,204 pictures now, not 3. Look again, then delete.",
            Told("other-number", {"now": 1204, "agreed": 3}),
        ),
        ("There is no such image.", Told("no-image")),
        ("There is no such image", None),
        ("", None),
    ],
)
def test_a_failure_is_told_by_its_code_and_values(sentence: str, told: Told | None) -> None:
    assert failure(sentence) == told


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Moved 1 picture to /a\nb", Told("files-move", {"count": 1, "folder": "/a\nb"})),
        ("Moved 12,345 pictures to other folders", Told("files-move-many", {"count": 12345})),
        ("Added 2 files to /a", Told("files-add", {"count": 2, "folder": "/a"})),
        ('Excluded "a" with all below', Told("folder-excluded-tree", {"name": "a"})),
        ('Moved the folder "a" to "b" to "c"', Told("folder-moved", {"name": "a", "folder": 'b" to "c'})),
        ("Excluded 3 folders", None),
    ],
)
def test_an_action_on_files_is_told_by_its_code_and_values(sentence: str, told: Told | None) -> None:
    assert file_action(sentence) == told


@pytest.mark.parametrize(
    ("action", "details", "codes"),
    [
        (
            "curate",
            {"set": {"rating": 8, "favorite": True, "caption": None}, "changed": 3},
            ["curate-rated", "curate-recaptioned", "curate-favourite"],
        ),
        (
            "curate",
            {"set": {"rating": None, "nsfw": False, "for_deletion": True, "caption": ""}, "changed": 1},
            ["curate-unrated", "curate-uncaptioned", "curate-no-nsfw", "curate-deletion"],
        ),
        ("tags.images", {"added": ["a", "b"], "removed": ["c"], "changed": 2}, ["tags-added", "tags-removed"]),
        ("tags.images", {"added": [], "only": True, "changed": 2}, ["tags-none"]),
        ("review.tag", {"name": "a", "decision": "take", "changed": 2}, ["review-tag-accepted"]),
        ("albums.create_smart", {"name": "a"}, ["albums-create-smart"]),
        ("files.trash", {"sentence": "Put 2 pictures into the trash", "changed": 2}, ["files-trash"]),
        ("files.trash", {"sentence": "Something that is said no more", "changed": 2}, []),
        ("of a later version", {"changed": 2}, []),
    ],
)
def test_an_action_is_told_in_parts(action: str, details: dict[str, Any], codes: list[str]) -> None:
    told = actions.parts(action, details)
    assert [part.code for part in told] == codes
    assert set(codes) <= set(messages("history"))


def test_only_the_first_of_many_names_are_told() -> None:
    [told] = actions.parts("tags.delete", {"names": ["a", "b", "c", "d", "e"]})
    assert told.values == {"names": ["a", "b", "c"], "more": 2, "pictures": 0}


def test_answers_carry_the_codes(client: Visitor, pictures: Path, scanned: Scan) -> None:
    save_png(pictures / "a.png", texts={})
    scanned()
    client.post(f"{C}/curation", json={"image_ids": [only_image(client)["id"]], "set": {"rating": 8}})
    action = client.get(f"{C}/journal").json()[0]
    assert action["sentence"] == "Rated 1 picture 8"
    assert action["parts"] == [{"code": "curate-rated", "values": {"pictures": 1, "rating": 8}}]
    error = client.get(f"{C}/images/999999").json()["error"]
    assert error["told"] == {"code": "no-image", "values": {}}
    assert "told" not in client.get(f"{C}/search", params={"q": "rating:>>5"}).json()["error"]
