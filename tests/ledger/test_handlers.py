"""Batches on the store in memory: idempotency, failures, unknown outcomes, news from elsewhere."""

import orjson
import pytest

from services.ledger.chain import genesis_hash, link
from services.ledger.domain import InitiateTransfer
from services.ledger.handlers import Appender, OutOfOrder, Refused
from services.ledger.store import Interrupted
from tests.ledger.factories import a_request, accepting, an_account_number, opening, paying, standing
from tests.ledger.fakes import BOOK, MemoryStore, Ticking, decoded


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def appender(store, clock) -> Appender:
    return Appender(store, clock)


@pytest.fixture
def pair(appender) -> tuple[str, str]:
    numbers = an_account_number(), an_account_number()
    appender.execute([opening(number) for number in numbers])
    return numbers


def test_batch_has_one_time_gapless_positions_and_a_chain(store, appender):
    appender.execute([opening(an_account_number()) for _ in range(3)])
    appender.execute([opening(an_account_number())])
    previous = genesis_hash(BOOK)
    for position, row in enumerate(store.events, start=1):
        assert (row.position, row.prev_hash) == (position, previous)
        previous = link(previous, position, row.body.encode())
        assert row.hash == previous
    times = [orjson.loads(row.body)["time"] for row in store.events]
    assert times[0] == times[1] == times[2] < times[3]
    assert store.head.hash == previous


def test_books_never_share_a_chain():
    assert genesis_hash("main") != genesis_hash("main2")


def test_time_goes_on_when_the_clock_goes_back(store, appender, clock):
    appender.execute([opening(an_account_number())])
    clock.now = clock.now.replace(year=2020)
    appender.execute([opening(an_account_number())])
    first, second = (orjson.loads(row.body)["time"] for row in store.events)
    assert first < second < "2026-01-01T00:00:01"


def test_envelope_says_who_why_and_after_what(store, appender):
    request = opening(an_account_number())
    appender.execute([request])
    envelope = orjson.loads(store.events[0].body)
    assert envelope["source"] == f"/ledger/{BOOK}"
    assert envelope["partitionkey"] == BOOK
    assert envelope["correlationid"] == "correlation-1"
    assert envelope["actor"] == "user:u"
    assert envelope["sequence"] == f"{1:020}"
    assert envelope["id"][14] == "7"


def test_refused_command_fails_alone_and_is_remembered(store, appender, pair):
    payer, payee = pair
    good, bad, last = paying(payer, payee, 1), paying(payer, payee, 99_999), paying(payer, payee, 2)
    outcomes = decoded(appender.execute([good, bad, last]))
    assert [outcome.ok for outcome in outcomes] == [True, False, True]
    assert (outcomes[1].code, outcomes[1].extra) == ("transfer.limit_exceeded", {"max_possible": 1000})
    assert len(store.events) == 4
    assert store.outcomes[bad.scope, bad.key][1] == appender.execute([bad])[0]


def test_refusal_stays_when_the_state_would_allow_it_now(appender, pair):
    payer, payee = pair
    early = accepting("0190a8a0-0000-7000-8000-000000000000", payee)
    (first,) = appender.execute([early])
    frozen = paying(payer, payee)
    appender.execute([standing(payer, "frozen")])
    (refused,) = appender.execute([frozen])
    appender.execute([standing(payer, "trading")])
    assert appender.execute([frozen, early]) == [refused, first]
    assert decoded(appender.execute([paying(payer, payee)]))[0].ok


def test_repetition_gets_the_first_answer_even_within_a_batch(store, appender, pair):
    payer, payee = pair
    request = paying(payer, payee, key="same")
    answers = appender.execute([request, request]) + appender.execute([request])
    assert len(set(answers)) == 1
    transfer_id = decoded(answers)[0].document["transfer_id"]
    appender.execute([accepting(transfer_id, payee)])
    assert decoded(appender.execute([request]))[0].document["status"] == "initiated"
    assert len(store.transfers) == 1


def test_key_with_another_body_is_refused_and_changes_nothing(store, appender, pair):
    payer, payee = pair
    appender.execute([paying(payer, payee, 1, key="same")])
    (outcome,) = decoded(appender.execute([paying(payer, payee, 2, key="same")]))
    assert outcome.code == "idempotency.key_reused"
    (again,) = decoded(appender.execute([paying(payer, payee, 1, key="same")]))
    assert again.ok
    assert len(store.transfers) == 1


def test_keys_of_different_callers_are_different(store, appender, pair):
    payer, payee = pair
    for scope in ("user:one", "user:two"):
        appender.execute([paying(payer, payee, key="same", scope=scope)])
    assert len(store.transfers) == 2


def test_defect_met_by_one_command_does_not_stop_the_others(store, appender, pair):
    payer, payee = pair
    broken = a_request(
        InitiateTransfer(initiator=payer, counterparty=payee, direction="pay", amount="1"), payer
    )  # fmt: skip
    outcomes = decoded(appender.execute([paying(payer, payee), broken, paying(payer, payee)]))
    assert [outcome.code for outcome in outcomes] == ["", "internal", ""]
    assert (broken.scope, broken.key) not in store.outcomes
    assert len(store.events) == 4


def test_rows_that_the_database_refuses_fail_alone(store, appender, pair):
    payer, payee = pair
    proposals = decoded(appender.execute([paying(payer, payee, amount) for amount in (1, 2, 3)]))
    store.refuses_amount = 2
    outcomes = decoded(appender.execute([accepting(p.document["transfer_id"], payee) for p in proposals]))
    assert [outcome.code for outcome in outcomes] == ["", "internal", ""]
    assert store.accounts[payee].balance == 4


@pytest.mark.parametrize("moments", [["before"], ["after"], ["before", "after"], ["after", "before"]])
def test_unknown_outcome_is_settled_by_the_keys(store, appender, pair, moments):
    store.interruptions = list(moments)
    outcomes = decoded(appender.execute([paying(*pair, 1), paying(*pair, 2)]))
    assert [outcome.position for outcome in outcomes] == [3, 4]
    assert len(store.transfers) == 2


def test_store_that_stays_away_is_told(store, appender, pair):
    store.interruptions = ["before"] * 3
    with pytest.raises(Interrupted):
        appender.execute([paying(*pair)])
    assert decoded(appender.execute([paying(*pair)]))[0].ok


def test_news_are_applied_once(store, appender):
    number = an_account_number()
    news = [(1, [opening(number)]), (2, []), (3, [standing(number, "frozen")])]
    appender.follow("d/d", news[:2])
    appender.follow("d/d", news)
    appender.follow("d/d", news)
    assert store.applied == {"d/d": 3}
    assert store.accounts[number].standing == "frozen"
    assert len(store.events) == 2


def test_news_after_a_hole_are_refused(store, appender):
    with pytest.raises(OutOfOrder):
        appender.follow("d/d", [(2, [opening(an_account_number())])])
    assert store.events == []
    assert not store.is_open


def test_news_that_the_rules_refuse_change_nothing(store, appender):
    known = an_account_number()
    with pytest.raises(Refused, match=r"account\.unknown"):
        appender.follow("d/d", [(1, [opening(known)]), (2, [standing(an_account_number(), "frozen")])])
    assert (store.events, store.applied, store.is_open) == ([], {}, False)
