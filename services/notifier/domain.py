"""Which event becomes which message to whom: one table. And when a message is tried again.

Pure: no clock, no store. A message holds ids and amounts alone; names and addresses are looked up when it is sent,
so it does not matter which topic's news arrives first. Words typed by people and one-time tokens travel in `once`,
which is deleted as soon as the message is sent or given up.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from events import directory, ledger
from events.envelope import Envelope, Event

Channel = Literal["mail"]
State = Literal["queued", "sending", "sent", "failed", "dead", "expired"]
Failure = Literal["temporary", "refused", "unresolved"]
STATES: tuple[State, ...] = ("queued", "sending", "sent", "failed", "dead", "expired")
"""`failed` waits for its next try, `dead` has none left, `expired` was too old to be sent at all."""

_MOST_DOUBLINGS = 20
_NAMESPACE = uuid.UUID("5f6a1c0e-2f6b-4d0a-9d5e-6a3c1b7f9e21")


class NotifierError(Exception):
    """A rule of the notifier was broken."""


class UnknownTransfer(NotifierError):
    """A transfer ended that never began: the events are not the ledger's log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What a transfer's later events do not repeat. `amount` in the smallest unit."""

    transfer_id: str
    kind: str
    direction: str
    initiator: str
    payer: str
    payee: str
    amount: int

    @property
    def other(self) -> str:
        """Account of the party that did not initiate."""
        return self.payee if self.initiator == self.payer else self.payer


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the notifier knows at an event, beyond the event."""

    transfers: Mapping[str, Transfer] = field(default_factory=dict)
    admins: Sequence[str] = ()
    """User ids; a message to the administrators is one to each."""
    signup_notifications: bool = False

    def transfer(self, transfer_id: str) -> Transfer:
        """Raises UnknownTransfer."""
        try:
            return self.transfers[transfer_id]
        except KeyError:
            raise UnknownTransfer(transfer_id) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message before it is sent. `recipient` is `entity:<id>`, `account:<number>` or `user:<id>`."""

    event_id: str
    recipient: str
    kind: str
    channel: Channel
    facts: Mapping[str, Any]
    once: Mapping[str, str]
    state: State
    event_at: datetime
    expires_at: datetime | None = None

    @property
    def message_id(self) -> str:
        """The same for the same event, recipient, kind and channel, for ever: also the mail's Message-ID."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.event_id}|{self.recipient}|{self.kind}|{self.channel}"))


