"""``$search``: clauses ``"property:text"`` joined by AND, OR and parentheses (graph-api 2.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.resource import Property, Resource, Type

Predicate = Callable[[Any], bool]

#: Properties that are searched word by word; every other one by its beginning.
TOKENIZED = frozenset({"displayName", "description"})

_TOKEN = re.compile(r'\s*(?:"(?P<clause>(?:[^"\\]|\\.)*)"|(?P<word>AND|OR)|(?P<mark>[()]))')
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
_LONGEST = 2000
_DEEPEST = 20


def search(text: str, resource: Resource, version: str) -> Predicate:
    """A test of records; GraphError(SEARCH_INVALID) says what is wrong with the text."""
    if len(text) > _LONGEST:
        raise _invalid(f"it is longer than {_LONGEST} characters")
    return _Parser(_tokens(text), resource, version).whole()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _invalid(f"unexpected text at position {place}: '{text[place : place + 20]}'")
        found.append(_Token(match.lastgroup, match.group(match.lastgroup)))
        place = match.end()
    return [*found, _Token("end", "the end")]


class _Parser:
    def __init__(self, tokens: list[_Token], resource: Resource, version: str) -> None:
        self._tokens, self._next = tokens, 0
        self._resource, self._version = resource, version

    def whole(self) -> Predicate:
        passes = self._either(0)
        if self._tokens[self._next].kind != "end":
            raise _invalid(f"AND, OR or the end was expected, not '{self._tokens[self._next].text}'")
        return passes

    def _either(self, depth: int) -> Predicate:
        if depth > _DEEPEST:
            raise _invalid(f"it is nested more than {_DEEPEST} levels deep")
        choices = [self._both(depth)]
        while self._takes("OR"):
            choices.append(self._both(depth))
        return lambda record: any(passes(record) for passes in choices)

    def _both(self, depth: int) -> Predicate:
        parts = [self._term(depth)]
        while self._takes("AND"):
            parts.append(self._term(depth))
        return lambda record: all(passes(record) for passes in parts)

    def _term(self, depth: int) -> Predicate:
        if self._takes("("):
            inner = self._either(depth + 1)
            if not self._takes(")"):
                raise _invalid("a ')' is missing")
            return inner
        token = self._tokens[self._next]
        if token.kind != "clause":
            raise _invalid(f"a clause such as \"displayName:text\" was expected, not '{token.text}'")
        self._next += 1
        return self._clause(re.sub(r"\\(.)", r"\1", token.text))

    def _clause(self, clause: str) -> Predicate:
        name, colon, text = clause.partition(":")
        if not colon:
            raise _invalid(f"'{clause}' does not name a property; expected \"property:text\"")
        found = next((p for p in self._resource.known(self._version) if p.name == name), None)
        if found is None or not found.searchable:
            raise _invalid(f"'{name}' cannot be searched on {self._resource.type_name}")
        return _tokenized(found, text) if name in TOKENIZED else _beginning(found, text)

    def _takes(self, text: str) -> bool:
        token = self._tokens[self._next]
        if token.kind in ("word", "mark") and token.text == text:
            self._next += 1
            return True
        return False


def words(text: str) -> frozenset[str]:
    """The words of a text: split at blanks, symbols, digits and where lower case turns to upper case."""
    return frozenset(word.casefold() for word in _WORDS.findall(text))


def _tokenized(found: Property, text: str) -> Predicate:
    wanted = words(text)

    def passes(record: Any) -> bool:
        have = words(found.read(record) or "")
        return bool(wanted) and all(any(word.startswith(part) for word in have) for part in wanted)

    return passes


def _beginning(found: Property, text: str) -> Predicate:
    wanted = text.casefold()

    def passes(record: Any) -> bool:
        value = found.read(record)
        values = value if found.type is Type.STRINGS else [value]
        return any(isinstance(item, str) and item.casefold().startswith(wanted) for item in values or ())

    return passes


def _invalid(problem: str) -> GraphError:
    return GraphError(Problem.SEARCH_INVALID, problem=problem)
