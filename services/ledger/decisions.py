"""Command to events: pure decisions over a `Book`. Order of the checks = order of the documented codes.

(docs/internal-api.md; behaviour 3.4, 3.5 and the decisions on limits, reservation and demotion)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from events.ledger import (
    AccountLimitsChanged,
    AccountOpened,
    AccountStandingChanged,
    Entry,
    Leg,
    Limits,
    TransferCancelled,
    TransferCompleted,
    TransferInitiated,
)
from services.ledger.domain import (
    MAX_AMOUNT,
    AcceptTransfer,
    Account,
    AccountNotTrading,
    Authority,
    Book,
    CancelledBySystem,
    CancelTransfer,
    Command,
    CounterpartyLimit,
    InitiateTransfer,
    LedgerError,
    LedgerEvent,
    LimitExceeded,
    MalformedCommand,
    NotAuthorised,
    OpenAccount,
    RejectTransfer,
    SameAccount,
    SetLimits,
    SetStanding,
    Transfer,
    TransferAlreadyClosed,
    TransferNotYours,
    UnknownTransfer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a decision is made, and the id that a transfer proposed in it gets."""

    now: str
    fresh_id: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens. `about` is the aggregate that the answer shows: an account number or a transfer id."""

    about: str
    events: tuple[LedgerEvent, ...] = ()
    refusal: LedgerError | None = None
    """Refused, and the events stand all the same: an acceptance that ended its transfer."""


def decide(book: Book, command: Command, authority: Authority, moment: Moment) -> Decision:
    """The events that `command` causes. Raises LedgerError when nothing happens; never changes `book`."""
    return _DECISIONS[type(command)](book, command, authority, moment)


def _open_account(book: Book, command: OpenAccount, _: Authority, __: Moment) -> Decision:
    if command.account in book.accounts:
        return Decision(command.account)
    event = AccountOpened(
        account=command.account,
        entity_id=command.entity_id,
        max_negative=command.max_negative,
        max_positive=command.max_positive,
        standing=command.standing,
    )
    return Decision(command.account, (event,))


def _set_limits(book: Book, command: SetLimits, authority: Authority, _: Moment) -> Decision:
    wished = (command.max_negative, command.max_positive)
    if any(limit is not None and not 0 <= limit <= MAX_AMOUNT for limit in wished):
        raise MalformedCommand(f"A limit is between 0 and {MAX_AMOUNT} of the smallest unit.")
    account = book.account(command.account)
    if not authority.is_admin:
        raise NotAuthorised("Only an administrator sets limits.")
    previous = Limits(max_negative=account.max_negative, max_positive=account.max_positive)
    limits = Limits(
        max_negative=previous.max_negative if command.max_negative is None else command.max_negative,
        max_positive=previous.max_positive if command.max_positive is None else command.max_positive,
    )
    if limits == previous:
        return Decision(account.account)
    event = AccountLimitsChanged(
        account=account.account,
        max_negative=limits.max_negative,
        max_positive=limits.max_positive,
        previous=previous,
        reason=command.reason,
    )
    return Decision(account.account, (event,))


def _set_standing(book: Book, command: SetStanding, _: Authority, __: Moment) -> Decision:
    """Also ends what is pending when the account may no longer trade."""
    account = book.account(command.account)
    standing, reason = command.standing, command.reason
    if standing == "closed" and account.balance != 0:
        # A closed account has balance zero: this one stays frozen until it is settled.
        standing, reason = "frozen", f"{reason} (not closed: its balance is not zero)".strip()
    changes: tuple[LedgerEvent, ...] = ()
    if standing != account.standing:
        changed = AccountStandingChanged(
            account=account.account, standing=standing, previous=account.standing, reason=reason
        )
        changes = (changed,)
    pending = () if standing == "trading" else book.pending_of(account.account)
    why = "One of the two businesses is no longer a trading member."
    ended = (_cancelled_by_system(transfer, "account_not_trading", why) for transfer in pending)
    return Decision(account.account, (*changes, *ended))


def _initiate(book: Book, command: InitiateTransfer, authority: Authority, moment: Moment) -> Decision:
    if not 1 <= command.amount <= MAX_AMOUNT:
        raise MalformedCommand(f"An amount is between 1 and {MAX_AMOUNT} of the smallest unit.")
    initiator, counterparty = book.account(command.initiator), book.account(command.counterparty)
    if initiator.account == counterparty.account:
        raise SameAccount("A transfer needs two different accounts.")
    if initiator.account not in authority.accounts:
        raise NotAuthorised("You may not act for that account.")
    if stopped := _not_trading(initiator, counterparty):
        raise AccountNotTrading("Both businesses must be trading members.", errors=stopped)
    pays = command.direction == "pay"
    own_amount = -command.amount if pays else command.amount
    if not initiator.allows(own_amount):
        most = initiator.can_pay if pays else initiator.can_receive
        raise LimitExceeded("This is more than the limit of your account allows.", max_possible=most)
    if not counterparty.allows(-own_amount):
        raise CounterpartyLimit("The other business's limit does not allow this amount.")
    payer, payee = (initiator, counterparty) if pays else (counterparty, initiator)
    event = TransferInitiated(
        transfer_id=moment.fresh_id,
        kind="transfer",
        direction=command.direction,
        initiator=initiator.account,
        payer=payer.account,
        payee=payee.account,
        amount=command.amount,
        legs=(Leg(account=payer.account, amount=-command.amount), Leg(account=payee.account, amount=command.amount)),
        description=command.description,
        reference=command.reference,
    )
    return Decision(moment.fresh_id, (event,))


def _accept(book: Book, command: AcceptTransfer, authority: Authority, moment: Moment) -> Decision:
    """Standing and limits are looked at again; when they no longer allow it the transfer ends as cancelled."""
    transfer = _for_counterparty(book, command.transfer_id, authority)
    payer, payee = book.account(transfer.payer), book.account(transfer.payee)
    if obstacle := _obstacle(payer, payee, transfer.amount):
        code, why = obstacle
        return Decision(
            transfer.transfer_id,
            (_cancelled_by_system(transfer, code, why),),
            CancelledBySystem(f"The transfer was cancelled. {why}"),
        )
    entries = (
        Entry(account=payer.account, amount=-transfer.amount, balance=payer.balance - transfer.amount),
        Entry(account=payee.account, amount=transfer.amount, balance=payee.balance + transfer.amount),
    )
    event = TransferCompleted(
        transfer_id=transfer.transfer_id,
        entries=entries,
        effective_at=moment.now,
        accepted_by=transfer.counterparty,
    )
    return Decision(transfer.transfer_id, (event,))


def _reject(book: Book, command: RejectTransfer, authority: Authority, _: Moment) -> Decision:
    transfer = _for_counterparty(book, command.transfer_id, authority)
    event = TransferCancelled(
        transfer_id=transfer.transfer_id,
        kind="rejected",
        code="declined",
        reason=command.reason,
        by=transfer.counterparty,
    )
    return Decision(transfer.transfer_id, (event,))


def _cancel(book: Book, command: CancelTransfer, authority: Authority, _: Moment) -> Decision:
    transfer = _visible(book, command.transfer_id, authority)
    own = transfer.initiator in authority.accounts
    if not own and not authority.is_admin:
        raise TransferNotYours("Only the business that proposed a transfer can cancel it.")
    _require_open(transfer)
    event = TransferCancelled(
        transfer_id=transfer.transfer_id,
        kind="cancelled",
        code="withdrawn" if own else "cancelled_by_administrator",
        reason=command.reason,
        by=transfer.initiator if own else None,
    )
    return Decision(transfer.transfer_id, (event,))


def _visible(book: Book, transfer_id: str, authority: Authority) -> Transfer:
    """Those who are no party learn nothing, not even that it exists."""
    transfer = book.transfers.get(transfer_id)
    if transfer is None or not (authority.is_admin or {transfer.payer, transfer.payee} & authority.accounts):
        raise UnknownTransfer("There is no such transfer.")
    return transfer


def _for_counterparty(book: Book, transfer_id: str, authority: Authority) -> Transfer:
    transfer = _visible(book, transfer_id, authority)
    if transfer.counterparty not in authority.accounts:
        raise TransferNotYours("Only the business that did not propose this transfer can answer it.")
    _require_open(transfer)
    return transfer


def _require_open(transfer: Transfer) -> None:
    if transfer.status != "initiated":
        raise TransferAlreadyClosed(f"This transfer is already {transfer.status}.", transfer_status=transfer.status)


def _not_trading(initiator: Account, counterparty: Account) -> dict[str, list[str]]:
    sides = {"initiator": initiator, "counterparty": counterparty}
    return {name: ["Not a trading member."] for name, side in sides.items() if side.standing != "trading"}


def _obstacle(payer: Account, payee: Account, amount: int) -> tuple[str, str] | None:
    """Why the transfer can't be completed now: code and sentence (it names a side, never a figure)."""
    if not payer.standing == payee.standing == "trading":
        return "account_not_trading", "One of the two businesses is no longer a trading member."
    if not payer.allows(-amount):
        return "limit_exceeded", "It would have taken the paying business below its limit."
    if not payee.allows(amount):
        return "limit_exceeded", "It would have taken the receiving business above its limit."
    return None


def _cancelled_by_system(transfer: Transfer, code: str, reason: str) -> TransferCancelled:
    return TransferCancelled(transfer_id=transfer.transfer_id, kind="system", code=code, reason=reason)


_DECISIONS: dict[type, Callable[[Book, Any, Authority, Moment], Decision]] = {
    OpenAccount: _open_account,
    SetLimits: _set_limits,
    SetStanding: _set_standing,
    InitiateTransfer: _initiate,
    AcceptTransfer: _accept,
    RejectTransfer: _reject,
    CancelTransfer: _cancel,
}
