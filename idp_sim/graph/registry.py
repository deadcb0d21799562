"""The one table of Graph resources. A new resource is a module in ``resources`` and its line here."""

from __future__ import annotations

from idp_sim.graph.resource import Resource
from idp_sim.graph.resources.conditional_access_policies import CONDITIONAL_ACCESS_POLICIES
from idp_sim.graph.resources.cross_tenant_access_policy import DEFAULT, PARTNERS, POLICY
from idp_sim.graph.resources.invitations import INVITATIONS
from idp_sim.graph.resources.organization import ORGANIZATION
from idp_sim.graph.resources.sign_ins import SIGN_INS
from idp_sim.graph.resources.users import ME, USERS

RESOURCES: tuple[Resource, ...] = (
    USERS,
    ME,
    INVITATIONS,
    ORGANIZATION,
    POLICY,
    DEFAULT,
    PARTNERS,
    CONDITIONAL_ACCESS_POLICIES,
    SIGN_INS,
)
