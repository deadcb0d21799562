"""What partners publish is kept for a day; what is fetched with a token is kept for nobody; refreshing is bounded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from federation.http import Exchange, HttpRequest, HttpResponse
from idp_sim.ports import Context, Ports
from idp_sim.services.exchanges import PUBLISHED_FOR, REFRESH_WINDOW, REFRESHES, PublishedDocuments, perform

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
CONTEXT = Context(world="default", now=NOW, correlation_id="c")
DOCUMENT = HttpRequest(method="GET", url="https://op.example/keys", partner="Lucerne")
PAST_CACHE = replace(DOCUMENT, headers={"Cache-Control": "no-cache"})


class Partner:
    """Answers each request with its number."""

    def __init__(self) -> None:
        self.asked = 0
        self.documents = PublishedDocuments()

    def send(self, request: HttpRequest) -> HttpResponse:
        self.asked += 1
        return HttpResponse(status=200, headers={}, body=str(self.asked).encode())

    def fetch(self, request: HttpRequest, *, now: datetime = NOW, world: str = "default") -> int:
        def exchange() -> Exchange[Any]:
            return (yield request)

        ports = cast(Ports, SimpleNamespace(outbound=self))
        answer = perform(ports, self.documents, replace(CONTEXT, now=now, world=world), exchange())
        return int(answer.body)


def test_a_document_is_fetched_once_a_day_and_world() -> None:
    partner = Partner()
    assert [partner.fetch(DOCUMENT), partner.fetch(DOCUMENT)] == [1, 1]
    assert partner.fetch(DOCUMENT, world="other") == 2
    assert partner.fetch(DOCUMENT, now=NOW + PUBLISHED_FOR) == 3
    assert partner.fetch(DOCUMENT, now=NOW) == 4, "a clock set back makes an answer from the future unusable"


def test_what_is_fetched_with_a_token_is_kept_for_nobody() -> None:
    partner = Partner()
    ana, ben = (replace(DOCUMENT, headers={"Authorization": f"Bearer {name}"}) for name in ("ana", "ben"))
    assert [partner.fetch(ana), partner.fetch(ben), partner.fetch(ana)] == [1, 2, 3]
    assert partner.fetch(DOCUMENT) == 4


def test_an_unknown_key_fetches_anew_but_not_without_end() -> None:
    partner = Partner()
    partner.fetch(DOCUMENT)
    for _ in range(REFRESHES + 5):
        partner.fetch(PAST_CACHE)
    assert partner.asked == 1 + REFRESHES
    assert partner.fetch(PAST_CACHE, now=NOW + timedelta(seconds=1)) == partner.asked, "the newest one is used"
    partner.fetch(PAST_CACHE, now=NOW + REFRESH_WINDOW)
    assert partner.asked == 2 + REFRESHES
