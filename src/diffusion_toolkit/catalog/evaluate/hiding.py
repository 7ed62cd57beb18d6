"""Leaving out what a user does not want to see, unless the query itself asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate.flags import FLAGS
from diffusion_toolkit.catalog.evaluate.registry import Question
from diffusion_toolkit.catalog.evaluate.selecting import mentions
from diffusion_toolkit.query.tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Hide:
    """Which pictures are left out: those marked NSFW, those marked for deletion, those that cannot be reached."""

    nsfw: bool = False
    deleted: bool = False
    unavailable: bool = False


def without_hidden(question: Question, node: Node, found: Mask, hide: Hide) -> tuple[Mask, Mapping[str, int]]:
    """What is left of a query's answer, and how many were hidden by each option that hid any.

    A picture that two options hide is counted with both. An option is off where the query names its field.
    """
    counts: dict[str, int] = {}
    left = found
    asked = {"nsfw": hide.nsfw, "deleted": hide.deleted, "unavailable": hide.unavailable}
    for field in (name for name, is_hidden in asked.items() if is_hidden and not mentions(node, name)):
        hidden = FLAGS[field](question) & found
        if count := int(np.count_nonzero(hidden)):
            counts[field] = count
            left = left & ~hidden
    return left, counts
