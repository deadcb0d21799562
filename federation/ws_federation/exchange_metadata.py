"""The WS-MetadataExchange document of a home: where its WS-Trust endpoints for user name and password are.

Clients that sign federated people in without a browser read it (MSAL among them). The endpoints are described as
AD FS describes them: a policy, a binding that refers to it, a port with an address, for each generation of WS-Trust.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from federation.ws_federation import names

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
SP_2005 = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy"
SP_13 = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"
SERVICE = "http://schemas.microsoft.com/ws/2008/06/identity/securitytokenservice"


@dataclass(frozen=True)
class _Generation:
    name: str
    action: str
    policy: str
    supporting: str


_GENERATIONS = (
    _Generation("UserNameWSTrustBinding_IWSTrustFeb2005Async", f"{names.TRUST}/RST/Issue", SP_2005,
                "SignedSupportingTokens"),
    _Generation("UserNameWSTrustBinding_IWSTrust13Async", f"{names.TRUST_13}/RST/Issue", SP_13,
                "SignedEncryptedSupportingTokens"),
)  # fmt: skip


def document(addresses: tuple[str, str]) -> bytes:
    """The WSDL; ``addresses`` are the endpoints of WS-Trust 2005/02 and 1.3, in this order."""
    parts = [
        f'<wsdl:definitions name="SecurityTokenService" targetNamespace="{SERVICE}" xmlns:wsdl="{WSDL}" '
        f'xmlns:tns="{SERVICE}" xmlns:soap12="{SOAP12}" xmlns:wsp="{names.POLICY}" xmlns:wsu="{names.UTILITY}" '
        f'xmlns:wsa10="{names.ADDRESSING}">'
    ]
    parts += [_policy(generation) for generation in _GENERATIONS]
    parts += [_binding(generation) for generation in _GENERATIONS]
    ports = (_port(generation, address) for generation, address in zip(_GENERATIONS, addresses, strict=True))
    parts.append(f'<wsdl:service name="SecurityTokenService">{"".join(ports)}</wsdl:service></wsdl:definitions>')
    return "".join(parts).encode()


def _policy(generation: _Generation) -> str:
    return (
        f'<wsp:Policy wsu:Id="{generation.name}_policy"><wsp:ExactlyOne><wsp:All>'
        f'<sp:TransportBinding xmlns:sp="{generation.policy}"><wsp:Policy><sp:TransportToken><wsp:Policy>'
        "<sp:HttpsToken/></wsp:Policy></sp:TransportToken></wsp:Policy></sp:TransportBinding>"
        f'<sp:{generation.supporting} xmlns:sp="{generation.policy}"><wsp:Policy>'
        f'<sp:UsernameToken sp:IncludeToken="{generation.policy}/IncludeToken/AlwaysToRecipient"><wsp:Policy>'
        f"<sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken></wsp:Policy></sp:{generation.supporting}>"
        "</wsp:All></wsp:ExactlyOne></wsp:Policy>"
    )


def _binding(generation: _Generation) -> str:
    return (
        f'<wsdl:binding name="{generation.name}" type="tns:IWSTrust">'
        f'<wsp:PolicyReference URI="#{generation.name}_policy"/>'
        '<soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/><wsdl:operation name="TrustIssueAsync">'
        f'<soap12:operation soapAction="{generation.action}" style="document"/></wsdl:operation></wsdl:binding>'
    )


def _port(generation: _Generation, address: str) -> str:
    return (
        f'<wsdl:port name="{generation.name}" binding="tns:{generation.name}">'
        f"<soap12:address location={quoteattr(address)}/><wsa10:EndpointReference>"
        f"<wsa10:Address>{_text(address)}</wsa10:Address></wsa10:EndpointReference></wsdl:port>"
    )


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;")
