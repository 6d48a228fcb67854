"""Real processes: what a member can do over HTTP, and what survives SIGKILL."""

import io
import os
import signal
import threading
from collections.abc import Iterator

import psycopg
import pytest

from services.ledger.auditing import Report, audit_store
from services.ledger.store.streaming import AuditSource
from tests.ledger.factories import an_account_number, opening
from tests.ledger.processes import Instance, Traffic, children, committer_of, is_alive, kill
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


@pytest.fixture
def instance(tmp_path, ledger_database, book) -> Iterator[Instance]:
    made = Instance(tmp_path, database_url=ledger_database.url, book=book)
    yield made
    made.stop()


@pytest.fixture
def pair(appender) -> tuple[str, str]:
    """Two trading accounts with wide limits."""
    numbers = an_account_number(), an_account_number()
    appender.execute([opening(number, max_negative=10**9, max_positive=10**9) for number in numbers])
    return numbers


def sound_fold(database, book):
    out = io.StringIO()
    with AuditSource(database.url, book) as source:
        report = Report(out)
        fold = audit_store(source, book, report)
    assert report.passed, out.getvalue()
    return fold


def test_pay_accept_and_read_over_http(instance, pair):
    instance.serve()
    payer, payee = pair
    mine, theirs = instance.token(payer), instance.token(payee, subject="u2")
    body = {"initiator": payer, "counterparty": payee, "direction": "pay", "amount": 2500, "description": "eggs"}
    status, transfer = instance.ask("POST", "/transfers", body, token=mine)
    assert (status, transfer["status"]) == (200, "initiated")
    path = f"/transfers/{transfer['transfer_id']}"
    assert instance.ask("POST", f"{path}/accept", {}, token=mine)[1]["type"] == "transfer.not_yours"
    status, transfer = instance.ask("POST", f"{path}/accept", {}, token=theirs)
    assert (status, transfer["status"]) == (200, "completed")
    status, refusal = instance.ask("POST", f"{path}/cancel", {}, token=mine)
    assert (status, refusal["type"], refusal["transfer_status"]) == (409, "transfer.already_closed", "completed")
    assert instance.ask("GET", f"/accounts/{payee}", token=theirs)[1]["balance"] == 2500
    statement = instance.ask("GET", f"/accounts/{payer}/statement", token=mine)[1]
    assert [entry["amount"] for entry in statement["entries"]] == [-2500]


def test_killed_committer_loses_nothing_and_does_nothing_twice(instance, pair, ledger_database, book):
    serve = instance.serve()
    with Traffic(instance, pair) as traffic:
        for _ in range(3):
            reached = len(traffic.completed) + 20
            wait_until(lambda at_least=reached: len(traffic.completed) >= at_least, 30)
            killed = wait_until(lambda: committer_of(serve), 20)
            kill(killed)
            wait_until(lambda gone=killed: committer_of(serve) not in (None, gone), 20)
        reached = len(traffic.completed) + 20
        wait_until(lambda: len(traffic.completed) >= reached, 30)
    assert instance.repeated > 0, "the kills were not felt: the test shows nothing"
    fold = sound_fold(ledger_database, book)
    completed = {known for known, status in fold.statuses().items() if status == "completed"}
    assert completed == set(traffic.completed)
    assert len(completed) == len(traffic.completed)
    assert len(fold.statuses()) == len(completed), "a repeated initiation made a second transfer"
    assert fold.accounts[pair[1]].balance == len(completed)


def test_committer_is_away_then_back(instance, pair):
    """While there is none the answer is 503 with Retry-After; nothing has to be restarted by hand."""
    serve = instance.serve()
    body = {"initiator": pair[0], "counterparty": pair[1], "direction": "pay", "amount": 1}
    committer = committer_of(serve)
    os.kill(committer, signal.SIGSTOP)
    os.kill(serve.pid, signal.SIGSTOP)
    kill(committer)
    wait_until(lambda: not is_alive(committer))
    status, answer = instance.ask("POST", "/transfers", body, token=instance.token(pair[0]))
    assert (status, answer["type"]) == (503, "ledger.busy")
    os.kill(serve.pid, signal.SIGCONT)
    wait_until(instance.is_ready, 20)
    assert instance.ask("POST", "/transfers", body, token=instance.token(pair[0]))[0] == 200


