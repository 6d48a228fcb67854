"""The writer on real PostgreSQL: what it remembers, what it does when it was wrong, cut off or beaten by another."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import errors

from events.ledger import FeeRule, Leg
from services.chassis.clock import system_clock
from services.ledger.batch import wanted_by
from services.ledger.chain import link
from services.ledger.domain import AdminTransfer, ReverseTransfer, SetFeeRules, SetPolicy
from services.ledger.handlers import Appender
from services.ledger.records import Batch, EventRow, Head, OutcomeRow, PostingRow
from services.ledger.store import Interrupted, Outdated, Rejected, Writer, migrate
from tests.databases import Database
from tests.ledger.books import amounts, initiated, requires_sound, two_accounts
from tests.ledger.factories import (
    a_request,
    accepting,
    an_account_number,
    limiting,
    opening,
    paying,
    standing,
)
from tests.ledger.fakes import decoded
from tests.ledger.holding import held_at_commit

pytestmark = pytest.mark.integration


TRANSFER_ID = "0190a8a0-0000-7000-8000-000000000000"


def an_event_after(head: Head) -> Batch:
    """A batch of one event that continues `head`."""
    body, position = "{}", head.position + 1
    hash_ = link(head.hash, position, body.encode())
    row = EventRow(
        position=position, event_id=TRANSFER_ID, type="t", opens=None, closes=None,
        prev_hash=head.hash, hash=hash_, body=body,
    )  # fmt: skip
    refusal = OutcomeRow(scope="user:u", key=f"key-{position}", fingerprint="f", outcome="{}")
    return Batch(before=head, head=Head(position, hash_, head.time), events=[row], outcomes=[refusal])


def half_a_posting(account: str) -> PostingRow:
    return PostingRow(
        position=9, account=account, transfer_id=TRANSFER_ID, amount=5, balance=5, max_negative=0, max_positive=9
    )


def stored(database: Database, book: str) -> tuple:
    """Positions, keys and the head, as they are in the tables."""
    with psycopg.connect(database.url) as connection:
        events = connection.execute("SELECT position FROM events WHERE book = %s ORDER BY 1", [book]).fetchall()
        keys = connection.execute("SELECT key FROM outcomes WHERE book = %s ORDER BY 1", [book]).fetchall()
        head = connection.execute("SELECT position, hash FROM book_head WHERE book = %s", [book]).fetchall()
    return events, keys, head


def end_writers(database: Database) -> int:
    """End the writers' backends; how many there were."""
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = %s AND application_name = 'ledger-writer'",
            [database.name],
        ).fetchone()
    assert ended is not None
    return int(ended[0])


@pytest.mark.parametrize("locked", [True, False], ids=["two calls", "one call"])
def test_fence_stops_a_writer_whose_head_is_old(writer, appender, ledger_database, book, locked):
    """What was decided on an old head is thrown away, whole: event, refusals, head."""
    two_accounts(appender)
    before = stored(ledger_database, book)
    loaded = writer.load(wanted_by([]), locked=locked)
    stale = Head(loaded.head.position - 1, loaded.head.hash, loaded.head.time)
    with pytest.raises(Outdated):
        writer.write(an_event_after(stale))
    assert stored(ledger_database, book) == before
    assert writer.load(wanted_by([]), locked=True).head == loaded.head
    writer.abandon()


def test_refusals_alone_are_fenced_too(writer, appender, ledger_database, book):
    """A refusal that was decided on an old head is decided again: it may be none any more."""
    payer, payee = two_accounts(appender, max_negative=0)
    other = Writer(ledger_database.url, book)
    outcomes = decoded(Appender(other, system_clock).execute([limiting(payer, max_negative=100)]))
    assert outcomes[0].ok
    other.close()
    (outcome,) = decoded(appender.execute([paying(payer, payee, 60)]))
    assert outcome.ok, "decided on the limit of before"


@pytest.mark.parametrize("locked", [True, False], ids=["two calls", "one call"])
def test_rows_that_the_database_refuses_leave_no_trace(writer, appender, ledger_database, book, locked):
    one, _ = two_accounts(appender)
    before = stored(ledger_database, book)
    loaded = writer.load(wanted_by([]), locked=locked)
    batch = an_event_after(loaded.head)
    batch.postings = [half_a_posting(one)]
    with pytest.raises(Rejected, match="sum to zero"):
        writer.write(batch)
    assert stored(ledger_database, book) == before
    assert writer.load(wanted_by([]), locked=True).head == loaded.head
    writer.abandon()


def test_writer_that_knows_everything_needs_one_call(appender, ledger_database, book):
    """No transaction of its own while nobody else writes: what it wants is what it wrote."""
    payer, payee = two_accounts(appender)
    transfer_id = initiated(appender, paying(payer, payee, 10))
    with psycopg.connect(ledger_database.owner_url) as blocker:
        # Every load reads this table; what is written here does not touch it.
        blocker.execute("LOCK TABLE book_rules IN ACCESS EXCLUSIVE MODE")
        assert decoded(appender.execute([accepting(transfer_id, payee)]))[0].ok
    requires_sound(ledger_database, book)


