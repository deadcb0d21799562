"""From the segments of a path to a resource and what is asked of it (graph-api 1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.resource import Handler, Resource

_KEYED = re.compile(r"^(?P<segment>[^()]+)\((?P<inside>[^()]*|'(?:[^']|'')*')\)$")
_QUOTED = re.compile(r"^'((?:[^']|'')*)'$")
_ARGUMENT = re.compile(r"^\s*(\w+)\s*=\s*(?:'((?:[^']|'')*)'|([^',]+))\s*$")
_CAST = re.compile(r"^(?:microsoft\.)?graph\.(\w+)$", re.IGNORECASE)


class Kind(StrEnum):
    """What of the resource the path names."""

    COLLECTION = "collection"
    ONE = "one"
    COUNT = "count"
    ACTION = "action"
    REFERENCES = "references"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Key:
    """A key as it stands in the path; ``name`` is that of an alternate key, or empty."""

    text: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The resource, the keys on the way to it, and the action, function or cast if one was named."""

    resource: Resource
    kind: Kind
    key: Key | None = None
    parents: tuple[tuple[Resource, Key], ...] = ()
    handler: Handler | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    cast: str = ""


@dataclass
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    resource: Resource | None = None
    one: _Node | None = None


@dataclass(frozen=True)
class _Segment:
    text: str
    arguments: Mapping[str, str] = field(default_factory=dict)


class Paths:
    """The resources of one version as a tree of segments, matched without regard to case."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._root = _Node()
        for resource in resources:
            node = self._root
            for segment in resource.path.strip("/").split("/"):
                if segment.startswith("{"):
                    node.one = node.one or _Node()
                    node = node.one
                else:
                    node = node.children.setdefault(segment.lower(), _Node())
            node.resource = resource

    def resolve(self, path: str) -> Target:
        """The target of a decoded path without version; GraphError(UNKNOWN_SEGMENT) names the segment."""
        segments = _segments(path)
        node, collection, at_key = self._root, None, False
        keys: list[tuple[Resource, Key]] = []
        for place, segment in enumerate(segments):
            child = node.children.get(segment.text.lower())
            if child is not None and not segment.arguments:
                node, collection, at_key = child, child.resource, False
            elif child is not None and child.resource is not None and (key := _alternate(segment, child.resource)):
                keys.append((child.resource, key))
                node, collection, at_key = child.one or _Node(), None, True
            elif collection is not None and collection.collection and not _is_tail(collection, segment):
                keys.append((collection, _key(segment, collection)))
                node, collection, at_key = node.one or _Node(), None, True
            elif collection is None and not at_key:
                raise _unknown(segment.text)
            else:
                return _tail(collection, keys, segments[place:])
        if collection is None and not at_key:
            raise _unknown(segments[-1].text if segments else "")
        return _tail(collection, keys, [])


def _segments(path: str) -> list[_Segment]:
    segments: list[_Segment] = []
    for part in path.split("/"):
        keyed = _KEYED.match(part)
        if keyed and (quoted := _QUOTED.match(keyed["inside"])):
            segments += [_Segment(keyed["segment"]), _Segment(quoted[1].replace("''", "'"))]
        elif keyed:
            segments.append(_Segment(keyed["segment"], _arguments(keyed["inside"], part)))
        elif part:
            segments.append(_Segment(part))
    return segments


def _arguments(text: str, part: str) -> dict[str, str]:
    found = {}
    for argument in filter(None, (piece.strip() for piece in text.split(","))):
        match = _ARGUMENT.match(argument)
        if match is None:
            raise _unknown(part)
        found[match[1]] = (match[2] if match[2] is not None else match[3]).replace("''", "'")
    return found


def _is_tail(resource: Resource, segment: _Segment) -> bool:
    """Whether the segment is something of the collection rather than the key of an object."""
    if segment.text.startswith("$") or segment.arguments or _named(resource.collection_actions, segment.text):
        return True
    return bool(resource.variants) and _CAST.match(segment.text) is not None


def _alternate(segment: _Segment, resource: Resource) -> Key | None:
    for name, value in segment.arguments.items():
        if found := _named(resource.alternates, name):
            return Key(value, found)
    return None


def _key(segment: _Segment, resource: Resource) -> Key:
    name, equals, value = segment.text.partition("=")
    if equals and (found := _named(resource.alternates, name)):
        return Key(value.strip("'"), found)
    return Key(segment.text)


def _tail(collection: Resource | None, keys: list[tuple[Resource, Key]], rest: list[_Segment]) -> Target:
    """What the last segments ask of the collection, singleton or object that was reached."""
    if collection is not None and not collection.collection:
        return _of_singleton(collection, tuple(keys), rest)
    if collection is not None:
        return _of_collection(collection, tuple(keys), rest)
    (resource, key), parents = keys[-1], tuple(keys[:-1])
    if not rest:
        return Target(resource=resource, kind=Kind.ONE, key=key, parents=parents)
    if rest[0].text == "$ref" and len(rest) == 1:
        return Target(resource=resource, kind=Kind.REFERENCE, key=key, parents=parents)
    return _action(resource, resource.actions, rest, key=key, parents=parents)


def _of_singleton(resource: Resource, parents: tuple[tuple[Resource, Key], ...], rest: list[_Segment]) -> Target:
    if not rest:
        return Target(resource=resource, kind=Kind.ONE, parents=parents)
    if [segment.text for segment in rest] == ["$ref"]:
        return Target(resource=resource, kind=Kind.REFERENCES, parents=parents)
    return _action(resource, resource.actions, rest, key=None, parents=parents)


def _of_collection(resource: Resource, parents: tuple[tuple[Resource, Key], ...], rest: list[_Segment]) -> Target:
    cast = ""
    if rest and resource.variants and (match := _CAST.match(rest[0].text)):
        cast, rest = match[1], rest[1:]
    words = [segment.text for segment in rest]
    if not words:
        return Target(resource=resource, kind=Kind.COLLECTION, parents=parents, cast=cast)
    if words == ["$count"]:
        return Target(resource=resource, kind=Kind.COUNT, parents=parents, cast=cast)
    if words == ["$ref"] and not cast:
        return Target(resource=resource, kind=Kind.REFERENCES, parents=parents)
    return _action(resource, resource.collection_actions, rest, key=None, parents=parents)


def _action(
    resource: Resource,
    known: Mapping[str, Handler],
    rest: list[_Segment],
    *,
    key: Key | None,
    parents: tuple[tuple[Resource, Key], ...],
) -> Target:
    name = _named(known, rest[0].text)
    if len(rest) > 1 or name is None:
        raise _unknown(rest[0].text if name is None else rest[1].text)
    return Target(
        resource=resource,
        kind=Kind.ACTION,
        key=key,
        parents=parents,
        handler=known[name],
        arguments=rest[0].arguments,
    )


def _named(known: Mapping[str, object], segment: str) -> str | None:
    last = segment.rpartition(".")[2].lower()
    return next((name for name in known if name.lower() == last), None)


def _unknown(segment: str) -> GraphError:
    return GraphError(Problem.UNKNOWN_SEGMENT, segment=segment)
