"""Many books in one database and one topic: nothing of one is felt in another."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from psycopg import errors

from services.chassis.clock import system_clock
from services.chassis.consuming import read_topic
from services.ledger.audit import Fold
from services.ledger.chain import genesis_hash
from services.ledger.consumer import group_of
from services.ledger.domain import AdminTransfer, ReverseTransfer
from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from services.ledger.store.outbox import EventOutbox
from services.ledger.store.units import WrongUnit, require_unit
from tests.ledger.books import initiated, requires_sound, two_accounts
from tests.ledger.everything import everything
from tests.ledger.factories import a_request, accepting, an_account_number, opening, paying
from tests.ledger.fakes import Ticking, decoded
from tests.ledger.processes import Instance
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


@pytest.fixture
def neighbour(ledger_database, book):
    """An appender of another book in the same database."""
    writer = Writer(ledger_database.url, f"{book}-b")
    yield Appender(writer, system_clock)
    writer.close()


def test_positions_and_chains_are_each_books_own(ledger_database, appender, neighbour, book):
    for each in (appender, neighbour, appender):
        two_accounts(each)
    own, other = requires_sound(ledger_database, book), requires_sound(ledger_database, f"{book}-b")
    assert (own.position, other.position) == (4, 2)
    assert own.hash != other.hash
    assert genesis_hash(book) != genesis_hash(f"{book}-b")


def test_same_account_number_and_key_in_two_books_are_two(ledger_database, appender, neighbour, book):
    number = an_account_number()
    for each in (appender, neighbour):
        (outcome,) = decoded(each.execute([a_request(opening(number).command, key="the-same")]))
        assert outcome.position == 1
    for name in (book, f"{book}-b"):
        assert list(requires_sound(ledger_database, name).accounts) == [number]


def test_transfer_can_not_touch_an_account_of_another_book(appender, neighbour):
    one, other = two_accounts(appender)
    stranger, friend = two_accounts(neighbour)
    for proposal in (paying(one, stranger, 5), paying(stranger, one, 5)):
        assert decoded(appender.execute([proposal]))[0].code == "account.unknown"
    transfer_id = initiated(neighbour, paying(stranger, friend, 5))
    (outcome,) = decoded(appender.execute([accepting(transfer_id, friend)]))
    assert outcome.code == "transfer.unknown"
    (outcome,) = decoded(appender.execute([a_request(ReverseTransfer(transfer_id=transfer_id, reason=""), admin=True)]))
    assert outcome.code == "transfer.unknown"
    legs = AdminTransfer(legs=tuple(leg for leg in _legs(one, stranger)))
    assert decoded(appender.execute([a_request(legs, admin=True)]))[0].code == "account.unknown"
    assert other


def _legs(payer: str, payee: str):
    from events.ledger import Leg

    return Leg(account=payer, amount=-1), Leg(account=payee, amount=1)


ACROSS_POSTINGS = """
INSERT INTO postings (book, account, position, time, transfer_id, amount, balance, max_negative, max_positive)
SELECT %(book)s, number, 1, now(), gen_random_uuid(), amount, amount, 9, 9
FROM (VALUES (%(one)s, -1), (%(stranger)s, 1)) AS v (number, amount)"""
ACROSS_TRANSFER = """
INSERT INTO transfers (book, transfer_id, kind, direction, initiator, payer, payee, amount, description, status,
                       initiated_position, initiated_at, version)
