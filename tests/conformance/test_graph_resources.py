"""What every declared Graph resource must do; a new line in the registry is covered by this file as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from idp_sim.authentication_methods.registered import AuthenticatorApp, Passkey, TemporaryAccessPass
from idp_sim.conditional_access.terms_of_use import AgreementAcceptance
from idp_sim.directory.model import Credentials
from idp_sim.directory.roles import ROLE_TEMPLATE_IDS
from idp_sim.graph.registry import RESOURCES
from idp_sim.graph.resource import Operation, Resource
from tests.builders import BASE_URL, EVERY_PERMISSION, NOW, WORLD, GraphWorld
from tests.federations import FEDERATION_TYPE, federation_body


def versions_of(resource: Resource) -> tuple[str, ...]:
    """The versions of Graph in which the resource is found."""
    return ("beta",) if resource.beta_only else ("v1.0", "beta") if resource.beta else ("v1.0",)


READABLE = [r for r in RESOURCES if Operation.GET in r.operations or Operation.LIST in r.operations]
COLLECTIONS = [r for r in RESOURCES if Operation.LIST in r.operations]
VERSIONED = [
    pytest.param(resource, version, id=f"{version} {resource.path}")
    for resource in READABLE
    for version in versions_of(resource)
]
NOBODY = "00000000-0000-0000-0000-000000000000"
METHODS = {
    Operation.LIST: "GET",
    Operation.GET: "GET",
    Operation.CREATE: "POST",
    Operation.UPDATE: "PATCH",
    Operation.SET: "PUT",
    Operation.DELETE: "DELETE",
    Operation.ADD_REFERENCE: "POST",
    Operation.SET_REFERENCE: "PUT",
    Operation.REMOVE_REFERENCE: "DELETE",
}
WITH_BODY = (Operation.CREATE, Operation.UPDATE, Operation.SET, Operation.ADD_REFERENCE, Operation.SET_REFERENCE)
OPERATIONS = [
    pytest.param(resource, operation, id=f"{operation} {resource.path}")
    for resource in RESOURCES
    for operation in resource.operations
]
BY_TOKEN = [
    pytest.param(resource, operation, token, id=f"{operation} {resource.path} as {token}")
    for resource in RESOURCES
    for operation, handler in resource.operations.items()
    for token in ("application", "administrator")
    if token == "administrator" or not handler.access.user_only
]


def by_path(resource: Resource) -> str:
    return resource.path


@pytest.fixture(scope="module")
def world() -> Iterator[GraphWorld]:
    """The scenario with something in every collection. Nothing in this file changes it."""
    made = GraphWorld()
    made.sign_in_row(user=made.user("ana").id, user_principal_name="ana@fabrikam.example")
    made.sign_in_row(user=made.user("megan").id, user_principal_name="megan@contoso.example")
    made.post(
        "/v1.0/policies/crossTenantAccessPolicy/partners",
        {"tenantId": made.tenant("northwind").id},
    )
    body = {
        "displayName": "Second policy",
        "state": "disabled",
        "conditions": {
            "users": {"includeUsers": ["All"]},
            "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["all"],
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    }
    assert made.post("/v1.0/identity/conditionalAccess/policies", body).status == 201
    fill(made)
    yield made
    made.close()


def fill(made: GraphWorld) -> None:
    """Something in every collection; ids of the objects that other resources lie below."""
    megan, alex, omar = made.user("megan"), made.user("alex"), made.user("omar")

    def link(path: str, target: str, *, method: str = "POST") -> None:
        answer = made.call(method, f"/v1.0{path}/$ref", {"@odata.id": f"{BASE_URL}/v1.0/directoryObjects/{target}"})
        assert answer.status == 204, (path, answer.response.body)

    def create(path: str, body: dict[str, Any]) -> str:
        answer = made.post(f"/v1.0{path}", body)
        assert answer.status == 201, (path, answer.response.body)
        return answer.json["id"]

    group = {"displayName": "Team", "mailEnabled": False, "mailNickname": "team", "securityEnabled": True}
    inner, outer, whole = (create("/groups", {**group, "displayName": name}) for name in ("Inner", "Outer", "Whole"))
    unit = create("/directory/administrativeUnits", {"displayName": "Guests"})
    portal = made.get("/v1.0/applications?$filter=startsWith(displayName,'Contoso API')").value[0]
    principal = made.get(f"/v1.0/servicePrincipals(appId='{portal['appId']}')").json["id"]
    link(f"/users/{megan.id}/manager", alex.id, method="PUT")
    link(f"/users/{omar.id}/manager", megan.id, method="PUT")
    link(f"/users/{megan.id}/sponsors", alex.id)
    link(f"/groups/{inner}/members", megan.id)
    link(f"/groups/{outer}/members", inner)
    link(f"/groups/{whole}/members", outer)
    link(f"/groups/{inner}/owners", megan.id)
    link(f"/applications/{portal['id']}/owners", megan.id)
    link(f"/directory/administrativeUnits/{unit}/members", megan.id)
    link(f"/directory/administrativeUnits/{unit}/members", inner)
    role = {"roleId": ROLE_TEMPLATE_IDS["User Administrator"], "roleMemberInfo": {"id": omar.id}}
    create(f"/directory/administrativeUnits/{unit}/scopedRoleMembers", role)
    for holder in (megan.id, inner):
        body = {"principalId": holder, "resourceId": principal, "appRoleId": portal["appRoles"][0]["id"]}
        create(f"/servicePrincipals/{principal}/appRoleAssignedTo", body)
    daemon = made.get("/v1.0/servicePrincipals?$filter=displayName eq 'Contoso Daemon'").value[0]["id"]
    body = {"principalId": principal, "resourceId": daemon, "appRoleId": "0" * 8 + "-0000-0000-0000-" + "0" * 12}
    create(f"/servicePrincipals/{daemon}/appRoleAssignedTo", body)
    for name in ("gone1", "gone2"):
        made.delete(f"/v1.0/groups/{create('/groups', {**group, 'displayName': name})}")
    access = "/identity/conditionalAccess"
    create(
        f"{access}/namedLocations",
        {
            "@odata.type": "#microsoft.graph.countryNamedLocation",
            "displayName": "Nordics",
            "countriesAndRegions": ["NO", "SE"],
        },
    )
    create(f"{access}/authenticationContextClassReferences", {"id": "c7", "displayName": "Payments"})
    strength = create(
        "/policies/authenticationStrengthPolicies", {"displayName": "Keys", "allowedCombinations": ["fido2"]}
    )
    create(
        f"/policies/authenticationStrengthPolicies/{strength}/combinationConfigurations",
        {
            "@odata.type": "#microsoft.graph.fido2CombinationConfiguration",
            "allowedAAGUIDs": ["90a3ccdf-635c-4729-a248-9b709135078f"],
            "appliesToCombinations": ["fido2"],
        },
    )
    file = {"fileName": "t.txt", "language": "en", "isDefault": True, "fileData": {"data": "QmUga2luZC4="}}
    body = {"displayName": "Terms", "files": [file]}
    administrator = administrator_token(made)
    answer = made.post("/v1.0/identityGovernance/termsOfUse/agreements", body, token=administrator)
    assert answer.status == 201, answer.response.body
    agreement = answer.json["id"]
    with made.storage.unit_of_work(WORLD):
        for person in (megan, alex):
            made.storage.put(
                WORLD,
                made.tenant().id,
                AgreementAcceptance(
                    id=f"1000{person.id[4:]}",
                    agreement=agreement,
                    file="f",
                    user=person.id,
                    state="accepted",
                    recorded=person.created,
                ),
            )
    policies = made.get(f"/v1.0{access}/policies").value
    made.delete(f"/v1.0{access}/policies/{policies[-1]['id']}")
    tenant = made.tenant().id
    with made.storage.unit_of_work(WORLD):
        made.storage.put(
            WORLD,
            tenant,
            Credentials(
                user=megan.id,
                password="x",
                totp_secret="JBSWY3DPEHPK3PXP",
                phone="+31 600000000",
                office_phone="+31 600000001",
                email="megan@proseware.example",
                authenticator_apps=tuple(
                    AuthenticatorApp(id=f"app{number}", display_name="Phone", created=NOW) for number in (1, 2)
                ),
                passkeys=tuple(
                    Passkey(id=f"key{number}", public_key="", sign_count=0, created=NOW) for number in (1, 2)
                ),
                access_pass=TemporaryAccessPass(
                    id="pass", value="x", created=NOW, starts=NOW, lifetime_in_minutes=60, usable_once=True
                ),
            ),
        )
    listed = {"displayName": "Domains", "definition": ['{"B2BManagementPolicy": {}}']}
    assert made.post("/beta/policies/b2bManagementPolicies", listed).status == 201
    partner = made.tenant("northwind").id
    sync = f"/v1.0/policies/crossTenantAccessPolicy/partners/{partner}/identitySynchronization"
    assert made.call("PUT", sync, {"userSyncInbound": {"isSyncAllowed": True}}).status == 204
    federations = [
        create("/directory/federationConfigurations", federation_body(domain))
        for domain in ("one.example", "two.example")
    ]
    domains = f"/directory/federationConfigurations/{federations[0]}/microsoft.graph.{FEDERATION_TYPE}/domains"
    create(domains, {"id": "idp.one.example"})
    located = made.patch(f"/v1.0/users/{megan.id}", {"usageLocation": "NL"})
    assert located.status == 204
    for sku in made.get("/v1.0/subscribedSkus").value:
        body = {"addLicenses": [{"skuId": sku["skuId"]}], "removeLicenses": []}
        assert made.post(f"/v1.0/users/{megan.id}/assignLicense", body).status == 200
    made.samples = {
        "domain": made.tenant().initial_domain,
        "federation": federations[0],
        "tenantId": partner,
        "user": megan.id,
        "group": inner,
        "unit": unit,
        "application": portal["id"],
        "servicePrincipal": principal,
        "strength": strength,
        "agreement": agreement,
        "role": ROLE_TEMPLATE_IDS["Global Administrator"],
    }


def path_of(world: GraphWorld, resource: Resource) -> str:
    """The resource's path below the sample objects."""
    return re.sub(r"\{(\w+)\}", lambda match: world.samples[match[1]], resource.path)


