"""Events into memory and message records, in real MongoDB: nothing twice, nothing lost, order of topics no matter."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from events import directory, ledger
from services.notifier.consumer import Mail
from services.notifier.domain import UnknownTransfer
from services.notifier.store import Store
from tests.eventlog import EventLog, deliver
from tests.log_lines import collected
from tests.notifier import given

pytestmark = pytest.mark.integration


def kinds(store: Store) -> list[tuple[str, str]]:
    records, total = store.records.messages(None, skip=0, limit=10_000)
    assert total == len(records)
    return sorted((record["kind"], record["recipient"]) for record in records)


def memory(store: Store) -> dict[str, list]:
    names = ("entities", "users", "transfers", "accounts", "books", "positions")
    return {name: sorted(store._db[name].find(), key=lambda document: document["_id"]) for name in names}


def a_story() -> EventLog:
    """A ledger's log with 20 transfers in all states."""
    log = EventLog("ledger.events", "main")
    for index in range(20):
        transfer = given.a_transfer(f"{index}", f"{index + 1}", amount=100 + index)
        log.tell(transfer)
        if index % 4:
            ends = [
                given.completed(transfer),
                given.cancelled(transfer, "rejected"),
                given.cancelled(transfer, "system"),
            ]
            log.tell(ends[index % 4 - 1])
    return log


def test_duplicates_of_random_ranges_change_nothing(projection: Mail, mongo_url, mongo_database, clock):
    log = a_story()
    assert deliver(projection, log.records)
    clean, remembered = kinds(projection.store), memory(projection.store)
    assert len(clean) == 20 + 2 * 5 + 2 * 10

    dice = random.Random(7)
    again = Mail(store=Store(mongo_url, f"{mongo_database}"), policy=projection.policy, clock=clock)
    again.store._client.drop_database(mongo_database)
    again.store.migrate()
    reached = 0
    while reached < len(log.records):
        start = dice.randint(0, reached)
        end = dice.randint(start + 1, min(len(log.records), start + 9))
        assert deliver(again, log.records[start:end])
        reached = max(reached, end)
    assert kinds(again.store) == clean
    assert memory(again.store) == remembered
    again.store.close()


def test_limits_are_remembered_from_run_to_run(projection: Mail):
    log = EventLog("ledger.events", "main")
    for number in ("1", "2"):
        log.tell(
            ledger.AccountOpened(
                account=number, entity_id=number, max_negative=10_000, max_positive=50_000, standing="trading"
            )
        )
    transfer = given.a_transfer("1", "2", amount=8_500)
    log.tell(transfer)
    assert deliver(projection, log.records)
    entries = [ledger.Entry(account=leg.account, amount=leg.amount, balance=leg.amount) for leg in transfer.legs]
    log.tell(
        ledger.TransferCompleted(
            transfer_id=transfer.transfer_id, entries=entries, effective_at=given.NEVER, accepted_by="2"
        )
    )
    assert deliver(projection, log.records)
    assert [told for told in kinds(projection.store) if told[0] == "near_limit"] == [("near_limit", "account:1")]


def test_a_hole_is_not_stepped_over(projection: Mail):
    log = a_story()
    assert not deliver(projection, log.records[3:])
    assert projection.position(log.source) == 0
    assert kinds(projection.store) == []


def test_two_consumers_of_the_same_records_make_each_message_once(projection: Mail):
    log = a_story()

    def apply(_: int) -> None:
        for record in log.records:
            projection.apply(log.source, [record])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(apply, range(4)))
    assert len(kinds(projection.store)) == 20 + 2 * 5 + 2 * 10
    assert projection.position(log.source) == len(log.records)


def test_covered_proposal_is_withdrawn_however_the_records_are_cut(projection: Mail):
    """Whether its completion comes in the same run or the next one, and again after that, nobody is asked."""
    log = EventLog("ledger.events", "main")
    covered, together = (given.a_transfer("1", "2", expires_at=None) for _ in range(2))
    for event in (covered, given.by_consent(covered), together, given.by_consent(together)):
        log.tell(event)
    first, done, *rest = log.records
    projection.apply(log.source, [first])
    assert kinds(projection.store) == [("transfer_initiated", "account:2")]
    projection.apply(log.source, [done])
    projection.apply(log.source, [first, done])
    projection.apply(log.source, rest)
    projection.apply(log.source, log.records)
    assert kinds(projection.store) == [("transfer_by_consent", "account:2")] * 2


def test_withdrawing_takes_no_other_message_along(projection: Mail):
    log = EventLog("ledger.events", "main")
    waiting, covered = given.a_transfer("1", "2"), given.a_transfer("3", "2", expires_at=None)
    for event in (waiting, covered, given.by_consent(covered)):
        projection.apply(log.source, [log.tell(event)])
    assert kinds(projection.store) == [("transfer_by_consent", "account:2"), ("transfer_initiated", "account:2")]


def test_reversal_knows_what_it_reverses_from_long_before(projection: Mail):
    log = EventLog("ledger.events", "main")
    legs = [ledger.Leg(account=account, amount=amount) for account, amount in (("1", -2510), ("2", 2475), ("9", 35))]
    paid = given.a_transfer("1", "2", legs=legs)
    back = [(leg.account, -leg.amount) for leg in legs]
    for event in (
        paid,
        given.completed(paid),
        given.an_admin_transfer(*back, kind="reversal", reverses=paid.transfer_id),
    ):
        projection.apply(log.source, [log.tell(event)])
    reversed_ones = [recipient for kind, recipient in kinds(projection.store) if kind == "transfer_reversed"]
    assert reversed_ones == ["account:1", "account:2"], "who took a fee is not told"


