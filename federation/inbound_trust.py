"""What of an Entra home's claims counts in the resource tenant (entra-sign-in 7.5)."""

from __future__ import annotations

from dataclasses import replace

from federation.cross_tenant_access import InboundTrust
from federation.decisions import Decision
from federation.model import SECOND_FACTORS, AuthenticationContext, HomeKind, Method
from federation.words import Rule


def decide_inbound_trust(*, home_kind: HomeKind, trust: InboundTrust, home: str, resource: str) -> Decision:
    """Does the resource tenant accept the home's multifactor claim? Never a refusal.

    Result ``mfa_accepted``, ``mfa_not_accepted`` or ``not_applicable`` (homes other than Entra).
    Source: entra-sign-in 7.5, 19 item 5.
    """
    if home_kind is not HomeKind.AZURE_ACTIVE_DIRECTORY:
        result, reason = "not_applicable", "Inbound trust concerns Entra homes only."
    elif trust.is_mfa_accepted:
        result, reason = "mfa_accepted", f"{resource} trusts multifactor authentication done at {home}."
    else:
        result, reason = "mfa_not_accepted", f"{resource} does not trust multifactor authentication done at {home}."
    return Decision(
        rule=Rule.INBOUND_TRUST,
        result=result,
        reason=reason,
        source="entra-sign-in 7.5",
        inputs={
            "home_kind": home_kind.value,
            "is_mfa_accepted": trust.is_mfa_accepted,
            "is_compliant_device_accepted": trust.is_compliant_device_accepted,
            "is_hybrid_azure_ad_joined_device_accepted": trust.is_hybrid_azure_ad_joined_device_accepted,
        },
    )


def trusted(
    authentication: AuthenticationContext, *, tenant: str, home_tenant: str | None, trust: InboundTrust
) -> AuthenticationContext:
    """What of ``authentication`` counts at ``tenant``: the ``amr`` of its tokens is read from the result.

    Everything done here counts; second factors done elsewhere count only when they were done at the Entra
    home and its multifactor authentication is accepted. A first factor at home always counts as one, so a
    home sign-in that consisted of an untrusted strong method alone remains as one federated factor.
    Source: entra-sign-in 7.5, 8.1, 8.4.
    """
    accepted = {tenant, home_tenant} if trust.is_mfa_accepted else {tenant}
    kept = tuple(m for m in authentication.methods if m.tenant in accepted or m.method not in SECOND_FACTORS)
    if not kept and authentication.methods:
        kept = (replace(authentication.methods[-1], method=Method.FEDERATED_SINGLE_FACTOR),)
    return AuthenticationContext(methods=kept)
