"""Read scenarios: shipped ones by name, files, or objects that came over the control API.

Every mistake is reported at once: ``file:line:column: path: message``, or ``path: message`` for an object.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from idp_sim.scenario import library
from idp_sim.scenario.errors import ScenarioError
from idp_sim.scenario.nearest import hint

if TYPE_CHECKING:
    from idp_sim.ports import Ids
    from idp_sim.scenario.schema import Scenario
    from idp_sim.scenario.yaml_document import Loc, YamlDocument

#: A shipped scenario's name, a file, or a scenario as an object.
ScenarioSource = str | Path | Mapping[str, Any]

#: A scenario file is text that people write; more than this is another kind of file.
LARGEST_FILE = 1 << 20


@dataclass(frozen=True)
class _Raw:
    """A scenario as it was written, merged with what it extends; ``documents`` are its files, its own first."""

    value: Mapping[str, Any]
    documents: tuple[YamlDocument, ...]
    default_name: str


class ScenarioLoader:
    """Loads and remembers: a scenario is read and checked once, however many worlds are made from it.

    With ``secrets_root`` the client secrets of its worlds are derived from that (``Identifiers``).
    """

    def __init__(self, *, secrets_root: str | None = None) -> None:
        self._secrets_root = secrets_root
        self._guard = Lock()
        self._known: dict[str, Scenario] = {}

    def load(self, source: ScenarioSource) -> Scenario:
        """The checked scenario; ScenarioError with every problem.

        A name finds a shipped scenario, or one that was loaded from a file before.
        """
        if isinstance(source, str):
            with self._guard:
                if (known := self._known.get(source)) is not None:
                    return known
                return self._known.setdefault(source, _validated(_read_shipped(source, ())))
        if isinstance(source, Path):
            scenario = _validated(_read_file(source))
            with self._guard:  # from now on its name means this file, also where a shipped one has that name
                self._known[scenario.name or ""] = scenario
            return scenario
        return _validated(_read_object(source))

    def records(
        self, source: ScenarioSource, *, world: str, ids: Ids, base_url: str, now: datetime
    ) -> list[tuple[str, object]]:
        """Every record of a world made from ``source``, with its tenant; ScenarioError."""
        scenario = self.load(source)
        from idp_sim.scenario.build import build

        digest = _digest(source) if isinstance(source, Path) else ""
        return build(
            scenario,
            world=world,
            ids=ids,
            base_url=base_url,
            now=now,
            digest=digest,
            secrets_root=self._secrets_root,
        )

    def identity(self, source: ScenarioSource) -> tuple[str, str]:
        """Name and digest that a world made from ``source`` remembers; ScenarioError.

        A shipped scenario is not read for it, and may change with the version of idp-sim.
        """
        if isinstance(source, str) and source in library.names():
            return source, ""
        name = self.load(source).name or "custom"
        return name, _digest(source) if isinstance(source, Path) else ""

    def names(self) -> tuple[str, ...]:
        """Names that ``load`` knows."""
        with self._guard:
            return tuple(sorted({*library.names(), *self._known}))


def source_named(text: str) -> ScenarioSource:
    """What ``--scenario NAME|FILE`` means: a name if there is such a shipped scenario, else a file."""
    if text in library.names():
        return text
    if "/" in text or "\\" in text or text.endswith((".yaml", ".yml")) or Path(text).is_file():
        return Path(text)
    return text


def _read_shipped(name: str, extending: tuple[str, ...]) -> _Raw:
    found = library.shipped()
    if name not in found:
        raise ScenarioError([f"there is no scenario '{name}'{hint(name, found)}"])
    if name in extending:
        raise ScenarioError([f"{name}.yaml: extends: '{name}' extends itself, through {', '.join(extending)}"])
    return _from_text(found[name].read_text(encoding="utf-8"), f"{name}.yaml", name, (*extending, name))


def _read_file(path: Path) -> _Raw:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ScenarioError([f"{path}: larger than 1 MiB; a scenario is a YAML text"])
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError([f"{path}: not UTF-8 text (byte {error.start})"]) from None
    except OSError as error:
        raise ScenarioError([f"{path}: can't be read: {error.strerror or error}"]) from None
    return _from_text(text, str(path), _name_of(path), ())


def _digest(path: Path) -> str:
    """What a scenario file says, whatever its comments and layout."""
    from idp_sim.scenario.yaml_document import YamlDocument

    value = YamlDocument.parse(path.read_text(encoding="utf-8"), name=str(path)).value
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _name_of(path: Path) -> str:
    """A file's stem as a scenario name."""
    stem = "".join(c if c.isalnum() else "-" for c in path.stem.lower() if c.isascii())
    return stem.strip("-")[:50].strip("-") or "custom"


