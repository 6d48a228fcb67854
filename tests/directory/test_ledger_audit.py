"""What the ledger tells is in the audit log: once, in order, with ids and amounts, and nothing that people wrote."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from events import codec, ledger
from events.topics import LEDGER_EVENTS
from services.chassis.process import Stop
from services.directory import ledger_audit
from services.directory.domain import EntityChange
from services.directory.domain.audit import Entry
from services.directory.handlers import audit_checks, members
from services.directory.handlers.writing import By, Directory, note
from services.directory.ledger_audit import AuditProjection
from services.directory.store import Store
from tests.directory.gateway import Gateway
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.waiting import wait_until

SECRET = "m4rked: for the divorce lawyer"


@pytest.fixture
def log() -> EventLog:
    return EventLog(LEDGER_EVENTS, "main")


@pytest.fixture
def projection(directory: Directory) -> AuditProjection:
    return AuditProjection(directory)


def entries(store: Store) -> list[dict[str, Any]]:
    return list(store.database["audit"].find({"action": {"$not": {"$regex": "^entity"}}}).sort("_id", 1))


def told(store: Store) -> list[str]:
    return [entry["action"] for entry in entries(store)]


def everything(a: str, b: str) -> list[Any]:
    paid, asked = given.a_transfer(a, b, description=SECRET), given.a_transfer(a, b, direction="request")
    other, third, fourth = (given.a_transfer(a, b) for _ in range(3))
    by_admin = given.an_admin_transfer((a, -500), (b, 500), description=SECRET)
    back = given.an_admin_transfer((b, -2500), (a, 2500), kind="reversal", reverses=paid.transfer_id)
    policy = {"default_max_negative": 0, "default_max_positive": 50000, "expires_after_days": 30}
    policy |= {"reminder_days": 7, "warning_percent": 80, "reason": "first"}
    fee = ledger.FeeRule(account="9", side="payer", fixed=5, basis_points=10)
    return [
        ledger.AccountOpened(account=a, entity_id="e", max_negative=0, max_positive=50000, standing="frozen"),
        ledger.AccountStandingChanged(account=a, standing="trading", previous="frozen", reason="accepted"),
        given.limits_changed(a),
        ledger.AccountConsentChanged(account=a, rules=[ledger.ConsentRule(party="any", direction="pay")]),
        paid, given.completed(paid), asked, given.cancelled(asked, "rejected", reason=SECRET, by=b),
        other, given.expiring(other), given.cancelled(other, "expired", code="expired"),
        third, given.cancelled(third, "cancelled", reason=SECRET, code="withdrawn", by=a),
        fourth, given.cancelled(fourth, "system", code="limit_exceeded"),
        by_admin, given.completed(by_admin, accepted_by=None), back, given.completed(back, accepted_by=None),
        ledger.BookPolicyChanged(**policy),
        ledger.BookPolicyChanged(**{**policy, "warning_percent": 90, "reason": "earlier is too early"}),
        ledger.FeeRulesChanged(rules=[fee], reason="for the hall"),
    ]  # fmt: skip


def test_everything_that_changes_something_is_an_entry(
    gateway: Gateway, projection: AuditProjection, store: Store, log: EventLog
):
    ann, bob = gateway.sign_up(), gateway.sign_up()
    for event in everything(ann.account, bob.account):
        log.tell(event)
    # In two batches: a transfer may be ended in another one than it was begun in.
    assert deliver(projection, log.records[:7])
    assert deliver(projection, log.records[7:])
    assert told(store) == [
        "account.opened", "account.standing-changed", "account.limits-changed", "account.consent-changed",
        "transfer.initiated", "transfer.accepted", "transfer.initiated", "transfer.rejected",
        "transfer.initiated", "transfer.expired", "transfer.initiated", "transfer.cancelled",
        "transfer.initiated", "transfer.cancelled-by-system", "transfer.initiated", "transfer.completed",
        "transfer.initiated", "transfer.completed", "book.policy-changed", "book.policy-changed",
        "book.fee-rules-changed",
    ]  # fmt: skip
    by_action = {entry["action"]: entry for entry in entries(store)}
    both = {f"account/{ann.account}", f"account/{bob.account}", f"entity/{ann.entity_id}", f"entity/{bob.entity_id}"}
    for action in ("initiated", "accepted", "rejected", "expired", "cancelled", "cancelled-by-system", "completed"):
        assert set(by_action[f"transfer.{action}"]["concerns"]) == both, action
    limits = by_action["account.limits-changed"]
    assert limits["concerns"] == [f"entity/{ann.entity_id}"]
    assert limits["details"]["before"] == {"max_negative": 0, "max_positive": 50000}
    assert (limits["details"]["after"]["max_negative"], limits["details"]["reason"]) == (10000, "trusted")
    policy = by_action["book.policy-changed"]["details"]
    assert (policy["before"]["warning_percent"], policy["after"]["warning_percent"]) == (80, 90)
    assert by_action["transfer.accepted"]["details"]["after"]["moved"][0]["amount"] == -2500
    assert audit_checks.verify(store).finding is None


def test_no_text_and_no_balance_is_told(gateway: Gateway, projection: AuditProjection, store: Store, log: EventLog):
    ann, bob = gateway.sign_up(), gateway.sign_up()
    for event in everything(ann.account, bob.account):
        log.tell(event)
    assert SECRET in repr(log.records)
    deliver(projection, log.records)
    assert SECRET not in repr(entries(store))
    assert "balance" not in repr(entries(store))


def test_the_real_actor_and_the_request_are_told(projection: AuditProjection, store: Store, log: EventLog):
    record = log.tell(given.limits_changed("1"))
    assert record.envelope
    envelope = replace(record.envelope, actor="admin:x", onbehalfof="user:y", correlationid="req")
    log.records[0] = replace(record, envelope=envelope, raw=codec.encode(envelope))
    deliver(projection, log.records)
    (entry,) = entries(store)
    assert (entry["actor"], entry["on_behalf_of"], entry["correlation_id"]) == ("admin:x", "user:y", "req")
    assert entry["details"]["after"]["at"] == envelope.time
    assert entry["source"] == f"{LEDGER_EVENTS}/main/1"


def test_redelivery_of_any_kind_tells_nothing_twice(projection: AuditProjection, store: Store, log: EventLog):
    for number in range(40):
        log.tell(given.limits_changed(str(number)))
    for start, end in ((0, 10), (0, 10), (5, 20), (0, 20), (20, 40), (0, 40)):
        deliver(projection, log.records[start:end])
    with ThreadPoolExecutor(4) as threads:
        # Two consumers that both believe a partition is theirs.
        list(threads.map(lambda _: projection.apply(log.source, log.records), range(4)))
    assert [entry["subject"] for entry in entries(store)] == [f"account/{number}" for number in range(40)]
    assert projection.position(log.source) == 40
    assert audit_checks.verify(store).finding is None


def test_commands_go_on_beside_it_and_the_chain_stays_whole(
    gateway: Gateway, directory: Directory, projection: AuditProjection, store: Store, log: EventLog
):
    member = gateway.sign_up()
    for number in range(300):
        log.tell(given.limits_changed(str(number)))
    by = By(actor=f"user:{member.user_id}", correlation_id="t")

    def change(number: int) -> None:
        members.change_entity(directory, by, member.entity_id, EntityChange(profile={"city": f"City {number}"}))
        note(directory, by, Entry(action="login.succeeded", subject=f"user/{member.user_id}"))

    with ThreadPoolExecutor(4) as threads:
        batches = [threads.submit(deliver, projection, log.records[start : start + 50]) for start in (0,)]
        changes = [threads.submit(change, number) for number in range(6)]
        for each in (*batches, *changes):
            each.result()
        for start in range(50, 300, 50):
            deliver(projection, log.records[start : start + 50])
    assert store.audit_reading.head().position == 1 + 300 + 12
    assert audit_checks.verify(store).finding is None


def test_it_follows_the_topic_by_a_group_of_its_own(
    directory: Directory, store: Store, kafka_bootstrap: str, fresh_topic: str
):
    log = EventLog(fresh_topic, "main")
    for number in range(5):
        log.tell(given.limits_changed(str(number)))
    log.publish(kafka_bootstrap)
    stop = Stop()
    asked = (directory, kafka_bootstrap, stop, f"group.{fresh_topic}", fresh_topic)
    thread = threading.Thread(target=ledger_audit.follow, args=asked)
    thread.start()
    try:
        wait_until(lambda: len(entries(store)) == 5, seconds=60)
    finally:
        stop.request()
        thread.join(30)
    assert audit_checks.verify(store).finding is None
