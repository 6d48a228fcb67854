"""The audit of kept tree, signed heads, their keys and codes of statements: tampering is found and named."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from services.ledger.auditing import Report, audit_store
from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from services.ledger.store.streaming import AuditSource
from tests.databases import Database, fresh_database
from tests.ledger.factories import accepting, an_account_number, opening, paying
from tests.ledger.fakes import BOOK, Ticking, decoded
from tests.ledger.heads import a_signed_head

ONE, OTHER = an_account_number(), an_account_number()
NODES, HEADS, CODES = "kept nodes are those", "signed heads are of", "statements with a code"
pytestmark = pytest.mark.integration


def pay(appender: Appender, times: int) -> None:
    """Two events each."""
    proposed = decoded(appender.execute([paying(ONE, OTHER, 1) for _ in range(times)]))
    appender.execute([accepting(outcome.document["transfer_id"], OTHER) for outcome in proposed])


@pytest.fixture(scope="module")
def full(postgres_admin_url: str) -> Iterator[Database]:
    """602 events, two kept nodes, heads at 202, 602; a statement with a code. What tests do to it is rolled back."""
    with fresh_database(postgres_admin_url) as database:
        migrate(database.owner_url, database.url)
        writer, clock = Writer(database.url, BOOK), Ticking()
        appender = Appender(writer, clock)
        appender.execute([opening(ONE), opening(OTHER)])
        for times in (100, 200):
            pay(appender, times)
            assert a_signed_head(database, BOOK, clock=clock)
        writer.close()
        with psycopg.connect(database.url) as connection:
            connection.execute(
                "INSERT INTO statement_codes VALUES (%s, %s, %s, NULL, NULL, 103, 300, 0, -100, 100, 100, 0, %s)",
                ("0123456789ABCDEFGHJK", BOOK, ONE, datetime.now(UTC)),
            )
        yield database


def failed(connection: psycopg.Connection) -> str:
    """What the audit says of the checks that did not hold."""
    source, out = object.__new__(AuditSource), io.StringIO()
    source._book, source._connection = BOOK, connection
    audit_store(source, BOOK, Report(out))
    lines = out.getvalue().splitlines()
    return "\n".join(line.strip() for line in lines if line.startswith(("  FAILED", "          ")))


TAMPERED = {
    "UPDATE tree_nodes SET hash = sha256('x') WHERE number = 1": (NODES, "position 512: the kept node of level 8"),
    "DELETE FROM tree_nodes WHERE number = 0": (NODES, "position 256: the kept node of level 8 is missing"),
    "INSERT INTO tree_nodes SELECT book, 8, 2, hash FROM tree_nodes LIMIT 1": (NODES, "events that there are not"),
    "INSERT INTO tree_nodes SELECT book, 16, 0, hash FROM tree_nodes LIMIT 1": (NODES, "events that there are not"),
    "UPDATE tree_heads SET root = sha256('x') WHERE number = 1": (HEADS, "position 202: head 1 names another root"),
    "UPDATE tree_heads SET hash = sha256('x') WHERE number = 2": (HEADS, "position 602: head 2 names another chain"),
    "UPDATE tree_heads SET accounts = 3 WHERE number = 2": (HEADS, "counts other accounts"),
    "UPDATE tree_heads SET time = now() WHERE number = 2": (HEADS, "has columns that say something else"),
    "UPDATE tree_heads SET size = 601 WHERE number = 2": (HEADS, "has columns that say something else"),
    "UPDATE tree_heads SET number = 7 WHERE number = 2": (HEADS, "position 602: head 2 is missing before head 7"),
    "UPDATE tree_heads SET jws = 'x' WHERE number = 2": (HEADS, "position 602: the signed head 2 is no JWS"),
    "DELETE FROM tree_heads WHERE number = 1": (HEADS, "head 1 is missing before head 2"),
    "UPDATE head_keys SET jwk = '{}'": (HEADS, "can't be read"),
    "DELETE FROM head_keys": (HEADS, "names a key that is not known"),
    "UPDATE statement_codes SET closing_balance = -97": (CODES, "position 300: the postings say something else"),
    "UPDATE statement_codes SET opening_balance = 1": (CODES, "the code 0123456789ABCDEFGHJK"),
    "UPDATE statement_codes SET entries = 9": (CODES, "position 300"),
    "UPDATE statement_codes SET paid = 9": (CODES, "position 300"),
    "UPDATE statement_codes SET received = 9": (CODES, "position 300"),
    "UPDATE statement_codes SET to_position = 603": (CODES, "position 603"),
    "UPDATE statement_codes SET from_position = 302": (CODES, "position 300"),
    "UPDATE statement_codes SET since = '2020-01-01Z'": (CODES, "position 300"),
    "UPDATE statement_codes SET until = '2020-01-01Z'": (CODES, "position 300"),
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_tampering_is_found(full: Database, statement: str):
    """By a superuser who switches the triggers off."""
    check, sentence = TAMPERED[statement]
    with psycopg.connect(full.admin_url, options="-c timezone=UTC") as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement).rowcount >= 1
        told = failed(connection)
        connection.rollback()
    assert check in told
    assert sentence in told
    assert told.count("FAILED") == 1, told


def test_cut_end_is_found_by_the_head_that_was_signed_over_it(full: Database):
    """Even when every table was brought in line: the last transfer's rows are gone and the head row is right."""
    with psycopg.connect(full.admin_url, options="-c timezone=UTC") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM events WHERE position > 600")
        told = failed(connection)
        connection.rollback()
    assert "head 2 is signed over 602 events, there are 600: the end is cut off" in told


def test_what_nobody_touched_is_sound(full: Database):
    with AuditSource(full.url, BOOK) as source:
        report = Report(out := io.StringIO())
        audit_store(source, BOOK, report)
    assert report.passed, out.getvalue()
    assert all(check in out.getvalue() for check in (NODES, HEADS, CODES))


def test_balances_that_python_hashes_alike_are_told_apart(full: Database):
    """hash(-1) == hash(-2): digests are of texts."""
    with psycopg.connect(full.admin_url, options="-c timezone=UTC") as connection:
        connection.execute("SET session_replication_role = replica")
        changed = connection.execute("UPDATE postings SET balance = -2 WHERE account = %s AND balance = -1", [ONE])
        assert changed.rowcount == 1
        told = failed(connection)
        connection.rollback()
    assert "postings and running balances" in told