def _from_text(text: str, file: str, name: str, extending: tuple[str, ...]) -> _Raw:
    from idp_sim.scenario.yaml_document import YamlDocument

    document = YamlDocument.parse(text, name=file)
    if not isinstance(document.value, Mapping):
        raise ScenarioError([f"{file}:1:1: expected a mapping with the key 'tenants'"])
    return _extended(_Raw(document.value, (document,), name), extending)


def _read_object(value: Mapping[str, Any]) -> _Raw:
    return _extended(_Raw(value, (), "custom"), ())


def _extended(raw: _Raw, extending: tuple[str, ...]) -> _Raw:
    """What the scenario says on top of what it extends."""
    parent = raw.value.get("extends")
    if not isinstance(parent, str):
        return raw
    try:
        base = _read_shipped(parent, extending)
    except ScenarioError as error:
        where = _where(raw.documents, ("extends",), key=False)
        raise ScenarioError(f"{where}extends: {problem}" for problem in error.problems) from None
    own = {key: value for key, value in raw.value.items() if key != "extends"}
    inherited = {key: value for key, value in base.value.items() if key not in ("name", "description")}
    return _Raw(_merged(inherited, own), (*raw.documents, *base.documents), raw.default_name)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are merged, null removes, all else replaces (as in RFC 7396)."""
    result = dict(below)
    for key, value in above.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = _merged(result[key], value)
        else:
            result[key] = value
    return result


def _validated(raw: _Raw) -> Scenario:
    import msgspec

    from idp_sim.decoders import READING_TYPES
    from idp_sim.scenario import check
    from idp_sim.scenario.schema import Scenario

    value = {"name": raw.default_name, **raw.value}
    try:
        with READING_TYPES:
            scenario = msgspec.convert(value, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(_format_problems(raw, value, str(error))) from None
    found = [(_place(raw.documents, p.loc, key=p.key), p.loc, p.message) for p in check.problems(scenario)]
    if found:
        raise ScenarioError(_rendered(found))
    return scenario


def _format_problems(raw: _Raw, value: Mapping[str, Any], first: str) -> list[str]:
    """Every mistake in the format; ``first`` is what is said should the walk find none."""
    from idp_sim.scenario.findings import findings, shown

    problems = []
    for finding in findings(value):
        place = _place(raw.documents, finding.loc, key=finding.key)
        message, plain = finding.message, place[1].plain if place else None
        if plain and finding.wrong_text is not None and not isinstance(finding.wrong_text, dict | list):
            # YAML 1.1 reads NO as false, 10:30 as 630, 0123 as 83: say so.
            read = f"YAML reads {plain} without quotes as {shown(finding.wrong_text)}"
            message = f'{message}; {read}: write "{plain}" for text'
        problems.append((place, finding.loc, message))
    return _rendered(problems) or [first]


def _rendered(problems: Sequence[tuple[Any, Loc, str]]) -> list[str]:
    """Sentences in the order of the file."""

    def position(problem: tuple[Any, Loc, str]) -> tuple[str, int, int]:
        place = problem[0]
        return (place[0], place[1].line, place[1].column) if place else ("", 0, 0)

    texts = []
    for place, loc, message in sorted(problems, key=position):
        where = f"{place[0]}:{place[1].line}:{place[1].column}: " if place else ""
        path = ".".join(map(str, loc))
        texts.append(f"{where}{path}: {message}" if path else f"{where}{message}")
    return list(dict.fromkeys(texts))


def _place(documents: tuple[YamlDocument, ...], loc: Loc, *, key: bool) -> Any:
    """File and place of ``loc``, in the file that has the most of it; None where there is no file."""
    found = [(document.name, document.place(loc, key=key)) for document in documents]
    return max(found, key=lambda pair: pair[1].depth, default=None)


def _where(documents: tuple[YamlDocument, ...], loc: Loc, *, key: bool) -> str:
    place = _place(documents, loc, key=key)
    return f"{place[0]}:{place[1].line}:{place[1].column}: " if place else ""
