"""The import command: the same book again byte for byte, and nothing of what is out of place or comes twice."""

import gzip
import signal
from dataclasses import replace

import psycopg
import pytest

from services.chassis.clock import system_clock
from services.ledger.audit.tree import Frontier
from services.ledger.consumer import AccountsFollowDirectory
from services.ledger.handlers import Appender
from services.ledger.importing import Wish
from services.ledger.proofs import GrowingTree
from services.ledger.store import Reader, Writer
from services.ledger.store.imports import EmptyBook
from services.ledger.store.shadow import PROJECTIONS
from tests.eventlog import EventLog, deliver
from tests.ledger.books import initiated, requires_sound, two_accounts
from tests.ledger.exports import UNIT, exported, imported, long_book, requires_nothing, rows, signed_book
from tests.ledger.factories import accepting, an_account_number, paying
from tests.ledger.fakes import Ticking, decoded
from tests.ledger.heads import a_head_key, a_signed_head
from tests.ledger.processes import Instance
from tests.ledger.test_consumer import changed, registered
from tests.ledger.test_replay import replayed
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

SAME = (*PROJECTIONS, "events", "tree_heads", "tree_nodes", "book_head")


def contents(database, book: str) -> dict[str, list[str]]:
    """Every row that an import makes."""
    return {table: sorted(map(repr, rows(database, f"SELECT * FROM {table} WHERE book = %s", book))) for table in SAME}


@pytest.mark.parametrize("how", ["a file", "a packed file", "a directory", "standard input", "packed input"])
def test_book_is_the_same_again(ledger_database, target_database, book, tmp_path, how):
    signed_book(ledger_database, book)
    _, content, _ = exported(ledger_database, book)
    source = tmp_path / ("book.ndjson.gz" if how == "a packed file" else "book.ndjson")
    if how == "a directory":
        source = tmp_path / "exports"
        assert exported(ledger_database, book, output=str(source), segment=10, last=25)[0]
        assert exported(ledger_database, book, output=str(source), segment=10, gzip=True)[0]
    elif how.endswith("input"):
        source = gzip.compress(content) if how == "packed input" else content
    else:
        source.write_bytes(gzip.compress(content) if how == "a packed file" else content)
    passed, told = imported(target_database, book, source)
    assert (passed, "57 events, 2 signed heads" in told, "--keys" in told) == (True, True, True), told
    assert exported(target_database, book)[1] == content
    assert contents(target_database, book) == contents(ledger_database, book)
    assert rows(target_database, "SELECT jwk FROM head_keys WHERE kid = %s", a_head_key().kid) == [(a_head_key().jwk,)]
    requires_sound(target_database, book)
    assert replayed(target_database, book)[0]


def test_book_goes_on_where_it_was(ledger_database, target_database, book):
    happened = signed_book(ledger_database, book)
    assert imported(target_database, book, exported(ledger_database, book)[1])[0]
    writer = Writer(target_database.url, book, unit=UNIT)
    appender = Appender(writer, system_clock)
    (outcome,) = decoded(appender.execute([accepting(happened.transfers["open"], happened.other)]))
    assert outcome.position == 58
    transfer = initiated(appender, paying(happened.other, happened.one, 10))
    assert decoded(appender.execute([accepting(transfer, happened.one)]))[0].ok
    writer.close()
    head = a_signed_head(target_database, book)
    assert (head.number, head.size) == (3, 60)
    requires_sound(target_database, book)
    assert exported(target_database, book)[1].count(b'{"head":') == 3


def test_nodes_of_the_tree_are_kept_as_the_ledger_keeps_them(ledger_database, target_database, book):
    long_book(ledger_database, book, 1500)
    assert imported(target_database, book, exported(ledger_database, book)[1])[0]
    assert len(rows(target_database, "SELECT FROM tree_nodes WHERE book = %s", book)) == 1500 // 256
    assert contents(target_database, book) == contents(ledger_database, book)


