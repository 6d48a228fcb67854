"""Writers and processes at once: nobody loses, repeats or breaks a limit."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.chassis.clock import system_clock
from services.ledger.domain import MAX_AMOUNT
from services.ledger.handlers import Appender
from services.ledger.store import Writer
from tests.ledger.books import initiated, requires_sound, two_accounts
from tests.ledger.factories import accepting, an_account_number, cancelling, opening, paying, rejecting
from tests.ledger.fakes import decoded

pytestmark = pytest.mark.integration


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
