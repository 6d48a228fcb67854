"""Time: what expires, what is reminded of, once, whoever else is at work, whatever is killed or away."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from services.chassis.clock import rfc3339
from services.chassis.process import Stop
from services.ledger.domain import InitiateTransfer, SetPolicy
from services.ledger.handlers import Appender
from services.ledger.scheduling import HeldClock, Schedule
from services.ledger.store import Interrupted, Writer
from services.ledger.store.due import EXPIRED, OPTIONS, PAGE, START, TO_REMIND, DueTransfers, Place
from tests.ledger.factories import a_request, accepting, an_account_number, opening
from tests.ledger.fakes import MemoryStore, Ticking, decoded
from tests.ledger.processes import Instance, kill
from tests.waiting import wait_until

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY = timedelta(days=1)
A_SECOND = 1 / 86_400
"""As part of a day."""


class Setting:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime = BEGIN) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Setting:
    return Setting()


def proposing(payer: str, payee: str, days: float | None = None):
    expires_at = None if days is None else rfc3339(BEGIN + days * A_DAY)
    command = InitiateTransfer(initiator=payer, counterparty=payee, direction="pay", amount=1, expires_at=expires_at)
    return a_request(command, payer)


class Book:
    """A real book with two accounts, a schedule on it, and what has happened in it."""

    def __init__(self, database, name: str, clock: Setting) -> None:
        self._database, self.name, self.clock = database, name, clock
        self.writers = [Writer(database.url, name), Writer(database.url, name)]
        self.appender = Appender(self.writers[0], clock)
        self.pair = an_account_number(), an_account_number()
        self.appender.execute([opening(number, max_negative=10**6, max_positive=10**6) for number in self.pair])
        self.due = DueTransfers(database.url, name, 3)
        held = HeldClock(clock)
        self.schedule = Schedule(self.due, Appender(self.writers[1], held), held, Stop())

    def propose(self, days: float | None = None, count: int = 1) -> list[str]:
        outcomes = decoded(self.appender.execute([proposing(*self.pair, days) for _ in range(count)]))
        return [outcome.document["transfer_id"] for outcome in outcomes]

    def at(self, days: float) -> None:
        """The clock, then the schedule."""
        self.clock.now = BEGIN + days * A_DAY
        self.schedule.tick()

    def events(self, type_: str) -> list[str]:
        query = "SELECT body::json ->> 'subject' FROM events WHERE book = %s AND type = %s ORDER BY position"
        with psycopg.connect(self._database.url) as connection:
            rows = connection.execute(query, (self.name, f"ledger.transfer-{type_}.v1")).fetchall()
        return [subject.removeprefix("transfer/") for (subject,) in rows]

    def outcomes(self) -> int:
        with psycopg.connect(self._database.url) as connection:
            row = connection.execute(
                "SELECT count(*) FROM outcomes WHERE book = %s AND scope = 'system:schedule'", (self.name,)
            ).fetchone()
        return row[0]

    def close(self) -> None:
        self.due.close()
        for writer in self.writers:
            writer.close()


@pytest.fixture
def ledger(ledger_database, book, clock) -> Iterator[Book]:
    made = Book(ledger_database, book, clock)
    yield made
    made.close()


@pytest.mark.integration
def test_a_proposal_expires_when_its_time_has_come_and_not_before(ledger):
    (known,) = ledger.propose()
    ledger.at(30)
    assert ledger.events("cancelled") == [], "it was made a microsecond after the beginning"
    ledger.at(30 + A_SECOND)
    assert ledger.events("cancelled") == [known]
    ledger.at(31)
    assert ledger.events("cancelled") == [known]
    assert ledger.outcomes() == 2, "it asks for nothing that is done"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("life", "reminded_at"),
    [(30, 27), (6, 3), (4, 2), (1, 0.5)],
    ids=["as the policy says", "twice the time", "shorter: at half", "a day: at half"],
)
def test_a_reminder_comes_once_and_never_in_the_first_half(ledger, life, reminded_at):
    (known,) = ledger.propose(life)
    ledger.at(reminded_at - 0.01)
    assert ledger.events("expiring") == []
    for later in (A_SECOND, 0.01, 0.02):
        ledger.at(reminded_at + later)
        assert ledger.events("expiring") == [known]


@pytest.mark.integration
def test_reminders_follow_the_books_policy(ledger):
    ledger.appender.execute([a_request(SetPolicy(reason="early", reminder_days=10), admin=True)])
    ledger.propose()
    ledger.at(20 + A_SECOND)
    assert len(ledger.events("expiring")) == 1
    ledger.appender.execute([a_request(SetPolicy(reason="never", reminder_days=0), admin=True)])
    ledger.propose(50)
    ledger.at(49.99)
    assert len(ledger.events("expiring")) == 1


@pytest.mark.integration
def test_what_was_answered_is_left_alone(ledger):
    known, other = ledger.propose(count=2)
    ledger.appender.execute([accepting(known, ledger.pair[1])])
    ledger.at(28)
    ledger.at(31)
    assert (ledger.events("expiring"), ledger.events("cancelled")) == ([other], [other])


@pytest.mark.integration
def test_more_than_a_page_is_done_in_one_go(ledger):
    expected = ledger.propose(count=PAGE + 20)
    ledger.at(31)
    assert sorted(ledger.events("cancelled")) == sorted(expected)


@pytest.mark.integration
def test_one_leads_and_another_takes_over(ledger, ledger_database):
    other = DueTransfers(ledger_database.url, ledger.name, 3)
    assert ledger.due.lead()
    assert not other.lead()
    assert ledger.due.lead()
    ledger.due.close()
    assert wait_until(other.lead)
    assert not ledger.due.lead()
    other.close()


@pytest.mark.integration
@pytest.mark.parametrize("query", [EXPIRED, TO_REMIND], ids=["expired", "to remind"])
def test_the_questions_use_the_index(ledger, ledger_database, query):
    asked = {"book": ledger.name, "now": BEGIN, "default": 3, "limit": PAGE}
    asked |= {"after_time": START.expires_at, "after_id": START.transfer_id}
    with psycopg.connect(ledger_database.url, options=OPTIONS) as connection:
        plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN {query}", asked))
    assert "open_transfers_by_expiry" in plan


class MemoryDue:
    """Says what it is told to."""

    transient: tuple[type[Exception], ...] = (ConnectionError,)

    def __init__(self, *expired: str) -> None:
        self._expired = [Place(BEGIN, known) for known in expired]
        self.leads, self.away, self.closed = True, False, 0

    def lead(self) -> bool:
        if self.away:
            raise ConnectionError
        return self.leads

    def expired(self, _: datetime, after: Place) -> Sequence[Place]:
        return self._expired if after == START else []

    def to_remind(self, _: datetime, __: Place) -> Sequence[Place]:
        return []

    def close(self) -> None:
        self.closed += 1


def memory_schedule(due: MemoryDue, store: MemoryStore, clock) -> Schedule:
    held = HeldClock(clock)
    return Schedule(due, Appender(store, held), held, Stop())


def test_who_does_not_lead_does_nothing():
    store, due = MemoryStore(), MemoryDue("0190a8a0-0000-7000-8000-000000000000")
    due.leads = False
    memory_schedule(due, store, Ticking()).tick()
    assert store.outcomes == {}


def test_a_refusal_is_no_trouble():
    store, due = MemoryStore(), MemoryDue("0190a8a0-0000-7000-8000-000000000000")
    memory_schedule(due, store, Ticking()).tick()
    (outcome,) = decoded([stored for _, stored in store.outcomes.values()])
    assert outcome.code == "transfer.unknown"


def test_what_was_due_when_it_was_read_is_due_when_it_is_decided(clock):
    """A clock set back in between must not leave a refusal stored under the one key that a transfer expires by."""
    store, pair = MemoryStore(), (an_account_number(), an_account_number())
    appender = Appender(store, clock)
    appender.execute([opening(number) for number in pair])
    (outcome,) = decoded(appender.execute([proposing(*pair)]))
    due = MemoryDue(outcome.document["transfer_id"])
    schedule = memory_schedule(due, store, clock)
    clock.now = BEGIN + 31 * A_DAY
    lead = due.lead

    def expired_then_back(_: datetime, after: Place) -> Sequence[Place]:
        clock.now = BEGIN
        return MemoryDue.expired(due, _, after)

    due.expired = expired_then_back
    schedule.tick()
    assert lead()
    assert store.transfers[outcome.document["transfer_id"]].cancellation.kind == "expired"


@pytest.mark.parametrize("error", ["away", "interrupted"])
def test_a_database_that_is_away_is_waited_for(error):
    store, stop = MemoryStore(), Stop()
    due = MemoryDue("0190a8a0-0000-7000-8000-000000000000")
    if error == "away":
        due.away = True
    else:
        store.interruptions = ["before"] * 3
    held = HeldClock(Ticking())
    schedule = Schedule(due, Appender(store, held), held, stop)
    thread = threading.Thread(target=schedule.run)
    thread.start()
    wait_until(lambda: due.closed == 1)
    due.away = False
    wait_until(lambda: store.outcomes)
    stop.request()
    thread.join(5)
    assert due.closed == 2
    assert Interrupted not in due.transient


@pytest.fixture
def instance(tmp_path, ledger_database, book) -> Iterator[Instance]:
    made = Instance(tmp_path, database_url=ledger_database.url, book=book, DEVELOPMENT_CLOCK=str(tmp_path / "clock"))
    yield made
    made.stop()


def set_clock(instance: Instance, now: datetime) -> None:
    aside = Path(f"{instance.environment['DEVELOPMENT_CLOCK']}.new")
    aside.write_text(rfc3339(now))
    aside.rename(instance.environment["DEVELOPMENT_CLOCK"])


@pytest.mark.integration
def test_a_real_process_reminds_and_expires_as_the_clock_moves(instance, ledger):
    (known,) = ledger.propose()
    set_clock(instance, BEGIN)
    process = instance.start("schedule", HEARTBEAT_FILE=str(instance.folder / "beat"))
    wait_until((instance.folder / "beat").exists, 20)
    assert (ledger.events("expiring"), ledger.events("cancelled")) == ([], [])
    set_clock(instance, BEGIN + 28 * A_DAY)
    wait_until(lambda: ledger.events("expiring") == [known], 20)
    assert ledger.events("cancelled") == []
    set_clock(instance, BEGIN + 31 * A_DAY)
    wait_until(lambda: ledger.events("cancelled") == [known], 20)
    assert ledger.events("expiring") == [known]
    process.terminate()
    assert process.wait(10) == 0


@pytest.mark.integration
def test_two_processes_and_a_kill_in_the_middle_expire_each_once(instance, ledger):
    known = ledger.propose(count=3 * PAGE)
    set_clock(instance, BEGIN + 31 * A_DAY)
    killed, _ = instance.start("schedule"), instance.start("schedule")
    wait_until(lambda: ledger.events("cancelled"), 30)
    kill(killed.pid)
    instance.start("schedule")
    wait_until(lambda: len(ledger.events("cancelled")) >= len(known), 30)
    assert sorted(ledger.events("cancelled")) == sorted(known)


@pytest.mark.integration
def test_two_who_both_think_they_lead_do_no_harm(ledger, ledger_database):
    """As after a broken network: the lock is gone and its holder doesn't know."""
    known = ledger.propose(count=200)
    ledger.clock.now = BEGIN + 31 * A_DAY
    with ExitStack() as open_ones:
        stop = Stop()
        for _ in range(2):
            open_ones.callback(run_beside(ledger, ledger_database.url, stop).join)
        open_ones.callback(stop.request)
        wait_until(lambda: len(ledger.events("cancelled")) >= len(known))
    assert sorted(ledger.events("cancelled")) == sorted(known)


