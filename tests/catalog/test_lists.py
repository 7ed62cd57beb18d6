"""Many values per image: masks, counts and compaction give what plain dictionaries give, whatever changed before."""

import random
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import pytest
import sqlalchemy as sa
from small_library import TAGS, SmallLibrary, names_of

from diffusion_toolkit.catalog import Catalog, lists, postings, tag_sources
from diffusion_toolkit.catalog.list_arrays import list_arrays, lists_of
from diffusion_toolkit.catalog.list_counts import all_counts, commonest
from diffusion_toolkit.catalog.lists import Lists, ValueRows
from diffusion_toolkit.catalog.postings import Block
from diffusion_toolkit.catalog.selection import Chosen
from diffusion_toolkit.catalog.tag_sources import own_counts
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import image, image_tags, tag

CODES = 40
Values = dict[int, dict[int, int]]
"""Image to code to weight."""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts so small that a few hundred images have several."""
    monkeypatch.setattr(postings, "_ENTRIES_AT_ONCE", 100)
    monkeypatch.setattr(postings, "_FEW_CODES", 3)
    monkeypatch.setattr(lists, "_FEW_CODES", 3)
    monkeypatch.setattr(tag_sources, "SAID", 90)


def some_values(rng: random.Random) -> dict[int, int]:
    # Half of the codes are common, so that there are bits and places.
    codes = {rng.randrange(4) if rng.random() < 0.5 else rng.randrange(CODES) for _ in range(rng.randrange(8))}
    return {code: rng.randrange(100) for code in codes}


def rows_of(values: Mapping[int, Mapping[int, int]]) -> ValueRows:
    positions = sorted(values)
    pairs = [sorted(values[position].items()) for position in positions]
    return ValueRows(
        np.array(positions, np.int32),
        np.array([len(some) for some in pairs], np.int64),
        np.array([code for some in pairs for code, _ in some], np.uint16),
        np.array([weight for some in pairs for _, weight in some], np.uint16),
    )


def blocks_of(values: Values, count: int) -> Iterator[Block]:
    for first in range(0, count, 37):
        rows = rows_of({image: values[image] for image in range(first, min(first + 37, count))})
        yield Block(rows.lengths, rows.codes, rows.weights)


def check(found: Lists, values: Values, count: int, rng: random.Random) -> None:
    for codes in ([], [0], [0, 3, 17], list(range(20, 35))):
        expected = [any(code in values.get(image, {}) for code in codes) for image in range(count)]
        assert found.mask(np.array(codes, np.int32), count).tolist() == expected
        heavy = [any(values.get(image, {}).get(code, 0) > 50 for code in codes) for image in range(count)]
        assert found.mask(np.array(codes, np.int32), count, lambda weights: weights > 50).tolist() == heavy
    dead = np.array([0, 1, 5], np.int32)
    assert found.any(count).tolist() == [bool(values.get(image)) for image in range(count)]
    assert found.any(count, dead).tolist() == [bool(set(values.get(image, {})) - {0, 1, 5}) for image in range(count)]
    for position in rng.sample(range(count), 5):
        codes, weights = found.values(position)
        assert dict(zip(codes.tolist(), weights.tolist(), strict=True)) == values.get(position, {})
    for share in (0.0, 0.02, 0.3, 0.9, 1.0):
        mask = np.array([rng.random() < share for _ in range(count)], np.bool_)
        positions = np.flatnonzero(mask).astype(np.int32)
        expected = Counter(code for image in positions.tolist() for code in values.get(image, {}))
        for chosen in (Chosen.by(mask, positions).opened(), Chosen(positions).opened()):
            counts = all_counts(found, chosen, count, CODES)
            assert {code: n for code, n in enumerate(counts.tolist()) if n} == dict(expected)
            own = Counter(
                code for image in positions.tolist() for code, weight in values.get(image, {}).items() if weight >= 90
            )
            assert own_counts(found, mask, counts).tolist() == [own[code] for code in range(CODES)]
            live = np.array([code % 7 != 0 for code in range(CODES)], np.bool_)
            best = sorted((n for code, n in expected.items() if code % 7), reverse=True)[:5]
            few = commonest(found, chosen, count, live, 5)
            assert sorted(few.tolist(), reverse=True)[: len(best)] == best
            assert all(few[code] in (0, expected[code]) for code in range(CODES) if live[code])


@pytest.mark.parametrize("seed", range(4))
def test_lists_equal_dictionaries_after_changes_and_compaction(seed: int) -> None:
    rng = random.Random(seed)
    count = 300
    values = {image: some_values(rng) for image in range(count)}
    found = Lists.of(blocks_of(values, count), CODES, "u2")
    check(found, values, count, rng)
    for _ in range(3):
        count += 20
        for _ in range(2):
            changed = {image: some_values(rng) for image in rng.sample(range(count), 30)}
            values |= changed
            found = found.updated(rows_of(changed))
        check(found, values, count, rng)
        older, compacted = found, found.compacted()
        check(compacted, values, count, rng)
        assert not len(compacted.overlay)
        late = {image: some_values(rng) for image in rng.sample(range(count), 5)}
        values |= late
        found = found.updated(rows_of(late)).instead(older, compacted)
        assert len(found.overlay) == 5
        check(found, values, count, rng)
        arrays = dict(list_arrays(found))
        check(lists_of("u2", arrays.__getitem__), values, count, rng)


def test_lists_that_begin_empty_take_images_one_by_one() -> None:
    rng = random.Random(9)
    values: Values = {}
    found = Lists.none("u2")
    for number in (5, 250, 3, 90, 5):
        values[number] = some_values(rng)
        found = found.updated(rows_of({number: values[number]}))
    check(found, values, 300, rng)
    check(found.compacted(), values, 300, rng)


def test_catalog_compacts_beside_the_queries(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "_LEAST_OVERLAY", 5)
    monkeypatch.setattr(lists, "_WORTH_COMPACTING", 1_000)
    library = SmallLibrary(collection, 3)
    library.prepare()
    library.add_images(30)
    with loaded(collection) as followed:
        before = tagged_ids(followed)
        assert before == tagged_by_sql(collection)
        library.add_images(30)
        library.change(20)
        assert followed.refresh()
        for thread in followed._threads:  # pyright: ignore[reportPrivateUsage]  # what runs beside
            thread.join()
        assert not len(followed.state.tag_lists.overlay)
        assert tagged_ids(followed) == tagged_by_sql(collection) != before


@contextmanager
def loaded(collection: Collection) -> Generator[Catalog]:
    made = Catalog(collection)
    made.load()
    yield made
    made.close()


def tagged_ids(followed: Catalog) -> dict[str, list[int]]:
    state = followed.state
    return {
        name: sorted(state.columns["id"][state.tag_lists.mask(np.array([code]), state.count) & state.alive].tolist())
        for code, name in enumerate(state.tags.names)
    }


def tagged_by_sql(collection: Collection) -> dict[str, list[int]]:
    query = sa.select(image.c.id).join(image_tags, image_tags.c.image_id == image.c.id).distinct()
    with collection.begin() as connection:
        return {
            name: sorted(
                connection.scalars(
                    query.where(
                        sa.select(tag.c.id).where(tag.c.name == name).scalar_subquery() == sa.any_(image_tags.c.tag_ids)
                    )
                )
            )
            for name in TAGS
        }


def test_names_are_those_of_the_store(collection: Collection) -> None:
    library = SmallLibrary(collection, 4)
    library.prepare()
    with loaded(collection) as made:
        resources = made.state.resources
        for kind, names in names_of(collection).items():
            if kind != "model":
                assert [resources.names[code] for code in resources.of_kind(kind).tolist()] == names


@pytest.mark.parametrize("share", [0.004, 0.05, 0.4, 0.8])
def test_counts_of_many_images_are_exact(share: float) -> None:
    """So many that a sample tells which codes may be the commonest, and that codes are counted by their images."""
    numbers, count, code_count, limit = np.random.default_rng(5), 60_000, 400, 20
    lengths = numbers.integers(0, 16, count)
    codes = np.minimum(numbers.zipf(1.3, int(lengths.sum())) - 1, code_count - 1).astype(np.int32)
    owners = np.repeat(np.arange(count), lengths)
    pairs = np.unique(owners * code_count + codes)  # an image has a code once
    lengths, codes = np.bincount(pairs // code_count, minlength=count), pairs % code_count
    found = Lists.of([Block(lengths, codes, np.ones(len(codes), "u2"))], code_count, "u2")
    changed = np.sort(numbers.choice(count, 500, replace=False)).astype(np.int32)
    found = found.updated(ValueRows(changed, np.ones(500, np.int64), np.full(500, 7, np.int32), np.ones(500, "u2")))
    with_a_rare_code = found.mask(np.array([300], np.int32), count)
    mask = (numbers.random(count) < share) | with_a_rare_code  # so that it is commoner here than elsewhere
    positions = np.flatnonzero(mask).astype(np.int32)
    expected = np.bincount(found.rows(positions).codes, minlength=code_count)
    live = np.arange(code_count) != 2
    for chosen in (Chosen.by(mask, positions).opened(), Chosen(positions).opened()):
        assert all_counts(found, chosen, count, code_count).tolist() == expected.tolist()
        counts = commonest(found, chosen, count, live, limit)
        first = np.sort(np.where(live, expected, 0))[::-1][:limit]
        assert np.sort(counts)[::-1][:limit].tolist() == first.tolist()
        assert counts[2] == 0
        assert ((counts == 0) | (counts == expected)).all()
