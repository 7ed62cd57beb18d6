"""How sure a tag is, in two bytes: what a model says in fifty-thousandths, and above that what needs no number."""

from decimal import Decimal

import numpy as np

from diffusion_toolkit.catalog.columns import Array

TAG_WEIGHTS = "u2"
RESOURCE_WEIGHTS = "f4"

SURE = 50_000
"""1.0 of a model."""
SAID = 65_534
"""A source other than the user says it without a number, the file for example: as sure as 1."""
BY_USER = 65_535
"""The user says it."""


def tag_weights(rows: Array, lengths: Array, confidences: Array) -> Array:
    """The weight of each tag of `store.feed.TagRows`."""
    weights = np.full(int(lengths.sum()), SAID, np.uint16)
    has = (rows["confidences"] == rows["tags"]) & ~rows["by_user"].astype(np.bool_)
    given = confidences[np.repeat(has, rows["confidences"])]
    found = np.where(np.isnan(given), SAID, np.rint(np.clip(np.nan_to_num(given), 0, 1) * SURE))
    weights[np.repeat(has, lengths)] = found.astype(np.uint16)
    weights[np.repeat(rows["by_user"].astype(np.bool_), lengths)] = BY_USER
    return weights


def confidences(weights: Array) -> Array:
    """Weights as numbers that `confidence` compares with: in fifty-thousandths."""
    return np.minimum(weights, SURE)


def confidence(number: Decimal) -> Decimal:
    """A confidence from 0 to 1 in the steps that weights have."""
    return number * SURE
