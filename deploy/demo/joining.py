"""How the demo's businesses join and what the administrator decides. Pure: days are counted from the start."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from deploy.demo.businesses import Business
from deploy.demo.steps import Apply, Decide, SetLimits, SignUp, Step

FOUNDERS = 16
CAREFUL_LIMIT = 20_000
"""Whoever gets more starts with this much credit, and gets the rest after some months of trade."""
_COHORT = 4
_DAYS_BETWEEN = 11
_RAISE_AFTER = timedelta(days=75)
_RECENT = {"pending": 179, "tradingPending": 171}
"""Whoever still waits for a decision joined lately: on this day or soon after."""
_PATHS = {
    "pending": (),
    "rejected": ("rejected",),
    "accepted": ("accepted",),
    "tradingPending": ("accepted", "apply"),
    "tradingRejected": ("accepted", "apply", "tradingRejected"),
    "tradingAccepted": ("accepted", "apply", "tradingAccepted"),
}
_WAITS = (timedelta(days=1, hours=1), timedelta(days=2, hours=8), timedelta(days=4, hours=2))
_REASONS = {
    "rejected": "We could not confirm who runs this business.",
    "tradingRejected": "We look for a little more local demand first; please apply again in the spring.",
}


def join(businesses: Sequence[Business], start: datetime) -> list[Step]:
    """All that happens until each business has its final status and limits."""
    return [
        step
        for number, business in enumerate(businesses)
        for step in _story(business, _joined(start, number, business))
    ]


def _joined(start: datetime, number: int, business: Business) -> datetime:
    """The founders on the first two days, then a handful at a time; a few minutes between one and the next."""
    if business.status in _RECENT:
        days = _RECENT[business.status] + number % 4
    elif number < FOUNDERS:
        days = number // 8
    else:
        days = (1 + (number - FOUNDERS) // _COHORT) * _DAYS_BETWEEN
    return start + timedelta(days=days, hours=9, minutes=7 * (number % 8))


def _story(business: Business, joined: datetime) -> Iterator[Step]:
    yield SignUp(at=joined, slug=business.slug)
    yield from _decisions(business, joined)
    if business.status == "tradingAccepted":
        yield from _limits(business, joined + timedelta(days=4, hours=3))


def _decisions(business: Business, joined: datetime) -> Iterable[Step]:
    moments = (
        joined + timedelta(days=1, hours=1),
        joined + timedelta(days=2, hours=8),
        joined + timedelta(days=4, hours=2),
    )
    for what, at in zip(_PATHS[business.status], moments, strict=False):
        if what == "apply":
            yield Apply(at=at, slug=business.slug)
        else:
            yield Decide(at=at, slug=business.slug, status=what, reason=_REASONS.get(what, ""))


def _limits(business: Business, at: datetime) -> Iterable[Step]:
    first = min(business.max_negative, CAREFUL_LIMIT)
    agreed = "Agreed in the welcome talk."
    yield SetLimits(at=at, slug=business.slug, max_negative=first, max_positive=business.max_positive, reason=agreed)
    if business.max_negative > first:
        yield SetLimits(
            at=at + _RAISE_AFTER,
            slug=business.slug,
            max_negative=business.max_negative,
            max_positive=business.max_positive,
            reason="Steady trade in both directions for ten weeks.",
        )
