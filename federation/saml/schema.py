"""The OASIS schemas that come with pysaml2, compiled once by lxml."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from federation.xml.library import etree
from federation.xml.names import DS, MD, SAML, SAMLP, XENC
from federation.xml.parse import Element, XmlRefused

#: Namespaces and their files, each before those that need it: what was imported once is not looked for at the web
#: address that another schema names for it. A resolver of our own would be shared by all threads of libxml2.
_FILES = (
    ("http://www.w3.org/XML/1998/namespace", "xml.xsd"),
    (DS, "xmldsig-core-schema.xsd"),
    (XENC, "xenc-schema.xsd"),
    (SAML, "saml-schema-assertion-2.0.xsd"),
    (SAMLP, "saml-schema-protocol-2.0.xsd"),
    (MD, "saml-schema-metadata-2.0.xsd"),
)
#: A compiled schema keeps the log of its last validation, and compiling is not safe in two threads at once.
_GUARD = Lock()


def validate(root: Element) -> None:
    """XmlRefused when the document is not valid by the schema of SAML 2.0."""
    with _GUARD:
        schema = _compiled()
        if schema.validate(root):
            return
        first = next(iter(schema.error_log), None)
        problem = first.message[:200] if first else "schema"
    raise XmlRefused(f"it does not have the form of SAML 2.0 ({problem})")


@cache
def _compiled() -> Any:
    """From files of the installed library only."""
    spec = find_spec("saml2")
    assert spec is not None, "pysaml2 is a dependency"
    assert spec.submodule_search_locations is not None, "pysaml2 is a package"
    folder = Path(next(iter(spec.submodule_search_locations))).resolve() / "data" / "schemas"
    imports = "".join(
        f'<xs:import namespace="{namespace}" schemaLocation="{(folder / file).as_uri()}"/>'
        for namespace, file in _FILES
    )
    entrance = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    lib = etree()
    parser = lib.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    return lib.XMLSchema(lib.fromstring(entrance.encode(), parser))
