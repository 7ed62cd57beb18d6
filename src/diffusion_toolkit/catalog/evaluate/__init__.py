"""From a query tree to the images that match: one evaluator per field, each in the file of its kind."""

from diffusion_toolkit.catalog.evaluate import (
    albums,
    dates,
    flags,
    having,
    models,
    names,
    numbers,
    pictures,
    places,
    prompts,
    raw,
    resources,
    shapes,
    tags,
    workflows,
)
from diffusion_toolkit.catalog.evaluate.registry import EVALUATORS, Question
from diffusion_toolkit.catalog.evaluate.selecting import matching

__all__ = [
    "EVALUATORS",
    "Question",
    "albums",
    "dates",
    "flags",
    "having",
    "matching",
    "models",
    "names",
    "numbers",
    "pictures",
    "places",
    "prompts",
    "raw",
    "resources",
    "shapes",
    "tags",
    "workflows",
]
