"""What may happen in a book: values, commands, refusals. No time, ids, drivers or frameworks of its own.

Amounts and balances are integers of the book's smallest unit.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from events.ledger import (
    AccountLimitsChanged,
    AccountOpened,
    AccountStandingChanged,
    CancellationKind,
    Direction,
    Standing,
    TransferCancelled,
    TransferCompleted,
    TransferInitiated,
    TransferKind,
)

MAX_AMOUNT = 99_999_999_999
"""999 999 999.99 of a unit with two decimals (behaviour: decisions, amounts)."""
MAX_TEXT = 500

Status = Literal["initiated", "completed", "cancelled"]


class LedgerError(Exception):
    """A command that the rules refuse. `extra` are members of the answer beside the sentence."""

    code: ClassVar[str]

    def __init__(self, sentence: str, *, errors: dict[str, list[str]] | None = None, **extra: Any) -> None:
        super().__init__(sentence)
        self.errors, self.extra = errors, extra


class MalformedCommand(LedgerError):
    code = "request.invalid"


class UnknownAccount(LedgerError):
    code = "account.unknown"


class SameAccount(LedgerError):
    code = "transfer.same_account"


class NotAuthorised(LedgerError):
    code = "auth.forbidden"


class AccountNotTrading(LedgerError):
    code = "account.not_trading"


class LimitExceeded(LedgerError):
    code = "transfer.limit_exceeded"


class CounterpartyLimit(LedgerError):
    """The other side has no room; by how much is not the caller's business."""

    code = "transfer.counterparty_limit"


class UnknownTransfer(LedgerError):
    code = "transfer.unknown"


class TransferNotYours(LedgerError):
    code = "transfer.not_yours"


class TransferAlreadyClosed(LedgerError):
    code = "transfer.already_closed"


class CancelledBySystem(LedgerError):
    """The acceptance was refused and ended the transfer: the one refusal that leaves an event."""

    code = "transfer.cancelled_by_system"


class KeyReused(LedgerError):
    code = "idempotency.key_reused"


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

    @property
    def can_pay(self) -> int:
        return max(0, self.balance + self.max_negative)

    @property
    def can_receive(self) -> int:
        return max(0, self.max_positive - self.balance)

    def allows(self, amount: int) -> bool:
        """Whether the signed `amount` keeps the account in its limits, or moves it back towards them."""
        after = self.balance + amount
        return after >= -self.max_negative if amount < 0 else after <= self.max_positive


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
    payer: str
    payee: str
    amount: int
    description: str
    reference: str | None
    status: Status
    initiated_position: int
    initiated_at: str
    ended_at: str | None
    cancellation: Cancellation | None
    version: int

    @property
    def counterparty(self) -> str:
        """The side that did not propose: it alone accepts or rejects."""
        return self.payee if self.initiator == self.payer else self.payer


@dataclass(slots=True)
class Book:
    """The accounts and transfers that some commands touch, as of one position; `decisions` work on it."""

    accounts: dict[str, Account] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    account: str
    entity_id: str
    max_negative: int
    max_positive: int
    standing: Standing


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
class InitiateTransfer:
    initiator: str
    counterparty: str
    direction: Direction
    amount: int
    description: str = ""
    reference: str | None = None


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


Command = OpenAccount | SetLimits | SetStanding | InitiateTransfer | AcceptTransfer | RejectTransfer | CancelTransfer
AccountEvent = AccountOpened | AccountLimitsChanged | AccountStandingChanged
TransferEvent = TransferInitiated | TransferCompleted | TransferCancelled
LedgerEvent = AccountEvent | TransferEvent


def clean_text(text: str, *, lines: bool = False) -> str:
    """`text` trimmed and in NFC. Raises ValueError: over 500 characters, or control characters (`lines` allows \\n)."""
    cleaned = unicodedata.normalize("NFC", text.replace("\r\n", "\n") if lines else text).strip(" \n" if lines else " ")
    if len(cleaned) > MAX_TEXT:
        raise ValueError(f"Longer than {MAX_TEXT} characters.")
    if any(unicodedata.category(c) in ("Cc", "Cs") and not (lines and c == "\n") for c in cleaned):
        raise ValueError("Control characters are not allowed.")
    return cleaned


def apply(book: Book, event: LedgerEvent, *, position: int, time: str) -> None:
    """Fold one event into the book."""
    match event:
        case AccountOpened():
            book.accounts[event.account] = _opened(event, position)
        case AccountLimitsChanged(account=number, max_negative=negative, max_positive=positive):
            book.accounts[number] = replace(
                book.accounts[number], max_negative=negative, max_positive=positive, version=position
            )
        case AccountStandingChanged(account=number, standing=standing):
            book.accounts[number] = replace(book.accounts[number], standing=standing, version=position)
        case TransferInitiated():
            book.transfers[event.transfer_id] = _initiated(event, position, time)
        case TransferCompleted(transfer_id=known):
            for entry in event.entries:
                account = book.accounts[entry.account]
                book.accounts[entry.account] = replace(account, balance=entry.balance, version=position)
            _end(book, known, status="completed", ended_at=time, version=position)
        case TransferCancelled(transfer_id=known):
            why = Cancellation(kind=event.kind, code=event.code, reason=event.reason, by=event.by)
            _end(book, known, status="cancelled", ended_at=time, version=position, cancellation=why)


def touched_accounts(event: LedgerEvent) -> Iterable[str]:
    """Numbers of the accounts that `apply` changes."""
    match event:
        case AccountOpened(account=number) | AccountLimitsChanged(account=number):
            return (number,)
        case AccountStandingChanged(account=number):
            return (number,)
        case TransferCompleted(entries=entries):
            return [entry.account for entry in entries]
    return ()


def _opened(event: AccountOpened, position: int) -> Account:
    return Account(
        account=event.account,
        entity_id=event.entity_id,
        balance=0,
        max_negative=event.max_negative,
        max_positive=event.max_positive,
        standing=event.standing,
        version=position,
    )


def _initiated(event: TransferInitiated, position: int, time: str) -> Transfer:
    return Transfer(
        transfer_id=event.transfer_id,
        kind=event.kind,
        direction=event.direction,
        initiator=event.initiator,
        payer=event.payer,
        payee=event.payee,
        amount=event.amount,
        description=event.description,
        reference=event.reference,
        status="initiated",
        initiated_position=position,
        initiated_at=time,
        ended_at=None,
        cancellation=None,
        version=position,
    )


def _end(book: Book, transfer_id: str, **changes: Any) -> None:
    book.transfers[transfer_id] = replace(book.transfers[transfer_id], **changes)
