"""The weekly summary for those who run the network: what is counted of events, and when it is told. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from events import directory, ledger
from events.envelope import Envelope, Event
from services.notifier.domain import Known, Message
from services.notifier.preferences import DIGEST_HOUR
from services.notifier.saying import near_a_limit

KIND = "weekly_summary"
COUNTED = ("registered", "accepted", "trades", "volume", "near_limit")
_STILL_NEWS = timedelta(hours=48)
"""A summary that could not be made until then is not made: the next one comes soon."""


def counts_of(event: Event, known: Known) -> Mapping[str, int]:
    """What `event` adds to its week. `volume` in the smallest unit, of trades between members alone."""
    if isinstance(event, directory.EntityRegistered):
        return {"registered": 1}
    if isinstance(event, directory.EntityStatusChanged):
        return {"accepted": 1} if (event.previous, event.status) == ("pending", "accepted") else {}
    if isinstance(event, ledger.TransferCompleted):
        near = {"near_limit": len(near_a_limit(event, known))}
        transfer = known.transfers.get(event.transfer_id)
        traded = transfer is not None and transfer.kind == "transfer"
        return {**near, "trades": 1, "volume": transfer.amount} if traded and transfer else near
    return {}


def summed(counts: Iterable[tuple[Envelope, Mapping[str, int]]], zone: str) -> dict[str, Counter[str]]:
    """Week (`2026-W04`) to what was counted in it, by when it happened."""
    weeks: dict[str, Counter[str]] = {}
    for envelope, added in counts:
        if any(added.values()):
            local = datetime.fromisoformat(envelope.time).astimezone(ZoneInfo(zone))
            weeks.setdefault(_name(local.date()), Counter()).update(added)
    return weeks


def week_to_tell(now: datetime, zone: str) -> tuple[str, date] | None:
    """The week that has ended and its Monday, from the digest's hour of this Monday on for two days; else None."""
    local = now.astimezone(ZoneInfo(zone))
    monday = local.date() - timedelta(days=local.weekday())
    due = datetime.combine(monday, time(DIGEST_HOUR), local.tzinfo)
    if not due <= local < due + _STILL_NEWS:
        return None
    ended = monday - timedelta(days=7)
    return _name(ended), ended


def summary(admin: str, begins: date, figures: Mapping[str, int], now: datetime) -> Message:
    """The summary of the week that began then, to one of those who run the network."""
    return Message(
        event_id=f"{KIND}/{_name(begins)}",
        recipient=f"user:{admin}",
        kind=KIND,
        channel="mail",
        facts={**dict.fromkeys(COUNTED, 0), **figures, "week_begins": begins.isoformat()},
        once={},
        state="queued",
        event_at=now,
        due_at=now,
    )


def _name(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
