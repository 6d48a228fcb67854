"""Members' transfers: propose, accept, reject, cancel; and what the clock does to them.

Order of the checks = order of the documented codes (docs/ledger.md; behaviour 3.4, 3.5 and the decisions on limits,
reservation and demotion).
"""

from datetime import datetime, timedelta

from events.ledger import Consent, ConsentRule, TransferExpiring, TransferInitiated
from services.ledger.decisions.checks import (
    cancelled,
    completion,
    for_counterparty,
    obstacle,
    require_amount,
    require_fee_accounts_trading,
    require_open,
    require_room,
    require_trading,
    require_within_cap,
    visible,
)
from services.ledger.decisions.deciding import Decision, Moment
from services.ledger.decisions.fees import legs_of
from services.ledger.domain import (
    AcceptTransfer,
    Authority,
    Book,
    CancelledBySystem,
    CancelTransfer,
    ExpireTransfer,
    InitiateTransfer,
    MalformedCommand,
    NotAuthorised,
    RejectTransfer,
    RemindOfTransfer,
    SameAccount,
    Transfer,
    TransferNotYours,
    UnknownTransfer,
    instant_text,
)

LONGEST_EXPIRY = timedelta(days=366)


def initiate(book: Book, command: InitiateTransfer, authority: Authority, moment: Moment) -> Decision:
    """Propose; where the other side's standing consent covers it, complete at once."""
    require_amount(command.amount)
    expires_at = _expiry(book, command, moment)
    initiator, counterparty = book.account(command.initiator), book.account(command.counterparty)
    if initiator.account == counterparty.account:
        raise SameAccount("A transfer needs two different accounts.")
    if initiator.account not in authority.accounts:
        raise NotAuthorised("You may not act for that account.")
    require_within_cap(authority, initiator.account, command.amount)
    require_trading(initiator, counterparty)
    payer, payee = (initiator, counterparty) if command.direction == "pay" else (counterparty, initiator)
    legs = legs_of(book.fee_rules, payer=payer.account, payee=payee.account, amount=command.amount)
    require_fee_accounts_trading(book, legs)
    require_room(book, legs, initiator.account, book.fee_rules)
    rule = counterparty.consents_to(initiator.account, command.direction, command.amount)
    proposed = TransferInitiated(
        transfer_id=moment.new_id(),
        kind="transfer",
        direction=command.direction,
        initiator=initiator.account,
        payer=payer.account,
        payee=payee.account,
        amount=command.amount,
        legs=legs,
        description=command.description,
        reference=command.reference,
        expires_at=None if rule else expires_at,
    )
    done = _by_consent(book, proposed, counterparty.account, rule, moment)
    return Decision(proposed.transfer_id, (proposed, *done))


def accept(book: Book, command: AcceptTransfer, authority: Authority, moment: Moment) -> Decision:
    """Time, standing and limits are looked at again; when they no longer allow it the transfer ends as cancelled."""
    transfer = for_counterparty(book, command.transfer_id, authority)
    require_within_cap(authority, transfer.counterparty, transfer.amount)
    if transfer.expires_at is not None and transfer.expires_at <= moment.now:
        ended = cancelled(transfer, kind="expired", code="expired", reason=_TOO_LATE)
        return Decision(transfer.transfer_id, (ended,), CancelledBySystem(f"The transfer was cancelled. {_TOO_LATE}"))
    if found := obstacle(book, transfer):
        code, why = found
        ended = cancelled(transfer, kind="system", code=code, reason=why)
        return Decision(transfer.transfer_id, (ended,), CancelledBySystem(f"The transfer was cancelled. {why}"))
    done = completion(book, transfer.transfer_id, transfer.legs, moment, accepted_by=transfer.counterparty)
    return Decision(transfer.transfer_id, done)


def reject(book: Book, command: RejectTransfer, authority: Authority, _: Moment) -> Decision:
    """The other side declines."""
    transfer = for_counterparty(book, command.transfer_id, authority)
    event = cancelled(
        transfer, kind="rejected", code="declined", reason=command.reason, by=transfer.counterparty
    )  # fmt: skip
    return Decision(transfer.transfer_id, (event,))


def cancel(book: Book, command: CancelTransfer, authority: Authority, _: Moment) -> Decision:
    """The proposer takes it back; an administrator may end any."""
    transfer = visible(book, command.transfer_id, authority)
    own = transfer.initiator in authority.accounts
    if not own and not authority.is_admin:
        raise TransferNotYours("Only the business that proposed a transfer can cancel it.")
    require_open(transfer)
    code = "withdrawn" if own else "cancelled_by_administrator"
    by = transfer.initiator if own else None
    event = cancelled(transfer, kind="cancelled", code=code, reason=command.reason, by=by)
    return Decision(transfer.transfer_id, (event,))


def expire(book: Book, command: ExpireTransfer, _: Authority, moment: Moment) -> Decision:
    """The clock ends what nobody answered in time."""
    transfer = _open(book, command.transfer_id)
    if transfer.expires_at is None or transfer.expires_at > moment.now:
        raise MalformedCommand("This transfer has not expired yet.")
    event = cancelled(transfer, kind="expired", code="expired", reason="Nobody answered it in time.")
    return Decision(transfer.transfer_id, (event,))


def remind(book: Book, command: RemindOfTransfer, _: Authority, __: Moment) -> Decision:
    """Say once that it expires soon."""
    transfer = _open(book, command.transfer_id)
    if transfer.expires_at is None:
        raise MalformedCommand("This transfer does not expire.")
    if transfer.reminded:
        return Decision(transfer.transfer_id)
    event = TransferExpiring(transfer_id=transfer.transfer_id, expires_at=transfer.expires_at)
    return Decision(transfer.transfer_id, (event,))


_TOO_LATE = "Its time for an answer had run out."


def _expiry(book: Book, command: InitiateTransfer, moment: Moment) -> str:
    if command.expires_at is None:
        return instant_text(moment.at + timedelta(days=book.policy.expires_after_days))
    try:
        expires_at = datetime.fromisoformat(command.expires_at)
    except ValueError:
        raise MalformedCommand("`expires_at` is no time as in RFC 3339.") from None
    if not moment.at < expires_at <= moment.at + LONGEST_EXPIRY:
        raise MalformedCommand(f"`expires_at` lies in the future, at most {LONGEST_EXPIRY.days} days away.")
    return instant_text(expires_at)


def _by_consent(
    book: Book, proposed: TransferInitiated, counterparty: str, rule: ConsentRule | None, moment: Moment
) -> tuple:  # type: ignore[type-arg]
    if rule is None:
        return ()
    consent = Consent(account=counterparty, rule=rule)
    return completion(book, proposed.transfer_id, proposed.legs, moment, consent=consent)


def _open(book: Book, transfer_id: str) -> Transfer:
    transfer = book.transfers.get(transfer_id)
    if transfer is None:
        raise UnknownTransfer("There is no such transfer.")
    require_open(transfer)
    return transfer
