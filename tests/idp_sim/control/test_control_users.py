"""People made, changed and deleted through the control API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from idp_sim.control.messages import Person
from idp_sim.directory.audit import DirectoryAudit
from idp_sim.directory.model import Credentials, Invitation, User
from tests.control_world import ControlWorld

DORA = {"tenant": "fabrikam", "user_principal_name": "dora@fabrikam.example"}


@pytest.fixture
def sim() -> Iterator[ControlWorld]:
    simulator = ControlWorld()
    yield simulator
    simulator.close()


def ready_user(sim: ControlWorld, name: str) -> dict[str, Any] | None:
    return next((u for u in sim.ask("GET", "/_sim/ready").json["users"] if u["user_principal_name"] == name), None)


def test_a_new_person_stands_in_the_ready_document_with_everything_given(sim: ControlWorld) -> None:
    given = {
        **DORA,
        "password": "Dora-1",
        "display_name": "Dora Novak",
        "mfa": "always",
        "phone": "+31 6 1234",
        "totp_secret": "jbsw y3dp ehpk 3pxp",
        "attributes": {"department": "Sales", "jobTitle": "Clerk"},
    }
    answer = sim.ask("POST", "/_sim/users", given)
    assert answer.status == 201
    person = msgspec.convert(answer.json, Person)
    assert person.totp_secret == "JBSWY3DPEHPK3PXP"
    assert person.attributes["department"] == "Sales"
    assert person.attributes["surname"] == "Novak"
    entry = ready_user(sim, "dora@fabrikam.example")
    assert entry == {key: answer.json[key] for key in entry}


def test_what_is_needed_to_sign_in_is_made_when_it_is_not_given(sim: ControlWorld) -> None:
    person = sim.ask("POST", "/_sim/users", {**DORA, "mfa": "registered"}).json
    assert len(person["password"]) >= 12
    assert len(person["totp_secret"]) == 32
    assert person["display_name"] == "dora"
    other = sim.ask("POST", "/_sim/users", {**DORA, "user_principal_name": "eva@fabrikam.example", "password": None})
    assert (other.json["password"], other.json["mfa"], other.json["totp_secret"]) == (None, "none", None)


def test_a_secret_alone_means_registered(sim: ControlWorld) -> None:
    assert sim.ask("POST", "/_sim/users", {**DORA, "totp_secret": "JBSWY3DPEHPK3PXP"}).json["mfa"] == "registered"


@pytest.mark.parametrize(
    ("change", "status", "expected"),
    [
        pytest.param({"tenant": "fabricam"}, 404, "tenant 'fabricam'", id="unknown tenant"),
        pytest.param(
            {"user_principal_name": "dora@contoso.example"},
            400,
            "expected a name in the tenant's domains",
            id="a name in another tenant's domain",
        ),
        pytest.param({"user_principal_name": "dora"}, 400, "is not a valid user name", id="no address"),
        pytest.param(
            {"user_principal_name": "ANA@fabrikam.example"},
            409,
            "another user of 'fabrikam' has that name",
            id="taken, in another case",
        ),
        pytest.param({"mfa": "sometimes"}, 400, "expected one of always, registered, none", id="unknown mfa"),
        pytest.param({"totp_secret": "not base32!"}, 400, "totp_secret: expected a base32 secret", id="no base32"),
        pytest.param(
            {"totp_secret": "ABCDEFGHI"}, 400, "totp_secret: expected a base32 secret", id="a length of no bytes"
        ),
        pytest.param(
            {"mfa": "none", "totp_secret": "JBSWY3DPEHPK3PXP"},
            400,
            "mfa: expected 'registered' or 'always'",
            id="a secret and no mfa",
        ),
        pytest.param({"attributes": {"shoeSize": "7"}}, 400, "attributes.shoeSize: unknown attribute", id="attribute"),
        pytest.param({"pasword": "x"}, 400, "did you mean 'password'?", id="typo"),
    ],
)
def test_a_person_who_can_not_be_is_refused_and_nothing_is_written(
    sim: ControlWorld, change: dict[str, object], status: int, expected: str
) -> None:
    before = sim.ask("GET", "/_sim/ready").json
    answer = sim.ask("POST", "/_sim/users", {**DORA, **change})
    assert answer.status == status
    assert expected in answer.message
    assert sim.ask("GET", "/_sim/ready").json == before


def test_only_what_is_given_changes(sim: ControlWorld) -> None:
    cleo = ready_user(sim, "cleo@fabrikam.example")
    assert cleo is not None
    changed = sim.ask("PATCH", f"/_sim/users/{cleo['id']}", {"password": "New-1", "attributes": {"country": "NL"}})
    assert changed.status == 200
    assert changed.json["password"] == "New-1"
    assert changed.json["attributes"]["country"] == "NL"
    assert {k: changed.json[k] for k in cleo if k != "password"} == {k: cleo[k] for k in cleo if k != "password"}


def test_renaming_moves_the_sign_in_name_and_never_to_a_taken_one(sim: ControlWorld) -> None:
    cleo = ready_user(sim, "cleo@fabrikam.example")
    assert cleo is not None
    path = f"/_sim/users/{cleo['id']}"
    assert sim.ask("PATCH", path, {"user_principal_name": "ana@fabrikam.example"}).status == 409
    assert sim.ask("PATCH", path, {"user_principal_name": "cleopatra@fabrikam.example"}).status == 200
    assert ready_user(sim, "cleo@fabrikam.example") is None


def test_a_new_password_ends_a_lock_out(sim: ControlWorld) -> None:
    ana = ready_user(sim, "ana@fabrikam.example")
    assert ana is not None
    tenant = sim.worlds.tenant_named("default", "fabrikam").id
    now = sim.ports.clocks.now("default")
    locked = Credentials(user=ana["id"], password="old", failed_passwords=10, locked_until=now)
    sim.storage.put("default", tenant, locked)
    sim.ask("PATCH", f"/_sim/users/{ana['id']}", {"password": "New-1"})
    kept = sim.storage.get("default", tenant, Credentials, ana["id"])
    assert (kept.password, kept.failed_passwords, kept.locked_until) == ("New-1", 0, None)


def test_deleting_a_guest_withdraws_the_invitation_and_leaves_the_person_at_home(sim: ControlWorld) -> None:
    ready = sim.ask("GET", "/_sim/ready").json
    ben = next(guest for guest in ready["guests"] if guest["mail"] == "ben@fabrikam.example")
    contoso = sim.worlds.tenant_named("default", "contoso").id
    assert sim.storage.find("default", contoso, Invitation, user=ben["id"])
    assert sim.ask("DELETE", f"/_sim/users/{ben['id']}").status == 204
    assert not sim.storage.find("default", contoso, Invitation, user=ben["id"])
    assert not sim.storage.find("default", contoso, User, mail="ben@fabrikam.example")
    assert ready_user(sim, "ben@fabrikam.example") is not None
    assert sim.ask("DELETE", f"/_sim/users/{ben['id']}").status == 404


def test_changes_of_people_are_rows_of_their_directorys_log(sim: ControlWorld) -> None:
    user = sim.ask("POST", "/_sim/users", DORA).json["id"]
    sim.ask("PATCH", f"/_sim/users/{user}", {"password": "Dora-2", "account_enabled": False})
    sim.ask("DELETE", f"/_sim/users/{user}")
    rows = [row for row in audits(sim) if user in {target.id for target in row.targets}]
    assert [row.activity for row in rows] == [
        "Add user",
        "Update user",
        "Disable account",
        "Reset password",
        "Delete user",
    ]
    assert {row.initiated_by.application_name for row in rows} == {"idp-sim control API"}


def test_a_change_that_is_refused_leaves_no_row(sim: ControlWorld) -> None:
    before = audits(sim)
    assert sim.ask("POST", "/_sim/users", {**DORA, "user_principal_name": "ana@fabrikam.example"}).status == 409
    assert audits(sim) == before


def audits(sim: ControlWorld) -> list[DirectoryAudit]:
    """The log of the home tenant, oldest row first."""
    tenant = next(t for t in sim.ask("GET", "/_sim/ready").json["tenants"] if t["name"] == "fabrikam")
    return sim.ports.storage.find("default", tenant["id"], DirectoryAudit)
