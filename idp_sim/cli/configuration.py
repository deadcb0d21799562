"""``idp-sim.yaml`` in the working folder: the options of ``serve``, for a project to check in (product.md 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from idp_sim.scenario.yaml_document import YamlDocument

FILE = "idp-sim.yaml"

#: Where a context keeps the places of its values, for messages about them.
META = "idp_sim.configuration"


class ConfigurationError(Exception):
    """The file can't be used. ``problems`` are sentences: ``file:line:column: key: what, and what was expected``."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Configuration:
    """Values by parameter name, as click's ``default_map`` wants them, and where each one stands."""

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def key_of(option: click.Parameter) -> str:
    """The name of an option in the file: ``--public-url`` is ``public-url``."""
    return option.opts[-1].lstrip("-")


def read(options: Iterable[click.Parameter], path: Path = Path(FILE)) -> Configuration:
    """What the file says about ``options``; empty when there is none. ConfigurationError with every problem."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Configuration()
    except UnicodeDecodeError as error:
        raise ConfigurationError([f"{path}: not UTF-8 text (byte {error.start})"]) from None
    except OSError as error:
        raise ConfigurationError([f"{path}: can't be read: {error.strerror or error}"]) from None
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return Configuration()
    return _from_text(text, str(path), {key_of(option): option for option in options})


def _from_text(text: str, name: str, options: Mapping[str, click.Parameter]) -> Configuration:
    from idp_sim.scenario.errors import ScenarioError
    from idp_sim.scenario.yaml_document import YamlDocument

    try:
        document = YamlDocument.parse(text, name=name)
    except ScenarioError as error:
        raise ConfigurationError(error.problems) from None
    if not isinstance(document.value, Mapping):
        raise ConfigurationError([f"{name}:1:1: expected a mapping of options of 'serve', such as port: 8443"])
    if problems := list(_problems(document, options)):
        raise ConfigurationError(problems)
    given = {key: option for key, option in options.items() if key in document.value}
    return Configuration(
        values={str(option.name): _as_default(option, document.value[key]) for key, option in given.items()},
        places={str(option.name): f"{_place(document, key)} ({key})" for key, option in given.items()},
    )


def _problems(document: YamlDocument, options: Mapping[str, click.Parameter]) -> Iterator[str]:
    from idp_sim.scenario.nearest import nearest

    for key, value in document.value.items():
        if key not in options:
            near = nearest(str(key), options)
            hint = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(options))}"
            yield f"{_place(document, key, key=True)}: unknown key '{key}'; {hint}"
        elif expected := _mismatch(options[key], value):
            plain = None if isinstance(value, Mapping | list) else document.place((key,)).plain
            shown = plain if plain is not None else _shown(value)
            quoted = "; put it in quotes" if expected == "text" and plain is not None else ""
            yield f"{_place(document, key)}: {key}: expected {expected} (got {shown}){quoted}"


def _mismatch(option: click.Parameter, value: Any) -> str | None:
    """What was expected, when the value is of another kind; ranges and files are click's to check."""
    if getattr(option, "is_flag", False):
        return None if isinstance(value, bool) else "true or false"
    if isinstance(option.type, click.types.IntParamType):
        return None if isinstance(value, int) and not isinstance(value, bool) else "a whole number"
    if option.multiple if isinstance(option, click.Option) else False:
        return None if _texts(value) else "text or a list of texts"
    return None if isinstance(value, str) else "text"


def _texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _as_default(option: click.Parameter, value: Any) -> Any:
    return [value] if getattr(option, "multiple", False) and isinstance(value, str) else value


def _place(document: YamlDocument, name: Any, *, key: bool = False) -> str:
    place = document.place((name,), key=key)
    return f"{document.name}:{place.line}:{place.column}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"'{value}'"


class ConfiguredCommand(click.Command):
    """A command whose options may also stand in ``idp-sim.yaml``; command line and variables win over it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing and not any(name in args for name in ctx.help_option_names):
            configuration = self._configuration(ctx)
            ctx.default_map = {**(ctx.default_map or {}), **configuration.values}
            ctx.meta[META] = configuration.places
        return super().parse_args(ctx, args)

    def _configuration(self, ctx: click.Context) -> Configuration:
        options = [p for p in self.params if isinstance(p, click.Option) and p.name != "help"]
        try:
            return read(options)
        except ConfigurationError as error:
            from idp_sim.cli.output import fail

            fail(*error.problems)
