"""Timed work: one leads, a restart neither repeats nor loses a run, a job that fails keeps no other from running."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.process import Stop
from services.directory import app
from services.directory.handlers.writing import Directory
from services.directory.scheduling import CutOff, Job, Schedule, Turn, is_due, retry_after
from services.directory.store import EntityIndex, Store
from services.directory.store.jobs import Deposed, JobState
from services.mongo.lease import Lease
from tests.directory.conftest import Time
from tests.waiting import wait_until

HOUR = timedelta(hours=1)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def a_job(run: Callable[[Turn], None] = lambda _: None, name: str = "tidy") -> Job:
    return Job(name, HOUR, run)


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (JobState(), True),
        (JobState(ended_at=NOON - HOUR), True),
        (JobState(ended_at=NOON - HOUR / 2), False),
        (JobState(ended_at=NOON + HOUR), True),
        (JobState(ended_at=NOON, begun_at=NOON), True),
        (JobState(failed_at=NOON - timedelta(seconds=14), failures=1), False),
        (JobState(failed_at=NOON - timedelta(seconds=15), failures=1), True),
        (JobState(failed_at=NOON - timedelta(seconds=29), failures=2, ended_at=NOON - 9 * HOUR), False),
        (JobState(failed_at=NOON - timedelta(minutes=15), failures=99), True),
    ],
    ids=["never", "long-ago", "lately", "clock-set-back", "cut-off", "wait", "again", "longer", "at-most"],
)
def test_when_a_job_is_due(state: JobState, due: bool) -> None:
    assert is_due(a_job(), state, NOON) is due


def test_the_wait_after_failures_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [retry_after(count).seconds for count in (1, 2, 3, 7, 5_000)] == [15, 30, 60, 900, 900]


@pytest.mark.integration
class TestSchedule:
    """With MongoDB, a clock to set, and jobs that note that they ran."""

    @pytest.fixture(autouse=True)
    def parts(self, directory: Directory, index: EntityIndex, time: Time) -> None:
        self.directory, self.index, self.time, self.ran = directory, index, time, list[str]()

    def schedule(self, *jobs: Job, stop: Stop | None = None) -> Schedule:
        return Schedule(self.directory, self.index, stop or Stop(), jobs)

    def noting(self, name: str) -> Job:
        return a_job(lambda _: self.ran.append(name), name)

    def test_a_job_runs_every_so_often_whoever_leads(self) -> None:
        first = self.schedule(self.noting("tidy"))
        for _ in range(3):
            first.tick()
        assert self.ran == ["tidy"]

        first._let_go()
        self.time.pass_by(minutes=59)
        restarted = self.schedule(self.noting("tidy"))
        restarted.tick()
        assert self.ran == ["tidy"], "a restart repeats nothing"
        self.time.pass_by(minutes=1)
        restarted.tick()
        assert self.ran == ["tidy", "tidy"]

    def test_one_of_many_leads_at_a_time(self) -> None:
        schedules = [self.schedule(self.noting("tidy")) for _ in range(8)]
        threads = [threading.Thread(target=schedule.tick) for schedule in schedules]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.ran == ["tidy"]

    def test_a_job_that_raises_is_tried_again_later_and_stops_no_other(self) -> None:
        def fail(_: Turn) -> None:
            self.ran.append("bad")
            raise ValueError("a defect")

        schedule = self.schedule(a_job(fail, "bad"), self.noting("good"))
        schedule.tick()
        schedule.tick()
        assert self.ran == ["bad", "good"]
        self.time.pass_by(seconds=15)
        schedule.tick()
        self.time.pass_by(seconds=29)
        schedule.tick()
        assert self.ran == ["bad", "good", "bad"]
        assert self.directory.store.jobs.states()["bad"].failures == 2

        mended = self.schedule(self.noting("bad"))
        schedule._let_go()
        self.time.pass_by(seconds=1)
        mended.tick()
        assert self.ran[-1] == "bad"
        assert self.directory.store.jobs.states()["bad"].failures == 0

    def test_a_job_that_was_cut_off_is_due_again_and_goes_on_from_its_place(self) -> None:
        stop, places = Stop(), list[object]()

        def in_pieces(turn: Turn) -> None:
            places.append(dict(turn.place()))
            turn.keep_place({"after": "e7"})
            stop.request()
            turn.step()
            raise AssertionError("it went on")

        self.schedule(a_job(in_pieces), stop=stop).tick()
        assert self.directory.store.jobs.states()["tidy"].failures == 0
        next_process = self.schedule(a_job(lambda turn: places.append(dict(turn.place()))))
        self.directory.store.database["leases"].update_one({"_id": "schedule"}, {"$set": {"until": None}})
        next_process.tick()
        assert places == [{}, {"after": "e7"}]

    def test_one_that_was_deposed_stops_and_writes_nothing_more(self) -> None:
        def slow(turn: Turn) -> None:
            self.directory.store.database["leases"].update_one({"_id": "schedule"}, {"$set": {"until": None}})
            other.tick()
            with pytest.raises(CutOff):
                turn.step()
            with pytest.raises(Deposed):
                turn.keep_place({"after": "nowhere"})
            self.ran.append("deposed")

        other = self.schedule(self.noting("tidy"))
        self.schedule(a_job(slow)).tick()
        assert self.ran == ["tidy", "deposed"]
        state = self.directory.store.jobs.states()["tidy"]
        assert (state.place, state.begun_at, state.ended_at) == (None, None, self.time.now())

    def test_the_process_stops_when_asked_and_lets_the_next_one_lead_at_once(self) -> None:
        stop = Stop()
        thread = threading.Thread(target=self.schedule(self.noting("tidy"), stop=stop).run)
        thread.start()
        wait_until(lambda: self.ran)
        stop.request()
        thread.join(10)
        assert not thread.is_alive()
        assert Lease(self.directory.store.database, "schedule").take() is not None

    def test_a_database_that_is_away_is_waited_for(self, log_lines) -> None:
        away = app.new_store("mongodb://127.0.0.1:1/?directConnection=true", "none")
        stop = Stop()
        schedule = Schedule(replace(self.directory, store=away), self.index, stop, [self.noting("tidy")])
        thread = threading.Thread(target=schedule.run)
        thread.start()
        wait_until(lambda: "schedule.retrying" in str(log_lines()), 20)
        stop.request()
        thread.join(20)
        away.database.client.close()
        assert (thread.is_alive(), self.ran) == (False, [])


@pytest.mark.integration
def test_epochs_grow_with_every_change_of_leader(store: Store) -> None:
    one, two = Lease(store.database, "thing"), Lease(store.database, "thing")
    epochs = [(one.take() or {})["epoch"], (one.take() or {})["epoch"]]
    assert two.take() is None
    one.release()
    epochs.append((two.take() or {})["epoch"])
    assert epochs == [1, 1, 2]
    assert not one.move("cursor", 5, 1)
    assert two.move("cursor", 5, 2)
