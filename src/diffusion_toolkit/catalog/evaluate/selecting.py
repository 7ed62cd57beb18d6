"""Walks the query tree: AND, OR, NOT and the leaves."""

import numpy as np

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate.registry import EVALUATORS, Question
from diffusion_toolkit.catalog.evaluate.workflows import node_property
from diffusion_toolkit.query.tree import And, Everything, Node, NodeProperty, Not, Or, Prompt, Where


def matching(question: Question, node: Node) -> Mask:
    """The images a query finds. Missing files are left out, unless the query itself speaks of `unavailable:`; those
    in excluded folders always."""
    found = _matching(question, node)
    found &= question.state.alive if mentions(node, "unavailable") else question.state.present
    found &= question.state.shown
    return found


def mentions(node: Node, field: str) -> bool:
    """Does the query name this field anywhere?"""
    match node:
        case And(parts) | Or(parts):
            return any(mentions(part, field) for part in parts)
        case Not(part):
            return mentions(part, field)
        case Where(name):
            return name == field
        case Everything() | Prompt() | NodeProperty():
            return False


def _matching(question: Question, node: Node) -> Mask:
    """A new array each time: callers combine them in place."""
    match node:
        case Everything():
            return np.ones(question.state.count, np.bool_)
        case And(parts):
            found = _matching(question, parts[0])
            for part in parts[1:]:
                found &= _matching(question, part)
            return found
        case Or(parts):
            found = _matching(question, parts[0])
            for part in parts[1:]:
                found |= _matching(question, part)
            return found
        case Not(part):
            return np.logical_not(_matching(question, part))
        case Prompt(text):
            return question.state.prompts.matching(text).take(question.column("prompt"))
        case NodeProperty():
            return node_property(question, node)
        case Where(field, values):
            found = question.none()
            for value in values:
                found |= EVALUATORS[field](question, value)
            return found