def administrator_token(world: GraphWorld) -> str:
    return world.user_token(world.user("alex"))


def url_of(world: GraphWorld, resource: Resource, operation: Operation, version: str = "") -> str:
    """An address at which the operation exists."""
    url = f"/{version or versions_of(resource)[0]}{path_of(world, resource)}"
    if operation in (Operation.ADD_REFERENCE, Operation.SET_REFERENCE):
        return f"{url}/$ref"
    if operation is Operation.REMOVE_REFERENCE:
        return f"{url}/{NOBODY}/$ref" if resource.collection else f"{url}/$ref"
    if operation in (Operation.LIST, Operation.CREATE) or not resource.collection:
        return url
    if Operation.LIST not in resource.operations:
        return f"{url}/{world.tenant().id}"
    first = world.get(url, token=administrator_token(world)).value[-1]
    return f"{url}/{quote(first[resource.key])}"


def reading(resource: Resource) -> Operation:
    return Operation.LIST if Operation.LIST in resource.operations else Operation.GET


def described(resource: Resource, item: dict[str, Any]) -> Resource:
    """The resource of the item's type, where the collection is mixed."""
    named = item.get("@odata.type", "").lstrip("#")
    return next((variant for variant in resource.variants.values() if variant.type_name == named), resource)


@pytest.mark.parametrize(("resource", "version"), VERSIONED)
def test_a_read_names_its_context_first_and_shows_the_default_set(
    world: GraphWorld, resource: Resource, version: str
) -> None:
    operation = reading(resource)
    answer = world.get(url_of(world, resource, operation, version), token=administrator_token(world))
    assert answer.status == 200
    assert next(iter(answer.json)) == "@odata.context"
    assert answer.json["@odata.context"].startswith(f"{BASE_URL}/{version}/$metadata#{resource.context}")
    item = answer.value[0] if operation is Operation.LIST else answer.json
    own = described(resource, item)
    assert [name for name in item if not name.startswith("@")] == list(own.defaults(version))
    assert answer.response.header("content-type").startswith("application/json;odata.metadata=minimal")


