"""What can be read of a book, now and as of any position: one suite for PostgreSQL and for the store in memory."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

import pytest

from events.ledger import ConsentRule, FeeRule, Leg
from services.ledger.domain import AdminTransfer, ReverseTransfer, SetConsent, SetFeeRules, SetPolicy
from services.ledger.findings import Totals
from services.ledger.handlers import Appender
from services.ledger.questions import EVERY_ENTRY, EntryFilter, TransferFilter
from services.ledger.store import NotYet, Reader, Writer
from services.ledger.store.statements import FEW
from tests.ledger.factories import (
    a_request,
    accepting,
    an_account_number,
    cancelling,
    limiting,
    opening,
    paying,
    requesting,
    standing,
)
from tests.ledger.fakes import MemoryReader, MemoryStore, Ticking, decoded

EVERY_STATUS = ("initiated", "completed", "cancelled")
WIDE = {"max_negative": 1_000_000, "max_positive": 1_000_000}


class World:
    """A book that is written to, and its reader."""

    def __init__(self, appender: Appender, reader) -> None:
        self._appender, self.reader = appender, reader

    def do(self, *requests) -> list[dict]:
        """Have all done in one batch; their documents."""
        outcomes = decoded(self._appender.execute(requests))
        assert all(outcome.ok for outcome in outcomes), outcomes
        return [outcome.document for outcome in outcomes]

    def open(self, count=1, **limits) -> list[str]:
        numbers = sorted(an_account_number() for _ in range(count))
        self.do(*(opening(number, **(limits or WIDE)) for number in numbers))
        return numbers

    def pay(self, payer, payee, amount, description="", reference=None) -> str:
        """A transfer that is accepted at once; its id."""
        request = paying(payer, payee, amount)
        command = replace(request.command, description=description, reference=reference)
        (proposed,) = self.do(replace(request, command=command))
        self.do(accepting(proposed["transfer_id"], payee))
        return proposed["transfer_id"]

    def administer(self, *legs, description="") -> str:
        """An administrator's transfer of (account, amount) each; its id."""
        command = AdminTransfer(legs=tuple(Leg(account=a, amount=n) for a, n in legs), description=description)
        return self.do(a_request(command, admin=True))[0]["transfer_id"]

    def charge(self, *rules: FeeRule) -> None:
        self.do(a_request(SetFeeRules(rules=rules, reason="costs"), admin=True))

    @property
    def position(self) -> int:
        return self.reader.head()["position"]

    def entries(self, account, **only):
        return list(self.reader.statement(account, limit=100, only=EntryFilter(**only)).entries)

    def ids(self, account, statuses=EVERY_STATUS, limit=100, offset=0, before=None, **only) -> list[str]:
        found, _ = self.reader.transfers(
            account, statuses, limit=limit, offset=offset, before=before, only=TransferFilter(**only)
        )
        return [transfer.transfer_id for transfer in found]


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.integration)])
def world(request) -> World:
    if request.param == "memory":
        store = MemoryStore()
        return World(Appender(store, Ticking()), MemoryReader(store))
    return World(Appender(request.getfixturevalue("writer"), Ticking()), request.getfixturevalue("reader"))


def everything_then(world: World, numbers, position: int):
    """All that can be asked of a position."""
    reader = world.reader
    point = reader.point(position)
    return (
        point,
        [reader.account_then(number, position) for number in numbers],
        reader.trial_balance(point, limit=1000),
        [reader.statement(number, to_position=position, limit=100) for number in numbers],
    )


def a_long_story(world: World, numbers):
    """Every kind of event that changes what can be read; yields after each."""
    one, two, three = numbers
    world.do(opening(one), opening(two, max_negative=300))
    yield
    world.pay(one, two, 120, "eggs")
    yield
    world.do(limiting(one, max_negative=100))
    yield
    world.do(opening(three, **WIDE))
    yield
    world.charge(FeeRule(account=three, side="payer", fixed=2, basis_points=500))
    yield
    (proposed,) = world.do(requesting(one, two, 60))
    yield
    world.do(a_request(SetConsent(account=one, rules=(ConsentRule(party="any", direction="pay"),)), one))
    yield
    world.do(accepting(proposed["transfer_id"], two))
    yield
    world.do(standing(two, "frozen"))
    yield
    world.do(standing(two, "trading"))
    yield
    whole = world.administer((three, -30), (one, 20), (two, 10))
    yield
    world.do(limiting(two, max_negative=0, max_positive=7))
    yield
    world.do(a_request(ReverseTransfer(transfer_id=whole, reason="a mistake"), admin=True))
    yield


