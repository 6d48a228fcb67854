"""A book in which everything has happened that can: every type of event, every way a transfer begins and ends."""

from dataclasses import dataclass, field
from datetime import timedelta

from events.ledger import ConsentRule, FeeRule, Leg
from services.ledger.domain import (
    AdminTransfer,
    CommandBatch,
    ExpireTransfer,
    RemindOfTransfer,
    ReverseTransfer,
    SetConsent,
    SetFeeRules,
    SetPolicy,
)
from services.ledger.handlers import Appender
from tests.ledger.factories import (
    a_request,
    accepting,
    an_account_number,
    cancelling,
    limiting,
    opening,
    paying,
    rejecting,
    requesting,
    standing,
)
from tests.ledger.fakes import Ticking, decoded


@dataclass(slots=True)
class Everything:
    """The accounts of the book, and the transfers by what became of them."""

    one: str = field(default_factory=an_account_number)
    other: str = field(default_factory=an_account_number)
    third: str = field(default_factory=an_account_number)
    fees: str = field(default_factory=an_account_number)
    leaving: str = field(default_factory=an_account_number)
    transfers: dict[str, str] = field(default_factory=dict)

    @property
    def accounts(self) -> list[str]:
        return [self.one, self.other, self.third, self.fees, self.leaving]


def everything(appender: Appender, clock: Ticking) -> Everything:
    """Let it all happen; about 50 events."""
    book = Everything()
    happen = _Happening(appender, book)
    for number in book.accounts:
        happen.do(opening(number, max_negative=10_000, max_positive=50_000))
    one, other, third = book.one, book.other, book.third
    happen.do(a_request(SetPolicy(reason="ours", expires_after_days=10, reminder_days=2), admin=True))
    happen.do(limiting(one, max_negative=20_000))
    happen.do(standing(third, "frozen"), standing(third, "trading"))
    happen.transfer("completed", paying(one, other, 1000), lambda known: accepting(known, other))
    happen.transfer("requested", requesting(other, one, 500), lambda known: accepting(known, one))
    happen.transfer("rejected", paying(one, other, 20), lambda known: rejecting(known, other))
    happen.transfer("cancelled", paying(one, other, 30), lambda known: cancelling(known, one))
    happen.transfer("ended by admin", paying(one, other, 30), lambda known: cancelling(known, "", admin=True))
    rules = (
        FeeRule(account=book.fees, side="payer", fixed=5, basis_points=150),
        FeeRule(account=book.fees, side="payee", fixed=0, basis_points=25),
    )
    happen.do(a_request(SetFeeRules(rules=rules, reason="upkeep"), admin=True))
    happen.transfer("with fees", paying(other, one, 1210), lambda known: accepting(known, one))
    happen.transfer("open", paying(one, other, 700))
    consent = (
        ConsentRule(party="any", direction="pay"),
        ConsentRule(party=one, direction="request", max_amount=300),
    )
    happen.do(a_request(SetConsent(account=third, rules=consent), third))
    happen.transfer("by consent", paying(one, third, 400))
    happen.transfer("requested by consent", requesting(one, third, 300))
    happen.transfer("beyond consent", requesting(one, third, 301))
    happen.do(a_request(SetConsent(account=third, rules=()), third))
    happen.transfer("expired", paying(other, one, 60))
    clock.now += timedelta(days=9)
    happen.do(a_request(RemindOfTransfer(transfer_id=book.transfers["expired"])))
    clock.now += timedelta(days=2)
    for known in ("expired", "beyond consent"):
        happen.do(a_request(ExpireTransfer(transfer_id=book.transfers[known])))
    legs = [(one, -600), (other, 250), (third, 300), (book.fees, 50)]
    happen.transfer("several legs", _admin(legs))
    happen.transfer("reversal", a_request(ReverseTransfer(transfer_id=book.transfers["several legs"], reason="wrong"),
                                          admin=True))  # fmt: skip
    happen.transfer("given back", a_request(ReverseTransfer(transfer_id=book.transfers["completed"], reason="broken"),
                                            other))  # fmt: skip
    happen.transfer("too late", paying(one, other, 2000))
    happen.do(limiting(one, max_negative=100))
    happen.refused(accepting(book.transfers["too late"], other))
    happen.transfer("to one that leaves", paying(other, book.leaving, 90), lambda known: accepting(known, book.leaving))
    happen.transfer("left open", paying(other, book.leaving, 95))
    happen.do(standing(book.leaving, "closed"))
    happen.transfer("settled", _admin([(book.leaving, -90), (other, 90)], settle=True))
    happen.do(a_request(SetFeeRules(rules=(), reason="no more"), admin=True))
    happen.do(a_request(CommandBatch(commands=(_pay(one, other, 7), _pay(one, other, 8)), atomic=True), one))
    return book


class _Happening:
    def __init__(self, appender: Appender, book: Everything) -> None:
        self._appender, self._book = appender, book

    def do(self, *requests):
        outcomes = [decoded(self._appender.execute([request]))[0] for request in requests]
        assert all(outcome.ok for outcome in outcomes), outcomes
        return outcomes[-1]

    def refused(self, request) -> None:
        assert not decoded(self._appender.execute([request]))[0].ok

    def transfer(self, name: str, proposal, answer=None) -> None:
        known = self.do(proposal).document["transfer_id"]
        self._book.transfers[name] = known
        if answer is not None:
            self.do(answer(known))


def _pay(payer: str, payee: str, amount: int):
    return paying(payer, payee, amount).command


def _admin(legs, *, settle: bool = False):
    command = AdminTransfer(
        legs=tuple(Leg(account=account, amount=amount) for account, amount in legs), description="by us", settle=settle
    )
    return a_request(command, admin=True)
