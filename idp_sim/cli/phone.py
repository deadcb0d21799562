"""``idp-sim phone``: everybody's authenticator in one table."""

from __future__ import annotations

import sys

import click

from idp_sim.cli import authenticator
from idp_sim.cli.client_options import known, with_server
from idp_sim.cli.groups import examples
from idp_sim.cli.output import Painter, fail, print_json, remark, table
from idp_sim.cli.server import Server


@examples("idp-sim phone", "idp-sim phone ana@fabrikam.example")
@click.command("phone")
@click.argument("user", required=False, shell_complete=known(("users", "user_principal_name"), ("guests", "mail")))
@click.option("--json", "as_json", is_flag=True)
@with_server
def command(server: Server, *, user: str | None, as_json: bool) -> None:
    """Show the authenticator codes of one person or of everybody, at the world's time.

    Text messages and push approvals are not simulated yet; authenticator codes are the second factor there is.
    """
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
