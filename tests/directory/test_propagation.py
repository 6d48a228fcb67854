"""A thousand businesses follow a rename: through a kill, beside edits and removals, and everywhere the same."""

import secrets
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event as Flag

import pytest

from events import codec
from events.directory import EntityRegistered, Profile
from events.topics import DIRECTORY_EVENTS
from services.chassis.consuming import Received
from services.chassis.process import Stop
from services.directory.config import Config
from services.directory.domain import Entity, EntityChange, Membership, Tag, UnknownEntity
from services.directory.domain.catalogue import Term
from services.directory.domain.errors import UnknownTerm
from services.directory.handlers import catalogue, members
from services.directory.handlers.propagation import rewrite_all, rewrite_next
from services.directory.handlers.writing import By, Directory, append
from services.directory.scheduling import JOBS, Schedule
from services.directory.store import EntityIndex, Store
from services.matcher.consumer import DIRECTORY_SOURCE, Projection
from services.matcher.store import Store as MatcherStore
from tests.directory.conftest import Time
from tests.directory.process import freeze
from tests.directory.renaming import renaming
from tests.matcher.reading import derived_in
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

BY = By(actor="admin:test", correlation_id="test-correlation")
MANY = 1_000


@pytest.fixture
def matcher(mongo_url: str):
    made = MatcherStore(mongo_url, f"test_{secrets.token_hex(6)}")
    made.migrate()
    yield made
    made.client.drop_database(made.database)
    made.close()


def add_many(directory: Directory, store: Store, count: int = MANY) -> None:
    """Listed businesses that offer `veg`, every third one `vegetables` too, without the cost of sign-ups."""
    for first in range(0, count, 50):
        numbers = range(first, min(first + 50, count))
        store.transact(lambda inside, numbers=numbers: _add(directory, inside, numbers))
    now = directory.clock()
    for name in ("veg", "vegetables", "tea", "other"):
        known = store.catalogue.named("tags", name)
        if known is None:
            store.catalogue.add(
                "tags", Term(term_id=f"id-{name}", name=name, label=name, created_at=now, updated_at=now)
            )


def _add(directory: Directory, inside: Store, numbers: range) -> None:
    entities = [an_entity(number, directory.clock()) for number in numbers]
    events = [
        EntityRegistered(
            entity_id=each.entity_id, account=each.account, status=each.status, profile=each.profile,
            offers=[tag.name for tag in each.offers], wants=[tag.name for tag in each.wants], categories=[],
        )
        for each in entities
    ]  # fmt: skip
    last = append(directory, inside, BY, events, directory.clock())
    for position, entity in enumerate(entities, last - len(entities) + 1):
        inside.entities.add(replace(entity, version=position), Membership(entity.entity_id, "u1", "owner"))


def an_entity(number: int, now: str) -> Entity:
    both = (Tag("vegetables", now), Tag("tea", now)) if number % 3 == 0 else (Tag("tea", now),)
    return Entity(
        entity_id=f"e{number:05d}",
        account=str(number),
        status="accepted",
        profile=Profile(name=f"Entity {number}"),
        offers=(Tag("veg", now), *both),
        wants=(Tag("veg", now),) if number % 2 else (),
        created_at=now,
    )


def tags_in(store: Store) -> dict[str, tuple[list[str], list[str]]]:
    return {
        each.entity_id: ([tag.name for tag in each.offers], [tag.name for tag in each.wants])
        for each in store.entities.every()
    }


def tags_in_index(index: EntityIndex) -> dict[str, tuple[list[str], list[str]]]:
    found: dict[str, tuple[list[str], list[str]]] = {}
    hits = index._client.search(index=index.alias, query={"match_all": {}}, size=10_000)["hits"]["hits"]
    for hit in hits:
        view = hit["_source"]["view"]
        found[hit["_id"]] = (view["offers"], view["wants"])
    return found


def tags_in_matcher(matcher: MatcherStore, store: Store, size: int = 700) -> dict[str, tuple[list[str], list[str]]]:
    """What the matcher makes of every event from the first one on."""
    received = []
    for record in store.database["outbox"].find().sort("_id", 1):
        raw = bytes(record["value"])
        envelope = codec.decode(raw)
        received.append(Received(DIRECTORY_SOURCE, DIRECTORY_EVENTS, envelope.sequence, raw, envelope))
    projection = Projection(matcher, lambda _: True)
    for first in range(0, len(received), size):
        projection.apply(DIRECTORY_SOURCE, received[first : first + size])
    return {
        each["_id"]: ([tag for tag, _ in each["offers"]], [tag for tag, _ in each["wants"]])
        for each in derived_in(matcher)["entities"]
    }


def begin_rename(store: Store, directory: Directory, name: str, to: str) -> None:
    """A rename of which its request carries out nothing: as if it had been killed right after its commit."""
    source = store.catalogue.named("tags", name)
    assert source is not None
    limit, catalogue.IN_A_REQUEST = catalogue.IN_A_REQUEST, 0
    try:
        catalogue.rename(directory, BY, "tags", source.term_id, to)
    finally:
        catalogue.IN_A_REQUEST = limit


def schedule_once(directory: Directory, index: EntityIndex) -> None:
    Schedule(directory, index, Stop(), [job for job in JOBS if job.name == "propagation"]).tick()


def rewritten(store: Store) -> int:
    return sum(each["rewritten"] for each in store.database["propagations"].find())


