"""Whatever is done to the audit log is found, and where: by the chain, its counter, and heads kept elsewhere."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from pymongo.errors import WriteError

from services.directory.config import Config
from services.directory.domain.audit import GENESIS, Entry, Head, Header, chained, digest_of
from services.directory.domain.audit_checking import Finding
from services.directory.handlers import audit_checks
from services.directory.handlers.writing import By, Directory, Done, once
from services.directory.store import Store, migrate
from services.directory.store.audit_reading import AuditReading

SIZE = 12
BY = By(actor="admin:a", correlation_id="test")
Attack = Callable[[Any, Any], Any]


@pytest.fixture
def log(directory: Directory, store: Store) -> Iterator[Any]:
    """The collection with SIZE entries; whoever attacks it has loosened MongoDB's own rules first."""
    told = [
        Entry(action="category.renamed", subject=f"category/{number}", after={"name": str(number)})
        for number in range(1, SIZE + 1)
    ]
    once(directory, BY, None, lambda _: Done({}, 0, tuple(told)))
    store.database.command("collMod", "audit", validationLevel="off")
    yield store.database["audit"]
    store.database.command("collMod", "audit", validationLevel="strict")


def renumber(log: Any, before: int, after: int) -> None:
    document = log.find_one_and_delete({"_id": before})
    log.insert_one({**document, "_id": after, "position": after})


def forge(log: Any, position: int, counters: Any, up_to: int = SIZE, **changes: Any) -> None:
    """What somebody does who knows how the chain is made: changes an entry, and chains all that follow anew."""
    previous = (log.find_one({"_id": position - 1}) or {"hash": GENESIS})["hash"]
    for number in range(position, up_to + 1):
        document = log.find_one({"_id": number}) | (changes if number == position else {})
        header = Header(**{item.name: document[item.name] for item in fields(Header)})
        if "details" in document:
            header = replace(header, digest=digest_of(document["details"], document["salt"]))
        document |= {**asdict(header), "previous": previous, "hash": chained(header, previous)}
        previous = document["hash"]
        log.replace_one({"_id": number}, document)
    if counters is not None:
        counters.update_one({"_id": "audit"}, {"$set": {"hash": previous, "position": up_to}})


def swap(log: Any, one: int, other: int, *, relabelled: bool) -> None:
    first, second = log.find_one({"_id": one}), log.find_one({"_id": other})
    for document, there in ((first, other), (second, one)):
        log.replace_one({"_id": there}, {**document, "_id": there} | ({"position": there} if relabelled else {}))


def insert_between(log: Any) -> None:
    """A row between two others: everything after it moves by one."""
    for number in range(SIZE, 5, -1):
        renumber(log, number, number + 1)
    log.insert_one({**log.find_one({"_id": 5}), "_id": 6, "position": 6})


def delete_and_close_up(log: Any) -> None:
    log.delete_one({"_id": 6})
    for number in range(7, SIZE + 1):
        renumber(log, number, number - 1)


