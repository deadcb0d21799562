"""The user object of a person who signs in at this tenant (graph-api 10.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from idp_sim.directory.model import ObjectIdentity, User

#: Properties that a person may be given freely: Graph's name -> field of ``User``.
ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "givenName": "given_name",
        "surname": "surname",
        "jobTitle": "job_title",
        "department": "department",
        "companyName": "company_name",
        "mobilePhone": "mobile_phone",
        "officeLocation": "office_location",
        "preferredLanguage": "preferred_language",
        "country": "country",
        "usageLocation": "usage_location",
    }
)


def attribute_fields(attributes: Mapping[str, str | None]) -> dict[str, str | None]:
    """``attributes`` by field of ``User``; KeyError names one that is not known."""
    return {ATTRIBUTES[name]: value for name, value in attributes.items()}


def personal_id(identifier: str) -> str:
    """The object id of a personal account: the last 16 digits are the account's own, the others are nought."""
    return f"00000000-0000-0000-{identifier[19:]}"


def new_member(
    *,
    id: str,
    user_principal_name: str,
    now: datetime,
    display_name: str | None = None,
    mfa: str = "none",
    attributes: Mapping[str, str | None] | None = None,
    directory_roles: Iterable[str] = (),
    account_enabled: bool = True,
) -> User:
    """A member of the tenant; first and last name come from the display name unless given."""
    local = user_principal_name.partition("@")[0]
    name = display_name or local
    given, _, family = name.partition(" ")
    fields: dict[str, str | None] = {"given_name": given, "surname": family or None}
    return User(
        id=id,
        user_principal_name=user_principal_name,
        display_name=name,
        created=now,
        mail=user_principal_name,
        mail_nickname=local,
        proxy_addresses=(f"SMTP:{user_principal_name}",),
        identities=(
            ObjectIdentity(
                sign_in_type="userPrincipalName",
                issuer=user_principal_name.rpartition("@")[2].lower(),
                issuer_assigned_id=user_principal_name,
            ),
        ),
        directory_roles=tuple(directory_roles),
        account_enabled=account_enabled,
        mfa=mfa,
        **{**fields, **attribute_fields(attributes or {})},  # type: ignore[arg-type]
    )
