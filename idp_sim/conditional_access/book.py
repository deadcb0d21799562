"""Everything that a tenant's administrator wrote down for conditional access, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from federation.authentication_strength import BUILT_IN, AuthenticationStrength
from idp_sim.conditional_access.authentication_context import AuthenticationContextClassReference
from idp_sim.conditional_access.evaluate import ConditionalAccessResult, evaluate
from idp_sim.conditional_access.locations import AddressCountries, LocationIndex, NamedLocation, Place, read_address
from idp_sim.conditional_access.model import ConditionalAccessPolicy, SignIn
from idp_sim.conditional_access.terms_of_use import Agreement
from idp_sim.conditional_access.vocabulary import REGISTER_SECURITY_INFORMATION

#: Sign-ins in progress at once whose answers are kept.
MOST_ANSWERS = 128


@dataclass(frozen=True, kw_only=True)
class PolicyBook:
    """The policies of a tenant and what they refer to. It is made once and asked by every sign-in until it changes."""

    policies: tuple[ConditionalAccessPolicy, ...] = ()
    named_locations: tuple[NamedLocation, ...] = ()
    custom_strengths: tuple[AuthenticationStrength, ...] = ()
    authentication_contexts: tuple[AuthenticationContextClassReference, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    countries: AddressCountries = field(default_factory=AddressCountries)

    @cached_property
    def strengths(self) -> Mapping[str, AuthenticationStrength]:
        """Built-in and custom authentication strengths by id."""
        return {**BUILT_IN, **{strength.id: strength for strength in self.custom_strengths}}

    @cached_property
    def locations(self) -> LocationIndex:
        """The named locations, ready to look an address up."""
        return LocationIndex(self.named_locations)

    @cached_property
    def contexts(self) -> frozenset[str]:
        """The authentication contexts that applications can ask for."""
        return frozenset(context.id for context in self.authentication_contexts if context.available)

    @cached_property
    def terms_of_use(self) -> Mapping[str, Agreement]:
        """Agreements by id."""
        return {agreement.id: agreement for agreement in self.agreements}

    @cached_property
    def asks_for_terms(self) -> bool:
        """Whether any policy names terms of use, so that it matters what the person accepted."""
        return any(policy.grant_controls.terms_of_use for policy in self.policies)

    @cached_property
    def speaks_of_persistence(self) -> bool:
        """Whether any policy says something of the session outliving the browser."""
        return any(policy.session_controls.persistent_browser for policy in self.policies)

    @cached_property
    def guards_registration(self) -> bool:
        """Whether any policy speaks of registering security information."""
        return any(
            REGISTER_SECURITY_INFORMATION in policy.conditions.applications.user_actions for policy in self.policies
        )

    @cached_property
    def limits_sessions(self) -> bool:
        """Whether any policy limits how old an authentication may be."""
        return any(policy.session_controls.sign_in_frequency for policy in self.policies)

    def evaluate(self, sign_in: SignIn) -> ConditionalAccessResult:
        """All policies against one sign-in. The turns of one sign-in ask the same, and are answered from memory."""
        key = (sign_in.user, sign_in.user_action, sign_in.application_ids, sign_in.client.ip_address)
        known = self._answers.get(key)
        if known is not None and known[0] == sign_in:
            return known[1]
        result = evaluate(self.policies, sign_in)
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        self._answers[key] = (sign_in, result)
        return result

    @cached_property
    def _answers(self) -> dict[tuple[object, ...], tuple[SignIn, ConditionalAccessResult]]:
        """Nothing that is not computed from the book and the sign-in alone."""
        return {}

    def place(self, ip_address: str, country: str | None = None) -> Place:
        """The named locations of an address; ``country`` if it is known otherwise than by the address."""
        return self.locations.place(ip_address, country or self.countries.of(read_address(ip_address)))

    def unknown_references(self, policy: ConditionalAccessPolicy) -> Iterable[str]:
        """``path: sentence`` for each thing that ``policy`` names and that there is not."""
        conditions, grants = policy.conditions, policy.grant_controls
        if conditions.locations is not None:
            named = {*conditions.locations.include, *conditions.locations.exclude} - {"All", "AllTrusted"}
            for id in sorted(named - self.locations.ids):
                yield f"conditions.locations: there is no named location '{id}'"
        for id in grants.terms_of_use:
            if id not in self.terms_of_use:
                yield f"grantControls.termsOfUse: there is no agreement '{id}'"
        if grants.authentication_strength is not None and grants.authentication_strength not in self.strengths:
            yield (
                "grantControls.authenticationStrength.id: there is no authentication strength "
                f"'{grants.authentication_strength}'"
            )
        known = {context.id for context in self.authentication_contexts}
        for id in conditions.applications.authentication_contexts:
            if id not in known:
                yield (
                    "conditions.applications.includeAuthenticationContextClassReferences: there is no "
                    f"authentication context '{id}'"
                )

    def users_of_location(self, id: str) -> tuple[ConditionalAccessPolicy, ...]:
        """The policies that name a location."""
        return tuple(
            policy
            for policy in self.policies
            if policy.conditions.locations is not None
            and id in (*policy.conditions.locations.include, *policy.conditions.locations.exclude)
        )

    def users_of_strength(self, id: str) -> tuple[ConditionalAccessPolicy, ...]:
        """The policies that name an authentication strength."""
        return tuple(policy for policy in self.policies if policy.grant_controls.authentication_strength == id)

    def users_of_agreement(self, id: str) -> tuple[ConditionalAccessPolicy, ...]:
        """The policies that name terms of use."""
        return tuple(policy for policy in self.policies if id in policy.grant_controls.terms_of_use)

    def users_of_context(self, id: str) -> tuple[ConditionalAccessPolicy, ...]:
        """The policies that name an authentication context."""
        return tuple(policy for policy in self.policies if id in policy.conditions.applications.authentication_contexts)


@dataclass(frozen=True, kw_only=True)
class PolicyRevision:
    """Says which state of a tenant's book is the current one; a new random word with every change."""

    id: str = "policies"
    revision: str
