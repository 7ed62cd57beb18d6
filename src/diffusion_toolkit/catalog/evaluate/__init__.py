"""From a query tree to the images that match: one evaluator per field, each in the file of its kind."""

from diffusion_toolkit.catalog.evaluate import dates, flags, names, numbers, places, prompts, shapes, workflows
from diffusion_toolkit.catalog.evaluate.registry import EVALUATORS, Question
from diffusion_toolkit.catalog.evaluate.selecting import matching

__all__ = [
    "EVALUATORS",
    "Question",
    "dates",
    "flags",
    "matching",
    "names",
    "numbers",
    "places",
    "prompts",
    "shapes",
    "workflows",
]
