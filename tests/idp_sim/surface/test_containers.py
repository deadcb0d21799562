"""Dockerfile and compose.yaml say what the command line understands, and copy what there is."""

from __future__ import annotations

import json
import re

import click
import pytest
import yaml

from idp_sim.cli.main import cli
from tests.architecture.source import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["idp-sim"]
ARGUMENTS = {
    "Dockerfile": json.loads(re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[1]),
    "health check": json.loads(re.search(r"^HEALTHCHECK .*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[1])[1:],
    "compose": SERVICE["command"],
}


@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS)
def test_the_command_line_understands_it(arguments: list[str]) -> None:
    name, *rest = arguments
    with click.Context(cli) as ctx:
        command = cli.get_command(ctx, name)
        assert command is not None
        command.make_context(name, rest)


def test_what_is_copied_exists() -> None:
    for sources in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source


def test_ports_inside_and_outside_are_the_port_of_the_public_url() -> None:
    for arguments in (ARGUMENTS["Dockerfile"], ARGUMENTS["compose"]):
        url = arguments[arguments.index("--public-url") + 1]
        assert url.endswith(":8443")
    assert SERVICE["ports"] == ["127.0.0.1:8443:8443"]
    assert "EXPOSE 8443" in DOCKERFILE


def test_only_this_machine_reaches_the_composed_one_and_its_token_is_not_guessed() -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICE["ports"])
    assert ":?" in SERVICE["environment"]["IDP_SIM_CONTROL_TOKEN"]
