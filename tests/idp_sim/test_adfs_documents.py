"""Documents of an AD FS-like home, read by those who will read them: Contoso, the MSAL library, the xmlsec room."""

from __future__ import annotations

import pytest
from msal.mex import Mex

from federation.external_federation import FederationConfiguration, PartnerProtocol
from federation.saml.partner_metadata import signing_certificates
from federation.xml.parse import parse
from federation.xml.signature import verify
from tests.simulator import World

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
FED = "{http://docs.oasis-open.org/wsfed/federation/200706}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
ADDRESS = "{http://www.w3.org/2005/08/addressing}Address"


def metadata(world: World) -> bytes:
    answer = world.call("GET", world.tenant("tailspin")["metadata_url"])
    assert answer.status == 200
    return answer.body


def certificate_of(world: World) -> str:
    keys = world.simulator.ports.keys.home_key_set(world.id, world.tenant_id("tailspin"))
    return keys.signing.certificate_text


def test_the_metadata_is_signed_by_the_key_that_it_publishes(shared_world: World) -> None:
    root = parse(metadata(shared_world))
    signed = verify(root, [certificate_of(shared_world)])
    assert signed.get("entityID") == shared_world.tenant("tailspin")["issuer"]


def test_the_metadata_has_the_roles_of_ad_fs_with_one_passive_endpoint(shared_world: World) -> None:
    root = parse(metadata(shared_world))
    roles = [role.get(XSI_TYPE) for role in root.findall(f"{MD}RoleDescriptor")]
    assert roles == ["fed:ApplicationServiceType", "fed:SecurityTokenServiceType"]
    passive = {
        address.text for holder in root.iter(f"{FED}PassiveRequestorEndpoint") for address in holder.iter(ADDRESS)
    }
    home = shared_world.tenant_id("tailspin")
    assert passive == {f"{shared_world.base_url}/{home}/adfs/ls/"}


def test_a_partner_finds_the_certificate_in_it(shared_world: World) -> None:
    configuration = FederationConfiguration(
        id="tailspin",
        display_name="Tailspin Toys",
        issuer_uri=shared_world.tenant("tailspin")["issuer"],
        passive_sign_in_uri="https://sim.example/adfs/ls/",
        protocol=PartnerProtocol.WS_FED,
    )
    assert signing_certificates(metadata(shared_world), configuration) == (certificate_of(shared_world),)


def test_msal_finds_the_endpoint_for_user_name_and_password_in_the_mex_document(shared_world: World) -> None:
    home = shared_world.tenant_id("tailspin")
    answer = shared_world.call("GET", f"/{home}/adfs/services/trust/mex")
    found = Mex(answer.text).get_wstrust_username_password_endpoint()
    assert found == {
        "address": f"{shared_world.base_url}/{home}/adfs/services/trust/13/usernamemixed",
        "action": Mex.ACTION_13,
    }


@pytest.mark.parametrize("path", ["FederationMetadata/2007-06/FederationMetadata.xml", "adfs/services/trust/mex"])
def test_another_kind_of_tenant_has_no_such_document(shared_world: World, path: str) -> None:
    assert shared_world.call("GET", f"/{shared_world.tenant_id('fabrikam')}/{path}").status == 400
