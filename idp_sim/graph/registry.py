"""The one table of Graph resources. A new resource is a module in ``resources`` and its line here."""

from __future__ import annotations

from idp_sim.graph.resource import Resource
from idp_sim.graph.resources.applications import APPLICATION_RESOURCES
from idp_sim.graph.resources.authentication import AUTHENTICATION_RESOURCES
from idp_sim.graph.resources.b2b_management_policies import B2B_MANAGEMENT_RESOURCES
from idp_sim.graph.resources.conditional_access import CONDITIONAL_ACCESS_RESOURCES
from idp_sim.graph.resources.cross_tenant_access_policy import DEFAULT, PARTNERS, POLICY
from idp_sim.graph.resources.deleted_items import DELETED_ITEMS
from idp_sim.graph.resources.directory_audits import DIRECTORY_AUDITS
from idp_sim.graph.resources.directory_roles import ROLE_RESOURCES
from idp_sim.graph.resources.domains import DOMAIN_RESOURCES
from idp_sim.graph.resources.federation_configurations import FEDERATION_RESOURCES
from idp_sim.graph.resources.grants import GRANT_RESOURCES
from idp_sim.graph.resources.groups import GROUP_RESOURCES
from idp_sim.graph.resources.identity_providers import IDENTITY_PROVIDERS
from idp_sim.graph.resources.identity_synchronization import IDENTITY_SYNCHRONIZATION
from idp_sim.graph.resources.invitations import INVITATIONS
from idp_sim.graph.resources.organization import ORGANIZATION
from idp_sim.graph.resources.sign_ins import SIGN_INS
from idp_sim.graph.resources.tenant_objects import TENANT_RESOURCES
from idp_sim.graph.resources.units import UNIT_RESOURCES
from idp_sim.graph.resources.user_licences import LICENSE_DETAILS, SUBSCRIBED_SKUS
from idp_sim.graph.resources.user_relations import USER_RELATIONS
from idp_sim.graph.resources.users import ME, USERS

RESOURCES: tuple[Resource, ...] = (
    USERS,
    ME,
    *USER_RELATIONS,
    LICENSE_DETAILS,
    *AUTHENTICATION_RESOURCES,
    *GROUP_RESOURCES,
    *UNIT_RESOURCES,
    *ROLE_RESOURCES,
    *APPLICATION_RESOURCES,
    *GRANT_RESOURCES,
    INVITATIONS,
    IDENTITY_PROVIDERS,
    DELETED_ITEMS,
    ORGANIZATION,
    *DOMAIN_RESOURCES,
    *TENANT_RESOURCES,
    SUBSCRIBED_SKUS,
    POLICY,
    DEFAULT,
    PARTNERS,
    IDENTITY_SYNCHRONIZATION,
    *B2B_MANAGEMENT_RESOURCES,
    *FEDERATION_RESOURCES,
    *CONDITIONAL_ACCESS_RESOURCES,
    SIGN_INS,
    DIRECTORY_AUDITS,
)
