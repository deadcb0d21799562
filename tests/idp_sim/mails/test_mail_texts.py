"""The texts of mails: what stands in them, and that nothing written by people breaks out (entra-sign-in 2.9, 3)."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from idp_sim.mails import invitation as invitations
from idp_sim.mails import passcode as passcodes
from idp_sim.mails.invitation import InvitationMail, invitation, notification
from idp_sim.mails.layout import Message
from idp_sim.mails.passcode import passcode

HOSTILE = "<script>alert('1')</script>\"\r\nBcc: everyone@example.org \u202egnp.exe"
ACCEPT = "https://localhost:8443/redeem?rd=a&b=c"


def mail(**values: Any) -> InvitationMail:
    base: dict[str, Any] = {
        "organization": "Contoso",
        "domain": "contoso.example",
        "accept_url": ACCEPT,
        "target_url": "https://localhost:9555/",
    }
    return InvitationMail(**(base | values))


class Page(HTMLParser):
    """Tags with their attributes, and whether they nest."""

    EMPTY = frozenset({"meta", "br", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


MESSAGES = [
    pytest.param(invitation(mail()), id="invitation of an application"),
    pytest.param(
        invitation(
            mail(
                organization=HOSTILE,
                inviter=HOSTILE,
                inviter_address="alex@contoso.example",
                custom_message=HOSTILE,
                privacy_statement_url="https://contoso.example/privacy?a=1&b=2",
            )
        ),
        id="hostile invitation",
    ),
    pytest.param(notification(mail(organization=HOSTILE, inviter=HOSTILE)), id="hostile notification"),
    pytest.param(
        passcode(organization=HOSTILE, code="12345678", minutes=30, applications=[HOSTILE]), id="hostile passcode"
    ),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_the_html_is_well_formed_and_loads_nothing(message: Message) -> None:
    page = Page(message.html)
    assert page.open == []
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img", "link", "iframe", "form"})
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") or name == "src" for name in attributes)
        assert tag == "a" or "href" not in attributes
    assert "url(" not in message.html


@pytest.mark.parametrize("message", MESSAGES)
def test_nothing_breaks_out_of_a_header(message: Message) -> None:
    assert not re.search(r"[\x00-\x1f\x7f]", message.subject)
    for sender in (invitations.sender(HOSTILE), passcodes.sender(HOSTILE)):
        assert not re.search(r"[\x00-\x1f\"]", sender)
        assert sender.count("<") == sender.count(">") == 1


def test_the_parts_stand_in_order() -> None:
    message = invitation(
        mail(
            inviter="Alex Wilber",
            inviter_address="alex@contoso.example",
            custom_message="See you soon",
            privacy_statement_url="https://contoso.example/privacy",
        )
    )
    for body in (message.text, message.html):
        places = [
            body.index(part)
            for part in (
                "trust the person",
                "alex@contoso.example",
                "contoso.example",
                "See you soon",
                "Accept invitation",
                "https://localhost:9555/",
                "https://contoso.example/privacy",
            )
        ]
        assert places == sorted(places)
    assert message.links == (ACCEPT, "https://contoso.example/privacy")
    assert message.subject == "Alex Wilber invited you to access applications within their organization"


def test_an_application_invites_in_the_name_of_its_organization() -> None:
    message = invitation(mail())
    assert message.subject == "Contoso invited you to access applications within their organization"
    assert "no privacy statement" in message.text
    assert "no privacy statement" in message.html


def test_the_passcode_stands_once_in_each_body_and_says_how_long_it_lives() -> None:
    message = passcode(organization="Contoso", code="01234567", minutes=30, applications=["Contoso Portal"])
    assert message.subject == "Your Contoso account verification code"
    for body in (message.text, message.html):
        assert re.findall(r"\b\d{8}\b", body) == ["01234567"]
        assert "30 minutes" in body
        assert "Contoso Portal" in body
