"""``POST /invitations`` and the mail it sends (graph-api 9, entra-sign-in 2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from idp_sim.directory.model import Invitation, User
from idp_sim.tenants.model import Tenant
from tests.builders import BASE_URL, NOW, WORLD, Answer, GraphWorld

GUEST_INVITER = "95e79109-95c0-4d8e-aee3-d01accf2d47b"
CLEO = {"invitedUserEmailAddress": "cleo@fabrikam.example", "inviteRedirectUrl": "https://localhost:9555/"}


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


def invite(world: GraphWorld, token: str = "", **body: Any) -> Answer:
    return world.post("/v1.0/invitations", CLEO | body, token=token)


def guests(world: GraphWorld) -> list[User]:
    return world.storage.find(WORLD, world.tenant().id, User, user_type="Guest")


def test_the_reply_has_the_shape_of_a_real_one(world: GraphWorld) -> None:
    answer = invite(world)
    assert answer.status == 201
    invited = answer.json
    assert invited == {
        "@odata.context": f"{BASE_URL}/v1.0/$metadata#invitations/$entity",
        "id": invited["id"],
        "inviteRedeemUrl": invited["inviteRedeemUrl"],
        "invitedUserDisplayName": None,
        "invitedUserType": "Guest",
        "invitedUserEmailAddress": "cleo@fabrikam.example",
        "sendInvitationMessage": False,
        "resetRedemption": False,
        "inviteRedirectUrl": "https://localhost:9555/",
        "status": "PendingAcceptance",
        "invitedUserMessageInfo": {
            "messageLanguage": None,
            "customizedMessageBody": None,
            "ccRecipients": [{"emailAddress": {"name": None, "address": None}}],
        },
        "invitedUser": {"id": world.user("cleo").id},
    }
    assert invited["inviteRedeemUrl"].startswith(f"{BASE_URL}/redeem?rd=https%3A%2F%2F")


def test_the_link_names_tenant_invitation_and_a_ticket_that_is_kept_as_a_digest(world: GraphWorld) -> None:
    answer = invite(world)
    outer = urlsplit(answer.json["inviteRedeemUrl"])
    inner = urlsplit(parse_qs(outer.query)["rd"][0])
    fields = {name: values[0] for name, values in parse_qs(inner.query).items()}
    assert f"{inner.scheme}://{inner.netloc}{inner.path}" == f"{BASE_URL}/redeem/"
    assert (fields["tenant"], fields["user"], fields["ver"]) == (world.tenant().id, answer.json["id"], "2.0")
    kept = world.storage.get(WORLD, world.tenant().id, Invitation, answer.json["id"])
    assert kept.ticket == hashlib.sha256(fields["ticket"].encode()).hexdigest()
    assert fields["ticket"] not in kept.ticket


def test_the_guest_exists_at_once_and_is_pending(world: GraphWorld) -> None:
    invite(world, token=world.user_token(world.user("alex")), invitedUserDisplayName="Cleo M.")
    cleo = world.user("cleo")
    assert cleo.user_principal_name == "cleo_fabrikam.example#EXT#@contoso.example"
    assert (cleo.display_name, cleo.user_type, cleo.external_user_state) == ("Cleo M.", "Guest", "PendingAcceptance")
    assert (cleo.created, cleo.sponsors) == (NOW, (world.user("alex").id,))


def test_a_pending_guest_invited_again_gets_another_link_to_the_same_user(world: GraphWorld) -> None:
    first, second = invite(world), invite(world, invitedUserEmailAddress="CLEO@fabrikam.example")
    assert first.json["invitedUser"] == second.json["invitedUser"]
    assert first.json["inviteRedeemUrl"] != second.json["inviteRedeemUrl"]
    kept = world.storage.find(WORLD, world.tenant().id, Invitation, user=world.user("cleo").id)
    assert len(kept) == 2


def test_a_redeemed_guest_is_reported_as_completed(world: GraphWorld) -> None:
    answer = invite(world, invitedUserEmailAddress="ana@fabrikam.example")
    assert (answer.status, answer.json["status"]) == (201, "Completed")
    assert answer.json["invitedUser"] == {"id": world.user("ana").id}


def test_eight_invitations_at_once_make_one_guest(world: GraphWorld) -> None:
    before, token = len(guests(world)), world.app_token()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: invite(world, token=token), range(8)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["invitedUser"]["id"] for answer in answers}) == 1
    assert len(guests(world)) == before + 1


@pytest.mark.parametrize(
    ("body", "status", "code", "named"),
    [
        pytest.param({"invitedUserEmailAddress": "megan@contoso.example"}, 400, "BadRequest", "already exists", id="m"),
        pytest.param(
            {"invitedUserEmailAddress": "new@contoso.example"}, 400, "BadRequest", "verified domain", id="own"
        ),
        pytest.param({"invitedUserEmailAddress": "no address"}, 400, "BadRequest", "not valid", id="address"),
        pytest.param({"invitedUserEmailAddress": ""}, 400, "Request_BadRequest", "invitedUserEmailAddress", id="empty"),
        pytest.param({"invitedUserEmailAddress": 1}, 400, "Request_BadRequest", "a string", id="number"),
        pytest.param({"inviteRedirectUrl": "/app"}, 400, "BadRequest", "inviteRedirectUrl", id="relative"),
        pytest.param({"inviteRedirectUrl": None}, 400, "Request_BadRequest", "inviteRedirectUrl", id="no redirect"),
        pytest.param({"invitedUserType": "Robot"}, 400, "Request_BadRequest", "Guest or Member", id="type"),
        pytest.param({"sendInvitationMessage": "yes"}, 400, "Request_BadRequest", "true or false", id="flag"),
        pytest.param({"status": "Completed"}, 400, "Request_BadRequest", "read-only", id="read-only"),
        pytest.param({"colour": 1}, 400, "Request_BadRequest", "colour", id="unknown"),
        pytest.param({"resetRedemption": True}, 400, "Request_BadRequest", "invitedUser", id="reset of nobody"),
        pytest.param({"invitedUser": {"id": "x"}}, 404, "Request_ResourceNotFound", "x", id="nobody has the id"),
        pytest.param(
            {"invitedUserMessageInfo": {"body": "x"}}, 400, "Request_BadRequest", "invitedUserMessageInfo/body", id="i"
        ),
        pytest.param(
            {"invitedUserMessageInfo": {"ccRecipients": [{}, {}]}}, 400, "Request_BadRequest", "ccRecipients", id="two"
        ),
        pytest.param(
            {"invitedUserMessageInfo": {"ccRecipients": [{"emailAddress": {"address": "x"}}]}},
            400,
            "Request_BadRequest",
            "ccRecipients",
            id="no address to copy",
        ),
        pytest.param(
            {"invitedUserMessageInfo": {"messageLanguage": "<b>"}}, 400, "Request_BadRequest", "language tag", id="lang"
        ),
    ],
)
def test_an_invitation_is_refused_and_nothing_is_written(
    world: GraphWorld, body: dict[str, Any], status: int, code: str, named: str
) -> None:
    before = guests(world)
    answer = invite(world, **{"sendInvitationMessage": True, **body})
    assert (answer.status, answer.code) == (status, code)
    assert named in answer.message
    assert guests(world) == before
    assert world.mailroom.messages(WORLD) == []


def set_allow_invites_from(world: GraphWorld, value: str) -> None:
    world.worlds.update_tenant(WORLD, world.tenant().id, lambda old: replace(old, allow_invites_from=value))


@pytest.mark.parametrize(
    ("level", "who", "status"),
    [
        pytest.param("everyone", "ana", 201, id="everyone: a guest"),
        pytest.param("adminsGuestInvitersAndAllMembers", "ana", 403, id="members: a guest"),
        pytest.param("adminsGuestInvitersAndAllMembers", "megan", 201, id="members: a member"),
        pytest.param("adminsAndGuestInviters", "megan", 403, id="inviters: a member"),
        pytest.param("adminsAndGuestInviters", "inviter", 201, id="inviters: a guest inviter"),
        pytest.param("adminsAndGuestInviters", "alex", 201, id="inviters: an administrator"),
        pytest.param("adminsAndGuestInviters", "application", 201, id="inviters: an application"),
        pytest.param("none", "alex", 403, id="none: an administrator"),
        pytest.param("none", "application", 403, id="none: an application"),
    ],
)
def test_allow_invites_from_decides_who_invites(world: GraphWorld, level: str, who: str, status: int) -> None:
    set_allow_invites_from(world, level)
    if who == "inviter":
        token = world.user_token(world.change(world.user("omar"), directory_roles=(GUEST_INVITER,)))
    else:
        token = world.app_token() if who == "application" else world.user_token(world.user(who))
    answer = invite(world, token=token)
    assert answer.status == status
    if status == 403:
        assert (answer.code, answer.message[:33]) == ("Forbidden", "Guest invitations not allowed for")


@pytest.mark.parametrize(("who", "status"), [("alex", 201), ("megan", 403)])
def test_only_administrators_invite_members(world: GraphWorld, who: str, status: int) -> None:
    answer = invite(world, token=world.user_token(world.user(who)), invitedUserType="Member")
    assert answer.status == status
    if status == 201:
        assert world.user("cleo").user_type == "Member"


def partner(world: GraphWorld, own: str, other: str, **body: Any) -> None:
    url = "/v1.0/policies/crossTenantAccessPolicy/partners"
    token, there = world.app_token(tenant=own), world.tenant(other).id
    world.post(url, {"tenantId": there}, token=token)
    assert world.patch(f"{url}/{there}", body, token=token).status == 204


def closed(*users: str) -> dict[str, Any]:
    targets = [{"target": user, "targetType": "user"} for user in users or ("AllUsers",)]
    return {
        "usersAndGroups": {"accessType": "blocked", "targets": targets},
        "applications": {
            "accessType": "blocked",
            "targets": [{"target": "AllApplications", "targetType": "application"}],
        },
    }


def test_inbound_settings_that_admit_nobody_block_the_invitation(world: GraphWorld) -> None:
    partner(world, "contoso", "fabrikam", b2bCollaborationInbound=closed())
    answer = invite(world)
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert "cross-tenant access settings" in answer.message


def test_inbound_settings_that_block_some_leave_it_to_the_sign_in(world: GraphWorld) -> None:
    cleo_at_home = world.user("cleo", tenant="fabrikam").id
    partner(world, "contoso", "fabrikam", b2bCollaborationInbound=closed(cleo_at_home))
    assert invite(world).status == 201


def test_outbound_settings_of_the_home_block_the_invitation(world: GraphWorld) -> None:
    cleo_at_home = world.user("cleo", tenant="fabrikam").id
    partner(world, "fabrikam", "contoso", b2bCollaborationOutbound=closed(cleo_at_home))
    assert invite(world).status == 400
    assert invite(world, invitedUserEmailAddress="ben@fabrikam.example").status == 201


def test_without_permission_the_answer_is_401_and_names_the_action(world: GraphWorld) -> None:
    answer = invite(world, token=world.app_token(["User.Read.All"]))
    assert (answer.status, answer.code) == (401, "Unauthorized")
    assert f"URL absolute path=/api/{world.tenant().id}/invites" in answer.message


# --- the mail ----------------------------------------------------------------------------------------------


def test_no_mail_is_sent_unless_asked_for(world: GraphWorld) -> None:
    invite(world)
    assert world.mailroom.messages(WORLD) == []


def test_the_mail_comes_on_behalf_of_the_tenant_and_leads_to_the_link(world: GraphWorld) -> None:
    answer = invite(
        world,
        token=world.user_token(world.user("alex")),
        sendInvitationMessage=True,
        invitedUserMessageInfo={
            "customizedMessageBody": "See <you>\nsoon",
            "ccRecipients": [{"emailAddress": {"address": "megan@contoso.example"}}],
        },
    )
    (mail,) = world.mailroom.messages(WORLD)
    assert mail.sender == "Microsoft Invitations on behalf of Contoso <invites@microsoft.com>"
    assert mail.subject == "Alex Wilber invited you to access applications within their organization"
    assert (mail.to, mail.reply_to, mail.cc) == (
        "cleo@fabrikam.example",
        "alex@contoso.example",
        ("megan@contoso.example",),
    )
    assert mail.links[0] == answer.json["inviteRedeemUrl"]
    assert "See <you>\nsoon" in mail.text
    assert "See &lt;you&gt;\nsoon" in mail.html
    assert mail.received == NOW


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(lambda world: world.app_token(), id="an application invites"),
        pytest.param(lambda world: world.user_token(world.change(world.user("alex"), mail=None)), id="no mail address"),
    ],
)
def test_a_custom_message_is_dropped_when_nobody_answers_for_it(world: GraphWorld, prepare: Any) -> None:
    invite(
        world,
        token=prepare(world),
        sendInvitationMessage=True,
        invitedUserMessageInfo={"customizedMessageBody": "Click here quickly"},
    )
    (mail,) = world.mailroom.messages(WORLD)
    assert "quickly" not in mail.text + mail.html
    assert mail.reply_to is None


def test_under_automatic_redemption_a_notification_replaces_the_invitation(world: GraphWorld) -> None:
    partner(world, "contoso", "fabrikam", automaticUserConsentSettings={"inboundAllowed": True})
    invite(world, sendInvitationMessage=True)
    partner(world, "fabrikam", "contoso", automaticUserConsentSettings={"outboundAllowed": True})
    invite(world, sendInvitationMessage=True)
    one_side, both_sides = world.mailroom.messages(WORLD)
    assert "Accept invitation" in one_side.text
    assert "Accept invitation" not in both_sides.text
    assert both_sides.subject == "You now have access to applications of Contoso"
    assert world.user("cleo").pending


def test_a_tenant_without_privacy_statement_says_so(world: GraphWorld) -> None:
    def without(old: Tenant) -> Tenant:
        return replace(old, privacy_statement_url=None)

    world.worlds.update_tenant(WORLD, world.tenant().id, without)
    invite(world, sendInvitationMessage=True)
    (mail,) = world.mailroom.messages(WORLD)
    assert "no privacy statement" in mail.text
    assert len(mail.links) == 1
