"""Writers of one book at once, each with its own connection: nobody loses, repeats or breaks a limit."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from services.chassis.clock import Clock, system_clock
from services.ledger.domain import MAX_AMOUNT, ExpireTransfer
from services.ledger.handlers import Appender
from services.ledger.records import Outcome, Request
from services.ledger.store import Writer
from tests.databases import Database
from tests.ledger.books import initiated, requires_sound, two_accounts
from tests.ledger.factories import a_request, accepting, an_account_number, cancelling, opening, paying, rejecting
from tests.ledger.fakes import decoded

pytestmark = pytest.mark.integration


def as_another(database: Database, book: str, request: Request, clock: Clock = system_clock) -> Outcome:
    """The outcome of `request` by a writer of its own."""
    own = Writer(database.url, book)
    (outcome,) = decoded(Appender(own, clock).execute([request]))
    own.close()
    return outcome


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
    assert len(fold.statuses()) == done


def test_of_many_concurrent_accepts_exactly_one_wins(ledger_database, appender, book):
    payer, payee = two_accounts(appender)
    transfer_id = initiated(appender, paying(payer, payee, 10))

    def accept(_: int) -> str:
        outcome = as_another(ledger_database, book, accepting(transfer_id, payee))
        assert outcome.ok or outcome.extra == {"transfer_status": "completed"}
        return outcome.code

    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(accept, range(100)))
    assert sorted(codes) == [""] + ["transfer.already_closed"] * 99
    assert requires_sound(ledger_database, book).accounts[payee].balance == 10


def test_of_an_accept_a_reject_a_cancel_and_an_expiry_exactly_one_wins(ledger_database, appender, book):
    payer, payee = two_accounts(appender)
    for _ in range(25):
        (proposal,) = decoded(appender.execute([paying(payer, payee, 1)]))
        transfer_id, expires_at = proposal.document["transfer_id"], proposal.document["expires_at"]
        in_time, late = system_clock, lambda at=expires_at: datetime.fromisoformat(at)
        expiry = a_request(ExpireTransfer(transfer_id=transfer_id))
        steps = [
            (accepting(transfer_id, payee), in_time),
            (rejecting(transfer_id, payee), in_time),
            (cancelling(transfer_id, payer), in_time),
            (expiry, late),
        ]
        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(lambda step: as_another(ledger_database, book, *step), steps))
        assert sorted(outcome.ok for outcome in outcomes) == [False, False, False, True]
        (winner,) = (outcome for outcome in outcomes if outcome.ok)
        losers = {(outcome.code, outcome.extra.get("transfer_status")) for outcome in outcomes if not outcome.ok}
        assert losers == {("transfer.already_closed", winner.document["status"])}
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
    assert len(requires_sound(ledger_database, book).statuses()) == 1


def test_concurrent_acceptances_can_not_together_break_a_limit(ledger_database, appender, book):
    """Write skew: each alone is allowed, two are not."""
    payer, _ = two_accounts(appender, max_negative=100)
    payees = [an_account_number() for _ in range(8)]
    appender.execute([opening(number) for number in payees])
    open_ones = [(initiated(appender, paying(payer, payee, 60)), payee) for payee in payees]

    def accept(pair: tuple[str, str]) -> str:
        return as_another(ledger_database, book, accepting(*pair)).code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(accept, open_ones))
    assert codes == [""] + ["transfer.cancelled_by_system"] * 7
    assert requires_sound(ledger_database, book).accounts[payer].balance == -60
