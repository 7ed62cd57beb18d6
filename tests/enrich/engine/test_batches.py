"""How the size of a batch is found: by what a second of each size is worth, and by what fits."""

from collections.abc import Callable

import pytest

from diffusion_toolkit.enrich.engine.batches import LARGEST, BatchSize


def settled(batch: BatchSize, seconds: Callable[[int], float]) -> int:
    """The size after many full batches that take so long."""
    for _ in range(200):
        batch.worked(batch.size, seconds(batch.size))
    return batch.size


def hardly_used(size: int) -> float:
    """A card with much room."""
    return 0.01


def processor(size: int) -> float:
    """Twice the pictures take twice the time."""
    return 0.01 * size


def full_at_16(size: int) -> float:
    """A card that a few pictures fill."""
    return max(0.01, 0.01 * size / 16)


def slow(size: int) -> float:
    """A batch of four takes a second."""
    return 0.6 + 0.1 * size


@pytest.mark.parametrize(("seconds", "size"), [(hardly_used, LARGEST), (processor, 1), (full_at_16, 16), (slow, 4)])
def test_the_size_is_doubled_while_that_pays(seconds: Callable[[int], float], size: int) -> None:
    assert settled(BatchSize(), seconds) == size


def test_what_does_not_fit_is_never_tried_again() -> None:
    batch = BatchSize()
    for _ in range(12):
        batch.worked(batch.size, 0.01)
    assert batch.size == 16
    batch.did_not_fit(16)
    assert batch.size == 8
    assert settled(batch, hardly_used) == 8
    batch.did_not_fit(8)
    assert settled(batch, hardly_used) == 4


def test_a_size_that_the_stage_asks_for_stays_unless_it_does_not_fit() -> None:
    batch = BatchSize(fixed=24)
    assert settled(batch, hardly_used) == 24
    batch.did_not_fit(24)
    assert batch.size == 12


def test_batches_that_are_not_full_say_nothing() -> None:
    batch = BatchSize(fixed=None)
    for _ in range(9):
        batch.worked(batch.size, 0.01)
    assert batch.size == 8
    for _ in range(50):
        batch.worked(3, 1e-6)
    assert batch.size == 8
