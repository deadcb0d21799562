"""The shipped scenarios are what other people's checks rely on (product.md 3)."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from federation.cross_tenant_access import CrossTenantAccessConfiguration
from federation.openid_provider import OpenIdProvider
from idp_sim.adapters.ids import RandomIds
from idp_sim.applications.first_party import GRAPH_ID
from idp_sim.applications.graph_permissions import APPLICATION_PERMISSIONS
from idp_sim.applications.model import Application, AppRoleAssignment, OAuth2PermissionGrant
from idp_sim.conditional_access.model import ConditionalAccessPolicy, PolicyState
from idp_sim.directory.model import Invitation, User
from idp_sim.scenario import library
from idp_sim.services.secrets_at_rest import digest
from idp_sim.tenants.endpoints import sts_issuer
from idp_sim.tenants.model import Tenant
from tests.control_world import BASE_URL, LOADER, ControlWorld

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
ENTRA_TENANTS = {"contoso", "fabrikam", "northwind"}
OTHER_HOMES = {"adatum": "saml", "tailspin": "adfs", "gmail": "google", "outlook": "microsoft_account"}


def records(name: str = "contoso", world: str = "default") -> list[tuple[str, object]]:
    return LOADER.records(name, world=world, ids=RandomIds(), base_url=BASE_URL, now=NOW)


def of_type(kind: type, world: str = "default", name: str = "contoso") -> list[Any]:
    return [record for _, record in records(name, world) if isinstance(record, kind)]


@pytest.fixture(scope="module")
def ready() -> Iterator[dict[str, Any]]:
    simulator = ControlWorld()
    yield simulator.ask("GET", "/_sim/ready").json
    simulator.close()


@pytest.mark.parametrize("name", library.names())
def test_every_shipped_scenario_has_no_mistake_and_is_named_like_its_file(name: str) -> None:
    assert LOADER.load(name).name == name


def test_contoso_uninvited_and_minimal_are_shipped() -> None:
    assert {"contoso", "minimal", "uninvited"} <= set(library.names())


def test_every_home_of_the_default_scenario_is_of_its_kind(ready: dict[str, Any]) -> None:
    kinds = {tenant["name"]: tenant["kind"] for tenant in ready["tenants"]}
    assert kinds == {**dict.fromkeys(ENTRA_TENANTS, "entra"), **OTHER_HOMES}
    assert [t["name"] for t in ready["tenants"] if t["role"] == "resource"] == ["contoso"]


def test_everyone_is_there_with_a_password_and_the_right_second_factor(ready: dict[str, Any]) -> None:
    people = {user["user_principal_name"]: user for user in ready["users"]}
    assert {name: user["mfa"] for name, user in people.items()} == {
        "alex@contoso.example": "registered",
        "megan@contoso.example": "none",
        "omar@contoso.example": "registered",
        "ana@fabrikam.example": "always",
        "ben@fabrikam.example": "registered",
        "cleo@fabrikam.example": "none",
        "nora@northwind.example": "none",
        "nils@northwind.example": "none",
        "adam@adatum.example": "none",
        "ada@adatum.example": "none",
        "tara@tailspin.example": "none",
        "tom@tailspin.example": "none",
        "gina@gmail.example": "none",
        "gus@gmail.example": "none",
        "mia@outlook.example": "none",
    }
    assert all(user["password"] for user in people.values())
    for user in people.values():
        assert (user["totp_secret"] is not None) == (user["mfa"] != "none")
        if user["totp_secret"]:
            assert len(base64.b32decode(user["totp_secret"])) == 20


def test_the_guests_of_contoso_are_as_promised(ready: dict[str, Any]) -> None:
    assert {(g["mail"], g["home"], g["state"]) for g in ready["guests"]} == {
        ("ana@fabrikam.example", "fabrikam", "Accepted"),
        ("ben@fabrikam.example", "fabrikam", "PendingAcceptance"),
        ("nora@northwind.example", "northwind", "Accepted"),
        ("adam@adatum.example", "adatum", "Accepted"),
        ("tara@tailspin.example", "tailspin", "Accepted"),
        ("gina@gmail.example", "gmail", "Accepted"),
        ("otto@proseware.example", None, "Accepted"),
    }


def test_accepted_guests_are_linked_to_the_person_at_home(ready: dict[str, Any]) -> None:
    tenants = {t["name"]: t["id"] for t in ready["tenants"]}
    people = {u["user_principal_name"]: u["id"] for u in ready["users"]}
    guests = {user.mail: user for user in of_type(User) if user.external}
    ana, otto = guests["ana@fabrikam.example"], guests["otto@proseware.example"]
    assert ana.home.kind == "azureActiveDirectory"
    assert ana.home.idp == sts_issuer(tenants["fabrikam"])
    assert ana.home.subject == ana.home.home_object == people["ana@fabrikam.example"]
    assert ana.home.home_tenant == tenants["fabrikam"]
    assert ana.user_principal_name == "ana_fabrikam.example#EXT#@contoso.example"
    assert [i.issuer for i in ana.identities] == ["ExternalAzureAD", "contoso.example"]
    assert (otto.home.kind, otto.home.idp, otto.home.subject) == (
        "emailOneTimePasscode",
        "mail",
        "otto@proseware.example",
    )
    assert guests["ben@fabrikam.example"].home is None


def test_the_pending_guest_has_a_link_whose_ticket_is_kept_as_a_digest() -> None:
    invitations = {i.address: i for i in of_type(Invitation)}
    ben = invitations["ben@fabrikam.example"]
    link = urlsplit(ben.redeem_url)
    inner = parse_qs(urlsplit(parse_qs(link.query)["rd"][0]).query)
    assert link.path == "/redeem"
    assert inner["user"] == [ben.id]
    assert digest(inner["ticket"][0]) == ben.ticket
    assert ben.redeemed is None
    assert invitations["ana@fabrikam.example"].redeemed == NOW


def test_the_applications_of_contoso_are_there(ready: dict[str, Any]) -> None:
    applications = {(a["tenant"], a["name"]): a for a in ready["applications"]}
    assert {name for tenant, name in applications if tenant == "contoso"} == {
        "portal", "spa", "mobile", "daemon", "api", "legacy-api", "admin", "sample-portal",
    }  # fmt: skip
    assert {tenant for tenant, name in applications if name == "admin"} == ENTRA_TENANTS
    assert "https://localhost:9555/cb" in applications["contoso", "portal"]["redirect_uris"]
    for name in ("portal", "daemon", "admin"):
        assert applications["contoso", name]["client_secret"]
    for name in ("spa", "mobile"):
        assert applications["contoso", name]["client_secret"] is None
    api = applications["contoso", "api"]
    assert api["identifier_uris"] == [f"api://{api['client_id']}", "api://contoso-api"]


def test_the_interfaces_differ_in_their_token_version_and_offer_what_is_promised() -> None:
    applications = {a.name: a for a in of_type(Application)}
    assert (applications["api"].access_token_version, applications["legacy-api"].access_token_version) == (2, 1)
    assert [scope.value for scope in applications["api"].scopes] == ["access_as_user"]
    assert [role.value for role in applications["api"].app_roles] == ["Reader", "Writer"]
    assert applications["mobile"].public_client
    assert applications["portal"].front_channel_logout_url


def test_every_admin_has_every_application_permission_of_graph() -> None:
    for admin in (a for a in of_type(Application) if a.name == "admin"):
        roles = {r.role for r in of_type(AppRoleAssignment) if r.principal == admin.service_principal}
        assert roles == set(APPLICATION_PERMISSIONS.values())


def test_only_the_portal_and_the_sample_app_have_consent_for_everyone() -> None:
    names = {a.client_id: a.name for a in of_type(Application)}
    grants = {names[grant.client]: grant for grant in of_type(OAuth2PermissionGrant)}
    assert set(grants) == {"portal", "sample-portal"}
    assert {(grant.resource, grant.principal) for grant in grants.values()} == {(GRAPH_ID, None)}
    common = {"openid", "profile", "email", "User.Read"}
    assert set(grants["portal"].scopes) == common | {"offline_access"}
    assert set(grants["sample-portal"].scopes) == common


def test_the_sample_app_lives_on_the_simulator_itself() -> None:
    sample = next(a for a in of_type(Application) if a.name == "sample-portal")
    root = f"{BASE_URL}/sample/portal"
    assert [redirect.uri for redirect in sample.redirect_uris] == [f"{root}/callback", f"{root}/signed-out"]
    assert sample.front_channel_logout_url == f"{root}/front-channel-logout"


def test_one_policy_wants_mfa_of_guests_and_one_partner_is_trusted(ready: dict[str, Any]) -> None:
    (policy,) = of_type(ConditionalAccessPolicy)
    assert policy.state is PolicyState.ENABLED
    assert policy.grant_controls.built_in == ("mfa",)
    (partner,) = of_type(CrossTenantAccessConfiguration)
    assert partner.tenant_id == next(t["id"] for t in ready["tenants"] if t["name"] == "fabrikam")
    assert partner.inbound_trust is not None
    assert partner.inbound_trust.is_mfa_accepted
    assert not partner.inbound_trust.is_compliant_device_accepted


def test_in_uninvited_nobody_is_a_guest_and_all_else_is_as_in_contoso() -> None:
    assert not [user for user in of_type(User, name="uninvited") if user.external]
    assert not of_type(Invitation, name="uninvited")
    assert len(of_type(Application, name="uninvited")) == len(of_type(Application))
    assert len(of_type(ConditionalAccessPolicy, name="uninvited")) == 1


def _ids(world: str) -> set[str]:
    """Every id that a world gives: records' own, client ids, principals."""
    known = (OpenIdProvider,)  # Google's is called alike in every tenant (graph-api 22.1)
    found = {record.id for _, record in records(world=world) if hasattr(record, "id") and not isinstance(record, known)}
    for application in of_type(Application, world):
        found |= {application.client_id, application.service_principal}
        found |= {part.id for part in (*application.app_roles, *application.scopes, *application.secrets)}
    return found


def test_ids_are_the_same_at_every_start_and_differ_between_worlds() -> None:
    assert _ids("default") == _ids("default")
    assert not _ids("default") & _ids("other")


def test_ids_are_the_same_on_every_machine() -> None:
    contoso = next(t for t in of_type(Tenant) if t.name == "contoso")
    assert contoso.id == "b46040a8-19c2-5089-a9be-6035f9f38d51"


def test_given_ids_hold_in_the_default_world_only() -> None:
    given = "AAAAAAAA-2222-4333-8444-555555555555"
    scenario = {"tenants": {"contoso": {"id": given, "domains": ["contoso.example"]}}}
    ids = {}
    for world in ("default", "other"):
        made = LOADER.records(scenario, world=world, ids=RandomIds(), base_url=BASE_URL, now=NOW)
        ids[world] = next(record.id for _, record in made if isinstance(record, Tenant))
    assert ids["default"] == given.lower()
    assert ids["other"] != given.lower()


def test_importing_the_loader_does_not_import_pydantic_or_yaml() -> None:
    code = (
        "import sys, idp_sim.scenario.load, idp_sim.services.worlds, idp_sim.control.routes\n"
        "sys.exit(bool({'pydantic', 'yaml'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
