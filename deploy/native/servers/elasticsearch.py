"""Elasticsearch: one node, no security layer, reachable from this machine only."""

import json
import shutil
from http import HTTPStatus
from typing import ClassVar

from deploy.native.files import give, owned_directory
from deploy.native.probes import http_get
from deploy.native.servers.server import Server, required_java

SETTINGS = """\
discovery.type: single-node
xpack.security.enabled: false
xpack.ml.enabled: false
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport}
path.data: {data}
path.logs: {logs}
# By default a disk that is nine tenths full stops writing, however large the rest is.
cluster.routing.allocation.disk.threshold_enabled: false
action.auto_create_index: false
"""

# The distribution's own file would write a garbage collection log into the shared installation.
JVM = """\
-Xms{heap}m
-Xmx{heap}m
-XX:+UseSerialGC
{compilers}
-XX:+ExitOnOutOfMemoryError
-Djava.io.tmpdir=${{ES_TMPDIR}}
-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1
"""

LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %marker%m %throwable%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


class Elasticsearch(Server):
    """The search index of the directory."""

    name = "elasticsearch"
    title = "Elasticsearch"
    data_version = "8"
    port_names = ("elasticsearch", "elasticsearch_transport")
    start_seconds: ClassVar[float] = 180

    def prepare(self) -> None:
        super().prepare()
        account = self.place.account
        for name in ("data", "logs", "tmp"):
            owned_directory(self.place.directory / name, account)
        self._write_configuration()

    def _write_configuration(self) -> None:
        """A configuration folder of its own: Elasticsearch writes its keystore there."""
        config = owned_directory(self.place.directory / "config", self.place.account)
        owned_directory(config / "jvm.options.d", self.place.account)
        for name in ("roles.yml", "users", "users_roles", "role_mapping.yml"):
            shutil.copyfile(self.place.software.elasticsearch / "config" / name, config / name)
            give(config / name, self.place.account)
        ports = {"port": self.port, "transport": self.place.ports["elasticsearch_transport"]}
        folders = {"data": self.data, "logs": self.place.directory / "logs"}
        self.write("config/elasticsearch.yml", SETTINGS.format(**ports, **folders))
        self.write("config/jvm.options", self._java())
        self.write("config/log4j2.properties", LOGGING)

    def _java(self) -> str:
        options = self.place.options
        compilers = "" if options.elasticsearch_optimised else "-XX:TieredStopAtLevel=1"
        return JVM.format(heap=options.elasticsearch_heap_megabytes, compilers=compilers)

    def command(self) -> list[str]:
        return [str(self.place.software.elasticsearch / "bin" / "elasticsearch")]

    def environment(self) -> dict[str, str]:
        java = {"ES_JAVA_HOME": str(required_java().home), "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1"}
        places = {
            "ES_PATH_CONF": str(self.place.directory / "config"),
            "ES_TMPDIR": str(self.place.directory / "tmp"),
        }
        return {**super().environment(), **java, **places}

    def is_ready(self) -> bool:
        """True when the cluster can take writes."""
        answer = http_get(self.port, "/_cluster/health?wait_for_status=yellow&timeout=2s")
        return answer is not None and answer[0] == HTTPStatus.OK and json.loads(answer[1])["status"] != "red"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"