def test_key_used_long_ago_gets_its_first_answer_from_a_writer_that_forgot_it(ledger_database, appender, book):
    """A new writer remembers accounts but no old keys: the database's uniqueness is what tells it."""
    payer, payee = two_accounts(appender)
    first = paying(payer, payee, 10)
    (answer,) = appender.execute([first])
    later = Writer(ledger_database.url, book)
    successor = Appender(later, system_clock)
    successor.execute([paying(payer, payee, 1)])
    assert successor.execute([paying(payer, payee, 2), first])[1] == answer
    later.close()
    assert amounts(ledger_database, book) == [1, 2, 10]


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
    assert list(requires_sound(ledger_database, book).statuses()) == [outcome.document["transfer_id"]]


def test_writer_survives_the_end_of_its_backend(ledger_database, appender, writer, book):
    payer, payee = two_accounts(appender)
    writer.load(wanted_by([]))
    assert end_writers(ledger_database) >= 1
    (outcome,) = decoded(appender.execute([paying(payer, payee, 10)]))
    assert outcome.ok


def test_writer_that_stops_past_its_lock_is_cut_off(ledger_database, appender, writer, book):
    """It holds the book for 5 s at most; what it had decided is thrown away, and it can go on."""
    loaded = writer.load(wanted_by([]), locked=True)
    other = Writer(ledger_database.url, book)
    (outcome,) = decoded(Appender(other, system_clock).execute([opening(an_account_number())]))
    assert outcome.ok
    other.close()
    # By this class the driver tells it, while the connection still looks whole.
    assert issubclass(errors.IdleInTransactionSessionTimeout, psycopg.InternalError)
    with pytest.raises(Interrupted):
        writer.write(Batch(before=loaded.head, head=loaded.head))
    assert decoded(appender.execute([opening(an_account_number())]))[0].position == 2


def test_nothing_is_written_without_the_lock(writer, appender, ledger_database, book):
    """The connection went away between load and write: a new one must not be used for it."""
    two_accounts(appender)
    before = stored(ledger_database, book)
    loaded = writer.load(wanted_by([]), locked=True)
    assert end_writers(ledger_database) >= 1
    with pytest.raises(Interrupted):
        writer.write(an_event_after(loaded.head), ("d/d", 1))
    assert stored(ledger_database, book) == before
    with pytest.raises(Interrupted):
        writer.followed("d/d")


def test_writer_that_was_closed_meanwhile_is_fenced(writer, appender, ledger_database, book):
    """Even so it writes nothing when another has written since."""
    two_accounts(appender)
    loaded = writer.load(wanted_by([]), locked=True)
    writer.close()
    other = Writer(ledger_database.url, book)
    assert decoded(Appender(other, system_clock).execute([opening(an_account_number())]))[0].ok
    other.close()
    before = stored(ledger_database, book)
    with pytest.raises(Outdated):
        writer.write(an_event_after(loaded.head))
    assert stored(ledger_database, book) == before


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
            posting = half_a_posting(payer)
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


def test_rules_are_those_of_the_head_that_was_waited_for(database, book):
    """Fees and policy changed by the writer that held the lock: what is read with the head is what it left."""
    migrate(database.owner_url, database.url)
    with closing(Writer(database.url, book)) as one, closing(Writer(database.url, book)) as other:
        first, second = Appender(one, system_clock), Appender(other, system_clock)
        payer, payee = two_accounts(first)
        # The second was overtaken just now, so it will read under the lock.
        second.execute([opening(an_account_number())])
        taker, _ = two_accounts(first)
        second.execute([opening(an_account_number())])
        fees = SetFeeRules(rules=(FeeRule(account=taker, side="payer", fixed=7, basis_points=0),), reason="asked")
        policy = SetPolicy(expires_after_days=1, reason="asked")
        with held_at_commit(database) as hold, ThreadPoolExecutor(2) as pool:
            changed = pool.submit(first.execute, [a_request(fees, admin=True), a_request(policy, admin=True)])
            hold.wait()
            paid = pool.submit(second.execute, [paying(payer, payee, 10)])
            hold.wait(writers=2)
            hold.release()
            assert all(outcome.ok for outcome in decoded(changed.result(20)))
            (outcome,) = decoded(paid.result(20))
        assert [leg["amount"] for leg in outcome.document["legs"]] == [-17, 10, 7]
        times = (datetime.fromisoformat(outcome.document[name]) for name in ("expires_at", "initiated_at"))
        assert next(times) - next(times) == timedelta(days=1)


@pytest.mark.parametrize("amounts", [(-5, -5, 10), (-5, 10, -5), (10, -5, -5), (-10, 5, 5), (1, 2, 3, -6)])
def test_writer_that_knows_nothing_reads_every_account_of_several_legs(ledger_database, appender, book, amounts):
    """Whichever leg is the payer's and the payee's."""
    numbers = [an_account_number() for _ in amounts]
    appender.execute([opening(number) for number in numbers])
    legs = tuple(Leg(account=number, amount=amount) for number, amount in zip(numbers, amounts, strict=True))
    transfer_id = initiated(appender, a_request(AdminTransfer(legs=legs), admin=True))
    with closing(Writer(ledger_database.url, book)) as other:
        undoing = a_request(ReverseTransfer(transfer_id=transfer_id, reason="a mistake"), admin=True)
        (outcome,) = decoded(Appender(other, system_clock).execute([undoing]))
    assert outcome.ok, outcome
    assert {account.balance for account in requires_sound(ledger_database, book).accounts.values()} == {0}
