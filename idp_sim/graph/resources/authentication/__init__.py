"""``/users/{id}/authentication`` and ``/policies/authenticationMethodsPolicy`` (graph-api 11, 20.2)."""

from __future__ import annotations

from idp_sim.graph.resources.authentication.access_pass import ACCESS_PASSES
from idp_sim.graph.resources.authentication.keys import FIDO2
from idp_sim.graph.resources.authentication.methods import METHODS
from idp_sim.graph.resources.authentication.others import AUTHENTICATORS, OATH, PASSWORDS
from idp_sim.graph.resources.authentication.phones import EMAILS, PHONES
from idp_sim.graph.resources.authentication.policy import CONFIGURATIONS, METHODS_POLICY
from idp_sim.graph.resources.authentication.preferences import PREFERENCES

AUTHENTICATION_RESOURCES = (
    METHODS,
    PASSWORDS,
    PHONES,
    EMAILS,
    AUTHENTICATORS,
    OATH,
    FIDO2,
    ACCESS_PASSES,
    PREFERENCES,
    METHODS_POLICY,
    CONFIGURATIONS,
)