def test_unknown_type_counts_and_has_no_effect(projection: Mail):
    log = EventLog("directory.events", "directory")
    record = log.tell(given.an_entity())
    strange = record.envelope.__class__(
        **{name: getattr(record.envelope, name) for name in record.envelope.__slots__} | {"type": "directory.new.v1"}
    )
    log.append(b"", strange)
    assert deliver(projection, log.records)
    assert projection.position(log.source) == 2
    assert len(kinds(projection.store)) == 1


def test_poison_has_no_effect_and_is_for_the_loop_to_park(projection: Mail):
    log = EventLog("ledger.events", "main")
    orphan = log.tell(given.completed(given.a_transfer("1", "2")))
    with pytest.raises(UnknownTransfer):
        projection.apply(log.source, [orphan])
    assert projection.position(log.source) == 0
    projection.skip(log.source, orphan)
    assert projection.position(log.source) == 1


def test_names_addresses_and_members_follow_the_directory(projection: Mail, store: Store):
    log = EventLog("directory.events", "directory")
    entity, user = given.an_entity(name="Old"), given.a_user()
    for event in (
        entity,
        user,
        directory.MembershipChanged(entity_id=entity.entity_id, user_id=user.user_id, role="owner"),
        directory.EntityProfileChanged(
            entity_id=entity.entity_id,
            before={"name": "Old", "email": entity.profile.email, "city": "X"},
            after={"name": "New", "city": "Y"},
        ),
        directory.UserProfileChanged(user_id=user.user_id, email="new@person.test", first_name="A", last_name="B"),
    ):
        log.tell(event)
    assert deliver(projection, log.records)
    assert store.memory.entity_of(entity.account) == {
        "_id": entity.entity_id,
        "name": "New",
        "email": "",
        "account": entity.account,
        "status": "pending",
        "members": {user.user_id: "owner"},
    }
    assert store.memory.user(user.user_id)["email"] == "new@person.test"
    log.tell(directory.MembershipChanged(entity_id=entity.entity_id, user_id=user.user_id))
    assert deliver(projection, log.records)
    assert store.memory.entity(entity.entity_id)["members"] == {}


def test_each_administrator_known_by_then_hears_of_an_application(projection: Mail):
    log = EventLog("directory.events", "directory")
    early, late, entity = given.a_user("admin"), given.a_user("admin"), given.an_entity()
    application = directory.TradingApplicationSubmitted(entity_id=entity.entity_id, user_id="u")
    for event in (early, entity, given.a_user("auditor"), given.a_user(), application, late):
        log.tell(event)
    assert deliver(projection, log.records)
    assert ("trading_application", f"user:{early.user_id}") in kinds(projection.store)
    assert len(kinds(projection.store)) == 2


def test_messages_topic_may_start_anywhere(projection: Mail):
    log = EventLog("directory.messages", "directory")
    for _ in range(3):
        log.tell(
            directory.OneTimeMessage(
                message_id="m",
                kind="password-reset",
                user_id="u",
                ciphertext="sealed",
                expires_at="2999-01-01T00:00:00.000000Z",
            )
        )
    assert deliver(projection, log.records[2:])
    assert projection.position(log.source) == 3
    assert len(kinds(projection.store)) == 1


def test_entries_that_do_not_sum_to_zero_are_logged_as_an_error_once(projection: Mail):
    log = EventLog("ledger.events", "main")
    transfer = given.a_transfer("1", "2")
    log.tell(transfer)
    log.tell(given.completed(transfer, entries=[ledger.Entry(account="1", amount=-3, balance=-3)]))
    with collected() as lines:
        assert deliver(projection, log.records)
        assert deliver(projection, log.records)
        (alarm,) = [line for line in lines() if line["level"] == "error"]
    expected = {"event": "ledger.non_zero_sum", "position": 2, "excess": -3}
    assert expected.items() <= alarm.items()
    assert alarm["transfer"] == f"transfer/{transfer.transfer_id}"


def test_who_is_forgotten_is_written_to_no_more_and_leaves_no_name(projection: Mail):
    log = EventLog("directory.events", "directory")
    profile = directory.Profile(name="zebrafinch ltd", email="zebrafinch@dev.null")
    registered = {"account": "1234", "status": "pending", "offers": [], "wants": [], "categories": []}
    log.tell(
        directory.UserRegistered(user_id="u1", kind="member", email="zebrafinch@dev.null", first_name="zebrafinch")
    )
    log.tell(directory.EntityRegistered(entity_id="e1", profile=profile, **registered))
    log.tell(directory.MembershipChanged(entity_id="e1", user_id="u1", role="owner"))
    log.tell(directory.SecurityNotice(user_id="u1", what="password-changed"))
    assert deliver(projection, log.records)
    waiting = kinds(projection.store)
    assert {recipient for _, recipient in waiting} >= {"user:u1"}
    log.tell(directory.EntityClosed(entity_id="e1", account="1234"))
    log.tell(directory.UserClosed(user_id="u1"))
    log.tell(directory.EntityForgotten(entity_id="e1", account="1234"))
    assert deliver(projection, log.records)
    # The farewell has its own address until it is sent.
    farewell = projection.store._db["messages"].find_one_and_delete({"kind": "account_closed"})
    assert farewell["once"] == {"name": "zebrafinch ltd", "address": "zebrafinch@dev.null"}
    left = [list(projection.store._db[name].find()) for name in projection.store._db.list_collection_names()]
    assert "zebrafinch" not in repr(left)
    assert not {recipient for _, recipient in kinds(projection.store)} & {"user:u1", "entity:e1", "account:1234"}
    assert projection.store.memory.entity_of("1234")["name"] == "A closed business"