ATTACKS: dict[str, tuple[Attack, int, str]] = {
    "actor changed": (lambda log, _: log.update_one({"_id": 5}, {"$set": {"actor": "admin:b"}}), 5, "changed"),
    "time changed": (lambda log, _: log.update_one({"_id": 5}, {"$set": {"time": "2020"}}), 5, "changed"),
    "reason changed": (
        lambda log, _: log.update_one({"_id": 5}, {"$set": {"details.reason": "x"}}), 5, "details-changed"
    ),
    "after changed": (
        lambda log, _: log.update_one({"_id": 1}, {"$set": {"details.after.name": "x"}}), 1, "details-changed"
    ),
    "details taken without salt": (
        lambda log, _: log.update_one({"_id": 7}, {"$unset": {"details": ""}}), 7, "details-changed"
    ),
    "hash changed": (lambda log, _: log.update_one({"_id": 5}, {"$set": {"hash": "0" * 64}}), 5, "changed"),
    "field removed": (lambda log, _: log.update_one({"_id": 5}, {"$unset": {"origin": ""}}), 5, "changed"),
    "changed with its hash": (lambda log, _: forge(log, 5, None, 5, actor="admin:b"), 6, "swapped"),
    "first deleted": (lambda log, _: log.delete_one({"_id": 1}), 1, "missing"),
    "one deleted": (lambda log, _: log.delete_one({"_id": 6}), 6, "missing"),
    "several deleted": (lambda log, _: log.delete_many({"_id": {"$in": [6, 7, 8]}}), 6, "missing"),
    "deleted and closed up": (lambda log, _: delete_and_close_up(log), 6, "swapped"),
    "inserted": (lambda log, _: insert_between(log), 6, "swapped"),
    "inserted between numbers": (
        lambda log, _: log.insert_one({**log.find_one({"_id": 5}), "_id": 5.5}), 6, "inserted"
    ),
    "inserted under a text": (lambda log, _: log.insert_one({**log.find_one({"_id": 5}), "_id": "5"}), 0, "inserted"),
    "inserted before the first": (lambda log, _: log.insert_one({**log.find_one({"_id": 5}), "_id": 0}), 0, "inserted"),
    "inserted behind the last": (
        lambda log, _: log.insert_one({**log.find_one({"_id": 5}), "_id": SIZE + 1}), SIZE + 1, "inserted"
    ),
    "two swapped": (lambda log, _: swap(log, 4, 9, relabelled=False), 4, "swapped"),
    "two swapped and relabelled": (lambda log, _: swap(log, 4, 9, relabelled=True), 4, "swapped"),
    "tail cut off": (lambda log, _: log.delete_many({"_id": {"$gt": 9}}), 10, "truncated"),
    "all gone": (lambda log, _: log.delete_many({}), 1, "truncated"),
    "counter's hash changed": (
        lambda _, counters: counters.update_one({"_id": "audit"}, {"$set": {"hash": "0" * 64}}), SIZE, "rewritten"
    ),
}  # fmt: skip


def found(store: Store, *heads: Head) -> Finding | None:
    return audit_checks.verify(store, heads=heads).finding


def put_back(store: Store, entries: list[Any], counter: Any) -> None:
    store.database["audit"].delete_many({})
    store.database["audit"].insert_many(entries)
    store.database["counters"].replace_one({"_id": "audit"}, counter)


def test_what_is_done_to_it_is_found_and_where(log: Any, store: Store):
    """One database for all attacks: making one takes longer than all of them."""
    entries, counters = list(log.find()), store.database["counters"]
    counter = counters.find_one({"_id": "audit"})
    assert found(store) is None
    for name, (attack, position, what) in ATTACKS.items():
        attack(log, counters)
        finding = found(store)
        assert finding, name
        assert (finding.position, finding.what) == (position, what), f"{name}: {finding.words}"
        put_back(store, entries, counter)
        assert found(store) is None, name


def test_a_log_written_anew_is_found_by_a_head_kept_elsewhere_alone(log: Any, store: Store):
    kept = store.audit_reading.head()
    for position in (SIZE, 5, 1):
        forge(log, position, store.database["counters"], actor="admin:nobody")
        assert found(store) is None
        finding = found(store, kept)
        assert finding
        assert (finding.position, finding.what) == (SIZE, "rewritten")


def test_a_tail_that_is_cut_off_with_its_counter_is_found_by_a_head_kept_elsewhere_alone(log: Any, store: Store):
    kept, tenth = store.audit_reading.head(), log.find_one({"_id": 10})
    log.delete_many({"_id": {"$gt": 10}})
    shorter = {"position": 10, "hash": tenth["hash"]}
    store.database["counters"].update_one({"_id": "audit"}, {"$set": shorter})
    assert found(store) is None
    finding = found(store, kept)
    assert finding
    assert (finding.position, finding.what) == (11, "truncated")


def test_a_change_before_the_place_where_a_check_begins_is_none_of_its_business(log: Any, store: Store):
    log.update_one({"_id": 3}, {"$set": {"actor": "admin:b"}})
    report = audit_checks.verify(store, start=audit_checks.start_after(store, 6))
    assert (report.finding, report.checked, report.head.position) == (None, SIZE - 6, SIZE)
    assert found(store)


