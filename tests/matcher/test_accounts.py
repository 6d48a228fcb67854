"""What the ledger's events make of accounts and trades."""

import pytest

from events import ledger
from services.matcher.accounts import Account, Books, Trades, accounts_in, ended_in, pairs_in

AT = "2026-03-02T00:00:00.000000Z"


def opened(number: str, **changed) -> ledger.AccountOpened:
    values = {"entity_id": f"of-{number}", "max_negative": 100, "max_positive": 50, "standing": "trading"}
    return ledger.AccountOpened(account=number, **values | changed)


def initiated(transfer_id: str, payer: str, payee: str, kind: ledger.TransferKind = "transfer"):
    return ledger.TransferInitiated(
        transfer_id=transfer_id, kind=kind, direction="pay", initiator=payer, payer=payer, payee=payee, amount=30,
        legs=[ledger.Leg(account=payer, amount=-30), ledger.Leg(account=payee, amount=30)], description="",
    )  # fmt: skip


def completed(transfer_id: str, at: str = AT, **balances: int) -> ledger.TransferCompleted:
    entries = [ledger.Entry(account=number, amount=0, balance=balance) for number, balance in balances.items()]
    return ledger.TransferCompleted(transfer_id=transfer_id, entries=entries, effective_at=at)


def folded(*events) -> Books:
    books = Books()
    for position, event in enumerate(events, start=1):
        books.fold(event, position=position)
    return books


def test_room_follows_balance_and_limits():
    books = folded(opened("a"), opened("b"), initiated("t", "a", "b"), completed("t", a=-30, b=30))
    assert (books.accounts["a"].can_pay, books.accounts["a"].can_receive) == (70, 80)
    assert (books.accounts["b"].can_pay, books.accounts["b"].can_receive) == (130, 20)
    limits = ledger.Limits(max_negative=100, max_positive=50)
    changed = ledger.AccountLimitsChanged(account="b", max_negative=0, max_positive=10, previous=limits, reason="")
    books.fold(changed, position=5)
    assert (books.accounts["b"].can_pay, books.accounts["b"].can_receive) == (30, 0)
    assert books.accounts["b"].version == 5


def test_standing_is_kept():
    frozen = ledger.AccountStandingChanged(account="a", standing="frozen", previous="trading", reason="")
    assert folded(opened("a"), frozen).accounts["a"] == Account(
        account="a", balance=0, max_negative=100, max_positive=50, standing="frozen", version=2
    )


def test_trades_are_counted_by_who_gave_and_who_received_the_goods():
    later = "2026-03-03T00:00:00.000000Z"
    books = folded(
        *(opened(number) for number in "ab"), initiated("1", "a", "b"), completed("1", later, a=-30, b=30),
        initiated("2", "a", "b"), completed("2", a=-60, b=60), initiated("3", "b", "a"), completed("3", a=-30, b=30),
    )  # fmt: skip
    assert books.trades == {
        ("b", "a"): Trades(giver="b", receiver="a", count=2, last_at=later),
        ("a", "b"): Trades(giver="a", receiver="b", count=1, last_at=AT),
    }
    assert books.proposals == {}


@pytest.mark.parametrize("kind", ["admin", "reversal"])
def test_what_administrators_move_is_no_trade_but_moves_balances(kind):
    books = folded(opened("a"), opened("b"), initiated("t", "a", "b", kind), completed("t", a=-30, b=30))
    assert books.trades == {}
    assert books.accounts["a"].balance == -30


def test_what_was_cancelled_is_no_trade():
    cancelled = ledger.TransferCancelled(transfer_id="t", kind="rejected", code="declined", reason="")
    books = folded(opened("a"), opened("b"), initiated("t", "a", "b"), cancelled)
    assert (books.trades, books.proposals) == ({}, {})


def test_an_account_that_nobody_opened_stays_unknown():
    assert folded(completed("t", a=-30)).accounts == {}


def test_a_run_tells_what_must_be_known_before_it():
    run = [opened("a"), initiated("t", "a", "b"), completed("t", a=-30, b=30), completed("u", c=1)]
    assert accounts_in(run) == {"a", "b", "c"}
    assert ended_in(run) == {"t", "u"}
    assert pairs_in(run, folded(initiated("u", "d", "e")).proposals.values()) == {("b", "a"), ("e", "d")}
