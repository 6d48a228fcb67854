"""Statements: periods, pages both ways, filters, totals, roles; one suite for PostgreSQL and the store in memory."""

import pytest

from events.ledger import Leg
from services.ledger.domain import AdminTransfer
from services.ledger.findings import Totals
from services.ledger.questions import EVERY_ENTRY, EntryFilter
from services.ledger.store.statements import FEW
from tests.ledger.factories import (
    a_request,
    an_account_number,
)
from tests.ledger.world import EVERY_STATUS, a_mixed_book


def walk(world, account, *, limit, only=EVERY_ENTRY, **period):
    """All pages from the newest to the oldest, and back again."""
    down, page = [], world.reader.statement(account, limit=limit, only=only, **period)
    assert page.previous is None
    while True:
        down.append(page)
        if page.next is None:
            break
        page = world.reader.statement(account, limit=limit, before=page.next, only=only, **period)
    up = [down[-1]]
    while up[-1].previous is not None:
        up.append(world.reader.statement(account, limit=limit, after=up[-1].previous, only=only, **period))
    return down, up


def positions(pages):
    return [entry.position for page in pages for entry in page.entries]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_statement_pages_meet_both_ways(world, limit):
    payer, payee = world.open(2)
    for amount in range(1, 8):
        world.pay(payer, payee, amount)
    down, up = walk(world, payer, limit=limit)
    assert [entry.amount for page in down for entry in page.entries] == [-7, -6, -5, -4, -3, -2, -1]
    assert sorted(positions(up)) == sorted(positions(down))
    assert up[-1].previous is None
    for page in (*down, *up):
        assert list(page.entries) == sorted(page.entries, key=lambda entry: -entry.position)
        assert page.totals == Totals(7, 28, 0)
        assert (page.opening_balance, page.closing_balance) == (0, -28)


def test_pages_beyond_the_ends_point_back(world):
    payer, payee = world.open(2)
    world.pay(payer, payee, 1)
    world.pay(payer, payee, 2)
    newest, oldest = positions([world.reader.statement(payer)])
    below = world.reader.statement(payer, before=oldest)
    assert (below.entries, below.next) == ([], None)
    assert positions([world.reader.statement(payer, after=below.previous)]) == [newest, oldest]
    above = world.reader.statement(payer, after=newest)
    assert (above.entries, above.previous) == ([], None)
    assert positions([world.reader.statement(payer, before=above.next)]) == [newest, oldest]
    far = world.reader.statement(payer, before=newest + 1000)
    assert (positions([far]), far.next, far.previous) == ([newest, oldest], None, None)


def test_statement_of_positions_has_the_balances_of_the_period(world):
    payer, payee = world.open(2)
    at = []
    for amount in (1, 2, 4, 8):
        world.pay(payer, payee, amount)
        at.append(world.position)
    part = world.reader.statement(payee, from_position=at[1], to_position=at[2])
    assert (part.opening_balance, part.closing_balance) == (1, 7)
    assert [entry.amount for entry in part.entries] == [4, 2]
    assert [entry.balance for entry in part.entries] == [7, 3]
    assert part.totals == Totals(2, 0, 6)
    assert (part.from_position, part.to_position) == (at[1], at[2])
    backwards = world.reader.statement(payee, from_position=at[2], to_position=at[0])
    assert (backwards.entries, backwards.opening_balance, backwards.closing_balance) == ([], 3, 3)


def test_entries_say_who_and_as_what(world):
    mine, other, third, fees = a_mixed_book(world)
    shown = [(entry.role, entry.counterparty, entry.amount, entry.kind) for entry in world.entries(mine)]
    assert shown == [
        ("leg", third, -6, "admin"),
        ("leg", third, 6, "admin"),
        ("payer", third, -40, "reversal"),
        ("payer", fees, -5, "admin"),
        ("payee", third, 40, "admin"),
        ("payer", third, -203, "transfer"),
        ("payee", third, 30, "transfer"),
        ("payee", other, 30, "transfer"),
        ("payer", other, -100, "transfer"),
    ]


def test_whoever_gets_a_fee_reads_none_of_the_words(world):
    mine, _, _, fees = a_mixed_book(world)
    by_hand, fee = world.entries(fees)
    assert (by_hand.role, by_hand.description) == ("payee", "a fee by hand")
    assert (fee.role, fee.counterparty, fee.amount, fee.description, fee.reference) == ("fee", mine, 3, "", None)
    assert world.entries(fees, text="eggs") == []
    assert world.entries(fees, counterparty=mine) == [by_hand, fee]
    assert [transfer.kind for transfer in world.reader.transfers(fees, EVERY_STATUS, limit=9)[0]] == ["admin"]