@pytest.mark.parametrize(("resource", "version"), VERSIONED)
def test_each_property_can_be_selected_alone(world: GraphWorld, resource: Resource, version: str) -> None:
    url = url_of(world, resource, reading(resource), version)
    first = world.get(url, token=administrator_token(world)).json
    own = described(resource, first["value"][0] if "value" in first else first)
    for name in own.selectable(version):
        answer = world.get(f"{url}?$select={name}", token=administrator_token(world))
        assert answer.status == 200, name
        item = answer.value[0] if "value" in answer.json else answer.json
        assert [key for key in item if not key.startswith("@")] == [name]
        assert f"({name})" in answer.json["@odata.context"]


@pytest.mark.parametrize("resource", READABLE, ids=by_path)
def test_an_unknown_property_or_option_is_refused_by_name(world: GraphWorld, resource: Resource) -> None:
    url, token = url_of(world, resource, reading(resource)), administrator_token(world)
    selected = world.get(f"{url}?$select=id,nothingLikeIt", token=token)
    assert (selected.status, selected.code) == (400, "BadRequest")
    assert "nothingLikeIt" in selected.message or "'id'" in selected.message
    option = world.get(f"{url}?$nonsense=1", token=token)
    assert (option.status, option.code) == (400, "BadRequest")
    assert "$nonsense" in option.message


