"""Taking events: load what is known, decide, save memory, messages and position together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from events import directory, ledger
from events.envelope import Envelope, Event
from services.notifier.digests import Found, found_in
from services.notifier.domain import DailyMail, Known, Message
from services.notifier.farewell import addressed
from services.notifier.knowledge import (
    Change,
    Effects,
    Reader,
    change_of,
    earlier_transfer,
    limits_of,
    matched_entities,
    moved_accounts,
    transfer_of,
)
from services.notifier.limits import WARNING_PERCENT
from services.notifier.preferences import TIME_ZONE, decide_made, digest_time, preference_of
from services.notifier.rules import GROUP_OF, asks_to_accept, covered_transfer, messages_for
from services.notifier.weekly import counts_of, summed


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Which messages are made."""

    max_age: timedelta
    signup_notifications: bool
    time_zone: str = TIME_ZONE
    """Of businesses that chose none."""


def effects_of(run: Sequence[tuple[Envelope, Event]], reader: Reader, policy: Policy, *, now: datetime) -> Effects:
    """The effects of events in order, each seeing those before it. Raises UnknownTransfer."""
    earlier = {earlier for _, event in run if (earlier := earlier_transfer(event))}
    covered = {covered for _, event in run if (covered := covered_transfer(event))}
    moved = {account for _, event in run for account in moved_accounts(event)}
    matched = {entity_id for _, event in run for entity_id in matched_entities(event)}
    known = Known(
        limits=reader.limits(moved) if moved else {},
        warning_percent=reader.warning_percent() if moved else WARNING_PERCENT,
        transfers=reader.transfers(earlier) if earlier else {},
        admins=reader.admins(),
        signup_notifications=policy.signup_notifications,
        unlisted=reader.unlisted(matched) if matched else (),
    )
    changes: list[Change] = []
    messages: list[Message] = []
    counts: list[tuple[Envelope, Mapping[str, int]]] = []
    for envelope, event in run:
        if change := change_of(event):
            changes.append(change)
            known = _learned(known, event, change)
        counts.append((envelope, counts_of(event, known)))
        made = messages_for(envelope, event, known, now=now, max_age=policy.max_age)
        messages += [addressed(message, reader, changes) for message in made]
    asked = [message for message in messages if not asks_to_accept(message, covered)]
    wanted = _as_wanted(asked, reader, policy, now)
    mails = [message for message in wanted if message.channel == "mail"]
    notices = [message for message in wanted if message.channel == "notice"]
    found = found_in(run, now, policy.max_age)
    return Effects(
        changes=changes,
        messages=mails,
        notices=notices,
        covered=covered,
        daily_mails=_daily_mails(run),
        found=found,
        digests_due=_digests_due(found, reader, policy, now) if found else {},
        weeks=summed(counts, policy.time_zone),
    )


def _digests_due(found: Sequence[Found], reader: Reader, policy: Policy, now: datetime) -> dict[str, datetime]:
    entities = {each.entity_id for each in found}
    chosen = reader.preferences({f"entity:{entity_id}" for entity_id in entities})
    return {
        entity_id: digest_time(preference_of(chosen.get(f"entity:{entity_id}", {}), policy.time_zone), now)
        for entity_id in entities
    }


def _daily_mails(run: Sequence[tuple[Envelope, Event]]) -> list[DailyMail]:
    return [
        DailyMail(entity_id=event.entity_id, wanted=event.daily_match_mail, position=envelope.sequence)
        for envelope, event in run
        if isinstance(event, directory.PreferencesChanged)
    ]


def _as_wanted(messages: Sequence[Message], reader: Reader, policy: Policy, now: datetime) -> list[Message]:
    """Without those that nobody wants; others at their time. What is old is recorded, wanted or not."""
    chosen = reader.preferences({message.recipient for message in messages}) if messages else {}
    kept: list[Message] = []
    for message in messages:
        preference = preference_of(chosen.get(message.recipient, {}), policy.time_zone)
        verdict = decide_made(preference, GROUP_OF[message.kind], message.channel, now)
        if message.state == "expired" or verdict.what == "send":
            kept.append(message)
        elif verdict.until:
            kept.append(replace(message, due_at=max(message.due_at, verdict.until)))
    return kept


def _learned(known: Known, event: Event, change: Change) -> Known:
    if begun := transfer_of(event):
        return replace(known, transfers={**known.transfers, begun.transfer_id: begun})
    if given := limits_of(event):
        return replace(known, limits={**known.limits, **given})
    if isinstance(event, ledger.BookPolicyChanged):
        return replace(known, warning_percent=event.warning_percent)
    if change.collection == "users" and change.values.get("kind") == "admin":
        return replace(known, admins=[*known.admins, change.key])
    return known
