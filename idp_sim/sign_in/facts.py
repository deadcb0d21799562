"""What the dispatcher may look at: loaded by a service before each question, never by the dispatcher."""

from __future__ import annotations

from dataclasses import dataclass, field

from federation.cross_tenant_access import B2bSetting, CrossTenantAccessConfiguration
from federation.identity_providers.base import HomeRealm, RealmFacts
from idp_sim.applications.consent import MissingConsent
from idp_sim.applications.model import Application
from idp_sim.conditional_access.book import PolicyBook
from idp_sim.directory.collaboration import B2bManagementPolicy
from idp_sim.directory.model import Credentials, Invitation, User
from idp_sim.sign_in.model import SessionAccount
from idp_sim.tenants.model import Tenant


@dataclass(frozen=True, kw_only=True)
class Account:
    """A signed-in account of this browser at this tenant, with its user object."""

    session: SessionAccount
    user: User


@dataclass(frozen=True, kw_only=True)
class SignInFacts:
    """Everything that the rules of one sign-in read. What is not known yet is None or empty.

    ``inbound`` and ``outbound`` are effective configurations towards the other tenant; ``candidates`` are
    the homes found for the address; ``user`` is the object of the person who has signed in;
    ``network_policy`` are the tenant restrictions that the person's network names, towards this tenant; ``book``
    holds the tenant's conditional access; ``accepted_terms`` are the agreements that the person need not
    accept again; ``missing_consent`` is what the application lacks for this person.
    """

    tenant: Tenant
    application: Application
    resource: Application | None = None
    accounts: tuple[Account, ...] = ()
    realm: RealmFacts | None = None
    candidates: tuple[HomeRealm, ...] = ()
    user: User | None = None
    credentials: Credentials | None = None
    invitation: Invitation | None = None
    inbound: CrossTenantAccessConfiguration | None = None
    outbound: CrossTenantAccessConfiguration | None = None
    home_name: str = ""
    resource_tenant_name: str = ""
    home_outbound_consent: bool = False
    collaboration: B2bManagementPolicy | None = None  # looked up for pending guests
    network_policy: B2bSetting | None = None
    book: PolicyBook = field(default_factory=PolicyBook)
    accepted_terms: frozenset[str] = frozenset()
    assigned: bool = True
    missing_consent: tuple[MissingConsent, ...] = ()
