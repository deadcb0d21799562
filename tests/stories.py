"""A sign-in as a story: the same person walks pages in a browser, or signs in headless, and both tell how it ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from idp_sim.demo.person import ANSWERS
from tests.browser import Browser, Landing, Page, parse_page
from tests.simulator import AFTER_REDEMPTION, Answer, Person, World

#: What a person does on a page, by ``data-step``; the demo's willing person where nothing else is said.
Answers = Mapping[str, Callable[[Person, Browser, Page], Page | Landing]]
Place = Page | Landing
MAX_PAGES = 40
#: Claims that differ from run to run.
FLEETING = frozenset(
    {"iat", "nbf", "exp", "aio", "uti", "rh", "sid", "nonce", "auth_time", "ipaddr", "sub", "oid", "altsecid"}
)


@dataclass(frozen=True, kw_only=True)
class End:
    """How a sign-in ended, in words that mean the same in every world."""

    outcome: str
    code: int
    claims: Mapping[str, Any] | None = None
    access: Mapping[str, Any] | None = None


def decline(person: Person, browser: Browser, page: Page) -> Place:
    """The refusing button."""
    return browser.submit(page, press=("decision", "decline"))


def wrong(field: str, *values: str) -> Callable[[Person, Browser, Page], Place]:
    """Types the wrong values first, one a page, then does as the willing person does."""
    left = list(values)

    def answer(person: Person, browser: Browser, page: Page) -> Place:
        if left and field in page.form.inputs:
            return browser.submit(page, {field: left.pop(0)})
        return ANSWERS[page.step or ""](person, browser, page)

    return answer


def walk(person: Person, browser: Browser, start: Place, *, answers: Answers | None = None, until: str = "") -> Place:
    """Answer pages until the application, an error page, or the step ``until`` is there."""
    known, place = {**ANSWERS, **(answers or {})}, start
    for _ in range(MAX_PAGES):
        if isinstance(place, Landing) or place.step == until or place.step not in known:
            return place
        person.seen.append((place.tenant or "", place.step or ""))
        place = known[place.step or ""](person, browser, place)
    raise AssertionError(f"more than {MAX_PAGES} pages: {person.seen[-4:]}")


def page(place: Place) -> Page:
    """The place, which must be a page."""
    assert isinstance(place, Page), place
    return place


def landing(place: Place) -> Landing:
    """The place, which must be an application's address."""
    assert isinstance(place, Landing), f"{place.title} ({place.step}): {place.text[:500]}"
    return place


def refusal_of(place: Place) -> tuple[int, str]:
    """Number and words of a refusal, on the tenant's own page or in the answer to the application."""
    if isinstance(place, Landing):
        text = place.parameters["error_description"]
    else:
        assert place.step == "error", f"{place.title} ({place.step}): {place.text[:500]}"
        text = place.text
    found = re.search(r"AADSTS(\d+)", text)
    return (int(found.group(1)) if found else 0), text


# --- inviting ----------------------------------------------------------------------------------------------


def invite(world: World, address: str, *, tenant: str = "contoso", **more: Any) -> dict[str, Any]:
    """Invite by Graph; the reply."""
    body = {"invitedUserEmailAddress": address, "inviteRedirectUrl": AFTER_REDEMPTION, "sendInvitationMessage": True}
    reply: dict[str, Any] = world.graph("POST", "/invitations", {**body, **more}, tenant=tenant, expect=201)
    return reply


def newest_mail(world: World, address: str) -> dict[str, Any]:
    """The newest mail to an address."""
    mails = world.control("GET", "inbox/messages", to=address)["value"]
    assert mails, f"no mail to {address}"
    mail: dict[str, Any] = mails[-1]
    return mail


def guest(world: World, address: str) -> dict[str, Any]:
    """The guest's object as Graph shows it."""
    select = "id,mail,userType,externalUserState,externalUserStateChangeDateTime,identities,accountEnabled"
    found = world.graph("GET", f"/users?$filter=mail eq '{address}'&$select={select}")["value"]
    assert len(found) == 1, found
    return dict(found[0])


# --- policies ----------------------------------------------------------------------------------------------


def set_partner(world: World, tenant: str, partner: str, **settings: Any) -> None:
    """Change a tenant's cross-tenant access settings for a partner, as its administrator's script does."""
    partners, other = "/policies/crossTenantAccessPolicy/partners", world.tenant_id(partner)
    known = world.graph("GET", partners, tenant=tenant)["value"]
    if other in [entry["tenantId"] for entry in known]:
        world.graph("PATCH", f"{partners}/{other}", settings, tenant=tenant, expect=204)
    else:
        world.graph("POST", partners, {"tenantId": other, **settings}, tenant=tenant, expect=201)


def setting(access: str, *, users: tuple[str, ...] = (), applications: tuple[str, ...] = ()) -> dict[str, Any]:
    """A ``b2bCollaboration`` setting; everybody or everything where nobody or nothing is named."""
    return {
        "usersAndGroups": {
            "accessType": access,
            "targets": [{"target": user, "targetType": "user"} for user in users or ("AllUsers",)],
        },
        "applications": {
            "accessType": access,
            "targets": [{"target": a, "targetType": "application"} for a in applications or ("AllApplications",)],
        },
    }


def add_policy(world: World, control: str, *, state: str = "enabled", **conditions: Any) -> str:
    """A conditional access policy of Contoso for every guest and application; its id."""
    body = {
        "displayName": f"Guests: {control}",
        "state": state,
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": {"includeApplications": ["All"]},
            "users": {"includeUsers": ["GuestsOrExternalUsers"]},
            **conditions,
        },
        "grantControls": {"operator": "OR", "builtInControls": [control]},
    }
    made = world.graph("POST", "/identity/conditionalAccess/policies", body, expect=201)
    return str(made["id"])


