"""A YAML text as a value, with the place of everything in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from idp_sim.scenario.errors import ScenarioError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Loc = Sequence[str | int]


@dataclass(frozen=True)
class Place:
    """A position, counted from 1, and the scalar's own text when it is a plain (unquoted) one."""

    line: int
    column: int
    depth: int  # how much of the path was found
    plain: str | None = None


@dataclass(frozen=True)
class YamlDocument:
    """A parsed file. ``name`` is how messages call it."""

    name: str
    root: yaml.Node
    value: Any

    @classmethod
    def parse(cls, text: str, *, name: str) -> YamlDocument:
        """Parse one document; ScenarioError for what is not YAML, repeated keys, or an empty text."""
        try:
            loader = _Base(text)
            try:
                root = loader.get_single_node()
                value = None if root is None else loader.construct_document(root)
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
            raise ScenarioError([f"{place}: not valid YAML: {error.problem or error.context}"]) from None
        except yaml.YAMLError as error:
            raise ScenarioError([f"{name}: not valid YAML: {' '.join(str(error).split())}"]) from None
        except (ValueError, RecursionError) as error:  # for example 2026-13-45, which looks like a date
            raise ScenarioError([f"{name}: not valid YAML: {error}; quote values that are meant as text"]) from None
        if root is None:
            raise ScenarioError([f"{name}:1:1: the file is empty; expected a mapping with the key 'tenants'"])
        document = cls(name, root, value)
        if repeated := list(document._repeated_keys()):
            raise ScenarioError(repeated)
        return document

    def place(self, loc: Loc, *, key: bool = False) -> Place:
        """Where ``loc`` is, or the deepest part of it that exists; ``key`` means the key itself, not its value."""
        node, at, depth = self.root, self.root, 0
        for part in loc:
            found = _child(node, part)
            if found is None:
                break
            key_node, node = found
            depth += 1
            at = key_node if key or isinstance(node, yaml.CollectionNode) else node
        # The style of a plain scalar is "" with the C parser and None with the other.
        plain = at.value if isinstance(at, yaml.ScalarNode) and not at.style else None
        return Place(at.start_mark.line + 1, at.start_mark.column + 1, depth, plain)

    @cached_property
    def _nodes(self) -> list[yaml.Node]:
        seen: dict[int, yaml.Node] = {}
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen[id(node)] = node
            if isinstance(node, yaml.MappingNode):
                waiting += [part for pair in node.value for part in pair]
            elif isinstance(node, yaml.SequenceNode):
                waiting += node.value
        return sorted(seen.values(), key=lambda n: (n.start_mark.line, n.start_mark.column))

    def _repeated_keys(self) -> Iterator[str]:
        """YAML itself lets the last one win, silently."""
        for node in self._nodes:
            if not isinstance(node, yaml.MappingNode):
                continue
            first: dict[Hashable, int] = {}
            for key, _ in node.value:
                line = key.start_mark.line + 1
                if key.value in first and isinstance(key, yaml.ScalarNode):
                    where = f"{self.name}:{line}:{key.start_mark.column + 1}"
                    yield f"{where}: the key '{key.value}' is given twice (first in line {first[key.value]})"
                elif isinstance(key, yaml.ScalarNode):
                    first[key.value] = line


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key node and the value node of one step; for a list both are the item."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
