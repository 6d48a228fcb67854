"""Forgetting in a log (docs/adr/0015): what was published is published anew, redacted, at the same positions."""

import signal
import threading
from collections.abc import Callable
from functools import partial

import pytest
from kafka import KafkaConsumer, TopicPartition

from events import codec, topics
from events.directory import SecurityNotice
from events.topics import dead_letters
from services.chassis.consuming import Loop, Received
from services.chassis.process import Stop
from services.chassis.relaying import forget_published
from services.directory.config import Config
from services.directory.handlers import closing
from services.directory.handlers.writing import By, Directory, append
from services.directory.relay import relay_all
from services.directory.store import Store, StreamOutbox
from services.directory.store.outbox import EVENTS
from tests.directory.gateway import ADMIN, Gateway
from tests.directory.process import BEFORE, DYING, running
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

BY = By(actor="system:test", correlation_id="test")
MARKER = b"zebrafinch"
LEASE = f"relay.{EVENTS}"
SECONDS = 90

Forget = Callable[[str], None]


class Crash(Exception):
    """The process is gone at this point."""


def lease(store: Store) -> dict:
    return store.database["leases"].find_one({"_id": LEASE}) or {}


def published(store: Store) -> bool:
    now = lease(store)
    return now.get("cursor", 0) == store.events.head() and now.get("renew", 0) == now.get("renewed", 0)


def relay_until(store: Store, kafka: str, topic: str, done: Callable[[], bool], forget: Forget | None = None) -> None:
    """A relay that runs until `done`, then stops."""
    stop, failed = Stop(), list[BaseException]()
    outbox = StreamOutbox(store.database, EVENTS, topic, forget or partial(forget_published, kafka))

    def run() -> None:
        try:
            relay_all([outbox], kafka, stop)
        except Crash as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    wait_until(lambda: done() or bool(failed), SECONDS)
    stop.request()
    thread.join(20)
    assert not thread.is_alive()
    # As if its lease had run out.
    store.database["leases"].update_one({"_id": LEASE}, {"$set": {"until": None}})


def all_in(kafka: str, topic: str) -> list[tuple[int, bytes]]:
    """Position and bytes of everything that a new consumer gets, in its order."""
    reader = KafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    partition = TopicPartition(topic, 0)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    end, found = reader.end_offsets([partition])[partition], list[tuple[int, bytes]]()

    def complete() -> bool:
        for records in reader.poll(timeout_ms=200).values():
            found.extend((int(dict(record.headers)["position"]), record.value) for record in records)
        return reader.position(partition) >= end

    try:
        wait_until(complete, SECONDS)
    finally:
        reader.close()
    return found


class Seen:
    """A projection that remembers which positions it took, and nothing else."""

    transient: tuple[type[Exception], ...] = ()
    parks = False

    def __init__(self, position: int = 0) -> None:
        self.taken: list[int] = []
        self._position = position

    def decode(self, raw: bytes) -> codec.Envelope:
        return codec.decode(raw)

    def position(self, source: str) -> int:
        return self._position

    def apply(self, source: str, received: list[Received]) -> None:
        self.taken += [record.position for record in received]
        self._position = received[-1].position

    def skip(self, source: str, received: Received) -> None:
        raise NotImplementedError


def follow(seen: Seen, kafka: str, topic: str, group: str, until: int) -> None:
    """Consume as services do, until a position was seen."""
    stop = Stop()
    loop = Loop(seen, kafka, group, [topic], stop)
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    wait_until(lambda: seen.position("") >= until or not thread.is_alive(), SECONDS)
    stop.request()
    thread.join(20)


def somebody_closes(gateway: Gateway, directory: Directory) -> Callable[[], object]:
    """Two sign up; one of them, whose name is the marker, closes. What is answered makes it forgotten."""
    name = MARKER.decode()
    member = gateway.sign_up(name=name, email=f"{name}@dev.null", offers=[name], description=name)
    gateway.sign_up(name="Greens")
    gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted", "reason": name}, ADMIN)
    closing.close_entity(directory, BY, member.entity_id, name)
    assert directory.store.events.head() > 8
    return lambda: closing.settled(directory, BY, member.account)


def assert_renewed(store: Store, kafka: str, topic: str) -> None:
    found = all_in(kafka, topic)
    firsts = list(dict.fromkeys(position for position, _ in found))
    assert firsts == list(range(1, store.events.head() + 1))
    assert not [raw for _, raw in found if MARKER in raw]
    assert all(codec.event_of(codec.decode(raw)) for _, raw in found)


def test_the_log_is_published_anew_without_what_was_forgotten(
    gateway: Gateway, directory: Directory, store: Store, kafka_bootstrap: str, fresh_topic: str
):
    settle = somebody_closes(gateway, directory)
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store))
    assert [raw for _, raw in all_in(kafka_bootstrap, fresh_topic) if MARKER in raw]
    behind, group, up_to_date = Seen(), f"behind.{fresh_topic}", Seen()
    follow(behind, kafka_bootstrap, fresh_topic, group, 3)
    follow(up_to_date, kafka_bootstrap, fresh_topic, f"up.{fresh_topic}", store.events.head())
    before = store.events.head()
    # The rest has not reached the one that is behind when the log is renewed.
    behind_at = behind.position("")
    settle()
    assert closing.renew_log(directory)
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store))
    assert_renewed(store, kafka_bootstrap, fresh_topic)
    head = store.events.head()
    for seen, name in ((behind, group), (up_to_date, f"up.{fresh_topic}"), (Seen(), f"new.{fresh_topic}")):
        follow(seen, kafka_bootstrap, fresh_topic, name, head)
        assert seen.taken == list(range(1, head + 1)), name
    assert 3 <= behind_at <= before < head


