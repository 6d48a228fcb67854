"""What a business wants to hear of, by which channel, and when. Pure: no clock, no store.

A preference says what is switched off, so a group that is new is on. Security can't be switched off, nor what goes to
persons alone: their login, their work for the network.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from services.notifier.domain import Channel

Group = Literal[
    "security", "work", "contact", "requests", "trades", "account", "matches", "searches", "loops", "digest"
]
"""Kinds of messages that are switched together. `work`: of those who run the network; `contact`: what other members
write, which the directory asks about before it takes it."""

SWITCHABLE: tuple[Group, ...] = ("requests", "trades", "account", "matches", "searches", "loops", "digest")
AT_ANY_TIME: frozenset[Group] = frozenset({"security", "work"})
"""Never off, and never late."""
DIGEST_HOUR = 7
TIME_ZONE = "Europe/London"
"""Unless a setting or a business says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Local times between which no mail is sent, midnight between them or not."""

    begins: time
    ends: time

    def holds(self, at: time) -> bool:
        """Whether it is quiet then; never when both are the same."""
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What one business wants."""

    off: frozenset[tuple[Channel, Group]] = frozenset()
    quiet: Quiet | None = None
    digest_hour: int = DIGEST_HOUR
    zone: str
    """IANA name."""
    language: str = ""
    """ISO 639 code; empty: none was chosen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done with a message: nothing (`skip`), `send` it now, or `wait` `until` then."""

    what: Literal["send", "wait", "skip"]
    until: datetime | None = None


SEND, SKIP = Verdict("send"), Verdict("skip")


def decide(preference: Preference, group: Group, channel: Channel, now: datetime) -> Verdict:
    """What a business wants done with a message of `group` at `now`."""
    if group in AT_ANY_TIME:
        return SEND
    if (channel, group) in preference.off:
        return SKIP
    if channel == "notice" or preference.quiet is None:
        return SEND
    local = now.astimezone(ZoneInfo(preference.zone))
    if not preference.quiet.holds(local.time()):
        return SEND
    until = _next(preference.quiet.ends, local)
    return Verdict("wait", until) if until > now else SEND


def decide_made(preference: Preference, group: Group, channel: Channel, now: datetime) -> Verdict:
    """The same of a message that is being made: a digest waits for its hour, local time, the next time that comes."""
    verdict = decide(preference, group, channel, now)
    if group != "digest" or verdict == SKIP:
        return verdict
    return Verdict("wait", digest_time(preference, now))


def digest_time(preference: Preference, after: datetime) -> datetime:
    """When the digest's hour comes next, local time."""
    return _next(time(preference.digest_hour), after.astimezone(ZoneInfo(preference.zone)))


def _next(wanted: time, local: datetime) -> datetime:
    """The next `wanted` after `local`. An hour that a change of clocks leaves out is the one after it."""
    day = local.date()
    for each in (day, day + timedelta(days=1)):
        for fold in (0, 1):
            at = datetime.combine(each, wanted, local.tzinfo).replace(fold=fold).astimezone(UTC)
            if at > local.astimezone(UTC):
                return at
    raise AssertionError("tomorrow comes")


def preference_of(document: Mapping[str, Any], zone: str) -> Preference:
    """What a stored document says; `zone` where it names none.

    The daily mail is on or off as the directory was told last, until somebody chose here after that.
    """
    chosen: Mapping[str, bool] = document.get("mail", {})
    mail = {"digest": bool(document.get("daily_match_mail", False)), **chosen}
    notice: Mapping[str, bool] = document.get("notice", {})
    off = {("mail", group) for group, on in mail.items() if not on}
    off |= {("notice", group) for group, on in notice.items() if not on}
    hours = document.get("quiet_hours")
    quiet = Quiet(begins=time.fromisoformat(hours["from"]), ends=time.fromisoformat(hours["to"])) if hours else None
    return Preference(
        off=frozenset(off),  # type: ignore[arg-type]
        quiet=quiet,
        digest_hour=int(document.get("digest_hour", DIGEST_HOUR)),
        zone=document.get("time_zone") or zone,
        language=document.get("language", ""),
    )
