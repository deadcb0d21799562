"""pydantic's findings as sentences that say what, where, and what was expected."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from idp_sim.scenario.nearest import hint
from idp_sim.scenario.schema import PATTERN_MEANING, Scenario
from idp_sim.scenario.yaml_document import Loc, Place

_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
}


@cache
def json_schema() -> Mapping[str, Any]:
    """The format as JSON Schema (2020-12), for editors and ``idp-sim scenario schema``."""
    schema = Scenario.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def split_loc(error: Mapping[str, Any]) -> tuple[Loc, bool]:
    """Path of a finding, and whether it is about the key rather than the value."""
    loc = tuple(error["loc"])
    if loc and loc[-1] == "[key]":
        return loc[:-1], True
    return loc, error["type"] == "extra_forbidden"


def sentence(error: Mapping[str, Any], place: Place | None) -> str:
    """One finding in words. ``place`` is None where there is no file."""
    kind, loc, context = error["type"], error["loc"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key '{loc[-1]}'{hint(str(loc[-1]), _keys_at(loc[:-1]))}"
    if kind == "missing":
        return f"the key '{loc[-1]}' is missing"
    got = _got(error["input"])
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"]) or re.findall(r"\d+", context["expected"])
        wrong = error["input"]
        near = hint(wrong, choices) if isinstance(wrong, str) else _trap(wrong, place)
        return f"expected {_one_of(choices)} (got {got}{near if near.startswith('; did') else ''})"
    if kind == "string_pattern_mismatch":
        return f"expected {PATTERN_MEANING[context['pattern']]} (got {got})"
    if kind == "too_short":
        return "expected at least one entry"
    expected = _EXPECTED.get(kind)
    if expected is None:
        return f"{error['msg']} (got {got})"
    trap = _trap(error["input"], place) if kind == "string_type" else ""
    return f"expected {expected} (got {got}){trap}"


def _trap(value: Any, place: Place | None) -> str:
    """YAML 1.1 reads NO as false, 10:30 as 630, 0123 as 83: say so."""
    if place is None or place.plain is None or isinstance(value, str | dict | list):
        return ""
    return f'; YAML reads {place.plain or "nothing"} without quotes as {_got(value)}: write "{place.plain}" for text'


def _got(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"'{value}'" if isinstance(value, str) else str(value)


def _one_of(choices: Sequence[str]) -> str:
    quoted = [f"'{choice}'" for choice in choices]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _keys_at(loc: Loc) -> list[str]:
    """The keys that the format knows at ``loc``, read from the JSON Schema."""
    schema = json_schema()
    node: Mapping[str, Any] = schema
    for part in loc:
        node = _resolved(node, schema)
        if isinstance(part, int):
            node = node.get("items", {})
        else:
            node = node.get("properties", {}).get(part) or _additional(node)
    return list(_resolved(node, schema).get("properties", {}))


def _additional(node: Mapping[str, Any]) -> Mapping[str, Any]:
    additional = node.get("additionalProperties", {})
    if isinstance(additional, Mapping) and additional:
        return additional
    return next(iter(node.get("patternProperties", {}).values()), {})


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "anyOf" in node:  # optional: the alternative that is not null
        node = next((n for n in node["anyOf"] if n.get("type") != "null"), node)
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return node