FILTERS = [
    ({"text": "eggs"}, lambda e: "eggs" in e.description.lower()),
    ({"text": "EGGS AND"}, lambda e: "Eggs and" in e.description),
    ({"text": "inv-"}, lambda e: e.reference is not None),
    ({"text": "50% m"}, lambda e: "50%" in e.description),
    ({"text": "%"}, lambda e: "%" in e.description),
    ({"text": "_"}, lambda e: "_" in e.description),
    ({"text": "k\\s"}, lambda e: "\\" in e.description),
    ({"text": "nowhere"}, lambda _: False),
    ({"min_amount": 40}, lambda e: abs(e.amount) >= 40),
    ({"max_amount": 30}, lambda e: abs(e.amount) <= 30),
    ({"min_amount": 30, "max_amount": 30}, lambda e: abs(e.amount) == 30),
    ({"sign": "in"}, lambda e: e.amount > 0),
    ({"sign": "out"}, lambda e: e.amount < 0),
    ({"sign": "out", "text": "eggs", "min_amount": 101}, lambda e: e.amount == -203),
]


@pytest.mark.parametrize(("only", "wanted"), FILTERS, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_statement_filters_let_through_what_fits_and_nothing_else(world, only, wanted):
    mine, *_ = a_mixed_book(world)
    every = world.entries(mine)
    expected = [entry for entry in every if wanted(entry)]
    statement = world.reader.statement(mine, limit=100, only=EntryFilter(**only))
    assert list(statement.entries) == expected
    assert len(expected) < len(every)
    paid, received = (sum(abs(e.amount) for e in expected if (e.amount > 0) == sign) for sign in (False, True))
    assert statement.totals == Totals(len(expected), paid, received)
    assert statement.closing_balance == every[0].balance
    down, up = walk(world, mine, limit=2, only=EntryFilter(**only))
    assert positions(down) == [entry.position for entry in expected]
    assert sorted(positions(up)) == sorted(positions(down))


def test_statement_filters_by_counterparty(world):
    mine, other, third, fees = a_mixed_book(world)
    every = world.entries(mine)
    for number in (other, third, fees, an_account_number()):
        assert world.entries(mine, counterparty=number) == [e for e in every if e.counterparty == number]


def test_long_statements_page_and_count_like_short_ones(world):
    mine, other, third = world.open(3, max_negative=10**9, max_positive=10**9)
    count = FEW + 200
    moves = [((mine, 1 - 2 * (n % 3 == 0)), (other if n % 2 else third, 2 * (n % 3 == 0) - 1)) for n in range(count)]
    requests = [
        a_request(
            AdminTransfer(legs=tuple(Leg(account=a, amount=n) for a, n in legs), description=f"no {n}"), admin=True
        )
        for n, legs in enumerate(moves)
    ]
    for start in range(0, count, 400):
        world.do(*requests[start : start + 400])
    paid = sum(1 for n in range(count) if n % 3 == 0)
    down, up = walk(world, mine, limit=100)
    assert len(positions(down)) == len(set(positions(down))) == count
    assert sorted(positions(up)) == sorted(positions(down))
    for page in (*down, *up):
        assert page.totals == Totals(count, paid, count - paid)
        assert list(page.entries) == sorted(page.entries, key=lambda entry: -entry.position)
    newest = down[0].entries[0].position
    beyond = world.reader.statement(mine, after=newest, limit=5)
    assert (beyond.entries, beyond.previous) == ([], None)
    assert world.reader.statement(mine, before=beyond.next, limit=5).entries[0].position == newest
    below = world.reader.statement(mine, before=1, limit=5)
    assert (below.entries, below.next) == ([], None)
    oldest = world.reader.statement(mine, after=below.previous, limit=len(up[0].entries))
    assert positions([oldest]) == positions([up[0]])
    many = world.reader.statement(mine, limit=3, only=EntryFilter(max_amount=1))
    assert many.totals == Totals(count, paid, count - paid)
    few = world.reader.statement(mine, limit=3, only=EntryFilter(text=f"no {count - 1}"))
    assert [entry.description for entry in few.entries] == [f"no {count - 1}"]
    half = world.reader.statement(mine, limit=3, only=EntryFilter(counterparty=other))
    assert half.totals.count == count // 2
    # What comes later is counted too.
    world.administer((mine, -1), (other, 1))
    assert world.reader.statement(mine).totals == Totals(count + 1, paid + 1, count - paid)
    assert world.reader.statement(mine, to_position=newest).totals == Totals(count, paid, count - paid)
