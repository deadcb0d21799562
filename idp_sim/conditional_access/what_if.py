"""What-If: a sign-in as somebody describes it, made into the record that real sign-ins are judged by (graph-api 21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp_sim.conditional_access import vocabulary as words
from idp_sim.conditional_access.book import PolicyBook
from idp_sim.conditional_access.model import SignIn
from idp_sim.conditional_access.reader import Reader
from idp_sim.directory.guests import external_user_type
from idp_sim.directory.model import User
from idp_sim.sign_in.client import ClientFacts, Device

USER = "#microsoft.graph.userSignIn"
APPLICATION = "#microsoft.graph.applicationContext"
AUTHENTICATION_CONTEXT = "#microsoft.graph.authContext"
USER_ACTION = "#microsoft.graph.userActionContext"

#: Graph's word for an action in What-If -> its name in policies.
ACTIONS = {
    "registerSecurityInformation": words.REGISTER_SECURITY_INFORMATION,
    "registerOrJoinDevices": words.REGISTER_DEVICE,
}
CONDITION_KEYS = ("clientAppType", "country", "ipAddress", "devicePlatform", "signInRiskLevel", "userRiskLevel")
#: Conditions of the product that no policy here can have: they may be given and change nothing.
WITHOUT_EFFECT = ("authenticationFlow", "insiderRiskLevel", "servicePrincipalRiskLevel", "agentIdRiskLevel")
_DEVICE_KEYS = (
    "deviceId",
    "displayName",
    "enrollmentProfileName",
    "extensionAttribute1",
    *(f"extensionAttribute{number}" for number in range(2, 16)),
    "isCompliant",
    "manufacturer",
    "mdmAppId",
    "model",
    "operatingSystem",
    "operatingSystemVersion",
    "ownership",
    "physicalIds",
    "profileType",
    "systemLabels",
    "trustType",
)


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What is known of the client; None is not known, and a condition that reads it stays open."""

    client_app: str | None = None
    platform: str | None = None
    ip_address: str | None = None
    country: str | None = None
    sign_in_risk: str | None = None
    user_risk: str | None = None
    device: Device | None = None

    @property
    def not_given(self) -> frozenset[str]:
        """The signals of ``conditions.MATCHERS`` that are missing."""
        given = {
            "clientAppType": self.client_app,
            "devicePlatform": self.platform,
            "ipAddress": self.ip_address or self.country,
            "signInRiskLevel": self.sign_in_risk,
            "userRiskLevel": self.user_risk,
            "deviceInfo": self.device,
        }
        return frozenset(name for name, value in given.items() if value is None)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is wanted: applications, an action, or authentication contexts."""

    applications: tuple[str, ...] = ()
    user_action: str | None = None
    authentication_contexts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """A What-If request: the user's id, what kind of external user it is said to be, target and signals."""

    user: str
    external_tenant: str | None
    external_user_type: str | None
    target: Target
    signals: Signals
    applied_only: bool = False


def sign_in_of(
    book: PolicyBook,
    user: User | None,
    target: Target,
    signals: Signals,
    *,
    external_type: str | None = None,
    external_tenant: str | None = None,
) -> SignIn:
    """The record that policies judge. ``user`` None is somebody without an object here, known by type and tenant."""
    place = book.place(signals.ip_address or "", signals.country)
    own_type = external_user_type(user) if user is not None else None
    home = user.home.home_tenant if user is not None and user.home else None
    return SignIn(
        user=user.id if user is not None else "",
        user_type=user.user_type if user is not None else "",
        external_user_type=external_type or own_type,
        home_tenant=external_tenant or home,
        groups=user.groups if user is not None else (),
        directory_roles=user.directory_roles if user is not None else (),
        applications=target.applications,
        user_action=target.user_action,
        authentication_contexts=target.authentication_contexts,
        client=ClientFacts(
            ip_address=signals.ip_address or "",
            platform=signals.platform,
            client_app=signals.client_app or "browser",
            sign_in_risk=signals.sign_in_risk or "none",
            user_risk=signals.user_risk or "none",
        ),
        locations=place.locations,
        trusted_location=place.trusted,
        device=signals.device,
        not_given=signals.not_given,
    )


