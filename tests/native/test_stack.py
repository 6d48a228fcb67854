"""The four real servers: started, reused, killed, moved, side by side."""

import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from elasticsearch import Elasticsearch
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from pymongo import MongoClient

from deploy.native.processes import identify, left_behind
from deploy.native.servers import SERVERS
from deploy.native.stack import Stack
from deploy.native.waiting import wait_until
from tests.native.stand_ins import SMALL

pytestmark = [pytest.mark.integration, pytest.mark.long]

NAMES = [server.name for server in SERVERS]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """One directory for all tests of this module: a stack takes its time to start."""
    path = Path(tempfile.mkdtemp(prefix="mccs-stack-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    a_stack(path).wipe()
    path.rmdir()


def a_stack(place: Path) -> Stack:
    return Stack(place / "stack", options=SMALL)


@pytest.fixture
def stack(place: Path) -> Stack:
    """A running stack."""
    stack = a_stack(place)
    stack.start()
    return stack


def write_to_databases(addresses: dict[str, str]) -> str:
    """Put one word into PostgreSQL and MongoDB."""
    word = f"w{secrets.token_hex(6)}"
    with psycopg.connect(addresses["POSTGRES_ADMIN_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])
    with MongoClient(addresses["MONGO_URL"]) as client, client.start_session() as session, session.start_transaction():
        client.test.words.insert_one({"_id": word}, session=session)
    return word


def write_everywhere(addresses: dict[str, str]) -> str:
    """Put one word into each of the four servers, acknowledged by each."""
    word = write_to_databases(addresses)
    admin = KafkaAdminClient(bootstrap_servers=addresses["KAFKA_BOOTSTRAP"])
    admin.create_topics({word: {"num_partitions": 1, "replication_factor": 1}})
    admin.close()
    producer = KafkaProducer(bootstrap_servers=addresses["KAFKA_BOOTSTRAP"], acks="all")
    producer.send(word, word.encode()).get(timeout=20)
    producer.close()
    with Elasticsearch(addresses["ELASTICSEARCH_URL"]) as client:
        client.indices.create(index=word)
        client.index(index=word, id="1", document={"word": word})
    return word


def assert_everywhere(addresses: dict[str, str], word: str) -> None:
    with psycopg.connect(addresses["POSTGRES_ADMIN_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM words WHERE word = %s", [word]).fetchone() == (1,)
    with MongoClient(addresses["MONGO_URL"]) as client:
        assert client.test.words.find_one({"_id": word})
    consumer = KafkaConsumer(bootstrap_servers=addresses["KAFKA_BOOTSTRAP"], auto_offset_reset="earliest")
    consumer.assign([TopicPartition(word, 0)])
    assert next(consumer).value == word.encode()
    consumer.close()
    with Elasticsearch(addresses["ELASTICSEARCH_URL"]) as client:
        client.cluster.health(index=word, wait_for_status="yellow", timeout="30s")
        assert client.get(index=word, id="1")["_source"] == {"word": word}


def pids(stack: Stack) -> dict[str, int | None]:
    return {name: process.pid if (process := stack.process(name)) else None for name in NAMES}


def test_running_servers_are_reused(stack: Stack, place: Path):
    before = pids(stack)
    assert None not in before.values()
    started = time.monotonic()
    again = a_stack(place)
    assert again.start() == stack.addresses()
    assert time.monotonic() - started < 10
    assert pids(again) == before


def test_servers_listen_on_loopback_only(stack: Stack):
    ports = {f"{port:04X}" for port in stack.ports.remembered().values()}
    loopback = ("0100007F", "0000000000000000FFFF00000100007F")
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            address, port = line.split()[1].split(":")
            if line.split()[3] == "0A" and port in ports:
                assert address in loopback


def test_postgres_asks_for_the_password(stack: Stack):
    address = stack.addresses()["POSTGRES_ADMIN_URL"]
    password = address.partition("postgres:")[2].partition("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.replace(password, "wrong"))


def test_nothing_acknowledged_is_lost_by_kill_9_of_all_and_then_of_whoever_starts_them(
    stack: Stack, place: Path, python: str
):
    """A starter that is killed in the middle leaves nothing in the way of the next."""
    word = write_everywhere(stack.addresses())
    before = pids(stack)
    for name in NAMES:
        stack.kill(name)
    assert set(pids(stack).values()) == {None}
    command = [python, "-m", "deploy.native", "servers", "--directory", str(place / "stack"), "--no-fsync"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as starter:
        assert wait_until(lambda: a_stack(place).process("kafka") is not None, seconds=30)
        starter.kill()
    again = a_stack(place)
    addresses = again.start()
    assert all(pids(again)[name] not in {None, before[name]} for name in NAMES)
    assert_everywhere(addresses, word)


def test_stop_leaves_no_process_and_a_taken_port_is_replaced(stack: Stack, place: Path):
    """MongoDB's replica set and Kafka's quorum know their ports: they must follow."""
    word = write_everywhere(stack.addresses())
    stack.stop()
    assert left_behind(str(place)) == []
    assert set(pids(stack).values()) == {None}
    old = stack.ports.remembered()
    with ExitStack() as taken:
        for port in old.values():
            taken.enter_context(socket.create_server(("127.0.0.1", port)))
        a_stack(place).reserve()
    addresses = a_stack(place).start()
    assert set(stack.ports.remembered().values()).isdisjoint(old.values())
    assert_everywhere(addresses, word)


def test_stale_lock_of_postgres_does_not_stop_it(stack: Stack, place: Path):
    """A pid file that names a living stranger, as after a crash and a reused process id."""
    stack.kill("postgres")
    lock = place / "stack" / "servers" / "postgres" / "data" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    with subprocess.Popen(["sleep", "600"]) as stranger:
        lock.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        a_stack(place).start(["postgres"])
        assert identify(stranger.pid) is not None
        stranger.kill()


def test_servers_that_nobody_noted_are_ended_by_the_next_start(stack: Stack, place: Path):
    """As when the starter is killed between starting a server and noting it.

    Of Elasticsearch only the launcher was noted: killed alone, it leaves a real process that holds the data's lock.
    """
    before = pids(stack)
    launcher = stack.process("elasticsearch")
    assert launcher is not None
    real = {process.pid for process in launcher.session()} - {launcher.pid}
    launcher.send(signal.SIGKILL)
    assert launcher.wait(10)
    assert any(identify(pid) for pid in real)
    unnoted = {name: pid for name, pid in before.items() if name != "elasticsearch"}
    for name in unnoted:
        (place / "stack" / "processes" / f"{name}.json").unlink()
    again = a_stack(place)
    again.start()
    assert [pid for pid in {*unnoted.values(), *real} if identify(pid)] == []
    assert all(pids(again)[name] not in {None, before[name]} for name in NAMES)


def test_two_stacks_live_side_by_side(stack: Stack, workplace: Path):
    """Two servers of the other do: four more take long, and these live beside the run's own four in any case."""
    other = Stack(workplace / "stack", options=SMALL)
    addresses = other.start(["postgres", "mongo"])
    assert len(addresses) == len(NAMES)
    assert set(addresses.values()).isdisjoint(stack.addresses().values())
    word = write_to_databases(addresses)
    with MongoClient(stack.addresses()["MONGO_URL"]) as client:
        assert client.test.words.find_one({"_id": word}) is None
    other.wipe()
    assert None not in pids(stack).values()
    assert not (workplace / "stack").exists()
