"""Directory objects of any type found by id, and the links between them (graph-api 1.5, 10.1, 13)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from idp_sim.applications.model import Application
from idp_sim.directory.group import AdministrativeUnit, DirectoryLink, Group, Relation
from idp_sim.directory.model import User
from idp_sim.ports import AlreadyExists, Context, NotFound, Ports
from idp_sim.services.applications import graph_application


@dataclass(frozen=True)
class ServicePrincipal:
    """The principal of an application here; one stored record stands for both."""

    application: Application

    @property
    def id(self) -> str:
        """The object id of the principal, not of the registration."""
        return self.application.service_principal


DirectoryObject = User | Group | ServicePrincipal | AdministrativeUnit | Application


@dataclass(frozen=True, kw_only=True)
class Directory:
    """One tenant's directory at one instant."""

    ports: Ports
    context: Context
    tenant: str

    def object(self, id: str) -> DirectoryObject:
        """The user, group, service principal, unit or registration with that object id; NotFound."""
        storage, world = self.ports.storage, self.context.world
        for record in (User, Group, AdministrativeUnit, Application):
            with suppress(NotFound):
                found: DirectoryObject = storage.get(world, self.tenant, record, id.lower())  # type: ignore[assignment]
                return found
        return self.service_principal(id)

    def service_principal(self, id: str) -> ServicePrincipal:
        """The service principal with that object id; NotFound. Microsoft Graph has one everywhere."""
        graph, wanted = graph_application(self.ports), id.lower()
        if wanted == graph.service_principal:
            return ServicePrincipal(graph)
        found = self.ports.storage.find(
            self.context.world, self.tenant, Application, limit=1, service_principal=wanted or "-"
        )
        if not found:
            raise NotFound(f"service principal {id}")
        return ServicePrincipal(found[0])

    def objects(self, ids: Iterable[str]) -> list[DirectoryObject]:
        """Those of the ids that exist, in order."""
        found = []
        for id in ids:
            with suppress(NotFound):
                found.append(self.object(id))
        return found

    def manager_of(self, user: str) -> DirectoryObject | None:
        """The user's manager, if there is one."""
        found = self.objects(self.targets(Relation.MANAGER, user))
        return found[0] if found else None

    # --- links ---------------------------------------------------------------------------------------

    def targets(self, relation: Relation, source: str) -> list[str]:
        """Ids of what ``source`` has in this relation, oldest link first."""
        key = f"{relation}|{source}"
        found = self.ports.storage.find(self.context.world, self.tenant, DirectoryLink, source_key=key)
        return [link.target for link in found]

    def sources(self, relation: Relation, target: str) -> list[str]:
        """Ids of what has ``target`` in this relation."""
        key = f"{relation}|{target}"
        found = self.ports.storage.find(self.context.world, self.tenant, DirectoryLink, target_key=key)
        return [link.source for link in found]

    def linked(self, relation: Relation, source: str, target: str) -> bool:
        """Whether the link exists."""
        link = DirectoryLink(relation=relation, source=source, target=target)
        try:
            self.ports.storage.get(self.context.world, self.tenant, DirectoryLink, link.id)
        except NotFound:
            return False
        return True

    def link(self, relation: Relation, source: str, target: str) -> None:
        """Make the link; AlreadyExists."""
        if self.linked(relation, source, target):
            raise AlreadyExists(f"{target} is already among the {relation} of {source}")
        made = DirectoryLink(relation=relation, source=source, target=target)
        self.ports.storage.insert(self.context.world, self.tenant, made)

    def unlink(self, relation: Relation, source: str, target: str) -> None:
        """Take the link away; NotFound."""
        gone = DirectoryLink(relation=relation, source=source, target=target)
        self.ports.storage.delete(self.context.world, self.tenant, DirectoryLink, gone.id)

    def links_of(self, id: str) -> list[DirectoryLink]:
        """Every link that the object has part in."""
        found: list[DirectoryLink] = []
        for relation in Relation:
            for column in ("source_key", "target_key"):
                where = {column: f"{relation}|{id}"}
                found += self.ports.storage.find(self.context.world, self.tenant, DirectoryLink, **where)
        return found

    def unlink_all(self, id: str) -> None:
        """Take every link of the object away."""
        for relation in Relation:
            for column in ("source_key", "target_key"):
                where = {column: f"{relation}|{id}"}
                self.ports.storage.purge(self.context.world, self.tenant, DirectoryLink, **where)