class Unlocked(DueTransfers):
    """Always thinks that it leads."""

    def lead(self) -> bool:
        super().lead()
        return True


def run_beside(ledger: Book, url: str, stop: Stop) -> threading.Thread:
    """A schedule of its own that runs until `stop`."""
    writer, held = Writer(url, ledger.name), HeldClock(ledger.clock)
    schedule = Schedule(Unlocked(url, ledger.name, 3), Appender(writer, held), held, stop)

    def run() -> None:
        schedule.run()
        writer.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.integration
def test_sigterm_ends_it_in_time_though_the_book_is_locked(instance, ledger, ledger_database):
    ledger.propose()
    set_clock(instance, BEGIN + 31 * A_DAY)
    with psycopg.connect(ledger_database.owner_url) as blocker:
        blocker.execute("SELECT FROM book_head WHERE book = %s FOR UPDATE", [ledger.name])
        process = instance.start("schedule")

        def waits() -> bool:
            with psycopg.connect(ledger_database.admin_url) as admin:
                stuck = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
                return admin.execute(stuck, [ledger_database.name]).fetchone() is not None

        wait_until(waits, 20)
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
        blocker.rollback()


@pytest.mark.integration
def test_connections_that_are_cut_are_made_again(instance, ledger, ledger_database):
    set_clock(instance, BEGIN)
    instance.start("schedule")

    def cut() -> int:
        with psycopg.connect(ledger_database.admin_url, autocommit=True) as admin:
            found = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s AND application_name = 'ledger-schedule'",
                [ledger_database.name],
            )
            return len(found.fetchall())

    wait_until(cut, 20)
    (known,) = ledger.propose()
    set_clock(instance, BEGIN + 31 * A_DAY)
    wait_until(lambda: ledger.events("cancelled") == [known], 20)
    assert "schedule.retrying" in instance.log("schedule")
