"""What was kept long enough goes, by the schedule; what was not stays; a run that was cut off is carried on."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.chassis.process import Stop
from services.directory.domain.retention import Retention
from services.directory.handlers import audit_checks, retention
from services.directory.handlers.writing import Directory, origin_of
from services.directory.scheduling import JOBS, Schedule
from services.directory.store import EntityIndex, Store, migrate
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, Gateway, Member, a_login

pytestmark = pytest.mark.integration
KEYED = {"Idempotency_Key": "once"}
HOME = "192.0.2.77"


class CutOff(Exception):
    """In the middle of a run."""


def run(directory: Directory, step: Callable[[], object] = lambda: None) -> None:
    """As the schedule does, with a place that lasts."""
    places = directory.store.database["places_of_test"]
    kept = places.find_one({"_id": 1}, {"_id": 0}) or {}

    def keep(place: object) -> None:
        places.replace_one({"_id": 1}, place, upsert=True)  # type: ignore[arg-type]

    retention.enforce(directory, step, kept, keep)


def everything(store: Store) -> dict[str, list]:
    # The time of the key is the one thing that the first run may set.
    names = [name for name in store.database.list_collection_names() if name not in ("settings", "places_of_test")]
    return {name: list(store.database[name].find().sort("_id", 1)) for name in names}


def a_member(gateway: Gateway) -> Member:
    member = gateway.sign_up()
    assert gateway.post("/sessions", a_login(member, address=HOME, device="a-browser"))[0] == 200
    assert gateway.post("/sessions", a_login(member, address=HOME, device="a-browser"))[0] == 200
    return member


def user(store: Store, member: Member) -> dict:
    return store.database["users"].find_one({"_id": member.user_id}) or {}


def test_addresses_and_devices_go_after_ninety_days_and_not_before(
    gateway: Gateway, directory: Directory, store: Store, time: Time
):
    member = a_member(gateway)
    time.pass_by(days=89)
    run(directory)
    assert user(store, member)["last_login"]["address"] == user(store, member)["previous_login"]["address"] == HOME
    assert store.database["devices"].count_documents({}) == 2
    later = a_member(gateway)
    time.pass_by(days=1, seconds=1)
    run(directory)
    for login in ("last_login", "previous_login"):
        assert user(store, member)[login]["address"] == ""
        assert user(store, member)[login]["at"]
        assert user(store, later)[login]["address"] == HOME
    assert {each["user_id"] for each in store.database["devices"].find()} == {later.user_id}
    before = everything(store)
    run(directory)
    assert everything(store) == before


def test_after_the_key_is_renewed_nothing_can_be_linked_to_what_was_before(
    directory: Directory, store: Store, time: Time
):
    first = origin_of(store, HOME)
    run(directory)
    time.pass_by(days=90)
    run(directory)
    assert origin_of(store, HOME) == first, "its age is counted from the first run"
    time.pass_by(seconds=1)
    run(directory)
    second = origin_of(store, HOME)
    assert second != first
    run(directory)
    assert origin_of(store, HOME) == second


def test_details_of_the_audit_log_go_after_six_years_and_its_chain_still_holds(
    gateway: Gateway, directory: Directory, store: Store, time: Time
):
    member = a_member(gateway)
    old = store.audit_reading.head().position
    time.pass_by(days=2192, seconds=1)
    gateway.patch(f"/entities/{member.entity_id}", {"city": "Derry"}, ADMIN)
    run(directory)
    report = audit_checks.verify(store)
    assert (report.finding, report.erased, report.checked > old) == (None, old, True)
    told = store.database["audit"].count_documents({"details": {"$exists": True}, "salt": {"$exists": True}})
    assert told == report.checked - old
    before = everything(store)
    run(directory)
    assert everything(store) == before


def test_an_answer_is_emptied_and_the_command_is_still_not_done_twice(
    gateway: Gateway, directory: Directory, store: Store, time: Time
):
    member = gateway.sign_up()
    path, change = f"/entities/{member.entity_id}", {"city": "Zebrafinchtown"}
    assert gateway.patch(path, change, ADMIN, **KEYED)[0] == 200
    time.pass_by(days=90)
    run(directory)
    assert gateway.patch(path, change, ADMIN, **KEYED)[1]["city"] == "Zebrafinchtown"
    time.pass_by(seconds=1)
    run(directory)
    assert "Zebrafinchtown" not in repr(list(store.database["outcomes"].find()))
    position = store.events.head()
    status, problem = gateway.patch(path, change, ADMIN, **KEYED)
    assert (status, problem["type"]) == (409, "idempotency.answer_gone")
    assert gateway.patch(path, {"city": "Hull"}, ADMIN, **KEYED)[1]["type"] == "idempotency.key_reused"
    assert store.events.head() == position
    before = everything(store)
    migrate(store.database)
    run(directory)
    assert everything(store) == before


def test_an_answer_from_before_there_were_times_ages_from_the_migration_on(gateway: Gateway, store: Store):
    member = gateway.sign_up()
    gateway.patch(f"/entities/{member.entity_id}", {"city": "Derry"}, ADMIN, **KEYED)
    store.database["outcomes"].update_many({}, {"$unset": {"answered_at": ""}})
    migrate(store.database)
    assert store.database["outcomes"].find_one({"answered_at": {"$type": "date"}})


def test_a_run_that_is_cut_off_anywhere_is_carried_on(gateway: Gateway, directory: Directory, store: Store, time: Time):
    store.expiring.batch = 2
    for number in range(3):
        member = a_member(gateway)
        gateway.patch(f"/entities/{member.entity_id}", {"city": HOME}, ADMIN, Idempotency_Key=str(number))
    time.pass_by(days=2192, seconds=1)
    cuts = 0

    def cut() -> None:
        raise CutOff

    # Each run gets one step further than the one before, until one ends by itself.
    for allowed in range(100):
        left = iter(range(allowed))
        try:
            run(directory, lambda left=left: None if next(left, None) is not None else cut())  # type: ignore[misc]
        except CutOff:
            cuts += 1
        else:
            break
    assert 3 < cuts < 99
    assert HOME not in repr(list(store.database["users"].find()))
    assert HOME not in repr(list(store.database["outcomes"].find()))
    assert store.database["devices"].count_documents({}) == 0
    report = audit_checks.verify(store)
    assert (report.finding, report.erased) == (None, report.checked)


def test_the_schedule_does_it(gateway: Gateway, directory: Directory, store: Store, index: EntityIndex, time: Time):
    member = a_member(gateway)
    time.pass_by(days=91)
    job = next(job for job in JOBS if job.name == "retention")
    Schedule(directory, index, Stop(), [job]).tick()
    assert user(store, member)["last_login"]["address"] == ""
    assert store.jobs.states()["retention"].ended_at == time.now()


def test_less_than_a_day_is_no_setting():
    with pytest.raises(ValueError, match="at least a day"):
        Retention(answers=timedelta())
