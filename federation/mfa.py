"""Is a demanded second factor satisfied, and where must it be done? The matrix of entra-sign-in 8.1.

Rows 1-7, 11, 12 and 14-18; the device rows 8-10 stand in ``device_trust``, row 13 is a control that guests can't meet
(``idp_sim.conditional_access.grant_controls``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from federation.authentication_strength import (
    USABLE_BY_GUESTS_HERE,
    AuthenticationStrength,
    completing_all,
    meets,
    unmet,
)
from federation.cross_tenant_access import InboundTrust
from federation.decisions import Decision
from federation.inbound_trust import decide_inbound_trust, trusted
from federation.model import AuthenticationContext, HomeKind, Method
from federation.reasons import Reason
from federation.words import Rule

__all__ = ["MfaAnswer", "MfaDecision", "MfaFacts", "decide_inbound_trust", "decide_mfa", "trusted"]


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

    ``tenant`` is the one that asks; ``home_tenant`` the guest's Entra home, None for every other kind.
    ``demanded``: any second factor will do; ``strengths``: each of them must be met besides.
    ``registered_here`` and ``registration_possible`` concern the asking tenant, ``registered`` and ``registrable`` say
    which methods where that is known; ``asked_home`` is whether the home was already asked in this sign-in.
    ``risky``: the demand comes from a sign-in-risk policy; ``registration_barred``: a policy on registering security
    information is not met. The names are for the sentences.
    """

    demanded: bool
    home_kind: HomeKind
    tenant: str
    home_tenant: str | None
    is_mfa_accepted: bool
    authentication: AuthenticationContext
    registered_here: bool
    registration_possible: bool
    strengths: tuple[AuthenticationStrength, ...] = ()
    registered: frozenset[Method] = frozenset()
    registrable: frozenset[Method] = frozenset()
    direct_connect: bool = False
    risky: bool = False
    registration_barred: bool = False
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
    def member(self) -> bool:
        """Whether the person signs in at the asking tenant itself."""
        return self.home_kind is HomeKind.LOCAL

    @property
    def believed(self) -> AuthenticationContext:
        """What of everything that was done counts at the asking tenant."""
        trust = InboundTrust(is_mfa_accepted=self.is_mfa_accepted and self.entra_guest)
        return trusted(self.authentication, tenant=self.tenant, home_tenant=self.home_tenant, trust=trust)

    @property
    def row(self) -> str:
        """The row of the matrix for a factor that this tenant must see itself; members stand outside it."""
        if self.member:
            return "entra-sign-in 9.3"
        if self.strengths:
            return f"entra-sign-in 8.1 row {5 if self.entra_guest else 12}"
        return f"entra-sign-in 8.1 row {2 if self.entra_guest else 11}"


@dataclass(frozen=True, kw_only=True)
class MfaDecision:
    """The answer for the dispatcher, and the decision for the explanation.

    ``acceptable``: the methods that would do for a challenge or a registration here, None where any will.
    """

    answer: MfaAnswer
    decision: Decision
    acceptable: frozenset[Method] | None = None


def decide_mfa(facts: MfaFacts) -> MfaDecision:
    """Where a second factor comes from, if one is demanded.

    A factor passed at the asking tenant always counts. An Entra home whose factors are trusted must provide
    it and is asked for it once; there is no falling back to this tenant. Everybody else does it here.
    Refusals: MFA_REQUIRED (trusted home did not provide it), MFA_REGISTRATION_REQUIRED,
    BLOCKED_BY_CONDITIONAL_ACCESS (a strength that can't be met), INBOUND_MFA_NOT_ACCEPTED (direct connect without
    trust), PROOF_UP_BLOCKED_DUE_TO_RISK, PROOF_UP_BLOCKED_BY_POLICY.
    """
    if not facts.demanded and not facts.strengths:
        source = "entra-sign-in 8.1 row 1" if facts.entra_guest else "entra-sign-in 9.3"
        return _answer(facts, MfaAnswer.NOT_DEMANDED, "No policy demands a second factor.", source)
    if facts.strengths and not facts.member and not facts.entra_guest:
        reason = f"{_strengths(facts)} can be met by users of Entra homes only."
        refusal = Reason.BLOCKED_BY_CONDITIONAL_ACCESS
        return _answer(facts, MfaAnswer.REFUSED, reason, "entra-sign-in 8.1 row 12", refusal=refusal)
    if _met(facts):
        return _satisfied(facts)
    if facts.direct_connect and not facts.is_mfa_accepted:
        reason = (
            f"Direct connect users can do no second factor at {facts.tenant_name}, which does not trust {_of(facts)}."
        )
        refusal = Reason.INBOUND_MFA_NOT_ACCEPTED
        return _answer(facts, MfaAnswer.REFUSED, reason, "entra-sign-in 8.1 row 15", refusal=refusal)
    if facts.entra_guest and facts.is_mfa_accepted:
        return _from_home(facts)
    return _here_with_strengths(facts) if _open(facts) else _here(facts)