def test_what_was_is_never_changed_by_what_comes(world):
    numbers = [an_account_number() for _ in range(3)]
    seen = {}
    for _ in a_long_story(world, numbers):
        position = world.position
        then = everything_then(world, numbers, position)
        seen[position] = then
        for account in world.reader.accounts(numbers):
            _, was = world.reader.account_then(account.account, position)
            for name in ("entity_id", "balance", "max_negative", "max_positive", "standing"):
                assert getattr(was, name) == getattr(account, name)
    assert len(seen) > 10
    for position, then in seen.items():
        assert everything_then(world, numbers, position) == then
        assert then[2].sum == 0


def test_an_account_is_not_there_before_it_is_opened(world):
    first, second = world.open(), world.open()
    assert world.reader.account_then(first[0], 0) == (world.reader.point(0), None)
    assert world.reader.account_then(second[0], 1) == (world.reader.point(1), None)
    assert world.reader.account_then(second[0], 2)[1].standing == "trading"
    assert world.reader.account_then(an_account_number(), 2) == (world.reader.point(2), None)
    assert [each.account for each in world.reader.trial_balance(world.reader.point(1)).accounts] == first
    assert world.reader.trial_balance(world.reader.point(0)).accounts == []


def test_an_instant_means_everything_before_it(world):
    payer, payee = world.open(2)
    world.pay(payer, payee, 10)
    done = world.position
    time = datetime.fromisoformat(world.reader.point().time)
    world.pay(payer, payee, 5)
    assert world.reader.point(at=time + timedelta(microseconds=1)).position == done
    assert world.reader.point(at=time).position == done - 1
    assert world.reader.account_then(payer, at=time) == world.reader.account_then(payer, done - 1)
    assert world.reader.account_then(payer) == world.reader.account_then(payer, world.position)
    assert world.reader.point(at=time - timedelta(days=9)) == world.reader.point(0)
    assert world.reader.point(0).time is None
    assert world.reader.point(at=time + timedelta(days=9)) == world.reader.point(world.position)
    at_end = world.reader.statement(payer, until=time + timedelta(microseconds=1))
    assert at_end.closing_balance == world.reader.account_then(payer, done)[1].balance == -10
    assert (at_end.from_position, at_end.to_position) == (1, done)


def test_what_lies_ahead_is_not_told(world):
    (account,) = world.open()
    for asking in (
        lambda: world.reader.point(2),
        lambda: world.reader.account_then(account, 2),
        lambda: world.reader.statement(account, to_position=2),
        lambda: world.reader.statement(account, from_position=3),
    ):
        with pytest.raises(NotYet, match="come to position 1"):
            asking()
    assert world.reader.statement(account, from_position=2, to_position=1).entries == []


def test_empty_book_has_a_beginning(world):
    assert world.reader.point().position == 0
    assert world.reader.trial_balance(world.reader.point()).sum == 0
    assert world.reader.near_limits(percent=99, limit=10) == ([], 0)


def test_trial_balance_comes_in_pages_with_sums_of_all(world):
    numbers = world.open(5)
    world.pay(numbers[0], numbers[3], 70)
    world.pay(numbers[1], numbers[3], 5)
    point = world.reader.point()
    pages, after = [], ""
    while after is not None:
        page = world.reader.trial_balance(point, after=after, limit=2)
        assert (page.sum, page.total_positive, page.total_negative) == (0, 75, -75)
        pages.append([(each.account, each.balance) for each in page.accounts])
        after = page.next
    assert list(chain(*pages)) == list(zip(numbers, [-70, -5, 0, 75, 0], strict=True))
    assert [len(page) for page in pages] == [2, 2, 1]


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


def a_mixed_book(world: World) -> tuple[str, str, str, str]:
    """Transfers of all kinds of the first account; the last one gets fees."""
    mine, other, third, fees = world.open(4)
    world.pay(mine, other, 100, "Eggs and 50% milk", "INV-1")
    world.pay(other, mine, 30, "under_score")
    world.pay(third, mine, 30, "back\\slash", "inv-2")
    world.charge(FeeRule(account=fees, side="payer", fixed=3, basis_points=0))
    world.pay(mine, third, 200, "eggs again")
    first = world.administer((third, -60), (mine, 40), (other, 20), description="settling")
    world.administer((mine, -5), (fees, 5), description="a fee by hand")
    world.do(a_request(ReverseTransfer(transfer_id=first, reason="settled twice"), admin=True))
    world.administer((third, -10), (other, 4), (mine, 6), description="shared EGGS")
    world.administer((other, -4), (third, 10), (mine, -6), description="unshared")
    return mine, other, third, fees


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


