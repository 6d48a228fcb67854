"""The daily mail of matches: what is collected, when it is due, and what it says. Pure: no clock, no store.

Its message is made from business and local date, so there are never two for a day; what was collected is taken out in
the transaction that puts the message in, so nothing is told twice, or not at all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from events import matcher
from events.envelope import Envelope, Event
from services.notifier.domain import Message
from services.notifier.preferences import Preference, decide, digest_time

KIND = "daily_matches"
MOST_WAITING = 200
"""Matches that wait for one business's mail; of more the oldest are dropped."""
_MOST_SHOWN = 10
"""Of each side; of the others it is said how many, and where."""

Side = Literal["leads", "suppliers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Somebody to trade with: a lead wants what one offers, a supplier offers what one wants."""

    side: Side
    other: str
    """The entity's id."""
    mine: str
    """One's own tag, and the other's."""
    theirs: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A match that waits for its recipient's daily mail."""

    entity_id: str
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A business whose hour has come. `day`: the local date of its last mail, or empty."""

    entity_id: str
    matches: Sequence[Match]
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of it: postponed until `next_at`, else its matches are taken out, into `message` if there is one."""

    entity_id: str
    day: str
    message: Message | None = None
    next_at: datetime | None = None


def found_in(run: Sequence[tuple[Envelope, Event]], now: datetime, max_age: timedelta) -> list[Found]:
    """The matches among these events, one to each of the two; not what is too old to be mailed."""
    found: list[Found] = []
    for envelope, event in run:
        if isinstance(event, matcher.MatchFound) and now - datetime.fromisoformat(envelope.time) <= max_age:
            found += _both_sides(event)
    return found


def _both_sides(event: matcher.MatchFound) -> list[Found]:
    lead = Match(side="leads", other=event.receiver, mine=event.offer, theirs=event.want, score=event.score)
    supplier = Match(side="suppliers", other=event.giver, mine=event.want, theirs=event.offer, score=event.score)
    return [Found(entity_id=event.giver, match=lead), Found(entity_id=event.receiver, match=supplier)]


def outcome(waiting: Waiting, preference: Preference, unlisted: Collection[str], now: datetime) -> Outcome:
    """What becomes of what waits at `now`. `unlisted`: ids of entities that nobody is to be told of, or to tell."""
    local = now.astimezone(ZoneInfo(preference.zone))
    entity_id, today = waiting.entity_id, local.date().isoformat()
    # No quiet hours: they are kept when it is sent.
    if entity_id in unlisted or decide(preference, "digest", "mail", now).what == "skip":
        return Outcome(entity_id=entity_id, day=waiting.day)
    if waiting.day >= today:
        midnight = datetime.combine(local.date() + timedelta(days=1), time(0), local.tzinfo)
        return Outcome(entity_id=entity_id, day=waiting.day, next_at=digest_time(preference, midnight))
    if local.hour < preference.digest_hour:
        return Outcome(entity_id=entity_id, day=waiting.day, next_at=digest_time(preference, now))
    left = [match for match in waiting.matches if match.other not in unlisted]
    if not left:
        return Outcome(entity_id=entity_id, day=waiting.day)
    return Outcome(entity_id=entity_id, day=today, message=_message(entity_id, today, left, now))


def _message(entity_id: str, day: str, matches: Sequence[Match], now: datetime) -> Message:
    return Message(
        event_id=f"{KIND}/{entity_id}/{day}",
        recipient=f"entity:{entity_id}",
        kind=KIND,
        channel="mail",
        facts={**_shown("leads", matches), **_shown("suppliers", matches)},
        once={},
        state="queued",
        event_at=now,
        due_at=now,
    )


def _shown(side: Side, matches: Sequence[Match]) -> Mapping[str, Any]:
    # The newest first among equals: they wait in the order in which they were found.
    best = sorted((match for match in reversed(matches) if match.side == side), key=lambda match: -match.score)
    return {side: [asdict(match) for match in best[:_MOST_SHOWN]], f"more_{side}": len(best[_MOST_SHOWN:])}
