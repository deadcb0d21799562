"""The fixed words of steps and rules.

Sign-in records, explanations, pages (``data-step``) and the control API use these and no others;
``docs/words.md`` is generated from the two tables, so a new word is one row here.
"""

from __future__ import annotations

from enum import StrEnum


class StepWord(StrEnum):
    """What a person or a message did during a sign-in (``steps[].step`` of the control API)."""

    HOME_REALM_DISCOVERY = "home_realm_discovery"
    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    PASSCODE = "passcode"
    MFA_REGISTRATION = "mfa_registration"
    MFA_CHALLENGE = "mfa_challenge"
    MFA_ACCEPTED = "mfa_accepted"
    IDENTITY_PROVIDER = "identity_provider"
    CONSENT = "consent"
    TERMS_OF_USE = "terms_of_use"
    APP_CONSENT = "app_consent"
    CONDITIONAL_ACCESS = "conditional_access"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    # Steps that only a page has (``data-step``); they never stand in a sign-in's list of steps.
    ACCOUNT_PICKER = "account_picker"
    STAY_SIGNED_IN = "stay_signed_in"
    ERROR = "error"
    SIGNED_OUT = "signed_out"


class Rule(StrEnum):
    """Which rule decided (``decisions[].rule`` of an explanation)."""

    REQUEST = "request"
    SESSION = "session"
    HOME_REALM = "home_realm"
    AUTHENTICATION = "authentication"
    OUTBOUND = "outbound"
    TENANT_RESTRICTIONS = "tenant_restrictions"
    ACCOUNT = "account"
    INBOUND = "inbound"
    INVITATION = "invitation"
    CONSENT = "consent"
    INBOUND_TRUST = "inbound_trust"
    CONDITIONAL_ACCESS = "conditional_access"
    MFA = "mfa"
    AUTHENTICATION_STRENGTH = "authentication_strength"
    DEVICE = "device"
    TERMS_OF_USE = "terms_of_use"
    ASSIGNMENT = "assignment"
    APP_CONSENT = "app_consent"
    TOKEN = "token"  # noqa: S105 - a word, not a secret


STEP_MEANING: dict[StepWord, str] = {
    StepWord.HOME_REALM_DISCOVERY: "the user name was given and the place to sign in was found",
    StepWord.PASSWORD: "a password was checked at this tenant",
    StepWord.PASSCODE: "an e-mailed one-time passcode was sent or checked at this tenant",
    StepWord.MFA_REGISTRATION: "a second factor was registered at this tenant",
    StepWord.MFA_CHALLENGE: "a second factor was passed at this tenant",
    StepWord.MFA_ACCEPTED: "a second factor was accepted from a claim or an earlier sign-in",
    StepWord.IDENTITY_PROVIDER: "the browser was sent to the home identity provider, or came back",
    StepWord.CONSENT: "the guest reviewed the permissions of the inviting organisation",
    StepWord.TERMS_OF_USE: "terms of use were shown",
    StepWord.APP_CONSENT: "permissions of an application were granted or declined",
    StepWord.CONDITIONAL_ACCESS: "conditional access policies were evaluated",
    StepWord.TOKEN: "an authorization code and tokens were issued",
    StepWord.ACCOUNT_PICKER: "page only: which of several accounts",
    StepWord.STAY_SIGNED_IN: "page only: keep the session after the browser closes?",
    StepWord.ERROR: "page only: the sign-in ended with a refusal",
    StepWord.SIGNED_OUT: "page only: the session has ended",
}

RULE_MEANING: dict[Rule, str] = {
    Rule.REQUEST: "is the request of the application valid?",
    Rule.SESSION: "does an existing session answer the request?",
    Rule.HOME_REALM: "where does this person sign in?",
    Rule.AUTHENTICATION: "was the first factor given?",
    Rule.TENANT_RESTRICTIONS: "does the network that the person is on allow this account there?",
    Rule.OUTBOUND: "does the home tenant let its user go to that organisation and application?",
    Rule.ACCOUNT: "does the person have an enabled account in this tenant?",
    Rule.INBOUND: "does the resource tenant let that organisation's user in?",
    Rule.INVITATION: "does the invitation belong to this person?",
    Rule.CONSENT: "did the guest accept the inviting organisation's permissions?",
    Rule.INBOUND_TRUST: "does the resource tenant trust the home tenant's claims?",
    Rule.CONDITIONAL_ACCESS: "what do the conditional access policies demand?",
    Rule.MFA: "is a demanded second factor satisfied, and where?",
    Rule.AUTHENTICATION_STRENGTH: "do the methods used meet a demanded strength?",
    Rule.DEVICE: "is the device in the state that is demanded, as far as this tenant knows?",
    Rule.TERMS_OF_USE: "were demanded terms of use accepted?",
    Rule.ASSIGNMENT: "is the person assigned to an application that requires it?",
    Rule.APP_CONSENT: "may the application use what it asks for?",
    Rule.TOKEN: "which token is issued, by whom and for whom?",
}
