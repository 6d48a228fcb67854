"""Audit views: cursors while the book goes on, what is refused, who may ask, and where the work ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import psycopg
import pytest

from services.ledger.domain import ReverseTransfer
from services.ledger.handlers import Appender
from services.ledger.schemas.audits import QUESTIONS, cursor_of
from services.ledger.store.audits import Audits, Bounds
from services.ledger.store.lists import TrialBalances
from tests.ledger.audit_model import AuditModel, events_of
from tests.ledger.audited import Auditor, Played, played_book
from tests.ledger.factories import a_request, limiting, standing
from tests.ledger.fakes import Ticking
from tests.ledger.web import code_of
from tests.ledger.world import WIDE, World

pytestmark = pytest.mark.integration

NEEDED = {"sample": {"n": 10, "seed": "a"}, "search": {"text": "e"}, "near-limits": {"percent": 90}}
VIEWS = tuple(QUESTIONS)


@pytest.fixture
def auditor(reader) -> Auditor:
    return Auditor(reader)


@pytest.fixture
def world(writer, reader) -> World:
    clock = Ticking()
    made = World(Appender(writer, clock), reader)
    made.clock = clock
    return made


@pytest.fixture
def within(ledger_database, book):
    """Asks a view that may look at less: rows, and all the facts."""

    def ask(view: str, bounds: Bounds, **asked):
        asked = QUESTIONS[view].load({name: str(value) for name, value in asked.items()})
        with psycopg.connect(ledger_database.url, options="-c timezone=UTC") as connection:
            return Audits(book, TrialBalances(book), bounds).read(connection, view, asked)

    return ask


@pytest.fixture(scope="module")
def played(ledger_database) -> Iterator[Played]:
    """Played once; it only ever goes on."""
    with played_book(ledger_database.url, 4, 150) as made:
        yield made


@pytest.mark.parametrize("view", VIEWS)
def test_pages_stay_the_same_while_the_book_goes_on(played, view):
    """Page by page with writes between, or all at once before: the same rows."""
    asked, auditor = NEEDED.get(view, {}), played.auditor
    # Where transfers are shown as they are, what becomes of them is not what is compared.
    names = {"sample": "transfer_id", "search": "transfer_id"}.get(view)
    before = auditor.all(view, **asked, limit=500)
    page = auditor.ask(view, **asked, limit=2)
    rows = page["rows"]
    while page["next"]:
        played.random.go_on(3)
        page = auditor.ask(view, **asked, limit=2, after=page["next"])
        rows += page["rows"]
    assert len(rows) > 3
    assert [row[names] for row in rows] == [row[names] for row in before] if names else rows == before


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_book_has_nothing(auditor, view):
    page = auditor.ask(view, **NEEDED.get(view, {}))
    assert (page["rows"], page["next"]) == ([], None)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("role", "status"), [("public", 403), ("member", 403), ("service", 403), ("admin", 200)])
def test_who_may_ask(auditor, view, role, status):
    assert auditor.response(view, **NEEDED.get(view, {}), roles=[role]).status_code == status


ALONG = ("system-cancellations", "reversals", "limit-changes", "changes", "events", "sample", "rings", "search")


@pytest.mark.parametrize("view", ALONG)
def test_a_period_by_instants_is_the_one_by_positions(played, ledger_database, view):
    events, auditor = events_of(ledger_database.url, played.name), played.auditor
    low, high = len(events) // 4, 3 * len(events) // 4
    # The first event of its moment: `from` is inclusive, `to` exclusive.
    low = next(n for n in range(low, 1, -1) if events[n - 1]["time"] != events[n - 2]["time"])
    high = next(n for n in range(high, 1, -1) if events[n - 1]["time"] != events[n - 2]["time"])
    asked = NEEDED.get(view, {})
    by_time = auditor.ask(view, **asked, from_=events[low - 1]["time"], to=events[high - 1]["time"])
    by_position = auditor.ask(view, **asked, from_position=low, to_position=high - 1)
    assert by_time == by_position
    assert by_time["rows"]
    assert by_time["rows"] != auditor.ask(view, **asked)["rows"]
    places = [row.get("position", row.get("initiated_position", low)) for row in by_time["rows"]]
    assert low <= min(places) <= max(places) < high


def test_trial_balance_at_an_instant(played, ledger_database):
    events, auditor = events_of(ledger_database.url, played.name), played.auditor
    middle = next(n for n in range(len(events) // 2, 1, -1) if events[n - 1]["time"] != events[n - 2]["time"])
    page = auditor.ask("trial-balance", at=events[middle - 1]["time"])
    assert (page["position"], page["rows"]) == (middle - 1, AuditModel(events, middle - 1).trial_rows())
    near = auditor.ask("near-limits", at=events[middle - 1]["time"], percent=50)
    assert near["rows"] == AuditModel(events, middle - 1, 50).near_rows()


def test_percent_is_what_the_warning_level_leaves(auditor, world):
    one, other = world.open(2, max_negative=100, max_positive=1000)
    world.pay(one, other, 80)
    page = auditor.ask("near-limits")
    assert (page["percent"], [row["account"] for row in page["rows"]]) == (20, [one])


def test_since_when_by_limits_rather_than_by_the_balance(auditor, world):
    one, other = world.open(2, **WIDE)
    world.pay(one, other, 100)
    world.do(limiting(one, max_negative=110))
    changed = world.position
    world.do(standing(one, "frozen"), standing(one, "trading"), limiting(one, max_negative=50))
    world.pay(other, one, 30)
    (row,) = auditor.ask("near-limits")["rows"]
    assert (row["account"], row["since_position"], row["outside"], row["used_percent"]) == (one, changed, True, 140)


def test_since_when_begins_anew_on_the_other_side(auditor, world):
    one, other = world.open(2, max_negative=100, max_positive=100)
    world.pay(one, other, 95)
    world.pay(other, one, 190)
    assert {row["since_position"] for row in auditor.ask("near-limits")["rows"]} == {world.position}


def test_a_limit_of_zero_is_the_worst(auditor, world):
    one, other = world.open(2, **WIDE)
    world.pay(one, other, 1)
    world.do(limiting(one, max_negative=0), limiting(other, max_positive=1))
    rows = auditor.ask("near-limits")["rows"]
    assert [(row["account"], row["used_percent"], row["outside"]) for row in rows] == [
        (one, None, True), (other, 100, False),
    ]  # fmt: skip


def test_since_when_is_bounded_and_says_so(world, within):
    one, other = world.open(2, max_negative=1000, max_positive=1000)
    world.pay(one, other, 900)
    positions = [world.position]
    for _ in range(4):
        world.pay(one, other, 1)
        positions.append(world.position)

    def since(postings: int):
        rows = within("near-limits", Bounds(postings=postings), percent=20).rows
        return {(row["since_position"], row["since_exact"]) for row in rows}

    assert since(6) == {(positions[0], True)}
    assert since(5) == {(positions[0], False)}
    assert since(3) == {(positions[2], False)}


def test_search_goes_on_where_its_bound_stopped(world, within):
    one, other = world.open(2, **WIDE)
    known = [world.pay(one, other, 1, "Äpfel" if number % 4 == 0 else "rent") for number in range(12)]
    found, after = [], {}
    for _ in range(10):
        page = within("search", Bounds(positions=5), text="äPF", **after)
        assert page.facts["looked_to"] - page.facts["looked_from"] <= 4
        found += [row["transfer_id"] for row in page.rows]
        if page.next is None:
            break
        after = {"after": cursor_of(page.next)}
    assert (found, page.next) == (known[8::-4], None)


def test_rings_say_what_was_not_looked_at(world, within):
    accounts = world.open(4, **WIDE)
    for amount, (one, other) in enumerate(pairwise(accounts), 10):
        world.pay(one, other, amount)
        world.pay(other, one, amount)

    def seen(**bounds: int):
        page = within("rings", Bounds(**bounds))
        return [row["amount"] for row in page.rows], page.facts["complete"], page.facts["all_above"]

    assert seen() == ([12, 11, 10], True, 0)
    # Half of the smallest pair is cut off.
    assert seen(flows=5) == ([12, 11], False, 10)
    assert seen(rings=1) == ([12], False, 11)


def test_a_reversal_later_changes_no_ring_of_before(auditor, world):
    one, other = world.open(2, **WIDE)
    paid = world.pay(one, other, 7)
    world.pay(other, one, 9)
    then = world.position
    before = auditor.ask("rings")
    world.do(a_request(ReverseTransfer(transfer_id=paid, reason="wrong"), admin=True))
    world.administer((one, -9), (other, 9))
    assert [row["amount"] for row in before["rows"]] == [7]
    assert auditor.ask("rings", to_position=then)["rows"] == before["rows"]
    # Asked anew of a database that remembers nothing.
    assert auditor.ask("rings", to_position=then, from_position=2)["rows"] == before["rows"]
    assert auditor.ask("rings")["rows"] == []


def test_a_reversal_tells_who_why_and_how_late(auditor, world):
    one, other = world.open(2, **WIDE)
    paid = world.pay(one, other, 7, "eggs")
    world.clock.now += timedelta(days=3, hours=1)
    reverse = a_request(ReverseTransfer(transfer_id=paid, reason="sent twice"), admin=True)
    authority = replace(reverse.authority, on_behalf_of="u9")
    (undone,) = world.do(replace(reverse, authority=authority))
    (row,) = auditor.ask("reversals")["rows"]
    assert (row["reversal_id"], row["original_id"]) == (undone["transfer_id"], paid)
    assert (row["payer"], row["payee"], row["amount"]) == (other, one, 7)
    assert (row["actor"], row["on_behalf_of"], row["reason"]) == ("admin:a", "u9", "sent twice")
    assert (row["original_description"], row["delay_seconds"]) == ("eggs", 3 * 86400 + 3600)


REFUSED = {
    "limit of nothing": ("changes", {"limit": 0}, "limit"),
    "limit too large": ("changes", {"limit": 501}, "limit"),
    "two beginnings": ("changes", {"from_": "2026-01-01T00:00:00Z", "from_position": 3}, "from_position"),
    "two ends": ("reversals", {"to": "2026-01-01T00:00:00Z", "to_position": 3}, "to_position"),
    "two points": ("trial-balance", {"at": "2026-01-01T00:00:00Z", "position": 1}, "at"),
    "no time": ("search", {"text": "x", "from_": "yesterday"}, "from"),
    "time without offset": ("search", {"text": "x", "from_": "2026-01-01T00:00:00"}, "from"),
    "no text": ("search", {}, "text"),
    "text with a NUL": ("search", {"text": "a\0b"}, "text"),
    "text too long": ("search", {"text": "x" * 101}, "text"),
    "no seed": ("sample", {"n": 1}, "seed"),
    "empty seed": ("sample", {"n": 1, "seed": ""}, "seed"),
    "sample too large": ("sample", {"n": 1001, "seed": "a"}, "n"),
    "sample of nothing": ("sample", {"n": 0, "seed": "a"}, "n"),
    "percent of all": ("near-limits", {"percent": 100}, "percent"),
    "ring of one": ("rings", {"length": 1}, "length"),
    "ring of six": ("rings", {"length": 6}, "length"),
    "amount below nothing": ("rings", {"min_amount": "-1"}, "min_amount"),
    "amount with a point": ("rings", {"min_amount": "1.5"}, "min_amount"),
    "type that there is not": ("events", {"type": "transfer-dreamt"}, "type"),
    "no account": ("events", {"account": "12"}, "account"),
    "unknown field": ("rings", {"colour": "red"}, "colour"),
    "no cursor": ("changes", {"after": "x"}, "after"),
    "no base64": ("changes", {"after": "ä?"}, "after"),
    "empty cursor": ("changes", {"after": ""}, "after"),
    "cursor of another view": ("rings", {"after": cursor_of((1, 2))}, "after"),
    "cursor with a truth": ("changes", {"after": cursor_of((1, True))}, "after"),
    "cursor that is too large": ("changes", {"after": cursor_of((1, 2**64 - 1))}, "after"),
    "cursor of what has not happened": ("changes", {"after": cursor_of((10**6, 1))}, "after"),
    "position that was not reached": ("trial-balance", {"position": 10**6}, "position"),
    "end that was not reached": ("limit-changes", {"to_position": 10**6}, "to_position"),
    "beginning that was not reached": ("limit-changes", {"from_position": 10**6}, "from_position"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_makes_no_sense_is_named(auditor, what):
    view, asked, field = REFUSED[what]
    response = auditor.response(view, **asked)
    assert code_of(response) == (400, "request.invalid"), response.text
    assert list(response.json["errors"]) == [field]


def test_an_unknown_view_is_told_what_there_is(auditor):
    response = auditor.response("everything")
    assert code_of(response) == (404, "audit.unknown_view")
    assert all(view in response.json["detail"] for view in VIEWS)


def test_rows_are_plain(played):
    """A CSV is its rows: no lists, no objects, the same columns in each; times as everywhere."""
    for view in VIEWS:
        rows = played.auditor.ask(view, **NEEDED.get(view, {}))["rows"]
        assert rows, view
        assert len({tuple(row) for row in rows}) == 1
        for value in (value for row in rows for value in row.values()):
            assert value is None or isinstance(value, str | int)
        for row in rows:
            assert all(datetime.fromisoformat(row[name]).tzinfo for name in row if "time" in name)
