"""The stories as data, and the one way they are all played."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SECOND_FACTOR_PAGES = frozenset({"mfa_challenge", "mfa_registration"})


@dataclass(frozen=True, kw_only=True)
class Story:
    """Who comes, from where, and how it must end.

    ``home`` is a tenant's name, None for people without one; ``idp`` the claim at the end where it is no Entra
    tenant's. ``pages`` are (tenant, step) that the person
    must have met; ``never`` are those that must not have come.
    """

    name: str
    title: str
    address: str
    home: str | None
    pages: frozenset[tuple[str, str]]
    never: frozenset[tuple[str, str]] = frozenset()
    idp: str | None = None


RESOURCE = "contoso"
APPLICATION = "portal"

#: Stands for the issuer of the home in the ready document, which partner federations have as ``idp``.
ISSUER = "issuer"
#: The one-time passcode's ``idp`` value (entra-sign-in 11.4); other homes are known by their tenant id.
PASSCODE_IDP = "mail"


def _at(tenant: str, steps: frozenset[str]) -> frozenset[tuple[str, str]]:
    return frozenset((tenant, step) for step in steps)


STORIES: tuple[Story, ...] = (
    Story(
        name="ana",
        title="Ana of Fabrikam: her home does MFA, Contoso trusts it, nothing is asked twice",
        address="ana@fabrikam.example",
        home="fabrikam",
        pages=frozenset({("fabrikam", "password"), ("fabrikam", "mfa_challenge"), (RESOURCE, "consent")}),
        never=_at(RESOURCE, SECOND_FACTOR_PAGES),
    ),
    Story(
        name="nora",
        title="Nora of Northwind: no MFA at home and no trust, so Contoso has her register a second factor",
        address="nora@northwind.example",
        home="northwind",
        pages=frozenset({("northwind", "password"), (RESOURCE, "consent"), (RESOURCE, "mfa_registration")}),
        never=_at("northwind", SECOND_FACTOR_PAGES),
    ),
    Story(
        name="otto",
        title="Otto of nobody's tenant: a passcode by mail, then a second factor at Contoso",
        address="otto@proseware.example",
        home=None,
        pages=frozenset({(RESOURCE, "passcode"), (RESOURCE, "consent"), (RESOURCE, "mfa_registration")}),
        never=frozenset({(RESOURCE, "password")}),
    ),
    Story(
        name="gus",
        title="Gus of Gmail: Google signs him in for Contoso, its client; the second factor is Contoso's",
        address="gus@gmail.example",
        home="gmail",
        pages=frozenset({("gmail", "password"), (RESOURCE, "consent"), (RESOURCE, "mfa_registration")}),
        never=frozenset({(RESOURCE, "password"), (RESOURCE, "passcode")}),
        idp="google.com",
    ),
    Story(
        name="mia",
        title="Mia with a personal account: signed in there, second factor at Contoso",
        address="mia@outlook.example",
        home="outlook",
        pages=frozenset({("outlook", "password"), (RESOURCE, "consent"), (RESOURCE, "mfa_registration")}),
        never=frozenset({(RESOURCE, "password"), (RESOURCE, "passcode")}),
        idp="live.com",
    ),
    Story(
        name="ada",
        title="Ada of A. Datum: a signed SAML assertion carries her to Contoso, which asks for the second factor",
        address="ada@adatum.example",
        home="adatum",
        pages=frozenset({("adatum", "password"), (RESOURCE, "consent"), (RESOURCE, "mfa_registration")}),
        never=_at("adatum", SECOND_FACTOR_PAGES),
        idp=ISSUER,
    ),
    Story(
        name="tom",
        title="Tom of Tailspin Toys: AD FS answers by WS-Federation, and Contoso asks for the second factor",
        address="tom@tailspin.example",
        home="tailspin",
        pages=frozenset({("tailspin", "password"), (RESOURCE, "consent"), (RESOURCE, "mfa_registration")}),
        never=_at("tailspin", SECOND_FACTOR_PAGES),
        idp=ISSUER,
    ),
)


def expected_idp(story: Story, tenants: Iterable[Mapping[str, Any]]) -> str:
    """The ``idp`` claim that the story must end with (entra-sign-in 11.4); ``tenants`` are the ready document's."""
    home = next((tenant for tenant in tenants if tenant["name"] == story.home), None)
    if story.idp == ISSUER and home is not None:
        return str(home["issuer"])
    if story.idp is not None:
        return story.idp
    return f"https://sts.windows.net/{home['id']}/" if home else PASSCODE_IDP
