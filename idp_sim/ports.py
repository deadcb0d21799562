"""What the simulator needs from outside, as narrow protocols.

Services receive these bundled in ``Ports``; ``adapters`` and ``storage`` implement them; ``app.py`` chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from federation.cross_tenant_access import B2bSetting
from federation.http import HttpRequest, HttpResponse
from federation.oidc.keys import KeySet
from idp_sim.events import Event
from idp_sim.settings import Settings

R = TypeVar("R")

#: The "tenant" of records that belong to the world as a whole (tenants, mail, world settings).
WORLD_WIDE = "*"


class NotFound(LookupError):
    """No such record in that world and tenant."""


class AlreadyExists(Exception):
    """A record with that key, or with a value that must be unique, exists."""


class Conflict(Exception):
    """The record changed between reading and writing."""


class StorageUnavailable(Exception):
    """The place where the data lies can't be read or written; nothing of the call was kept. One sentence says why."""


class StorageFull(StorageUnavailable):
    """There is no room left for what was to be written."""


@dataclass(frozen=True)
class Range:
    """Instead of one value of an indexed column: every value from ``at_least`` on and before ``below``."""

    at_least: str | None = None
    below: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a record stands in an order: its number of insertion, and its value of the column sorted by."""

    position: int
    value: str | None = None


class Storage(Protocol):
    """Records by world and tenant. A record type is a row of ``storage.schema.TABLES``.

    Every call may raise StorageUnavailable or StorageFull where data are kept on a disk.
    """

    def worlds(self) -> list[str]:
        """Worlds that are there, those of an earlier start included, in no particular order."""

    def create_world(self, world: str) -> None:
        """Make the empty database of a world; AlreadyExists if there is one."""

    def drop_world(self, world: str) -> None:
        """Forget a world and everything in it; NotFound if there is none."""

    def mark_pristine(self, world: str) -> None:
        """Remember the world as it is now, for ``restore_pristine``."""

    def restore_pristine(self, world: str) -> None:
        """Make the world what it was at ``mark_pristine``."""

    def unit_of_work(self, world: str) -> AbstractContextManager[None]:
        """All calls of this thread inside are one transaction (``begin immediate``); nested ones join."""

    def get(self, world: str, tenant: str, record: type[R], key: str) -> R:
        """The record; NotFound."""

    def find(
        self,
        world: str,
        tenant: str,
        record: type[R],
        /,
        *,
        limit: int | None = None,
        newest_first: bool = False,
        **where: object,
    ) -> list[R]:
        """Records whose indexed columns equal ``where``, in order of insertion. A value may be a ``Range``."""

    def page(
        self,
        world: str,
        tenant: str,
        record: type[R],
        /,
        *,
        limit: int,
        order_by: str | None = None,
        descending: bool = False,
        after: Place | None = None,
        **where: object,
    ) -> list[tuple[Place, R]]:
        """Up to ``limit`` records beyond the place ``after``, each with its own place.

        Sorted by an indexed column, then by insertion; by insertion alone without one. What has no value comes
        first, or last when ``descending``. A page costs a page, however many records there are.
        """

    def count(self, world: str, tenant: str, record: type[Any], /, **where: object) -> int:
        """How many records match."""

    def insert(self, world: str, tenant: str, record: object) -> None:
        """Add; AlreadyExists."""

    def update(self, world: str, tenant: str, record: type[R], key: str, change: Callable[[R], R]) -> R:
        """Replace by ``change(old)`` in one transaction and return the new one; NotFound.

        ``change`` may raise: nothing is written then. This is how single use has one winner.
        """

    def put(self, world: str, tenant: str, record: object) -> None:
        """Insert or replace."""

    def delete(self, world: str, tenant: str, record: type[Any], key: str) -> None:
        """Remove; NotFound."""

    def purge(self, world: str, tenant: str, record: type[Any], **where: object) -> int:
        """Remove all that match, return how many."""

    def replace_text(self, world: str, old: str, new: str) -> None:
        """Put ``new`` in place of ``old`` in every record of a world, in one transaction; NotFound.

        For origins: ``old`` is left alone where a name or port goes on after it.
        """

    def close(self) -> None:
        """Release every connection."""


@dataclass(frozen=True, kw_only=True)
class ClockSetting:
    """A world's clock: real time plus ``offset``, or standing at ``frozen_at``. Stored world-wide."""

    id: str = "clock"
    offset: timedelta = timedelta(0)
    frozen_at: datetime | None = None


class WallClock(Protocol):
    """The machine's time; the only source of it."""

    def now(self) -> datetime:
        """Aware, UTC."""

    def sequence(self) -> int:
        """A number larger than every one given before in this process and, as good as surely, in earlier ones."""


class Clocks(Protocol):
    """Time of each world."""

    def now(self, world: str) -> datetime:
        """Aware, UTC, by the world's own clock; NotFound."""

    def sequence(self) -> int:
        """As ``WallClock.sequence``: orders what happened across tenants, whatever the world's clock says."""

    def setting(self, world: str) -> ClockSetting:
        """How the world's clock runs; NotFound."""

    def set(self, world: str, instant: datetime) -> None:
        """Let the world's clock show ``instant`` now; it runs on, or stands if it stood. ValueError out of range."""

    def advance(self, world: str, by: timedelta) -> None:
        """Move the world's clock, running or standing. ValueError out of range."""

    def freeze(self, world: str, frozen: bool) -> None:
        """Stop the world's clock where it is, or let it run on from there."""

    def forget(self, world: str) -> None:
        """Read the world's setting anew next time: after a reset or when the world is gone."""


