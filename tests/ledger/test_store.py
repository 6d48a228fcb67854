"""The event store on real PostgreSQL: what the database refuses by itself, and what is read of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import errors

from services.ledger.chain import link
from services.ledger.store import Reader, StoreAway, migrate, schema_version
from services.ledger.views import account_view, consent_view, transfer_view
from tests.ledger.books import initiated, requires_sound, two_accounts
from tests.ledger.factories import (
    accepting,
    an_account_number,
    cancelling,
    limiting,
    paying,
    rejecting,
    requesting,
    standing,
)
from tests.ledger.fakes import decoded

pytestmark = pytest.mark.integration


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
    payer, payee = two_accounts(appender)
    (outcome,) = decoded(appender.execute([limiting(payer, max_negative=7)]))
    account = reader.accounts([payer])[0]
    assert outcome.document == account_view(account) | consent_view(account)
    (outcome,) = decoded(appender.execute([requesting(payee, payer, 5)]))
    assert outcome.document == transfer_view(reader.transfer(outcome.document["transfer_id"]))
    (outcome,) = decoded(appender.execute([rejecting(outcome.document["transfer_id"], payer)]))
    assert outcome.document == transfer_view(reader.transfer(outcome.document["transfer_id"]))


def test_migrating_again_changes_nothing(ledger_database):
    assert migrate(ledger_database.owner_url, ledger_database.url) == []


def test_two_migrations_at_once_apply_each_file_once(database):
    with ThreadPoolExecutor(2) as pool:
        applied = list(pool.map(lambda _: migrate(database.owner_url, database.url), range(2)))
    assert sorted(map(len, applied)) == [0, int(schema_version())]


HISTORY = ["events", "postings", "outcomes", "changes", "transfer_parties"]


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET book = book", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_history_never_changes_not_even_for_the_owner(appender, ledger_database, table, statement):
    payer, payee = two_accounts(appender)
    appender.execute([accepting(initiated(appender, paying(payer, payee)), payee)])
    with (
        psycopg.connect(ledger_database.owner_url) as connection,
        pytest.raises(errors.RestrictViolation, match="history is never changed"),
    ):
        connection.execute(statement.format(table))


@pytest.mark.parametrize("table", HISTORY)
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
    away = Reader("postgresql://nobody:x@127.0.0.1:1/none", "main", size=1)
    with pytest.raises(StoreAway):
        away.check()
    away.close()
