"""Which claims a token holds depends on scopes, manifest and person (entra-sign-in 11.3, 11.6)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.model import AuthenticationContext, HomeKind, Method, PerformedMethod
from idp_sim.applications.model import Application
from idp_sim.tokens import claims
from idp_sim.tokens.claims import TokenRequest, TokenSubject
from tests.builders import BASE_URL, NOW, GraphWorld

PORTAL = Application(id="p", client_id="portal-id", service_principal="psp", name="portal", display_name="Portal")
API_V1 = Application(id="a", client_id="api-id", service_principal="asp", name="api", display_name="API")
API_V2 = replace(API_V1, access_token_version=2)
GUIDS = st.uuids().map(str)


@pytest.fixture(scope="module")
def world() -> Iterator[GraphWorld]:
    world = GraphWorld()
    yield world
    world.close()


def subject(world: GraphWorld, address: str = "megan") -> TokenSubject:
    password = PerformedMethod(method=Method.PASSWORD, instant=NOW - timedelta(minutes=1), tenant=world.tenant().id)
    return TokenSubject(
        user=world.user(address),
        tenant=world.tenant(),
        authentication=AuthenticationContext(methods=(password,)),
        sid="the-session",
        ip_address="198.51.100.7",
    )


def request(client: Application = PORTAL, *openid: str, **values: Any) -> TokenRequest:
    return TokenRequest(client=client, base_url=BASE_URL, now=NOW, token_id="the-token", openid=openid, **values)


def access(of: TokenSubject, resource: Application, *openid: str) -> dict[str, Any]:
    return claims.user_access_token(
        of, request(PORTAL, *openid), resource, audience="api://as-asked", permissions=("read",)
    )


PROFILE = {"name", "oid", "preferred_username"}


def test_profile_claims_need_the_scope_profile(world: GraphWorld) -> None:
    assert not PROFILE & set(claims.id_token(subject(world), request(PORTAL, "openid")))
    assert set(claims.id_token(subject(world), request(PORTAL, "openid", "profile"))) >= PROFILE
    profile = {"name", "preferred_username"}
    assert not profile & set(access(subject(world), API_V2, "openid"))
    assert set(access(subject(world), API_V2, "openid", "profile")) >= profile
    assert "oid" in access(subject(world), API_V2), "an API always learns who it is"


def test_the_mail_address_needs_its_scope_for_members_and_not_for_guests(world: GraphWorld) -> None:
    assert "email" not in claims.id_token(subject(world), request(PORTAL, "openid"))
    assert "email" in claims.id_token(subject(world), request(PORTAL, "openid", "email"))
    guest = subject(world, "ana@fabrikam.example")
    assert claims.id_token(guest, request(PORTAL, "openid"))["email"] == "ana@fabrikam.example"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param(
            API_V1,
            {"ver": "1.0", "aud": "api://as-asked", "appid": "portal-id", "appidacr": "1", "scp": "read"},
            id="v1.0: as it was asked for",
        ),
        pytest.param(
            API_V2,
            {"ver": "2.0", "aud": "api-id", "azp": "portal-id", "azpacr": "1", "scp": "read"},
            id="v2.0: the id",
        ),
    ],
)
def test_the_resources_manifest_chooses_the_version(
    world: GraphWorld, resource: Application, expected: dict[str, str]
) -> None:
    made = access(subject(world), resource)
    assert {name: made.get(name) for name in expected} == expected
    tenant = world.tenant().id
    issuer = f"https://sts.windows.net/{tenant}/" if expected["ver"] == "1.0" else f"{BASE_URL}/{tenant}/v2.0"
    assert made["iss"] == issuer


def test_tokens_are_issued_five_minutes_before_they_are(world: GraphWorld) -> None:
    made = claims.id_token(subject(world), request())
    assert made["iat"] == made["nbf"] == int(NOW.timestamp()) - 300
    assert made["exp"] - made["iat"] == 3900
    assert access(subject(world), API_V1)["exp"] - int(NOW.timestamp()) == 3599


@pytest.mark.parametrize(
    ("address", "absent", "present"),
    [
        pytest.param("megan", {"idp", "acct"}, {"upn": "megan@contoso.example"}, id="a member"),
        pytest.param(
            "ana@fabrikam.example", {"upn", "acct"}, {"unique_name": "ana@fabrikam.example"}, id="a guest from Entra"
        ),
        pytest.param(
            "otto@proseware.example",
            {"upn", "acct", "altsecid"},
            {"unique_name": "mail#otto@proseware.example", "idp": "mail"},
            id="a guest by passcode",
        ),
    ],
)
def test_what_tells_guests_from_members(
    world: GraphWorld, address: str, absent: set[str], present: dict[str, str]
) -> None:
    made = access(subject(world, address), API_V1)
    assert not absent & set(made)
    assert {name: made.get(name) for name in present} == present


@pytest.mark.parametrize(
    ("name", "address", "value"),
    [
        pytest.param("acct", "megan", 0, id="acct of a member"),
        pytest.param("acct", "ana@fabrikam.example", 1, id="acct of a guest"),
        pytest.param("upn", "megan", "megan@contoso.example", id="upn of a member"),
        pytest.param("upn", "ana@fabrikam.example", None, id="upn of a guest"),
        pytest.param("auth_time", "megan", int(NOW.timestamp()) - 60, id="auth_time"),
        pytest.param("given_name", "megan", "Megan", id="given_name"),
        pytest.param("ipaddr", "megan", "198.51.100.7", id="ipaddr"),
        pytest.param("tenant_ctry", "megan", "NL", id="tenant_ctry"),
        pytest.param("ctry", "megan", None, id="ctry without a country"),
        pytest.param("sid", "megan", "the-session", id="sid"),
    ],
)
def test_an_optional_claim_is_there_when_configured_and_known(
    world: GraphWorld, name: str, address: str, value: object
) -> None:
    of = subject(world, address)
    assert claims.id_token(of, request(replace(PORTAL, optional_id_token_claims=(name,)))).get(name) == value
    assert access(of, replace(API_V2, optional_access_token_claims=(name,))).get(name) == value
    if name != "sid":
        assert name not in claims.id_token(of, request())
    assert name not in access(of, API_V2)


@given(tenant=GUIDS, clients=st.lists(GUIDS, min_size=2, max_size=2, unique=True), user=GUIDS)
def test_a_subject_is_pairwise(tenant: str, clients: list[str], user: str) -> None:
    one, other = (claims.pairwise_subject(tenant, client, user) for client in clients)
    assert one != other
    assert len(one) == 43
    assert one == claims.pairwise_subject(tenant, clients[0], user)


@pytest.mark.parametrize(
    ("address", "home"),
    [
        pytest.param("megan", None, id="a member is at home here"),
        pytest.param("ana@fabrikam.example", "fabrikam", id="a guest from Entra is at home there"),
        pytest.param("otto@proseware.example", None, id="a guest by passcode is at home here"),
    ],
)
def test_client_info_holds_the_ids_of_the_home(world: GraphWorld, address: str, home: str | None) -> None:
    text = claims.client_info(world.user(address), world.tenant())
    read = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    user = world.user(address.partition("@")[0], home) if home else world.user(address)
    assert read == {"uid": user.id, "utid": world.tenant(home or "contoso").id}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(HomeKind.SOCIAL, "google.com#ana@fabrikam.example", id="Google"),
        pytest.param(HomeKind.MICROSOFT_ACCOUNT, "live.com#ana@fabrikam.example", id="a personal account"),
        pytest.param(HomeKind.EXTERNAL_FEDERATION, "ana@fabrikam.example", id="a SAML partner"),
    ],
)
def test_unique_name_has_the_prefix_of_the_home(world: GraphWorld, kind: HomeKind, name: str) -> None:
    ana = world.user("ana@fabrikam.example")
    assert ana.home is not None
    assert claims.unique_name(replace(ana, home=replace(ana.home, kind=kind))) == name