@pytest.mark.parametrize("resource", RESOURCES, ids=by_path)
@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_beta_has_only_what_is_named_for_it(world: GraphWorld, resource: Resource, version: str) -> None:
    answer = world.call("TRACE", f"/{version}{path_of(world, resource)}")
    assert answer.status == (405 if version in versions_of(resource) else 400)


@pytest.mark.parametrize(("resource", "operation", "token"), BY_TOKEN)
def test_without_its_permission_nothing_is_done(
    world: GraphWorld, resource: Resource, operation: Operation, token: str
) -> None:
    access = resource.operations[operation].access
    accepted = access.application if token == "application" else (*access.delegated, *access.own)
    left = EVERY_PERMISSION - set(accepted) - set(access.narrow or ())
    given = world.app_token(left) if token == "application" else world.user_token(world.user("alex"), left)
    body = {} if operation in WITH_BODY else None
    answer = world.call(METHODS[operation], url_of(world, resource, operation), body, token=given)
    expected = resource.denied.value
    assert (answer.status, answer.code) == (expected.status, expected.code)


@pytest.mark.parametrize(("resource", "operation"), OPERATIONS)
def test_any_one_of_its_permissions_is_enough(world: GraphWorld, resource: Resource, operation: Operation) -> None:
    access = resource.operations[operation].access
    for permission in access.application:
        token = world.app_token({permission, *access.also})
        body = {} if operation in WITH_BODY else None
        url = url_of(world, resource, operation)
        if operation is Operation.DELETE and resource.collection:
            url = f"/{versions_of(resource)[0]}{path_of(world, resource)}/{NOBODY}"
        if operation is Operation.REMOVE_REFERENCE and not resource.collection:
            continue
        answer = world.call(METHODS[operation], url, body, token=token)
        assert answer.status not in (401, 403), permission


