"""`python -m tests.bench.audit [--events 1000000]`: how fast a book is verified, and with how much memory.

From an export, from PostgreSQL (the ledger's `audit`, its tables included) and from Kafka. Each measurement is a
process of its own. `POSTGRES_ADMIN_URL` and `KAFKA_BOOTSTRAP` name servers for it, else the tests' own are started.
"""

import argparse
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from services.chassis.clock import system_clock
from services.ledger.exporting import Wish, run_export
from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from services.ledger.store.streaming import AuditSource
from tests.backends import Backends
from tests.databases import Database, fresh_database
from tests.ledger.factories import accepting, an_account_number, cancelling, opening, paying, rejecting
from tests.ledger.fakes import decoded
from tests.ledger.heads import a_signed_head

BOOK, ACCOUNTS, BATCH = "main", 10_000, 250
_MEASURED = """
import gc, os, resource, runpy, sys, time
{code}
started = time.perf_counter()
count = work()
took = time.perf_counter() - started
# Not ru_maxrss: that of a fresh process is its parent's at the fork.
own = next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(f"{{count}} {{took}} {{own}} {{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}}")
"""
_FILE = """
import io, contextlib
from services.ledger.audit.cli import main
def work():
    out = io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stdout(out):
        assert main([{path!r}, "--json", "--jobs", "{jobs}"]) == 0, out
    out.flush()
    import orjson
    return orjson.loads(out.buffer.getvalue())["events"]
"""
_PASS = """
from services.ledger.audit import Fold
from services.ledger.auditing.digests import Told
from services.ledger.auditing.proving import Proofs
from services.ledger.store.streaming import AuditSource
def work():
    with AuditSource({url!r}, {book!r}) as source:
        fold, proofs = Fold({book!r}, Told()), Proofs(source.head_sizes())
        for row in source.events():
            fold.take(*row)
            proofs.add(fold)
        assert not fold.findings
        return fold.position
"""
_WHOLE = """
import io
from services.ledger.auditing import Report, audit_store
from services.ledger.store.streaming import AuditSource
def work():
    out = io.StringIO()
    report = Report(out)
    with AuditSource({url!r}, {book!r}) as source:
        fold = audit_store(source, {book!r}, report)
    assert report.passed, out.getvalue()
    return fold.position
"""
_TOPIC = """
from itertools import islice
from services.chassis.consuming import read_topic
from services.ledger.audit import Fold
def work():
    fold = Fold({book!r})
    for headers, body in islice(read_topic({bootstrap!r}, {topic!r}, {book!r}, 30), {events}):
        fold.take(int(headers["position"]), bytes.fromhex(headers["prev_hash"]), bytes.fromhex(headers["hash"]), body)
    assert not fold.findings
    return fold.position
"""


def main(events: int) -> None:
    """Fill, measure, print."""
    backends = Backends(os.environ)
    try:
        with fresh_database(backends.address("postgres")) as database, tempfile.TemporaryDirectory() as folder:
            migrate(database.owner_url, database.url)
            _fill(database, events)
            a_signed_head(database, BOOK)
            export = Path(folder) / "book.ndjson"
            with export.open("wb") as out:
                assert run_export(database.url, BOOK, "bench", Wish(output=str(export)), out, seconds=30)
            print(f"export: {export.stat().st_size // 1_000_000} MB")
            for jobs in (1, 2):
                _measure(f"mccs-audit, a file, --jobs {jobs}", _FILE.format(path=str(export), jobs=jobs))
            _measure("PostgreSQL, verification pass", _PASS.format(url=database.url, book=BOOK))
            _measure("PostgreSQL, whole audit with all tables", _WHOLE.format(url=database.url, book=BOOK))
            _kafka(database, backends.address("kafka"))
    finally:
        backends.close()


def _fill(database: Database, events: int) -> None:
    """Proposals that are accepted, one in twenty refused or cancelled instead; payments between 10 000 accounts."""
    writer, started, chance = Writer(database.url, BOOK), time.perf_counter(), random.Random(5)
    appender = Appender(writer, system_clock)
    numbers = [an_account_number() for _ in range(min(ACCOUNTS, events // 10))]
    for first in range(0, len(numbers), BATCH):
        batch = numbers[first : first + BATCH]
        appender.execute([opening(number, max_negative=10**9, max_positive=10**9) for number in batch])
    written = len(numbers)
    while written < events:
        pairs = [chance.sample(numbers, 2) for _ in range(BATCH)]
        proposed = decoded(appender.execute([paying(*pair, chance.randrange(1, 10**5)) for pair in pairs]))
        endings = []
        for outcome, (payer, payee) in zip(proposed, pairs, strict=True):
            end = chance.choices((accepting, rejecting, cancelling), (95, 3, 2))[0]
            endings.append(end(outcome.document["transfer_id"], payer if end is cancelling else payee))
        appender.execute(endings)
        written += 2 * BATCH
    writer.close()
    print(f"{written} events, {len(numbers)} accounts, filled in {time.perf_counter() - started:.0f} s", flush=True)


def _kafka(database: Database, bootstrap: str) -> None:
    """The same book in a topic of its own, with the relay's headers."""
    topic, count = f"bench-{secrets.token_hex(4)}", 0
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, 1, 1)])
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=50, batch_size=1 << 18)
    with AuditSource(database.url, BOOK) as source:
        for position, prev_hash, hash_, body in source.events():
            headers = {"position": str(position), "prev_hash": prev_hash.hex(), "hash": hash_.hex()}
            named = [(name, value.encode()) for name, value in headers.items()]
            producer.send(topic, key=BOOK.encode(), value=body, headers=named)
            count = position
    producer.close()
    _measure("Kafka", _TOPIC.format(bootstrap=bootstrap, topic=topic, book=BOOK, events=count))
    admin.delete_topics([topic])
    admin.close()


def _measure(what: str, code: str) -> None:
    command = [sys.executable, "-c", _MEASURED.format(code=code)]
    load = os.getloadavg()[0]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    count, took, own, others = done.stdout.split()
    speed, memory = int(count) / float(took), f"{own} MB" + (f" + {others} MB" if int(others) else "")
    print(f"{what}: {speed:,.0f} events/s ({float(took):.1f} s), memory {memory}, load before {load:.1f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m tests.bench.audit")
    parser.add_argument("--events", type=int, default=1_000_000)
    main(parser.parse_args().events)
