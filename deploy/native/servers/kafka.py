"""Kafka: one process that is broker and controller (KRaft, no ZooKeeper)."""

import base64
import logging
import uuid
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.native.files import owned_directory, remove_tree
from deploy.native.ports import answers
from deploy.native.processes import run_to_end
from deploy.native.servers.server import Server, required_java
from deploy.native.trouble import Trouble

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
# After a kill -9 a broker may only come back when its old session has ended: by default after 9 s.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
# A segment file of a topic is allocated lazily, its index at once: 10 MB each, times partitions, is a lot on a laptop.
log.index.size.max.bytes=1048576
controlled.shutdown.enable=true
"""

LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n%throwable
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


class Kafka(Server):
    """The way events travel between services."""

    name = "kafka"
    title = "Kafka"
    data_version = "4"
    port_names = ("kafka", "kafka_controller")

    def prepare(self) -> None:
        super().prepare()
        self.write("log4j2.properties", LOGGING)
        properties = self.write(
            "kraft.properties",
            PROPERTIES.format(port=self.port, controller=self.place.ports["kafka_controller"], data=self.data),
        )
        if not (self.data / "meta.properties").exists():
            self._format(properties)

    def _format(self, properties: Path) -> None:
        """Give the data folder its cluster id; what a killed attempt left is removed first."""
        remove_tree(self.data)
        owned_directory(self.data, self.place.account)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "0")
        tool = ["kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", str(properties)]
        done = run_to_end([*self._java("64"), *tool], environment=self.environment(), account=self.place.account)
        if done.returncode:
            raise Trouble(f"Kafka could not format its data folder:\n{done.stdout}")

    def command(self) -> list[str]:
        heap = str(self.place.options.kafka_heap_megabytes)
        return [*self._java(heap), "kafka.Kafka", str(self.place.directory / "kraft.properties")]

    def _java(self, heap_megabytes: str) -> list[str]:
        # The second compiler takes as much CPU at the start as all else, and a development system never earns it back.
        memory = [
            f"-Xmx{heap_megabytes}m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
        ]
        logging_ = f"-Dlog4j2.configurationFile={self.place.directory / 'log4j2.properties'}"
        return [required_java().executable, *memory, logging_, "-cp", f"{self.place.software.kafka}/*"]

    def is_ready(self) -> bool:
        """True when the broker describes its cluster: by then the controller has let it in."""
        if not answers(self.port):
            return False
        logging.getLogger("kafka").setLevel(logging.CRITICAL)
        try:
            client = KafkaAdminClient(
                bootstrap_servers=self.address, request_timeout_ms=4_000, bootstrap_timeout_ms=4_000
            )
        except (KafkaError, ValueError):
            return False
        try:
            return bool(client.describe_cluster()["brokers"])
        except KafkaError:
            return False
        finally:
            client.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"
