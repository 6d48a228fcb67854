"""The index is held against MongoDB, repaired, and rid of what interrupted builds left."""

import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from services.chassis.process import Stop
from services.directory import building, consumer, tending
from services.directory.config import Config
from services.directory.domain import EntityChange
from services.directory.drift import Checker, Differences, differences
from services.directory.handlers import members
from services.directory.handlers.writing import Directory
from services.directory.indexing import indexed as documents
from services.directory.scheduling import Job, Schedule
from services.directory.store import EntityIndex, Store, new_index
from tests.directory.test_crashes import BY, add_entities, in_truth, indexed
from tests.directory.test_trouble import environment, run
from tests.waiting import wait_until


def test_every_kind_of_difference_is_told_apart() -> None:
    found = differences({"a": 1, "b": 2, "c": 3, "d": 4}, {"a": 1, "b": 1, "c": 9, "e": 5})
    assert found == Differences(missing=["d"], stale=["b"], ahead=["c"], orphans=["e"])
    assert not differences({"a": 1}, {"a": 1})


@pytest.mark.integration
class TestDrift:
    """With MongoDB and Elasticsearch, and damage done to the index by hand."""

    @pytest.fixture(autouse=True)
    def parts(self, directory: Directory, store: Store, prepared_index: EntityIndex) -> None:
        self.directory, self.store, self.index, self.es = directory, store, prepared_index, prepared_index._client
        add_entities(directory, store, 50)
        prepared_index.put(list(documents(store.entities.every())))
        self.caught_up()

    def caught_up(self) -> None:
        self.store.projections.reached(f"index/{consumer.DIRECTORY_SOURCE}", self.store.events.head())

    def checker(self, **settings: float) -> Checker:
        return Checker(self.store, self.index, lambda: consumer.applied(self.store), size=20, **settings)  # type: ignore[arg-type]

    def damage(self) -> Differences:
        alias = self.index.alias
        self.es.delete(index=alias, id="e1")
        self.store.database["entities"].update_one({"_id": "e2"}, {"$inc": {"revision": 1}})
        self.es.update(index=alias, id="e3", doc={"status": "pending"})
        for number in range(45):
            self.es.index(index=alias, id=f"x{number:02}", document={"entity_id": f"x{number:02}"})
        self.es.indices.refresh(index=alias)
        return Differences(
            missing=["e1"], stale=["e2"], ahead=["e3"], orphans=[f"x{number:02}" for number in range(45)]
        )

    def test_damage_of_each_kind_is_found_and_repaired(self) -> None:
        damage, found = self.damage(), Differences()
        for page in self.checker().pages():
            found = Differences(
                missing=[*found.missing, *page.differences.missing],
                stale=[*found.stale, *page.differences.stale],
                ahead=[*found.ahead, *page.differences.ahead],
                orphans=[*found.orphans, *page.differences.orphans],
            )
            self.checker().repair(page.differences)
        assert found == damage
        assert indexed(self.index) == in_truth(self.store)
        assert self.es.get(index=self.index.alias, id="e3")["_source"]["view"]["status"] == "accepted"
        assert [page.checked for page in self.checker().pages() if not page.differences] == [20, 20, 10]

    def test_what_is_only_on_its_way_is_no_drift(self) -> None:
        done = members.change_entity(self.directory, BY, "e1", EntityChange(profile={"city": "Hull"}))

        def arrive() -> None:
            self.index.put(list(documents(self.store.entities.of_ids(["e1"]))))
            self.store.projections.reached(f"index/{consumer.DIRECTORY_SOURCE}", done.position)

        behind = self.checker(patience=0.3).page("")
        assert (behind.consumer_behind, behind.differences.stale) == (True, ["e1"])
        timer = threading.Timer(0.3, arrive)
        timer.start()
        page = self.checker().page("")
        timer.join()
        assert (page.consumer_behind, bool(page.differences)) == (False, False)

    def test_the_schedule_checks_bit_by_bit_repairs_and_keeps_its_place(self, log_lines) -> None:
        self.damage()
        schedule = Schedule(
            self.directory, self.index, Stop(), [Job("check-index", timedelta(hours=1), tending.check_index)]
        )
        schedule.tick()
        assert indexed(self.index) == in_truth(self.store)
        place = self.store.jobs.states()["check-index"].place or {}
        assert {name: place["last_pass"][name] for name in ("checked", "missing", "stale", "ahead", "orphans")} == {
            "checked": 50,
            "missing": 1,
            "stale": 1,
            "ahead": 1,
            "orphans": 45,
        }
        assert (place["after"], place["pass"]) == ("", None)
        assert "drift.found" in str(log_lines())

    def test_the_schedule_merges_what_was_written_bit_by_bit(self) -> None:
        for document in documents(self.store.entities.of_ids(["e1", "e2", "e3"])):
            self.index.put([document])
        assert self.segments() > 1
        Schedule(self.directory, self.index, Stop(), [Job("merge", timedelta(hours=1), tending.merge_index)]).tick()
        self.index.refresh()
        assert self.segments() == 1
        assert indexed(self.index) == in_truth(self.store)

    def segments(self) -> int:
        """Of the index, as far as they are searched."""
        found = self.es.indices.segments(index=self.index.alias)["indices"].values()
        shards = [shard for each in found for shard in each["shards"]["0"]]
        return sum(segment["search"] for shard in shards for segment in shard["segments"].values())

    def test_an_entity_that_is_gone_leaves_the_index(self) -> None:
        self.store.database["entities"].delete_one({"_id": "e1"})
        (page,) = [page for page in self.checker().pages() if page.differences]
        assert (page.differences.ids(), page.differences.orphans) == (["e1"], ["e1"])

    def test_the_command_tells_and_repairs(self, config: Config) -> None:
        self.damage()
        told = run(config, "check-index")
        assert (told.returncode, told.stdout.splitlines()[-1]) == (1, "50 businesses compared, 48 differ")
        assert run(config, "check-index", "--repair").returncode == 0
        again = run(config, "check-index")
        assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "50 businesses compared, 0 differ")

    def test_a_build_that_was_killed_leaves_nothing_for_good(self, config: Config) -> None:
        add_many(self.store, 6_000)
        command = [sys.executable, "-m", "services.directory", "rebuild-index"]
        with subprocess.Popen(command, env=environment(config), stdout=subprocess.DEVNULL) as building_process:
            wait_until(lambda: len(self.index.indices()) == 2, 60)
            building_process.send_signal(signal.SIGKILL)
        assert len(self.index.indices()) == 2

        with pytest.raises(building.BuildRunning):
            building.rebuild(self.store, self.index, "too-early")
        assert building.discard_unfinished(self.store, self.index) == []
        self.store.database["leases"].update_one({"_id": building.LEASE}, {"$set": {"until": None}})
        serving = self.index.serving()
        schedule = Schedule(
            self.directory, self.index, Stop(), [Job("tidy", timedelta(hours=1), tending.discard_unfinished_builds)]
        )
        schedule.tick()
        assert self.index.indices() == serving

        told: list[building.Progress] = []
        assert building.rebuild(self.store, self.index, "again", told.append) == 6_050
        assert (told[-1].written, told[-1].remaining_seconds) == (6_050, 0)
        assert self.index.indices() == self.index.serving() != serving
        assert self.es.count(index=self.index.alias)["count"] == 6_050

    def test_an_index_of_an_older_mapping_is_built_anew_by_migrate(self, config: Config) -> None:
        newer = new_index(config.elasticsearch_url, config.index_prefix, self.index._mapping, 99)
        assert not newer.is_current()
        assert building.prepare(self.store, newer) == 50
        assert newer.serving() == [f"{newer.alias}-v99-first"]
        assert building.prepare(self.store, newer) == 0
        newer.close()


def add_many(store: Store, count: int) -> None:
    """Copies of one entity, without events."""
    pattern = store.database["entities"].find_one({"_id": "e1"}) or {}
    for first in range(0, count, 1_000):
        store.database["entities"].insert_many(
            {**pattern, "_id": f"m{number:06}", "account": f"m{number}"} for number in range(first, first + 1_000)
        )