class Parking(Seen):
    """Finds nothing wrong but what has the marker: that is parked."""

    parks = True

    def apply(self, source: str, received: list[Received]) -> None:
        if any(MARKER in record.raw for record in received):
            raise ValueError("not understood")
        super().apply(source, received)

    def skip(self, source: str, received: Received) -> None:
        self._position = received.position


def test_what_a_consumer_parked_of_the_log_is_forgotten_with_it(
    gateway: Gateway, directory: Directory, store: Store, kafka_bootstrap: str, fresh_topic: str
):
    settle, parked = somebody_closes(gateway, directory), dead_letters(fresh_topic, "parker")
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store))
    follow(Parking(), kafka_bootstrap, fresh_topic, "parker", store.events.head())
    assert [raw for _, raw in all_in(kafka_bootstrap, parked) if MARKER in raw]
    settle()
    assert closing.renew_log(directory)
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store))
    assert all_in(kafka_bootstrap, parked) == []
    assert_renewed(store, kafka_bootstrap, fresh_topic)


def test_no_dead_letter_with_names_in_it_is_kept_for_ever():
    kept = {topic.name: topic.retention_ms for topic in topics.TOPICS}
    for topic in (topics.DIRECTORY_EVENTS, topics.DIRECTORY_MESSAGES):
        parked = {name: kept[name] for name in kept if topics.is_dead_letters(name, topic)}
        assert parked
        assert all(0 < retention <= 30 * topics.ONE_DAY for retention in parked.values()), parked


def crash_before(_: str) -> None:
    raise Crash


def crash_after(kafka: str, topic: str) -> None:
    forget_published(kafka, topic)
    raise Crash


@pytest.mark.parametrize("step", ["before the deletion", "after the deletion"])
def test_a_renewal_that_was_cut_off_is_repeated(
    step: str, gateway: Gateway, directory: Directory, store: Store, kafka_bootstrap: str, fresh_topic: str
):
    settle = somebody_closes(gateway, directory)
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store))
    settle()
    closing.renew_log(directory)
    crash: Forget = crash_before if step.startswith("before") else partial(crash_after, kafka_bootstrap)
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: False, crash)
    assert lease(store).get("renewed", 0) < lease(store)["renew"]
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store))
    assert_renewed(store, kafka_bootstrap, fresh_topic)


def test_a_relay_that_is_killed_while_it_publishes_anew_loses_nothing(
    gateway: Gateway, config: Config, directory: Directory, store: Store, kafka_bootstrap: str, fresh_topic: str
):
    """SIGKILL somewhere between the deletion and the last page."""
    settle = somebody_closes(gateway, directory)
    for _ in range(5):
        notices = [SecurityNotice(user_id="u1", what="locked")] * 2_000
        store.transact(lambda inside, n=notices: append(directory, inside, BY, n, directory.clock()))
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store))
    settle()
    closing.renew_log(directory)
    with running("relay", config, kafka_bootstrap, fresh_topic) as first:
        wait_until(lambda: lease(store).get("renewed", 0) == lease(store)["renew"], SECONDS)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert lease(store)["cursor"] < store.events.head(), "the relay was too fast to be killed midway"
    with running("relay", config, kafka_bootstrap, fresh_topic):
        wait_until(lambda: published(store), SECONDS)
    assert_renewed(store, kafka_bootstrap, fresh_topic)


@pytest.mark.parametrize("step", DYING)
def test_a_relay_that_is_killed_beside_the_deletion_loses_nothing(
    step: str,
    gateway: Gateway,
    config: Config,
    directory: Directory,
    store: Store,
    kafka_bootstrap: str,
    fresh_topic: str,
):
    settle = somebody_closes(gateway, directory)
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store))
    settle()
    closing.renew_log(directory)
    with running(step, config, kafka_bootstrap, fresh_topic) as first:
        assert first.wait(SECONDS) == -signal.SIGKILL
    assert lease(store).get("renewed", 0) < lease(store)["renew"], "it is still to be done"
    assert bool(all_in(kafka_bootstrap, fresh_topic)) == (step == BEFORE)
    with running("relay", config, kafka_bootstrap, fresh_topic):
        wait_until(lambda: published(store), SECONDS)
    assert_renewed(store, kafka_bootstrap, fresh_topic)


def test_a_schedule_that_is_killed_while_it_passes_the_wish_on_repeats_that(
    gateway: Gateway, directory: Directory, store: Store, kafka_bootstrap: str, fresh_topic: str
):
    """Between its two writes: the relay knows, the wish is still open. The log is renewed once, not again."""
    somebody_closes(gateway, directory)()
    assert closing.renew_log(directory)
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store))
    store.database["settings"].update_one({"_id": "renewal"}, {"$unset": {"passed_on": ""}})
    assert closing.renew_log(directory)
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store), crash_before)
    assert not closing.renew_log(directory)
    assert_renewed(store, kafka_bootstrap, fresh_topic)


def test_without_anything_redacted_nothing_is_renewed(
    gateway: Gateway, directory: Directory, store: Store, kafka_bootstrap: str, fresh_topic: str
):
    gateway.sign_up()
    assert not closing.renew_log(directory)
    relay_until(store, kafka_bootstrap, fresh_topic, lambda: published(store), crash_before)
    assert len(all_in(kafka_bootstrap, fresh_topic)) == store.events.head()
