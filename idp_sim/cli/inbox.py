"""``idp-sim inbox``: captured mail."""

from __future__ import annotations

import sys
from typing import Any

import click

from idp_sim.cli.client_options import known, with_server
from idp_sim.cli.groups import GroupWithDefault, examples
from idp_sim.cli.output import FAILED, Painter, fail, print_json, remark, table
from idp_sim.cli.server import Server

LONGEST_WAIT = 60.0

_TO = click.option(
    "--to",
    metavar="ADDRESS",
    shell_complete=known(("users", "user_principal_name"), ("guests", "mail")),
    help="Only mail to this address.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="The answer of the control API.")
_PART = click.option(
    "--print",
    "part",
    type=click.Choice(["text", "html", "link", "passcode"]),
    default="text",
    show_default=True,
    help="What of the mail to print.",
)


@examples(
    "idp-sim inbox",
    "idp-sim inbox show last",
    "idp-sim inbox wait --to otto@proseware.example --print passcode",
    "idp-sim inbox wait --to ben@fabrikam.example --print link",
)
@click.group("inbox", cls=GroupWithDefault, default="list")
def command() -> None:
    """Mail that the simulator captured instead of sending it: invitations and one-time passcodes.

    Without a subcommand it is listed.
    """


@command.command("list")
@_TO
@_JSON
@with_server
def list_messages(server: Server, *, to: str | None, as_json: bool) -> None:
    """List the mail, oldest first."""
    mails = server.control("GET", "inbox/messages", to=to)["value"]
    if as_json:
        print_json(mails)
    elif not mails:
        remark("The inbox is empty." if to is None else f"There is no mail to {to}.")
    else:
        cells = [
            (str(m["id"]), m["received"][:19], m["to"], m["subject"], m["passcode"] or ("link" if m["links"] else "-"))
            for m in mails
        ]
        print(table(("ID", "RECEIVED", "TO", "SUBJECT", "HOLDS"), cells, Painter(sys.stdout)))
        remark("One of them: idp-sim inbox show ID")


@command.command("show")
@click.argument("number", default="last", metavar="[ID|last]")
@_TO
@_PART
@_JSON
@with_server
def show(server: Server, *, number: str, to: str | None, part: str, as_json: bool) -> None:
    """Show one mail; without an id the newest."""
    mails = server.control("GET", "inbox/messages", to=to)["value"]
    found = mails[-1:] if number == "last" else [mail for mail in mails if str(mail["id"]) == number]
    if not found:
        whose = f" to {to}" if to else ""
        fail(f"there is no mail{whose}{'' if number == 'last' else f' with the id {number!r}'}.", status=FAILED)
    _print(found[0], part, as_json)


@command.command("wait")
@_TO
@click.option("--after", type=click.IntRange(0), metavar="ID", help="Only mail with a higher id.")
@click.option(
    "--timeout", type=click.FloatRange(0, LONGEST_WAIT), default=30, show_default=True, help="Seconds, 60 at most."
)
@_PART
@_JSON
@with_server
def wait(server: Server, *, to: str | None, after: int | None, timeout: float, part: str, as_json: bool) -> None:
    """Wait for a mail and show it; one that is already there counts. The exit status is 1 when none comes."""
    mails = server.control("GET", "inbox/messages", to=to, after=after, wait=timeout)["value"]
    if not mails:
        fail(f"no mail{f' to {to}' if to else ''} came within {timeout:g} s.", status=FAILED)
    _print(mails[-1], part, as_json)


@command.command("empty")
@with_server
def empty(server: Server) -> None:
    """Throw all mail away; ids go on counting."""
    server.control("DELETE", "inbox/messages")
    remark("The inbox is empty.")


def _print(mail: dict[str, Any], part: str, as_json: bool) -> None:
    if as_json:
        print_json(mail)
        return
    if part == "text":
        paint = Painter(sys.stdout)
        for name in ("from", "to", "subject", "received"):
            print(f"{paint(f'{name.capitalize()}:', 'bold')} {mail[name]}")
        print()
    value = mail["links"][0] if part == "link" and mail["links"] else mail.get(part)
    if not value:
        fail(f"mail {mail['id']}, '{mail['subject']}', holds no {part}.", status=FAILED)
    print(str(value).rstrip("\n"))
