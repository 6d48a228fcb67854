"""The feed: gapless and without repeats, each reader's own, woken by news, gone when it is old or forgotten."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from events import codec, directory, ledger, matcher
from services.chassis.tokens import Caller, Verifier
from services.notifier.app import create_app
from services.notifier.consumer import Mail
from services.notifier.feed import store as feed_store
from services.notifier.feed.domain import NAMES, SOURCES, Audience, Cursor, audiences, own_of, shaped
from services.notifier.feed.reading import Feed
from services.notifier.feed.store import FeedStore
from services.notifier.feed.taking import Feeding
from services.notifier.feed.waiting import Waiters
from services.notifier.webhooks.domain import Told
from services.notifier.webhooks.store import WebhookStore
from services.notifier.webhooks.taking import Taking
from tests.architecture.source import ROOT
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.samples import STATIONERY
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

Ask = Callable[..., Any]
ADMIN = Caller(subject="a", roles=frozenset({"admin"}))
AUDITOR = Caller(subject="b", roles=frozenset({"auditor"}))
FARM, SHOP = given.an_entity(name="Green Farm"), given.an_entity(name="Blue Bakery")
KEPT = timedelta(days=90)
STATUS = directory.EntityStatusChanged(
    entity_id=FARM.entity_id, account=FARM.account, previous="pending", status="accepted", reason="as agreed"
)


def member_of(*entities: directory.EntityRegistered) -> Caller:
    ids = {"entities": frozenset(each.entity_id for each in entities)}
    return Caller(
        subject="m", roles=frozenset({"member"}), accounts=frozenset(each.account for each in entities), **ids
    )


class Logs:
    """The three topics, and the notifier that follows them."""

    def __init__(self, projection: Mail) -> None:
        self.projection = projection
        self.logs = {name: EventLog(*source.split("/")) for name, source in SOURCES.items()}
        self.done = dict.fromkeys(SOURCES, 0)

    def tell(self, name: str, *events: Any, **how: Any) -> None:
        for event in events:
            self.logs[name].tell(event, **how)

    def deliver(self, name: str, most: int = 1_000) -> None:
        """Hand over what is new; at most so many."""
        records = self.logs[name].records[self.done[name] :][:most]
        if records:
            assert deliver(self.projection, records)
            self.done[name] += len(records)

    def deliver_all(self) -> None:
        for name in SOURCES:
            self.deliver(name)

    def sequence(self, name: str) -> list[str]:
        return [record.envelope.id for record in self.logs[name].records]


@pytest.fixture
def feed(store) -> FeedStore:
    WebhookStore(store.database).migrate()
    made = FeedStore(store.database)
    made.migrate()
    return made


@pytest.fixture
def logs(projection, feed, store) -> Logs:
    webhooks = WebhookStore(store.database)
    return Logs(replace(projection, webhooks=Taking(webhooks, Feeding(feed, webhooks, KEPT))))


@pytest.fixture
def waiters(feed) -> Iterator[Waiters]:
    made = Waiters(feed.watch)
    yield made
    made.close()


@pytest.fixture
def ask(store, clock, feed, waiters) -> Ask:
    app = create_app(store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY, clock)
    app.extensions["feed"] = Feed(feed, waiters)

    def send(caller: Caller = ADMIN, **query: Any) -> Any:
        token = signer_of("gateway").token(caller, "notifier")
        return app.test_client().get("/events", query_string=query, headers={"Authorization": f"Bearer {token}"})

    return send


@pytest.fixture
def trade(logs, ask) -> ledger.TransferInitiated:
    """Two businesses, of which one proposes to pay the other."""
    transfer = given.a_transfer(FARM.account, SHOP.account)
    logs.tell("directory", FARM, SHOP, STATUS)
    logs.tell("ledger", transfer, given.completed(transfer))
    logs.deliver_all()
    return transfer


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [event["id"] for event in answer.json["events"]]


def types(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [event["type"].partition(".")[2].removesuffix(".v1") for event in answer.json["events"]]


def test_administrators_read_what_was_published(ask, logs, trade):
    answer = ask(since="beginning")
    published = {orjson.loads(record.raw)["id"]: record.raw for log in logs.logs.values() for record in log.records}
    assert sorted(ids(answer)) == sorted(published)
    for event in answer.json["events"]:
        assert orjson.dumps(event, option=orjson.OPT_SORT_KEYS) == published[event["id"]]
    assert answer.json["whole"]
    assert ids(ask(cursor=answer.json["cursor"])) == []


def test_there_is_a_cursor_after_each_event(ask, logs, trade):
    answer = ask(since="beginning").json
    assert answer["cursors"][-1] == answer["cursor"]
    for position, cursor in enumerate(answer["cursors"]):
        assert ids(ask(cursor=cursor)) == [event["id"] for event in answer["events"][position + 1 :]]


def test_auditors_read_the_ledger_alone(ask, logs, trade):
    assert ids(ask(AUDITOR, since="beginning")) == logs.sequence("ledger")


def test_members_read_what_happened_to_their_businesses(ask, logs, trade):
    farm, shop = ask(member_of(FARM), since="beginning"), ask(member_of(SHOP), since="beginning")
    assert sorted(types(farm)) == ["entity-registered", "entity-status-changed", "transfer-completed",
                                   "transfer-initiated"]  # fmt: skip
    assert sorted(types(shop)) == ["entity-registered", "transfer-completed", "transfer-initiated"]
    for event in farm.json["events"]:
        assert not {"actor", "correlationid"} & event.keys()
        if event["type"] == STATUS.TYPE:
            assert "reason" not in event["data"]
        for part in event["data"].get("legs", []) + event["data"].get("entries", []):
            assert part["account"] == FARM.account
    assert ids(ask(member_of(), since="beginning")) == []
    assert sorted(types(ask(member_of(FARM, SHOP), since="beginning", entity_id=SHOP.entity_id))) == sorted(types(shop))
    assert ask(member_of(FARM), entity_id=SHOP.entity_id).status_code == 404
    assert len(ids(ask(ADMIN, since="beginning", entity_id=SHOP.entity_id))) == 3


def test_only_what_was_asked_for(ask, logs, trade):
    wanted = f"{ledger.TransferCompleted.TYPE},{STATUS.TYPE}"
    assert sorted(types(ask(since="beginning", types=wanted))) == ["entity-status-changed", "transfer-completed"]
    padded = Cursor({}).text + "="
    for wrong in ({"types": "no.such"}, {"cursor": "x"}, {"cursor": padded}, {"wait": 60}, {"limit": 501},
                  {"since": "1999"}, {"who": "me"}):  # fmt: skip
        answer = ask(**wrong)
        assert (answer.status_code, answer.json["type"]) == (400, "request.invalid"), wrong


def test_rare_types_are_found_beyond_what_one_look_goes_over(ask, logs, monkeypatch):
    monkeypatch.setattr(feed_store, "WINDOW", 3)
    logs.tell("directory", FARM, *[SHOP] * 10, STATUS)
    logs.deliver_all()
    assert types(ask(since="beginning", types=STATUS.TYPE)) == ["entity-status-changed"]


def test_without_a_cursor_one_begins_now(ask, logs, trade):
    first = ask()
    assert ids(first) == []
    logs.tell("directory", STATUS)
    logs.deliver_all()
    assert types(ask(cursor=first.json["cursor"])) == ["entity-status-changed"]


@pytest.mark.parametrize("seed", range(3))
def test_nobody_misses_or_repeats_anything_whatever_is_interrupted(ask, logs, store, seed):
    """Readers with other limits, a consumer that is killed before its commit, one that reads again from anywhere."""
    dice = random.Random(seed)
    for name in ("ledger", "directory"):
        events = [given.a_transfer(FARM.account, SHOP.account) if name == "ledger" else STATUS for _ in range(60)]
        logs.tell(name, *events)
    readers = [(caller, ask(caller).json["cursor"], []) for caller in (ADMIN, member_of(FARM), member_of(SHOP))]
    while any(logs.done[name] < len(logs.logs[name].records) for name in ("ledger", "directory")):
        name = dice.choice(["ledger", "directory"])
        with suppress(_Killed):
            _killed(logs, name, dice.randint(1, 9))
        logs.deliver(name, dice.randint(1, 9))
        logs.done[name] -= dice.randint(0, min(3, logs.done[name])) if dice.random() < 0.3 else 0
        readers = [_read(ask, *reader, limit=dice.randint(1, 7)) for reader in readers]
    for caller, cursor, seen in readers:
        while page := ids(answer := ask(caller, cursor=cursor)):
            cursor, seen = answer.json["cursor"], seen + page
        wanted = [logs.sequence("ledger")] + ([] if caller == readers[2][0] else [logs.sequence("directory")])
        assert len(seen) == len(set(seen))
        assert sorted(seen) == sorted(each for one in wanted for each in one)
        for one in wanted:
            assert [each for each in seen if each in set(one)] == one


class _Killed(BaseException):
    """The process ended inside the transaction."""


def _killed(logs: Logs, name: str, most: int) -> None:
    class Dying:
        def take(self, *_: Any) -> None:
            raise _Killed

    whole = logs.projection.webhooks
    records = logs.logs[name].records[logs.done[name] :][:most]
    if records:
        deliver(replace(logs.projection, webhooks=replace(whole, feed=Dying())), records)


def _read(ask: Ask, caller: Caller, cursor: str, seen: list[str], limit: int) -> tuple[Caller, str, list[str]]:
    answer = ask(caller, cursor=cursor, limit=limit)
    return caller, answer.json["cursor"], seen + ids(answer)


def test_a_rebuild_of_the_notifier_changes_nothing(ask, logs, trade, store):
    cursor = ask(since="beginning", limit=2).json["cursor"]
    before = ids(ask(cursor=cursor))
    store.database["positions"].delete_many({})
    assert ids(ask(cursor=cursor)) == before
    logs.done = dict.fromkeys(SOURCES, 0)
    logs.tell("directory", STATUS)
    logs.deliver_all()
    assert ids(ask(cursor=cursor)) == [*before, logs.sequence("directory")[-1]]


def test_what_is_old_is_gone_and_a_cursor_from_before_is_told(ask, logs, feed, clock):
    old = clock.now - timedelta(days=80)
    logs.tell("directory", *[FARM] * 3, at=old)
    logs.tell("directory", SHOP, at=clock.now)
    logs.deliver_all()
    begun = ask(since="beginning", limit=1).json["cursor"]
    while feed.drop_old(clock.now - timedelta(days=79)):
        pass
    answer = ask(cursor=begun)
    assert (answer.status_code, answer.json["type"]) == (410, "events.gone")
    assert len(ids(ask(cursor=answer.json["oldest"]))) == len(ids(ask(since="beginning"))) == 1
    # Whoever had seen all that is gone goes on.
    assert len(ids(ask(cursor=Cursor({"directory": 3}).text))) == 1


def test_history_older_than_what_is_kept_is_not_taken(ask, logs, clock):
    logs.tell("directory", FARM, at=clock.now - timedelta(days=400))
    logs.tell("directory", SHOP, at=clock.now)
    logs.deliver_all()
    assert ids(ask(since="beginning")) == logs.sequence("directory")[1:]
    assert ask(cursor=Cursor({}).text).json["type"] == "events.gone"


def test_a_feed_that_begins_later_has_no_events_from_before(ask, logs, feed, store):
    logs.tell("directory", FARM)
    logs.projection.webhooks, whole = None, logs.projection.webhooks
    logs.deliver_all()
    logs.projection.webhooks = whole
    now = ask().json["cursor"]
    logs.tell("directory", SHOP)
    logs.deliver_all()
    assert ids(ask(cursor=now)) == ids(ask(since="beginning")) == logs.sequence("directory")[1:]
    assert ask(cursor=Cursor({}).text).status_code == 410


def test_nothing_is_told_of_who_is_forgotten(ask, logs, trade):
    pair = {"giver": FARM.entity_id, "receiver": SHOP.entity_id, "offer": "eggs", "want": "eggs", "how": "exact"}
    logs.tell("matcher", matcher.MatchFound(match_id="m", score=100, **pair))
    logs.deliver_all()
    logs.tell("directory", directory.EntityForgotten(entity_id=FARM.entity_id, account=FARM.account))
    logs.deliver_all()
    # The matcher follows another topic, and may tell of it later.
    logs.tell("matcher", matcher.MatchFound(match_id="n", score=100, **pair))
    logs.deliver_all()
    left = ask(since="beginning")
    assert sorted(types(left)) == ["entity-forgotten", "entity-registered", "transfer-completed", "transfer-initiated"]
    assert FARM.profile.name not in left.text
    assert ids(ask(member_of(SHOP), since="beginning", types=matcher.MatchFound.TYPE)) == []


def test_who_waits_is_woken_by_news_for_them(ask, logs, trade, store):
    cursor = ask().json["cursor"]
    answers: dict[str, Any] = {}

    def wait(name: str, caller: Caller, seconds: int) -> threading.Thread:
        thread = threading.Thread(
            target=lambda: answers.update({name: ask(caller, cursor=cursor, wait=seconds)}), daemon=True
        )
        thread.start()
        return thread

    shop, farm = wait("shop", member_of(SHOP), 1), wait("farm", member_of(FARM), 5)
    logs.tell("directory", STATUS)
    logs.deliver_all()
    farm.join(5)
    shop.join(5)
    assert types(answers["farm"]) == ["entity-status-changed"]
    assert ids(answers["shop"]) == []


def test_the_thread_that_listens_tells_whom_news_are_for(logs, waiters):
    of_farm, of_shop = Audience(own_of([FARM.entity_id], [])), Audience(own_of([SHOP.entity_id], []))
    with waiters.waiting(of_farm) as farm, waiters.waiting(of_shop) as shop:
        assert farm.wait(10)
        assert shop.wait(10)
        logs.tell("directory", STATUS)
        logs.deliver_all()
        assert farm.wait(10)
        logs.tell("directory", SHOP)
        logs.deliver_all()
        assert shop.wait(10)
        assert not farm.wait(0)


def test_a_stream_that_breaks_is_opened_again_and_all_look_once_more():
    opened: list[int] = []

    class Broken:
        def __enter__(self) -> "Broken":
            opened.append(1)
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def try_next(self) -> None:
            raise ConnectionError

    waiters = Waiters(lambda _: Broken(), fails=(ConnectionError,))
    with waiters.waiting(Audience(None)) as waiter:
        assert waiter.wait(10)
        wait_until(lambda: len(opened) > 1)
        assert waiter.wait(10)
    waiters.close()


def _samples() -> list[Told]:
    found = []
    for path in sorted((ROOT / "events/samples").glob("*.v1*.json")):
        raw = path.read_bytes().strip()
        envelope = codec.decode(raw)
        if (event := codec.event_of(envelope)) is None:
            continue
        source = f"{envelope.type.partition('.')[0]}"
        if source in SOURCES:
            accounts = {leg["account"] for name in ("legs", "entries") for leg in envelope.data.get(name, [])}
            told = {"envelope": envelope, "event": event, "raw": raw, "accounts": frozenset(accounts)}
            found.append(Told(source=SOURCES[source], position=1, **told))
    return found


SAMPLES = _samples()


@pytest.mark.parametrize("told", SAMPLES, ids=lambda told: told.envelope.type)
def test_no_type_of_event_shows_a_member_what_is_others_own(told):
    seen_by = audiences(told)
    assert not any(each.startswith(("user:", "network")) for each in seen_by)
    for own in seen_by:
        shown = shaped(orjson.loads(told.raw), Audience(frozenset({own})))
        assert not {"actor", "onbehalfof", "correlationid", "causationid"} & shown.keys()
        data, account = shown["data"], own.removeprefix("account:")
        for part in [*data.get("legs", []), *data.get("entries", [])]:
            assert part["account"] == account
        assert data.get("consent", {"account": account})["account"] == account
        assert not {"email", "first_name", "last_name", "user_id", "password", "ciphertext"} & data.keys()
    stranger = Audience(own_of(["stranger"], ["0000000000000000"]))
    assert not stranger.only & set(seen_by)


def test_the_samples_are_of_every_type_that_is_in_the_feed():
    assert {NAMES[each.source] for each in SAMPLES} == set(SOURCES)


def test_a_cursor_is_read_as_it_was_written_and_nothing_else():
    cursor = Cursor({"ledger": 123, "directory": 0, "matcher": 7})
    assert Cursor.parse(cursor.text) == cursor
