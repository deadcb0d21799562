"""What every declared Graph resource must do; a new line in the registry is covered by this file as it stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from idp_sim.graph.registry import RESOURCES
from idp_sim.graph.resource import Operation, Resource
from tests.builders import BASE_URL, EVERY_PERMISSION, GraphWorld

READABLE = [r for r in RESOURCES if Operation.GET in r.operations or Operation.LIST in r.operations]
COLLECTIONS = [r for r in RESOURCES if Operation.LIST in r.operations]
VERSIONED = [
    pytest.param(resource, version, id=f"{version} {resource.path}")
    for resource in READABLE
    for version in ("v1.0", *(("beta",) if resource.beta else ()))
]
METHODS = {
    Operation.LIST: "GET",
    Operation.GET: "GET",
    Operation.CREATE: "POST",
    Operation.UPDATE: "PATCH",
    Operation.DELETE: "DELETE",
}
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
    yield made
    made.close()


def administrator_token(world: GraphWorld) -> str:
    return world.user_token(world.user("alex"))


def url_of(world: GraphWorld, resource: Resource, operation: Operation, version: str = "v1.0") -> str:
    """An address at which the operation exists."""
    url = f"/{version}{resource.path}"
    if operation in (Operation.LIST, Operation.CREATE) or not resource.collection:
        return url
    if Operation.LIST not in resource.operations:
        return f"{url}/{world.tenant().id}"
    first = world.get(url, token=administrator_token(world)).value[0]
    return f"{url}/{first[resource.key]}"


def reading(resource: Resource) -> Operation:
    return Operation.LIST if Operation.LIST in resource.operations else Operation.GET


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
    assert [name for name in item if not name.startswith("@")] == list(resource.defaults(version))
    assert answer.response.header("content-type").startswith("application/json;odata.metadata=minimal")


@pytest.mark.parametrize(("resource", "version"), VERSIONED)
def test_each_property_can_be_selected_alone(world: GraphWorld, resource: Resource, version: str) -> None:
    url = url_of(world, resource, reading(resource), version)
    for name in resource.selectable(version):
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
    answer = world.call("PUT", f"/{version}{resource.path}")
    assert answer.status == (405 if version == "v1.0" or resource.beta else 400)


@pytest.mark.parametrize(("resource", "operation", "token"), BY_TOKEN)
def test_without_its_permission_nothing_is_done(
    world: GraphWorld, resource: Resource, operation: Operation, token: str
) -> None:
    access = resource.operations[operation].access
    accepted = access.application if token == "application" else (*access.delegated, *access.own)
    left = EVERY_PERMISSION - set(accepted) - set(access.narrow or ())
    given = world.app_token(left) if token == "application" else world.user_token(world.user("alex"), left)
    body = {} if operation in (Operation.CREATE, Operation.UPDATE) else None
    answer = world.call(METHODS[operation], url_of(world, resource, operation), body, token=given)
    expected = resource.denied.value
    assert (answer.status, answer.code) == (expected.status, expected.code)


@pytest.mark.parametrize(("resource", "operation"), OPERATIONS)
def test_any_one_of_its_permissions_is_enough(world: GraphWorld, resource: Resource, operation: Operation) -> None:
    access = resource.operations[operation].access
    for permission in access.application:
        token = world.app_token({permission, *access.also})
        body = {} if operation in (Operation.CREATE, Operation.UPDATE) else None
        url = url_of(world, resource, operation)
        if operation is Operation.DELETE:
            url = f"/v1.0{resource.path}/00000000-0000-0000-0000-000000000000"
        answer = world.call(METHODS[operation], url, body, token=token)
        assert answer.status not in (401, 403), permission


@pytest.mark.parametrize("resource", COLLECTIONS, ids=by_path)
def test_pages_of_one_item_add_up_to_the_whole(world: GraphWorld, resource: Resource) -> None:
    token, url = administrator_token(world), f"/v1.0{resource.path}"
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
    answer = world.get(f"/v1.0{resource.path}?$skiptoken={token}", token=administrator_token(world))
    assert (answer.status, answer.code) == (400, "Directory_ExpiredPageToken")


@pytest.mark.parametrize("resource", COLLECTIONS, ids=by_path)
@pytest.mark.parametrize("top", ["0", "-1", "1001", "x", ""])
def test_a_page_size_out_of_range_is_refused(world: GraphWorld, resource: Resource, top: str) -> None:
    answer = world.get(f"/v1.0{resource.path}?$top={top}", token=administrator_token(world))
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert "$top" in answer.message


@pytest.mark.parametrize("resource", COLLECTIONS, ids=by_path)
def test_an_unknown_key_is_not_found(world: GraphWorld, resource: Resource) -> None:
    key = "11111111-2222-4333-8444-555555555555"
    answer = world.get(f"/v1.0{resource.path}/{key}", token=administrator_token(world))
    assert (answer.status, answer.code) == (404, resource.not_found.value.code)
    assert key in answer.message


@pytest.mark.parametrize("resource", RESOURCES, ids=by_path)
def test_the_path_is_matched_in_any_case_and_with_doubled_slashes(world: GraphWorld, resource: Resource) -> None:
    answer = world.call("PUT", f"/v1.0/{resource.path.upper()}/")
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
    for known in resource.known("v1.0"):
        answer = world.get(
            f"/v1.0{resource.path}?$filter=startsWith({known.name},'a')", token=administrator_token(world)
        )
        expected = 200 if "startsWith" in known.operators else 400
        assert answer.status == expected, known.name
        if expected == 400:
            assert answer.code == "Request_UnsupportedQuery"
            assert known.name in answer.message
