"""Reads a query: alternatives of conjunctions of terms, fields, quotes and groups."""

import re

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query.field_values import needs_value, quoted, read_value
from diffusion_toolkit.query.fields import FIELDS, Field, field_named
from diffusion_toolkit.query.known import KnownNames, longest_known
from diffusion_toolkit.query.lexer import Layout, Mark, lay_out
from diffusion_toolkit.query.normal import normalise
from diffusion_toolkit.query.options import ParseOptions
from diffusion_toolkit.query.problems import nothing_beside, unknown_field
from diffusion_toolkit.query.tree import (
    Absent,
    And,
    Everything,
    Exact,
    Flag,
    Node,
    NodeProperty,
    Not,
    Or,
    Present,
    Prompt,
    Term,
    Value,
    Where,
)
from diffusion_toolkit.query.values import BOUNDARY, is_number, read_operator, skip_blanks
from diffusion_toolkit.query.words import typed_words

LONGEST_QUERY = 20_000
DEEPEST_GROUP = 50
# Characters that a prompt is punctuated with; a piece of nothing else asks for nothing.
_PUNCTUATION = " \t\r\n\f\v.,;:!-–—_|/\\()[]{}<>'`´’"
_PRESENCE = re.compile(r"\s*(?ai:(none|any))\s*")


