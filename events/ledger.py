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
FeeSide = Literal["payer", "payee"]


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
class ConsentRule:
    """What an account lets complete at once: payments to it (`pay`), or requests to it up to `max_amount`."""

    party: str
    """Account number of the other side, or `any`."""
    direction: Direction
    max_amount: int | None = None
    """Largest amount of one transfer, smallest unit; always there in a `request` rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The standing consent that a transfer was completed by: whose, and which of its rules."""

    account: str
    rule: ConsentRule


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """What one side of a transfer pays to `account`: `fixed`, and `basis_points` of the amount (half-even)."""

    account: str
    side: FeeSide
    fixed: int
    basis_points: int


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
    closing: bool | None = None
    """True: frozen because it is to be closed and still has a balance; it closes by itself at balance zero."""

    @property
    def subject(self) -> str:
        return f"account/{self.account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConsentChanged:
    """The complete list of an account's rules; an empty one revokes them all."""

    TYPE: ClassVar[str] = "ledger.account-consent-changed.v1"
    account: str
    rules: Sequence[ConsentRule]

    @property
    def subject(self) -> str:
        return f"account/{self.account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRulesChanged:
    """The complete list of a book's fee rules; transfers that are already proposed keep their legs."""

    TYPE: ClassVar[str] = "ledger.fee-rules-changed.v1"
    rules: Sequence[FeeRule]
    reason: str

    @property
    def subject(self) -> str:
        return "book/fee-rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPolicyChanged:
    """The settings of a book: limits of new accounts, when proposals expire, where the warning level is."""

    TYPE: ClassVar[str] = "ledger.book-policy-changed.v1"
    default_max_negative: int
    default_max_positive: int
    expires_after_days: int
    """Of a proposal that names no time itself."""
    reminder_days: int
    """How long before it expires the other side is reminded; 0: never."""
    warning_percent: int
    """Share of a limit from which on an account is in the warning level, 1 to 100."""
    reason: str

    @property
    def subject(self) -> str:
        return "book/policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferInitiated:
    TYPE: ClassVar[str] = "ledger.transfer-initiated.v1"
    transfer_id: str
    kind: TransferKind
    direction: Direction
    initiator: str
    """Account number of the side that proposed: the payer of a `pay`, the payee of a `request`; empty when an
    administrator did (kinds `admin` and `reversal`)."""
    payer: str
    """Of several legs, the account of the first that pays."""
    payee: str
    """Of several legs, the account of the first that receives."""
    amount: int
    """What the payee gets before fees; of several legs, all that is paid."""
    legs: Sequence[Leg]
    """What completion will do, fees included: Σ 0, no account twice."""
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
    consent: Consent | None = None
    """The standing consent used instead of an acceptance."""

    @property
    def subject(self) -> str:
        return f"transfer/{self.transfer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferExpiring:
    """A reminder: the proposal is still open and expires soon. Once per transfer; changes no money."""

    TYPE: ClassVar[str] = "ledger.transfer-expiring.v1"
    transfer_id: str
    expires_at: str

    @property
    def subject(self) -> str:
        return f"transfer/{self.transfer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCancelled:
    TYPE: ClassVar[str] = "ledger.transfer-cancelled.v1"
    transfer_id: str
    kind: CancellationKind
    code: str
    """Stable reason code: `withdrawn`, `declined`, `expired`, `limit_exceeded`, `account_not_trading`, ..."""
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
    AccountConsentChanged,
    FeeRulesChanged,
    BookPolicyChanged,
    TransferInitiated,
    TransferExpiring,
    TransferCompleted,
    TransferCancelled,
)
