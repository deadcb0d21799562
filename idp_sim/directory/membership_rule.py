"""Rules of dynamic groups, such as ``(user.userType -eq "Guest") -and (user.department -ne null)`` (graph-api 13.1).

``parse`` reads the text once; ``matches`` asks it of a user. Comparisons of text are without case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from idp_sim.directory import rule_language
from idp_sim.directory.model import User
from idp_sim.directory.rule_language import InvalidRule, Test, Vocabulary

__all__ = ["ATTRIBUTES", "InvalidRule", "MembershipRule", "parse"]

#: Attributes that a rule may read, by lower-case name.
ATTRIBUTES: Mapping[str, Callable[[User], Any]] = {
    name.lower(): attrgetter(attribute)
    for name, attribute in (
        ("accountEnabled", "account_enabled"),
        ("companyName", "company_name"),
        ("country", "country"),
        ("department", "department"),
        ("displayName", "display_name"),
        ("givenName", "given_name"),
        ("jobTitle", "job_title"),
        ("mail", "mail"),
        ("mailNickname", "mail_nickname"),
        ("objectId", "id"),
        ("otherMails", "other_mails"),
        ("preferredLanguage", "preferred_language"),
        ("proxyAddresses", "proxy_addresses"),
        ("surname", "surname"),
        ("usageLocation", "usage_location"),
        ("userPrincipalName", "user_principal_name"),
        ("userType", "user_type"),
    )
}

VOCABULARY = Vocabulary(kind="user", attributes=ATTRIBUTES, example="user.userType")


@dataclass(frozen=True)
class MembershipRule:
    """A rule that was read."""

    text: str
    test: Test

    def matches(self, user: User) -> bool:
        """Whether the user is a member by this rule."""
        return self.test(user)


def parse(text: str) -> MembershipRule:
    """The rule of ``text``; InvalidRule names the place, the attribute or the operator."""
    return MembershipRule(text, rule_language.parse(text, VOCABULARY))
