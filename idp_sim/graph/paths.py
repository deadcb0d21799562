"""From the segments of a path to a resource and what is asked of it (graph-api 1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.resource import Resource

_KEYED = re.compile(r"^(?P<segment>[^()]+)\('(?P<key>(?:[^']|'')*)'\)$")


class Kind(StrEnum):
    """What of the resource the path names."""

    COLLECTION = "collection"
    ONE = "one"
    COUNT = "count"
    ACTION = "action"


@dataclass(frozen=True, kw_only=True)
class Target:
    """The resource, the key if one was given, and the action if one was named."""

    resource: Resource
    kind: Kind
    key: str = ""
    action: str = ""


@dataclass
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    resource: Resource | None = None


class Paths:
    """The resources of one version as a tree of segments, matched without regard to case."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._root = _Node()
        for resource in resources:
            node = self._root
            for segment in resource.path.strip("/").split("/"):
                node = node.children.setdefault(segment.lower(), _Node())
            node.resource = resource

    def resolve(self, path: str) -> Target:
        """The target of a decoded path without version; GraphError(UNKNOWN_SEGMENT) names the segment."""
        segments = _segments(path)
        node, place = self._root, 0
        while place < len(segments) and segments[place].lower() in node.children:
            node = node.children[segments[place].lower()]
            place += 1
        rest = segments[place:]
        if node.resource is None:
            raise _unknown((rest or segments or [""])[0 if rest else -1])
        return _below(node.resource, rest)


def _segments(path: str) -> list[str]:
    segments: list[str] = []
    for segment in path.split("/"):
        if keyed := _KEYED.match(segment):
            segments += [keyed["segment"], keyed["key"].replace("''", "'")]
        elif segment:
            segments.append(segment.removesuffix("()"))
    return segments


def _below(resource: Resource, rest: list[str]) -> Target:
    key = ""
    if resource.collection:
        if not rest:
            return Target(resource=resource, kind=Kind.COLLECTION)
        if rest == ["$count"]:
            return Target(resource=resource, kind=Kind.COUNT)
        key, *rest = rest
        if key.startswith("$"):
            raise _unknown(key)
    if not rest:
        return Target(resource=resource, kind=Kind.ONE, key=key)
    if len(rest) == 1 and (action := _named(resource.actions, rest[0])):
        return Target(resource=resource, kind=Kind.ACTION, key=key, action=action)
    raise _unknown(rest[0])


def _named(actions: Mapping[str, object], segment: str) -> str | None:
    last = segment.rpartition(".")[2].lower()
    return next((name for name in actions if name.lower() == last), None)


def _unknown(segment: str) -> GraphError:
    return GraphError(Problem.UNKNOWN_SEGMENT, segment=segment)