def read_question(body: Mapping[str, Any]) -> tuple[Question | None, tuple[str, ...]]:
    """The question of a request, and every mistake in it as ``path: sentence``; None where there are mistakes."""
    reader = Reader()
    identity = reader.members(
        body.get("signInIdentity"),
        "signInIdentity",
        known=("userId", "externalTenantId", "externalUserType"),
        required=True,
    )
    if identity and identity.get("@odata.type", USER) != USER:
        reader.refuse("signInIdentity.@odata.type", f"expected '{USER}'; policies here are about users")
    kind = identity.get("externalUserType")
    if kind not in (None, "none"):
        reader.choice(kind, "signInIdentity.externalUserType", words.EXTERNAL_USER_TYPES)
    question = Question(
        user=(reader.text(identity.get("userId"), "signInIdentity.userId", required=True) or "").lower(),
        external_tenant=(reader.text(identity.get("externalTenantId"), "signInIdentity.externalTenantId") or "").lower()
        or None,
        external_user_type=None if kind == "none" else kind,
        target=_target(body.get("signInContext"), reader),
        signals=_signals(body.get("signInConditions"), reader),
        applied_only=body.get("appliedPoliciesOnly") is True,
    )
    return (None if reader.problems else question), tuple(reader.problems)


def _target(value: Any, reader: Reader) -> Target:
    path = "signInContext"
    keys = {
        APPLICATION: "includeApplications",
        AUTHENTICATION_CONTEXT: "authenticationContextValue",
        USER_ACTION: "userAction",
    }
    context = reader.members(value, path, known=tuple(keys.values()), required=True)
    kind = context.get("@odata.type") or next((kind for kind, key in keys.items() if key in context), None)
    if value is not None and reader.choice(kind, f"{path}.@odata.type", tuple(keys)) is None:
        return Target()
    if kind == APPLICATION:
        found = reader.ids(context.get("includeApplications"), f"{path}.includeApplications")
        if not found:
            reader.refuse(f"{path}.includeApplications", "expected the client id of an application")
        return Target(applications=found)
    if kind == AUTHENTICATION_CONTEXT:
        text = reader.text(
            context.get("authenticationContextValue"), f"{path}.authenticationContextValue", required=True
        )
        return Target(authentication_contexts=(text or "",))
    action = reader.choice(context.get("userAction"), f"{path}.userAction", tuple(ACTIONS)) if kind else None
    return Target(user_action=ACTIONS.get(action or ""))


def _signals(value: Any, reader: Reader) -> Signals:
    path = "signInConditions"
    given = reader.members(value, path, known=(*CONDITION_KEYS, *WITHOUT_EFFECT, "deviceInfo"))

    def one_of(key: str, choices: tuple[str, ...]) -> str | None:
        return None if given.get(key) is None else reader.choice(given[key], f"{path}.{key}", choices)

    client = one_of("clientAppType", words.CLIENT_APP_TYPES)
    device = reader.members(given.get("deviceInfo"), f"{path}.deviceInfo", known=_DEVICE_KEYS)
    return Signals(
        client_app={"easSupported": "exchangeActiveSync", "all": None}.get(client or "", client),
        platform=one_of("devicePlatform", words.PLATFORMS[:-1]),
        ip_address=reader.text(given.get("ipAddress"), f"{path}.ipAddress"),
        country=reader.text(given.get("country"), f"{path}.country"),
        sign_in_risk=one_of("signInRiskLevel", words.RISK_LEVELS),
        user_risk=one_of("userRiskLevel", words.RISK_LEVELS),
        device=_device(device) if given.get("deviceInfo") is not None else None,
    )


def _device(given: Mapping[str, Any]) -> Device:
    attributes = {key: str(value) for key, value in given.items() if value is not None and "@" not in key}
    if "ownership" in attributes:
        attributes["deviceOwnership"] = attributes.pop("ownership")
    return Device(
        compliant=given.get("isCompliant") is True,
        hybrid_joined=str(given.get("trustType", "")).lower() == "serverad",
        attributes=attributes,
    )
