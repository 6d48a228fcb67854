"""A database of the first version becomes one of this version while the first version still writes to it."""

import io
from datetime import UTC, datetime, timedelta

import orjson
import psycopg
import pytest

from services.chassis.clock import system_clock
from services.ledger.auditing import Report, audit_store
from services.ledger.chain import genesis_hash, link
from services.ledger.handlers import Appender
from services.ledger.replaying import Wish, run_replay
from services.ledger.store import Writer, migrate, migrating
from services.ledger.store.streaming import AuditSource
from tests.ledger.books import requires_sound
from tests.ledger.factories import accepting, an_account_number, paying
from tests.ledger.fakes import decoded

pytestmark = pytest.mark.integration

BOOK = "main"

# As the first version wrote, word for word.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('ledger/book/' || %s::text, 0))"
ADVANCE = "SELECT advance_head(%s, %s, %s, %s, %s)"
EVENTS = """
INSERT INTO events (book, position, event_id, type, time, opens, closes, prev_hash, hash, body)
SELECT %s, r.position, r.event_id, r.type, %s, r.opens, r.closes,
       decode(r.prev_hash, 'hex'), decode(r.hash, 'hex'), r.body
FROM json_to_recordset(%s) AS r (position bigint, event_id uuid, type text, opens uuid, closes uuid,
                                 prev_hash text, hash text, body text)"""
POSTINGS = """
INSERT INTO postings (book, account, position, time, transfer_id, amount, balance, max_negative, max_positive)
SELECT %s, r.account, r.position, %s, r.transfer_id, r.amount, r.balance, r.max_negative, r.max_positive
FROM json_to_recordset(%s) AS r (account text, position bigint, transfer_id uuid, amount bigint, balance bigint,
                                 max_negative bigint, max_positive bigint)"""
ACCOUNTS = """
INSERT INTO accounts (book, account, entity_id, balance, max_negative, max_positive, standing, version)
SELECT %s, r.account, r.entity_id, r.balance, r.max_negative, r.max_positive, r.standing, r.version
FROM json_to_recordset(%s) AS r (account text, entity_id text, balance bigint, max_negative bigint,
                                 max_positive bigint, standing text, version bigint)
ON CONFLICT (book, account) DO UPDATE SET
    balance = excluded.balance, max_negative = excluded.max_negative, max_positive = excluded.max_positive,
    standing = excluded.standing, version = excluded.version"""
TRANSFERS = """
INSERT INTO transfers (book, transfer_id, kind, direction, initiator, payer, payee, amount, description, reference,
    status, initiated_position, initiated_at, ended_at, cancellation_kind, cancellation_code, cancellation_reason,
    cancelled_by, version)
SELECT %s, transfer_id, kind, direction, initiator, payer, payee, amount, description, reference, status,
    initiated_position, initiated_at, ended_at, cancellation_kind, cancellation_code, cancellation_reason, cancelled_by,
    version
FROM json_to_recordset(%s) AS r (
    transfer_id uuid, kind text, direction text, initiator text, payer text, payee text, amount bigint,
    description text, reference text, status text, initiated_position bigint, initiated_at timestamptz,
    ended_at timestamptz, cancellation_kind text, cancellation_code text, cancellation_reason text,
    cancelled_by text, version bigint)
ON CONFLICT (book, transfer_id) DO UPDATE SET
    status = excluded.status, ended_at = excluded.ended_at, version = excluded.version,
    cancellation_kind = excluded.cancellation_kind, cancellation_code = excluded.cancellation_code,
    cancellation_reason = excluded.cancellation_reason, cancelled_by = excluded.cancelled_by"""


