"""Words that mark pictures NSFW: on scans, on results, and never against a person's decision."""

from pathlib import Path

import pytest

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.nsfw_results import mark_by_words
from diffusion_toolkit.library.nsfw_words import nsfw_words, set_nsfw_words
from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.undo import last_actions, undo
from diffusion_toolkit.store import journal
from diffusion_toolkit.store.database import Collection
from library.curated import NOW, put_images, rows, searching
from library.scan_pictures import BOTH, png, write

PROMPTS = (
    "a Nude fox",
    "nudes, (naked:1.2)",
    "denuded hills",
    "not safe, nsfw",
    "castle",
    "a snaked road",
    "NAKEDNESS",
)
FOUND = [True, True, False, True, False, False, True]


def marked(collection: Collection) -> list[bool]:
    query = "SELECT coalesce(nsfw, false) FROM image LEFT JOIN curation ON image_id = image.id ORDER BY image.id"
    return rows(collection, query)


def test_words_match_whole_words_and_what_begins_with_them(collection: Collection) -> None:
    ids = put_images(collection, 8, PROMPTS)
    with searching(collection) as search:
        assert mark_by_words(search, ids[1:], now=NOW).changed == 3
        assert mark_by_words(search, ids, now=NOW).changed == 1
        assert mark_by_words(search, ids, now=NOW).journal_id is None
    assert marked(collection) == [*FOUND, False]
    assert last_actions(collection, 1)[0].sentence == "Marked 1 picture NSFW by words"
    undo(collection)
    undo(collection)
    assert not any(marked(collection))


def test_the_list_is_the_persons_own(collection: Collection) -> None:
    ids = put_images(collection, 2, ("a castle on a hill, at night", "castle hill"))
    assert nsfw_words(collection) == ["nsfw", "nude", "naked"]
    assert set_nsfw_words(collection, [" on a  hill ", "", "on a hill", "猫耳"]) == ["on a hill", "猫耳"]
    assert nsfw_words(collection) == ["on a hill", "猫耳"]
    with searching(collection) as search:
        mark_by_words(search, ids, now=NOW)
        assert marked(collection) == [True, False]
        set_nsfw_words(collection, [])
        assert mark_by_words(search, ids, now=NOW).changed == 0
    for wrong in ("!!", "a*b", "x" * 201):
        with pytest.raises(UsageError):
            set_nsfw_words(collection, [wrong])


def test_what_a_person_decided_stays(collection: Collection) -> None:
    ids = put_images(collection, 3, PROMPTS[:2])
    curate(collection, ids, Change(nsfw=True))
    curate(collection, ids[:1], Change(nsfw=False))
    curate(collection, ids[1:2], Change(rating=5))
    with searching(collection) as search:
        assert mark_by_words(search, ids, now=NOW).changed == 0
    undo(collection)  # the rating
    undo(collection)  # NSFW taken off
    undo(collection)  # NSFW: nobody decided any more
    assert marked(collection) == [False, False, False]
    with searching(collection) as search:
        assert mark_by_words(search, ids, now=NOW).changed == 2


def scanned(collection: Collection, folder: Path) -> None:
    for _ in scan(collection, add_root(collection, folder).id, BOTH):
        pass


def test_a_scan_marks_what_it_reads_and_never_what_a_person_unmarked(collection: Collection, tmp_path: Path) -> None:
    for number, prompt in enumerate(PROMPTS):
        write(tmp_path / f"{number}.png", png(prompt, seed=number, shade=number))
    scanned(collection, tmp_path)
    assert marked(collection) == FOUND
    assert last_actions(collection) == []
    assert rows(collection, "SELECT count(*) FROM curation WHERE touched_at IS NOT NULL OR nsfw_at IS NOT NULL") == [0]
    first = rows(collection, "SELECT min(id) FROM image")[0]
    curate(collection, [first], Change(nsfw=False))
    set_nsfw_words(collection, ["nude", "castle"])
    for number, prompt in enumerate(PROMPTS):
        write(tmp_path / f"{number}.png", png(prompt, seed=number, shade=number), mtime_s=1_000_000_000 + number)
    scanned(collection, tmp_path)
    assert marked(collection) == [False, True, False, True, True, False, True]


def test_a_scan_does_not_wait_for_a_bulk_edit(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png("nude fox"))
    root = add_root(collection, tmp_path)
    read = 0
    with collection.begin() as connection:
        journal.lock(connection)
        steps = scan(collection, root.id, BOTH)
        for progress in steps:
            read = max(read, progress.done if progress.stage == "deep" else 0)
            if read:
                break
        assert rows(collection, "SELECT phase FROM image") == [1]
        assert marked(collection) == [False]
    for _ in steps:
        pass
    assert marked(collection) == [True]
