"""Small programs in the place of the services. `python -m tests.native.stand_ins DIRECTORY` runs them for ever."""

import sys
import threading
from pathlib import Path

from deploy.native.programs import DOOR, Program, heartbeat_file
from deploy.native.readiness import Finished, Heartbeat, Http
from deploy.native.servers import Options
from deploy.native.settings import Settings
from deploy.native.system import System

SMALL = Options(elasticsearch_heap_megabytes=256, kafka_heap_megabytes=256, fsync=False)

WEB = """
import http.server, os
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["GATEWAY_PORT"])), Ready).serve_forever()
"""

WORKER = "import os, pathlib, signal; pathlib.Path(os.environ['HEARTBEAT_FILE']).touch(); signal.pause()"

# Each role may do what it is for, and the service's role nothing else.
MIGRATION = """
import os, psycopg
with psycopg.connect(os.environ["LEDGER_OWNER_DATABASE_URL"]) as owner:
    owner.execute("CREATE TABLE IF NOT EXISTS events (position bigint)")
    owner.execute("GRANT SELECT ON events TO ledger")
with psycopg.connect(os.environ["LEDGER_DATABASE_URL"]) as service:
    service.execute("SELECT * FROM events")
    try:
        service.execute("INSERT INTO events VALUES (1)")
    except psycopg.errors.InsufficientPrivilege:
        print("as it should be")
    else:
        raise SystemExit("the service may write")
"""


def stand_ins(settings: Settings) -> list[Program]:
    """A one-off, a worker and a door."""
    heartbeat = heartbeat_file(settings.directory, "worker")
    return [
        Program(
            name="migration",
            argv=(sys.executable, "-c", MIGRATION),
            environment=settings.of_ledger_migration(),
            readiness=Finished(),
            depends_on=("postgres",),
        ),
        Program(
            name="worker",
            argv=(sys.executable, "-c", WORKER),
            environment={"HEARTBEAT_FILE": str(heartbeat)},
            readiness=Heartbeat(heartbeat),
            depends_on=("migration", "kafka"),
        ),
        Program(
            name="gateway",
            argv=(sys.executable, "-c", WEB),
            environment=settings.of_service("gateway"),
            readiness=Http(settings.ports["gateway"]),
            wave=DOOR,
            address=settings.public_url,
        ),
    ]


def a_system(directory: Path) -> System:
    """A system of real servers and stand-ins."""
    return System(directory, options=SMALL, programs=stand_ins)


if __name__ == "__main__":
    a_system(Path(sys.argv[1])).start()
    print("started", flush=True)
    threading.Event().wait()