class FirstVersion:
    """Writes events and rows as the first version did, in its order; one event a transaction."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection, self._position, self._hash = connection, 0, genesis_hash(BOOK)
        self._at = datetime(2026, 1, 1, tzinfo=UTC)
        self.accounts: dict[str, dict] = {}
        self.transfers: dict[str, dict] = {}
        connection.execute(
            "INSERT INTO book_head (book, position, hash, time) VALUES (%s, 0, %s, '1970-01-01Z') "
            "ON CONFLICT DO NOTHING",
            (BOOK, self._hash),
        )

    def opened(self, number: str) -> None:
        limits = {"max_negative": 1000, "max_positive": 5000}
        self.accounts[number] = {"account": number, "entity_id": f"e-{number}", "standing": "trading", **limits}
        event = dict(self.accounts[number])
        self.accounts[number] |= {"balance": 0, "version": self._position + 1}
        self._append("account-opened", f"account/{number}", event, accounts=[number])

    def initiated(self, payer: str, payee: str, amount: int) -> str:
        known = f"0190a8a0-0000-7000-8000-{self._position + 1:012}"
        event = {
            "transfer_id": known, "kind": "transfer", "direction": "pay", "initiator": payer, "payer": payer,
            "payee": payee, "amount": amount, "description": "eggs",
        }  # fmt: skip
        self.transfers[known] = event | {
            "status": "initiated", "initiated_position": self._position + 1, "initiated_at": self._next_time,
            "version": self._position + 1,
        }  # fmt: skip
        legs = [{"account": payer, "amount": -amount}, {"account": payee, "amount": amount}]
        self._append("transfer-initiated", f"transfer/{known}", event | {"legs": legs}, opens=known, transfers=[known])
        return known

    def completed(self, known: str) -> None:
        transfer, entries = self.transfers[known], []
        for number, sign in ((transfer["payer"], -1), (transfer["payee"], 1)):
            account = self.accounts[number]
            account["balance"] += sign * transfer["amount"]
            account["version"] = self._position + 1
            entries.append({"account": number, "amount": sign * transfer["amount"], "balance": account["balance"]})
        self._end(known, "completed")
        event = {"transfer_id": known, "accepted_by": transfer["payee"], "entries": entries}
        event["effective_at"] = self._next_time
        postings = [
            entry | {"position": self._position + 1, "transfer_id": known, "max_negative": 1000, "max_positive": 5000}
            for entry in entries
        ]
        numbers = [entry["account"] for entry in entries]
        self._append(
            "transfer-completed", f"transfer/{known}", event, closes=known, accounts=numbers, transfers=[known],
            postings=postings,
        )  # fmt: skip

    def cancelled(self, known: str) -> None:
        why = {"kind": "cancelled", "code": "withdrawn", "reason": "no", "by": self.transfers[known]["payer"]}
        self._end(known, "cancelled")
        self.transfers[known] |= {f"cancellation_{name}": why[name] for name in ("kind", "code", "reason")}
        self.transfers[known]["cancelled_by"] = why["by"]
        event = {"transfer_id": known, **why}
        self._append("transfer-cancelled", f"transfer/{known}", event, closes=known, transfers=[known])

    @property
    def _next_time(self) -> str:
        at = self._at + timedelta(seconds=self._position + 1)
        return at.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def _end(self, known: str, status: str) -> None:
        self.transfers[known] |= {"status": status, "ended_at": self._next_time, "version": self._position + 1}

    def _append(self, what, subject, data, *, opens=None, closes=None, accounts=(), transfers=(), postings=()) -> None:
        before, position, time = self._position, self._position + 1, self._next_time
        type_, event_id = f"ledger.{what}.v1", f"0190a8a0-0000-7000-9000-{position:012}"
        body = orjson.dumps(
            {
                "specversion": "1.0", "id": event_id, "source": f"/ledger/{BOOK}", "type": type_, "time": time,
                "subject": subject, "sequence": f"{position:020}", "partitionkey": BOOK, "correlationid": "c",
                "actor": "user:u", "data": data,
            },
            option=orjson.OPT_SORT_KEYS,
        )  # fmt: skip
        hash_ = link(self._hash, position, body)
        event = {
            "position": position, "event_id": event_id, "type": type_, "opens": opens, "closes": closes,
            "prev_hash": self._hash.hex(), "hash": hash_.hex(), "body": body.decode(),
        }  # fmt: skip
        with self._connection.transaction():
            run = self._connection.execute
            run(LOCK, [BOOK])
            run(ADVANCE, [BOOK, before, position, hash_, time])
            run(EVENTS, [BOOK, time, orjson.dumps([event]).decode()])
            run(POSTINGS, [BOOK, time, orjson.dumps(list(postings)).decode()])
            run(ACCOUNTS, [BOOK, orjson.dumps([self.accounts[number] for number in accounts]).decode()])
            run(TRANSFERS, [BOOK, orjson.dumps([self.transfers[known] for known in transfers]).decode()])
            run("INSERT INTO outcomes VALUES (%s, 'u', %s, 'f', '{}')", [BOOK, str(position)])
        self._position, self._hash = position, hash_


@pytest.fixture
def first_version(database):
    """The first version at work on a database of its time, with some history."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(migrating._TABLE)
        migrating._apply(owner, next(migrating.FOLDER.glob("0001_*.sql")), "ledger")
    with psycopg.connect(database.url, autocommit=True, options="-c timezone=UTC") as connection:
        made = FirstVersion(connection)
        one, other = an_account_number(), an_account_number()
        made.opened(one)
        made.opened(other)
        made.completed(made.initiated(one, other, 100))
        made.cancelled(made.initiated(other, one, 7))
        made.initiated(one, other, 30)
        yield made


def newest(database) -> list[str]:
    return migrate(database.owner_url, database.url)


def replayed(database, **wish: bool) -> tuple[bool, str]:
    out = io.StringIO()
    return run_replay(database.owner_url, BOOK, "", Wish(**wish), out, io.StringIO()), out.getvalue()


def test_database_of_the_first_version_is_whole_after_migrating(database, first_version):
    assert [name[:4] for name in newest(database)] == [f"{n:04}" for n in range(2, int(migrating.schema_version()) + 1)]
    fold = requires_sound(database, BOOK)
    assert (fold.position, len(fold.statuses())) == (7, 3)
    passed, text = replayed(database)
    assert passed, text


def test_first_version_goes_on_writing_and_a_replay_adds_what_it_did_not_know(database, first_version):
    newest(database)
    third = an_account_number()
    one, other = list(first_version.accounts)
    first_version.opened(third)
    first_version.completed(first_version.initiated(other, third, 20))
    first_version.cancelled(first_version.initiated(one, third, 5))
    out = io.StringIO()
    with AuditSource(database.url, BOOK) as source:
        audit_store(source, BOOK, Report(out))
    assert [line.split("  ")[-1].strip() for line in out.getvalue().splitlines() if "FAILED" in line] == [
        "FAILED transfers are the fold of the events",
        "FAILED the history of changes is the events'",
    ]
    passed, text = replayed(database, swap=True)
    assert (passed, "Repaired at position 12" in text) == (True, True), text
    requires_sound(database, BOOK)


def test_new_version_goes_on_with_what_the_first_left_open(database, first_version):
    newest(database)
    one, other = list(first_version.accounts)
    (left,) = [known for known, transfer in first_version.transfers.items() if transfer["status"] == "initiated"]
    writer = Writer(database.url, BOOK, unit="ocn-uk")
    appender = Appender(writer, system_clock)
    (outcome,) = decoded(appender.execute([accepting(left, other)]))
    assert (outcome.ok, outcome.document["expires_at"]) == (True, None)
    assert decoded(appender.execute([paying(other, one, 5)]))[0].ok
    writer.close()
    assert requires_sound(database, BOOK).accounts[other].balance == 130
    passed, text = replayed(database)
    assert passed, text
