"""``idp-sim explain``: every decision of a sign-in, at both tenants, with its reason and source."""

from __future__ import annotations

import sys
import textwrap
from typing import Any

import click

from idp_sim.cli.client_options import with_server
from idp_sim.cli.groups import examples
from idp_sim.cli.output import FAILED, Painter, fail, print_json, remark, table
from idp_sim.cli.server import Server

#: Words for a sign-in that save looking up its id.
NEWEST = {"last": lambda _: True, "last-refused": lambda row: row["outcome"] != "success"}
LISTED = 10


@examples("idp-sim explain", "idp-sim explain last", "idp-sim explain last-refused", "idp-sim explain 5f0c --json")
@click.command("explain")
@click.argument("sign_in", required=False, metavar="[ID|last|last-refused]")
@click.option("--json", "as_json", is_flag=True, help="The answer of the control API.")
@with_server
def command(server: Server, *, sign_in: str | None, as_json: bool) -> None:
    """Tell why a sign-in ended as it did, rule by rule.

    The first characters of an id are enough; without any the newest sign-ins are listed.
    """
    if sign_in is None:
        _list(server, as_json)
        return
    wanted = _id_of(server, sign_in)
    explanation = server.control("GET", f"sign-ins/{wanted}/explanation")
    if as_json:
        print_json(explanation)
        return
    entry = server.control("GET", f"sign-ins/{explanation['id']}")
    print(_told(entry, explanation["decisions"], Painter(sys.stdout)))
    world = f"?world={server.world}" if server.world else ""
    remark(f"As a picture: {server.base_url}/explain/{explanation['id']}{world}")


def _list(server: Server, as_json: bool) -> None:
    rows = server.control("GET", "sign-ins")["value"]
    if as_json:
        print_json(rows)
        return
    if not rows:
        remark("Nobody has signed in yet. Try: idp-sim token --user ana@fabrikam.example --app portal")
        return
    cells = [
        (row["created"][:19], row["user"] or "-", row["application"], row["tenant"], _outcome(row), row["id"])
        for row in rows[:LISTED]
    ]
    print(table(("TIME", "USER", "APPLICATION", "TENANT", "OUTCOME", "ID"), cells, Painter(sys.stdout)))
    if len(rows) > LISTED:
        remark(f"The newest {LISTED} of {len(rows)}.")


def _outcome(row: dict[str, Any]) -> str:
    return f"AADSTS{row['code']}" if row["code"] else str(row["outcome"])


def _id_of(server: Server, given: str) -> str:
    if "-" in given and given not in NEWEST and len(given) == 36:
        return given
    rows = server.control("GET", "sign-ins")["value"]
    fits = NEWEST.get(given)
    found = [row["id"] for row in rows if (fits(row) if fits else row["id"].startswith(given.lower()))]
    if not found:
        what = "no sign-in yet" if fits else f"no sign-in whose id begins with '{given}'"
        fail(f"there is {what}; 'idp-sim explain' lists the newest.", status=FAILED if fits else 2)
    if fits is None and len(found) > 1:
        fail(f"{len(found)} sign-ins have an id that begins with '{given}': {', '.join(found[:3])} ...")
    return str(found[0])


def _told(entry: dict[str, Any], decisions: list[dict[str, Any]], paint: Painter) -> str:
    error = entry["error"]
    ended = f"refused: AADSTS{error['code']} {error['name']}: {error['message']}" if error else entry["outcome"]
    title = f"{entry['user'] or 'somebody unknown'} to {entry['application']} ({entry['tenant']})"
    parts = [
        paint(title, "bold"),
        f"{entry['created'][:19]}Z  {paint(ended, 'red' if error else 'green')}",
        f"id {entry['id']}, correlation id {entry['correlation_id']}",
    ]
    for number, decision in enumerate(decisions, 1):
        head = f"{number:>3}. {decision['tenant']}: {decision['rule']} = {decision['result']}"
        reason = textwrap.fill(
            decision["reason"], 100, initial_indent="     ", subsequent_indent="     ", break_on_hyphens=False
        )
        parts.append(f"{paint(head, 'cyan')}\n{reason}\n{paint('     ' + decision['source'], 'dim')}")
    return "\n".join(parts)
