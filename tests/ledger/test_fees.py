"""What a transfer costs, rounded half-even, and the figure that a refusal names."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from events.ledger import FeeRule
from services.ledger.decisions import Moment, decide
from services.ledger.decisions.fees import fee_of, largest_amount, legs_of
from services.ledger.domain import Book, FeeExceedsAmount, InitiateTransfer, LimitExceeded, ReverseTransfer
from tests.ledger.factories import a_transfer, an_account, an_authority

MOMENT = Moment.of(datetime(2026, 2, 1, tzinfo=UTC), lambda: "fresh")


def a_rule(side: str = "payee", *, account: str = "f" * 16, fixed: int = 0, basis_points: int = 0) -> FeeRule:
    return FeeRule(account=account, side=side, fixed=fixed, basis_points=basis_points)


@pytest.mark.parametrize(
    ("amount", "basis_points", "fixed", "fee"),
    [
        (100, 100, 0, 1),
        # Exactly half: to the even one, down and up.
        (50, 100, 0, 0),
        (150, 100, 0, 2),
        (250, 100, 0, 2),
        (51, 100, 0, 1),
        (49, 100, 0, 0),
        (50, 100, 7, 7),
        (99_999_999_999, 10_000, 0, 99_999_999_999),
    ],
)
def test_fee_is_rounded_half_even(amount, basis_points, fixed, fee):
    assert fee_of(a_rule(fixed=fixed, basis_points=basis_points), amount) == fee


def test_payer_pays_more_and_payee_gets_less_by_their_own_fees():
    """Each side its own; accounts that take several fees have one leg."""
    rules = [a_rule("payer", fixed=3), a_rule("payee", basis_points=1000), a_rule("payer", account="g" * 16, fixed=1)]
    legs = legs_of(rules, payer="1", payee="2", amount=200)
    assert [(leg.account, leg.amount) for leg in legs] == [("1", -204), ("2", 180), ("f" * 16, 23), ("g" * 16, 1)]


def test_who_takes_a_fee_pays_none_to_itself_and_fees_of_zero_are_no_leg():
    rules = [a_rule(account="1", fixed=3), a_rule(account="2", fixed=5), a_rule(basis_points=1)]
    assert len(legs_of(rules, payer="1", payee="2", amount=10)) == 2


@pytest.mark.parametrize("amount", [3, 4])
def test_something_is_left_for_the_payee(amount):
    rules = [a_rule(fixed=3)]
    if amount > 3:
        assert legs_of(rules, payer="1", payee="2", amount=amount)[1].amount == 1
    else:
        with pytest.raises(FeeExceedsAmount):
            legs_of(rules, payer="1", payee="2", amount=amount)


@pytest.mark.parametrize(
    ("rules", "side", "room", "most"),
    [
        ([], "payer", 100, 100),
        ([a_rule("payer", fixed=5)], "payer", 100, 95),
        ([a_rule("payer", fixed=5)], "payer", 4, 0),
        ([a_rule("payer", basis_points=1000)], "payer", 110, 100),
        ([a_rule("payee", fixed=5)], "payee", 100, 105),
        # With no room the payee could receive just what the fees take: nothing that may be proposed.
        ([a_rule("payee", fixed=5)], "payee", 0, 0),
        # The payer has room for 4, of which the payee's fees would take all.
        ([a_rule("payee", fixed=5)], "payer", 4, 0),
    ],
)
def test_largest_amount_is_one_that_may_be_proposed(rules, side, room, most):
    assert largest_amount(rules, side, room) == most


def test_refusal_names_the_most_with_fees():
    payer, payee, taker = an_account(max_negative=100), an_account(), an_account()
    book = Book({a.account: a for a in (payer, payee, taker)}, {})
    book.fee_rules = (a_rule("payer", account=taker.account, fixed=10),)
    command = InitiateTransfer(
        initiator=payer.account, counterparty=payee.account, direction="pay", amount=91
    )  # fmt: skip
    authority = an_authority(payer.account)
    with pytest.raises(LimitExceeded) as refused:
        decide(book, command, authority, MOMENT)
    assert refused.value.extra == {"max_possible": 90}
    assert decide(book, replace(command, amount=90), authority, MOMENT).events


def test_giving_back_costs_no_fee_and_the_refusal_says_so():
    payer, payee, taker = an_account(balance=-50), an_account(balance=10, max_negative=20), an_account()
    transfer = a_transfer(payer, payee, amount=50, status="completed")
    book = Book({a.account: a for a in (payer, payee, taker)}, {transfer.transfer_id: transfer})
    book.fee_rules = (a_rule("payer", account=taker.account, fixed=10),)
    command = ReverseTransfer(transfer_id=transfer.transfer_id, reason="broken")
    with pytest.raises(LimitExceeded) as refused:
        decide(book, command, an_authority(payee.account), MOMENT)
    assert refused.value.extra == {"max_possible": 30}
