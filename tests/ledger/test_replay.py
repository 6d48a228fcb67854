"""The tables anew from the log: they are equal, damage is found and repaired, and the ledger goes on meanwhile."""

import io
import re
import threading
from collections import deque
from itertools import starmap

import psycopg
import pytest

from services.chassis.clock import system_clock
from services.ledger.audit import Fold
from services.ledger.handlers import Appender
from services.ledger.progress import Progress
from services.ledger.rebuilding import BrokenLog, Rebuild
from services.ledger.replaying import Wish, run_replay
from services.ledger.store import Writer, migrate
from services.ledger.store.repairing import repairing
from services.ledger.store.shadow import PROJECTIONS, ReplayRuns, Shadow
from tests.ledger.books import initiated, requires_sound, two_accounts
from tests.ledger.everything import everything
from tests.ledger.factories import accepting, paying
from tests.ledger.fakes import BOOK, MemoryStore, Ticking, decoded
from tests.ledger.processes import Instance
from tests.waiting import wait_until


def rows_of(store: MemoryStore) -> list[tuple[int, bytes, bytes, bytes]]:
    return [(row.position, row.prev_hash, row.hash, row.body.encode()) for row in store.events]


@pytest.fixture
def store() -> MemoryStore:
    """A book in memory in which everything happened."""
    made, clock = MemoryStore(), Ticking()
    everything(Appender(made, clock), clock)
    return made


@pytest.mark.parametrize("page", [1, 7, 1000])
def test_rebuild_comes_to_what_was_written_however_it_is_paged(store, page):
    kept: dict = {}
    rebuild, transfers, postings, changes, parties = Rebuild(BOOK, kept.pop), {}, [], [], []

    def hand_out(*, everything: bool) -> None:
        rows = rebuild.hand_out(everything=everything)
        transfers.update({transfer.transfer_id: transfer for transfer in rows.transfers})
        kept.update({known: t for known, t in transfers.items() if t.status != "initiated"})
        postings.extend(row for _, row in rows.postings)
        changes.extend(row for _, row in rows.changes)
        parties.extend(rows.parties)
        if everything:
            assert {account.account: account for account in rows.accounts} == store.accounts
            assert (rows.policy, rows.fee_rules) == (store.policy, store.fee_rules)

    for row in rows_of(store):
        rebuild.take(*row)
        if row[0] % page == 0:
            hand_out(everything=False)
    hand_out(everything=True)
    assert transfers == store.transfers
    assert (postings, changes) == (store.postings, store.changes)
    assert parties == [row for batch in store.batches for row in batch.parties]
    assert parties


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda rows: rows.pop(4), "events are missing"),
        (lambda rows: rows.__setitem__(4, (5, b"x" * 32, rows[4][2], rows[4][3])), "does not continue the chain"),
        (lambda rows: rows.__setitem__(4, (*rows[4][:3], rows[4][3] + b" ")), "does not continue the chain"),
    ],
)
def test_rebuild_refuses_a_broken_log(store, damage, sentence):
    rows, rebuild = rows_of(store), Rebuild(BOOK, lambda _: None)
    damage(rows)
    with pytest.raises(BrokenLog, match=sentence):
        deque(starmap(rebuild.take, rows))


def test_progress_tells_speed_and_what_is_left():
    plain, terminal = io.StringIO(), io.StringIO()
    terminal.isatty = lambda: True
    for out in (plain, terminal):
        progress = Progress("events", 1000, out)
        progress._told -= 60
        progress.reach(500)
        progress.reach(501)
        progress.finish(1000)
    assert [line.split(",")[0] for line in plain.getvalue().splitlines()] == ["500 of 1", "1"]
    assert "s left" in plain.getvalue()
    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().count("\r") == 2


@pytest.fixture
def own_database(database):
    """Not the shared one: here the tables are damaged."""
    migrate(database.owner_url, database.url)
    return database


@pytest.fixture
def told(own_database, book):
    """The book in which everything happened, in the database."""
    writer, clock = Writer(own_database.url, book), Ticking()
    happened = everything(Appender(writer, clock), clock)
    writer.close()
    return happened


def replayed(database, book: str, bootstrap: str = "", **wish: bool) -> tuple[bool, str]:
    out = io.StringIO()
    passed = run_replay(database.owner_url, book, bootstrap, Wish(**wish), out, io.StringIO())
    return passed, out.getvalue()


def damage(database, statement: str, parameters=None) -> None:
    """As a superuser who switches the triggers off."""
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement, parameters).rowcount >= 1


def contents(database, book: str) -> dict:
    with psycopg.connect(database.url) as connection:
        return {
            table: sorted(map(repr, connection.execute(f"SELECT * FROM {table} WHERE book = %s", [book])))
            for table in (*PROJECTIONS, "outcomes", "followed", "relays", "events")
        }


