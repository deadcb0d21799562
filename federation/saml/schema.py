"""The OASIS schemas that come with pysaml2, compiled once by lxml."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from federation.xml.library import etree
from federation.xml.parse import Element, XmlRefused

#: One schema that pulls in what messages and metadata need.
_ENTRANCE = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import namespace="urn:oasis:names:tc:SAML:2.0:protocol" schemaLocation="saml-schema-protocol-2.0.xsd"/>
  <xs:import namespace="urn:oasis:names:tc:SAML:2.0:metadata" schemaLocation="saml-schema-metadata-2.0.xsd"/>
</xs:schema>"""


def validate(root: Element) -> None:
    """XmlRefused when the document is not valid by the schema of SAML 2.0."""
    schema = _compiled()
    if not schema.validate(root):
        first = next(iter(schema.error_log), None)
        raise XmlRefused(f"it does not have the form of SAML 2.0 ({first.message[:200] if first else 'schema'})")


@cache
def _compiled() -> Any:
    """Files of the installed library only: what schemas name by a web address is looked up beside them."""
    lib = etree()
    spec = find_spec("saml2")
    assert spec is not None, "pysaml2 is a dependency"
    assert spec.submodule_search_locations is not None, "pysaml2 is a package"
    folder = Path(next(iter(spec.submodule_search_locations))) / "data" / "schemas"

    resolver: Any = lib.Resolver

    class Beside(resolver):  # type: ignore[misc]  # lxml has no types
        def resolve(self, url: str, public_id: str | None, context: Any) -> Any:
            return self.resolve_filename(str(folder / url.rpartition("/")[2]), context)

    parser = lib.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    parser.resolvers.add(Beside())
    return lib.XMLSchema(lib.fromstring(_ENTRANCE.encode(), parser))