def test_growing_tree_keeps_every_level_and_knows_its_root():
    """Over 65 536 leaves, so that a node of the second level is complete."""
    tree, whole = GrowingTree(), Frontier()
    for number in range(66_000):
        entry = number.to_bytes(32, "big")
        tree.append(entry)
        whole.append(entry)
        if number < 300 or number % 4999 == 0:
            assert tree.root() == whole.root()
        if number == 65_535:
            assert tree.nodes[-1] == (16, 0, whole.root())
    assert [(level, number) for level, number, _ in tree.nodes if level > 8] == [(16, 0)]
    assert [number for level, number, _ in tree.nodes if level == 8] == list(range(257))


def test_writer_that_runs_already_goes_on_behind_what_was_imported(ledger_database, target_database, book):
    happened = signed_book(ledger_database, book)
    writer = Writer(target_database.url, book, unit=UNIT)
    appender = Appender(writer, system_clock)
    assert not decoded(appender.execute([paying(happened.one, happened.other, 1)]))[0].ok
    assert imported(target_database, book, exported(ledger_database, book)[1])[0]
    two_accounts(appender)
    writer.close()
    assert len(requires_sound(target_database, book).accounts) == 3 + 5 + 2


def test_book_that_has_events_is_not_filled(ledger_database, target_database, book):
    signed_book(ledger_database, book)
    content = exported(ledger_database, book)[1]
    assert imported(target_database, book, content)[0]
    before = contents(target_database, book)
    passed, told = imported(target_database, book, content)
    assert (passed, told) == (
        False, f"Nothing was imported: The book {book!r} has events already: only an empty one can be filled.\n",
    )  # fmt: skip
    assert contents(target_database, book) == before


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit": "tea"}, "standard input is in 'ocn-uk', LEDGER_UNIT is 'tea'."),
        ({"book": "another"}, "LEDGER_BOOK is 'another'."),
    ],
    ids=["unit", "book"],
)
def test_export_of_something_else_is_not_taken(ledger_database, target_database, book, changes, sentence):
    signed_book(ledger_database, book)
    content = exported(ledger_database, book)[1]
    passed, told = imported(target_database, **({"book": book, "source": content} | changes))
    assert (passed, sentence in told) == (False, True), told
    requires_nothing(target_database, book)


def test_book_of_another_unit_is_not_filled(ledger_database, target_database, book):
    signed_book(ledger_database, book)
    writer = Writer(target_database.url, book, unit="tea")
    Appender(writer, system_clock).execute([paying(an_account_number(), an_account_number(), 1)])
    writer.close()
    passed, told = imported(target_database, book, exported(ledger_database, book)[1])
    assert (passed, "is kept in 'tea', not in 'ocn-uk'" in told) == (False, True), told


@pytest.mark.parametrize("first", [2, 20])
def test_range_is_not_a_book(ledger_database, target_database, book, first):
    signed_book(ledger_database, book)
    passed, told = imported(target_database, book, exported(ledger_database, book, first=first)[1])
    assert (passed, f"starts at position {first}, and 1 must come next" in told) == (False, True), told
    requires_nothing(target_database, book)


def test_beginning_of_a_book_is_taken_with_a_warning(ledger_database, target_database, book):
    signed_book(ledger_database, book)
    passed, told = imported(target_database, book, exported(ledger_database, book, last=10)[1])
    assert passed
    assert "WARNING: a head of 57 events was signed: the last 47 are not here" in told
    requires_sound(target_database, book)


def test_nobody_else_is_at_the_book_meanwhile(ledger_database, target_database, book):
    signed_book(ledger_database, book)
    content = exported(ledger_database, book)[1]
    with EmptyBook(target_database.owner_url, book) as first:
        first.begin(UNIT)
        passed, told = imported(target_database, book, content)
        assert (passed, "Somebody imports or replays this book at the moment." in told) == (False, True), told
    with psycopg.connect(target_database.url) as connection:
        connection.execute("INSERT INTO book_head VALUES (%s, 0, %s, now(), 0, %s)", (book, b"x" * 32, UNIT))
        passed, told = imported(target_database, book, content)
        assert (passed, "Somebody writes to this book at the moment: stop its ledger" in told) == (False, True), told
        connection.rollback()
    requires_nothing(target_database, book)
    assert imported(target_database, book, content)[0]


