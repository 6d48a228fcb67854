"""One business with a marker in every field, on all servers: when it is forgotten no store of any service has it left.

The ledger is what docs/privacy.md says it is: it knows an account number, and never knew a name.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from elasticsearch import Elasticsearch
from kafka import KafkaAdminClient
from pymongo import MongoClient

from events.ledger import AccountStandingChanged
from services.chassis.clock import system_clock
from services.chassis.consuming import Loop, Projection
from services.chassis.process import Stop
from services.chassis.relaying import forget_published
from services.directory.config import Config
from services.directory.consumer import Projections
from services.directory.following import FiguresFollower, IndexFollower
from services.directory.handlers import closing
from services.directory.handlers.writing import By, Directory
from services.directory.relay import relay_all
from services.directory.store import EntityIndex, Store, StreamOutbox
from services.directory.store.outbox import EVENTS, MESSAGES
from services.matcher.consumer import Projection as Matching
from services.matcher.store import Store as MatcherStore
from services.notifier.consumer import Mail
from services.notifier.handlers import Policy
from services.notifier.store import Store as NotifierStore
from services.notifier.webhooks.domain import NETWORK, OFFERED, Webhook
from services.notifier.webhooks.store import WebhookStore
from services.notifier.webhooks.taking import Taking
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, Gateway, Member, a_login
from tests.directory.test_pictures import a_picture, sent
from tests.directory.test_renewal import all_in, lease
from tests.eventlog import EventLog, deliver
from tests.notifier.conftest import a_sender
from tests.notifier.mailserver import MailServer
from tests.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.long]

BY = By(actor="system:test", correlation_id="test")
MARKER, DEGREES, CALLED = "zebrafinch", "53.98765", "0900-5550"
MARKERS = (MARKER, DEGREES, CALLED)
LEDGER = "ledger.events/main"
SECONDS = 90


class Network:
    """The directory with its relay, and all that follows it: its own index, the matcher, the notifier."""

    def __init__(
        self,
        directory: Directory,
        index: EntityIndex,
        mongo: MongoClient,
        elastic: Elasticsearch,
        kafka: str,
        prefix: str,
    ) -> None:
        self.directory, self.mongo, self.elastic, self.kafka, self.prefix = directory, mongo, elastic, kafka, prefix
        self.events, self.messages = (f"test.{secrets.token_hex(6)}" for _ in range(2))
        self.source = f"{self.events}/directory"
        followers = {
            self.source: (IndexFollower(directory.store, index),),
            LEDGER: (FiguresFollower(directory, index),),
        }
        self.projections: dict[str, Projection] = {"directory": Projections(directory.store, followers)}
        self.databases = [directory.store.database.name]
        self.ledger = EventLog("ledger.events", "main")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Relay and consumers, each in a thread."""
        stop, forget = Stop(), partial(forget_published, self.kafka)
        outboxes = [
            StreamOutbox(self.directory.store.database, EVENTS, self.events, forget),
            StreamOutbox(self.directory.store.database, MESSAGES, self.messages),
        ]
        work: list[Callable[[], None]] = [partial(relay_all, outboxes, self.kafka, stop)]
        for name, projection in self.projections.items():
            topics = [self.events, self.messages] if name == "notifier" else [self.events]
            work.append(Loop(projection, self.kafka, f"{name}.{self.events}", topics, stop).run)
        threads = [threading.Thread(target=each, daemon=True) for each in work]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.request()
            for thread in threads:
                thread.join(20)

    def settle_down(self) -> None:
        """Until everybody has had everything, and the log is renewed if that was asked for."""
        wait_until(self._is_settled, SECONDS)

    def _is_settled(self) -> bool:
        head, relay = self.directory.store.events.head(), lease(self.directory.store)
        renewed = relay.get("renew", 0) == relay.get("renewed", 0) and relay.get("cursor", 0) == head
        waiting = self.directory.store.database[MESSAGES].count_documents({})
        behind = [name for name, each in self.projections.items() if each.position(self.source) < head]
        return renewed and not waiting and not behind

    def found(self) -> set[str]:
        """Everything, everywhere, that has one of the markers."""
        kept: dict[str, str] = {}
        for database in self.databases:
            for name in self.mongo[database].list_collection_names():
                kept[f"{database}.{name}"] = repr(list(self.mongo[database][name].find()))
        for name in self.elastic.indices.get(index="*", expand_wildcards="all"):
            if name.startswith(self.prefix):
                self.elastic.indices.refresh(index=name)
                kept[name] = repr(self.elastic.search(index=name, size=1_000)["hits"]["hits"])
        for topic in (self.events, self.messages):
            kept[topic] = repr(all_in(self.kafka, topic))
        return {name for name, text in kept.items() if any(marker in text for marker in MARKERS)}


