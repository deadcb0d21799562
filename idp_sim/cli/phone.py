"""``idp-sim phone``: everybody's authenticator in one table."""

from __future__ import annotations

import sys

import click

from idp_sim.cli import authenticator
from idp_sim.cli.client_options import known, with_server
from idp_sim.cli.groups import examples
from idp_sim.cli.output import Painter, fail, print_json, remark, table
from idp_sim.cli.server import Server


@examples("idp-sim phone", "idp-sim phone ana@fabrikam.example", "idp-sim phone --messages")
@click.command("phone")
@click.argument("user", required=False, shell_complete=known(("users", "user_principal_name"), ("guests", "mail")))
@click.option("--messages", is_flag=True, help="Text messages, calls and push requests instead of codes.")
@click.option("--json", "as_json", is_flag=True)
@with_server
def command(server: Server, *, user: str | None, messages: bool, as_json: bool) -> None:
    """Show the authenticator codes of one person or of everybody, at the world's time.

    With --messages: what else reached the phones. Push requests are answered on the page /phone.
    """
    if messages:
        _show_messages(server, user, as_json=as_json)
        return
    ready = server.ready()
    try:
        accounts = authenticator.accounts_of(ready, user, None) if user else authenticator.accounts(ready)
    except authenticator.Unknown as error:
        fail(str(error))
    now, frozen = authenticator.time_of(server)
    if as_json:
        print_json([{"tenant": a.tenant, "user": a.address, "code": a.code(now), "guest": a.guest} for a in accounts])
        return
    if not accounts:
        remark("Nobody has registered an authenticator yet; one is registered at the first sign-in with MFA.")
        return
    cells = [(a.tenant, a.address, "guest" if a.guest else "member", a.code(now)) for a in accounts]
    print(table(("TENANT", "USER", "AS", "CODE"), cells, Painter(sys.stdout)))
    remark("The clock stands." if frozen else f"Valid for {authenticator.valid_for(now)} s.")


def _show_messages(server: Server, user: str | None, *, as_json: bool) -> None:
    found = server.control("GET", "phone/messages", user=user)["value"]
    if as_json:
        print_json(found)
        return
    if not found:
        remark("Nothing has reached the phones yet.")
        return
    cells = [
        (str(m["id"]), m["kind"], m["tenant"], m["user"], m["code"] or str(m["number"]), m["state"]) for m in found
    ]
    print(table(("ID", "KIND", "TENANT", "USER", "CODE OR NUMBER", "STATE"), cells, Painter(sys.stdout)))
