"""Is a demanded second factor satisfied, and where must it be done? (entra-sign-in 8.1 rows 1-4 and 11)"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from federation.cross_tenant_access import InboundTrust
from federation.decisions import Decision
from federation.model import SECOND_FACTORS, AuthenticationContext, HomeKind, Method
from federation.reasons import Reason
from federation.words import Rule


class MfaAnswer(StrEnum):
    """What comes next for the second factor."""

    NOT_DEMANDED = "not_demanded"
    SATISFIED_HERE = "satisfied_here"
    ACCEPTED_FROM_HOME = "accepted_from_home"
    CHALLENGE_HERE = "challenge_here"
    REGISTER_HERE = "register_here"
    CHALLENGE_AT_HOME = "challenge_at_home"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class MfaFacts:
    """What the decision may look at.

    ``tenant`` is the one that asks; ``home_tenant`` the guest's Entra home, None for every other kind;
    ``registered_here`` and ``registration_possible`` concern the asking tenant; ``asked_home`` is whether
    the home was already asked for the factor in this sign-in. The names are for the sentences.
    """

    demanded: bool
    home_kind: HomeKind
    tenant: str
    home_tenant: str | None
    is_mfa_accepted: bool
    authentication: AuthenticationContext
    registered_here: bool
    registration_possible: bool
    asked_home: bool = False
    tenant_name: str = "this tenant"
    home_name: str = "the home tenant"

    @property
    def done_here(self) -> bool:
        """Whether a second factor was passed at the asking tenant."""
        return self.authentication.at(self.tenant).second_factor is not None

    @property
    def done_at_home(self) -> bool:
        """Whether the Entra home says that it saw a second factor."""
        return self.home_tenant is not None and self.authentication.at(self.home_tenant).second_factor is not None

    @property
    def entra_guest(self) -> bool:
        """Whether the person comes from another Entra tenant."""
        return self.home_kind is HomeKind.AZURE_ACTIVE_DIRECTORY

    @property
    def row(self) -> str:
        """The row of the matrix for a factor that this tenant must see itself; members stand outside it."""
        if self.home_kind is HomeKind.LOCAL:
            return "entra-sign-in 9.3"
        return f"entra-sign-in 8.1 row {2 if self.entra_guest else 11}"


@dataclass(frozen=True, kw_only=True)
class MfaDecision:
    """The answer for the dispatcher, and the decision for the explanation."""

    answer: MfaAnswer
    decision: Decision


def decide_mfa(facts: MfaFacts) -> MfaDecision:
    """Where a second factor comes from, if one is demanded.

    A factor passed at the asking tenant always counts. An Entra home whose factors are trusted must provide
    it and is asked for it once; there is no falling back to this tenant. Everybody else does it here.
    Refusals: MFA_REQUIRED (trusted home did not provide it), MFA_REGISTRATION_REQUIRED.
    """
    if not facts.demanded:
        source = "entra-sign-in 8.1 row 1" if facts.entra_guest else "entra-sign-in 9.3"
        return _answer(facts, MfaAnswer.NOT_DEMANDED, "No policy demands a second factor.", source)
    if facts.done_here:
        reason = f"A second factor was passed at {facts.tenant_name} itself."
        return _answer(facts, MfaAnswer.SATISFIED_HERE, reason, facts.row)
    if facts.entra_guest and facts.is_mfa_accepted:
        return _from_home(facts)
    return _here(facts)


def _from_home(facts: MfaFacts) -> MfaDecision:
    """Rows 3 and 4: the home tenant is trusted, so the home tenant must do it."""
    trust = f"{facts.tenant_name} trusts the multifactor authentication of {facts.home_name}"
    if facts.done_at_home:
        return _answer(
            facts,
            MfaAnswer.ACCEPTED_FROM_HOME,
            f"{trust}, whose signed token says that it was done there.",
            "entra-sign-in 8.1 row 3",
        )
    if not facts.asked_home:
        return _answer(
            facts,
            MfaAnswer.CHALLENGE_AT_HOME,
            f"{trust}, where it has not been done yet: the person is sent back there for it.",
            "entra-sign-in 8.1 row 4",
        )
    return _answer(
        facts,
        MfaAnswer.REFUSED,
        f"{trust}, which was asked for it and did not provide it; it cannot be done at {facts.tenant_name} instead.",
        "entra-sign-in 8.1 row 4",
        refusal=Reason.MFA_REQUIRED,
    )


def _here(facts: MfaFacts) -> MfaDecision:
    """Rows 2 and 11, and members: this tenant must see the factor itself."""
    why = _why_here(facts)
    if facts.registered_here:
        return _answer(facts, MfaAnswer.CHALLENGE_HERE, f"{why} A method is registered, so it is asked for.", facts.row)
    if facts.registration_possible:
        return _answer(
            facts, MfaAnswer.REGISTER_HERE, f"{why} No method is registered yet, so one is registered first.", facts.row
        )
    return _answer(
        facts,
        MfaAnswer.REFUSED,
        f"{why} No method is registered, and none can be registered from here.",
        facts.row,
        refusal=Reason.MFA_REGISTRATION_REQUIRED,
    )


def _why_here(facts: MfaFacts) -> str:
    if facts.home_kind is HomeKind.LOCAL:
        return f"{facts.tenant_name} demands a second factor of its own user."
    if facts.entra_guest:
        ignored = ", although it was done there" if facts.done_at_home else ""
        return (
            f"{facts.tenant_name} does not trust the multifactor authentication of {facts.home_name}{ignored}, "
            f"so it must be done at {facts.tenant_name}."
        )
    return f"Only Entra homes can be trusted for multifactor authentication, so it must be done at {facts.tenant_name}."


def _answer(
    facts: MfaFacts, answer: MfaAnswer, reason: str, source: str, *, refusal: Reason | None = None
) -> MfaDecision:
    decision = Decision(
        rule=Rule.MFA,
        result=answer.value,
        reason=reason[:1].upper() + reason[1:],
        source=source,
        inputs={
            "demanded": facts.demanded,
            "home_kind": facts.home_kind.value,
            "is_mfa_accepted": facts.is_mfa_accepted,
            "second_factor_here": facts.done_here,
            "second_factor_at_home": facts.done_at_home,
            "registered_here": facts.registered_here,
            "registration_possible": facts.registration_possible,
            "asked_home": facts.asked_home,
        },
        refusal=refusal,
    )
    return MfaDecision(answer=answer, decision=decision)


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
