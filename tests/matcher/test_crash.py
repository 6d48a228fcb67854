"""The real consumer killed with SIGKILL in the middle, and the index rebuilt from real Kafka."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from services.chassis.consuming import Loop
from services.chassis.process import Stop
from services.matcher.rebuild import rebuild
from tests.eventlog import EventLog
from tests.matcher import elastic, given
from tests.waiting import wait_until

pytestmark = pytest.mark.integration
store, projection = elastic.store, elastic.projection


@pytest.fixture
def start(elasticsearch_url, index_prefix, kafka_bootstrap, fresh_topic, tmp_path) -> Iterator:
    (tmp_path / "internal.pem").write_text("unused")
    environment = {
        **os.environ,
        "MATCHER_ELASTICSEARCH_URL": elasticsearch_url,
        "MATCHER_INDEX_PREFIX": index_prefix,
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "INTERNAL_PUBLIC_KEY_FILE": str(tmp_path / "internal.pem"),
        "MATCHER_PORT": "0",
    }
    processes: list[subprocess.Popen] = []

    def run() -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.matcher.consuming", fresh_topic]
        with (tmp_path / f"{len(processes)}.log").open("w") as output:
            processes.append(subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT))
        return processes[-1]

    yield run
    for process in processes:
        process.kill()
        process.wait()


def entities(store) -> dict[str, int]:
    found = store._client.search(index=store.current(), query={"match_all": {}}, size=10_000)
    return {hit["_id"]: hit["_source"]["version"] for hit in found["hits"]["hits"]}


def test_killed_consumer_loses_and_repeats_nothing_and_the_index_can_be_rebuilt(
    start, store, fresh_topic, kafka_bootstrap
):
    log = EventLog(fresh_topic, "directory")
    told = [given.registered(["bread"], ["flour"]) for _ in range(2000)]
    expected = {}
    for entity in told:
        log.tell(entity)
    for entity in told:
        expected[entity.entity_id] = log.tell(given.offers_wants_changed(entity, ["cake"])).position
    log.publish(kafka_bootstrap)

    first = start()
    wait_until(lambda: store.position(store.current(), log.source), seconds=60)
    first.send_signal(signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    assert store.position(store.current(), log.source) < len(log.records), "killed too late to mean anything"

    second = start()
    wait_until(lambda: store.position(store.current(), log.source) == len(log.records), seconds=90)
    assert entities(store) == expected

    old = store.current()
    new = rebuild(store, lambda p, group, stop: Loop(p, kafka_bootstrap, group, [fresh_topic], stop), Stop)
    assert store.current() == new != old
    assert entities(store) == expected

    late = given.registered(["bread"])
    log.publish(kafka_bootstrap, [log.tell(late)])
    wait_until(lambda: store.position(new, log.source) == len(log.records), seconds=30)
    assert late.entity_id in entities(store)
    second.terminate()
    assert second.wait(timeout=10) == 0