def _open(facts: MfaFacts) -> tuple[AuthenticationStrength, ...]:
    return unmet(facts.believed, facts.strengths, tenant=facts.tenant)


def _met(facts: MfaFacts) -> bool:
    """Every strength, and the plain demand: a strength may accept one factor alone."""
    done = facts.done_here or (facts.entra_guest and facts.is_mfa_accepted and facts.done_at_home)
    return (done or not facts.demanded) and not _open(facts)


def _satisfied(facts: MfaFacts) -> MfaDecision:
    """By what was done here if that is enough, else by what the trusted home did."""
    here = facts.authentication.at(facts.tenant)
    untrusted = trusted(facts.authentication, tenant=facts.tenant, home_tenant=facts.home_tenant, trust=InboundTrust())
    enough = all(meets(untrusted, strength, tenant=facts.tenant) for strength in facts.strengths)
    if enough and (here.second_factor is not None or not facts.entra_guest):
        reason = f"A second factor was passed at {facts.tenant_name} itself."
        if facts.strengths:
            reason = f"What was done at {facts.tenant_name} meets {_strengths(facts)}."
        return _answer(facts, MfaAnswer.SATISFIED_HERE, reason, facts.row)
    done = "signed token says that it was done there"
    row = 16 if facts.direct_connect else 3
    if facts.strengths:
        done, row = f"signed token names methods that meet {_strengths(facts)}", 16 if facts.direct_connect else 6
    return _answer(
        facts, MfaAnswer.ACCEPTED_FROM_HOME, f"{_trust(facts)}, whose {done}.", f"entra-sign-in 8.1 row {row}"
    )


def _from_home(facts: MfaFacts) -> MfaDecision:
    """Rows 4, 7 and 17: the home tenant is trusted, so the home tenant must do it."""
    row = f"entra-sign-in 8.1 row {17 if facts.direct_connect else 7 if _open(facts) else 4}"
    wanted = f"{_strengths(facts)} has not been met" if _open(facts) else "it has not been done"
    if not facts.asked_home:
        reason = f"{_trust(facts)}, where {wanted} yet: the person is sent back there for it."
        return _answer(facts, MfaAnswer.CHALLENGE_AT_HOME, reason, row)
    return _answer(
        facts,
        MfaAnswer.REFUSED,
        f"{_trust(facts)}, which was asked for it and did not provide it; it cannot be done at {facts.tenant_name} "
        "instead.",
        row,
        refusal=Reason.BLOCKED_BY_CONDITIONAL_ACCESS if _open(facts) else Reason.MFA_REQUIRED,
    )


def _here(facts: MfaFacts) -> MfaDecision:
    """Rows 2 and 11, and members: this tenant must see the factor itself."""
    why = _why_here(facts)
    if facts.registered_here:
        return _answer(facts, MfaAnswer.CHALLENGE_HERE, f"{why} A method is registered, so it is asked for.", facts.row)
    if (barred := _registration_barred(facts)) is not None:
        return barred
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


