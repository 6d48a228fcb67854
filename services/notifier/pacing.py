"""How many mails a minute a recipient's domain gets, whoever sends them. Pure.

Each mail takes a slot of its domain's time. A mail whose slot is later waits for it, and does not ask again then. A
domain that puts a mail off (4xx) gets a tenth for a while, and slots that were given before count no more.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a domain is written to."""

    per_minute: int
    """0: as fast as it goes."""
    burst: timedelta = timedelta(seconds=10)
    """As much as fits into this may leave at once, after a silence."""
    slower: int = 10
    """So many times slower for a domain that asked for fewer …"""
    slow_for: timedelta = timedelta(minutes=5)
    """… for so long after it last did."""

    def between(self, *, slow: bool) -> timedelta:
        """The time that one mail takes."""
        return timedelta(minutes=1) / self.per_minute * (self.slower if slow else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What has been given of a domain's time."""

    free_at: datetime = _LONG_AGO
    slowed_at: datetime = _LONG_AGO
    """When its present or last slowness began."""
    slow_until: datetime = _LONG_AGO

    def honours(self, given_at: datetime, now: datetime) -> bool:
        """Whether a slot that was given then still counts."""
        return self.slow_until <= now or given_at >= self.slowed_at


@dataclass(frozen=True, slots=True)
class Slot:
    """When a mail may leave."""

    at: datetime
    kept: bool
    """False: it asks again then."""


def take(domain: Domain, wanted: int, pace: Pace, now: datetime) -> tuple[list[Slot], Domain]:
    """Slots for so many mails."""
    slow = domain.slow_until > now
    free_at = max(domain.free_at, now if slow else now - pace.burst)
    slots = []
    for _ in range(wanted):
        if slow and free_at >= domain.slow_until:
            # By then it may be fast again: a long queue is not spread over the slow pace.
            slots.append(Slot(domain.slow_until, kept=False))
        else:
            slots.append(Slot(free_at, kept=True))
            free_at += pace.between(slow=slow)
    return slots, replace(domain, free_at=free_at)


def slowed(domain: Domain, pace: Pace, now: datetime) -> Domain:
    """A domain that has just put a mail off."""
    until = now + pace.slow_for
    if domain.slow_until > now:
        return replace(domain, slow_until=until)
    return Domain(free_at=now + pace.between(slow=True), slowed_at=now, slow_until=until)
