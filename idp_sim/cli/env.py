"""``idp-sim env``: lines that tell the clients in a shell where the simulator is and whom to trust."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from idp_sim.cli.certificates import extended, of_document
from idp_sim.cli.client_options import with_server
from idp_sim.cli.groups import examples
from idp_sim.cli.output import remark
from idp_sim.cli.server import Server
from idp_sim.settings import environment

#: Adds to a client's own authorities, and what replaces them and so names a file that holds the system's too.
ADDS = "NODE_EXTRA_CA_CERTS"
REPLACES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")


@dataclass(frozen=True, kw_only=True)
class Shell:
    """How a shell sets and forgets a variable, and how it runs what we print."""

    set: Callable[[str, str], str]
    unset: Callable[[str], str]
    run: str


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _powershell(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_POSIX = Shell(
    set=lambda name, value: f"export {name}={shlex.quote(value)}",
    unset=lambda name: f"unset {name}",
    run='eval "$(idp-sim env{options})"',
)

SHELLS: Mapping[str, Shell] = {
    "bash": _POSIX,
    "zsh": _POSIX,
    "sh": _POSIX,
    "fish": Shell(
        set=lambda name, value: f"set -gx {name} {_fish(value)}",
        unset=lambda name: f"set -e {name}",
        run="idp-sim env --shell fish{options} | source",
    ),
    "powershell": Shell(
        set=lambda name, value: f"$Env:{name} = {_powershell(value)}",
        unset=lambda name: f"Remove-Item -ErrorAction SilentlyContinue Env:{name}",
        run="idp-sim env --shell powershell{options} | Out-String | Invoke-Expression",
    ),
    "dotenv": Shell(
        set=lambda name, value: f'{name}="{value}"',
        unset=lambda name: f"{name}=",
        run="idp-sim env --shell dotenv{options} > .env",
    ),
}


@examples(
    'eval "$(idp-sim env)"',
    "idp-sim env --shell fish | source",
    "idp-sim env --shell powershell | Out-String | Invoke-Expression",
    "idp-sim env --shell dotenv > .env",
    'eval "$(idp-sim env --unset)"',
)
@click.command("env")
@click.option("--shell", type=click.Choice(list(SHELLS)), help="Whose syntax; without it the one of SHELL.")
@click.option("--unset", is_flag=True, help="Lines that take the variables back.")
@with_server
def command(server: Server, *, shell: str | None, unset: bool) -> None:
    """Print the lines that a shell needs: address, control token, certificates.

    What replaces a client's own list of authorities names a file that holds the system's too, so that all other
    HTTPS goes on working.
    """
    name = shell or shell_of(environment())
    syntax = SHELLS[name]
    values = variables(server, environment())
    for variable, value in values.items():
        print(syntax.unset(variable) if unset else syntax.set(variable, value))
    if sys.stdout.isatty():  # a shell that runs the lines needs no advice
        remark(f"# Run it: {syntax.run.format(options=' --unset' if unset else '')}")


def variables(server: Server, env: Mapping[str, str]) -> dict[str, str]:
    """Names and values; over plain http there is nobody to trust.

    Authorities that ``env`` names already stay trusted.
    """
    values = {
        "IDP_SIM_BASE_URL": server.base_url,
        "IDP_SIM_CONTROL_TOKEN": str(server.document["control_token"]),
    }
    if files := of_document(server.ca_file):
        values |= {"IDP_SIM_CA_FILE": str(files.ca), ADDS: str(extended(files, env.get(ADDS), files.ca))}
        if files.bundle.is_file():
            values |= {name: str(extended(files, env.get(name), files.bundle)) for name in REPLACES}
    return values


def shell_of(env: Mapping[str, str]) -> str:
    """The shell that the environment names; on Windows without one it is PowerShell."""
    name = Path(env.get("SHELL", "")).name.removesuffix(".exe")
    if name in SHELLS:
        return name
    return "powershell" if "PSModulePath" in env and not name else "sh"
