"""Histograms of numbers: spans that hold every number once, of ends that one can ask for."""

import numpy as np
import pytest

from diffusion_toolkit.catalog.columns import Array
from diffusion_toolkit.catalog.spread import MOST_SPANS, spread

GENERATOR = np.random.default_rng(7)
NUMBERS: dict[str, Array] = {
    "file sizes": np.exp(GENERATOR.normal(14, 1.5, 20_000)).astype(np.int64),
    "file sizes with an empty file": np.append(0, np.exp(GENERATOR.normal(14, 1.5, 20_000)).astype(np.int64)),
    "scores": GENERATOR.normal(5.5, 0.8, 20_000).astype(np.float32),
    "both signs": GENERATOR.normal(0, 2, 20_000).astype(np.float32),
    "few": np.array([0.25, 0.5, 0.5, 1], np.float32),
    "one": np.array([3], np.int64),
    "zeros": np.array([0, 0.0, -0.0], np.float32),
    "a wrong one": np.array([1, 2, 3, 3e38], np.float32),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_lies_in_the_span_that_counts_it(name: str) -> None:
    values = NUMBERS[name]
    found = spread(values)
    edges = np.append(found.starts.astype(np.float64), np.inf)
    assert np.array_equal(np.histogram(values.astype(np.float64), edges)[0], found.counts)
    assert found.counts.min() > 0
    assert found.starts[0] == values.min()
    assert len(found.starts) <= MOST_SPANS
    assert found.starts[-1] >= values.max() * (1 - 2**-9)


def test_a_long_tail_leaves_the_most_usual_numbers_apart() -> None:
    values = np.append(GENERATOR.integers(900_000, 2_000_000, 5_000), 4_000_000_000)
    assert len(spread(values).starts) > 10


def test_nothing_has_no_spans() -> None:
    assert len(spread(np.empty(0, np.float32)).starts) == 0
