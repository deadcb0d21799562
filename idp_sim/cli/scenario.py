"""``idp-sim scenario``: what worlds are made from."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from idp_sim.cli.client_options import no_such
from idp_sim.cli.groups import SuggestingGroup, examples
from idp_sim.cli.output import Painter, fail, print_json, remark, table


def _names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from idp_sim.scenario import library

    return [name for name in library.names() if name.startswith(incomplete)]


@examples(
    "idp-sim scenario list",
    "idp-sim scenario show contoso > mine.yaml",
    "idp-sim scenario validate mine.yaml",
    "idp-sim scenario schema > scenario.schema.json",
)
@click.group("scenario", cls=SuggestingGroup)
def command() -> None:
    """Scenarios: tenants, people, applications and policies, as YAML files."""


@command.command("list")
def list_scenarios() -> None:
    """List the shipped scenarios."""
    from idp_sim.scenario import library
    from idp_sim.scenario.load import ScenarioLoader

    loader = ScenarioLoader()
    cells = []
    for name in library.names():
        scenario = loader.load(name)
        cells.append((name, ", ".join(scenario.tenants), scenario.description or ""))
    print(table(("NAME", "TENANTS", "WHAT IT IS"), cells, Painter(sys.stdout)))
    remark("Start one: idp-sim serve --scenario NAME; begin your own: idp-sim scenario show NAME > mine.yaml")


@command.command("show")
@click.argument("name", shell_complete=_names)
def show(name: str) -> None:
    """Print the file of a shipped scenario."""
    from idp_sim.scenario import library

    found = library.shipped()
    if name not in found:
        fail(no_such("scenario", name, found))
    print(found[name].read_text(encoding="utf-8"), end="")


@command.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
def validate(files: tuple[Path, ...]) -> None:
    """Check scenario files; every mistake is told at once, and is exit status 2."""
    from idp_sim.scenario.errors import ScenarioError
    from idp_sim.scenario.load import ScenarioLoader

    problems: list[str] = []
    for file in files:
        try:
            scenario = ScenarioLoader().load(file)
        except ScenarioError as error:
            problems += error.problems
            continue
        people = sum(len(tenant.users or {}) for tenant in scenario.tenants.values())
        guests = sum(len(tenant.guests or {}) for tenant in scenario.tenants.values())
        print(f"{file}: fine: {len(scenario.tenants)} tenants, {people} people, {guests} guests")
    if problems:
        fail(*problems)


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from idp_sim.scenario.json_schema import json_schema

    print_json(json_schema())
    if sys.stdout.isatty():
        remark("For VS Code's YAML extension: # yaml-language-server: $schema=scenario.schema.json as first line.")
