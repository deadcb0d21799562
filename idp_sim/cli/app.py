"""``idp-sim app``: applications of the running simulator, and their settings for client libraries."""

from __future__ import annotations

import sys
from typing import Any

import click

from idp_sim.cli.client_options import known, no_such, with_server
from idp_sim.cli.groups import SuggestingGroup, examples
from idp_sim.cli.output import Painter, fail, print_json, remark, table
from idp_sim.cli.server import Refused, Server
from idp_sim.client_settings import LIBRARIES, ClientSettings, snippets

#: Keys of the control API, as the options are called.
OPTIONS = {"redirect_uris": "--redirect-uri", "name": "--name", "tenant": "--tenant"}

#: ``--type`` -> the platform of its redirect URIs, in Entra's words.
PLATFORMS = {"web": "web", "spa": "spa", "native": "publicClient"}

_TENANT = click.option(
    "--tenant",
    metavar="NAME",
    shell_complete=known(("tenants", "name")),
    help="Whose application; without it the resource tenant's.",
)
_FOR = click.option(
    "--for",
    "libraries",
    multiple=True,
    type=click.Choice([key for key, *_ in LIBRARIES]),
    help="Only the settings for this library; may be repeated.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="The values alone.")


@examples(
    "idp-sim app list",
    "idp-sim app show portal --for msal-python",
    "idp-sim app add --redirect-uri http://localhost:3000/auth/callback",
    "idp-sim app add --type spa --redirect-uri http://localhost:5173 --name my-spa",
)
@click.group("app", cls=SuggestingGroup)
def command() -> None:
    """Applications: list them, register one, and print what its library must know."""


@command.command("list")
@_JSON
@with_server
def list_applications(server: Server, *, as_json: bool) -> None:
    """List all applications."""
    rows = server.ready()["applications"]
    if as_json:
        print_json(rows)
        return
    cells = [(r["tenant"], r["name"], r["client_id"], ", ".join(r["redirect_uris"]) or "-") for r in rows]
    print(table(("TENANT", "NAME", "CLIENT ID", "REDIRECT URIS"), cells, Painter(sys.stdout)))


@command.command("show")
@click.argument("name", shell_complete=known(("applications", "name")))
@_TENANT
@_FOR
@_JSON
@with_server
def show(server: Server, *, name: str, tenant: str | None, libraries: tuple[str, ...], as_json: bool) -> None:
    """Print the settings of an application, by name or client id."""
    ready = server.ready()
    owner = _tenant(ready, tenant)
    rows = [row for row in ready["applications"] if row["tenant"] == owner["name"]]
    found = next((row for row in rows if name.lower() in (row["name"].lower(), row["client_id"])), None)
    if found is None:
        fail(f"{no_such('application', name, [row['name'] for row in rows])} (tenant {owner['name']})")
    _print(server, owner, found, libraries, as_json)


@command.command("add")
@click.option("--redirect-uri", "uris", multiple=True, required=True, metavar="URL", help="May be repeated.")
@click.option("--name", default="my-app", show_default=True, help="What it is called.")
@click.option(
    "--type",
    "kind",
    type=click.Choice(list(PLATFORMS)),
    default="web",
    show_default=True,
    help="web has a client secret; spa and native have none.",
)
@_TENANT
@_FOR
@_JSON
@with_server
def add(
    server: Server,
    *,
    uris: tuple[str, ...],
    name: str,
    kind: str,
    tenant: str | None,
    libraries: tuple[str, ...],
    as_json: bool,
) -> None:
    """Register an application, and print the settings for its library."""
    owner = _tenant(server.ready(), tenant)
    wanted = {"tenant": owner["name"], "name": name, "redirect_uris": list(uris), "platform": PLATFORMS[kind]}
    try:
        made = server.control("POST", "applications", wanted)
    except Refused as error:
        key, colon, rest = error.message.partition(": ")
        raise Refused(error.status, f"{OPTIONS.get(key, key)}{colon}{rest}") from None
    _print(server, owner, made, libraries, as_json)
    remark(
        f"Try it: idp-sim token --tenant {owner['name']} --user ADDRESS --app {made['name']}",
        "It lives until 'idp-sim reset'; write it into a scenario file to keep it.",
    )


def _tenant(ready: dict[str, Any], name: str | None) -> dict[str, Any]:
    tenants = ready["tenants"]
    if name is None:
        return next((row for row in tenants if row["role"] == "resource"), tenants[0])
    found = next((row for row in tenants if name.lower() in (row["name"], row["id"], *row["domains"])), None)
    return found or fail(no_such("tenant", name, [row["name"] for row in tenants]))


def _print(
    server: Server, owner: dict[str, Any], row: dict[str, Any], libraries: tuple[str, ...], as_json: bool
) -> None:
    settings = ClientSettings(
        base_url=server.base_url,
        tenant_id=owner["id"],
        client_id=row["client_id"],
        client_secret=row["client_secret"],
        redirect_uri=next(iter(row["redirect_uris"]), None),
        ca_file=server.ca_file,
    )
    if as_json:
        print_json({**row, "authority": settings.authority, "issuer": settings.issuer, "ca_file": settings.ca_file})
        return
    paint = Painter(sys.stdout)
    chosen = [snippet for snippet in snippets(settings) if not libraries or snippet.key in libraries]
    for number, snippet in enumerate(chosen):
        if len(libraries) != 1:
            print(("\n" if number else "") + paint(f"# {snippet.title} ({snippet.key})", "cyan", "bold"))
        print(snippet.text, end="")
