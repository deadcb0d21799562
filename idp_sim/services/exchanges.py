"""Drives an exchange of a home's protocol over the outbound port, with a cache of what partners publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from federation.http import Exchange, HttpRequest, HttpResponse
from idp_sim.ports import Context, Ports

T = TypeVar("T")

#: Clients refresh metadata and keys at least once a day (entra-sign-in 12.4).
PUBLISHED_FOR = timedelta(hours=24)
CACHE_LIMIT = 512
#: An unknown key makes a partner's keys be asked for anew at most this often, in so much of the world's time.
REFRESHES = 10
REFRESH_WINDOW = timedelta(minutes=1)


@dataclass
class PublishedDocuments:
    """Answers to GET by world and URL until they are a day old by the world's clock. Owned by one simulator."""

    entries: dict[tuple[str, str], tuple[datetime, HttpResponse]] = field(default_factory=dict)
    refreshes: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def get(self, world: str, url: str, now: datetime) -> HttpResponse | None:
        """A fresh enough answer; a clock set back makes an answer from the future unusable as well."""
        with self.lock:
            entry = self.entries.get((world, url))
        if entry is None or not timedelta(0) <= now - entry[0] < PUBLISHED_FOR:
            return None
        return entry[1]

    def may_refresh(self, world: str, url: str, now: datetime) -> bool:
        """Whether a document may be fetched although it is fresh; counted, so that odd tokens can't drive traffic."""
        with self.lock:
            recent = [at for at in self.refreshes.get((world, url), ()) if timedelta(0) <= now - at < REFRESH_WINDOW]
            allowed = len(recent) < REFRESHES
            if allowed:
                recent.append(now)
            self.refreshes[(world, url)] = recent
            while len(self.refreshes) > CACHE_LIMIT:
                self.refreshes.pop(next(iter(self.refreshes)))
        return allowed

    def put(self, world: str, url: str, now: datetime, response: HttpResponse) -> None:
        """Keep an answer; the oldest goes when there are too many."""
        with self.lock:
            self.entries.pop((world, url), None)
            self.entries[(world, url)] = (now, response)
            while len(self.entries) > CACHE_LIMIT:
                self.entries.pop(next(iter(self.entries)))


def perform(ports: Ports, documents: PublishedDocuments, context: Context, exchange: Exchange[T]) -> T:
    """Run ``exchange`` to its end and return its result.

    FederationError from the exchange or from the outbound port passes through.
    """
    try:
        request = next(exchange)
        while True:
            request = exchange.send(_send(ports, documents, context, request))
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


def _send(ports: Ports, documents: PublishedDocuments, context: Context, request: HttpRequest) -> HttpResponse:
    # What is fetched with a token is somebody's own, and no document that everybody may read.
    published = request.method == "GET" and "Authorization" not in request.headers
    kept = documents.get(context.world, request.url, context.now) if published else None
    if kept is not None and not (
        _past_cache(request.headers) and documents.may_refresh(context.world, request.url, context.now)
    ):
        return kept
    response = ports.outbound.send(request)
    if published and response.status == 200:
        documents.put(context.world, request.url, context.now, response)
    return response


def _past_cache(headers: Mapping[str, str]) -> bool:
    return headers.get("Cache-Control") == "no-cache"
