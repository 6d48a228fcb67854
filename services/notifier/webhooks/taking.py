"""Events become deliveries: in the transaction that moves the notifier's position, or again for a replay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import orjson

from events import ledger
from events.envelope import Envelope, Event
from services.chassis.consuming import Received
from services.notifier.webhooks.domain import NETWORK, TRANSFERS, Told, Webhook, about, attributes_for, forgotten, wants
from services.notifier.webhooks.store import Delivery, WebhookStore

Run = Sequence[tuple[Envelope, Event]]


class Feed(Protocol):
    """Where events are kept for who asks for them (services.notifier.feed)."""

    def take(self, session: Any, source: str, told: Sequence[Told], first: int, last: int, now: datetime) -> None:
        """Keep what was told between these positions."""


@dataclass(frozen=True, slots=True)
class Taking:
    """The webhooks' part of taking events, and the feed's: both want to know who takes part in a transfer."""

    store: WebhookStore
    feed: Feed | None = None

    def take(self, session: Any, fresh: Sequence[Received], run: Run, now: datetime) -> None:
        """Queue what `run`, the events among the records `fresh`, means to webhooks."""
        source, taken = fresh[0].source, self.store.taken(session, fresh[0].source)
        everything = told_of(fresh, run, self.store, session)
        if told := [each for each in everything if each.position > taken]:
            accounts = {account for each in told for account in each.accounts}
            types = {each.envelope.type for each in told}
            webhooks = self.store.wanting(session, types, accounts)
            self.store.insert(session, deliveries_of(told, webhooks), now)
            for each in told:
                if subject := forgotten(each.event):
                    self.store.forget(session, subject, source, each.position, now)
        self.store.take(session, source, fresh[-1].position)
        if self.feed:
            self.feed.take(session, source, everything, fresh[0].position, fresh[-1].position, now)


def told_of(fresh: Iterable[Received], run: Run, store: WebhookStore, session: Any) -> list[Told]:
    """The events with their bytes and with who takes part."""
    raw = {record.position: record for record in fresh}
    known = _transfers(run, store, session)
    return [
        Told(
            source=raw[envelope.sequence].source,
            position=envelope.sequence,
            envelope=envelope,
            event=event,
            raw=raw[envelope.sequence].raw,
            accounts=_accounts(event, known),
        )
        for envelope, event in run
        if envelope.sequence in raw
    ]


def deliveries_of(told: Iterable[Told], webhooks: Sequence[Webhook]) -> list[Delivery]:
    """One delivery for each event and each webhook that wants it."""
    return [delivery(webhook, each) for each in told for webhook in webhooks if wants(webhook, each)]


def delivery(webhook: Webhook, told: Told) -> Delivery:
    """The event as `webhook` gets it."""
    body = told.raw
    if webhook.owner != NETWORK:
        body = orjson.dumps(attributes_for(webhook.account, orjson.loads(told.raw)), option=orjson.OPT_SORT_KEYS)
    return Delivery(
        webhook_id=webhook.webhook_id,
        event_id=told.envelope.id,
        type=told.envelope.type,
        source=told.source,
        position=told.position,
        about=about(told.envelope),
        body=body,
    )


def _transfers(run: Run, store: WebhookStore, session: Any) -> Mapping[str, Mapping[str, Any]]:
    """What is known of the transfers of these events, those that begin here too."""
    ids = {event.transfer_id for _, event in run if isinstance(event, TRANSFERS)}
    begun = {
        event.transfer_id: {"kind": event.kind, "payer": event.payer, "payee": event.payee}
        for _, event in run
        if isinstance(event, ledger.TransferInitiated)
    }
    missing = ids - begun.keys()
    return {**(store.transfers(session, missing) if missing else {}), **begun}


def _accounts(event: Event, known: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """Whoever only gets the fee of others' transfer takes no part in it."""
    if not isinstance(event, TRANSFERS) or event.transfer_id not in known:
        return frozenset()
    transfer = known[event.transfer_id]
    sides = {transfer["payer"], transfer["payee"]}
    if transfer["kind"] != "transfer" and isinstance(event, ledger.TransferInitiated):
        sides |= {leg.account for leg in event.legs}
    if transfer["kind"] != "transfer" and isinstance(event, ledger.TransferCompleted):
        sides |= {entry.account for entry in event.entries}
    return frozenset(sides)
