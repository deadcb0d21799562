"""A scenario with mistakes is refused with all of them at once, each with its place and what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from idp_sim.scenario.errors import ScenarioError
from idp_sim.scenario.json_schema import json_schema
from idp_sim.scenario.load import ScenarioLoader, source_named

GOOD = """\
tenants:
  contoso:
    role: resource
    domains: [contoso.example]
    users:
      alex: {password: Alex-1, mfa: none}
    guests:
      ana@fabrikam.example: {home: fabrikam}
    applications:
      portal: {confidential: true}
      api: {app_roles: {Reader: {display_name: Read}}, scopes: {read: {display_name: Read}}}
  fabrikam:
    domains: [fabrikam.example]
    users:
      ana: {password: Ana-1}
"""


def problems_of(text: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "world.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        ScenarioLoader().load(file)
    return [problem.removeprefix(f"{file}:") for problem in caught.value.problems]


def test_the_text_that_the_cases_change_has_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "My World.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert ScenarioLoader().load(file).name == "my-world"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "role: resource",
            "roll: resource",
            "3:5: tenants.contoso.roll: unknown key 'roll'; did you mean 'role'?",
            id="a typo in a key names the nearest one, at the key",
        ),
        pytest.param(
            "role: resource",
            "kind: entrra",
            "3:11: tenants.contoso.kind: expected 'adfs', 'entra', 'google', 'microsoft_account' or 'saml' "
            "(got 'entrra'; did you mean 'entra'?)",
            id="an unknown kind names the kinds",
        ),
        pytest.param(
            "role: resource",
            "federations: {tailspin: {protocol: wsFed}}",
            "3:19: tenants.contoso.federations.tailspin: there is no other tenant 'tailspin'; known: fabrikam",
            id="a federation with nobody",
        ),
        pytest.param(
            "role: resource",
            "federations: {fabrikam: {protocol: wsfed}}",
            "3:40: tenants.contoso.federations.fabrikam.protocol: expected 'saml' or 'wsFed' "
            "(got 'wsfed'; did you mean 'wsFed'?)",
            id="a protocol that does not exist",
        ),
        pytest.param(
            "role: resource",
            "federations: {fabrikam: {protocol: wsFed}}",
            "3:40: tenants.contoso.federations.fabrikam.protocol: a tenant of kind 'entra' speaks neither of the two "
            "protocols",
            id="a federation with a home that speaks another protocol",
        ),
        pytest.param(
            "role: resource",
            "country: NO",
            "3:14: tenants.contoso.country: expected text (got false); YAML reads NO without quotes as false: "
            'write "NO" for text',
            id="NO is false in YAML 1.1",
        ),
        pytest.param(
            "password: Alex-1",
            "password: 10:30",
            "6:24: tenants.contoso.users.alex.password: expected text (got 630); YAML reads 10:30 without quotes "
            'as 630: write "10:30" for text',
            id="10:30 is 630 in YAML 1.1",
        ),
        pytest.param(
            "password: Alex-1",
            "password: 0123",
            "6:24: tenants.contoso.users.alex.password: expected text (got 83); YAML reads 0123 without quotes as 83: "
            'write "0123" for text',
            id="0123 is octal in YAML 1.1",
        ),
        pytest.param(
            "confidential: true",
            'confidential: "yes"',
            "10:30: tenants.contoso.applications.portal.confidential: expected true or false (got 'yes')",
            id="text is no boolean",
        ),
        pytest.param(
            "domains: [contoso.example]",
            "domains: contoso.example",
            "4:14: tenants.contoso.domains: expected a list (got 'contoso.example')",
            id="text is no list",
        ),
        pytest.param(
            "domains: [contoso.example]",
            "domains: []",
            "4:5: tenants.contoso.domains: expected at least one entry",
            id="an empty list of domains",
        ),
        pytest.param(
            "domains: [fabrikam.example]",
            "domains: [fabrikam.example, contoso.example]",
            "13:33: tenants.fabrikam.domains.1: the domain 'contoso.example' already belongs to the tenant 'contoso'",
            id="a domain in two tenants",
        ),
        pytest.param(
            "alex: {password",
            "alex: {user_principal_name: alex@other.example, password",
            "6:35: tenants.contoso.users.alex.user_principal_name: 'alex@other.example' is in none of the tenant's "
            "domains (contoso.example)",
            id="a user name in a foreign domain",
        ),
        pytest.param(
            "mfa: none}",
            "mfa: none}\n      Alex: {password: Other-1}",
            "7:7: tenants.contoso.users.Alex: the user 'Alex@contoso.example' already exists as 'alex'",
            id="the same user twice, in another case",
        ),
        pytest.param(
            "mfa: none}",
            "mfa: none}\n      alex: {password: Other-1}",
            "7:7: the key 'alex' is given twice (first in line 6)",
            id="a repeated key",
        ),
        pytest.param(
            "mfa: none",
            "mfa: registered",
            "6:37: tenants.contoso.users.alex.mfa: mfa 'registered' needs a totp_secret",
            id="registered without a secret",
        ),
        pytest.param(
            "mfa: none",
            "mfa: always, totp_secret: 0189-not-base32",
            "6:58: tenants.contoso.users.alex.totp_secret: expected a base32 secret (letters and the digits 2 to 7, "
            "at least 8 of them) (got '0189-not-base32')",
            id="a secret that is not base32",
        ),
        pytest.param(
            "mfa: none",
            "roles: [Global Administratr]",
            "6:40: tenants.contoso.users.alex.roles.0: there is no role 'Global Administratr'; did you mean "
            "'Global Administrator'?",
            id="an unknown directory role",
        ),
        pytest.param(
            "mfa: none",
            "attributes: {jobtitle: Boss}",
            "6:45: tenants.contoso.users.alex.attributes.jobtitle: unknown attribute 'jobtitle'; did you mean "
            "'jobTitle'?",
            id="an unknown attribute",
        ),
        pytest.param(
            "{home: fabrikam}",
            "{state: Accepted}",
            "8:7: tenants.contoso.guests.ana@fabrikam.example: an accepted guest needs a home: the name of a tenant, "
            "or 'email_one_time_passcode'",
            id="an accepted guest without a home",
        ),
        pytest.param(
            "{home: fabrikam}",
            "{home: fabricam}",
            "8:36: tenants.contoso.guests.ana@fabrikam.example.home: there is no home 'fabricam'; did you mean "
            "'fabrikam'?",
            id="an unknown home",
        ),
        pytest.param(
            "ana@fabrikam.example: {home",
            "bob@fabrikam.example: {home",
            "8:36: tenants.contoso.guests.bob@fabrikam.example.home: the tenant 'fabrikam' has no user "
            "'bob@fabrikam.example'",
            id="a guest whom the home does not know",
        ),
        pytest.param(
            "ana@fabrikam.example: {home: fabrikam}",
            "zoe@contoso.example: {state: PendingAcceptance}",
            "8:7: tenants.contoso.guests.zoe@contoso.example: 'zoe@contoso.example' is in the tenant's own domain and "
            "can't be a guest",
            id="a guest from the own domain",
        ),
        pytest.param(
            "{confidential: true}",
            "{application_permissions: {apy: [Reader]}}",
            "10:42: tenants.contoso.applications.portal.application_permissions.apy: there is no application 'apy' in "
            "this tenant; did you mean 'api'?",
            id="an unknown application",
        ),
        pytest.param(
            "{confidential: true}",
            "{application_permissions: {microsoft-graph: [User.Read.Al]}}",
            "10:60: tenants.contoso.applications.portal.application_permissions.microsoft-graph.0: there is no app "
            "role 'User.Read.Al'; did you mean 'User.Read.All'?",
            id="an unknown Graph permission",
        ),
        pytest.param(
            "{confidential: true}",
            "{confidential: true, redirect_uris: {web: [/cb]}}",
            "10:58: tenants.contoso.applications.portal.redirect_uris.web.0: expected an absolute URI without '*' and "
            "'#' (got '/cb')",
            id="a relative redirect URI",
        ),
        pytest.param(
            "{confidential: true}",
            "{client_id: 7}",
            "10:27: tenants.contoso.applications.portal.client_id: expected text (got 7); YAML reads 7 without quotes "
            'as 7: write "7" for text',
            id="a number for a GUID",
        ),
        pytest.param(
            "role: resource",
            "cross_tenant_access: {partners: {fabrikan: {inboundTrust: {isMfaAccepted: true}}}}",
            "3:38: tenants.contoso.cross_tenant_access.partners.fabrikan: there is no other tenant 'fabrikan'; did you "
            "mean 'fabrikam'?",
            id="an unknown partner",
        ),
        pytest.param(
            "role: resource",
            "conditional_access: [{displayName: x, state: enabled, conditions: {clientAppTypes: [all], users: "
            "{includeUsers: [All]}, applications: {includeApplications: [portel]}}, grantControls: {operator: OR, "
            "builtInControls: [mfa]}}]",
            "3:162: tenants.contoso.conditional_access.0.conditions.applications.includeApplications.0: there is no "
            "application 'portel'; did you mean 'portal'?",
            id="a policy for an unknown application",
        ),
        pytest.param(
            "tenants:",
            "extends: contosso\ntenants:",
            "1:10: extends: there is no scenario 'contosso'; did you mean 'contoso'?",
            id="an unknown parent",
        ),
    ],
)
def test_each_mistake_is_named_with_its_place(old: str, new: str, expected: str, tmp_path: Path) -> None:
    assert old in GOOD
    assert problems_of(GOOD.replace(old, new, 1), tmp_path) == [expected]


def test_all_mistakes_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = GOOD.replace("role:", "roll:").replace("confidential:", "confidental:").replace("password: Ana-1", "pass: x")
    found = problems_of(text, tmp_path)
    assert [problem.split(":")[0] for problem in found] == ["3", "10", "15"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "1:1: the file is empty", id="empty"),
        pytest.param("- a\n", "1:1: expected a mapping with the key 'tenants'", id="a list"),
        pytest.param("tenants: {a: [}\n", "1:15: not valid YAML", id="broken"),
        pytest.param("tenants: !!python/object:os.system x\n", "1:10: not valid YAML", id="a dangerous tag"),
        pytest.param("tenants: 2026-13-45\n", " not valid YAML", id="looks like a date and is none"),
        pytest.param("name: x\n", "1:1: tenants: the key 'tenants' is missing", id="no tenants"),
    ],
)
def test_what_is_no_scenario_at_all_is_one_sentence(text: str, expected: str, tmp_path: Path) -> None:
    (problem,) = problems_of(text, tmp_path)
    assert problem.startswith(expected)


def test_a_file_that_is_missing_or_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    for name, expected in (("gone.yaml", "can't be read: No such file"), ("binary.yaml", "not UTF-8 text")):
        with pytest.raises(ScenarioError, match=expected):
            ScenarioLoader().load(tmp_path / name)


def test_an_object_is_refused_with_paths_and_without_lines() -> None:
    wrong: dict[str, Any] = {"tenants": {"contoso": {"domains": ["contoso.example"], "rol": "resource"}, "B": {}}}
    with pytest.raises(ScenarioError) as caught:
        ScenarioLoader().load(wrong)
    assert caught.value.problems == (
        "tenants.contoso.rol: unknown key 'rol'; did you mean 'role'?",
        "tenants.B: expected a name of lower-case letters, digits and hyphens (got 'B')",
        "tenants.B.domains: the key 'domains' is missing",
    )


def test_a_mistake_in_what_is_overridden_is_found_in_the_file_that_has_it(tmp_path: Path) -> None:
    text = "extends: contoso\ntenants:\n  contoso:\n    users:\n      alex: {mfa: sometimes}\n"
    (problem,) = problems_of(text, tmp_path)
    assert problem.startswith("5:19: tenants.contoso.users.alex.mfa: expected 'always', 'none' or 'registered'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("contoso", "contoso", id="a shipped name"),
        pytest.param("./contoso", Path("./contoso"), id="a path"),
        pytest.param("mine.yaml", Path("mine.yaml"), id="a file name"),
        pytest.param("contosso", "contosso", id="a wrong name stays a name, for a message about names"),
    ],
)
def test_the_scenario_option_takes_a_name_or_a_file(text: str, expected: object) -> None:
    assert source_named(text) == expected


def test_the_schema_refuses_unknown_keys_and_names_the_tenants() -> None:
    schema = json_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["$ref"] == "#/$defs/Scenario"
    assert schema["$defs"]["Scenario"]["required"] == ["tenants"]
    assert schema["$defs"]["Guest"]["properties"]["home"]["description"].startswith("Name of the home tenant")
    assert all(d.get("additionalProperties") is False for d in schema["$defs"].values() if "properties" in d)
