"""``$metadata``: the CSDL of what is served, written from the declared resources (graph-api 7.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

from idp_sim.graph.resource import Property, Resource, Type

_TYPES: Mapping[Type, str] = {
    Type.STRING: "Edm.String",
    Type.BOOLEAN: "Edm.Boolean",
    Type.DATE_TIME: "Edm.DateTimeOffset",
    Type.INTEGER: "Edm.Int32",
    Type.STRINGS: "Collection(Edm.String)",
    Type.OBJECT: "graph.Json",
    Type.OBJECTS: "Collection(graph.Json)",
}


def document(resources: Iterable[Resource], version: str) -> bytes:
    """The document of one version. Objects inside objects stand as ``graph.Json``: their parts are not declared."""
    resources = [r for r in resources if r.properties]
    types = {resource.type_name: resource for resource in reversed(resources)}
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">',
        "<edmx:DataServices>",
        '<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">',
        '<ComplexType Name="Json" OpenType="true"/>',
        *(line for name in sorted(types) for line in _type(types[name], version)),
        '<EntityContainer Name="GraphService">',
        *(_entry(resource) for resource in resources if resource.path.count("/") == 1),
        "</EntityContainer>",
        "</Schema>",
        "</edmx:DataServices>",
        "</edmx:Edmx>",
    ]
    return "\n".join(lines).encode()


def _type(resource: Resource, version: str) -> list[str]:
    name = resource.type_name.rpartition(".")[2]
    has_key = any(p.name == resource.key for p in resource.properties)
    key = [f"<Key><PropertyRef Name={quoteattr(resource.key)}/></Key>"] if has_key else []
    properties = [_property(p, resource) for p in resource.selectable(version).values()]
    return [f"<EntityType Name={quoteattr(name)}>", *key, *properties, "</EntityType>"]


def _property(known: Property, resource: Resource) -> str:
    nullable = "" if known.nullable and known.name != resource.key else ' Nullable="false"'
    return f"<Property Name={quoteattr(known.name)} Type={quoteattr(_TYPES[known.type])}{nullable}/>"


def _entry(resource: Resource) -> str:
    name, of = resource.path.lstrip("/"), f"graph.{resource.type_name.rpartition('.')[2]}"
    if resource.collection:
        return f"<EntitySet Name={quoteattr(name)} EntityType={quoteattr(of)}/>"
    return f"<Singleton Name={quoteattr(name)} Type={quoteattr(of)}/>"
