"""``idp-sim totp``: the code that somebody's authenticator shows now."""

from __future__ import annotations

import click

from idp_sim.cli import authenticator
from idp_sim.cli.client_options import known, with_server
from idp_sim.cli.groups import examples
from idp_sim.cli.output import fail, print_json, remark
from idp_sim.cli.server import Server


@examples("idp-sim totp ana@fabrikam.example", "idp-sim totp omar", "idp-sim totp nora --tenant contoso")
@click.command("totp")
@click.argument("user", shell_complete=known(("users", "user_principal_name"), ("guests", "mail")))
@click.option(
    "--tenant",
    metavar="NAME",
    shell_complete=known(("tenants", "name")),
    help="Where it was registered; without it at home, else where the person is a guest.",
)
@click.option("--json", "as_json", is_flag=True, help="Code, tenant and seconds left.")
@with_server
def command(server: Server, *, user: str, tenant: str | None, as_json: bool) -> None:
    """Print the current code of a person's authenticator, at the world's time.

    USER is an address, or the part before the @ where only one person has it.
    """
    try:
        account, *others = authenticator.accounts_of(server.ready(), user, tenant)
    except authenticator.Unknown as error:
        fail(str(error))
    now, frozen = authenticator.time_of(server)
    code, seconds = account.code(now), authenticator.valid_for(now)
    if as_json:
        print_json({"code": code, "user": account.address, "tenant": account.tenant, "valid_for": seconds})
        return
    print(code)
    lasts = "as long as the clock stands" if frozen else f"for {seconds} s"
    elsewhere = f"; also registered at {', '.join(a.tenant for a in others)} (--tenant)" if others else ""
    remark(f"{account.address} at {account.tenant}, {lasts}{elsewhere}.")