def test_stopped_committer_past_its_lock_gives_the_book_free(instance, pair, appender, ledger_database, book):
    """Stopped between lock and commit it is cut off by the database; woken, it does no harm and goes on."""
    serve = instance.serve()
    committer = committer_of(serve)

    def is_stopped_in_a_transaction() -> bool:
        # After somebody else has written it takes a transaction for each of its next batches.
        appender.execute([opening(an_account_number())])
        os.kill(committer, signal.SIGSTOP)
        with psycopg.connect(ledger_database.admin_url) as admin:
            # Its head row is locked: a writer in one call is never idle, this one is between its two.
            inside = admin.execute(
                "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE mode = 'RowShareLock' AND granted "
                "AND relation = 'book_head'::regclass AND datname = %s AND state = 'idle in transaction' "
                "AND application_name = 'ledger-writer'",
                [ledger_database.name],
            ).fetchone()
        if not inside:
            os.kill(committer, signal.SIGCONT)
        return inside is not None

    with Traffic(instance, pair) as traffic:
        wait_until(lambda: len(traffic.completed) >= 10, 30)
        wait_until(is_stopped_in_a_transaction, 60)
        appender.execute([opening(an_account_number())])
        os.kill(committer, signal.SIGCONT)
        reached = len(traffic.completed) + 10
        wait_until(lambda: len(traffic.completed) >= reached, 30)
    assert committer_of(serve) == committer
    assert "commit.interrupted" in instance.log("serve")
    fold = sound_fold(ledger_database, book)
    assert fold.accounts[pair[1]].balance == len(traffic.completed)


def test_sigterm_ends_all_processes_in_time(instance):
    serve = instance.serve()
    family = [*children(serve.pid), *(grandchild for child in children(serve.pid) for grandchild in children(child))]
    assert len(family) == 3
    serve.terminate()
    assert serve.wait(10) == 0
    assert not any(map(is_alive, family))


def test_nothing_outlives_a_killed_parent(instance):
    serve = instance.serve()
    family = [*children(serve.pid), *(grandchild for child in children(serve.pid) for grandchild in children(child))]
    serve.kill()
    serve.wait()
    wait_until(lambda: not any(map(is_alive, family)), 15)


def test_serve_ends_when_gunicorn_does(instance):
    serve = instance.serve()
    gunicorn = next(pid for pid, command in children(serve.pid).items() if "gunicorn" in command)
    committer = committer_of(serve)
    kill(gunicorn)
    assert serve.wait(15) != 0
    assert not is_alive(committer)


def test_reads_of_many_callers_do_not_wait_for_each_other(instance, pair, ledger_database):
    """A slow query blocks its greenlet, not the worker: psycopg's waiting is cooperative."""
    instance.serve()
    with psycopg.connect(ledger_database.owner_url) as blocker:
        blocker.execute("LOCK TABLE transfers IN ACCESS EXCLUSIVE MODE")
        answers: list[int] = []

        def list_transfers() -> None:
            answers.append(instance.ask("GET", f"/transfers?account={pair[0]}", token=instance.token(pair[0]))[0])

        stuck = threading.Thread(target=list_transfers)
        stuck.start()

        def is_stuck() -> bool:
            with psycopg.connect(ledger_database.admin_url) as admin:
                waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
                return admin.execute(waiting, [ledger_database.name]).fetchone() is not None

        wait_until(is_stuck)
        assert instance.ask("GET", f"/accounts/{pair[0]}", token=instance.token(pair[0]))[0] == 200
        assert answers == []
        blocker.rollback()
        stuck.join()
    assert answers == [200]


def test_missing_settings_are_named_all_at_once(instance):
    process = instance.start("commit", LEDGER_DATABASE_URL="", LEDGER_SOCKET="")
    assert process.wait(20) == 78
    assert "LEDGER_DATABASE_URL" in instance.log("commit")
    assert "LEDGER_SOCKET" in instance.log("commit")
