"""Terms of use: agreements with a document per language, and what people accepted (entra-sign-in 16.3)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_AGREEMENTS = 40
_DURATION = re.compile(r"P(?:(?P<years>\d{1,2})Y)?(?:(?P<months>\d{1,3})M)?(?:(?P<days>\d{1,4})D)?")


@dataclass(frozen=True, kw_only=True)
class AgreementFile:
    """One language of an agreement; its content is an ``AgreementDocument`` of the same id."""

    id: str
    file_name: str
    display_name: str
    language: str
    created: datetime
    default: bool = False
    major_version: bool = False


@dataclass(frozen=True, kw_only=True)
class AgreementDocument:
    """The bytes of a document, base64; ``media_type`` is ``application/pdf`` or ``text/plain``."""

    id: str
    data: str
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Terms of use. Durations are ISO 8601 (``P90D``, ``P1M``, ``P1Y``)."""

    id: str
    display_name: str
    created: datetime
    files: tuple[AgreementFile, ...]
    modified: datetime | None = None
    view_before_acceptance: bool = False
    per_device: bool = False
    accept_again_after: str | None = None
    expires_from: datetime | None = None
    expires_every: str | None = None

    def file_for(self, languages: Iterable[str]) -> AgreementFile:
        """The document in the first of ``languages`` that there is, else the default one."""
        by_language = {file.language.lower(): file for file in reversed(self.files)}
        for language in languages:
            wanted = language.lower()
            if found := by_language.get(wanted) or by_language.get(wanted.partition("-")[0]):
                return found
        return next((file for file in self.files if file.default), self.files[0])

    def expiration(self, accepted: datetime) -> datetime | None:
        """When an acceptance of ``accepted`` ends: after so many days, or with the schedule, what comes first."""
        ends = []
        if self.accept_again_after is not None:
            ends.append(after(accepted, self.accept_again_after))
        if self.expires_from is not None and self.expires_every is not None:
            end, times = self.expires_from, 0
            while end <= accepted:
                times += 1
                end = after(self.expires_from, self.expires_every, times=times)
            ends.append(end)
        return min(ends, default=None)

    @property
    def valid_from(self) -> datetime:
        """Acceptances before the newest version that must be accepted again do not count any more."""
        return max((file.created for file in self.files if file.major_version), default=self.created)


@dataclass(frozen=True, kw_only=True)
class AgreementAcceptance:
    """What one person answered, with the names of that time; ``state`` is ``accepted`` or ``declined``."""

    id: str
    agreement: str
    file: str
    user: str
    state: str
    recorded: datetime
    expires: datetime | None = None
    user_display_name: str = ""
    user_principal_name: str = ""
    user_email: str | None = None


def accepted(
    agreements: Iterable[Agreement], acceptances: Iterable[AgreementAcceptance], *, now: datetime
) -> frozenset[str]:
    """Ids of the agreements that the person has accepted and need not accept again at ``now``."""
    by_id = {agreement.id: agreement for agreement in agreements}
    return frozenset(
        acceptance.agreement
        for acceptance in acceptances
        if acceptance.state == "accepted"
        and (agreement := by_id.get(acceptance.agreement)) is not None
        and acceptance.recorded >= agreement.valid_from
        and (acceptance.expires is None or now < acceptance.expires)
    )


def is_duration(text: str) -> bool:
    """Whether ``text`` is a duration of years, months and days that is longer than nothing."""
    match = _DURATION.fullmatch(text)
    return match is not None and any(int(part) for part in match.groups() if part)


def after(start: datetime, duration: str, *, times: int = 1) -> datetime:
    """``start`` and ``times`` durations; months keep the day where there is one. ValueError for no duration."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"'{duration}' is no duration of years, months and days")
    years, months, days = (int(part or 0) * times for part in match.groups())
    whole = start.year * 12 + start.month - 1 + years * 12 + months
    year, month = divmod(whole, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day) + timedelta(days=days)
