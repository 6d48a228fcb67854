"""What several decisions ask: may these accounts take part, is there room, and whose transfer is it."""

from collections.abc import Iterable, Sequence

from events.ledger import (
    AccountStandingChanged,
    CancellationKind,
    Consent,
    Entry,
    FeeRule,
    Leg,
    TransferCancelled,
    TransferCompleted,
)
from services.ledger.decisions.deciding import Moment
from services.ledger.decisions.fees import applying, largest_amount
from services.ledger.domain import (
    MAX_AMOUNT,
    Account,
    AccountNotTrading,
    AmountNotAllowed,
    Authority,
    Book,
    CounterpartyLimit,
    FeeAccountUnavailable,
    LedgerEvent,
    LimitExceeded,
    MalformedCommand,
    NotAuthorised,
    Transfer,
    TransferAlreadyClosed,
    TransferNotYours,
    UnknownTransfer,
)

NO_LONGER_TRADING = "One of the two businesses is no longer a trading member."
FEE_ACCOUNT = "The community's fee account can't take the fee at the moment."


def require_amount(amount: int, *, least: int = 1, what: str = "An amount") -> None:
    """Raises MalformedCommand."""
    if not least <= amount <= MAX_AMOUNT:
        raise MalformedCommand(f"{what} is between {least} and {MAX_AMOUNT} of the smallest unit.")


def require_admin(authority: Authority, sentence: str) -> None:
    """Raises NotAuthorised."""
    if not authority.is_admin:
        raise NotAuthorised(sentence)


def require_within_cap(authority: Authority, account: str, amount: int) -> None:
    """An operator's bound on one transfer, either direction. Raises AmountNotAllowed."""
    for number, most in authority.caps:
        if number == account and amount > most:
            raise AmountNotAllowed(
                f"You may move at most {most} of the smallest unit for this business at once: ask one of its owners.",
                most=most,
            )


def require_trading(initiator: Account, counterparty: Account) -> None:
    """Raises AccountNotTrading, naming the sides."""
    sides = {"initiator": initiator, "counterparty": counterparty}
    stopped = {name: ["Not a trading member."] for name, side in sides.items() if side.standing != "trading"}
    if stopped:
        raise AccountNotTrading("Both businesses must be trading members.", errors=stopped)


def require_fee_accounts_trading(book: Book, legs: Sequence[Leg]) -> None:
    """Raises FeeAccountUnavailable."""
    if any(book.account(leg.account).standing != "trading" for leg in legs[2:]):
        raise FeeAccountUnavailable(f"{FEE_ACCOUNT} Tell an administrator.")


def require_room(book: Book, legs: Sequence[Leg], own: str, rules: Sequence[FeeRule] = ()) -> None:
    """`legs` are payer, payee, fee accounts, by `rules`; `own` is the side that asks. Raises LimitExceeded,
    CounterpartyLimit, FeeAccountUnavailable.
    """
    payer, payee = legs[0], legs[1]
    mine, other = (payer, payee) if own == payer.account else (payee, payer)
    if not book.account(mine.account).allows(mine.amount):
        raise _own_limit(book.account(mine.account), applying(rules, payer.account, payee.account), pays=mine is payer)
    if not book.account(other.account).allows(other.amount):
        verb = "pay" if mine is payee else "receive"
        raise CounterpartyLimit(f"The other business can't {verb} that much at the moment. Try a smaller amount.")
    if not all(book.account(leg.account).allows(leg.amount) for leg in legs[2:]):
        raise FeeAccountUnavailable(f"{FEE_ACCOUNT} Tell an administrator.")


def _own_limit(account: Account, rules: Sequence[FeeRule], *, pays: bool) -> LimitExceeded:
    most = largest_amount(rules, "payer" if pays else "payee", account.can_pay if pays else account.can_receive)
    verb = "pay" if pays else "receive"
    return LimitExceeded(f"The most that you can {verb} is {most} of the smallest unit.", max_possible=most)


def obstacle(book: Book, transfer: Transfer) -> tuple[str, str] | None:
    """Why the transfer can't be completed now: code and sentence (it names a side, never a figure)."""
    payer, payee, *fees = transfer.legs
    if any(book.account(leg.account).standing != "trading" for leg in (payer, payee)):
        return "account_not_trading", NO_LONGER_TRADING
    if not book.account(payer.account).allows(payer.amount):
        return "limit_exceeded", "It would have taken the paying business below its limit."
    if not book.account(payee.account).allows(payee.amount):
        return "limit_exceeded", "It would have taken the receiving business above its limit."
    for leg in fees:
        account = book.account(leg.account)
        if account.standing != "trading" or not account.allows(leg.amount):
            return "fee_account", FEE_ACCOUNT
    return None


def completion(
    book: Book, transfer_id: str, legs: Sequence[Leg], moment: Moment,
    *, accepted_by: str | None = None, consent: Consent | None = None,
) -> tuple[LedgerEvent, ...]:  # fmt: skip
    """The money moves; an account that waits for its zero closes."""
    accounts = [book.account(leg.account) for leg in legs]
    completed = TransferCompleted(
        transfer_id=transfer_id,
        entries=tuple(
            Entry(account=leg.account, amount=leg.amount, balance=account.balance + leg.amount)
            for leg, account in zip(legs, accounts, strict=True)
        ),
        effective_at=moment.now,
        accepted_by=accepted_by,
        consent=consent,
    )
    return (completed, *_closed_at_zero(accounts, completed.entries))


def _closed_at_zero(accounts: Iterable[Account], entries: Iterable[Entry]) -> Iterable[AccountStandingChanged]:
    for account, entry in zip(accounts, entries, strict=True):
        if account.closing and entry.balance == 0:
            reason = "The business was closed, and its balance is zero now."
            yield AccountStandingChanged(
                account=account.account, standing="closed", previous=account.standing, reason=reason
            )


def cancelled(
    transfer: Transfer, *, kind: CancellationKind, code: str, reason: str, by: str | None = None
) -> TransferCancelled:
    """The event that ends a transfer without moving anything."""
    return TransferCancelled(transfer_id=transfer.transfer_id, kind=kind, code=code, reason=reason, by=by)


def visible(book: Book, transfer_id: str, authority: Authority) -> Transfer:
    """Those who are no party learn nothing, not even that it exists. Raises UnknownTransfer."""
    transfer = book.transfers.get(transfer_id)
    if transfer is None or not (authority.is_admin or authority.sees(transfer.parties)):
        raise UnknownTransfer("There is no such transfer.")
    return transfer


def for_counterparty(book: Book, transfer_id: str, authority: Authority) -> Transfer:
    """An open transfer that the caller may answer. Raises UnknownTransfer, TransferNotYours, TransferAlreadyClosed."""
    transfer = visible(book, transfer_id, authority)
    if transfer.kind != "transfer" or transfer.counterparty not in authority.accounts:
        raise TransferNotYours("Only the business that did not propose this transfer can answer it.")
    require_open(transfer)
    return transfer


def require_open(transfer: Transfer) -> None:
    """Raises TransferAlreadyClosed."""
    if transfer.status != "initiated":
        raise TransferAlreadyClosed(f"This transfer is already {transfer.status}.", transfer_status=transfer.status)
