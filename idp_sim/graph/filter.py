"""``$filter`` as text and as a value: a small parser of OData's filter language (graph-api 2.3).

What is parsed: ``eq``, ``ne``, ``ge``, ``le``, ``in``, ``startsWith``, ``endsWith``, ``and``, ``or``, ``not``,
parentheses, ``any`` over a collection and ``/$count`` of one. Words and functions are matched in any case.
Whether a property knows an operator is for ``matching`` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from idp_sim.graph.errors import GraphError, Problem

Literal = str | bool | int | datetime | None


@dataclass(frozen=True)
class Comparison:
    """``path operator value``; ``operator`` is ``eq``, ``ne``, ``ge``, ``le``, ``startsWith`` or ``endsWith``."""

    path: str
    operator: str
    value: Literal


@dataclass(frozen=True)
class OneOf:
    """``path in (values)``."""

    path: str
    values: tuple[Literal, ...]


@dataclass(frozen=True)
class AnyItem:
    """``path/any(variable:expression)``: paths inside begin with the variable."""

    path: str
    variable: str
    expression: Expression


@dataclass(frozen=True)
class Both:
    """``left and right``."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Either:
    """``left or right``."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Not:
    """``not expression``."""

    expression: Expression


Expression = Comparison | OneOf | AnyItem | Both | Either | Not

OPERATORS = frozenset({"eq", "ne", "ge", "le"})
_FUNCTIONS = {"startswith": "startsWith", "endswith": "endsWith"}
#: Operators that OData has and the directory does not.
_UNSUPPORTED = frozenset({"gt", "lt", "has", "contains", "all"})
_LONGEST = 8000
_DEEPEST = 25

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<instant>\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-]))"
    r"|(?P<integer>-?\d+(?![\w-]))"
    r"|(?P<word>[A-Za-z_][\w.]*(?:/\$?[A-Za-z_][\w.]*)*)"
    r"|(?P<mark>[(),:]))"
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


def parse(text: str) -> Expression:
    """The expression of a filter; GraphError(FILTER_INVALID or FILTER_UNSUPPORTED) names the place or operator."""
    if len(text) > _LONGEST:
        raise _invalid(f"it is longer than {_LONGEST} characters")
    return _Parser(tuple(_tokens(text)), len(text)).whole()


def quoted(value: str) -> str:
    """A string literal: single quotes, doubled inside."""
    return "'" + value.replace("'", "''") + "'"


def paths(expression: Expression) -> Iterator[str]:
    """Every property path that the expression reads, outermost names only."""
    if isinstance(expression, (Both, Either)):
        yield from paths(expression.left)
        yield from paths(expression.right)
    elif isinstance(expression, Not):
        yield from paths(expression.expression)
    else:
        yield expression.path


def _invalid(problem: str) -> GraphError:
    return GraphError(Problem.FILTER_INVALID, problem=problem)


def _no_operator(operator: str) -> GraphError:
    return GraphError(
        Problem.FILTER_UNSUPPORTED,
        property=operator,
        resource="directory",
        problem=f"the operator '{operator}' is not supported",
    )


def _tokens(text: str) -> Iterator[_Token]:
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _invalid(f"unexpected text at position {place}: '{text[place : place + 20]}'")
        yield _Token(match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup))
        place = match.end()


class _Parser:
    def __init__(self, tokens: tuple[_Token, ...], end: int) -> None:
        self._tokens = (*tokens, _Token("end", "end of filter", end))
        self._next = 0

    def whole(self) -> Expression:
        expression = self._either(0)
        self._expect("end")
        return expression

    def _either(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise _invalid(f"it is nested more than {_DEEPEST} levels deep")
        left = self._both(depth)
        while self._takes_word("or"):
            left = Either(left, self._both(depth))
        return left

    def _both(self, depth: int) -> Expression:
        left = self._term(depth)
        while self._takes_word("and"):
            left = Both(left, self._term(depth))
        return left

    def _term(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise _invalid(f"it is nested more than {_DEEPEST} levels deep")
        if self._takes_word("not"):
            return Not(self._term(depth + 1))
        if self._takes_mark("("):
            inner = self._either(depth + 1)
            self._mark(")")
            return inner
        word = self._expect("word")
        name = word.text.lower()
        if name in _FUNCTIONS:
            return self._function(_FUNCTIONS[name])
        if name in _UNSUPPORTED:
            raise _no_operator(word.text)
        path, _, last = word.text.rpartition("/")
        if last.lower() == "any" and path:
            return self._any_item(path, depth)
        if last.lower() == "all" and path:
            raise _no_operator("all")
        return self._comparison(word.text)

    def _function(self, operator: str) -> Expression:
        self._mark("(")
        path = self._expect("word").text
        self._mark(",")
        value = self._literal()
        self._mark(")")
        if not isinstance(value, str):
            raise _invalid(f"{operator} takes a property and a string in single quotes")
        compared = Comparison(path, operator, value)
        # ``endsWith(mail,'x') eq true`` is as common as the bare call.
        if self._takes_word("eq"):
            wanted = self._literal()
            if not isinstance(wanted, bool):
                raise _invalid(f"{operator}(...) can be compared with true or false only")
            return compared if wanted else Not(compared)
        return compared

    def _any_item(self, path: str, depth: int) -> AnyItem:
        self._mark("(")
        variable = self._expect("word").text
        self._mark(":")
        expression = self._either(depth + 1)
        self._mark(")")
        return AnyItem(path, variable, expression)

    def _comparison(self, path: str) -> Expression:
        token = self._expect("word")
        operator = token.text.lower()
        if operator == "in":
            return OneOf(path, self._literals())
        if operator in _UNSUPPORTED:
            raise _no_operator(token.text)
        if operator not in OPERATORS:
            raise _invalid(f"'{token.text}' at position {token.place} is not an operator")
        return Comparison(path, operator, self._literal())

    def _literals(self) -> tuple[Literal, ...]:
        self._mark("(")
        values = [self._literal()]
        while self._takes_mark(","):
            values.append(self._literal())
        self._mark(")")
        return tuple(values)

    def _literal(self) -> Literal:
        token = self._take()
        if token.kind == "string":
            return token.text[1:-1].replace("''", "'")
        if token.kind == "guid":  # of Edm.Guid properties; those of directory objects stand in quotes
            return token.text
        if token.kind == "integer":
            return _integer(token.text)
        if token.kind == "instant":
            return instant(token.text)
        if token.kind == "word" and token.text.lower() in _CONSTANTS:
            return _CONSTANTS[token.text.lower()]
        raise _invalid(f"a value was expected at position {token.place}, not '{token.text}'")

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def _expect(self, kind: str) -> _Token:
        token = self._take()
        if token.kind != kind:
            what = {"word": "a name", "end": "the end"}[kind]
            raise _invalid(f"{what} was expected at position {token.place}, not '{token.text}'")
        return token

    def _mark(self, mark: str) -> None:
        if not self._takes_mark(mark):
            token = self._tokens[self._next]
            raise _invalid(f"'{mark}' was expected at position {token.place}, not '{token.text}'")

    def _takes_mark(self, mark: str) -> bool:
        return self._takes("mark", mark)

    def _takes_word(self, word: str) -> bool:
        return self._takes("word", word)

    def _takes(self, kind: str, text: str) -> bool:
        token = self._tokens[self._next]
        if token.kind == kind and token.text.lower() == text:
            self._next += 1
            return True
        return False


_CONSTANTS: dict[str, Literal] = {"true": True, "false": False, "null": None}


def _integer(text: str) -> int:
    if len(text) > 19:
        raise _invalid(f"'{text[:25]}' is not a 64-bit integer")
    return int(text)


def instant(text: str) -> datetime:
    """A DateTimeOffset literal with up to seven fractional digits; GraphError(FILTER_INVALID)."""
    whole = re.sub(r"(\.\d{6})\d+", r"\1", text.replace("Z", "+00:00"))
    try:
        return datetime.fromisoformat(whole).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _invalid(f"'{text}' is not a date and time") from error
