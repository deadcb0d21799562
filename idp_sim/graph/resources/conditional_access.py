"""Everything below ``/identity/conditionalAccess`` and what its policies refer to, for the registry."""

from __future__ import annotations

from idp_sim.graph.resources.authentication_contexts import AUTHENTICATION_CONTEXTS
from idp_sim.graph.resources.authentication_strengths import STRENGTH_RESOURCES
from idp_sim.graph.resources.conditional_access_policies import POLICY_RESOURCES
from idp_sim.graph.resources.conditional_access_templates import POLICY_TEMPLATES
from idp_sim.graph.resources.named_locations import NAMED_LOCATIONS
from idp_sim.graph.resources.terms_of_use import TERMS_OF_USE_RESOURCES
from idp_sim.graph.resources.what_if import WHAT_IF

CONDITIONAL_ACCESS_RESOURCES = (
    *POLICY_RESOURCES,
    NAMED_LOCATIONS,
    WHAT_IF,
    POLICY_TEMPLATES,
    AUTHENTICATION_CONTEXTS,
    *STRENGTH_RESOURCES,
    *TERMS_OF_USE_RESOURCES,
)
