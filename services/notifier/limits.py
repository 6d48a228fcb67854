"""When an account comes near one of its limits: told once, as it comes there, not at each transfer after that. Pure."""

from dataclasses import dataclass

from events.ledger import Entry

WARNING_PERCENT = 80
"""Share of a limit from which on an account is near it, as long as the book's policy was never changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far an account may go below and above zero, in the smallest unit."""

    max_negative: int
    max_positive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """What an entry came to, in the smallest unit, none of it negative: how far from zero the balance is now, the limit
    on that side, and the room that is left."""

    below: bool
    balance: int
    limit: int
    room: int


def came_near(entry: Entry, limits: Limits, percent: int) -> Nearness | None:
    """How near the entry's account has come to the limit that it moved towards; None when it was as near before, or
    is not near now. A limit of zero has no warning level, as in the ledger."""
    below = entry.amount < 0
    limit = limits.max_negative if below else limits.max_positive
    now = -entry.balance if below else entry.balance
    before = now - abs(entry.amount)
    # In whole units: share >= percent without a division.
    if limit == 0 or now * 100 < limit * percent or before * 100 >= limit * percent:
        return None
    return Nearness(below=below, balance=now, limit=limit, room=max(0, limit - now))
