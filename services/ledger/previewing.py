"""What a transfer would do, told before it is made: decided by the same rules on a copy. Pure, and leaves no trace."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from events.ledger import Leg, TransferInitiated
from services.ledger.decisions import Moment, decide
from services.ledger.decisions.checks import completion
from services.ledger.decisions.fees import applying, fee_of
from services.ledger.domain import AdminTransfer, Authority, Book, InitiateTransfer, LedgerEvent, apply

_NO_ID = "00000000-0000-0000-0000-000000000000"


def accounts_of(command: InitiateTransfer | AdminTransfer) -> Sequence[str]:
    """The accounts to read for `command`; those that take fees are needed besides."""
    if isinstance(command, InitiateTransfer):
        return command.initiator, command.counterparty
    return tuple(leg.account for leg in command.legs)


def preview(
    book: Book, command: InitiateTransfer | AdminTransfer, authority: Authority, *, now: datetime, last: datetime
) -> dict[str, Any]:
    """Legs, fees, and what becomes of the accounts that the caller may act for, once it is completed. Minor units.

    `last` is the time of the newest event. Uses `book` up. Raises LedgerError: what the command would be refused with.
    """
    moment = Moment.of(max(now, last + timedelta(microseconds=1)), lambda: _NO_ID)
    decision = decide(book, command, authority, moment)
    proposed = decision.events[0]
    if not isinstance(proposed, TransferInitiated):
        raise TypeError(f"a transfer that begins with {type(proposed).__name__}")
    at_once = len(decision.events) > 1
    rest = decision.events[1:] if at_once else completion(book, _NO_ID, proposed.legs, moment)
    own = [leg for leg in proposed.legs if authority.is_admin or leg.account in authority.accounts]
    return {
        "legs": [{"account": leg.account, "amount": leg.amount} for leg in proposed.legs],
        "fees": _fees(book, proposed),
        "total": -sum(leg.amount for leg in _paid(proposed)),
        "received": sum(leg.amount for leg in _received(proposed)),
        "expires_at": proposed.expires_at,
        "completes_at_once": at_once,
        "own": _after(book, own, (proposed, *rest), moment),
    }


def _paid(proposed: TransferInitiated) -> Iterable[Leg]:
    return [leg for leg in proposed.legs if leg.amount < 0]


def _received(proposed: TransferInitiated) -> Iterable[Leg]:
    """Fees go to accounts after payer and payee."""
    if proposed.kind == "transfer":
        return proposed.legs[1:2]
    return [leg for leg in proposed.legs if leg.amount > 0]


def _fees(book: Book, proposed: TransferInitiated) -> list[dict[str, Any]]:
    if proposed.kind != "transfer":
        return []
    rules = applying(book.fee_rules, proposed.payer, proposed.payee)
    fees = [{"account": rule.account, "side": rule.side, "amount": fee_of(rule, proposed.amount)} for rule in rules]
    return [fee for fee in fees if fee["amount"]]


def _after(
    book: Book, legs: Iterable[Leg], events: Iterable[LedgerEvent], moment: Moment
) -> list[dict[str, Any]]:  # fmt: skip
    before = dict(book.accounts)
    for event in events:
        apply(book, event, position=0, time=moment.now)
    return [_side(book, leg, before[leg.account].balance) for leg in legs]


def _side(book: Book, leg: Leg, balance: int) -> dict[str, Any]:
    after = book.account(leg.account)
    return {
        "account": leg.account,
        "amount": leg.amount,
        "balance": balance,
        "balance_after": after.balance,
        "can_pay_after": after.can_pay,
        "can_receive_after": after.can_receive,
        "level_after": after.level(book.policy.warning_percent),
    }
