"""The state of a book: accounts, transfers, rules. Amounts and balances are integers of the smallest unit."""

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from events.ledger import (
    CancellationKind,
    Consent,
    ConsentRule,
    Direction,
    FeeRule,
    Leg,
    Standing,
    TransferKind,
)
from services.ledger.domain.refusals import UnknownAccount

MAX_AMOUNT = 99_999_999_999
"""999 999 999.99 of a unit with two decimals (behaviour: decisions, amounts)."""
MAX_TEXT = 500

Status = Literal["initiated", "completed", "cancelled"]
Level = Literal["ok", "warning", "outside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member's account. `version` is the position of the last event that touched it."""

    account: str
    entity_id: str
    balance: int
    max_negative: int
    max_positive: int
    standing: Standing
    version: int
    closing: bool = False
    """Frozen, and closed as soon as its balance is zero."""
    consent: tuple[ConsentRule, ...] = ()

    @property
    def can_pay(self) -> int:
        return max(0, self.balance + self.max_negative)

    @property
    def can_receive(self) -> int:
        return max(0, self.max_positive - self.balance)

    @property
    def is_outside(self) -> bool:
        """Limits were set that its balance does not fit: only moves back towards them pass."""
        return not -self.max_negative <= self.balance <= self.max_positive

    @property
    def used_percent(self) -> int | None:
        """Share of the limit on the balance's side, rounded down; None for a balance where the limit is zero."""
        limit = self.max_negative if self.balance < 0 else self.max_positive
        if limit == 0:
            return None if self.balance else 0
        return abs(self.balance) * 100 // limit

    def level(self, warning_percent: int) -> Level:
        """`warning` from that share of either limit on; a limit of zero has no warning level."""
        if self.is_outside:
            return "outside"
        used = self.used_percent
        return "warning" if self.balance and used is not None and used >= warning_percent else "ok"

    def allows(self, amount: int) -> bool:
        """Whether the signed `amount` keeps the account in its limits, or moves it back towards them."""
        after = self.balance + amount
        return after >= -self.max_negative if amount < 0 else after <= self.max_positive

    def consents_to(self, party: str, direction: Direction, amount: int) -> ConsentRule | None:
        """The first rule by which a proposal of `party` needs no answer."""
        for rule in self.consent:
            fits = rule.max_amount is None or amount <= rule.max_amount
            if rule.direction == direction and rule.party in ("any", party) and fits:
                return rule
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    kind: CancellationKind
    code: str
    reason: str
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A proposal and what became of it. Times are RFC 3339; `version` is the position of its last event."""

    transfer_id: str
    kind: TransferKind
    direction: Direction
    initiator: str
    """Empty when an administrator made it."""
    payer: str
    payee: str
    amount: int
    legs: tuple[Leg, ...]
    description: str
    reference: str | None
    status: Status
    initiated_position: int
    initiated_at: str
    version: int
    expires_at: str | None = None
    reminded: bool = False
    ended_at: str | None = None
    accepted_by: str | None = None
    consent: Consent | None = None
    cancellation: Cancellation | None = None
    reverses: str | None = None
    reversed_by: str | None = None

    @property
    def counterparty(self) -> str:
        """The side that did not propose: it alone accepts or rejects."""
        return self.payee if self.initiator == self.payer else self.payer

    @property
    def parties(self) -> frozenset[str]:
        """Who may see it: both sides; of an administrator's, all its accounts. Who gets a fee is no party."""
        if self.kind == "transfer":
            return frozenset((self.payer, self.payee))
        return frozenset(leg.account for leg in self.legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settings of a book (events.ledger.BookPolicyChanged)."""

    default_max_negative: int = 0
    default_max_positive: int = 50_000
    expires_after_days: int = 30
    reminder_days: int = 3
    warning_percent: int = 80


@dataclass(slots=True)
class Book:
    """The accounts and transfers that some commands touch, as of one position; `decisions` work on it."""

    accounts: dict[str, Account] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    policy: Policy = Policy()
    fee_rules: tuple[FeeRule, ...] = ()

    def account(self, number: str) -> Account:
        """Raises UnknownAccount."""
        try:
            return self.accounts[number]
        except KeyError:
            raise UnknownAccount("There is no account with that number.") from None

    def pending_of(self, number: str) -> list[Transfer]:
        """Open proposals that the account is a party of, oldest first."""
        mine = (t for t in self.transfers.values() if t.status == "initiated" and number in (t.payer, t.payee))
        return sorted(mine, key=lambda transfer: transfer.initiated_position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who commands, and for which accounts; as events name them."""

    actor: str
    accounts: frozenset[str] = frozenset()
    is_admin: bool = False
    on_behalf_of: str | None = None
    viewed: frozenset[str] = frozenset()
    """Accounts that may be looked at, but not acted for."""
    operated: frozenset[str] = frozenset()
    """Of `accounts`, those acted for as an operator: what is for owners alone is refused there."""
    caps: frozenset[tuple[str, int]] = frozenset()
    """Account and the most that one transfer may move for it; usually none."""

    def sees(self, accounts: frozenset[str]) -> bool:
        """Whether any of them is one to look at."""
        return bool(accounts & self.accounts or accounts & self.viewed)


def instant_text(at: datetime) -> str:
    """RFC 3339 UTC with microseconds: sorts as text like the times themselves."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def clean_text(text: str, *, lines: bool = False) -> str:
    """`text` trimmed and in NFC. Raises ValueError: over 500 characters, or control characters (`lines` allows \\n)."""
    cleaned = unicodedata.normalize("NFC", text.replace("\r\n", "\n") if lines else text).strip(" \n" if lines else " ")
    if len(cleaned) > MAX_TEXT:
        raise ValueError(f"Longer than {MAX_TEXT} characters.")
    if any(unicodedata.category(c) in ("Cc", "Cs") and not (lines and c == "\n") for c in cleaned):
        raise ValueError("Control characters are not allowed.")
    return cleaned
