"""The format as JSON Schema, for editors and for ``idp-sim scenario schema``."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import msgspec

from idp_sim.scenario import schema

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of a scenario file (2020-12), with the texts of ``schema`` as descriptions."""
    (root,), definitions = msgspec.json.schema_components([schema.Scenario], ref_template="#/$defs/{name}")
    for name, texts in _descriptions().items():
        for key, described in definitions.get(name, {}).get("properties", {}).items():
            if key in texts:
                described["description"] = texts[key]
    return {"$schema": _DIALECT, "title": "idp-sim scenario", **root, "$defs": definitions}


def _descriptions() -> dict[str, dict[str, str]]:
    """The text under each key, by class: it is no attribute of anything, so it is read from the source."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(schema)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for key, text in zip(node.body, node.body[1:], strict=False):
            is_text = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
            if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name) and is_text:
                found.setdefault(node.name, {})[key.target.id] = str(text.value.value).replace("``", "`")
    return found