Whom = Callable[[Any, Known], Sequence[str]]
What = Callable[[Any, Known], Mapping[str, Any]]
When = Callable[[Any, Known], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table."""

    kind: str
    to: Whom
    channel: Channel = "mail"
    when: When = lambda _event, _known: True
    facts: What = lambda _event, _known: {}
    once: What = lambda _event, _known: {}


def _the_entity(event: Any, _: Known) -> Sequence[str]:
    return (f"entity:{event.entity_id}",)


def _the_user(event: Any, _: Known) -> Sequence[str]:
    return (f"user:{event.user_id}",)


def _the_account(event: Any, _: Known) -> Sequence[str]:
    return (f"account:{event.account}",)


def _the_admins(_: Any, known: Known) -> Sequence[str]:
    return tuple(f"user:{admin}" for admin in known.admins)


def _the_other_party(event: Any, known: Known) -> Sequence[str]:
    return (f"account:{known.transfer(event.transfer_id).other}",)


def _the_initiator(event: Any, known: Known) -> Sequence[str]:
    return (f"account:{known.transfer(event.transfer_id).initiator}",)


def _both_parties(event: Any, known: Known) -> Sequence[str]:
    transfer = known.transfer(event.transfer_id)
    return (f"account:{transfer.initiator}", f"account:{transfer.other}")


def _entity_facts(event: Any, _: Known) -> Mapping[str, Any]:
    return {"entity_id": event.entity_id}


def _status_facts(event: directory.EntityStatusChanged, _: Known) -> Mapping[str, Any]:
    return {"entity_id": event.entity_id, "previous": event.previous}


def _transfer_facts(event: Any, known: Known) -> Mapping[str, Any]:
    transfer = known.transfer(event.transfer_id)
    return {name: getattr(transfer, name) for name in ("transfer_id", "initiator", "payer", "payee", "amount")}


def _ending_facts(event: ledger.TransferCancelled, known: Known) -> Mapping[str, Any]:
    return {**_transfer_facts(event, known), "ending": event.kind, "by": event.by}


def _limit_facts(event: ledger.AccountLimitsChanged, _: Known) -> Mapping[str, Any]:
    return {
        "account": event.account,
        "max_negative": event.max_negative,
        "max_positive": event.max_positive,
        "previous_max_negative": event.previous.max_negative,
        "previous_max_positive": event.previous.max_positive,
    }


def _reason(event: Any, _: Known) -> Mapping[str, Any]:
    return {"reason": event.reason} if event.reason else {}


def _ciphertext(event: directory.OneTimeMessage, _: Known) -> Mapping[str, Any]:
    return {"ciphertext": event.ciphertext}


def _between_members(event: Any, known: Known) -> bool:
    """Administrators' transfers and reversals are nobody's proposal."""
    return known.transfer(event.transfer_id).kind == "transfer"


def _signup_is_reported(_: Any, known: Known) -> bool:
    return known.signup_notifications


def _status_is(status: directory.Status) -> When:
    return lambda event, _known: event.status == status


def _ended_as(*kinds: ledger.CancellationKind) -> When:
    return lambda event, known: event.kind in kinds and _between_members(event, known)


def _accepted(event: ledger.TransferCompleted, known: Known) -> bool:
    return event.accepted_by is not None and _between_members(event, known)


def _status_rule(status: directory.Status, kind: str) -> Rule:
    return Rule(kind=kind, to=_the_entity, when=_status_is(status), facts=_status_facts, once=_reason)


def _ending_rule(kind: str, *endings: ledger.CancellationKind) -> Rule:
    return Rule(kind=kind, to=_both_parties, when=_ended_as(*endings), facts=_ending_facts, once=_reason)


TABLE: Mapping[type, tuple[Rule, ...]] = {
    directory.EntityRegistered: (
        Rule(kind="welcome", to=_the_entity, facts=_entity_facts),
        Rule(kind="signup_notification", to=_the_admins, when=_signup_is_reported, facts=_entity_facts),
    ),
    directory.EntityStatusChanged: (
        _status_rule("accepted", "status_accepted"),
        _status_rule("rejected", "status_rejected"),
        _status_rule("tradingPending", "trading_pending"),
        _status_rule("tradingAccepted", "trading_accepted"),
        _status_rule("tradingRejected", "trading_rejected"),
    ),
    directory.TradingApplicationSubmitted: (Rule(kind="trading_application", to=_the_admins, facts=_entity_facts),),
    directory.OneTimeMessage: (
        Rule(kind="password_reset", to=_the_user, when=lambda e, _: e.kind == "password-reset", once=_ciphertext),
    ),
    directory.SecurityNotice: (
        Rule(kind="password_changed", to=_the_user, when=lambda e, _: e.what == "password-changed"),
    ),
    ledger.TransferInitiated: (
        Rule(kind="transfer_initiated", to=_the_other_party, when=_between_members, facts=_transfer_facts),
    ),
    ledger.TransferCompleted: (
        Rule(kind="transfer_accepted", to=_the_initiator, when=_accepted, facts=_transfer_facts),
    ),
    ledger.TransferCancelled: (
        # Both parties, always (behaviour.md, decisions).
        _ending_rule("transfer_rejected", "rejected"),
        _ending_rule("transfer_cancelled", "cancelled"),
        _ending_rule("transfer_cancelled_by_system", "system", "expired"),
    ),
    ledger.AccountLimitsChanged: (Rule(kind="limits_changed", to=_the_account, facts=_limit_facts, once=_reason),),
}
"""Event → message kind → recipients → channel."""

KINDS = tuple(rule.kind for rules in TABLE.values() for rule in rules)


def messages_for(envelope: Envelope, event: Event, known: Known, *, now: datetime, max_age: timedelta) -> list[Message]:
    """The messages that `event` asks for. Raises UnknownTransfer.

    An event older than `max_age` (a replayed history, demo data), or a one-time message past its end,
    makes messages in state `expired`: recorded, never sent.
    """
    event_at = datetime.fromisoformat(envelope.time)
    expires_at = datetime.fromisoformat(event.expires_at) if isinstance(event, directory.OneTimeMessage) else None
    too_late = now - event_at > max_age or (expires_at is not None and now >= expires_at)
    return [
        Message(
            event_id=envelope.id,
            recipient=recipient,
            kind=rule.kind,
            channel=rule.channel,
            facts=rule.facts(event, known),
            once={} if too_late else rule.once(event, known),
            state="expired" if too_late else "queued",
            event_at=event_at,
            expires_at=expires_at,
        )
        for rule in TABLE.get(type(event), ())
        if rule.when(event, known)
        for recipient in _distinct(rule.to(event, known))
    ]


def _distinct(recipients: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(recipients))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When a failed message is tried again: exponential, bounded, then never."""

    first: timedelta
    max_tries: int
    longest: timedelta = timedelta(hours=4)
    unresolved_first: timedelta = timedelta(milliseconds=500)
    """An address that is not known yet usually arrives within a second."""
    unresolved_tries: int = 40
    unresolved_longest: timedelta = timedelta(minutes=15)
    refused_tries: int = 3
    """A server that says no for good (5xx) seldom changes its mind."""

    def after(self, tries: int, failure: Failure) -> timedelta | None:
        """How long to wait after the `tries`-th failure; None when that was the last one."""
        first, longest, most = self.first, self.longest, self.max_tries
        if failure == "unresolved":
            first, longest, most = self.unresolved_first, self.unresolved_longest, self.unresolved_tries
        elif failure == "refused":
            most = min(most, self.refused_tries)
        if tries >= most:
            return None
        wait: timedelta = first * (1 << min(tries - 1, _MOST_DOUBLINGS))
        return min(wait, longest)