@pytest.mark.integration
def test_tables_of_a_book_with_every_event_are_replayed_byte_for_byte(own_database, book, told):
    assert set(_types(own_database)) == set(_all_types())
    passed, said = replayed(own_database, book)
    assert passed, said
    # How long it took is the machine's affair.
    assert re.sub(r"\d+\.\d s", "… s", said) == (
        f"Replayed the book {book!r} to position 54; compared in … s.\nEvery table is what the log says.\n"
    )
    with psycopg.connect(own_database.owner_url) as connection:
        assert connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%'").fetchall() == []


def _types(database) -> list[str]:
    with psycopg.connect(database.url) as connection:
        return [name for (name,) in connection.execute("SELECT DISTINCT type FROM events")]


def _all_types() -> list[str]:
    from events.ledger import EVENTS

    return [cls.TYPE for cls in EVENTS]


DAMAGE = {
    "UPDATE accounts SET balance = balance + 1, consent = '[]' "
    "WHERE account = (SELECT min(account) FROM accounts WHERE standing <> 'closed')":
        "accounts: 1 rows lack, 1 are",
    "DELETE FROM accounts WHERE account = (SELECT min(account) FROM accounts)": "accounts: 1 rows lack, 0 are",
    "INSERT INTO accounts SELECT book, '1111222233334444', 'e', 0, 0, 0, 'trading', 1 FROM book_head":
        "accounts: 0 rows lack, 1 are",
    "UPDATE transfers SET description = 'other' WHERE kind = 'admin'": "transfers: 2 rows lack, 2 are",
    "UPDATE transfers SET reversed_by = NULL WHERE reversed_by IS NOT NULL": "transfers: 2 rows lack, 2 are",
    "DELETE FROM transfers": "transfers: 20 rows lack, 0 are",
    "DELETE FROM postings WHERE amount < 0": "postings: 12 rows lack, 0 are",
    "UPDATE postings SET max_positive = 1 WHERE amount < 0": "postings: 12 rows lack, 12 are",
    "UPDATE changes SET actor = 'nobody'": "changes: 16 rows lack, 16 are",
    "DELETE FROM transfer_parties": "transfer_parties: 4 rows lack, 0 are",
    "UPDATE book_rules SET policy = '{}'": "book_rules: 1 rows lack, 1 are",
    "DELETE FROM book_rules": "book_rules: 1 rows lack, 0 are",
}  # fmt: skip


@pytest.mark.integration
@pytest.mark.parametrize("statement", DAMAGE)
def test_damage_is_found_and_repaired(own_database, book, told, statement):
    sound = contents(own_database, book)
    damage(own_database, statement)
    passed, text = replayed(own_database, book)
    assert (passed, f"FAILED {DAMAGE[statement]}" in text) == (False, True), text
    assert contents(own_database, book) != sound, "looking changes nothing"
    passed, text = replayed(own_database, book, swap=True)
    assert (passed, "Repaired at position 54" in text) == (True, True), text
    assert contents(own_database, book) == sound
    requires_sound(own_database, book)
    requires_armed(own_database)


def requires_armed(database) -> None:
    """Every trigger is on again, and the shadow is gone."""
    with psycopg.connect(database.owner_url) as connection:
        off = connection.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'").fetchall()
        left = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%'").fetchall()
    assert (off, left) == ([], [])


@pytest.mark.integration
def test_everything_lost_but_the_log_comes_back(own_database, book, told):
    sound = contents(own_database, book)
    for table in PROJECTIONS:
        damage(own_database, f"DELETE FROM {table}")
    assert replayed(own_database, book, swap=True)[0]
    assert contents(own_database, book) == sound
    requires_sound(own_database, book)


@pytest.mark.integration
def test_log_that_is_broken_repairs_nothing(own_database, book, told):
    damage(own_database, "UPDATE accounts SET balance = balance + 1 WHERE standing <> 'closed'")
    damage(own_database, "DELETE FROM events WHERE position = 7")
    before = contents(own_database, book)
    passed, text = replayed(own_database, book, swap=True)
    assert (passed, text) == (False, "Nothing was changed: position 8 follows 6: events are missing\n")
    assert contents(own_database, book) == before
    requires_armed(own_database)


@pytest.mark.integration
def test_cut_off_end_of_the_log_repairs_nothing(own_database, book, told):
    damage(own_database, "DELETE FROM events WHERE position > 50")
    passed, text = replayed(own_database, book, swap=True)
    assert (passed, "position 50 is the last that was found, the head is 54" in text) == (False, True)


@pytest.mark.integration
def test_one_replay_at_a_time(own_database, book, told):
    with Shadow(own_database.owner_url, book) as first:
        first.begin()
        assert replayed(own_database, book) == (False, "Nothing was changed: this book is being replayed already.\n")


@pytest.mark.integration
def test_book_that_somebody_holds_is_not_waited_for_without_end(own_database, book, told):
    with psycopg.connect(own_database.owner_url) as other, Shadow(own_database.owner_url, book) as shadow:
        other.execute("SELECT FROM book_head FOR UPDATE")
        with pytest.raises(ReplayRuns, match="within 100ms, try again"):
            repairing(shadow, "100ms").__enter__()


