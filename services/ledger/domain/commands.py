"""What can be asked of a book. Amounts and limits are integers of the smallest unit."""

from dataclasses import dataclass

from events.ledger import ConsentRule, Direction, FeeRule, Leg, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """Limits that are None are the book's defaults."""

    account: str
    entity_id: str
    standing: Standing
    max_negative: int | None = None
    max_positive: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLimits:
    """A limit that is None stays as it is."""

    account: str
    reason: str
    max_negative: int | None = None
    max_positive: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStanding:
    account: str
    standing: Standing
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConsent:
    """The complete list of rules; an empty one revokes them all."""

    account: str
    rules: tuple[ConsentRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiateTransfer:
    """`expires_at` is RFC 3339 UTC with microseconds; None: as the book's policy says."""

    initiator: str
    counterparty: str
    direction: Direction
    amount: int
    description: str = ""
    reference: str | None = None
    expires_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptTransfer:
    transfer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectTransfer:
    transfer_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTransfer:
    transfer_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireTransfer:
    """By the clock: what nobody answered in time."""

    transfer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindOfTransfer:
    """By the clock: it will expire soon."""

    transfer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminTransfer:
    """Completes at once. 2 to 20 legs that sum to zero; `settle`: frozen accounts may take part."""

    legs: tuple[Leg, ...]
    description: str = ""
    reference: str | None = None
    settle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseTransfer:
    """A new transfer that undoes a completed one, whole and once."""

    transfer_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFeeRules:
    """The complete list; proposals that are open keep the fees they were made with."""

    rules: tuple[FeeRule, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolicy:
    """A setting that is None stays as it is."""

    reason: str
    default_max_negative: int | None = None
    default_max_positive: int | None = None
    expires_after_days: int | None = None
    reminder_days: int | None = None
    warning_percent: int | None = None


Single = (
    OpenAccount
    | SetLimits
    | SetStanding
    | SetConsent
    | InitiateTransfer
    | AcceptTransfer
    | RejectTransfer
    | CancelTransfer
    | ExpireTransfer
    | RemindOfTransfer
    | AdminTransfer
    | ReverseTransfer
    | SetFeeRules
    | SetPolicy
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandBatch:
    """Up to 1 000 commands under one idempotency key; `atomic`: all or none."""

    commands: tuple[Single, ...]
    atomic: bool


Command = Single | CommandBatch
