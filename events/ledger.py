"""What the ledger announces on `ledger.events`: facts about accounts and transfers.

Amounts are integers of the book's smallest unit (pence of a credit). No personal data is ever in here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Standing = Literal["trading", "frozen", "closed"]
TransferKind = Literal["transfer", "admin", "reversal"]
Direction = Literal["pay", "request"]
CancellationKind = Literal["cancelled", "rejected", "expired", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far an account may go: `-max_negative <= balance <= max_positive`; both are >= 0."""

    max_negative: int
    max_positive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What a transfer will do to one account: signed; the legs of a transfer sum to zero."""

    account: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a completed transfer did to one account: signed amount and the balance after it."""

    account: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened:
    TYPE: ClassVar[str] = "ledger.account-opened.v1"
    account: str
    entity_id: str
    max_negative: int
    max_positive: int
    standing: Standing

    @property
    def subject(self) -> str:
        return f"account/{self.account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLimitsChanged:
    TYPE: ClassVar[str] = "ledger.account-limits-changed.v1"
    account: str
    max_negative: int
    max_positive: int
    previous: Limits
    reason: str

    @property
    def subject(self) -> str:
        return f"account/{self.account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStandingChanged:
    TYPE: ClassVar[str] = "ledger.account-standing-changed.v1"
    account: str
    standing: Standing
    previous: Standing
    reason: str

    @property
    def subject(self) -> str:
        return f"account/{self.account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferInitiated:
    TYPE: ClassVar[str] = "ledger.transfer-initiated.v1"
    transfer_id: str
    kind: TransferKind
    direction: Direction
    initiator: str
    """Account number of the side that proposed: the payer of a `pay`, the payee of a `request`."""
    payer: str
    payee: str
    amount: int
    legs: Sequence[Leg]
    description: str
    reference: str | None = None
    reverses: str | None = None
    expires_at: str | None = None

    @property
    def subject(self) -> str:
        return f"transfer/{self.transfer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCompleted:
    TYPE: ClassVar[str] = "ledger.transfer-completed.v1"
    transfer_id: str
    entries: Sequence[Entry]
    effective_at: str
    accepted_by: str | None = None
    """Account number of the side that accepted; absent when no acceptance was needed."""

    @property
    def subject(self) -> str:
        return f"transfer/{self.transfer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCancelled:
    TYPE: ClassVar[str] = "ledger.transfer-cancelled.v1"
    transfer_id: str
    kind: CancellationKind
    code: str
    """Stable reason code: `withdrawn`, `declined`, `limit_exceeded`, `account_not_trading`, ..."""
    reason: str
    """Words for people: typed by whoever cancelled, or the system's sentence. May be empty."""
    by: str | None = None
    """Account number of the side that ended it; absent when the system or an administrator did."""

    @property
    def subject(self) -> str:
        return f"transfer/{self.transfer_id}"


EVENTS = (
    AccountOpened,
    AccountLimitsChanged,
    AccountStandingChanged,
    TransferInitiated,
    TransferCompleted,
    TransferCancelled,
)
