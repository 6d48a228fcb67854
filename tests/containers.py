"""The four servers as containers, for machines with a Docker engine."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import urllib3
from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from tests.waiting import wait_until

_START_SECONDS = 180
_ALREADY_INITIALIZED = 23
_KAFKA_SETTINGS = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_HEAP_OPTS": "-Xmx384m",
}


@dataclass(frozen=True, slots=True)
class Server:
    """An image, and how its address is written and known to answer (`ready` gets host and port)."""

    image: str
    port: int
    address: str
    ready: Callable[[str, int], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    command: str | None = None


@contextmanager
def start_container(server: Server) -> Iterator[str]:
    """Start it on a free port and give its address when it answers; removed afterwards."""
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.container import DockerContainer

    # No helper container that cleans up: it would be a fifth image to fetch, and we stop what we start.
    testcontainers_config.ryuk_disabled = True
    port = _free_port()
    host = os.environ.get("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
    container = DockerContainer(server.image).with_bind_ports(server.port, port)
    for name, value in server.environment.items():
        container.with_env(name, value.format(host=host, port=port))
    if server.command:
        container.with_command(server.command)
    with container:
        wait_until(lambda: server.ready(host, port), seconds=_START_SECONDS)
        yield server.address.format(host=host, port=port)


def _free_port() -> int:
    # Chosen here, not by Docker: Kafka has to tell its clients the port that they can reach.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _postgres_ready(host: str, port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://postgres:postgres@{host}:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _mongo_ready(host: str, port: int) -> bool:
    client: MongoClient = MongoClient(host, port, directConnection=True, serverSelectionTimeoutMS=2_000)
    try:
        members = [{"_id": 0, "host": "127.0.0.1:27017"}]
        try:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        except OperationFailure as refusal:
            if refusal.code != _ALREADY_INITIALIZED:
                raise
        return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False
    finally:
        client.close()


def _kafka_ready(host: str, port: int) -> bool:
    try:
        KafkaAdminClient(bootstrap_servers=f"{host}:{port}", bootstrap_timeout_ms=2_000).close()
    except (KafkaError, OSError):
        return False
    return True


def _elasticsearch_ready(host: str, port: int) -> bool:
    url = f"http://{host}:{port}/_cluster/health?wait_for_status=yellow&timeout=1s"
    try:
        return urllib3.request("GET", url, retries=False, timeout=3).status == 200
    except urllib3.exceptions.HTTPError:
        return False


CONTAINERS = {
    "postgres": Server(
        "postgres:17",
        5432,
        "postgresql://postgres:postgres@{host}:{port}/postgres",
        _postgres_ready,
        {"POSTGRES_PASSWORD": "postgres"},
    ),
    "mongo": Server(
        "mongo:7.0",
        27017,
        "mongodb://{host}:{port}/?replicaSet=rs0&directConnection=true",
        _mongo_ready,
        command="--replSet rs0 --bind_ip_all",
    ),
    "kafka": Server(
        "apache/kafka:4.1.1",
        9092,
        "{host}:{port}",
        _kafka_ready,
        _KAFKA_SETTINGS | {"KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://{host}:{port}"},
    ),
    "elasticsearch": Server(
        "docker.elastic.co/elasticsearch/elasticsearch:8.19.16",
        9200,
        "http://{host}:{port}",
        _elasticsearch_ready,
        {"discovery.type": "single-node", "xpack.security.enabled": "false", "ES_JAVA_OPTS": "-Xms512m -Xmx512m"},
    ),
}
