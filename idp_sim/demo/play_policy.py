"""How a story of trust and policy is played: changes by Graph, one headless sign-in, what was decided and logged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_sim.demo.client import Application, Control, Http
from idp_sim.demo.messages import Line
from idp_sim.demo.narrator import Check, Narrator
from idp_sim.demo.policy_stories import ADMINISTRATOR, APPLICATION, MADE, RESOURCE, TENANT, Change, PolicyStory

#: A world in which the guests have accepted their invitations.
SCENARIO = "contoso"


def play_policy(story: PolicyStory, http: Http, control: Control, narrator: Narrator) -> list[Check]:
    """Play one story in a world of its own; what was checked at its end. UnexpectedAnswer when a change is refused."""
    world = http.call("POST", f"{control.url}/worlds", token=control.token, json={"scenario": SCENARIO}, expect=201)
    narrator.stage("what the administrators set")
    _change_all(story, world, http, control, narrator)
    narrator.stage("sign in to the application")
    body = {"tenant": RESOURCE, "user": story.address, "application": APPLICATION, **story.sign_in}
    query = {"world": world["world"]}
    result = http.call("POST", f"{control.url}/sign-ins", token=control.token, json=body, query=query)
    for step in result["steps"]:
        narrator.line(Line(tenant=step["tenant"], message=f"{step['step']}: {step['detail']}"))
    narrator.stage("why")
    told = http.call("GET", f"{control.url}/sign-ins/{result['id']}/explanation", token=control.token, query=query)[
        "decisions"
    ]
    for decision in told:
        narrator.line(
            Line(
                tenant=decision["tenant"],
                message=decision["source"],
                rule=decision["rule"],
                result=decision["result"],
                why=decision["reason"],
            )
        )
    row = (
        http.call(
            "GET",
            f"{world['base_url']}/v1.0/auditLogs/signIns/{result['id']}",
            token=_token(world, RESOURCE, http),
        )
        if story.logged
        else {}
    )
    return _checks(story, result, told, row)


def _change_all(story: PolicyStory, world: Mapping[str, Any], http: Http, control: Control, narrator: Narrator) -> None:
    if not story.changes:
        narrator.line(
            Line(tenant=RESOURCE, message="nothing beyond the scenario: guests need MFA, Fabrikam is trusted")
        )
    ids = {tenant["name"]: tenant["id"] for tenant in world["tenants"]}
    made = ""
    for change in story.changes:
        expect = 201 if change.method == "POST" else 204
        answer = http.call(
            change.method,
            f"{world['base_url']}{_named(change.path, ids, made)}",
            token=_token_for(change, world, http, control),
            json=_named(change.body, ids, made),
            expect=expect,
        )
        made = answer.get("id", made) if answer else made
        narrator.line(Line(tenant=change.tenant, message=f"Graph {change.method}: {change.told}"))


def _named(value: Any, ids: Mapping[str, str], made: str) -> Any:
    """The value with ids in place of the names of tenants and of what was made before."""
    if isinstance(value, str):
        for name, id in ids.items():
            value = value.replace(f"{TENANT}{name}", id)
        return value.replace(MADE, made)
    if isinstance(value, Mapping):
        return {key: _named(item, ids, made) for key, item in value.items()}
    return [_named(item, ids, made) for item in value] if isinstance(value, (list, tuple)) else value


def _token_for(change: Change, world: Mapping[str, Any], http: Http, control: Control) -> str:
    """The application's token, or that of the administrator where a person must do it."""
    if not change.permissions:
        return _token(world, change.tenant, http)
    scope = " ".join(f"https://graph.microsoft.com/{permission}" for permission in change.permissions)
    body = {"tenant": change.tenant, "user": ADMINISTRATOR, "application": APPLICATION, "scope": f"openid {scope}"}
    query = {"world": world["world"]}
    result = http.call("POST", f"{control.url}/sign-ins", token=control.token, json=body, query=query)
    return str(result["tokens"]["access_token"])


def _token(world: Mapping[str, Any], tenant: str, http: Http) -> str:
    """An app-only token of the tenant's administration application."""
    row = next(a for a in world["applications"] if (a["tenant"], a["name"]) == (tenant, "admin"))
    metadata = http.call("GET", next(t for t in world["tenants"] if t["name"] == tenant)["metadata_url"])
    application = Application(
        http=http, client_id=row["client_id"], client_secret=row["client_secret"], metadata=metadata
    )
    return application.client_credentials("https://graph.microsoft.com/.default")


def _checks(
    story: PolicyStory, result: Mapping[str, Any], told: list[Mapping[str, Any]], row: Mapping[str, Any]
) -> list[Check]:
    code = (result["error"] or {"code": 0})["code"]
    outcome = f"refused with AADSTS{story.code}" if story.code else "signed in"
    decided = {(decision["tenant"], decision["rule"], decision["result"]) for decision in told}
    checks = [Check(code == story.code, outcome if code == story.code else f"{outcome}, but it was {code}")]
    checks += [
        Check(wanted in decided, f"{wanted[0]} decided {wanted[1]}: {wanted[2]}") for wanted in sorted(story.decided)
    ]
    if story.logged:
        results = {policy["result"] for policy in row["appliedConditionalAccessPolicies"]}
        checks.append(Check(story.logged in results, f"the sign-in log says {story.logged}"))
    return checks