@pytest.fixture
def network(
    directory: Directory,
    prepared_index: EntityIndex,
    time: Time,
    mongo_url: str,
    elasticsearch_url: str,
    index_prefix: str,
    kafka_bootstrap: str,
) -> Iterator[Network]:
    time.moment = datetime.now(UTC)
    with ExitStack() as ends:
        mongo = ends.enter_context(MongoClient(mongo_url))
        elastic = ends.enter_context(Elasticsearch(elasticsearch_url))
        made = Network(directory, prepared_index, mongo, elastic, kafka_bootstrap, index_prefix)
        admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        ends.callback(admin.close)
        topics = [made.events, made.messages]
        admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1} for name in topics})
        ends.callback(admin.delete_topics, topics)
        made.databases.append(name := f"{made.events.replace('.', '_')}_notifier")
        ends.callback(mongo.drop_database, name)
        notifier = NotifierStore(mongo_url, name)
        ends.callback(notifier.close)
        notifier.migrate()
        policy = Policy(max_age=timedelta(hours=48), signup_notifications=True)
        webhooks = Taking(follow_by_webhook(notifier))
        made.projections["notifier"] = Mail(store=notifier, policy=policy, clock=system_clock, webhooks=webhooks)
        made.databases.append(name := f"{made.events.replace('.', '_')}_matcher")
        ends.callback(mongo.drop_database, name)
        matcher = MatcherStore(mongo_url, name)
        ends.callback(matcher.close)
        matcher.migrate()
        made.projections["matcher"] = Matching(matcher, lambda _: True, directory=made.source)
        yield made


def follow_by_webhook(notifier: NotifierStore) -> WebhookStore:
    """The administrators have everything sent to a receiver that is not there: all of it waits."""
    store = WebhookStore(notifier.database)
    store.migrate()
    address, now = "https://receiver.test/", system_clock()
    store.add(
        Webhook(webhook_id="w", owner=NETWORK, account="", url=address, types=OFFERED, secrets=[], created_at=now)
    )
    return store


def leave_traces_in_the_matcher(network: Network, member: Member, other: Member) -> None:
    """What a member saves there, and what others were told of it."""
    projection = network.projections["matcher"]
    assert isinstance(projection, Matching)
    search = {"entity_id": member.entity_id, "text": MARKER}
    announced = {"of": [other.entity_id, member.entity_id], "offer": MARKER, "want": MARKER}
    projection.store.transaction(lambda tx: tx.put("searches", "s", search))
    projection.store.transaction(lambda tx: tx.put("announced", "a", announced))


def send_what_waits(network: Network) -> None:
    """Let the notifier's sender hand everything to a real mail server."""
    projection = network.projections["notifier"]
    assert isinstance(projection, Mail)
    server = MailServer()
    server.start()
    try:
        sender = a_sender(projection.store, server, system_clock)
        while sender.send_due():
            pass
        sender.mailer.close()
    finally:
        server.stop()
    assert any(MARKER in mail.as_string() for mail in server.desk.mails)


def signed_up(gateway: Gateway) -> Member:
    """Every field of business and person that takes words."""
    text = dict.fromkeys(("telephone", "inc_type", "company_number", "description", "address", "city"), MARKER)
    text |= dict.fromkeys(("region", "postal_code", "country"), MARKER)
    return gateway.sign_up(
        **text,
        name=f"{MARKER} ltd",
        email=f"{MARKER}@dev.null",
        website=f"https://{MARKER}.example",
        offers=[f"{MARKER}-seed"],
        wants=[f"{MARKER}-cage"],
        place={"latitude": DEGREES, "longitude": "-2.01300"},
        agent=MARKER,
        device=MARKER * 4,
    )


