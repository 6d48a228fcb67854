"""What goes into a decision on many commands, and what comes out of it to be written. Plain values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from events.ledger import FeeRule
from services.ledger.domain import Account, Authority, Book, Command, Policy, Transfer

Key = tuple[str, str]
"""Idempotency scope (the caller) and key."""

NewId = Callable[[datetime], str]
"""A fresh UUIDv7 for an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A command with who sends it and what makes it repeatable."""

    command: Command
    authority: Authority
    scope: str
    key: str
    fingerprint: str
    correlation_id: str
    causation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command came to. Stored for ever, so that a repetition gets the same answer."""

    ok: bool
    position: int | None = None
    """Of the command's last event."""
    document: dict[str, Any] | None = None
    code: str = ""
    detail: str = ""
    errors: dict[str, list[str]] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return orjson.dumps(self).decode()


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event of a book: position 0 and the genesis hash while there is none."""

    position: int
    hash: bytes
    time: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What commands need to see before they can be decided. The accounts of wanted transfers come with them."""

    keys: frozenset[Key]
    accounts: frozenset[str]
    transfers: frozenset[str]
    pending_of: frozenset[str]


@dataclass(slots=True)
class Loaded:
    """The state that a decision works on, and uses up. Outcomes by key: fingerprint and stored JSON."""

    head: Head
    book: Book
    outcomes: dict[Key, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    position: int
    event_id: str
    type: str
    opens: str | None
    closes: str | None
    prev_hash: bytes
    hash: bytes
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRow:
    position: int
    account: str
    transfer_id: str
    amount: int
    balance: int
    max_negative: int
    max_positive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One line of the history of an account or of the book's rules; `data` is the event's, as JSON text."""

    subject: str
    position: int
    type: str
    actor: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRow:
    """An account besides payer and payee that a transfer is listed for."""

    account: str
    initiated_position: int
    transfer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    scope: str
    key: str
    fingerprint: str
    outcome: str


@dataclass(slots=True)
class Batch:
    """What to write, and what to answer (stored JSON, one for each request)."""

    before: Head
    head: Head
    events: list[EventRow] = field(default_factory=list)
    postings: list[PostingRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    parties: list[PartyRow] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    policy: Policy | None = None
    """The book's, when it changed; likewise the fees."""
    fee_rules: tuple[FeeRule, ...] | None = None
    outcomes: list[OutcomeRow] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
