"""What the commands ask a running simulator, and what they say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from idp_sim.cli.authenticator import totp, valid_for
from idp_sim.cli.clock import iso_duration
from idp_sim.services.totp import totp_at
from tests.command_line import Run, answered, ended, runner
from tests.simulator import World

ANA, BEN, NORA = "ana@fabrikam.example", "ben@fabrikam.example", "nora@northwind.example"
NOON = datetime(2030, 1, 31, 12, 0, 5, tzinfo=UTC)


@pytest.fixture
def run(world: World, tmp_path: Path) -> Run:
    return runner(world, tmp_path)


def invite(world: World, address: str) -> None:
    body = {"invitedUserEmailAddress": address, "inviteRedirectUrl": "https://portal.contoso.example/welcome"}
    world.graph("POST", "/invitations", {**body, "sendInvitationMessage": True}, expect=201)


# --- token and explain ------------------------------------------------------------------------------


def test_a_token_response_is_what_token_prints(run: Run, world: World) -> None:
    tokens = json.loads(answered(run("token", "--tenant", "contoso", "--user", ANA, "--app", "portal")))
    assert tokens["token_type"] == "Bearer"
    assert world.claims(tokens["id_token"])["tid"] == world.tenant_id("contoso")


def test_a_part_of_the_answer_can_be_printed_alone(run: Run, world: World) -> None:
    wanted = ("token", "--user", ANA, "--app", "portal", "--print")
    assert json.loads(answered(run(*wanted, "claims")))["tid"] == world.tenant_id("contoso")
    assert len(answered(run(*wanted, "access_token")).strip().split(".")) == 3
    assert "fabrikam: password" in answered(run(*wanted, "steps"))


def test_a_pending_guest_redeems_on_request(run: Run) -> None:
    wanted = ("token", "--user", BEN, "--app", "portal")
    ended(run(*wanted), 1, "interrupted: AADSTS50014", "idp-sim explain ")
    answered(run(*wanted, "--redeem"))
    answered(run(*wanted))


def test_a_refused_sign_in_is_status_one_with_its_code(run: Run) -> None:
    ended(run("token", "--user", "cleo@fabrikam.example", "--app", "portal"), 1, "refused: AADSTS50020")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(
            ["--user", ANA, "--app", "portl"],
            "--app: there is no application 'portl' in 'contoso'; did you mean 'portal'?",
            id="application",
        ),
        pytest.param(["--user", ANA, "--app", "portal", "--tenant", "x"], "tenant 'x'", id="tenant"),
        pytest.param(["--user", ANA, "--app", "portal", "--ip-address", "x"], "--ip-address: expected", id="address"),
        pytest.param(["--app", "portal"], "Missing option '--user'", id="nobody"),
    ],
)
def test_a_wrong_name_is_status_two(run: Run, arguments: list[str], sentence: str) -> None:
    ended(run("token", *arguments), 2, sentence)


def test_explain_tells_every_decision_of_the_newest_sign_in(run: Run) -> None:
    assert "Nobody has signed in yet" in run("explain").stderr
    ended(run("explain", "last"), 1, "there is no sign-in yet")
    answered(run("token", "--user", ANA, "--app", "portal"))
    told = answered(run("explain", "last"))
    assert f"{ANA} to portal (contoso)" in told
    assert "contoso: inbound_trust = mfa_accepted" in told
    assert "fabrikam: outbound = allowed" in told
    assert "entra-sign-in" in told


def test_explain_takes_the_beginning_of_an_id(run: Run) -> None:
    run("token", "--user", "cleo@fabrikam.example", "--app", "portal")
    answered(run("token", "--user", ANA, "--app", "portal"))
    rows = json.loads(answered(run("explain", "--json")))
    for row in rows:
        assert json.loads(answered(run("explain", row["id"][:12], "--json")))["id"] == row["id"]
    assert "AADSTS50020" in answered(run("explain", "last-refused"))
    assert "AADSTS50020" in answered(run("explain"))
    ended(run("explain", "zzz"), 2, "no sign-in whose id begins with 'zzz'")


# --- mail -------------------------------------------------------------------------------------------


def test_the_inbox_is_listed_and_one_mail_is_shown(run: Run, world: World) -> None:
    assert "The inbox is empty." in run("inbox").stderr
    ended(run("inbox", "show"), 1, "there is no mail.")
    invite(world, "cleo@fabrikam.example")
    invite(world, "otto2@proseware.example")
    listed = answered(run("inbox"))
    assert "cleo@fabrikam.example" in listed
    assert "otto2@proseware.example" in listed
    assert "To: otto2@proseware.example" in answered(run("inbox", "show", "last"))
    assert "To: cleo@fabrikam.example" in answered(run("inbox", "show", "1"))
    ended(run("inbox", "show", "77"), 1, "no mail with the id '77'")


def test_wait_prints_what_a_script_needs_of_a_mail(run: Run, world: World) -> None:
    invite(world, "cleo@fabrikam.example")
    link = answered(run("inbox", "wait", "--to", "Cleo@fabrikam.example", "--print", "link"))
    assert link.startswith(f"{world.base_url}/redeem")
    ended(run("inbox", "wait", "--to", "cleo@fabrikam.example", "--print", "passcode"), 1, "holds no passcode")
    ended(run("inbox", "wait", "--to", "x@y.example", "--timeout", "0"), 1, "no mail to x@y.example came within 0 s")


def test_an_emptied_inbox_is_empty(run: Run, world: World) -> None:
    invite(world, "cleo@fabrikam.example")
    answered(run("inbox", "empty"))
    assert json.loads(answered(run("inbox", "list", "--json"))) == []


# --- authenticators ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the RFC's test key in base32
    assert totp(secret, datetime.fromtimestamp(seconds, UTC)) == code


@pytest.mark.parametrize("person", [ANA, "ANA@fabrikam.example", "ana"])
def test_totp_is_the_code_of_the_worlds_time(run: Run, world: World, person: str) -> None:
    world.freeze(NOON)
    result = run("totp", person)
    assert answered(result).strip() == totp_at(world.user(ANA)["totp_secret"], NOON)
    assert "fabrikam, as long as the clock stands" in result.stderr
    assert valid_for(NOON) == 25


def test_a_guests_authenticator_is_found_where_it_was_registered(run: Run, world: World) -> None:
    world.freeze(NOON)
    ended(run("totp", NORA), 2, "has no authenticator")
    answered(run("token", "--user", NORA, "--app", "portal"))
    answer = json.loads(answered(run("totp", "nora", "--tenant", "contoso", "--json")))
    assert (answer["tenant"], answer["valid_for"]) == ("contoso", 25)
    ended(run("totp", "nora", "--tenant", "northwind"), 2, "no authenticator registered at northwind")


def test_somebody_unknown_is_named_with_the_nearest(run: Run) -> None:
    ended(run("totp", "anna"), 2, "there is no person 'anna'; did you mean 'ana'?")


def test_the_phone_shows_what_reached_it(run: Run, world: World) -> None:
    body = {"tenant": "contoso", "user": "nora@northwind.example", "application": "portal", "mfa_method": "sms"}
    world.control("POST", "sign-ins", body)
    (message,) = world.control("GET", "phone/messages", user="nora@northwind.example")["value"]
    row = answered(run("phone", "nora@northwind.example", "--messages")).splitlines()[1].split()
    assert row == [str(message["id"]), "sms", "contoso", "nora@northwind.example", message["code"], "sent"]


def test_the_phone_shows_everybodys_codes(run: Run, world: World) -> None:
    world.freeze(NOON)
    table = answered(run("phone"))
    for user in world.ready["users"]:
        assert (user["user_principal_name"] in table) == bool(user["totp_secret"])
    assert answered(run("phone", "ana")).splitlines()[1].split() == [
        "fabrikam",
        ANA,
        "member",
        totp_at(world.user(ANA)["totp_secret"], NOON),
    ]


# --- time, reset, worlds ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("31d", "P31D"), ("1h30m", "PT1H30M"), ("2w", "P2W"), ("1d12h", "P1DT12H"), ("45S", "PT45S"),
        ("P31D", "P31D"), ("soon", "soon"), ("", ""), ("5", "5"),
    ],
)  # fmt: skip
def test_short_durations_become_iso_8601(typed: str, sent: str) -> None:
    assert iso_duration(typed) == sent


def test_the_clock_is_shown_set_advanced_and_stopped(run: Run, world: World) -> None:
    assert answered(run("clock", "freeze")).endswith("frozen\n")
    assert answered(run("clock", "set", "2030-01-31T12:00:05Z")) == "2030-01-31T12:00:05Z  frozen\n"
    assert answered(run("clock", "advance", "31d")) == "2030-03-03T12:00:05Z  frozen\n"
    assert answered(run("clock")) == "2030-03-03T12:00:05Z  frozen\n"
    assert json.loads(answered(run("clock", "show", "--json")))["frozen"] is True
    assert answered(run("clock", "run")).endswith("running\n")
    ended(run("clock", "advance", "soon"), 2, "advance: expected an ISO 8601 duration")
    ended(run("clock", "set", "noon"), 2, "set: expected a time with its offset")


def test_reset_makes_the_world_its_scenario_again(run: Run, world: World) -> None:
    invite(world, "cleo@fabrikam.example")
    assert f"The world '{world.id}' is the scenario 'contoso' again" in answered(run("reset"))
    assert json.loads(answered(run("inbox", "list", "--json"))) == []


def test_an_unknown_world_is_named(run: Run) -> None:
    ended(run("clock", "--world", "nowhere"), 2, "nowhere")
    ended(run("reset", "--world", "nowhere"), 2, "nowhere")


# --- applications -----------------------------------------------------------------------------------


def test_the_settings_of_an_application_are_printed_for_a_library(run: Run, world: World) -> None:
    portal = world.application("portal")
    text = answered(run("app", "show", "portal", "--for", "msal-python"))
    assert portal["client_id"] in text
    assert f"{world.base_url}/{world.tenant_id('contoso')}" in text
    assert "instance_discovery=False" in text
    everything = answered(run("app", "show", portal["client_id"]))
    for library in ("MSAL for Python", "openid-client", "Spring Security", "ASP.NET Core"):
        assert library in everything


def test_applications_are_listed(run: Run) -> None:
    assert "portal" in answered(run("app", "list"))
    ended(run("app", "show", "portl"), 2, "there is no application 'portl'; did you mean 'portal'?")
    ended(run("app", "show", "portal", "--tenant", "fabricam"), 2, "did you mean 'fabrikam'?")


@pytest.mark.parametrize(("kind", "platform"), [("web", "web"), ("spa", "spa"), ("native", "publicClient")])
def test_an_added_application_signs_people_in(run: Run, kind: str, platform: str) -> None:
    uri = "http://localhost:3000/auth/callback"
    added = ("app", "add", "--redirect-uri", uri, "--name", "mine", "--type", kind, "--json")
    made = json.loads(answered(run(*added)))
    assert (made["name"], made["redirect_uris"], bool(made["client_secret"])) == ("mine", [uri], kind == "web")
    assert made["authority"].endswith(made["issuer"].split("/")[-2])
    tokens = json.loads(answered(run("token", "--user", ANA, "--app", "mine", "--print", "claims")))
    assert tokens["aud"] == made["client_id"]


def test_what_app_add_prints_can_be_pasted(run: Run) -> None:
    result = run("app", "add", "--redirect-uri", "http://localhost:3000/cb")
    for library in ("msal.ConfidentialClientApplication(", "openid-client", "issuer-uri:", "AddOpenIdConnect"):
        assert library in answered(result)
    assert "idp-sim token --tenant contoso --user ADDRESS --app my-app" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["--redirect-uri", "callback"], "--redirect-uri: expected an absolute URL", id="no URL"),
        pytest.param(["--redirect-uri", "http://app.example/cb"], "expected https, or http on localhost", id="http"),
        pytest.param(["--redirect-uri", "https://*.example/cb"], "without wildcard", id="wildcard"),
        pytest.param(["--redirect-uri", "https://a.example/#x"], "fragment", id="fragment"),
        pytest.param(["--redirect-uri", "app://cb"], "for the platform web", id="scheme of its own"),
        pytest.param(["--redirect-uri", "https://[/cb"], "expected an absolute URL", id="odd host"),
        pytest.param(
            ["--redirect-uri", "https://a.example/cb", "--name", "portal"],
            "--name: there is an application 'portal' in 'contoso' already",
            id="name taken",
        ),
        pytest.param(
            ["--redirect-uri", "https://a.example/cb", "--name", "a b"], "--name: expected letters", id="name"
        ),
    ],
)
def test_an_application_that_cannot_be_is_told(run: Run, arguments: list[str], sentence: str) -> None:
    ended(run("app", "add", *arguments), 2, sentence)