def leave_traces(gateway: Gateway, member: Member, other: Member) -> None:
    """By all that keeps or announces something of a business."""
    mine, theirs = f"/entities/{member.entity_id}", f"/entities/{other.entity_id}"
    person = {"first_name": MARKER, "last_name": MARKER, "telephone": CALLED}
    done = [
        gateway.patch(f"/users/{member.user_id}", person, member.caller, Idempotency_Key="person"),
        gateway.patch(mine, {"status": "accepted", "reason": MARKER}, ADMIN, Idempotency_Key="accepted"),
        gateway.patch(theirs, {"status": "accepted"}, ADMIN),
        gateway.patch(mine, {"description": f"{MARKER} again"}, member.caller, Idempotency_Key="profile"),
        gateway.put(f"{mine}/favourites/{other.entity_id}", {"favourite": True}, member.caller),
        gateway.put(f"{theirs}/favourites/{member.entity_id}", {"favourite": True}, other.caller),
        gateway.put(f"{mine}/notes/{other.entity_id}", {"text": MARKER}, member.caller),
        gateway.put(f"{theirs}/notes/{member.entity_id}", {"text": f"{MARKER} pays"}, other.caller),
        gateway.post(f"{mine}/contact-messages", {"receiver": other.entity_id, "body": MARKER}, member.caller),
        gateway.post(f"{theirs}/contact-messages", {"receiver": member.entity_id, "body": MARKER}, other.caller),
        gateway.post(f"{mine}/invitations", {"email": f"{MARKER}-olga@dev.null", "role": "operator"}, member.caller),
        gateway.post("/sessions", a_login(member, agent=MARKER, device=f"{MARKER}-second-one")),
        gateway.post("/sessions", a_login(member, "wrong-word-1")),
        gateway.post("/password-resets", {"email": member.email, "kind": "member"}),
        gateway.post(f"/users/{member.user_id}/consents", {"document": "terms", "version": "1"}, member.caller),
        sent(gateway, member, a_picture("JPEG", comment=MARKER.encode())),
    ]
    assert [status for status, _ in done] == [200] * 12 + [401] + [200] * 3, done


def test_nothing_of_a_forgotten_business_is_left_anywhere(network: Network, gateway: Gateway, config: Config):
    directory: Directory = network.directory
    store: Store = directory.store
    with network.running():
        member, other = signed_up(gateway), gateway.sign_up(name="Old Bakery")
        leave_traces(gateway, member, other)
        network.settle_down()
        leave_traces_in_the_matcher(network, member, other)
        found = network.found()
        told = " ".join(sorted(found))
        own = (".users", ".entities", ".outbox", ".outcomes", ".audit", ".notes", ".invitations")
        for place in (
            *(f"{config.mongo_database}{name}" for name in own),
            "_notifier.users",
            "_notifier.webhook_deliveries",
            "_matcher.entities-1",
            "_matcher.searches",
            "_matcher.announced",
            network.events,
        ):
            assert place in told, f"the marker never came to {place}: the test shows nothing"
        assert [name for name in found if name.startswith(f"{network.prefix}directory")]

        closing.close_entity(directory, BY, member.entity_id, MARKER)
        closed = AccountStandingChanged(account=member.account, standing="closed", previous="frozen", reason="")
        network.ledger.tell(closed)
        for projection in network.projections.values():
            assert deliver(projection, network.ledger.records)
        assert closing.renew_log(directory)
        network.settle_down()
        # That it is closed is still to be mailed: until then the last mail has the name and address itself.
        assert {name.rpartition("_")[2] for name in network.found()} == {"notifier.messages"}
        send_what_waits(network)
        assert network.found() == set()

    kept = store.entities.find(other.entity_id)
    assert kept is not None
    assert kept.profile.name == "Old Bakery"
    assert gateway.get(f"/entities/{member.entity_id}", ADMIN)[0] == 200
    assert store.audit_reading.head().position > 10
