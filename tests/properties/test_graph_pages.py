"""Whatever storage finds, sorts and cuts by itself: pages hold what the filter says of every user, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp_sim.directory.model import User
from idp_sim.graph.filter import parse
from idp_sim.graph.matching import predicate
from idp_sim.graph.resource import sortable
from idp_sim.graph.resources.user_properties import USER
from tests.builders import NOW, WORLD, GraphWorld

ADVANCED = {"consistencylevel": "eventual"}
NAMES = ("Ana", "ANA B", "bo", "Émile", "ana'c", "z")
MAILS = (None, "a@x.example", "A@y.example", "b@x.example")

texts = st.sampled_from(["a", "A", "ana", "Ana B", "bo", "émile", "ana''c", "zz", "a@x.example", "A@Y.example"])
instants = st.sampled_from([NOW + timedelta(hours=hours) for hours in range(-1, 4)])
names = st.sampled_from(["displayName", "mail", "userPrincipalName"])
leaves = st.one_of(
    st.builds("{} eq '{}'".format, names, texts),
    st.builds("startsWith({},'{}')".format, names, texts),
    st.builds("{} le '{}'".format, st.sampled_from(["mail", "userPrincipalName"]), texts),
    st.builds("mail ge '{}'".format, texts),
    st.builds("{} in ('{}','{}')".format, names, texts, texts),
    st.sampled_from(["userType eq 'Guest'", "userType eq 'member'", "userType ne 'Guest'", "userType in ('Guest')"]),
    st.sampled_from(["externalUserState eq 'Accepted'", "externalUserState eq 'pendingacceptance'"]),
    st.sampled_from(["accountEnabled eq true", "accountEnabled eq false", "mail eq null", "city eq 'Delft'"]),
    st.builds("createdDateTime {} {:%Y-%m-%dT%H:%M:%SZ}".format, st.sampled_from(["eq", "ge", "le"]), instants),
)
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("{} and {}".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, leaves),
    ),
    max_leaves=4,
)
orders = st.sampled_from(["", "displayName", "displayName desc", "userPrincipalName desc", "createdDateTime"])


@pytest.fixture(scope="module")
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    tenant, somebody = made.tenant().id, made.user("megan")
    for number in range(24):
        guest = number % 3 == 0
        record = replace(
            somebody,
            id=f"00000000-0000-4000-8000-{number:012}",
            user_principal_name=f"{'aB'[number % 2]}{number}@contoso.example",
            display_name=NAMES[number % len(NAMES)],
            mail=MAILS[number % len(MAILS)],
            created=NOW + timedelta(hours=number // 8, microseconds=number),
            user_type="Guest" if guest else "Member",
            external_user_state=("Accepted", "PendingAcceptance")[number % 2] if guest else None,
            account_enabled=number % 5 != 0,
            city="Delft" if number % 7 == 0 else None,
        )
        made.storage.insert(WORLD, tenant, record)
    yield made
    made.close()


@settings(max_examples=120, deadline=None)
@given(text=filters, order=orders, size=st.sampled_from([1, 2, 7, 999]))
def test_pages_hold_what_the_filter_says_of_every_user(world: GraphWorld, text: str, order: str, size: int) -> None:
    token = world.app_token()
    everybody = world.storage.find(WORLD, world.tenant().id, User)
    passes = predicate(parse(text), USER, "v1.0", advanced=True)
    expected = [user for user in everybody if passes(user)]
    options = {"$filter": text, "$count": "true", "$top": str(size), "$select": "id"}
    if order:
        name, _, direction = order.partition(" ")
        read = USER.selectable("v1.0")[name].read
        places = {user.id: place for place, user in enumerate(everybody)}
        expected.sort(key=lambda user: (sortable(read(user)), places[user.id]), reverse=bool(direction))
        options["$orderby"] = order
    url: str | None = f"/v1.0/users?{urlencode(options)}"
    found: list[dict[str, Any]] = []
    while url:
        answer = world.get(url, token=token, headers=ADVANCED)
        assert answer.status == 200, answer.response.body
        assert len(answer.value) <= size
        if not found:
            assert answer.json["@odata.count"] == len(expected)
        found += answer.value
        url = answer.json.get("@odata.nextLink")
    assert [item["id"] for item in found] == [user.id for user in expected]
