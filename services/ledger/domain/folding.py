"""Events into state: the one fold that live tables, replays and previews share. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from events.ledger import (
    AccountConsentChanged,
    AccountLimitsChanged,
    AccountOpened,
    AccountStandingChanged,
    BookPolicyChanged,
    FeeRulesChanged,
    TransferCancelled,
    TransferCompleted,
    TransferExpiring,
    TransferInitiated,
)
from services.ledger.domain.values import Account, Book, Cancellation, Policy, Transfer

AccountEvent = AccountOpened | AccountLimitsChanged | AccountStandingChanged | AccountConsentChanged
BookEvent = FeeRulesChanged | BookPolicyChanged
TransferEvent = TransferInitiated | TransferExpiring | TransferCompleted | TransferCancelled
LedgerEvent = AccountEvent | BookEvent | TransferEvent


def apply(book: Book, event: LedgerEvent, *, position: int, time: str) -> None:
    """Fold one event into the book."""
    match event:
        case TransferInitiated():
            book.transfers[event.transfer_id] = _initiated(event, position, time)
            if event.reverses:
                _change(book, event.reverses, reversed_by=event.transfer_id, version=position)
        case TransferCompleted(transfer_id=known):
            for entry in event.entries:
                account = book.accounts[entry.account]
                book.accounts[entry.account] = replace(account, balance=entry.balance, version=position)
            done = {"accepted_by": event.accepted_by, "consent": event.consent}
            _change(book, known, status="completed", ended_at=time, version=position, **done)
        case TransferCancelled(transfer_id=known):
            why = Cancellation(kind=event.kind, code=event.code, reason=event.reason, by=event.by)
            _change(book, known, status="cancelled", ended_at=time, version=position, cancellation=why)
        case TransferExpiring(transfer_id=known):
            _change(book, known, reminded=True, version=position)
        case FeeRulesChanged():
            book.fee_rules = tuple(event.rules)
        case BookPolicyChanged():
            book.policy = Policy(**{name: getattr(event, name) for name in Policy.__slots__})
        case AccountOpened():
            book.accounts[event.account] = _opened(event, position)
        case _:
            _apply_account(book, event, position)


def touched_accounts(event: LedgerEvent) -> Sequence[str]:
    """Numbers of the accounts that `apply` changes."""
    match event:
        case TransferCompleted(entries=entries):
            return [entry.account for entry in entries]
        case (
            AccountOpened(account=number)
            | AccountLimitsChanged(account=number)
            | AccountStandingChanged(account=number)
            | AccountConsentChanged(account=number)
        ):
            return (number,)
    return ()


def touched_transfers(event: LedgerEvent) -> Sequence[str]:
    """Ids of the transfers that `apply` changes."""
    match event:
        case TransferInitiated(transfer_id=known, reverses=str(other)):
            return (known, other)
        case (
            TransferInitiated(transfer_id=known)
            | TransferCompleted(transfer_id=known)
            | TransferCancelled(transfer_id=known)
            | TransferExpiring(transfer_id=known)
        ):
            return (known,)
    return ()


def _apply_account(
    book: Book, event: AccountLimitsChanged | AccountStandingChanged | AccountConsentChanged, position: int
) -> None:
    changes: dict[str, Any]
    match event:
        case AccountLimitsChanged(max_negative=negative, max_positive=positive):
            changes = {"max_negative": negative, "max_positive": positive}
        case AccountStandingChanged(standing=standing):
            changes = {"standing": standing, "closing": bool(event.closing)}
        case AccountConsentChanged(rules=rules):
            changes = {"consent": tuple(rules)}
    book.accounts[event.account] = replace(book.accounts[event.account], version=position, **changes)


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
        legs=tuple(event.legs),
        description=event.description,
        reference=event.reference,
        status="initiated",
        initiated_position=position,
        initiated_at=time,
        version=position,
        expires_at=event.expires_at,
        reverses=event.reverses,
    )


def _change(book: Book, transfer_id: str, **changes: Any) -> None:
    book.transfers[transfer_id] = replace(book.transfers[transfer_id], **changes)