def test_transfers_of_several_legs_are_listed_for_every_account_of_theirs(world):
    mine, other, third, fees = a_mixed_book(world)
    for number in (mine, other, third, fees):
        every = [t for t in world.reader.transfers(None, EVERY_STATUS, limit=100)[0] if number in t.parties]
        found, total = world.reader.transfers(number, EVERY_STATUS, limit=100)
        assert found == every
        assert total == len(every)
        pages = [world.reader.transfers(number, EVERY_STATUS, limit=2, offset=at)[0] for at in range(0, total, 2)]
        assert list(chain(*pages)) == every


def test_transfers_page_by_position(world):
    mine, *_ = a_mixed_book(world)
    every, total = world.reader.transfers(mine, EVERY_STATUS, limit=100)
    assert total == len(every) == 9
    seen, before = [], None
    while True:
        found, counted = world.reader.transfers(mine, EVERY_STATUS, limit=4, before=before)
        assert counted == total
        if not found:
            break
        seen, before = seen + found, found[-1].initiated_position
    assert seen == every


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        ({"text": "eggs"}, lambda t: "eggs" in t.description.lower()),
        ({"text": "inv"}, lambda t: t.reference is not None),
        ({"text": "_"}, lambda t: "_" in t.description),
        ({"reference": "INV-1"}, lambda t: t.reference == "INV-1"),
        ({"kind": "admin"}, lambda t: t.kind == "admin"),
        ({"kind": "reversal"}, lambda t: t.kind == "reversal"),
        ({"min_amount": 60}, lambda t: t.amount >= 60),
        ({"min_amount": 30, "max_amount": 60}, lambda t: 30 <= t.amount <= 60),
    ],
)
def test_transfer_filters_let_through_what_fits_and_nothing_else(world, only, wanted):
    mine, other, *_ = a_mixed_book(world)
    for number in (mine, other, None):
        every = world.ids(number)
        fitting = [world.reader.transfer(known) for known in every]
        expected = [transfer.transfer_id for transfer in fitting if wanted(transfer)]
        assert world.ids(number, **only) == expected
        assert len(expected) < len(every)
        _, total = world.reader.transfers(number, EVERY_STATUS, limit=1, only=TransferFilter(**only))
        assert total == len(expected)


def test_transfers_between_two_accounts(world):
    mine, other, third, fees = a_mixed_book(world)
    # The first two are its payer and payee, the others neither.
    whole = world.administer((mine, -9), (third, 4), (other, 3), (fees, 2))
    assert whole in world.ids(other, counterparty=fees)
    for one in (mine, other, third, fees):
        for two in {mine, other, third, fees} - {one}:
            transfers = [world.reader.transfer(known) for known in world.ids(one)]
            assert world.ids(one, counterparty=two) == [t.transfer_id for t in transfers if two in t.parties]


def test_transfers_by_status(world):
    mine, other = world.open(2)
    ids = [document["transfer_id"] for document in world.do(*(paying(mine, other, n) for n in (1, 2, 3)))]
    world.do(accepting(ids[0], other), cancelling(ids[1], mine))
    for status, known in (("completed", ids[0]), ("cancelled", ids[1]), ("initiated", ids[2])):
        for number in (mine, other, None):
            assert world.ids(number, (status,)) == [known]
    assert world.ids(mine, ("initiated", "completed")) == [ids[2], ids[0]]


def test_accounts_near_a_limit_come_worst_first(world):
    (sink,) = world.open()
    numbers = world.open(7, max_negative=1000, max_positive=10_000)
    balances = dict(zip(numbers, (-1000, -999, -800, -799, 8000, 0, -10), strict=True))
    for number, balance in balances.items():
        if balance:
            world.administer((number, balance), (sink, -balance))
    outside, without = numbers[3], numbers[6]
    world.do(limiting(outside, max_negative=500), limiting(without, max_negative=0))
    expected = [without, outside, numbers[0], numbers[1], *sorted((numbers[2], numbers[4]))]
    found, total = world.reader.near_limits(percent=20, limit=10)
    assert [account.account for account in found] == expected
    assert total == 6
    assert [account.used_percent for account in found] == [None, 159, 100, 99, 80, 80]
    assert world.reader.near_limits(percent=20, limit=2, offset=4) == (found[4:], 6)
    assert world.reader.near_limits(percent=20, limit=1, offset=4) == (found[4:5], 6)
    assert world.reader.near_limits(percent=20, limit=2, offset=90) == ([], 6)
    assert [account.account for account in world.reader.near_limits(percent=0, limit=10)[0]] == expected[:3]