def test_erased_details_are_counted_and_no_fault(log: Any, store: Store):
    log.update_many({"_id": {"$in": [2, 3]}}, {"$unset": {"details": "", "salt": ""}})
    report = audit_checks.verify(store)
    assert (report.finding, report.erased) == (None, 2)


def test_memory_is_one_batch_however_long_the_log_is(log: Any, store: Store):
    class Counted(AuditReading):
        taken = 0

        def in_order(self, *asked: Any, **more: Any) -> Any:
            for document in super().in_order(*asked, **more):
                Counted.taken += 1
                yield document

    log.update_one({"_id": 3}, {"$set": {"actor": "admin:b"}})
    store.audit_reading = Counted(store.database, None)
    assert found(store)
    assert Counted.taken == 3, "it reads one after the other, and no further than it must"


def test_the_daily_check_keeps_what_it_found_and_the_last_good_head(log: Any, store: Store, directory: Directory):
    steps: list[None] = []
    audit_checks.daily(directory, lambda: steps.append(None))
    good = audit_checks.state(store)
    assert good["checked"]["head"] == good["head"] == asdict(store.audit_reading.head())
    log.delete_many({"_id": {"$gt": 10}})
    shorter = {"position": 10, "hash": log.find_one({"_id": 10})["hash"]}
    store.database["counters"].update_one({"_id": "audit"}, {"$set": shorter})
    for _ in range(2):
        report = audit_checks.daily(directory, lambda: None)
        assert report.finding
        assert report.finding.what == "truncated"
        broken = audit_checks.state(store)["checked"]
        assert (broken["head"], broken["finding"]["position"]) == (good["head"], 11)


def test_mongodb_itself_refuses_entries_of_another_shape(log: Any, store: Store):
    migrate(store.database)
    good = log.find_one({"_id": SIZE})
    wrong = [
        {"_id": "text"},
        {"position": 99},
        {"action": "nonsense"},
        {"hash": "short"},
        {"extra": 1},
        {"salt": "short"},
        {"concerns": "text"},
    ]
    for number, changes in enumerate(wrong, 100):
        with pytest.raises(WriteError):
            log.insert_one({**good, "_id": number, "position": number, **changes})
    for update in ({"$set": {"actor": ""}}, {"$unset": {"salt": ""}}, {"$set": {"time": "yesterday"}}):
        with pytest.raises(WriteError):
            log.update_one({"_id": 5}, update)
    log.update_one({"_id": 5}, {"$unset": {"salt": "", "details": ""}})
    assert found(store) is None


def run(config: Config, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "DIRECTORY_MONGO_URL": config.mongo_url,
        "DIRECTORY_MONGO_DATABASE": config.mongo_database,
        "DIRECTORY_ELASTICSEARCH_URL": config.elasticsearch_url,
        "KAFKA_BOOTSTRAP": config.kafka_bootstrap,
        "INTERNAL_PUBLIC_KEY_FILE": config.internal_public_key_file,
        "MESSAGES_KEY": config.messages_key,
        "DIRECTORY_SECRETS_KEY": config.secrets_key,
        "DIRECTORY_PORT": "0",
    }
    command = [sys.executable, "-m", "services.directory", "verify-audit", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


def test_the_command_prints_a_head_and_says_what_is_wrong(log: Any, store: Store, config: Config):
    head = store.audit_reading.head()
    whole = run(config)
    assert whole.returncode == 0, whole.stderr
    assert f"head {head}" in whole.stdout
    again = run(config, "--since", "4", "--head", str(head))
    assert again.returncode == 0
    assert "9 entries checked, from 4 to 12" in again.stdout
    log.update_one({"_id": 7}, {"$set": {"actor": "admin:b"}})
    broken = run(config, "--head", str(head))
    assert broken.returncode == 1
    assert "BROKEN at entry 7 (changed)" in broken.stdout
    assert run(config, "--since", "99").returncode == 1
    assert run(config, "--head", "7:short").returncode == 2