@pytest.mark.parametrize("resource", COLLECTIONS, ids=by_path)
def test_pages_of_one_item_add_up_to_the_whole(world: GraphWorld, resource: Resource) -> None:
    token, url = administrator_token(world), f"/{versions_of(resource)[0]}{path_of(world, resource)}"
    whole = world.get(url, token=token).value
    paged, link = [], f"{BASE_URL}{url}?$top=1&$select={resource.key}"
    while link:
        answer = world.get(link, token=token)
        assert len(answer.value) == 1
        paged += answer.value
        link = answer.json.get("@odata.nextLink")
        assert link is None or (link.startswith(f"{BASE_URL}{url}?$top=1&$select=") and "$skiptoken=" in link)
    assert [item[resource.key] for item in paged] == [item[resource.key] for item in whole]


@pytest.mark.parametrize("resource", COLLECTIONS, ids=by_path)
@pytest.mark.parametrize("token", ["nonsense", "WyJ4IixbMV1d", "%00"])
def test_a_page_token_of_another_request_is_refused(world: GraphWorld, resource: Resource, token: str) -> None:
    answer = world.get(
        f"/{versions_of(resource)[0]}{path_of(world, resource)}?$skiptoken={token}", token=administrator_token(world)
    )
    assert (answer.status, answer.code) == (400, "Directory_ExpiredPageToken")


@pytest.mark.parametrize("resource", COLLECTIONS, ids=by_path)
@pytest.mark.parametrize("top", ["0", "-1", "1001", "x", ""])
def test_a_page_size_out_of_range_is_refused(world: GraphWorld, resource: Resource, top: str) -> None:
    answer = world.get(
        f"/{versions_of(resource)[0]}{path_of(world, resource)}?$top={top}", token=administrator_token(world)
    )
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert "$top" in answer.message


@pytest.mark.parametrize("resource", COLLECTIONS, ids=by_path)
def test_an_unknown_key_is_not_found(world: GraphWorld, resource: Resource) -> None:
    if Operation.GET not in resource.operations:
        return
    key = "11111111-2222-4333-8444-555555555555"
    answer = world.get(f"/{versions_of(resource)[0]}{path_of(world, resource)}/{key}", token=administrator_token(world))
    assert (answer.status, answer.code) == (404, resource.not_found.value.code)
    assert key in answer.message


@pytest.mark.parametrize("resource", RESOURCES, ids=by_path)
def test_the_path_is_matched_in_any_case_and_with_doubled_slashes(world: GraphWorld, resource: Resource) -> None:
    answer = world.call("TRACE", f"/{versions_of(resource)[0]}/{path_of(world, resource).upper()}/")
    assert answer.status == 405


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/v1.0/users", 403, id="users cannot be listed"),
        pytest.param("/v1.0/me", 200, id="own profile"),
        pytest.param("/v1.0/organization", 200, id="the organization's public part"),
        pytest.param("/v1.0/policies/crossTenantAccessPolicy", 403, id="policies"),
        pytest.param("/v1.0/policies/crossTenantAccessPolicy/partners", 403, id="partner settings"),
        pytest.param("/v1.0/identity/conditionalAccess/policies", 403, id="conditional access"),
        pytest.param("/v1.0/auditLogs/signIns", 403, id="sign-in log"),
    ],
)
def test_a_guest_sees_little_whatever_the_token_says(world: GraphWorld, path: str, status: int) -> None:
    token = world.user_token(world.user("ana"))
    assert world.get(path, token=token).status == status


@pytest.mark.parametrize("resource", COLLECTIONS, ids=by_path)
def test_every_filterable_property_says_which_operators_it_knows(world: GraphWorld, resource: Resource) -> None:
    advanced = {"consistencylevel": "eventual"}
    for known in (known for known in resource.known(versions_of(resource)[0]) if not known.name.startswith("@")):
        url = f"/{versions_of(resource)[0]}{path_of(world, resource)}?$count=true&$filter=startsWith({known.name},'a')"
        answer = world.get(url, token=administrator_token(world), headers=advanced)
        expected = 200 if "startsWith" in known.operators | known.advanced else 400
        assert answer.status == expected, known.name
        if expected == 400:
            assert answer.code == "Request_UnsupportedQuery"
            assert known.name in answer.message