def _here_with_strengths(facts: MfaFacts) -> MfaDecision:
    """Row 5, and members: a method that is registered here, else one that can be, must complete each strength."""
    why = f"{facts.tenant_name} demands {_strengths(facts)}{'' if facts.member else ' and must see it itself'}."
    if acceptable := _completing(facts, facts.registered):
        reason = f"{why} A registered method meets it, so it is asked for."
        return _answer(facts, MfaAnswer.CHALLENGE_HERE, reason, facts.row, acceptable=acceptable)
    acceptable = _completing(facts, facts.registrable) if facts.registration_possible else frozenset()
    if acceptable and (barred := _registration_barred(facts)) is not None:
        return barred
    if acceptable:
        reason = f"{why} No registered method meets it, so one is registered first."
        return _answer(facts, MfaAnswer.REGISTER_HERE, reason, facts.row, acceptable=acceptable)
    return _answer(
        facts,
        MfaAnswer.REFUSED,
        f"{why} No method that the person has or can register here meets it.",
        facts.row,
        refusal=Reason.BLOCKED_BY_CONDITIONAL_ACCESS,
    )


def _completing(facts: MfaFacts, methods: frozenset[Method]) -> frozenset[Method]:
    usable = methods if facts.member else methods & USABLE_BY_GUESTS_HERE
    return completing_all(facts.believed, facts.strengths, tenant=facts.tenant, usable=usable)


def _registration_barred(facts: MfaFacts) -> MfaDecision | None:
    """Rows 14 and 18: somebody without a method who may not register one now."""
    if facts.risky:
        return _answer(
            facts,
            MfaAnswer.REFUSED,
            "The sign-in is risky, and a method must have been registered before that.",
            "entra-sign-in 8.1 row 14",
            refusal=Reason.PROOF_UP_BLOCKED_DUE_TO_RISK,
        )
    if facts.registration_barred:
        return _answer(
            facts,
            MfaAnswer.REFUSED,
            "No method is registered, and a policy on registering security information is not met from here.",
            "entra-sign-in 8.1 row 18",
            refusal=Reason.PROOF_UP_BLOCKED_BY_POLICY,
        )
    return None


def _of(facts: MfaFacts) -> str:
    return f"the multifactor authentication of {facts.home_name}"


def _trust(facts: MfaFacts) -> str:
    return f"{facts.tenant_name} trusts {_of(facts)}"


def _strengths(facts: MfaFacts) -> str:
    names = ", ".join(f"'{strength.display_name}'" for strength in _open(facts) or facts.strengths)
    return f"the authentication strength {names}"


def _why_here(facts: MfaFacts) -> str:
    if facts.member:
        return f"{facts.tenant_name} demands a second factor of its own user."
    if facts.entra_guest:
        ignored = ", although it was done there" if facts.done_at_home else ""
        return f"{facts.tenant_name} does not trust {_of(facts)}{ignored}, so it must be done at {facts.tenant_name}."
    return f"Only Entra homes can be trusted for multifactor authentication, so it must be done at {facts.tenant_name}."


def _answer(
    facts: MfaFacts,
    answer: MfaAnswer,
    reason: str,
    source: str,
    *,
    refusal: Reason | None = None,
    acceptable: frozenset[Method] | None = None,
) -> MfaDecision:
    decision = Decision(
        rule=Rule.AUTHENTICATION_STRENGTH if facts.strengths else Rule.MFA,
        result=answer.value,
        reason=reason[:1].upper() + reason[1:],
        source=source,
        inputs={
            "demanded": facts.demanded,
            "strengths": tuple(strength.display_name for strength in facts.strengths),
            "home_kind": facts.home_kind.value,
            "direct_connect": facts.direct_connect,
            "is_mfa_accepted": facts.is_mfa_accepted,
            "second_factor_here": facts.done_here,
            "second_factor_at_home": facts.done_at_home,
            "methods": tuple(dict.fromkeys(performed.method.value for performed in facts.authentication.methods)),
            "registered_here": facts.registered_here,
            "registration_possible": facts.registration_possible,
            "asked_home": facts.asked_home,
        },
        refusal=refusal,
    )
    return MfaDecision(answer=answer, decision=decision, acceptable=acceptable)
