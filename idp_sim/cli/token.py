"""``idp-sim token``: a headless sign-in; the token response on stdout."""

from __future__ import annotations

from typing import Any

import click

from idp_sim.cli.client_options import known, with_server
from idp_sim.cli.groups import examples
from idp_sim.cli.output import FAILED, fail, print_json, remark
from idp_sim.cli.server import Refused, Server

#: ``--print`` -> what of the answer is printed.
PARTS = ("response", "access_token", "id_token", "claims", "access_token_claims", "steps")

#: Keys of the control API, as the options are called.
OPTIONS = {"application": "--app", "tenant": "--tenant", "user": "--user", "ip_address": "--ip-address"}


@examples(
    "idp-sim token --user ana@fabrikam.example --app portal",
    "idp-sim token --user ben@fabrikam.example --app portal --redeem --print claims",
    'curl --cacert "$(idp-sim ca path)" -H "Authorization: Bearer $(idp-sim token \\',
    '    --user omar@contoso.example --app portal --scope User.Read --print access_token)" \\',
    '    "$IDP_SIM_BASE_URL/v1.0/me"',
)
@click.command("token")
@click.option(
    "--tenant",
    metavar="NAME",
    shell_complete=known(("tenants", "name")),
    help="Whose application it is; without it the resource tenant.",
)
@click.option(
    "--user",
    required=True,
    metavar="ADDRESS",
    shell_complete=known(("users", "user_principal_name"), ("guests", "mail")),
    help="Who signs in: user name, or a guest's mail address.",
)
@click.option("--app", required=True, metavar="NAME", shell_complete=known(("applications", "name")), help="For what.")
@click.option("--scope", default="openid profile email", show_default=True, help="Scopes, separated by spaces.")
@click.option("--redeem", is_flag=True, help="Open the guest's pending invitation first.")
@click.option("--no-mfa", is_flag=True, help="Stop where a second factor is wanted.")
@click.option("--ip-address", metavar="IP", help="Where the person seems to be.")
@click.option("--print", "part", type=click.Choice(PARTS), default="response", show_default=True, help="What to print.")
@with_server
def command(
    server: Server,
    *,
    tenant: str | None,
    user: str,
    app: str,
    scope: str,
    redeem: bool,
    no_mfa: bool,
    ip_address: str | None,
    part: str,
) -> None:
    """Sign somebody in through the very steps of a browser, and print the token response.

    Password, authenticator code, mailed passcode and consent are given as the person would. A sign-in that is
    refused or needs a person is exit status 1, with its AADSTS code on stderr.
    """
    wanted = {
        "tenant": tenant or _resource_tenant(server),
        "user": user,
        "application": app,
        "scope": scope,
        "redeem": redeem,
        "mfa": not no_mfa,
        **({"ip_address": ip_address} if ip_address else {}),
    }
    try:
        result = server.control("POST", "sign-ins", wanted)
    except Refused as error:
        key, colon, rest = error.message.partition(": ")
        raise Refused(error.status, f"{OPTIONS.get(key, key)}{colon}{rest}") from None
    if part == "steps":
        _print_steps(result)
    if result["outcome"] != "success":
        _fail(result)
    elif part != "steps":
        _print(result, part)


def _print(result: dict[str, Any], part: str) -> None:
    whole = {
        "response": result["tokens"],
        "claims": result["id_token_claims"],
        "access_token_claims": result["access_token_claims"],
    }
    if part in whole:
        print_json(whole[part])
        return
    token = (result["tokens"] or {}).get(part)
    if token is None:
        scope = " Ask for the scope openid." if part == "id_token" else ""
        fail(f"the token response holds no {part}.{scope}")
    print(token)


def _print_steps(result: dict[str, Any]) -> None:
    for step in result["steps"]:
        print(f"{step['tenant']}: {step['step']}: {step['detail']}")


def _fail(result: dict[str, Any]) -> None:
    error = result["error"] or {"code": 0, "name": result["outcome"], "message": "something only a person can do"}
    number = f"AADSTS{error['code']} " if error["code"] else ""
    remark(f"Every decision: idp-sim explain {result['id']}")
    fail(f"the sign-in was {result['outcome']}: {number}{error['name']}: {error['message']}", status=FAILED)


def _resource_tenant(server: Server) -> str:
    tenants = server.ready()["tenants"]
    names = [tenant["name"] for tenant in tenants if tenant["role"] == "resource"]
    if len(names) != 1:
        raise click.UsageError(f"Missing option '--tenant'; there are: {', '.join(t['name'] for t in tenants)}.")
    return str(names[0])
