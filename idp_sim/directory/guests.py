"""The guest object: made by an invitation, changed by acceptance (entra-sign-in 2.7, graph-api 10.2, 10.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from federation.errors import FederationError
from federation.model import ExternalIdentity, HomeKind
from federation.reasons import Reason
from idp_sim.directory.model import ACCEPTED, GUEST, MEMBER, PENDING, HomeLink, ObjectIdentity, User

FEDERATED = "federated"
USER_PRINCIPAL_NAME = "userPrincipalName"
INVITED = "Invitation"

#: ``identities[].issuer`` of the homes that have a fixed word for it; the others show their issuer (1.2).
ISSUER_WORDS: Mapping[HomeKind, str] = {
    HomeKind.AZURE_ACTIVE_DIRECTORY: "ExternalAzureAD",
    HomeKind.MICROSOFT_ACCOUNT: "MicrosoftAccount",
    HomeKind.EMAIL_ONE_TIME_PASSCODE: "mail",
}


def guest_user_principal_name(address: str, initial_domain: str) -> str:
    """``ana_fabrikam.example#EXT#@contoso.example`` of ``ana@fabrikam.example`` invited to Contoso."""
    return f"{mail_nickname(address)}@{initial_domain}"


def mail_nickname(address: str) -> str:
    """The part of a guest's user principal name before the ``@``; ``#`` is reserved for this purpose."""
    return f"{address.replace('@', '_')}#EXT#"


def home_key(kind: str, idp: str, subject: str) -> str:
    """What an accepted guest is found by: kind of home, ``idp`` and the home's stable key of the person."""
    return f"{kind}|{idp}|{subject}"


def new_guest(
    *,
    id: str,
    address: str,
    initial_domain: str,
    now: datetime,
    display_name: str | None = None,
    user_type: str = GUEST,
    sponsors: Iterable[str] = (),
) -> User:
    """A pending guest as an invitation leaves it; the display name falls back to the local part."""
    user_principal_name = guest_user_principal_name(address, initial_domain)
    return User(
        id=id,
        user_principal_name=user_principal_name,
        display_name=display_name or address.partition("@")[0],
        created=now,
        mail=address,
        mail_nickname=mail_nickname(address),
        user_type=user_type,
        creation_type=INVITED,
        external_user_state=PENDING,
        external_user_state_changed=now,
        other_mails=(address,),
        proxy_addresses=(f"SMTP:{address}",),
        identities=(_own_entry(user_principal_name),),
        sponsors=tuple(sponsors),
    )


def accept(user: User, identity: ExternalIdentity, now: datetime) -> User:
    """The guest after accepting with ``identity``, which sticks from now on (entra-sign-in 2.5).

    Made to be the ``change`` of a storage update: the same identity again changes nothing, so accepting
    twice equals once; another identity raises FederationError(INVITATION_OF_OTHER_PERSON), so of two people
    racing for one invitation the first wins.
    """
    link = _link(identity)
    if user.home is not None:
        if home_key(user.home.kind, user.home.idp, user.home.subject) == home_key(link.kind, link.idp, link.subject):
            return user
        raise FederationError(
            Reason.INVITATION_OF_OTHER_PERSON,
            address=identity.address,
            idp=identity.issuer,
            tenant=user.user_principal_name.rpartition("@")[2],
            detail="the guest has been redeemed with another identity",
        )
    return replace(
        user,
        external_user_state=ACCEPTED,
        external_user_state_changed=now,
        identities=identities_of(identity, user.user_principal_name),
        home=link,
    )


def visiting_user(identity: ExternalIdentity, now: datetime) -> User:
    """Who comes by direct connect, as rules and tokens see the person: never stored (entra-sign-in 16.1).

    There is no object here, so the id is that of the object at home.
    """
    return User(
        id=identity.home_object or identity.subject,
        user_principal_name=identity.address,
        display_name=identity.display_name or identity.address.partition("@")[0],
        created=now,
        mail=identity.address,
        user_type=GUEST,
        external_user_state=ACCEPTED,
        external_user_state_changed=now,
        home=_link(identity),
    )


def pending_again(user: User, now: datetime) -> User:
    """The guest before a new redemption: the object stays, the home identity is gone (entra-sign-in 2.8)."""
    return replace(
        user,
        external_user_state=PENDING,
        external_user_state_changed=now,
        identities=(_own_entry(user.user_principal_name),),
        home=None,
    )


def made_external(user: User, address: str, now: datetime) -> User:
    """An internal user who is to redeem with an account outside; name, type and memberships stay (graph-api 9.4)."""
    others = (m for m in (user.mail, *user.other_mails) if m and m.lower() != address.lower())
    mails = (address, *dict.fromkeys(others))
    proxies = (f"SMTP:{address}", *(f"smtp:{mail}" for mail in mails[1:]))
    return replace(pending_again(user, now), mail=address, other_mails=mails, proxy_addresses=proxies, mfa="none")


def made_internal(user: User, user_principal_name: str, mail: str | None, now: datetime) -> User:
    """A guest who becomes a member that signs in here (graph-api 10, ``convertExternalToInternalMemberUser``)."""
    return replace(
        user,
        user_principal_name=user_principal_name,
        mail=mail or user_principal_name,
        user_type=MEMBER,
        external_user_state=None,
        external_user_state_changed=None,
        home=None,
        identities=(_own_entry(user_principal_name),),
        tokens_valid_from=now,
    )


def identities_of(identity: ExternalIdentity, user_principal_name: str) -> tuple[ObjectIdentity, ...]:
    """``identities`` of a redeemed guest: the federated entry first, the user principal name after it."""
    return (
        ObjectIdentity(
            sign_in_type=FEDERATED,
            issuer=ISSUER_WORDS.get(identity.kind, identity.issuer),
            issuer_assigned_id=_issuer_assigned_id(identity),
        ),
        _own_entry(user_principal_name),
    )


def external_user_type(user: User) -> str | None:
    """Which ``guestOrExternalUserTypes`` value means this user; None for an internal member (entra-sign-in 9.1)."""
    if not user.external:
        return "internalGuest" if user.user_type == GUEST else None
    return "b2bCollaborationGuest" if user.user_type == GUEST else "b2bCollaborationMember"


def _link(identity: ExternalIdentity) -> HomeLink:
    return HomeLink(
        kind=identity.kind.value,
        idp=identity.issuer,
        subject=identity.subject,
        home_tenant=identity.home_tenant,
        home_object=identity.home_object,
        address=identity.address,
    )


def _own_entry(user_principal_name: str) -> ObjectIdentity:
    return ObjectIdentity(
        sign_in_type=USER_PRINCIPAL_NAME,
        issuer=user_principal_name.rpartition("@")[2],
        issuer_assigned_id=user_principal_name,
    )


def _issuer_assigned_id(identity: ExternalIdentity) -> str | None:
    if identity.kind in (HomeKind.AZURE_ACTIVE_DIRECTORY, HomeKind.MICROSOFT_ACCOUNT):
        return None
    return identity.address if identity.kind is HomeKind.EMAIL_ONE_TIME_PASSCODE else identity.subject
