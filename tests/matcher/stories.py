"""Logs of events to take into a matcher's store, and what they end in."""

from events import directory
from services.matcher.consumer import Projection
from services.matcher.store import Store
from tests.eventlog import EventLog, deliver
from tests.matcher import given
from tests.matcher.reading import Documents, derived_in
from tests.matcher.test_accounts import completed, initiated, opened


def of_directory() -> EventLog:
    return EventLog("directory.events", "directory")


def of_ledger() -> EventLog:
    return EventLog("ledger.events", "main")


def a_story(entities: int = 12) -> EventLog:
    log = of_directory()
    told = [given.registered(["bread"], ["flour"], name=f"n{i}", status="pending") for i in range(entities)]
    for entity in told:
        log.tell(entity)
    for index, entity in enumerate(told):
        log.tell(given.status_changed(entity, "accepted", "pending"))
        log.tell(given.offers_wants_changed(entity, ["bread", f"cake-{index}"]))
        changed = {"before": {"name": f"n{index}"}, "after": {"name": f"new{index}"}}
        log.tell(directory.EntityProfileChanged(entity_id=entity.entity_id, **changed))
        log.tell(directory.UserRegistered(user_id=str(index), kind="member", email="x@y.test"))
        if index % 5 == 0:
            log.tell(directory.EntityClosed(entity_id=entity.entity_id, account=entity.account))
    return log


def a_ledgers_story(accounts: int = 6) -> EventLog:
    log = of_ledger()
    numbers = [f"a{number}" for number in range(accounts)]
    for number in numbers:
        log.tell(opened(number))
    balances = dict.fromkeys(numbers, 0)
    for index in range(30):
        payer, payee = numbers[index % accounts], numbers[(index * index + 1) % accounts]
        if payer == payee:
            continue
        log.tell(initiated(f"t{index}", payer, payee, "admin" if index % 7 == 0 else "transfer"))
        if index % 5:
            balances[payer] -= 1
            balances[payee] += 1
            log.tell(completed(f"t{index}", **{payer: balances[payer], payee: balances[payee]}))
    return log


def renaming_story() -> EventLog:
    """A tag is renamed, merged into another, removed, and taken up again, among other changes."""
    log = of_directory()
    told = [given.registered(["bread", f"cake-{i % 3}"], ["flour", "cake-0"], name=f"n{i}") for i in range(30)]
    for index, entity in enumerate(told):
        log.tell(entity)
        if index == 20:
            log.tell(directory.TagRenamed(name="bread", to="loaves"))
    log.tell(directory.TagRenamed(name="cake-0", to="cake-1"))
    log.tell(given.offers_wants_changed(told[3], ["cake-0", "loaves"], ["flour"]))
    log.tell(directory.TagRemoved(name="flour"))
    log.tell(given.offers_wants_changed(told[4], ["tea"], ["flour"]))
    log.tell(directory.TagRenamed(name="bread", to="loaves"))
    return log


def clean(store: Store, *logs: EventLog) -> Documents:
    for log in logs:
        assert deliver(Projection(store, lambda _: False), log.records)
    return derived_in(store)