def parse(text: str, names: KnownNames | None = None, options: ParseOptions | None = None) -> Node:
    """The tree of a query, in normal form; raises QueryError with the place of the problem."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"a query has at most {LONGEST_QUERY} characters", position=LONGEST_QUERY + 1)
    return _Parser(text, lay_out(text), names or KnownNames(), options or ParseOptions()).read()


class _Parser:
    """Walks over the query once; `at` is the next character to read."""

    def __init__(self, query: str, layout: Layout, names: KnownNames, options: ParseOptions) -> None:
        self.query = query
        self.layout = layout
        self.names = names
        self.options = options
        self.at = 0
        self.negative_until = 0
        self.depth = 0

    def read(self) -> Node:
        node = self._either(None)
        if self.at < len(self.query):
            raise QueryError("this parenthesis closes nothing", position=self.at + 1)
        return Everything() if node is None else normalise(node)

    def _either(self, field: Field | None) -> Node | None:
        """Conjunctions with OR between them; `field` is the one whose group this is."""
        parts: list[Node] = []
        part = self._all(field)
        while operator := self._operator("OR"):
            if part is None:
                raise nothing_beside(self.query, "before", operator[0], operator[1].end)
            parts.append(part)
            part = self._all(field)
            if part is None:
                raise nothing_beside(self.query, "after", operator[0], operator[1].end)
        if part is None:
            return None
        return Or((*parts, part)) if parts else part

    def _all(self, field: Field | None) -> Node | None:
        """What must hold together: with commas, blanks or AND between; None if there is nothing."""
        parts: list[Node] = []
        while True:
            self._skip_commas()
            if operator := self._operator("AND"):
                if not parts:
                    raise nothing_beside(self.query, "before", operator[0], operator[1].end)
                part = self._one(field)
                if part is None:
                    raise nothing_beside(self.query, "after", operator[0], operator[1].end)
                parts.append(part)
                continue
            start = self.at
            part = self._one(field)
            if part is not None:
                parts.append(part)
            elif self.at == start:
                break
        if not parts:
            return None
        return And(tuple(parts)) if len(parts) > 1 else parts[0]

    def _one(self, field: Field | None) -> Node | None:
        """One term, field, quote or group with the negations before it; None for mere punctuation or the end."""
        negations: list[tuple[int, Mark]] = []
        while True:
            self._skip_commas()
            mark = self.layout.marks.get(self.at)
            if mark is None or not (mark.kind == "minus" or mark.word == "NOT"):
                break
            negations.append((self.at, mark))
            self.at = mark.end
        node = self._positive(field, mark)
        if node is None and negations:
            at, last = negations[-1]
            raise nothing_beside(self.query, "after", at, last.end)
        return Not(node) if node is not None and len(negations) % 2 else node

    def _positive(self, field: Field | None, mark: Mark | None) -> Node | None:
        if self.at >= len(self.query) or self.at in self.layout.closers or (mark and mark.kind == "operator"):
            return None
        if self.at in self.layout.groups:
            return self._group(field)
        if field is None and self.at < self.negative_until and not (mark and mark.kind in ("field", "unknown")):
            field = FIELDS["negative"]
        if mark and mark.kind == "unknown" and (field is None or field.kind == "text"):
            raise unknown_field(self.query, self.at, mark.word)
        if mark and mark.kind == "field" and mark.field:
            if field is not None:
                raise QueryError(
                    f"a field cannot stand inside {field.name}:( )", position=self.at + 1, length=len(mark.word)
                )
            self.at = mark.end
            if mark.field.name == "negative" and self.options.preset == "classic":
                return self._rest_of_line(mark.field)
            return self._field(mark.field)
        if field is None:
            return self._prompt()
        return self._values(field)

    def _group(self, field: Field | None) -> Node | None:
        opening, closing = self.at, self.layout.groups[self.at]
        self.depth += 1
        if self.depth > DEEPEST_GROUP:
            raise QueryError(f"groups go at most {DEEPEST_GROUP} deep", position=opening + 1)
        self.at = opening + 1
        node = self._either(field)
        self.depth -= 1
        if self.at != closing:
            raise QueryError("this parenthesis closes nothing", position=self.at + 1)
        self.at = closing + 1
        if node is None and field is not None:
            raise needs_value(field, self.query, opening)
        return node

    def _rest_of_line(self, field: Field) -> Node:
        """The classic `negative prompt:` takes all text to the end of its line; a group with operators stands alone."""
        inside = range(self.at + 1, self.layout.groups.get(self.at, self.at))
        if not any((mark := self.layout.marks.get(at)) and mark.kind == "operator" for at in inside):
            end = self.query.find("\n", self.at)
            self.negative_until = end if end >= 0 else len(self.query)
        return self._field(field)

    def _field(self, field: Field) -> Node:
        """What stands behind a field's colon or before its comparison: alternatives or a group."""
        at = self.at
        operator, after = (
            (None, at) if field.kind in ("number", "date") else read_operator(self.query, at, len(self.query))
        )
        if operator in ("=", "<>") and after in self.layout.groups:
            at = after
        if at in self.layout.groups:
            self.at = at
            node = self._group(field)
            assert node is not None
            return Not(node) if operator == "<>" else node
        return self._values(field)

    def _values(self, field: Field) -> Node:
        values: list[Value] = []
        negated = False
        while True:
            value, turned = self._value(field, first=not values)
            negated = negated or (turned and not values)
            if turned and values:
                raise QueryError(f"{field.name}: <> stands before all alternatives", position=self.at)
            values.append(value)
            if not self._next_alternative(field):
                break
        where = NodeProperty(*field.of_node, tuple(values)) if field.of_node else Where(field.name, tuple(values))
        return Not(where) if negated else where

    def _value(self, field: Field, *, first: bool) -> tuple[Value, bool]:
        if field.kind == "text":
            return self._text_value(field)
        mark = self.layout.marks.get(self.at)
        if first and mark and (mark.kind == "field" or mark.kind == "operator"):
            if field.kind == "flag":
                return Flag(True), False
            raise needs_value(field, self.query, self.at)
        value, self.at, turned = read_value(field, self.query, self.at, len(self.query), self.names, self.options)
        return value, turned

    def _next_alternative(self, field: Field) -> bool:
        """Goes behind the bar or comma after a value, if an alternative of the same field follows."""
        query, stop = self.query, len(self.query)
        at = skip_blanks(query, self.at, stop)
        if query.startswith("|", at):
            self.at = skip_blanks(query, at + 1, stop)
            return True
        if query.startswith(",", at) and self._is_listed(field, at + 1):
            self.at = skip_blanks(query, at + 1, stop)
            return True
        return False

    def _is_listed(self, field: Field, at: int) -> bool:
        """Does an alternative, not a new term, stand behind the comma? `id:5,7` yes, `steps:20, castle` no."""
        query, stop = self.query, len(self.query)
        start = skip_blanks(query, at, stop)
        if field.kind == "number":
            end = is_number(field, query, start, stop)
            if end is None:
                return False
            after = skip_blanks(query, end, stop)
            return start == at or after >= stop or query[after] in ",|)"
        if start != at or start >= stop or query[start] in (*BOUNDARY, '"', "("):
            return False
        return field.lists or longest_known(field.known, query, start, stop, self.names) > start

    def _prompt(self) -> Node | None:
        start = self.at
        text = self._text(None)
        if text is None:
            return None
        typed = self.query[start : self.at].strip()
        if (field := field_named(typed)) and field.bare:
            return Where(field.name, (Flag(True),))
        return Prompt(text)

    def _text_value(self, field: Field) -> tuple[Value, bool]:
        operator, self.at = read_operator(self.query, self.at, len(self.query))
        if operator not in (None, "=", "<>"):
            raise QueryError(f"{field.name}: has no order to compare by", position=self.at)
        start = self.at
        mark = self.layout.marks.get(start)
        if mark and mark.kind == "unknown":
            raise unknown_field(self.query, self.at, mark.word)
        text = self._text(field) if not mark or mark.kind in ("quote", "tag", "bare") else None
        if text is None:
            raise needs_value(field, self.query, start)
        if found := _PRESENCE.fullmatch(self.query, start, self.at):
            return Absent() if found[1].lower() == "none" else Present(), operator == "<>"
        return text, operator == "<>"

    def _text(self, field: Field | None) -> Term | Exact | None:
        """A quote, a tag, or the words up to the next comma or mark; None for mere punctuation."""
        start, mark = self.at, self.layout.marks.get(self.at)
        if mark and mark.kind == "quote":
            text, self.at = quoted(self.query, start, len(self.query))
            return Exact(text)
        if mark and mark.kind == "tag":
            self.at = mark.end
        else:
            self._skip_text(start, field)
        piece = self.query[start : self.at]
        # The bracket that ends a weight belongs to the group: `(castle OR tower:1.2)`.
        found = typed_words(f"{piece})" if self.at in self.layout.closers else piece)
        if found:
            return Term(tuple(found))
        return None if not piece.strip(_PUNCTUATION) else Exact(piece.strip(_PUNCTUATION))

    def _skip_text(self, start: int, field: Field | None) -> None:
        stops = ",|" if field else ","
        while self.at < len(self.query):
            mark = self.layout.marks.get(self.at)
            if mark and mark.kind != "bare":
                break
            if self.query[self.at] in stops or self.at in self.layout.groups or self.at in self.layout.closers:
                break
            self.at += 1

    def _operator(self, word: str) -> tuple[int, Mark] | None:
        self._skip_commas()
        mark = self.layout.marks.get(self.at)
        if mark is None or mark.kind != "operator" or mark.word != word:
            return None
        found = (self.at, mark)
        self.at = mark.end
        return found

    def _skip_commas(self) -> None:
        while self.at < len(self.query) and (self.query[self.at] == "," or self.query[self.at].isspace()):
            self.at += 1
