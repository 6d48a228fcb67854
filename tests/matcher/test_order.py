"""Whatever the order across topics, however runs are cut, repeated or interrupted: the same is derived and matched."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from events import directory
from events.envelope import Event
from services.matcher.consumer import Projection
from services.matcher.follower import Follower
from services.matcher.network import Network
from services.matcher.store import Store
from tests.eventlog import EventLog, deliver
from tests.matcher import given
from tests.matcher.conftest import emptied
from tests.matcher.reading import derived_in
from tests.matcher.test_accounts import completed, initiated, opened

pytestmark = pytest.mark.integration

TAGS = ("bread", "breads", "cake", "flour", "baker")
MEMBERS = 4
MEMBER = st.integers(0, MEMBERS - 1)
LISTS = st.lists(st.sampled_from(TAGS), max_size=3, unique=True)
STATUSES = st.sampled_from(["pending", "accepted", "tradingAccepted", "rejected"])


@dataclass(frozen=True)
class Step:
    """The next run of one source: so many records, begun so many before those that were taken already."""

    of_ledger: bool
    size: int
    again: int
    restarts: bool


STEPS = st.lists(
    st.builds(Step, of_ledger=st.booleans(), size=st.integers(1, 6), again=st.integers(0, 4), restarts=st.booleans()),
    max_size=12,
)


def member(number: int) -> directory.EntityRegistered:
    return given.registered(["bread"], ["flour"], entity_id=f"e{number}", account=str(number), categories=["food"])


@st.composite
def of_directory(draw: st.DrawFn) -> list[Event]:
    told: list[Event] = [member(number) for number in range(MEMBERS)]
    for _ in range(draw(st.integers(0, 12))):
        entity = member(draw(MEMBER))
        told.append(
            draw(
                st.one_of(
                    st.builds(lambda o, w, e=entity: given.offers_wants_changed(e, o, w), LISTS, LISTS),
                    st.builds(lambda s, e=entity: given.status_changed(e, s, "accepted"), STATUSES),
                    st.builds(directory.TagRenamed, name=st.sampled_from(TAGS), to=st.sampled_from(TAGS)),
                    st.builds(directory.TagRemoved, name=st.sampled_from(TAGS)),
                    st.builds(directory.CategoryRenamed, name=st.just("food"), to=st.sampled_from(["foods", "bakery"])),
                    st.just(directory.EntityClosed(entity_id=entity.entity_id, account=entity.account)),
                )
            )
        )
    return told


@st.composite
def of_ledger(draw: st.DrawFn) -> list[Event]:
    told: list[Event] = [opened(str(number), max_negative=2, max_positive=2) for number in range(MEMBERS)]
    balances = dict.fromkeys(map(str, range(MEMBERS)), 0)
    for number in range(draw(st.integers(0, 8))):
        payer, payee = draw(st.lists(MEMBER.map(str), min_size=2, max_size=2, unique=True))
        told.append(initiated(f"t{number}", payer, payee))
        if draw(st.booleans()):
            balances[payer] -= 1
            balances[payee] += 1
            told.append(completed(f"t{number}", **{payer: balances[payer], payee: balances[payee]}))
    return told


def logged(topic: str, key: str, events: Sequence[Event]) -> EventLog:
    log = EventLog(topic, key)
    for event in events:
        log.tell(event)
    return log


def lists(network: Network) -> dict[str, tuple]:
    ids = [entity.entity_id for entity in network.members() if not entity.closed]
    return {each: (network.leads(each), network.suppliers(each)) for each in sorted(ids)}


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@for_all(of_directory(), of_ledger(), STEPS)
def test_any_arrival_ends_in_the_same(store: Store, other_store: Store, told: list, moved: list, steps: list) -> None:
    emptied(store)
    emptied(other_store)
    logs = [logged("directory.events", "directory", told), logged("ledger.events", "main", moved)]
    for log in logs:
        assert deliver(Projection(other_store, lambda _: False), log.records)

    projection, follower, taken = Projection(store, lambda _: True), Follower(store), [0, 0]
    for step in [*steps, Step(of_ledger=False, size=99, again=0, restarts=False)]:
        which = int(step.of_ledger)
        log, at = logs[which], max(0, taken[which] - step.again)
        if records := log.records[at : at + step.size]:
            assert deliver(projection, records)
            taken[which] = max(taken[which], at + len(records))
        follower.network()
        if step.restarts:
            projection, follower = Projection(store, lambda _: True), Follower(store)
    assert deliver(projection, logs[1].records)

    assert derived_in(store) == derived_in(other_store)
    assert lists(follower.network()) == lists(Follower(other_store).network())
