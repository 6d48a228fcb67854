"""Accounts follow the directory: each news once, whatever is delivered twice, in the order of the directory."""

import threading

import psycopg
import pytest

from events.directory import EntityClosed, EntityRegistered, EntityStatusChanged, Profile, UserRegistered
from services.chassis.consuming import Loop
from services.chassis.process import Stop
from services.ledger.consumer import AccountsFollowDirectory
from services.ledger.handlers import Appender, Refused
from tests.eventlog import EventLog, deliver
from tests.ledger.factories import accepting, an_account_number, limiting, paying
from tests.ledger.fakes import MemoryReader, MemoryStore, Ticking, decoded
from tests.waiting import wait_until


def registered(account: str, status: str = "pending") -> EntityRegistered:
    return EntityRegistered(
        entity_id=f"entity-{account}",
        account=account,
        status=status,
        profile=Profile(name="Eggs & Co"),
        offers=["eggs"],
        wants=[],
        categories=[],
    )


def changed(account: str, status: str) -> EntityStatusChanged:
    return EntityStatusChanged(entity_id=f"entity-{account}", account=account, previous="pending", status=status)


def closed(account: str) -> EntityClosed:
    return EntityClosed(entity_id=f"entity-{account}", account=account)


def a_user() -> UserRegistered:
    return UserRegistered(user_id="u", kind="member", email="u@dev.null")


@pytest.fixture
def directory() -> EventLog:
    return EventLog("directory.events", "directory")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def projection(store) -> AccountsFollowDirectory:
    return AccountsFollowDirectory(Appender(store, Ticking()), MemoryReader(store))


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("pending", "frozen"),
        ("accepted", "frozen"),
        ("rejected", "frozen"),
        ("tradingPending", "frozen"),
        ("tradingRejected", "frozen"),
        ("tradingAccepted", "trading"),
    ],
)
def test_standing_follows_the_status(directory, projection, store, status, standing):
    at_once, later = an_account_number(), an_account_number()
    directory.tell(registered(at_once, status))
    directory.tell(registered(later))
    directory.tell(changed(later, status))
    deliver(projection, directory.records)
    assert store.accounts[at_once].standing == store.accounts[later].standing == standing
    assert (store.accounts[later].max_negative, store.accounts[later].max_positive) == (0, 50_000)
    assert store.accounts[later].entity_id == f"entity-{later}"


def test_closed_entity_closes_its_account(directory, projection, store):
    number = an_account_number()
    directory.tell(registered(number))
    directory.tell(closed(number))
    deliver(projection, directory.records)
    assert store.accounts[number].standing == "closed"


def test_events_name_their_cause(directory, projection, store):
    record = directory.tell(registered(an_account_number()))
    deliver(projection, directory.records)
    envelope = projection.decode(store.events[0].body.encode())
    assert envelope.causationid == record.envelope.id
    assert envelope.correlationid == record.envelope.correlationid
    assert envelope.actor == record.envelope.actor


def test_unknown_news_count_as_read(directory, projection, store):
    directory.tell(a_user())
    deliver(projection, directory.records)
    assert projection.position(directory.source) == 1
    assert store.events == []


def test_redelivery_has_no_effect(directory, projection, store):
    number = an_account_number()
    for event in (registered(number), a_user(), changed(number, "tradingAccepted"), changed(number, "accepted")):
        directory.tell(event)
    deliver(projection, directory.records)
    events = list(store.events)
    for start in range(4):
        deliver(projection, directory.records[start:])
        projection.apply(directory.source, directory.records)
    assert store.events == events
    assert projection.position(directory.source) == 4


def test_disagreement_halts(directory, projection, store):
    """A status of an account that was never opened: something is lost, a person must look."""
    directory.tell(changed(an_account_number(), "accepted"))
    with pytest.raises(SystemExit):
        deliver(projection, directory.records)
    assert (store.events, store.applied) == ([], {})


def test_bytes_that_are_no_event_halt(directory, projection, store):
    directory.append(b"{}")
    with pytest.raises(SystemExit):
        deliver(projection, directory.records)
    assert store.applied == {}


@pytest.mark.integration
def test_demotion_ends_pending_transfers_in_the_same_transaction(directory, appender, reader, book, ledger_database):
    """Effect and position are stored together: after a refused batch neither is there."""
    projection = AccountsFollowDirectory(appender, reader)
    one, other = an_account_number(), an_account_number()
    directory.tell(registered(one, "tradingAccepted"))
    directory.tell(registered(other, "tradingAccepted"))
    deliver(projection, directory.records)
    _, proposal = decoded(appender.execute([limiting(one, max_negative=10), paying(one, other, 10)]))
    transfer_id = proposal.document["transfer_id"]
    demotion = directory.tell(changed(other, "rejected"))
    unknown = directory.tell(changed(an_account_number(), "rejected"))
    with pytest.raises(Refused):
        projection.apply(directory.source, [demotion, unknown])
    assert projection.position(directory.source) == 2
    assert reader.transfer(transfer_id).status == "initiated"
    projection.apply(directory.source, [demotion])
    assert projection.position(directory.source) == 3
    assert reader.transfer(transfer_id).cancellation.code == "account_not_trading"
    (late,) = decoded(appender.execute([accepting(transfer_id, other)]))
    assert late.code == "transfer.already_closed"


@pytest.mark.integration
def test_two_consumers_at_once_apply_each_news_once(directory, writer, reader, book, ledger_database):
    """A rebalance can give a partition to two for a moment: the book's lock orders them."""
    from services.chassis.clock import system_clock
    from services.ledger.store import Writer

    for number in (an_account_number() for _ in range(30)):
        directory.tell(registered(number))

    def follow(step: int) -> None:
        own = Writer(ledger_database.url, book)
        projection = AccountsFollowDirectory(Appender(own, system_clock), reader)
        for start in range(0, 30, step):
            projection.apply(directory.source, directory.records[max(0, start - 3) : start + step])
        own.close()

    threads = [threading.Thread(target=follow, args=(step,)) for step in (3, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(ledger_database.url) as connection:
        opened = connection.execute("SELECT count(*), max(position) FROM events WHERE book = %s", [book]).fetchone()
    assert opened == (30, 30)
    assert reader.followed(directory.source) == 30


@pytest.mark.integration
def test_news_arrive_over_kafka(fresh_topic, kafka_bootstrap, appender, reader):
    """With duplicates in the topic, as a relay that was killed leaves them."""
    log = EventLog(fresh_topic, "directory")
    numbers = [an_account_number() for _ in range(3)]
    for number in numbers:
        log.tell(registered(number, "tradingAccepted"))
    log.publish(kafka_bootstrap, log.records[:2])
    log.publish(kafka_bootstrap)
    stop = Stop()
    loop = Loop(AccountsFollowDirectory(appender, reader), kafka_bootstrap, f"g.{fresh_topic}", [fresh_topic], stop)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        wait_until(lambda: reader.followed(log.source) == 3, 40)
    finally:
        stop.request()
        thread.join()
    assert [account.version for account in reader.accounts(numbers)] == [1, 2, 3]
