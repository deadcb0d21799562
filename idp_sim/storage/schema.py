"""Which record types are stored, under which key, and by which values they can be found.

A new record type is a row of ``TABLES``; statements, indexes, codec and the conformance suite follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from federation.authentication_strength import AuthenticationStrength
from federation.cross_tenant_access import CrossTenantAccessConfiguration, CrossTenantAccessPolicy
from federation.external_federation import FederationConfiguration
from federation.one_time_passcode import Passcode
from federation.openid_provider import OpenIdProvider
from idp_sim.applications.model import Application, AppRoleAssignment, OAuth2PermissionGrant
from idp_sim.authentication_methods.registered import SimulatedKey
from idp_sim.conditional_access.authentication_context import AuthenticationContextClassReference
from idp_sim.conditional_access.book import PolicyRevision
from idp_sim.conditional_access.locations import AddressCountries, NamedLocation
from idp_sim.conditional_access.model import ConditionalAccessPolicy
from idp_sim.conditional_access.terms_of_use import Agreement, AgreementAcceptance, AgreementDocument
from idp_sim.directory.audit import DirectoryAudit
from idp_sim.directory.collaboration import B2bManagementPolicy
from idp_sim.directory.deleted import DeletedItem
from idp_sim.directory.group import AdministrativeUnit, DirectoryLink, Group, RoleAssignment
from idp_sim.directory.model import Credentials, Invitation, User
from idp_sim.ports import ClockSetting, ProtocolMessage
from idp_sim.sign_in.model import (
    AuthorizationCode,
    RefreshToken,
    Session,
    SignInRow,
    SignInTransaction,
    UsedAssertion,
)
from idp_sim.tenants.model import Tenant
from idp_sim.world import DnsRecord, Mail, MailNumber, PhoneMessage, WorldRecord

#: Reads a value out of a record.
Read = Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """An indexed column; ``unique`` holds within one tenant, and None never collides."""

    name: str
    read: Read
    unique: bool = False


@dataclass(frozen=True)
class Table:
    """One record type: where it is kept, the value that is its key, and its indexed columns.

    ``paged`` ones have an index of the order of insertion within a tenant: they are many and read by the page.
    """

    record: type
    name: str
    key: Read
    columns: tuple[Column, ...] = ()
    paged: bool = False


def _table(record: type, name: str, key: str, *columns: str | Column, paged: bool = False) -> Table:
    """A row; a column that is an attribute as it stands is given by its name."""
    made = tuple(Column(c, attrgetter(c)) if isinstance(c, str) else c for c in columns)
    return Table(record=record, name=name, key=attrgetter(key), columns=made, paged=paged)


def _lower(attribute: str, *, unique: bool = False) -> Column:
    """Names and addresses are compared without regard to case."""
    read = attrgetter(attribute)

    def lowered(record: Any) -> str | None:
        value = read(record)
        return None if value is None else value.lower()

    return Column(attribute, lowered, unique)


def _home_key(user: User) -> str | None:
    """The home identity of a guest as one value (entra-sign-in 2.5); None for who signs in here."""
    return f"{user.home.kind}|{user.home.idp}|{user.home.subject}" if user.home else None


def _instant(attribute: str) -> Column:
    """An instant in whole seconds, as a text in UTC that sorts like it."""
    read = attrgetter(attribute)
    return Column(attribute, lambda record: _sortable(read(record)))


def _sortable(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0).isoformat(timespec="microseconds")


def _marked(name: str, test: Read) -> Column:
    """A column that finds the few records of which something is true."""
    return Column(name, lambda record: "yes" if test(record) else None)


TABLES: tuple[Table, ...] = (
    # world-wide
    _table(WorldRecord, "world", "id"),
    _table(ClockSetting, "clock_setting", "id"),
    _table(Tenant, "tenant", "id", "name"),
    _table(Mail, "mail", "number", _lower("to")),
    _table(DnsRecord, "dns_record", "id", "name"),
    _table(MailNumber, "mail_number", "id"),
    _table(PhoneMessage, "phone_message", "number", "address", "user_principal_name"),
    _table(AddressCountries, "address_countries", "name"),
    _table(ProtocolMessage, "protocol_message", "order", "correlation_id"),
    # the directory of a tenant
    _table(
        User,
        "user",
        "id",
        _lower("user_principal_name", unique=True),
        _lower("mail"),
        Column("home_key", _home_key),
        "user_type",
        _lower("display_name"),
        _marked("role_holder", attrgetter("directory_roles")),
        "external_user_state",
        _instant("created"),
        _marked("blocked", lambda user: not user.account_enabled),
        _marked("licensed", attrgetter("licenses")),
        paged=True,
    ),
    _table(Credentials, "credentials", "user"),
    _table(SimulatedKey, "simulated_key", "id"),
    _table(Invitation, "invitation", "id", "user", _lower("address")),
    _table(Passcode, "passcode", "address"),
    _table(Group, "group", "id", _lower("display_name"), _marked("evaluated", attrgetter("evaluated"))),
    _table(AdministrativeUnit, "administrative_unit", "id"),
    _table(DirectoryLink, "directory_link", "id", "source_key", "target_key"),
    _table(RoleAssignment, "role_assignment", "id", "principal", "scope"),
    _table(DeletedItem, "deleted_item", "id"),
    _table(DirectoryAudit, "directory_audit", "id", "activity", "correlation_id", paged=True),
    # applications and what is granted to them
    _table(
        Application,
        "application",
        "id",
        Column("client_id", attrgetter("client_id"), unique=True),
        "name",
        "service_principal",
    ),
    _table(OAuth2PermissionGrant, "oauth2_permission_grant", "id", "client", "principal"),
    _table(
        AppRoleAssignment,
        "app_role_assignment",
        "id",
        "principal",
        "resource",
        Column("group_resource", lambda a: a.resource if a.principal_type == "Group" else None),
    ),
    # policies
    _table(CrossTenantAccessConfiguration, "cross_tenant_access_configuration", "tenant_id"),
    _table(B2bManagementPolicy, "b2b_management_policy", "id"),
    _table(CrossTenantAccessPolicy, "cross_tenant_access_policy", "id"),
    _table(OpenIdProvider, "openid_provider", "id"),
    _table(ConditionalAccessPolicy, "conditional_access_policy", "id"),
    _table(FederationConfiguration, "federation_configuration", "id"),
    _table(PolicyRevision, "policy_revision", "id"),
    _table(NamedLocation, "named_location", "id"),
    _table(AuthenticationStrength, "authentication_strength", "id"),
    _table(AuthenticationContextClassReference, "authentication_context", "id"),
    _table(Agreement, "agreement", "id"),
    _table(AgreementDocument, "agreement_document", "id"),
    _table(AgreementAcceptance, "agreement_acceptance", "id", "user", "agreement"),
    # sign-in
    _table(SignInTransaction, "sign_in_transaction", "id", "sign_in_id"),
    _table(Session, "session", "browser"),
    _table(SignInRow, "sign_in_row", "id", "correlation_id", "user", "outcome", paged=True),
    _table(AuthorizationCode, "authorization_code", "hash"),
    _table(RefreshToken, "refresh_token", "hash", "user"),
    _table(UsedAssertion, "used_assertion", "id"),
)

TABLE_OF: Mapping[type, Table] = MappingProxyType({table.record: table for table in TABLES})
