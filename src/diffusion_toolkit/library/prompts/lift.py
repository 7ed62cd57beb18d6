"""How much better pictures with a token are liked than those without, and how sure that is.

Pictures of one prompt are alike, so a thousand of them do not say a thousand things: the design effect of Kish takes
the share of the spread that lies between prompts (the intraclass correlation of a one-way analysis of variance) into
account. A library has thousands of tokens, of which some look good by chance alone: every difference is therefore
drawn towards zero by how uncertain it is, against how much tokens really differ (empirical Bayes, with the moment
estimate of DerSimonian and Laird). In a library rated by dice, all lifts are near zero.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]

SURE = 1.96
"""Standard errors on either side that hold 95 % of cases."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Values of all pictures, by prompt. counts: of pictures with a value; sums: of the values; squares: in all."""

    counts: Numbers
    sums: Numbers
    squares: float

    @property
    def total(self) -> float:
        """How many values."""
        return float(self.counts.sum())

    @property
    def mean(self) -> float:
        """Of all values."""
        return float(self.sums.sum()) / self.total if self.total else float("nan")

    def spread(self) -> tuple[float, float]:
        """The variance of one value, and which share of it lies between prompts (0 to 1)."""
        counts, sums = self.counts[self.counts > 0], self.sums[self.counts > 0]
        total, groups = float(counts.sum()), len(counts)
        if total < 2:
            return 0.0, 0.0
        about_mean = self.squares - float(sums.sum()) ** 2 / total
        variance = max(about_mean, 0.0) / (total - 1)
        if groups < 2 or total == groups:
            return variance, 0.0 if total == groups else 1.0
        between = float((sums**2 / counts).sum()) - float(sums.sum()) ** 2 / total
        within = max(about_mean - between, 0.0) / (total - groups)
        per_group = (total - float((counts**2).sum()) / total) / (groups - 1)
        spread = between / (groups - 1) - within
        whole = spread + per_group * within
        return variance, min(max(spread / whole, 0.0), 1.0) if whole > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Lift:
    """Per token: mean with and without it, and the difference drawn towards zero with its 95 % interval.

    NaN where there is nothing to compare.
    """

    with_it: Numbers
    without: Numbers
    lift: Numbers
    low: Numbers
    high: Numbers


def lift(sample: Sample, counts: Numbers, sums: Numbers, prompts: Numbers) -> Lift:
    """counts, sums, prompts: of the pictures with each token: how many values, their sum, from how many prompts."""
    variance, shared = sample.spread()
    total, groups = sample.total, float(np.count_nonzero(sample.counts))
    rest, rest_prompts = total - counts, groups - prompts
    with np.errstate(divide="ignore", invalid="ignore"):
        with_it, without = sums / counts, (float(sample.sums.sum()) - sums) / rest
        difference = with_it - without
        error = variance * (_effect(counts, prompts, shared) / counts + _effect(rest, rest_prompts, shared) / rest)
    known = np.isfinite(difference) & np.isfinite(error) & (error > 0)
    real = _real_variance(difference[known], error[known])
    drawn = np.full(len(counts), np.nan)
    half = drawn.copy()
    drawn[known] = difference[known] * real / (real + error[known])
    half[known] = SURE * np.sqrt(real * error[known] / (real + error[known]))
    return Lift(with_it, without, drawn, drawn - half, drawn + half)


def _effect(counts: Numbers, prompts: Numbers, shared: float) -> Numbers:
    return 1 + (np.maximum(counts / prompts, 1) - 1) * shared


def _real_variance(difference: Numbers, error: Numbers) -> float:
    """How much tokens really differ, beyond what chance explains."""
    if not len(difference):
        return 0.0
    return max(0.0, (float((difference**2 / error).sum()) - len(difference)) / float((1 / error).sum()))
