"""Values of nodes that are kept: the last ones, within a bound; places are asked about in parts."""

import numpy as np
import pytest

from diffusion_toolkit.catalog.node_values import NodeValues, PositionedValues
from diffusion_toolkit.store.workflows import Slots


def slots(*places: int) -> Slots:
    return Slots(np.arange(len(places), dtype=np.int32), np.array(places, np.int32))


def values(count: int) -> PositionedValues:
    return PositionedValues(np.zeros(count, np.int32), np.ones(count, np.int32))


def test_the_last_ones_are_kept_within_the_bound() -> None:
    asked: list[int] = []

    def get(place: int, count: int = 10) -> None:
        def ask() -> PositionedValues:
            asked.append(place)
            return values(count)

        assert len(keeper.get(slots(place), ask).positions) == count

    keeper = NodeValues(most_bytes=250)  # three of 80 bytes
    for place in (1, 2, 3, 1, 2, 3):
        get(place)
    assert asked == [1, 2, 3]
    get(1)
    get(4)  # 2 was asked for the longest time ago
    get(1)
    get(2)
    assert asked == [1, 2, 3, 4, 2]
    get(5, count=100)
    get(5, count=100)  # too large to be kept, and for its sake nothing goes
    get(2)
    assert asked == [1, 2, 3, 4, 2, 5, 5]


@pytest.mark.parametrize(
    ("images", "most", "sizes"),
    [([], 5, []), ([1, 1, 1, 1], 100, [4]), ([5, 5, 5], 5, [1, 1, 1]), ([100, 1, 1, 1], 10, [1, 3]), ([0, 0], 1, [2])],
)
def test_places_are_parted_by_how_many_images_have_them(images: list[int], most: int, sizes: list[int]) -> None:
    whole = slots(*range(len(images)))
    parts = list(whole.parts(np.array(images, np.int64), most))
    assert [len(part.places) for part in parts] == sizes
    assert [place for part in parts for place in part.places.tolist()] == whole.places.tolist()
