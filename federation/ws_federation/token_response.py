"""RequestSecurityTokenResponse: the envelope that ``wresult`` carries (WS-Trust 2005/02, entra-sign-in 4.3, 14.5)."""

from __future__ import annotations

from datetime import datetime

from federation.errors import FederationError
from federation.reasons import Reason
from federation.ws_federation import names
from federation.ws_federation.times import written
from federation.xml.library import etree
from federation.xml.parse import Element

#: Both generations of WS-Trust; a collection holds one response.
_RESPONSES = tuple(f"{{{namespace}}}RequestSecurityTokenResponse" for namespace in (names.TRUST, names.TRUST_13))
_COLLECTION = f"{{{names.TRUST_13}}}RequestSecurityTokenResponseCollection"


def write(token: Element, *, realm: str, created: datetime, expires: datetime) -> Element:
    """The envelope around a token that was already signed: nothing in the token may change any more."""
    root = etree().Element(_trust("RequestSecurityTokenResponse"), nsmap={"t": names.TRUST})
    lifetime = etree().SubElement(root, _trust("Lifetime"))
    for name, instant in (("Created", created), ("Expires", expires)):
        element = etree().SubElement(lifetime, f"{{{names.UTILITY}}}{name}", nsmap={"wsu": names.UTILITY})
        element.text = written(instant)
    applies = etree().SubElement(root, f"{{{names.POLICY}}}AppliesTo", nsmap={"wsp": names.POLICY})
    reference = etree().SubElement(applies, f"{{{names.ADDRESSING}}}EndpointReference", nsmap={"wsa": names.ADDRESSING})
    etree().SubElement(reference, f"{{{names.ADDRESSING}}}Address").text = realm
    etree().SubElement(root, _trust("RequestedSecurityToken")).append(token)
    for name, value in (
        ("TokenType", names.TOKEN_TYPE),
        ("RequestType", names.REQUEST_TYPE),
        ("KeyType", names.KEY_TYPE),
    ):
        etree().SubElement(root, _trust(name)).text = value
    return root


def token_of(root: Element) -> Element:
    """The one token inside the envelope. FederationError(INVALID_SAML_TOKEN) where there is not exactly one.

    The envelope is signed by nobody: only the token inside may be believed, once its own signature was checked.
    """
    response = root
    if root.tag == _COLLECTION:
        response = _only(list(root), "response in the collection")
    if response.tag not in _RESPONSES:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem="wresult is no RequestSecurityTokenResponse")
    namespace = str(response.tag).partition("}")[0] + "}"
    holder = _only(response.findall(f"{namespace}RequestedSecurityToken"), "RequestedSecurityToken")
    token = _only(list(holder), "token in RequestedSecurityToken")
    if token.tag != f"{{{names.SAML}}}Assertion":
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem="the token is not a SAML 1.1 assertion")
    return token


def _only(found: list[Element], what: str) -> Element:
    if len(found) != 1:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem=f"there are {len(found)} instead of one {what}")
    return found[0]


def _trust(name: str) -> str:
    return f"{{{names.TRUST}}}{name}"
