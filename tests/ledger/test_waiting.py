"""A reader's connection under gevent: others go on while it waits, and whatever ends a question ends the waiting."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

# In a process of its own: what gevent patches stays patched.
SCRIPT = """
import gevent.monkey
gevent.monkey.patch_all()
import os
import gevent, psycopg
from psycopg import errors
from services.ledger.store.waiting import Watching, connection_class

assert connection_class() is Watching
url = os.environ["URL"]
one, other = (Watching.connect(url, autocommit=True, options="-c statement_timeout=5s") for _ in range(2))

def asked(connection, text, *values):
    return connection.execute(text, values).fetchone()[0]

for number in range(20):
    assert asked(one, "SELECT %s::int", number) == number

# Others go on meanwhile: the first gets its answer by what the second says.
def waits():
    asked(one, "SELECT 1 FROM pg_advisory_lock(7)")
    return "had it"
asked(other, "SELECT 1 FROM pg_advisory_lock(7)")
waiting = gevent.spawn(waits)
gevent.sleep(0)
assert not waiting.ready()
asked(other, "SELECT pg_advisory_unlock(7)")
assert waiting.get() == "had it"

# More than fits into the socket at once, both ways: psycopg waits in its own way then.
much = "x" * 20_000_000
assert asked(one, "SELECT %s::text", much) == much

with one.transaction():
    assert asked(one, "SELECT 1") == 1
one.execute("SET statement_timeout = '20ms'")
try:
    one.execute("SELECT pg_sleep(5)")
    raise AssertionError
except errors.QueryCanceled:
    pass
assert asked(one, "SELECT 2") == 2
try:
    one.execute("SELECT 1 / 0")
    raise AssertionError
except errors.DivisionByZero:
    pass

one.execute("SET statement_timeout = '5s'")
sleeping = gevent.spawn(one.execute, "SELECT pg_sleep(5)")
gevent.sleep(0)
with psycopg.connect(os.environ["ADMIN_URL"]) as admin:
    assert asked(admin, "SELECT pg_terminate_backend(%s, 5000)", one.info.backend_pid)
sleeping.join()
assert isinstance(sleeping.exception, psycopg.OperationalError), sleeping.exception
one.close()
other.close()
print("all is well")
"""


def test_a_connection_waits_and_lets_others_go_on(ledger_database):
    environment = {**os.environ, "URL": ledger_database.url, "ADMIN_URL": ledger_database.admin_url}
    command = [sys.executable, "-W", "error::ResourceWarning", "-c", SCRIPT]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "all is well"), done.stderr


def test_without_gevent_psycopg_waits_in_its_own_way():
    import psycopg

    from services.ledger.store.waiting import connection_class

    assert connection_class() is psycopg.Connection
