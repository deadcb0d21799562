"""Reads a JSON document by name: nothing is skipped in silence, and all mistakes are told at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_guid(text: str) -> bool:
    """Whether ``text`` has the form of an id."""
    return _GUID.fullmatch(text) is not None


def is_configured(value: Any) -> bool:
    """Whether a value says anything (product.md 6): ``null``, ``[]``, ``{}``, ``""``, ``false``, ``"none"`` do not."""
    if isinstance(value, Mapping):
        return any(is_configured(member) for key, member in value.items() if not is_annotation(key))
    return value not in (None, False, "", "none") and value != []


def is_annotation(key: str) -> bool:
    """Whether a key is an OData annotation (``@odata.type``, ``name@odata.context``), which carries no setting."""
    return "@odata." in key


class Reader:
    """Collects problems; every method gives something usable, so that reading goes on to the next mistake."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def refuse(self, path: str, problem: str) -> None:
        """Note one mistake: where it is, and what was expected."""
        self.problems.append(f"{path}: {problem}")

    def members(
        self, value: Any, path: str, *, known: Collection[str], not_built: Collection[str] = (), required: bool = False
    ) -> Mapping[str, Any]:
        """An object with the ``known`` keys; those of ``not_built`` may be there as long as they say nothing."""
        if value is None:
            if required:
                self.refuse(path, "is required")
            return {}
        if not isinstance(value, Mapping):
            self.refuse(path, f"expected an object, got {_kind(value)}")
            return {}
        for key in value:
            self._check_key(key, value[key], f"{path}.{key}".lstrip("."), known=known, not_built=not_built)
        return value

    def _check_key(
        self, key: str, value: Any, path: str, *, known: Collection[str], not_built: Collection[str]
    ) -> None:
        if key in known or is_annotation(key):
            return
        if key in not_built:
            if is_configured(value):
                self.refuse(path, "is not supported by this simulator yet; leave it out, null or empty")
            return
        near = get_close_matches(key, (*known, *not_built), n=1)
        self.refuse(path, "unknown property" + (f"; did you mean '{near[0]}'?" if near else ""))

    def text(self, value: Any, path: str, *, required: bool = False) -> str | None:
        """A text that is not blank, or None."""
        if value is None and not required:
            return None
        if not isinstance(value, str) or not value.strip():
            self.refuse(path, f"expected a text that is not empty, got {_kind(value)}")
            return None
        return value

    def choice(self, value: Any, path: str, choices: Collection[str]) -> str | None:
        """One of ``choices``, or None."""
        if isinstance(value, str) and value in choices:
            return value
        self.refuse(path, f"expected {_listed(choices)}, got {_shown(value)}")
        return None

    def choices(self, value: Any, path: str, choices: Collection[str]) -> tuple[str, ...]:
        """A list of ``choices``, each once; null is the empty list."""
        return tuple(name for name in self.texts(value, path) if self.choice(name, path, choices) is not None)

    def texts(self, value: Any, path: str) -> tuple[str, ...]:
        """A list of texts, each once; null is the empty list."""
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(path, f"expected a list of texts, got {_kind(value)}")
            return ()
        return tuple(dict.fromkeys(value))

    def ids(self, value: Any, path: str, *, words: Collection[str] = ()) -> tuple[str, ...]:
        """A list of ids (lower-cased) and of ``words``."""
        found: list[str] = []
        for item in self.texts(value, path):
            if item in words:
                found.append(item)
            elif is_guid(item):
                found.append(item.lower())
            else:
                expected = f"{_listed(words)} or an id" if words else "an id"
                self.refuse(path, f"expected {expected}, got '{item}'")
        return tuple(dict.fromkeys(found))


def _listed(words: Collection[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else _kind(value)


def _kind(value: Any) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    if isinstance(value, str) and not value.strip():
        return "an empty text"
    return "null" if value is None else names.get(type(value), "something else")
