"""Messages, what they are made from, and when one is tried again (`rules`: which event becomes which message).

Pure: no clock, no store. A message holds ids and amounts alone; names and addresses are looked up when it is sent,
so it does not matter which topic's news arrives first. Words typed by people and one-time tokens travel in `once`,
which is deleted as soon as the message is sent or given up.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from services.notifier.limits import WARNING_PERCENT, Limits

Channel = Literal["mail", "notice"]
"""A notice is what one sees after logging in: it is there as soon as it is made."""
State = Literal["queued", "sending", "sent", "failed", "dead", "expired", "discarded"]
Failure = Literal["temporary", "refused", "unresolved"]
STATES: tuple[State, ...] = ("queued", "sending", "sent", "failed", "dead", "expired", "discarded")
"""`failed` waits for its next try, `dead` has none left, `expired` was too old to be sent at all, an administrator
`discarded` one that waited or was dead."""

_MOST_DOUBLINGS = 20
_NAMESPACE = uuid.UUID("5f6a1c0e-2f6b-4d0a-9d5e-6a3c1b7f9e21")


class NotifierError(Exception):
    """A rule of the notifier was broken."""


class UnknownTransfer(NotifierError):
    """A transfer ended that never began: the events are not the ledger's log."""


class UnknownMessage(NotifierError):
    """There is no such message."""


class NotWaiting(NotifierError):
    """The message is not in a state in which one could do that to it."""


class NothingLeftToSay(NotifierError):
    """What the message said has been deleted: it can't be sent any more."""


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
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """By account number."""
    warning_percent: int = WARNING_PERCENT
    unlisted: Collection[str] = ()
    """Ids of entities that are closed, or not accepted (yet, any more): no match is theirs."""

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
    due_at: datetime
    """Not sent before."""
    expires_at: datetime | None = None
    """Not sent from then on: there is no more point in it."""

    @property
    def message_id(self) -> str:
        """The same for the same event, recipient, kind and channel, for ever: also the mail's Message-ID."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.event_id}|{self.recipient}|{self.kind}|{self.channel}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyMail:
    """What the directory was told of the daily mail, at a position of its events."""

    entity_id: str
    wanted: bool
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When a failed message is tried again: exponential, bounded, spread so that not all come at once, then never."""

    first: timedelta
    max_tries: int
    longest: timedelta = timedelta(hours=4)
    unresolved_first: timedelta = timedelta(milliseconds=500)
    """An address that is not known yet usually arrives within a second."""
    unresolved_tries: int = 40
    unresolved_longest: timedelta = timedelta(minutes=15)
    refused_tries: int = 3
    """A server that says no for good (5xx) seldom changes its mind."""

    def after(self, tries: int, failure: Failure, *, spread: float) -> timedelta | None:
        """How long to wait after the `tries`-th failure; None when that was the last one.

        `spread`, from 0 to 1, is the caller's dice: the wait is between half of its step and all of it.
        """
        first, longest, most = self.first, self.longest, self.max_tries
        if failure == "unresolved":
            first, longest, most = self.unresolved_first, self.unresolved_longest, self.unresolved_tries
        elif failure == "refused":
            most = min(most, self.refused_tries)
        if tries >= most:
            return None
        wait: timedelta = first * (1 << min(tries - 1, _MOST_DOUBLINGS))
        return min(wait, longest) * (0.5 + spread / 2)
