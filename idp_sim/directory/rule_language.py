"""The language of rules such as ``(user.userType -eq "Guest") -and (user.department -ne null)``.

Dynamic groups ask it of users (graph-api 13.1), device filters of devices (entra-sign-in 9.4). ``parse`` reads a
text once and gives a test. Comparisons of text are without case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"]*\"|'[^']*')|(?P<operator>-[A-Za-z]+)|(?P<mark>[()\[\],])"
    r"|(?P<name>[A-Za-z]+\.[A-Za-z]+[0-9]*)|(?P<word>true|false|null)|(?P<number>\d+))",
    re.IGNORECASE,
)
_DEEPEST = 20

#: A rule as a question about one object.
Test = Callable[[Any], bool]


class InvalidRule(ValueError):
    """The rule can't be read; the message says where and what was expected."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What a rule may read: ``kind`` stands before the dot, ``attributes`` (lower case) after it."""

    kind: str
    attributes: Mapping[str, Callable[[Any], Any]]
    example: str


def parse(text: str, vocabulary: Vocabulary) -> Test:
    """The test of ``text``; InvalidRule names the place, the attribute or the operator."""
    return _Parser(text, vocabulary).whole()


def _fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _equal(value: Any, wanted: Any) -> bool:
    return bool(_fold(value) == _fold(wanted))


def _text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: isinstance(value, str) and test(value.casefold(), str(wanted).casefold())


def _in(value: Any, wanted: Any) -> bool:
    return any(_equal(value, item) for item in wanted)


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, tuple):
        return any(_equal(item, wanted) for item in value)
    return _text(lambda text, part: part in text)(value, wanted)


_POSITIVE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": _equal,
    "startswith": _text(str.startswith),
    "endswith": _text(str.endswith),
    "contains": _contains,
    "in": _in,
}
_NEGATIVE: Mapping[str, str] = {
    "ne": "eq",
    "notstartswith": "startswith",
    "notendswith": "endswith",
    "notcontains": "contains",
    "notin": "in",
}


class _Parser:
    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._tokens = [*self._read(text), ("end", "the end", len(text))]
        self._next = 0

    @staticmethod
    def _read(text: str) -> list[tuple[str, str, int]]:
        found, place, end = [], 0, len(text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise InvalidRule(f"unexpected text at position {place}: '{text[place : place + 20].strip()}'")
            found.append((match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup)))
            place = match.end()
        return found

    def whole(self) -> Test:
        test = self._either(0)
        if self._tokens[self._next][0] != "end":
            raise self._unexpected("-and, -or or the end")
        return test

    def _either(self, depth: int) -> Test:
        if depth > _DEEPEST:
            raise InvalidRule(f"it is nested more than {_DEEPEST} levels deep")
        tests = [self._both(depth)]
        while self._takes("-or"):
            tests.append(self._both(depth))
        return tests[0] if len(tests) == 1 else lambda asked: any(test(asked) for test in tests)

    def _both(self, depth: int) -> Test:
        tests = [self._term(depth)]
        while self._takes("-and"):
            tests.append(self._term(depth))
        return tests[0] if len(tests) == 1 else lambda asked: all(test(asked) for test in tests)

    def _term(self, depth: int) -> Test:
        if depth > _DEEPEST:
            raise InvalidRule(f"it is nested more than {_DEEPEST} levels deep")
        if self._takes("-not"):
            inner = self._term(depth + 1)
            return lambda asked: not inner(asked)
        if self._takes("("):
            inner = self._either(depth + 1)
            if not self._takes(")"):
                raise self._unexpected("')'")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        kind, name, _ = self._tokens[self._next]
        known = self._vocabulary
        owner, _, attribute = name.partition(".")
        if kind != "name" or owner.lower() != known.kind:
            raise self._unexpected(f"an attribute such as {known.example}")
        read = known.attributes.get(attribute.lower())
        if read is None:
            raise InvalidRule(f"the attribute '{name}' is not known; known: {', '.join(sorted(known.attributes))}")
        self._next += 1
        operator = self._operator()
        value = self._values() if operator.removeprefix("not") == "in" else self._value()
        compare = _POSITIVE[_NEGATIVE.get(operator, operator)]
        wanted = operator not in _NEGATIVE
        return lambda asked: compare(read(asked), value) is wanted

    def _operator(self) -> str:
        kind, text, _ = self._tokens[self._next]
        name = text.removeprefix("-").lower()
        if kind != "operator" or (name not in _POSITIVE and name not in _NEGATIVE):
            known = ", ".join(f"-{word}" for word in (*_POSITIVE, *_NEGATIVE))
            raise self._unexpected(f"one of {known}")
        self._next += 1
        return name

    def _value(self) -> Any:
        kind, text, _ = self._tokens[self._next]
        if kind == "text":
            value: Any = text[1:-1]
        elif kind == "word":
            value = {"true": True, "false": False, "null": None}[text.lower()]
        elif kind == "number":
            value = int(text)
        else:
            raise self._unexpected("a value")
        self._next += 1
        return value

    def _values(self) -> tuple[Any, ...]:
        if not self._takes("["):
            raise self._unexpected("'['")
        values = [self._value()]
        while self._takes(","):
            values.append(self._value())
        if not self._takes("]"):
            raise self._unexpected("']'")
        return tuple(values)

    def _takes(self, text: str) -> bool:
        if self._tokens[self._next][0] in ("mark", "operator") and self._tokens[self._next][1].lower() == text:
            self._next += 1
            return True
        return False

    def _unexpected(self, expected: str) -> InvalidRule:
        _, text, place = self._tokens[self._next]
        return InvalidRule(f"{expected} was expected at position {place}, not '{text}'")
