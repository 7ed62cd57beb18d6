"""Sums that number nodes work out: two operands and an operation, or an expression over a, b and c."""

import ast
import math
import operator
from collections.abc import Callable

from diffusion_toolkit.generators.comfyui.graph import Node

Number = int | float
_CALCULATES = frozenset({"expression", "operation", "op", "operator"})
"""Inputs, of which every node that calculates has one."""

_SIMPLE = "SimpleMath+"
"""Calls its expression "value", which is a plain number elsewhere."""
_LONGEST_EXPRESSION = 200
_LARGEST = 2**64


def calculates(node: Node) -> bool:
    """Whether a node may work out a number from its inputs."""
    return not _CALCULATES.isdisjoint(node.inputs) or node.kind == _SIMPLE


def _over(left: Number, right: Number) -> Number:
    return left / right


_WORDS: dict[str, Callable[[Number, Number], Number]] = {
    "add": operator.add, "+": operator.add, "addition": operator.add, "a + b": operator.add,
    "subtract": operator.sub, "sub": operator.sub, "-": operator.sub, "subtraction": operator.sub,
    "a - b": operator.sub,
    "multiply": operator.mul, "mul": operator.mul, "*": operator.mul, "multiplication": operator.mul,
    "a * b": operator.mul,
    "divide": _over, "div": _over, "/": _over, "division": _over,
    "a / b": _over,
    "min": min, "max": max,
}  # fmt: skip
_SIGNS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _over,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: operator.mod,
}
_OF_MANY: dict[str, Callable[[list[Number]], Number]] = {"max": max, "min": min}
_MOST_ARGUMENTS = 16
_FUNCTIONS: dict[str, Callable[[Number], Number]] = {
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "abs": abs,
    "int": int,
}


def calculated(node: Node, number: Callable[[str], Number | None]) -> tuple[Number, str] | None:
    """The result of a node that calculates, with the input that tells how; None for other nodes.

    number: gives the number of one of the node's inputs.
    """
    key = "value" if node.kind == _SIMPLE else "expression"
    expression = node.inputs.get(key)
    if isinstance(expression, str) and len(expression) <= _LONGEST_EXPRESSION:
        result = _evaluated(expression, number)
        return None if result is None else (result, key)
    for key in ("operation", "op", "operator"):
        word = node.inputs.get(key)
        if isinstance(word, str) and (work := _WORDS.get(word.casefold())) and node.has("a") and node.has("b"):
            result = _applied(work, number("a"), number("b"))
            return None if result is None else (result, key)
    return None


def _evaluated(expression: str, number: Callable[[str], Number | None]) -> Number | None:
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _value(tree.body, number)


def _value(tree: ast.expr, number: Callable[[str], Number | None]) -> Number | None:
    if isinstance(tree, ast.Constant):
        return tree.value if isinstance(tree.value, (int, float)) and abs(tree.value) <= _LARGEST else None
    if isinstance(tree, ast.Name):
        return number(tree.id)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        value = _value(tree.operand, number)
        return None if value is None else -value
    if isinstance(tree, ast.BinOp) and type(tree.op) in _SIGNS:
        return _applied(_SIGNS[type(tree.op)], _value(tree.left, number), _value(tree.right, number))
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in _OF_MANY:
        values = [_value(argument, number) for argument in tree.args[:_MOST_ARGUMENTS]]
        numbers = [value for value in values if value is not None]
        return _OF_MANY[tree.func.id](numbers) if numbers and len(numbers) == len(tree.args) else None
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and len(tree.args) == 1:
        value, work = _value(tree.args[0], number), _FUNCTIONS.get(tree.func.id)
        return None if value is None or work is None or not math.isfinite(value) else work(value)
    return None


def _applied(work: Callable[[Number, Number], Number], left: Number | None, right: Number | None) -> Number | None:
    if left is None or right is None:
        return None
    try:
        result = work(left, right)
    except (ArithmeticError, ValueError):
        return None
    return result if -_LARGEST <= result <= _LARGEST else None
