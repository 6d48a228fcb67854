"""What administrators do with money: transfers of several legs, and reversals."""

from collections.abc import Sequence

from events.ledger import Leg, TransferInitiated, TransferKind
from services.ledger.decisions.checks import (
    completion,
    require_admin,
    require_room,
    require_trading,
    require_within_cap,
    visible,
)
from services.ledger.decisions.deciding import Decision, Moment
from services.ledger.domain import (
    MAX_AMOUNT,
    AccountNotTrading,
    AdminTransfer,
    Authority,
    Book,
    LimitExceeded,
    MalformedCommand,
    ReverseTransfer,
    SameAccount,
    Transfer,
    TransferAlreadyReversed,
    TransferNotCompleted,
    TransferNotReversible,
    TransferNotYours,
)

FEWEST_LEGS, MOST_LEGS = 2, 20


def transfer(book: Book, command: AdminTransfer, authority: Authority, moment: Moment) -> Decision:
    """Completes at once; nobody is asked."""
    legs = command.legs
    _require_sound(legs)
    for leg in legs:
        book.account(leg.account)
    if len({leg.account for leg in legs}) < len(legs):
        raise SameAccount("An account may be in a transfer once only.")
    require_admin(authority, "Only an administrator makes transfers for others.")
    _require_standing(book, legs, frozen_too=command.settle)
    _require_room(book, legs)
    return _at_once(
        book, legs, moment, kind="admin", description=command.description, reference=command.reference
    )  # fmt: skip


def reverse(book: Book, command: ReverseTransfer, authority: Authority, moment: Moment) -> Decision:
    """By an administrator; or by the business that received, when it can give back all that moved."""
    original = visible(book, command.transfer_id, authority)
    if not authority.is_admin and not _may_give_back(original, authority):
        raise TransferNotYours("Only the business that received can give it back, or an administrator.")
    _require_reversible(original)
    legs = tuple(Leg(account=leg.account, amount=-leg.amount) for leg in original.legs)
    if authority.is_admin:
        _require_standing(book, legs, frozen_too=True)
        _require_room(book, legs)
        initiator = ""
    else:
        initiator = original.payee
        require_within_cap(authority, initiator, original.amount)
        require_trading(book.account(original.payee), book.account(original.payer))
        require_room(book, sorted(legs, key=lambda leg: leg.amount), own=original.payee)
    return _at_once(
        book, legs, moment, kind="reversal", description=command.reason, initiator=initiator,
        reverses=original.transfer_id,
    )  # fmt: skip


def _require_sound(legs: Sequence[Leg]) -> None:
    if not FEWEST_LEGS <= len(legs) <= MOST_LEGS:
        raise MalformedCommand(f"A transfer has {FEWEST_LEGS} to {MOST_LEGS} legs.")
    if any(not 1 <= abs(leg.amount) <= MAX_AMOUNT for leg in legs):
        raise MalformedCommand(f"The amount of a leg is between 1 and {MAX_AMOUNT} of the smallest unit, either sign.")
    if sum(leg.amount for leg in legs) != 0:
        raise MalformedCommand("The legs of a transfer sum to zero.")


def _require_standing(book: Book, legs: Sequence[Leg], *, frozen_too: bool) -> None:
    fine = {"trading", "frozen"} if frozen_too else {"trading"}
    stopped = [leg.account for leg in legs if book.account(leg.account).standing not in fine]
    if stopped:
        errors = {"legs": [f"{number} is not a trading member." for number in stopped]}
        raise AccountNotTrading("All businesses must be trading members.", errors=errors)


def _require_room(book: Book, legs: Sequence[Leg]) -> None:
    for leg in legs:
        account = book.account(leg.account)
        if not account.allows(leg.amount):
            most = account.can_pay if leg.amount < 0 else account.can_receive
            verb = "pay" if leg.amount < 0 else "receive"
            raise LimitExceeded(
                f"The most that {leg.account} can {verb} is {most} of the smallest unit.",
                account=leg.account,
                max_possible=most,
            )


def _may_give_back(original: Transfer, authority: Authority) -> bool:
    simple = original.kind == "transfer" and len(original.legs) == FEWEST_LEGS
    return simple and original.payee in authority.accounts


def _require_reversible(original: Transfer) -> None:
    if original.status != "completed":
        raise TransferNotCompleted("Only a completed transfer can be reversed.", transfer_status=original.status)
    if original.kind == "reversal":
        raise TransferNotReversible("A reversal can't be reversed: make a new transfer instead.")
    if original.reversed_by is not None:
        raise TransferAlreadyReversed("This transfer was reversed before.", reversed_by=original.reversed_by)


def _at_once(
    book: Book, legs: Sequence[Leg], moment: Moment, *, kind: TransferKind, description: str, initiator: str = "",
    reference: str | None = None, reverses: str | None = None,
) -> Decision:  # fmt: skip
    proposed = TransferInitiated(
        transfer_id=moment.new_id(),
        kind=kind,
        direction="pay",
        initiator=initiator,
        payer=next(leg.account for leg in legs if leg.amount < 0),
        payee=next(leg.account for leg in legs if leg.amount > 0),
        amount=sum(leg.amount for leg in legs if leg.amount > 0),
        legs=tuple(legs),
        description=description,
        reference=reference,
        reverses=reverses,
    )
    done = completion(book, proposed.transfer_id, legs, moment)
    return Decision(proposed.transfer_id, (proposed, *done))
