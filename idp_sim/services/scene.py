"""One sign-in at one instant, as the services behind its questions see it."""

from __future__ import annotations

from dataclasses import dataclass

from idp_sim.directory.model import Credentials, User
from idp_sim.ports import Context, Ports
from idp_sim.services.phones import Phones
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.tenants.model import Tenant


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where and when, who, and how far the sign-in has come."""

    ports: Ports
    phones: Phones
    context: Context
    facts: SignInFacts
    transaction: SignInTransaction

    @property
    def tenant(self) -> Tenant:
        """The tenant that asks."""
        return self.facts.tenant

    @property
    def user(self) -> User:
        """The person's object, once it is known who they are."""
        assert self.facts.user is not None, "this is asked of a known person"
        return self.facts.user

    @property
    def credentials(self) -> Credentials:
        """What the person can prove here; empty where nothing is kept."""
        return self.facts.credentials or Credentials(user=self.user.id)
