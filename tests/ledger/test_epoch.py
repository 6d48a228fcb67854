"""After a repair of the tables nothing that was read before is trusted, though the head is the same."""

import psycopg
import pytest

from services.ledger.records import Outcome
from tests.ledger.factories import an_account_number, opening, paying
from tests.ledger.fakes import decoded

pytestmark = pytest.mark.integration


def outcome(answers) -> Outcome:
    (one,) = decoded(answers)
    return one


def test_a_repaired_account_is_read_again(appender, ledger_database, book):
    """The damage is in the writer's memory; meeting an account that it has not seen it reads, but not that one."""
    payer, payee, stranger = (an_account_number() for _ in range(3))
    appender.execute([opening(number, max_negative=100) for number in (payer, payee, stranger)])
    with psycopg.connect(ledger_database.owner_url) as owner:
        owner.execute("UPDATE accounts SET max_negative = 5 WHERE book = %s", [book])
        owner.execute("UPDATE book_head SET epoch = epoch + 1 WHERE book = %s", [book])
    assert outcome(appender.execute([paying(payer, payee, 50)])).code == "transfer.limit_exceeded"
    with psycopg.connect(ledger_database.owner_url) as owner:
        owner.execute("UPDATE accounts SET max_negative = 100 WHERE book = %s", [book])
        owner.execute("UPDATE book_head SET epoch = epoch + 1 WHERE book = %s", [book])
    for _ in range(30):
        # Until it trusts its memory again.
        assert outcome(appender.execute([paying(payer, payee, 50)])).ok
    with psycopg.connect(ledger_database.owner_url) as owner:
        owner.execute("UPDATE accounts SET max_negative = 7 WHERE book = %s AND account = %s", [book, payer])
        owner.execute("UPDATE book_head SET epoch = epoch + 1 WHERE book = %s", [book])
    assert outcome(appender.execute([paying(payee, stranger, 1)])).ok
    assert outcome(appender.execute([paying(payer, payee, 50)])).code == "transfer.limit_exceeded"
