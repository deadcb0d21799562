"""``POST /invitations`` (graph-api 9). Nothing reads an invitation back: track the user instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from idp_sim.directory.addresses import address_problem
from idp_sim.directory.group import Group
from idp_sim.directory.invitations import InvitationRequest
from idp_sim.directory.model import GUEST, MEMBER, User
from idp_sim.graph.bodies import bound, invalid
from idp_sim.graph.errors import Detail, GraphError, Problem
from idp_sim.graph.permissions import Access
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Type
from idp_sim.graph.resources.user_relations import MOST_SPONSORS
from idp_sim.ports import AlreadyExists, NotFound
from idp_sim.services.invite_guest import Invited, invite_guest

_PERMISSIONS = ("User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
_BOUND = "invitedUserSponsors@odata.bind"
_MESSAGE_KEYS = ("messageLanguage", "customizedMessageBody", "ccRecipients")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _create(call: Call) -> Invited:
    request = _request(call.body, _sponsors(call))
    try:
        return invite_guest(
            request,
            call.principal,
            ports=call.ports,
            mailroom=call.mailroom,
            context=call.context,
        )
    except AlreadyExists as error:
        message = Problem.NAME_TAKEN.value.sentence.format(property="userPrincipalName")
        detail = Detail(code="ObjectConflict", message=message, target="userPrincipalName")
        raise GraphError(Problem.NAME_TAKEN, property="userPrincipalName", details=(detail,)) from error


def _invited_user(body: Mapping[str, Any]) -> str | None:
    """The id in ``invitedUser``: the object that is there already (graph-api 9.4)."""
    given = body.get("invitedUser")
    if given is None:
        if body.get("resetRedemption"):
            raise invalid(INVITATIONS, "invitedUser", "an object with the id of the user whose redemption is reset")
        return None
    for name in given:
        if name != "id" and "@odata." not in name:
            raise GraphError(
                Problem.PROPERTY_UNKNOWN, property=f"invitedUser/{name}", type="microsoft.graph.invitation"
            )
    if not isinstance(given.get("id"), str):
        raise invalid(INVITATIONS, "invitedUser", "an object with an id")
    return str(given["id"])


def _sponsors(call: Call) -> tuple[str, ...] | None:
    """The users and groups in ``invitedUserSponsors``, as objects with ids or as links; None means the inviter."""
    ids = [item.get("id") for item in call.body.get("invitedUserSponsors") or ()]
    if _BOUND in call.body:
        ids += bound(_BOUND, call.body[_BOUND])
    if not ids:
        return None
    if len(set(ids)) > MOST_SPONSORS or not all(isinstance(id, str) for id in ids):
        raise invalid(INVITATIONS, "invitedUserSponsors", f"at most {MOST_SPONSORS} users or groups by id")
    for id in ids:
        try:
            found = call.directory.object(id.lower())
        except NotFound:
            found = None
        if not isinstance(found, User | Group):
            raise invalid(INVITATIONS, "invitedUserSponsors", f"users and groups of this tenant; '{id}' is none")
    return tuple(dict.fromkeys(id.lower() for id in ids))


def _request(body: Mapping[str, Any], sponsors: tuple[str, ...] | None) -> InvitationRequest:
    user_type = body.get("invitedUserType") or GUEST
    by_lower_case = {word.lower(): word for word in (GUEST, MEMBER)}
    if user_type.lower() not in by_lower_case:
        raise invalid(INVITATIONS, "invitedUserType", "Guest or Member")
    info = _message_info(body.get("invitedUserMessageInfo"))
    return InvitationRequest(
        address=body["invitedUserEmailAddress"],
        redirect_url=body["inviteRedirectUrl"],
        display_name=body.get("invitedUserDisplayName") or None,
        user_type=by_lower_case[user_type.lower()],
        send_message=bool(body.get("sendInvitationMessage")),
        user=_invited_user(body),
        reset=bool(body.get("resetRedemption")),
        sponsors=sponsors,
        **info,
    )


def _message_info(info: Mapping[str, Any] | None) -> dict[str, Any]:
    given = {name: value for name, value in (info or {}).items() if "@odata." not in name}
    for name in given:
        if name not in _MESSAGE_KEYS:
            raise GraphError(
                Problem.PROPERTY_UNKNOWN,
                property=f"invitedUserMessageInfo/{name}",
                type="microsoft.graph.invitedUserMessageInfo",
            )
    language, message = given.get("messageLanguage"), given.get("customizedMessageBody")
    if language is not None and not (isinstance(language, str) and _LANGUAGE.fullmatch(language)):
        raise _invalid_info("messageLanguage", "a language tag such as en-US")
    if message is not None and not isinstance(message, str):
        raise _invalid_info("customizedMessageBody", "a string")
    return {
        "message_language": language,
        "customized_message": message or None,
        "cc_recipients": _recipients(given.get("ccRecipients")),
    }


def _recipients(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > 1:
        raise _invalid_info("ccRecipients", "a list of one recipient at most")
    return tuple(address for item in value if (address := _recipient(item)))


def _recipient(item: Any) -> str | None:
    """The address; None for the empty recipient that a reply of this very call holds."""
    email = item.get("emailAddress") if isinstance(item, dict) else None
    address = email.get("address") if isinstance(email, dict) else ""
    if address is None:
        return None
    if not isinstance(address, str) or address_problem(address):
        raise _invalid_info("ccRecipients", "recipients with an emailAddress/address")
    return address


def _invalid_info(name: str, expected: str) -> GraphError:
    return invalid(INVITATIONS, f"invitedUserMessageInfo/{name}", expected)


def _info_to_json(invited: Invited) -> dict[str, Any]:
    invitation = invited.invitation
    recipients = invitation.cc_recipients or (None,)
    return {
        "messageLanguage": invitation.message_language,
        "customizedMessageBody": invitation.customized_message,
        "ccRecipients": [{"emailAddress": {"name": None, "address": address}} for address in recipients],
    }


def _status(invited: Invited) -> str:
    return "Completed" if invited.completed else "PendingAcceptance"


INVITATIONS = Resource(
    path="/invitations",
    type_name="microsoft.graph.invitation",
    properties=(
        Property(name="id", read=lambda invited: invited.invitation.id),
        Property(name="inviteRedeemUrl", read=lambda invited: invited.invitation.redeem_url),
        Property(
            name="invitedUserDisplayName",
            read=lambda invited: invited.invitation.display_name,
            writable=True,
        ),
        Property(name="invitedUserType", read=lambda invited: invited.invitation.user_type, writable=True),
        Property(
            name="invitedUserEmailAddress",
            read=lambda invited: invited.invitation.address,
            writable=True,
            required=True,
            nullable=False,
        ),
        Property(
            name="sendInvitationMessage",
            read=lambda invited: invited.invitation.send_message,
            type=Type.BOOLEAN,
            writable=True,
        ),
        Property(name="resetRedemption", read=lambda invited: invited.reset, type=Type.BOOLEAN, writable=True),
        Property(
            name="inviteRedirectUrl",
            read=lambda invited: invited.invitation.redirect_url,
            writable=True,
            required=True,
            nullable=False,
        ),
        Property(name="status", read=_status),
        Property(name="invitedUserMessageInfo", read=_info_to_json, type=Type.OBJECT, writable=True),
        Property(
            name="invitedUserSponsors",
            read=lambda invited: [{"id": id} for id in invited.user.sponsors],
            type=Type.OBJECTS,
            default=False,
            writable=True,
        ),
        Property(
            name="invitedUser",
            read=lambda invited: {"id": invited.user.id},
            type=Type.OBJECT,
            writable=True,
        ),
    ),
    bindings=frozenset({_BOUND}),
    not_found=Problem.OBJECT_NOT_FOUND,
    operations={
        Operation.CREATE: Handler(run=_create, access=Access(delegated=_PERMISSIONS, application=_PERMISSIONS))
    },
    denied=Problem.INVITATION_DENIED,
)
