"""Audit views of random books in PostgreSQL, against a model that reads nothing but the events."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from services.ledger.rings import Flow, Ring
from tests.ledger.audit_model import AuditModel, Event, events_of
from tests.ledger.audited import Auditor, Played, played_book
from tests.ledger.test_rings import by_brute_force

pytestmark = pytest.mark.integration

SEEDS = (1, 2, 3)
Row = Mapping[str, Any]


@pytest.fixture(scope="module", params=SEEDS)
def played(request, ledger_database) -> Iterator[Played]:
    """Played once: nothing here changes it."""
    with played_book(ledger_database.url, request.param, 250) as made:
        yield made


@pytest.fixture
def auditor(played) -> Auditor:
    return played.auditor


@pytest.fixture(scope="module")
def events(played, ledger_database) -> list[Event]:
    return events_of(ledger_database.url, played.name)


def only(rows: Sequence[Row], model: Sequence[Row]) -> list[dict[str, Any]]:
    """The columns that the model knows."""
    assert model, "the random book has none of these: nothing is shown"
    return [{name: row[name] for name in model[0]} for row in rows]


def test_trial_balance_as_of_every_position(auditor, events):
    for position in range(0, len(events) + 1, 7):
        model = AuditModel(events, position).trial_rows()
        page = auditor.ask("trial-balance", position=position)
        assert page["rows"] == model
        owed = sum(account["balance"] for account in model if account["balance"] > 0)
        assert (page["sum"], page["total_positive"], page["total_negative"]) == (0, owed, -owed)


@pytest.mark.parametrize("percent", [0, 20, 60, 99])
def test_near_limits_and_since_when_at_every_position(auditor, events, percent):
    found = 0
    for position in range(7, len(events) + 1, 5):
        page = auditor.ask("near-limits", position=position, percent=percent)
        model = AuditModel(events, position, percent).near_rows()
        assert page["rows"] == model
        assert page["total"] == len(model)
        found += len(model)
    assert found > 5


def test_system_cancellations(auditor, events):
    model = AuditModel(events).system_cancelled()
    assert only(auditor.all("system-cancellations", limit=2), model) == model


def test_reversals(auditor, events):
    model = AuditModel(events).reversed()
    assert only(auditor.all("reversals", limit=2), model) == model


def test_limit_changes(auditor, events):
    model = AuditModel(events).limit_changes
    assert auditor.all("limit-changes", limit=3) == [{name: row[name] for name in COLUMNS} for row in model]
    assert {row["outside_after"] for row in model} == {True, False}


COLUMNS = (
    "position", "time", "account", "previous_max_negative", "previous_max_positive", "max_negative", "max_positive",
    "reason", "actor", "balance", "outside_after",
)  # fmt: skip


@pytest.mark.parametrize(("n", "limit"), [(1, 100), (12, 5), (1000, 100)])
def test_sample_by_the_rule(auditor, events, n, limit):
    model = AuditModel(events)
    for seed in ("a", "Prüfung 2026, Teil 1"):
        rows = auditor.all("sample", n=n, seed=seed, limit=limit)
        assert [row["transfer_id"] for row in rows] == model.sampled(seed, n)
        assert [row["draw"] for row in rows] == sorted({row["draw"] for row in rows})


def test_sample_of_a_period(auditor, events):
    model = AuditModel(events)
    page = auditor.ask("sample", n=9, seed="a", from_position=30, to_position=120)
    assert [row["transfer_id"] for row in page["rows"]] == model.sampled("a", 9, 30, 120)
    assert page["of"] == len(model.sampled("a", 1000, 30, 120))


@pytest.mark.parametrize("part", [(0, 1), (0, 0.6), (0.3, 0.8)], ids=["all", "begin", "middle"])
def test_rings(auditor, events, part):
    low, high = 1 + int(part[0] * len(events)), int(part[1] * len(events))
    every = by_brute_force(flows(AuditModel(events), low, high), 5)
    assert every
    for length in (2, 3, 5):
        model = [ring for ring in every if len(ring.accounts) <= length]
        asked = {"length": length, "from_position": low, "to_position": high}
        assert [ring_of(row) for row in auditor.all("rings", **asked, limit=4)] == model
        page = auditor.ask("rings", **asked)
        assert (page["complete"], page["all_above"]) == (True, 0)


def test_rings_of_some_size_alone(auditor, events):
    every = by_brute_force(flows(AuditModel(events), 1, len(events)), 5)
    for least in sorted({ring.amount for ring in every}):
        rows = auditor.all("rings", min_amount=least)
        assert [ring_of(row) for row in rows] == [ring for ring in every if ring.amount >= least]


def flows(model: AuditModel, low: int, high: int) -> list[Flow]:
    found = []
    for pair, paid in model.flows(low, high).items():
        times = sorted(datetime.fromisoformat(each["time"]) for each in paid)
        found.append(Flow(*pair, sum(each["amount"] for each in paid), len(paid), times[0], times[-1]))
    return found


def ring_of(row: Row) -> Ring:
    accounts = tuple(row[f"account_{number}"] for number in range(1, row["length"] + 1))
    times = (datetime.fromisoformat(row[name]) for name in ("first_time", "last_time"))
    return Ring(accounts, row["amount"], row["payments"], row["rounds"], *times)


def test_changes_are_all_events(auditor, events):
    rows = auditor.all("changes", limit=41)
    assert [row["position"] for row in rows] == list(range(1, len(events) + 1))
    names = ("time", "type", "subject", "actor")
    assert [[row[name] for name in names] for row in rows] == [[event[name] for name in names] for event in events]


def concerned(event: Event, parties: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The accounts that an event names, and those of the transfer that it ends."""
    data = event["data"]
    named = {each["account"] for each in (*data.get("legs", ()), *data.get("entries", ()))}
    named |= {data[name] for name in ("account", "initiator", "accepted_by", "by") if data.get(name)}
    named |= {rule.get("party") or rule["account"] for rule in data.get("rules", ())}
    return named | set(parties.get(data.get("transfer_id", ""), ()))


@pytest.mark.parametrize("type_", [None, "transfer-cancelled", "transfer-completed", "account-limits-changed"])
def test_events_are_found_by_type_and_account_newest_first(auditor, events, type_):
    parties = {
        event["data"]["transfer_id"]: (event["data"]["payer"], event["data"]["payee"])
        for event in events if event["type"] == "ledger.transfer-initiated.v1"
    }  # fmt: skip
    of_type = [event for event in reversed(events) if type_ in (None, event["type"][len("ledger.") : -len(".v1")])]
    asked = {} if type_ is None else {"type": type_}
    assert [row["position"] for row in auditor.all("events", limit=41, **asked)] == [
        int(event["sequence"]) for event in of_type
    ]
    for account in sorted({number for pair in parties.values() for number in pair})[:3]:
        model = [int(event["sequence"]) for event in of_type if account in concerned(event, parties)]
        assert [row["position"] for row in auditor.all("events", limit=7, account=account, **asked)] == model
        assert model or type_ == "account-limits-changed"


@pytest.mark.parametrize("text", ["egg", "EGGS", "50%", "r_s", "k\\s", "ÄPF", "inv-7", "no such thing"])
def test_search(auditor, events, text):
    model = [
        data["transfer_id"]
        for event in reversed(events)
        if (data := event["data"]) and event["type"] == "ledger.transfer-initiated.v1"
        and any(text.lower() in (data.get(name) or "").lower() for name in ("description", "reference"))
    ]  # fmt: skip
    assert [row["transfer_id"] for row in auditor.all("search", text=text, limit=3)] == model
    assert bool(model) == (text != "no such thing")
