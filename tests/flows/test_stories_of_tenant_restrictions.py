"""Headers that a network adds to sign-ins (entra-sign-in 7.7)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from federation.cross_tenant_access import policy_id
from tests.simulator import Answer, Landing, World
from tests.stories import refusal_of, set_partner, setting, walk

NOBODY = "11111111-2222-4333-8444-555555555555"


def to_contoso(world: World, headers: Mapping[str, str]) -> Answer:
    """The portal's request through that network."""
    return world.call("GET", world.authorize_url(login_hint="ana@fabrikam.example"), headers=headers)


@pytest.mark.parametrize(
    ("listed", "passes"),
    [
        pytest.param("contoso.example", True, id="by domain"),
        pytest.param("fabrikam.example, CONTOSO.example", True, id="one of several, in any case"),
        pytest.param("{contoso}", True, id="by id"),
        pytest.param("fabrikam.example", False, id="others only"),
        pytest.param("", False, id="none"),
    ],
)
def test_the_older_header_lists_the_tenants_that_can_be_reached(world: World, listed: str, passes: bool) -> None:
    headers = {
        "Restrict-Access-To-Tenants": listed.format(contoso=world.tenant_id("contoso")),
        "Restrict-Access-Context": world.tenant_id("fabrikam"),
    }
    answer = to_contoso(world, headers)
    assert ("AADSTS500021:" in answer.text) is not passes
    assert "code=" not in answer.headers.get("Location", "")


class Network:
    """Fabrikam's network, whose proxy names Fabrikam's policy."""

    def __init__(self, world: World, *, policy: str | None = None, tenant: str | None = None) -> None:
        own = tenant or world.tenant_id("fabrikam")
        self.world = world
        self.headers = {"sec-Restrict-Tenant-Access-Policy": f"{own}:{policy or policy_id(own)}"}

    def sign_in(self, address: str) -> int:
        """The code of a refusal, 0 for an authorization code."""
        browser = self.world.browser()
        browser._session.headers.update(self.headers)
        url = self.world.authorize_url(login_hint=address)
        place = walk(self.world.person(address), browser, browser.get(url))
        return 0 if isinstance(place, Landing) and "code" in place.parameters else refusal_of(place)[0]

    def app_only(self, tenant: str = "contoso") -> Answer:
        """A daemon's token request."""
        form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
        return self.world.token(form, "admin", tenant=tenant, headers=self.headers)


def test_the_newer_header_stops_accounts_of_others_and_nobody_of_its_own(world: World) -> None:
    network = Network(world)
    assert network.sign_in("ana@fabrikam.example") == 0
    assert network.sign_in("omar@contoso.example") == 5000211
    rows = world.call(
        "GET",
        "/beta/auditLogs/signIns",
        headers={"Authorization": f"Bearer {world.client_credentials()['access_token']}"},
    ).json["value"]
    assert [row["status"]["errorCode"] for row in rows if row["isTenantRestricted"]] == [5000211, 0]


def test_the_newer_policy_names_accounts_and_applications_of_a_partner(world: World) -> None:
    omar, portal = world.user("omar")["id"], world.application("portal")["client_id"]
    allowed = setting("allowed", users=(omar,), applications=(portal,))
    set_partner(world, "fabrikam", "contoso", tenantRestrictions=allowed)
    assert Network(world).sign_in("omar@contoso.example") == 0
    assert Network(world).sign_in("alex@contoso.example") == 5000211


def test_an_application_by_itself_is_refused_at_the_token_endpoint(world: World) -> None:
    assert Network(world).app_only("fabrikam").status == 200
    refused = Network(world).app_only()
    assert refused.status == 400
    assert refused.json["error_codes"] == [5000211]
    set_partner(world, "fabrikam", "contoso", tenantRestrictions=setting("allowed"))
    assert Network(world).app_only().status == 200


def test_a_policy_that_does_not_exist_lets_nothing_pass(world: World) -> None:
    assert Network(world, policy=NOBODY).app_only("fabrikam").json["error_codes"] == [5000211]
    assert Network(world, tenant=NOBODY).app_only("fabrikam").json["error_codes"] == [5000211]


def test_a_refresh_token_is_judged_by_the_network_it_is_used_from(world: World) -> None:
    tokens = world.tokens_of("omar@contoso.example")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert world.token(form, headers=Network(world).headers).json["error_codes"] == [5000211]
    assert world.token(form).status == 200