def test_simulation_says_who_would_be_outside_and_changes_nothing(world):
    one, two, three, gone = world.open(4)
    world.pay(one, two, 500)
    world.pay(three, two, 80)
    world.do(standing(gone, "closed"))
    before = (world.position, world.reader.accounts([one, two, three]))
    lower = world.reader.would_be_outside(max_negative=100, max_positive=None)
    assert [(each.account, each.balance, each.by) for each in lower.outside] == [(one, -500, 400)]
    assert (lower.count, lower.total) == (1, 3)
    both = world.reader.would_be_outside(max_negative=0, max_positive=579)
    assert [(each.account, each.by) for each in both.outside] == [(one, 500), (three, 80), (two, 1)]
    some = world.reader.would_be_outside(max_negative=0, max_positive=0, accounts=[three, two])
    assert [(each.account, each.by) for each in some.outside] == [(two, 580), (three, 80)]
    assert (some.count, some.total) == (2, 2)
    none = world.reader.would_be_outside(max_negative=500, max_positive=580)
    assert (none.outside, none.count, none.total) == ([], 0, 3)
    assert (world.position, world.reader.accounts([one, two, three])) == before


@pytest.mark.integration
def test_books_in_one_database_do_not_mix(ledger_database, book):
    worlds = []
    numbers = sorted(an_account_number() for _ in range(3))
    for name, amount in ((book, 9), (f"{book}-other", 8)):
        with closing(Writer(ledger_database.url, name)) as writer, closing(Reader(ledger_database.url, name)) as reader:
            reader.open()
            world = World(Appender(writer, Ticking()), reader)
            world.do(*(opening(number, max_negative=10, max_positive=10) for number in numbers[: amount - 6]))
            world.pay(numbers[0], numbers[1], amount)
            worlds.append(
                (
                    everything_then(world, numbers, world.position),
                    reader.near_limits(percent=99, limit=10),
                    reader.would_be_outside(max_negative=0, max_positive=0),
                    reader.transfers(numbers[0], EVERY_STATUS, limit=10),
                    reader.transfers(None, EVERY_STATUS, limit=10),
                    reader.changes(numbers[0]),
                    reader.head(),
                )
            )
    for world, amount in zip(worlds, (9, 8), strict=True):
        then, near, outside, of_account, of_all, (history, _), head = world
        assert then[2].total_positive == amount
        assert [statement.totals.count for statement in then[3]] == [1, 1, 0]
        assert len(then[2].accounts) == head["accounts"] == amount - 6
        assert [account.balance for account in near[0]] == [
            balance for _, balance in sorted(((numbers[0], -amount), (numbers[1], amount)))
        ]
        assert (outside.count, outside.total) == (2, amount - 6)
        assert of_account == of_all
        assert of_all[1] == len(history) == 1


def test_history_of_an_account_comes_newest_first(world):
    (account,) = world.open(max_negative=5, max_positive=50)
    world.open()
    world.do(limiting(account, max_negative=9))
    world.do(standing(account, "frozen"))
    world.do(standing(account, "trading"))
    world.do(a_request(SetConsent(account=account, rules=(ConsentRule(party="any", direction="pay"),)), account))
    whole, following = world.reader.changes(account)
    assert [change.type for change in whole] == ["consent", "standing", "standing", "limits", "opened"]
    assert [change.position for change in whole] == [6, 5, 4, 3, 1]
    assert following is None
    limits = whole[3].data
    assert (limits["max_negative"], limits["previous"]["max_negative"], limits["reason"]) == (9, 5, "asked")
    assert whole[3].actor == "admin:a"
    first, following = world.reader.changes(account, limit=2)
    rest, end = world.reader.changes(account, limit=3, before=following)
    assert ([*first, *rest], end) == (list(whole), None)
    only, following = world.reader.changes(account, type_="standing", limit=1)
    assert ([change.position for change in only], following) == ([5], 5)
    assert world.reader.changes(an_account_number()) == ([], None)


def test_history_of_the_rules(world):
    (account,) = world.open()
    world.do(a_request(SetPolicy(reason="more trust", warning_percent=90), admin=True))
    world.charge(FeeRule(account=account, side="payee", fixed=1, basis_points=25))
    (policy,), _ = world.reader.changes("policy")
    assert (policy.type, policy.data["warning_percent"], policy.data["reason"]) == ("policy", 90, "more trust")
    (fees,), _ = world.reader.changes("fee-rules")
    assert (fees.type, fees.data["rules"][0]["basis_points"]) == ("fee-rules", 25)
    assert world.reader.policy().warning_percent == 90