VALUES (%(book)s, gen_random_uuid(), 'transfer', 'pay', %(one)s, %(one)s, %(stranger)s, 1, '', 'initiated', 1, now(), 1)
"""


@pytest.mark.parametrize("statement", [ACROSS_POSTINGS, ACROSS_TRANSFER], ids=["postings", "transfer"])
def test_database_knows_it_too(ledger_database, appender, neighbour, book, statement):
    one, _ = two_accounts(appender)
    stranger, _ = two_accounts(neighbour)
    with psycopg.connect(ledger_database.url) as connection:
        connection.execute(statement, {"book": book, "one": one, "stranger": stranger})
        with pytest.raises(errors.ForeignKeyViolation):
            connection.commit()


def test_audit_of_one_book_does_not_see_what_is_wrong_in_another(database):
    migrate(database.owner_url, database.url)
    for name in ("sound", "broken"):
        writer, clock = Writer(database.url, name), Ticking()
        everything(Appender(writer, clock), clock)
        writer.close()
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ("postings", "changes", "transfer_parties", "transfers", "book_rules"):
            connection.execute(f"DELETE FROM {table} WHERE book = 'broken'")
    assert requires_sound(database, "sound").position == 54
    with pytest.raises(AssertionError, match=r"the row of transfer [0-9a-f-]+ is not what its events say"):
        requires_sound(database, "broken")


def test_relay_is_not_woken_by_another_book(ledger_database, appender, neighbour, book):
    appender.execute([opening(an_account_number())])
    outbox = EventOutbox(ledger_database.url, book)
    outbox.lead()
    neighbour.execute([opening(an_account_number())])
    appender.execute([opening(an_account_number())])
    outbox.wait(20)
    assert [record.position for record in outbox.read(10)] == [1, 2]
    outbox.close()


def test_each_book_follows_the_directory_in_a_group_of_its_own():
    assert (group_of("main"), group_of("other")) == ("ledger", "ledger.other")


def test_a_book_keeps_its_unit(ledger_database, book):
    first = Writer(ledger_database.url, book, unit="hours")
    Appender(first, system_clock).execute([opening(an_account_number())])
    first.close()
    assert require_unit(ledger_database.url, book, "hours")
    with pytest.raises(WrongUnit, match="is kept in 'hours', not in 'ocn-uk': correct LEDGER_UNIT or LEDGER_BOOK"):
        require_unit(ledger_database.url, book, "ocn-uk")
    other = Writer(ledger_database.url, book, unit="ocn-uk")
    with pytest.raises(WrongUnit):
        Appender(other, system_clock).execute([opening(an_account_number())])
    other.close()
    with psycopg.connect(ledger_database.owner_url) as connection:
        for unit in ("'ocn-uk'", "NULL"):
            with pytest.raises(errors.RestrictViolation, match="can't be mixed in"), connection.transaction():
                connection.execute(f"UPDATE book_head SET unit = {unit} WHERE book = %s", [book])


def test_book_of_an_older_version_gets_the_unit_of_its_ledger_once(ledger_database, appender, book):
    appender.execute([opening(an_account_number())])
    writer = Writer(ledger_database.url, book, unit="hours")
    Appender(writer, system_clock).execute([opening(an_account_number())])
    writer.close()
    with pytest.raises(WrongUnit):
        require_unit(ledger_database.url, book, "ocn-uk")


def test_unit_is_looked_at_later_when_the_store_is_away():
    assert not require_unit("postgresql://nobody:x@127.0.0.1:1/none", "main", "ocn-uk")


@pytest.mark.parametrize("command", ["serve", "commit", "consume"])
def test_ledger_with_another_unit_is_refused_at_start(tmp_path, ledger_database, book, command):
    writer = Writer(ledger_database.url, book, unit="hours")
    Appender(writer, system_clock).execute([opening(an_account_number())])
    writer.close()
    instance = Instance(tmp_path, database_url=ledger_database.url, book=book, LEDGER_UNIT="ocn-uk")
    assert instance.start(command).wait(30) == 78
    assert f"The book {book!r} is kept in 'hours', not in 'ocn-uk'" in instance.log(command)


@pytest.fixture
def two_ledgers(tmp_path, kafka_bootstrap, ledger_database, appender, neighbour, book):
    """Two instances with a book each, and two accounts of it."""
    with ExitStack() as ending:
        started = []
        for folder, name, each in (("a", book, appender), ("b", f"{book}-b", neighbour)):
            (tmp_path / folder).mkdir()
            instance = Instance(
                tmp_path / folder, database_url=ledger_database.url, book=name, bootstrap=kafka_bootstrap
            )
            ending.callback(instance.stop)
            instance.serve()
            started.append((instance, name, two_accounts(each)))
        yield started


def pay(instance: Instance, pair: tuple[str, str], key: str = "") -> tuple[int, dict]:
    payer, payee = pair
    body = {"initiator": payer, "counterparty": payee, "direction": "pay", "amount": 1}
    return instance.ask("POST", "/transfers", body, token=instance.token(payer), key=key)


def test_books_never_wait_for_each_other_and_share_a_topic(two_ledgers, ledger_database, kafka_bootstrap):
    (first, book, pair), (second, other_book, other_pair) = two_ledgers
    with ThreadPoolExecutor(1) as pool:
        with psycopg.connect(ledger_database.owner_url) as connection:
            connection.execute("SELECT FROM book_head WHERE book = %s FOR UPDATE", [book])
            waiting = pool.submit(pay, first, pair)
            for _ in range(20):
                assert pay(second, other_pair)[0] == 200
            assert not waiting.done()
        assert waiting.result(20)[0] == 200
    assert first.ask("GET", f"/accounts/{other_pair[0]}", token=first.token(other_pair[0]))[0] == 404
    for instance, name, expected in ((first, book, 3), (second, other_book, 22)):
        assert requires_sound(ledger_database, name).position == expected
        instance.start("relay")
    with psycopg.connect(ledger_database.url, autocommit=True) as connection:
        published = "SELECT count(*) FROM relays JOIN book_head USING (book, position) WHERE book IN (%s, %s)"
        wait_until(lambda: connection.execute(published, [book, other_book]).fetchone() == (2,), 40)
    for name, expected in ((book, 3), (other_book, 22)):
        fold = Fold(name)
        for headers, body in read_topic(kafka_bootstrap, "ledger.events", name, idle_seconds=2):
            if int(headers["position"]) == fold.position + 1:
                fold.take(fold.position + 1, *map(bytes.fromhex, (headers["prev_hash"], headers["hash"])), body)
        assert (fold.position, fold.findings) == (expected, [])
