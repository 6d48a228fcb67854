"""The event store on real PostgreSQL: what the database refuses by itself, and what concurrent writers can't do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import errors

from services.chassis.clock import system_clock
from services.ledger.auditing import Report, audit_store
from services.ledger.batch import wanted_by
from services.ledger.chain import link
from services.ledger.domain import MAX_AMOUNT
from services.ledger.handlers import Appender
from services.ledger.records import Batch, EventRow, Head, PostingRow
from services.ledger.store import Interrupted, Reader, Rejected, Writer, migrate
from services.ledger.store.streaming import AuditSource
from tests.databases import Database
from tests.ledger.factories import (
    accepting,
    an_account_number,
    cancelling,
    limiting,
    opening,
    paying,
    rejecting,
    requesting,
    standing,
)
from tests.ledger.fakes import decoded

pytestmark = pytest.mark.integration


class Discard:
    def write(self, _: str) -> None:
        """Reports are not read here."""

    def flush(self) -> None:
        """The same."""


def requires_sound(database: Database, book: str):
    """Audit the book; its fold."""
    with AuditSource(database.url, book) as source:
        report = Report(Discard())
        fold = audit_store(source, book, report)
    assert report.passed, fold.findings
    return fold


def two_accounts(appender: Appender, **limits) -> tuple[str, str]:
    one, other = an_account_number(), an_account_number()
    appender.execute([opening(one, **limits), opening(other, **limits)])
    return one, other


def initiated(appender: Appender, request) -> str:
    (outcome,) = decoded(appender.execute([request]))
    assert outcome.ok, outcome
    return outcome.document["transfer_id"]


def test_payment_moves_money_and_shows_everywhere(appender, reader, ledger_database, book):
    payer, payee = two_accounts(appender)
    transfer_id = initiated(appender, paying(payer, payee, 250))
    (outcome,) = decoded(appender.execute([accepting(transfer_id, payee)]))
    assert outcome.document["status"] == "completed"
    assert outcome.position == 4
    assert [account.balance for account in reader.accounts([payee, payer, an_account_number()])] == [250, -250]
    transfer = reader.transfer(transfer_id)
    assert (transfer.status, transfer.version) == ("completed", 4)
    statement = reader.statement(payee, since=None, until=None, before=None, limit=10)
    assert (statement.opening_balance, statement.closing_balance, statement.next) == (0, 250, None)
    assert [(entry.counterparty, entry.amount, entry.balance) for entry in statement.entries] == [(payer, 250, 250)]
    head = reader.head()
    assert (head["position"], head["accounts"], head["sum_of_balances"]) == (4, 2, 0)
    assert requires_sound(ledger_database, book).hash.hex() == head["hash"]


def test_answers_equal_what_is_read_afterwards(appender, reader):
    """The view in the outcome comes from memory, the read one from the tables."""
    from services.ledger.views import account_view, transfer_view

    payer, payee = two_accounts(appender)
    (outcome,) = decoded(appender.execute([limiting(payer, max_negative=7)]))
    assert outcome.document == account_view(reader.accounts([payer])[0])
    (outcome,) = decoded(appender.execute([requesting(payee, payer, 5)]))
    assert outcome.document == transfer_view(reader.transfer(outcome.document["transfer_id"]))
    (outcome,) = decoded(appender.execute([rejecting(outcome.document["transfer_id"], payer)]))
    assert outcome.document == transfer_view(reader.transfer(outcome.document["transfer_id"]))


def test_migrating_again_changes_nothing(ledger_database):
    assert migrate(ledger_database.owner_url, ledger_database.url) == []


def test_two_migrations_at_once_apply_each_file_once(database):
    with ThreadPoolExecutor(2) as pool:
        applied = list(pool.map(lambda _: migrate(database.owner_url, database.url), range(2)))
    assert sorted(map(len, applied)) == [0, 1]


@pytest.mark.parametrize("table", ["events", "postings", "outcomes"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET book = book", "DELETE FROM {}", "TRUNCATE {}"])
def test_history_never_changes_not_even_for_the_owner(appender, ledger_database, table, statement):
    payer, payee = two_accounts(appender)
    appender.execute([accepting(initiated(appender, paying(payer, payee)), payee)])
    with (
        psycopg.connect(ledger_database.owner_url) as connection,
        pytest.raises(errors.RestrictViolation, match="history is never changed"),
    ):
        connection.execute(statement.format(table))


@pytest.mark.parametrize("table", ["events", "postings", "outcomes"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET book = book", "DELETE FROM {}", "TRUNCATE {}"])
def test_service_has_no_right_to_change_history(ledger_database, table, statement):
    with psycopg.connect(ledger_database.url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.format(table))


@pytest.mark.parametrize("table", ["accounts", "transfers", "book_head", "relays", "followed"])
def test_service_can_not_delete_anything(ledger_database, table):
    with psycopg.connect(ledger_database.url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(f"DELETE FROM {table}")


def test_service_can_not_disarm_the_triggers(ledger_database):
    with psycopg.connect(ledger_database.url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("ALTER TABLE events DISABLE TRIGGER ALL")


def inserting(*rows: tuple[int, int, int]) -> str:
    """Postings of one statement: position, amount, balance."""
    values = (
        f"('b', '{account:016}', {position}, now(), gen_random_uuid(), {amount}, {balance}, 10, 10)"
        for account, (position, amount, balance) in enumerate(rows)
    )
    return f"INSERT INTO postings VALUES {', '.join(values)}"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(1, -5, -5), (1, 4, 4)], "do not sum to zero"),
        ([(1, -5, -5)], "do not sum to zero"),
        ([(1, -5, -5), (2, 5, 5)], "do not sum to zero"),
        ([(1, -11, -11), (1, 11, 5)], "posting_within_limits"),
        ([(1, -5, -5), (1, 5, 11)], "posting_within_limits"),
        ([(1, 0, 0), (1, 0, 0)], "postings_amount_check"),
    ],
)
def test_database_refuses_wrong_postings(ledger_database, rows, reason):
    with psycopg.connect(ledger_database.url) as connection, pytest.raises(errors.CheckViolation, match=reason):
        connection.execute(inserting(*rows))


def test_database_takes_postings_that_move_back_towards_the_limits(ledger_database):
    with psycopg.connect(ledger_database.url) as connection:
        connection.execute(inserting((1, -5, 20), (1, 5, -20)))
        connection.rollback()


EVENT = """
INSERT INTO events (book, position, event_id, type, time, opens, closes, prev_hash, hash, body)
VALUES (%(book)s, %(position)s, gen_random_uuid(), 't', now(), %(opens)s, %(closes)s, %(prev)s, %(hash)s, %(body)s)"""


def event_row(**changes) -> dict:
    row = {"book": "b", "position": 1, "opens": None, "closes": None, "prev": b"0" * 32, "body": "{}"} | changes
    return {"hash": link(row["prev"], row["position"], row["body"].encode())} | row


TRANSFER_ID = "0190a8a0-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("first", "second", "error"),
    [
        ({}, {}, errors.UniqueViolation),
        ({"opens": TRANSFER_ID}, {"position": 2, "opens": TRANSFER_ID}, errors.UniqueViolation),
        ({"closes": TRANSFER_ID}, {"position": 2, "closes": TRANSFER_ID}, errors.UniqueViolation),
        ({}, {"position": 0}, errors.CheckViolation),
        ({}, {"position": 2, "hash": b"1" * 32}, errors.CheckViolation),
    ],
    ids=["position", "initiation", "ending", "no-position", "hash"],
)
def test_database_refuses_wrong_events(ledger_database, first, second, error):
    with psycopg.connect(ledger_database.url) as connection:
        connection.execute(EVENT, event_row(**first))
        with pytest.raises(error):
            connection.execute(EVENT, event_row(**second))


@pytest.mark.parametrize("column", ["max_negative", "max_positive"])
def test_database_refuses_negative_limits(ledger_database, appender, book, column):
    number, _ = two_accounts(appender)
    with psycopg.connect(ledger_database.url) as connection, pytest.raises(errors.CheckViolation):
        connection.execute(f"UPDATE accounts SET {column} = -1 WHERE account = %s", [number])


def test_idempotency_key_is_unique_in_the_database(ledger_database, book):
    with psycopg.connect(ledger_database.url) as connection:
        insert = "INSERT INTO outcomes VALUES (%s, 's', 'k', 'f', '{}')"
        connection.execute(insert, [book])
        with pytest.raises(errors.UniqueViolation):
            connection.execute(insert, [book])


def test_fence_stops_a_writer_whose_head_is_old(writer, appender):
    """Another writer got past the lock: what this one decided is thrown away, whole."""
    two_accounts(appender)
    loaded = writer.load(wanted_by([]))
    stale = Head(loaded.head.position - 1, loaded.head.hash, loaded.head.time)
    body = "{}"
    position = stale.position + 1
    hash_ = link(stale.hash, position, body.encode())
    row = EventRow(
        position=position, event_id=TRANSFER_ID, type="t", opens=None, closes=None,
        prev_hash=stale.hash, hash=hash_, body=body,
    )  # fmt: skip
    with pytest.raises(Interrupted, match="SerializationFailure"):
        writer.write(Batch(before=stale, head=Head(position, hash_, loaded.head.time), events=[row]))
    assert writer.load(wanted_by([])).head == loaded.head
    writer.abandon()


def test_rows_that_the_database_refuses_leave_no_trace(writer, appender):
    one, _ = two_accounts(appender)
    loaded = writer.load(wanted_by([]))
    posting = PostingRow(
        position=9, account=one, transfer_id=TRANSFER_ID, amount=5, balance=5, max_negative=0, max_positive=9
    )
    with pytest.raises(Rejected, match="sum to zero"):
        writer.write(Batch(before=loaded.head, head=loaded.head, postings=[posting]))
    assert writer.load(wanted_by([])).head == loaded.head
    writer.abandon()


def test_two_writers_at_once_keep_positions_gapless_and_the_chain_whole(ledger_database, appender, book):
    """Each with its own connection, in batches of different sizes; nobody loses anything."""
    payer, payee = two_accounts(appender, max_negative=MAX_AMOUNT, max_positive=MAX_AMOUNT)
    start = threading.Barrier(2)

    def write(size: int) -> int:
        own = Writer(ledger_database.url, book)
        start.wait()
        done = 0
        while done < 120:
            outcomes = decoded(Appender(own, system_clock).execute([paying(payer, payee, 1) for _ in range(size)]))
            done += sum(outcome.ok for outcome in outcomes)
        own.close()
        return done

    with ThreadPoolExecutor(2) as pool:
        done = sum(pool.map(write, (3, 5)))
    fold = requires_sound(ledger_database, book)
    assert fold.position == 2 + done
    assert len(fold.transfers) == done


def test_of_many_concurrent_accepts_exactly_one_wins(ledger_database, appender, book):
    payer, payee = two_accounts(appender)
    transfer_id = initiated(appender, paying(payer, payee, 10))

    def accept(_: int) -> str:
        own = Writer(ledger_database.url, book)
        (outcome,) = decoded(Appender(own, system_clock).execute([accepting(transfer_id, payee)]))
        own.close()
        assert outcome.ok or outcome.extra == {"transfer_status": "completed"}
        return outcome.code

    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(accept, range(100)))
    assert sorted(codes) == [""] + ["transfer.already_closed"] * 99
    assert requires_sound(ledger_database, book).accounts[payee].balance == 10


def test_of_an_accept_a_reject_and_a_cancel_exactly_one_wins(ledger_database, appender, book):
    payer, payee = two_accounts(appender)
    for _ in range(10):
        transfer_id = initiated(appender, paying(payer, payee, 1))
        steps = [accepting(transfer_id, payee), rejecting(transfer_id, payee), cancelling(transfer_id, payer)]

        def take(step) -> bool:
            own = Writer(ledger_database.url, book)
            (outcome,) = decoded(Appender(own, system_clock).execute([step]))
            own.close()
            return outcome.ok

        with ThreadPoolExecutor(3) as pool:
            assert sorted(pool.map(take, steps)) == [False, False, True]
    requires_sound(ledger_database, book)


def test_same_key_sent_in_parallel_has_one_effect(ledger_database, appender, book):
    payer, payee = two_accounts(appender)

    def send(_: int) -> list[str]:
        own = Writer(ledger_database.url, book)
        answers = Appender(own, system_clock).execute([paying(payer, payee, 10, key="same")] * 3)
        own.close()
        return answers

    with ThreadPoolExecutor(8) as pool:
        answers = {answer for answers in pool.map(send, range(8)) for answer in answers}
    assert len(answers) == 1
    assert len(requires_sound(ledger_database, book).transfers) == 1


def test_concurrent_acceptances_can_not_together_break_a_limit(ledger_database, appender, book):
    """Write skew: each alone is allowed, two are not."""
    payer, _ = two_accounts(appender, max_negative=100)
    payees = [an_account_number() for _ in range(8)]
    appender.execute([opening(number) for number in payees])
    open_ones = [(initiated(appender, paying(payer, payee, 60)), payee) for payee in payees]

    def accept(pair: tuple[str, str]) -> str:
        own = Writer(ledger_database.url, book)
        (outcome,) = decoded(Appender(own, system_clock).execute([accepting(*pair)]))
        own.close()
        return outcome.code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(accept, open_ones))
    assert codes == [""] + ["transfer.cancelled_by_system"] * 7
    assert requires_sound(ledger_database, book).accounts[payer].balance == -60


def test_unknown_outcome_of_a_commit_is_looked_up(ledger_database, appender, writer, book):
    """The connection dies right after COMMIT was done: the answer is the stored one, and there is one transfer."""
    payer, payee = two_accounts(appender)

    class CutAfterCommit:
        def __init__(self) -> None:
            self.book, self.cuts = book, 0
            self.load, self.followed, self.abandon = writer.load, writer.followed, writer.abandon

        def write(self, batch, follow=None) -> None:
            writer.write(batch, follow)
            if not self.cuts:
                self.cuts += 1
                writer.close()
                raise Interrupted("cut")

    cutting = CutAfterCommit()
    (outcome,) = decoded(Appender(cutting, system_clock).execute([paying(payer, payee, 10)]))
    assert cutting.cuts == 1
    assert (outcome.ok, outcome.position) == (True, 3)
    assert list(requires_sound(ledger_database, book).transfers) == [outcome.document["transfer_id"]]


def test_writer_survives_the_end_of_its_backend(ledger_database, appender, writer, book):
    payer, payee = two_accounts(appender)
    writer.load(wanted_by([]))
    with psycopg.connect(ledger_database.admin_url, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = %s AND application_name = 'ledger-writer'",
            [ledger_database.name],
        ).fetchone()
    assert ended[0] >= 1
    (outcome,) = decoded(appender.execute([paying(payer, payee, 10)]))
    assert outcome.ok


def test_writer_that_stops_past_its_lock_is_cut_off(ledger_database, appender, writer, book):
    """It holds the book for 5 s at most; what it had decided is thrown away, and it can go on."""
    loaded = writer.load(wanted_by([]))
    other = Writer(ledger_database.url, book)
    (outcome,) = decoded(Appender(other, system_clock).execute([opening(an_account_number())]))
    assert outcome.ok
    other.close()
    # By this class the driver tells it, while the connection still looks whole.
    assert issubclass(errors.IdleInTransactionSessionTimeout, psycopg.InternalError)
    with pytest.raises(Interrupted):
        writer.write(Batch(before=loaded.head, head=loaded.head))
    assert decoded(appender.execute([opening(an_account_number())]))[0].position == 2


def test_nothing_is_written_without_the_lock(writer):
    """The connection went away between load and write: a new one must not be used for it."""
    loaded = writer.load(wanted_by([]))
    writer.close()
    with pytest.raises(Interrupted):
        writer.write(Batch(before=loaded.head, head=loaded.head))
    with pytest.raises(Interrupted):
        writer.abandon()


@pytest.mark.parametrize("ending", ["abandon", "refused"])
def test_writer_goes_on_after_a_transaction_that_came_to_nothing(writer, appender, ending):
    """Again and again, with every statement of its repertoire prepared before."""
    payer, payee = two_accounts(appender)
    for amount in range(1, 12):
        loaded = writer.load(wanted_by([standing(payer, "frozen")]))
        if ending == "abandon":
            writer.followed("d/d")
            writer.abandon()
        else:
            posting = PostingRow(
                position=9, account=payer, transfer_id=TRANSFER_ID, amount=5, balance=5, max_negative=0, max_positive=9
            )
            with pytest.raises(Rejected, match="sum to zero"):
                writer.write(Batch(before=loaded.head, head=loaded.head, postings=[posting]))
        transfer_id = initiated(appender, paying(payer, payee, amount))
        (outcome,) = decoded(appender.execute([accepting(transfer_id, payee)]))
        assert outcome.ok


def test_time_never_goes_back_when_the_clock_does(writer, ledger_database, book):
    times = iter([datetime(2026, 1, 2, tzinfo=UTC) - timedelta(days=day) for day in range(5)])
    appender = Appender(writer, lambda: next(times))
    for _ in range(5):
        appender.execute([opening(an_account_number())])
    assert requires_sound(ledger_database, book).time == "2026-01-02T00:00:00.000004Z"


def test_statement_pages_by_position_and_period(appender, reader):
    payer, payee = two_accounts(appender)
    for amount in (1, 2, 3, 4, 5):
        appender.execute([accepting(initiated(appender, paying(payer, payee, amount)), payee)])
    whole = reader.statement(payer, since=None, until=None, before=None, limit=10)
    assert [entry.amount for entry in whole.entries] == [-5, -4, -3, -2, -1]
    first = reader.statement(payer, since=None, until=None, before=None, limit=2)
    second = reader.statement(payer, since=None, until=None, before=first.next, limit=10)
    assert [*first.entries, *second.entries] == list(whole.entries)
    second_time, fourth_time = (datetime.fromisoformat(whole.entries[n].time) for n in (3, 1))
    part = reader.statement(payer, since=second_time, until=fourth_time, before=None, limit=10)
    assert [entry.amount for entry in part.entries] == [-3, -2]
    assert (part.opening_balance, part.closing_balance) == (-1, -6)
    future = reader.statement(payer, since=datetime(2999, 1, 1, tzinfo=UTC), until=None, before=None, limit=10)
    assert (future.opening_balance, future.closing_balance, future.entries) == (-15, -15, [])
    backwards = reader.statement(payer, since=fourth_time, until=second_time, before=None, limit=10)
    assert (backwards.opening_balance, backwards.closing_balance, backwards.entries) == (-6, -6, [])


def test_transfers_are_listed_newest_first_with_a_total(appender, reader):
    one, other = two_accounts(appender)
    ids = [initiated(appender, paying(one, other, 1)), initiated(appender, paying(other, one, 1))]
    ids += [initiated(appender, requesting(one, other, 1)) for _ in range(3)]
    appender.execute([accepting(ids[0], other), cancelling(ids[1], other)])
    for account in (one, None):
        everything = ("initiated", "completed", "cancelled")
        page, total = reader.transfers(account, everything, limit=2, offset=2)
        assert ([transfer.transfer_id for transfer in page], total) == ([ids[2], ids[1]], 5)
        done, total = reader.transfers(account, ["completed"], limit=10, offset=0)
        assert ([transfer.transfer_id for transfer in done], total) == ([ids[0]], 1)
    assert reader.transfers(an_account_number(), everything, limit=2, offset=0) == ([], 0)


def test_demotion_ends_pending_transfers_of_the_account(appender, reader):
    one, other = two_accounts(appender)
    third, fourth = two_accounts(appender)
    ended = [initiated(appender, paying(one, other)), initiated(appender, requesting(other, one))]
    untouched = initiated(appender, paying(third, fourth))
    appender.execute([standing(one, "frozen")])
    for transfer_id in ended:
        cancellation = reader.transfer(transfer_id).cancellation
        assert (cancellation.kind, cancellation.code, cancellation.by) == ("system", "account_not_trading", None)
    assert reader.transfer(untouched).status == "initiated"


def test_reader_says_when_the_database_is_away():
    from services.ledger.store import StoreAway

    away = Reader("postgresql://nobody:x@127.0.0.1:1/none", "main", size=1)
    with pytest.raises(StoreAway):
        away.check()
    away.close()
