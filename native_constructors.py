"""Writes the constructors of dataclasses out, for mypyc: those that `dataclasses` makes stay Python and are slow.

A frozen dataclass of 26 fields takes 2 us to make where a written-out constructor takes 0.1, and readers make dozens of
objects for every file. Only the copies that are compiled get them; each stands on an empty line, so that all other
lines keep their numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """A field as the constructor sees it. default: its expression; factory: what makes the default, likewise."""

    name: str
    type: str
    default: str | None
    factory: str | None
    is_given: bool

    @property
    def parameter(self) -> str:
        """The field among the parameters."""
        if self.factory is not None:
            return f'{self.name}: "{self.type} | None" = None'
        return f'{self.name}: "{self.type}"' + (f" = {self.default}" if self.default is not None else "")

    @property
    def assignment(self) -> str:
        """What the constructor does with it."""
        if not self.is_given:
            return f"self.{self.name} = {self.factory if self.factory is not None else self.default}"
        if self.factory is not None:
            return f"self.{self.name} = {self.factory} if {self.name} is None else {self.name}"
        return f"self.{self.name} = {self.name}"


def with_constructors(source: str) -> str:
    """The source of a module in which every plain dataclass has its constructor written out."""
    lines = source.split("\n")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and (options := _options(node)) is not None:
            place = _empty_line(node, lines)
            if place is not None:
                lines[place] = " " * (node.col_offset + 4) + _constructor(list(_fields(node)), "kw_only" in options)
    return "\n".join(lines)


def _options(node: ast.ClassDef) -> set[str | None] | None:
    """The options of a dataclass that stands alone; None for other classes."""
    methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    if node.bases or not methods.isdisjoint(("__init__", "__post_init__")):
        return None
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) in ("dataclass", "dataclasses.dataclass"):
            return {option.arg for option in decorator.keywords}
    return None


def _empty_line(node: ast.ClassDef, lines: list[str]) -> int | None:
    """The index of the first empty line behind the fields."""
    last = max((each.end_lineno or 0 for each in node.body if isinstance(each, ast.AnnAssign)), default=len(lines))
    return next((place for place in range(last, len(lines)) if not lines[place].strip()), None)


def _fields(node: ast.ClassDef) -> Iterator[_Field]:
    for each in node.body:
        if not isinstance(each, ast.AnnAssign) or not isinstance(each.target, ast.Name):
            continue
        default, factory, is_given = each.value, None, True
        if isinstance(default, ast.Call) and ast.unparse(default.func) in ("field", "dataclasses.field"):
            given = {option.arg: option.value for option in default.keywords}
            is_given = not ("init" in given and ast.unparse(given["init"]) == "False")
            default, factory = given.get("default"), given.get("default_factory")
        yield _Field(
            name=each.target.id,
            type=ast.unparse(each.annotation).replace("'", ""),
            default=None if default is None else ast.unparse(default),
            factory=None if factory is None else _made(factory),
            is_given=is_given,
        )


def _made(factory: ast.expr) -> str:
    return ast.unparse(factory.body) if isinstance(factory, ast.Lambda) else f"{ast.unparse(factory)}()"


def _constructor(fields: list[_Field], keyword_only: bool) -> str:
    parameters = ", ".join(
        ["self", *(["*"] if keyword_only else []), *(field.parameter for field in fields if field.is_given)]
    )
    assignments = "; ".join(field.assignment for field in fields)
    return f"def __init__({parameters}) -> None: {assignments}  # type: ignore[misc]"
