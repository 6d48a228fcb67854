"""Committed events reach Kafka, in order, without a hole, whoever is killed."""

import itertools

import pytest

from services.chassis.consuming import read_topic
from services.ledger.store.outbox import EventOutbox
from tests.ledger.factories import an_account_number, opening
from tests.ledger.processes import Instance, kill
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


@pytest.fixture
def outbox(ledger_database, book):
    made = EventOutbox(ledger_database.url, book)
    yield made
    made.close()


def test_outbox_gives_events_after_the_cursor_in_order(outbox, appender, book):
    appender.execute([opening(an_account_number()) for _ in range(5)])
    epoch = outbox.lead()
    page = outbox.read(3)
    assert [record.position for record in page] == [1, 2, 3]
    assert outbox.advance(3, epoch)
    assert [record.position for record in outbox.read(10)] == [4, 5]


def test_record_carries_its_place_in_the_chain(outbox, appender, writer, book):
    from events.codec import decode
    from services.ledger.chain import genesis_hash, link

    appender.execute(
        [
            opening(
                an_account_number(),
            )
        ]
    )
    outbox.lead()
    (record,) = outbox.read(10)
    envelope = decode(record.value)
    assert (record.topic, record.key) == ("ledger.events", book)
    assert record.headers == {
        "ce_id": envelope.id,
        "ce_type": "ledger.account-opened.v1",
        "position": "1",
        "prev_hash": genesis_hash(book).hex(),
        "hash": link(genesis_hash(book), 1, record.value).hex(),
        "correlation_id": "correlation-1",
    }


def test_only_one_leads_and_the_deposed_can_not_move_the_cursor(outbox, appender, ledger_database, book):
    appender.execute([opening(an_account_number()) for _ in range(2)])
    epoch = outbox.lead()
    other = EventOutbox(ledger_database.url, book)
    assert other.lead() is None
    outbox.close()
    successor = wait_until(other.lead)
    assert successor > epoch
    assert not outbox.advance(1, epoch)
    assert other.advance(2, successor)
    assert not other.advance(1, successor), "the cursor never goes back"
    other.close()


def test_waiting_ends_with_a_commit(outbox, appender):
    import time

    outbox.lead()
    outbox.wait(0.1)
    appender.execute([opening(an_account_number())])
    started = time.monotonic()
    outbox.wait(30)
    assert time.monotonic() - started < 10


def test_killed_relay_leaves_no_hole(tmp_path, kafka_bootstrap, ledger_database, appender, book):
    """Killed at a random moment again and again while events are committed; repeats are allowed, holes are not."""
    instance = Instance(tmp_path, database_url=ledger_database.url, book=book, bootstrap=kafka_bootstrap)
    cursor = EventOutbox(ledger_database.url, book)

    def published() -> int:
        rows = cursor._connected().execute("SELECT position FROM relays WHERE book = %s", [book]).fetchall()
        return rows[0][0] if rows else 0

    try:
        written = 0
        for _ in range(3):
            relay = instance.start("relay")
            before = published()
            for _ in range(6):
                appender.execute([opening(an_account_number()) for _ in range(100)])
                written += 100
            wait_until(lambda least=before: published() > least, 40)
            kill(relay.pid)
            relay.wait()
        instance.start("relay")
        wait_until(lambda: published() == written, 40)
    finally:
        instance.stop()
        cursor.close()
    positions = [
        int(headers["position"]) for headers, _ in read_topic(kafka_bootstrap, "ledger.events", book, idle_seconds=3)
    ]
    assert positions[0] == 1
    assert set(positions) == set(range(1, written + 1))
    for before, after in itertools.pairwise(positions):
        assert after <= before + 1, f"a hole between {before} and {after}"
