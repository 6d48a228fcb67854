"""How fast mails leave: `python -m tests.bench.mailing [messages long_queue events]`.

Two real `schedule` processes and a local SMTP sink. First a short queue and a long one, for what a send costs in each;
then a `consume` process besides them, and event after event through Kafka until the sink has the mail. MongoDB and
Kafka at MONGO_URL and KAFKA_BOOTSTRAP, else of its own.
"""

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from cryptography.fernet import Fernet
from kafka import KafkaAdminClient

from events.topics import dead_letters
from services.notifier.consumer import GROUP
from services.notifier.domain import Message
from services.notifier.store import Store
from services.notifier.store.queue import _record
from tests.backends import MEASURED, Backends
from tests.bench import processes
from tests.eventlog import EventLog
from tests.notifier import given
from tests.notifier.mailserver import Desk, MailServer
from tests.waiting import wait_until

SENDERS = 2
ENTITIES = 1_000
_CHUNK = 5_000


class Counter(Desk):
    """Keeps mails as they came: to read each took a quarter of the time of all, on the same cores."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        self.mails.append(envelope.content)
        return "250 OK"


def main(messages: int, long_queue: int, events: int) -> None:
    """Measure and print."""
    found, name = Backends(os.environ, MEASURED), f"bench_{secrets.token_hex(4)}"
    store = Store(found.address("mongo"), name)
    sink = MailServer(Counter())
    sink.start()
    try:
        environment = _environment(found, name, sink)
        print(f"2 cores, {SENDERS} senders and the sink on them: load {os.getloadavg()[0]:.1f}")
        for size in (messages, long_queue):
            _begin_anew(store, name)
            _fill(store, size)
            _rate(store, sink, environment, messages, size)
        _begin_anew(store, name)
        _freshness(found, environment, sink, events)
    finally:
        sink.stop()
        store._client.drop_database(name)
        store.close()
        found.close()


def _environment(found: Backends, name: str, sink: MailServer) -> dict[str, str]:
    return {
        **os.environ,
        "NOTIFIER_MONGO_URL": found.address("mongo"),
        "NOTIFIER_MONGO_DATABASE": name,
        "KAFKA_BOOTSTRAP": found.address("kafka"),
        "INTERNAL_PUBLIC_KEY_FILE": __file__,
        "MESSAGES_KEY": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://credit.test",
        "NOTIFIER_SMTP_HOST": "127.0.0.1",
        "NOTIFIER_SMTP_PORT": str(sink.port),
        "NOTIFIER_SENDER": "Mutual Credit <noreply@dev.null>",
        "NOTIFIER_DOMAIN_PER_MINUTE": "1000000",
        "NOTIFIER_PORT": "0",
    }


def _begin_anew(store: Store, name: str) -> None:
    """Businesses with addresses in a hundred domains, and no message. Deleting a million takes many minutes."""
    store._client.drop_database(name)
    store.migrate()
    entities = [
        {"_id": str(number), "name": f"Business {number}", "email": f"b{number}@d{number % 100}.test",
         "account": f"{number:016d}", "status": "trading"}
        for number in range(ENTITIES)
    ]  # fmt: skip
    store._db["entities"].insert_many(entities)


def _fill(store: Store, size: int) -> None:
    now = datetime.now(UTC)
    records = (
        _record(_message(number, now), now) | {"_id": str(uuid.uuid4())}
        for number in range(size)
    )  # fmt: skip
    while chunk := list(islice(records, _CHUNK)):
        store._db["messages"].insert_many(chunk, ordered=False)


def _message(number: int, now: datetime) -> Message:
    return Message(
        event_id=str(uuid.uuid4()), recipient=f"entity:{number % ENTITIES}", kind="welcome", channel="mail", facts={},
        once={}, state="queued", event_at=now, due_at=now - timedelta(seconds=60, microseconds=-number),
    )  # fmt: skip


def _rate(store: Store, sink: MailServer, environment: dict[str, str], messages: int, size: int) -> None:
    """Mails a second from a tenth of them to all of them: the processes have started by then."""
    before = len(sink.desk.mails)
    with _running(environment, *["services.notifier schedule"] * SENDERS) as pids:
        wait_until(lambda: len(sink.desk.mails) >= before + messages // 10, seconds=60)
        started, first, meter = time.monotonic(), len(sink.desk.mails), processes.Meter({"senders": pids})
        wait_until(lambda: len(sink.desk.mails) >= before + messages * 9 // 10, seconds=600)
        taken, sent = time.monotonic() - started, len(sink.desk.mails) - first
        used = sum(meter.used({"senders": pids})["senders"])
    print(f"queue of {size:>9,}: {sent / taken:5.0f} mails/s, CPU of the senders {used / sent * 1000:.1f} ms a mail")


def _freshness(found: Backends, environment: dict[str, str], sink: MailServer, events: int) -> None:
    topic = f"bench.{secrets.token_hex(6)}"
    names = [topic, dead_letters(topic, GROUP)]
    admin = KafkaAdminClient(bootstrap_servers=found.address("kafka"))
    admin.create_topics({each: {"num_partitions": 1, "replication_factor": 1} for each in names})
    log, taken = EventLog(topic, "directory"), []
    commands = [f"tests.notifier.consuming {topic}", *["services.notifier schedule"] * SENDERS]
    try:
        with _running(environment, *commands):
            for _ in range(events + 1):
                record = log.tell(given.an_entity())
                before = len(sink.desk.mails)
                log.publish(found.address("kafka"), [record])
                started = time.monotonic()
                wait_until(lambda before=before: len(sink.desk.mails) > before, seconds=60)
                taken.append(time.monotonic() - started)
    finally:
        admin.delete_topics(names)
        admin.close()
    # The first waits for the processes to start.
    at = statistics.quantiles(taken[1:], n=100)
    print(f"event to SMTP, {events} events: p50 {at[49] * 1000:.0f} ms, p99 {at[98] * 1000:.0f} ms")


@contextmanager
def _running(environment: dict[str, str], *commands: str) -> Iterator[list[int]]:
    with ExitStack() as endings, tempfile.TemporaryDirectory() as folder:
        started = []
        for number, command in enumerate(commands):
            output = endings.enter_context((Path(folder) / f"{number}.log").open("w"))
            started.append(subprocess.Popen([sys.executable, "-m", *command.split()], env=environment, stdout=output))
        try:
            yield [process.pid for process in started]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(timeout=30)


if __name__ == "__main__":
    main(*([int(argument) for argument in sys.argv[1:]] or [3_000, 1_000_000, 200]))