class Ids(Protocol):
    """Randomness; the only source of it."""

    def guid(self) -> str:
        """A random GUID, lower case."""

    def secret(self, size: int = 32) -> str:
        """``size`` random bytes as base64url without padding."""

    def digits(self, count: int) -> str:
        """``count`` random decimal digits."""

    def totp_secret(self) -> str:
        """160 random bits as base32 without padding (RFC 4226 4)."""


class KeyStore(Protocol):
    """Signing keys; all Entra-kind tenants of a server share one set until a world has its own."""

    def key_set(self, world: str, tenant: str) -> KeySet:
        """The set whose public half the tenant publishes."""

    def home_key_set(self, world: str, tenant: str) -> KeySet:
        """The same for a home that is no Entra tenant: never the set of the Entra tenants."""


class OutboundHttp(Protocol):
    """Calls to other parties, with certificate checks, a deadline and a size bound."""

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send; FederationError(IDENTITY_PROVIDER_UNREACHABLE) names the partner and the problem."""


@dataclass(frozen=True, kw_only=True)
class TenantSummary:
    """What one tenant may know of another without a signed message: where its endpoints are."""

    id: str
    name: str
    display_name: str
    kind: str
    issuer: str
    metadata_url: str


@dataclass(frozen=True, kw_only=True)
class Holders:
    """Which tenants hold an address (entra-sign-in 2.3).

    ``managed`` is the Entra tenant that has a user with it; ``google`` the one of Google's kind whose domain it
    is in; ``personal`` the provider of personal accounts, whether it has one (``personal_account``) or could make
    one, which it does not for domains that an organisation has verified (``verified``).
    """

    managed: TenantSummary | None = None
    google: TenantSummary | None = None
    personal: TenantSummary | None = None
    personal_account: bool = False
    verified: bool = False


class Border(Protocol):
    """The only reading across the border between tenants: three questions of product.md 6, and one of the network.

    The fourth is not about the two tenants of a sign-in but about whose network the person is on.
    """

    def tenant_of(self, world: str, address: str) -> TenantSummary | None:
        """Which managed tenant has a user with this address (user-based discovery, entra-sign-in 2.3)."""

    def holders_of(self, world: str, address: str) -> Holders:
        """The same question to every kind of tenant; only an address that begins with ``@`` means its domain."""

    def outbound_consent(self, world: str, home: str, resource: str) -> bool:
        """Is the home's ``automaticUserConsentSettings.outboundAllowed`` on for that resource tenant?"""

    def outbound_allowed(
        self, world: str, home: str, user_address: str, resource: str, application: str | None
    ) -> bool:
        """Does the home's outbound policy let this user go there (asked when inviting)?"""

    def tenant_restrictions(self, world: str, tenant: str, policy: str, target: str) -> B2bSetting | None:
        """The tenant restrictions of the network's tenant towards ``target``; None if ``policy`` is not its policy."""


@dataclass(frozen=True, kw_only=True)
class ProtocolMessage:
    """One protocol message as it crossed a border; ``fields`` decoded and with secrets masked.

    ``start_line`` says how it travelled: ``GET <url>``, ``POST <url>``, ``302 <url>`` for an answer by redirect,
    ``200`` for one in JSON; empty where it did not travel by HTTP.
    """

    order: int
    instant: datetime
    correlation_id: str
    tenant: str
    sender: str
    receiver: str
    protocol: str  # OpenID Connect, SAML, WS-Federation, mail
    name: str  # e.g. authentication request, token response
    fields: Mapping[str, str] = field(default_factory=dict)
    start_line: str = ""


class Journal(Protocol):
    """Every protocol message passes here."""

    def record(self, world: str, message: ProtocolMessage) -> None:
        """Keep it."""

    def messages(self, world: str, correlation_id: str) -> list[ProtocolMessage]:
        """All of one sign-in, in order."""

    def forget(self, world: str) -> None:
        """Drop all of a world."""


class Events(Protocol):
    """Tells whoever watches what happened."""

    def publish(self, event: Event) -> None:
        """Never waits and never fails."""


class Unwatched:
    """``Events`` where nobody listens."""

    def publish(self, event: Event) -> None:
        """Nothing."""


class Faults(Protocol):
    """Named faults that a test can switch on; none exist yet."""

    def active(self, world: str, place: str) -> str | None:
        """The name of the fault at ``place``, or None."""


class Shelf(Protocol):
    """Keeps what was made from stored records, so that it need not be made again for every request."""

    def peek(self, key: tuple[str, ...], revision: str) -> object | None:
        """What is kept under ``key`` if it was made from that revision of the records, else None."""

    def keep(self, key: tuple[str, ...], revision: str, thing: object) -> None:
        """Keep ``thing``, which never changes, in place of an earlier revision's."""


class NoShelf:
    """``Shelf`` where nothing is kept."""

    def peek(self, key: tuple[str, ...], revision: str) -> object | None:
        """Nothing."""
        return None

    def keep(self, key: tuple[str, ...], revision: str, thing: object) -> None:
        """Nothing."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Everything a service may touch."""

    settings: Settings
    storage: Storage
    clocks: Clocks
    ids: Ids
    keys: KeyStore
    outbound: OutboundHttp
    border: Border
    journal: Journal
    faults: Faults
    events: Events = field(default_factory=Unwatched)
    shelf: Shelf = field(default_factory=NoShelf)


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where and when a request happens: read once at the edge and passed down."""

    world: str
    now: datetime
    correlation_id: str