def test_a_rename_killed_in_the_middle_goes_on_and_ends_the_same_everywhere(
    config: Config,
    directory: Directory,
    store: Store,
    prepared_index: EntityIndex,
    matcher: MatcherStore,
    time: Time,
):
    add_many(directory, store)
    begin_rename(store, directory, "veg", "vegetables")
    with renaming(config) as first:
        wait_until(lambda: rewritten(store) > 0, 60)
        freeze(first)
        assert 0 < rewritten(store) < MANY, "it was too fast to be killed midway"
        first.send_signal(signal.SIGKILL)
        first.wait()

    # What the killed one had begun holds its businesses until the server gives it up; the schedule tries again.
    def carried_on() -> bool:
        time.pass_by(minutes=1)
        schedule_once(directory, prepared_index)
        return not store.propagations.running()

    wait_until(carried_on, 120)
    assert rewritten(store) == MANY
    found = tags_in(store)
    assert len(found) == MANY
    assert found["e00000"] == (["vegetables", "tea"], [])
    assert found["e00001"] == (["vegetables", "tea"], ["vegetables"])
    assert all("veg" not in offers + wants for offers, wants in found.values())
    assert tags_in_index(prepared_index) == found
    assert tags_in_matcher(matcher, store) == found
    assert [each.name for each in store.catalogue.page("tags", catalogue.Wanted())[0]] == ["other", "tea", "vegetables"]


def test_beside_edits_and_removals_all_end_the_same(
    directory: Directory, store: Store, prepared_index: EntityIndex, matcher: MatcherStore
):
    """Members edit while tags are renamed and removed, and while the schedule works: nobody keeps an old name."""
    add_many(directory, store, 600)
    over = Flag()

    def edit(seed: int) -> int:
        for step in range(40):
            entity_id = f"e{(seed * 97 + step * 13) % 600:05d}"
            offers = (("veg", "bread"), ("tea", "veg"), ("vegetables", "tea", "veg"), ("greens",))[step % 4]
            members.change_entity(directory, BY, entity_id, EntityChange(offers=offers))
        return 40

    def work() -> None:
        while not over.is_set():
            rewrite_next(directory, BY, batch=20)

    with ThreadPoolExecutor(5) as threads:
        workers = [threads.submit(work) for _ in range(2)]
        editors = [threads.submit(edit, seed) for seed in range(2)]
        begin_rename(store, directory, "veg", "greens")
        removed = threads.submit(catalogue.remove, directory, BY, "tags", "id-tea")
        assert sum(each.result(120) for each in editors) == 80
        removed.result(120)
        over.set()
        for each in workers:
            each.result(60)
    rewrite_all(directory, BY, lambda: None)
    schedule_once(directory, prepared_index)

    # The index has what the relay and the consumer would have brought; here it is filled from the truth for the edits.
    found = tags_in(store)
    assert store.propagations.running() == []
    assert tags_in_matcher(matcher, store, size=37) == found
    catalogued = {each["_id"] for each in store.database["tags"].find()}
    in_use = {name for offers, wants in found.values() for name in offers + wants}
    assert in_use <= catalogued | {"vegetables"}


def test_a_member_edited_meanwhile_has_the_new_name_at_once(directory: Directory, store: Store):
    add_many(directory, store, 5)
    begin_rename(store, directory, "veg", "greens")
    view = members.change_entity(directory, BY, "e00001", EntityChange(profile={"city": "Leeds"})).document
    assert (view["offers"], view["wants"]) == (["greens", "tea"], ["greens"])
    view = members.change_entity(directory, BY, "e00002", EntityChange(offers=("veg", "greens", "soup"))).document
    assert view["offers"] == ["greens", "soup"], "an old name that is typed in means the new one"
    assert tags_in(store)["e00004"][0] == ["veg", "tea"], "not reached yet"
    rewrite_all(directory, BY, lambda: None)
    assert tags_in(store)["e00004"][0][0] == "greens"
    view = members.change_entity(directory, BY, "e00002", EntityChange(offers=("veg",))).document
    assert view["offers"] == ["veg"], "once everybody has followed, the name is free again"


def test_a_name_is_not_changed_twice_at_the_same_time(directory: Directory, store: Store):
    add_many(directory, store, 5)
    begin_rename(store, directory, "veg", "greens")
    with pytest.raises(catalogue.CatalogueBusy):
        begin_rename(store, directory, "greens", "leaves")
    with pytest.raises(catalogue.CatalogueBusy):
        begin_rename(store, directory, "tea", "veg")
    assert store.catalogue.named("tags", "tea"), "nothing was done"
    rewrite_all(directory, BY, lambda: None)
    begin_rename(store, directory, "greens", "leaves")


def test_of_many_renames_and_removals_of_one_tag_at_once_one_is_done(directory: Directory, store: Store):
    add_many(directory, store, 50)

    def attempt(number: int) -> str:
        try:
            if number % 2:
                catalogue.remove(directory, BY, "tags", "id-veg")
                return "removed"
            catalogue.rename(directory, BY, "tags", "id-veg", f"greens-{number}")
        except (UnknownTerm, catalogue.CatalogueBusy):
            return "refused"
        return "renamed"

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(attempt, range(6)))
    rewrite_all(directory, BY, lambda: None)
    found = tags_in(store)
    names = {name for offers, wants in found.values() for name in offers + wants}
    assert "veg" not in names
    # A rename leaves the id in place, so several renames, and then a removal, may follow one another.
    assert outcomes.count("removed") <= 1
    kept = {each["_id"] for each in store.database["tags"].find()}
    assert {name for name in names if name.startswith("greens")} <= kept


def test_a_change_of_nobody_is_refused_all_the_same(directory: Directory):
    with pytest.raises(UnknownEntity):
        members.change_entity(directory, BY, "nobody", EntityChange(offers=("veg",)))