def test_killed_import_leaves_nothing(ledger_database, target_database, book, tmp_path):
    signed_book(ledger_database, book)
    path = tmp_path / "book.ndjson"
    assert exported(ledger_database, book, output=str(path))[0]
    instance = Instance(
        tmp_path, database_url=target_database.url, book=book, LEDGER_OWNER_DATABASE_URL=target_database.owner_url
    )
    waits = "SELECT FROM pg_stat_activity WHERE application_name = 'ledger-import' AND datname = %s"
    try:
        with psycopg.connect(target_database.owner_url) as blocking:
            # Its last rows are written after everything else was.
            blocking.execute("LOCK TABLE head_keys IN SHARE MODE")
            process = instance.start("import", str(path))
            blocked = f"{waits} AND wait_event_type = 'Lock'"
            wait_until(lambda: _asked(target_database, blocked), 60)
            process.send_signal(signal.SIGKILL)
            process.wait()
        wait_until(lambda: not _asked(target_database, waits), 60)
        requires_nothing(target_database, book)
        assert instance.start("import", str(path)).wait(120) == 0, instance.log("import")
        assert instance.start("import", str(path)).wait(120) == 1
        assert instance.start("import").wait(60) == 64
    finally:
        instance.stop()
    assert contents(target_database, book) == contents(ledger_database, book)


def _asked(database, query: str) -> list:
    """As a superuser: nobody else sees what others wait for."""
    with psycopg.connect(database.admin_url) as connection:
        return connection.execute(query, (database.name,)).fetchall()


@pytest.mark.parametrize("asked", [False, True], ids=["told", "kafka"])
def test_accounts_follow_the_directory_from_where_they_were(ledger_database, target_database, book, asked):
    directory, number = EventLog("directory.events", "directory"), an_account_number()
    for event in (registered(number), changed(number, "tradingAccepted"), changed(number, "accepted")):
        directory.tell(event)
    _deliver(ledger_database, book, directory.records)
    a_signed_head(ledger_database, book)
    content = exported(ledger_database, book)[1]
    passed, told = imported(target_database, book, content)
    assert (passed, "position 1 came of news of another service" in told) == (False, True), told
    requires_nothing(target_database, book)
    source, last = "directory.events/directory", directory.records[-1].envelope.id
    if asked:
        passed, told = imported(target_database, book, content, asks_kafka=True)
        assert (passed, f"Kafka has no event with the id {last}" in told) == (False, True)
        known = {last: (source, 3)}
        assert imported(target_database, book, content, asks_kafka=True, find=known.get)[0]
    else:
        assert imported(target_database, book, content, followed={source: 3})[0]
    assert rows(target_database, "SELECT source, position FROM followed WHERE book = %s", book) == [(source, 3)]
    before = contents(target_database, book)["events"]
    _deliver(target_database, book, directory.records)
    assert contents(target_database, book)["events"] == before
    directory.tell(changed(number, "tradingAccepted"))
    _deliver(target_database, book, directory.records)
    assert requires_sound(target_database, book).accounts[number].standing == "trading"


def _deliver(database, book: str, records) -> None:
    writer, reader = Writer(database.url, book, unit=UNIT), Reader(database.url, book, size=1)
    reader.open()
    deliver(AccountsFollowDirectory(Appender(writer, Ticking()), reader), records)
    writer.close()
    reader.close()


@pytest.mark.parametrize(
    "arguments",
    [[], ["a", "b"], ["a", "--followed", "directory=1"], ["a", "--followed", "a/b=0"], ["a", "--followed", "a/b=x"]],
    ids=["nothing", "two", "no source", "zero", "no number"],
)
def test_usage_is_told(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        Wish.of(arguments)
    assert ended.value.code == 64
    assert "usage: python -m services.ledger import" in capsys.readouterr().err


def test_wishes_are_understood():
    plain = Wish("a", followed={"a/b": 7})
    assert Wish.of(["a", "--followed", "a/b=7"]) == plain
    assert Wish.of(["a", "--followed", "a/b=7", "--followed", "kafka", "--keys", "k"]) == replace(
        plain, keys="k", asks_kafka=True
    )