def policy_ids(world: World) -> list[str]:
    """Contoso's conditional access policies."""
    return [p["id"] for p in world.graph("GET", "/identity/conditionalAccess/policies")["value"]]


# --- the two drivers ---------------------------------------------------------------------------------------


def by_browser(world: World, address: str, application: str = "portal", *, redeem: bool = False) -> End:
    """Pages over HTTPS, first those of the newest invitation when ``redeem``."""
    person, browser = world.person(address), world.browser(*world._redirect_uris())
    if redeem:
        place = walk(person, browser, browser.get(newest_mail(world, address)["links"][0]))
        if isinstance(place, Page):
            return End(outcome="refused", code=refusal_of(place)[0])
    url = world.authorize_url(application, login_hint=address, scope="openid profile email")
    place = walk(person, browser, browser.get(url))
    if isinstance(place, Page) or "error" in place.parameters:
        return End(outcome="refused", code=refusal_of(place)[0])
    tokens = world.redeem(place.parameters["code"], application)
    return _success(world, tokens)


def by_headless(world: World, address: str, application: str = "portal", *, redeem: bool = False, **more: Any) -> End:
    """``POST /_sim/sign-ins``."""
    result = headless(world, address, application, redeem=redeem, **more)
    if result["outcome"] != "success":
        return End(outcome=result["outcome"], code=result["error"]["code"])
    return _success(world, result["tokens"])


def headless(world: World, address: str, application: str = "portal", **more: Any) -> dict[str, Any]:
    """The whole answer of a headless sign-in."""
    body = {"tenant": "contoso", "user": address, "application": application, **more}
    result: dict[str, Any] = world.control("POST", "sign-ins", body)
    return result


def _success(world: World, tokens: Mapping[str, Any]) -> End:
    return End(
        outcome="success",
        code=0,
        claims=timeless(world, world.claims(tokens["id_token"])),
        access=timeless(world, world.claims(tokens["access_token"])),
    )


def timeless(world: World, claims: Mapping[str, Any]) -> dict[str, Any]:
    """Claims with the world's ids told by their names and without what no two runs share."""
    names = {tenant["id"]: tenant["name"] for tenant in world["tenants"]}
    names |= {a["client_id"]: f"{a['tenant']}/{a['name']}" for a in world["applications"] if a["name"] != "admin"}

    def told(value: Any) -> Any:
        if isinstance(value, str):
            for known, name in names.items():
                value = value.replace(known, name)
        return value

    return {name: told(value) for name, value in claims.items() if name not in FLEETING}


# --- what is told afterwards -------------------------------------------------------------------------------


def sign_ins(world: World) -> list[dict[str, Any]]:
    """The list of sign-ins, newest first."""
    return list(world.control("GET", "sign-ins")["value"])


def decisions(world: World, sign_in: str | None = None) -> list[dict[str, Any]]:
    """The explanation of a sign-in; of the newest if none is named."""
    sign_in = sign_in or sign_ins(world)[0]["id"]
    return list(world.control("GET", f"sign-ins/{sign_in}/explanation")["decisions"])


def rules(world: World, sign_in: str | None = None) -> list[tuple[str, str, str]]:
    """Tenant, rule and result of each decision, in order."""
    return [(d["tenant"], d["rule"], d["result"]) for d in decisions(world, sign_in)]


def log(world: World, tenant: str = "contoso") -> list[dict[str, Any]]:
    """The tenant's sign-in log by Graph, newest first."""
    return list(world.graph("GET", "/auditLogs/signIns", tenant=tenant)["value"])


def opened(world: World, address: str, *, browser: Browser | None = None, until: str = "", **changes: str) -> Place:
    """A person on the way to the portal, as far as the step ``until``."""
    browser = browser or world.browser()
    url = world.authorize_url(login_hint=address, **changes)
    return walk(world.person(address), browser, browser.get(url), until=until)


def codes(world: World, tenant: str = "contoso") -> list[int]:
    """Error numbers of the tenant's log, newest first."""
    return [row["status"]["errorCode"] for row in log(world, tenant)]


# --- a browser without a will of its own -------------------------------------------------------------------


@dataclass
class Visitor:
    """Sends single requests in process with one cookie, and follows nothing: what an attack is made of."""

    world: World
    cookie: str = ""

    @classmethod
    def with_cookies_of(cls, world: World, browser: Browser) -> Visitor:
        """Another request of a browser that walked some pages already."""
        return cls(world, "; ".join(f"{c.name}={c.value}" for c in browser._session.cookies))

    def send(self, method: str, url: str, form: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """One request; a new cookie is kept."""
        sent = {**headers, **({"Cookie": self.cookie} if self.cookie else {})}
        answer = self.world.call(method, url, form=form, headers=sent)
        if fresh := answer.headers.get("Set-Cookie"):
            self.cookie = fresh.partition(";")[0]
        return answer

    def open(self, url: str) -> Page:
        """A page, which must be one."""
        return self.read(self.send("GET", url), url)

    def post(self, at: Page, values: Mapping[str, str] | None = None) -> Answer:
        """The page's form with these values."""
        return self.send("POST", at.form.action, {**dict(at.form.fields), **(values or {})})

    def read(self, answer: Answer, url: str = "") -> Page:
        """An answer as a page."""
        return parse_page(answer.text, url=url or self.world.base_url, status=answer.status)