@pytest.mark.integration
def test_another_book_is_not_touched(own_database, book, told):
    writer, clock = Writer(own_database.url, "neighbour"), Ticking()
    everything(Appender(writer, clock), clock)
    writer.close()
    damage(own_database, "UPDATE accounts SET balance = balance + 1 WHERE standing <> 'closed'")
    damage(own_database, "DELETE FROM postings")
    before = contents(own_database, "neighbour")
    assert replayed(own_database, book, swap=True)[0]
    requires_sound(own_database, book)
    assert contents(own_database, "neighbour") == before


@pytest.mark.integration
def test_writer_that_read_damaged_rows_forgets_them_when_they_are_repaired(own_database, book):
    """Its memory is of the right position and of wrong rows: the next balance would be wrong for ever."""
    writer = Writer(own_database.url, book)
    appender = Appender(writer, system_clock)
    payer, payee = two_accounts(appender)
    appender.execute([accepting(initiated(appender, paying(payer, payee, 10)), payee)])
    damage(own_database, "UPDATE accounts SET balance = balance - 500 WHERE account = %s", [payer])
    misled = Writer(own_database.url, book)
    transfer_id = initiated(Appender(misled, system_clock), paying(payer, payee, 10))
    assert replayed(own_database, book, swap=True)[0]
    (outcome,) = decoded(Appender(misled, system_clock).execute([accepting(transfer_id, payee)]))
    assert outcome.ok
    assert requires_sound(own_database, book).accounts[payer].balance == -20
    misled.close()
    writer.close()


@pytest.mark.integration
def test_ledger_goes_on_while_it_is_repaired(own_database, book):
    """Here and in another book transfers are made all the time; each of them is answered, and all are there."""
    stop, done, beside = threading.Event(), [], []

    def load(name: str, done: list[str]) -> None:
        own = Writer(own_database.url, name)
        appender = Appender(own, system_clock)
        payer, payee = two_accounts(appender, max_negative=10**9, max_positive=10**9)
        while not stop.is_set():
            (outcome,) = decoded(appender.execute([paying(payer, payee, 1)]))
            transfer_id = outcome.document["transfer_id"]
            (outcome,) = decoded(appender.execute([accepting(transfer_id, payee)]))
            assert outcome.ok, outcome
            done.append(transfer_id)
        own.close()

    threads = [threading.Thread(target=load, args=given) for given in ((book, done), ("beside", beside))]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            reached, reached_beside = len(done), len(beside)
            wait_until(lambda: len(done) > reached + 20 and len(beside) > reached_beside + 20)  # noqa: B023 -- at once
            damage(own_database, "DELETE FROM postings WHERE book = %s AND position < 10", [book])
            damage(own_database, "UPDATE changes SET actor = 'x' WHERE book = %s", [book])
            damage(own_database, "UPDATE transfers SET reference = 'x' WHERE book = %s AND version < 30", [book])
            passed, text = replayed(own_database, book, swap=True)
            assert (passed, "Repaired" in text) == (True, True), text
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for name, each in ((book, done), ("beside", beside)):
        fold = requires_sound(own_database, name)
        assert sorted(account.balance for account in fold.accounts.values()) == [-len(each), len(each)]
        assert {known for known, status in fold.statuses().items() if status == "completed"} == set(each)
        assert replayed(own_database, name)[0]
    requires_armed(own_database)


@pytest.mark.integration
def test_command_replays_from_kafka_and_says_how_it_ended(tmp_path, kafka_bootstrap, own_database, book, told):
    instance = Instance(
        tmp_path, database_url=own_database.url, book=book, bootstrap=kafka_bootstrap,
        LEDGER_OWNER_DATABASE_URL=own_database.owner_url,
    )  # fmt: skip
    try:
        assert instance.start("replay", "--from-kafka").wait(60) == 1
        assert "position 0 is the last that was found, the head is 54" in instance.log("replay")
        instance.start("relay")
        with psycopg.connect(own_database.url, autocommit=True) as connection:
            cursor = "SELECT 1 FROM relays WHERE position = 54"
            wait_until(lambda: connection.execute(cursor).fetchone(), 40)
        assert instance.start("replay", "--from-kafka").wait(60) == 0
        assert "Every table is what the log says." in instance.log("replay")
        damage(own_database, "UPDATE accounts SET balance = balance + 1 WHERE standing <> 'closed'")
        assert instance.start("replay").wait(60) == 1
        assert instance.start("replay", "--from-kafka", "--swap").wait(60) == 0
        assert instance.start("replay", "--no-such-thing").wait(60) == 64
        assert instance.start("replay").wait(60) == 0
    finally:
        instance.stop()
    requires_sound(own_database, book)


def test_fold_and_rebuild_agree(store):
    """Two folds written apart."""
    fold = Fold(BOOK)
    for row in rows_of(store):
        fold.take(*row)
    fold.end()
    assert fold.findings == []
    assert {number: account.balance for number, account in store.accounts.items()} == {
        number: account.balance for number, account in fold.accounts.items()
    }
