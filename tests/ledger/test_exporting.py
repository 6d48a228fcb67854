"""The export command: the format byte by byte, ranges, segments that a second run goes on with, and what it refuses."""

import gzip
import io
import signal
import threading

import orjson
import psycopg
import pytest

from services.chassis.clock import system_clock
from services.ledger.audit.heads import Keys, verified
from services.ledger.audit.reading import open_export
from services.ledger.audit.tree import verify_inclusion
from services.ledger.chain import genesis_hash
from services.ledger.exporting import Wish, compressed, header_of, run_export, stream
from services.ledger.handlers import Appender
from services.ledger.segments import alone, missing, name_of, segments_of
from services.ledger.store import Writer, migrate
from services.ledger.store.exports import ExportSource
from tests.ledger.books import two_accounts
from tests.ledger.exports import UNIT, exported, long_book, rows, signed_book
from tests.ledger.factories import an_account_number, opening, paying
from tests.ledger.heads import a_head_key, a_signed_head
from tests.ledger.processes import Instance
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


def stored(database, book: str) -> list[tuple[int, bytes, bytes]]:
    found = rows(database, "SELECT position, body, hash FROM events WHERE book = %s ORDER BY position", book)
    return [(position, body.encode(), bytes(hash_)) for position, body, hash_ in found]


def test_export_is_what_the_format_says_byte_for_byte(ledger_database, book):
    signed_book(ledger_database, book)
    passed, content, _ = exported(ledger_database, book)
    heads = rows(ledger_database, "SELECT size, jws FROM tree_heads WHERE book = %s ORDER BY number", book)
    expected = []
    for position, body, hash_ in stored(ledger_database, book):
        expected.append(b'{"event":' + body + b',"hash":"' + hash_.hex().encode() + b'"}')
        expected += [b'{"head":"' + jws.encode() + b'"}' for size, jws in heads if size == position]
    header, *lines, last = content.splitlines()
    assert passed
    assert lines == expected
    key = a_head_key()
    assert orjson.loads(header) == {
        "mccs_export": 1, "book": book, "unit": UNIT, "first": 1, "prev_hash": genesis_hash(book).hex(),
        "keys": [{**orjson.loads(key.jwk), "kid": key.kid}],
    }  # fmt: skip
    position, _, hash_ = stored(ledger_database, book)[-1]
    ending = orjson.loads(last)
    assert ending.keys() == {"manifest", "head", "path"}
    assert ending["manifest"] == {
        "book": book, "events": position, "first": 1, "last": position, "prev_hash": genesis_hash(book).hex(),
        "hash": hash_.hex(), "heads": 2,
    }  # fmt: skip
    assert ending["head"] == heads[-1][1]
    assert content.endswith(b"\n")


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 3), (2, 4), (5, 20), (30, None), (57, 57)])
def test_range_is_proven_by_its_manifest(ledger_database, book, tmp_path, first, last):
    signed_book(ledger_database, book)
    path = tmp_path / "range.ndjson"
    passed, _, told = exported(ledger_database, book, first=first, last=last, output=str(path))
    assert (passed, told.splitlines()[-1]) == (True, f"{path} holds the positions {first} to {last or 57}.")
    with open_export(path) as export:
        assert [(position, body, hash_) for position, _, hash_, body in export] == stored(ledger_database, book)[
            first - 1 : last
        ]
        manifest, keys = export.manifest, Keys(export.header.keys)
    head = verified(manifest.head, keys)
    assert head.size == (3 if manifest.last <= 3 else 57)
    assert verify_inclusion(
        entry=manifest.hash, position=manifest.last, size=head.size, path=manifest.path, root=head.root
    )


@pytest.mark.parametrize("page", [1, 2, 7, 1000])
def test_export_is_the_same_however_it_is_paged_and_packed(ledger_database, book, page):
    signed_book(ledger_database, book)
    _, content, _ = exported(ledger_database, book)
    with ExportSource(ledger_database.url, book) as source:
        part = source.part(1, 57)
        pieces = list(stream(source, part, UNIT, page))
        assert max(len(piece) for _, piece in pieces) < 3000 * max(page, 2)
        assert b"".join(piece for _, piece in pieces) == content
        packed = b"".join(piece for _, piece in compressed(stream(source, part, UNIT, page)))
    assert gzip.decompress(packed) == content
    assert exported(ledger_database, book, gzip=True)[1] == b"".join(p for _, p in compressed([(0, content)]))


def test_book_that_does_not_know_its_unit_gets_the_settings(ledger_database, book):
    signed_book(ledger_database, book)
    with ExportSource(ledger_database.url, book) as source:
        part = source.part(1, 2)
    assert header_of(part, "tea")["unit"] == UNIT


def test_book_without_a_head_is_not_exported(ledger_database, book, writer):
    two_accounts(Appender(writer, system_clock))
    passed, content, told = exported(ledger_database, book)
    assert (passed, content) == (False, b"")
    assert "has no signed head yet" in told
    assert "Start `schedule` with LEDGER_HEAD_PRIVATE_KEY_FILE" in told


def test_what_is_not_signed_is_not_exported(ledger_database, book, appender):
    two_accounts(appender)
    a_signed_head(ledger_database, book)
    two_accounts(appender)
    passed, content, told = exported(ledger_database, book)
    assert passed
    assert orjson.loads(content.splitlines()[-1])["manifest"]["last"] == 2
    assert "Signed are 2 of 4 events" in told
    assert exported(ledger_database, book, last=4)[0::2] == (
        False, "The newest signed head covers the positions up to 2, not 4.\n",
    )  # fmt: skip
    assert exported(ledger_database, book, first=3)[0::2] == (
        False, "The newest signed head covers the positions up to 2: 3 lies beyond.\n",
    )  # fmt: skip


def test_fresh_head_is_asked_for_and_waited_for(ledger_database, book, appender):
    two_accounts(appender)
    a_signed_head(ledger_database, book)
    two_accounts(appender)
    listening = threading.Event()

    def keep() -> None:
        with psycopg.connect(ledger_database.url, autocommit=True) as connection:
            connection.execute("LISTEN ledger_head_wanted")
            listening.set()
            for asked in connection.notifies(timeout=30):
                if asked.payload == book:
                    a_signed_head(ledger_database, book)
                    return

    keeper = threading.Thread(target=keep)
    keeper.start()
    assert listening.wait(30)
    passed, content, _ = exported(ledger_database, book, seconds=30)
    keeper.join()
    assert passed
    assert orjson.loads(content.splitlines()[-1])["manifest"]["last"] == 4


def test_directory_is_gone_on_with(ledger_database, book, tmp_path):
    signed_book(ledger_database, book)
    folder = tmp_path / "exports"
    assert exported(ledger_database, book, output=str(folder), segment=10, last=35)[0]
    names = [name_of(book, first, min(first + 9, 35), packed=False) for first in range(1, 36, 10)]
    assert sorted(path.name for path in folder.iterdir()) == names
    before = {path.name: (path.stat().st_ino, path.read_bytes()) for path in folder.iterdir()}
    (folder / f"{name_of(book, 36, 40, packed=False)}.part").write_text("begun")
    (folder / names[1]).unlink()
    passed, _, told = exported(ledger_database, book, output=str(folder), segment=10, gzip=True)
    assert passed
    assert "3 files kept, 4 made; the book's signed events end at 57" in told
    after = {path.name: (path.stat().st_ino, path.read_bytes()) for path in folder.iterdir()}
    assert {name: after[name] for name in (names[0], *names[2:])} == {n: before[n] for n in (names[0], *names[2:])}
    made = [(11, 20), (36, 40), (41, 50), (51, 57)]
    assert after.keys() - before.keys() == {name_of(book, first, last, packed=True) for first, last in made}
    events = []
    for segment in segments_of(folder, book):
        with open_export(segment.path) as export:
            events += [(position, body, hash_) for position, _, hash_, body in export]
            assert export.manifest.last == segment.last
    assert events == stored(ledger_database, book)
    assert "7 files kept, 0 made" in exported(ledger_database, book, output=str(folder), segment=10)[2]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("keep", [0, 100, -1])
def test_file_that_is_not_whole_is_not_gone_on_with(ledger_database, book, tmp_path, packed, keep):
    signed_book(ledger_database, book)
    assert exported(ledger_database, book, output=str(tmp_path), segment=30, gzip=packed)[0]
    path = tmp_path / name_of(book, 1, 30, packed=packed)
    path.write_bytes(path.read_bytes()[:keep])
    assert exported(ledger_database, book, output=str(tmp_path))[0::2] == (
        False, f"{path.name} is not whole. Remove it and run the export again.\n",
    )  # fmt: skip


def test_files_of_another_history_are_not_gone_on_with(ledger_database, book, tmp_path):
    signed_book(ledger_database, book)
    assert exported(ledger_database, book, output=str(tmp_path), segment=30)[0]
    path = tmp_path / name_of(book, 1, 30, packed=False)
    content = path.read_bytes()
    for changed in (
        content.replace(b'"events":30', b'"events":31'),
        content.replace(orjson.loads(content.splitlines()[-1])["manifest"]["hash"].encode(), b"0" * 64),
        content.replace(genesis_hash(book).hex().encode(), b"0" * 64),
    ):
        path.write_bytes(changed)
        passed, _, told = exported(ledger_database, book, output=str(tmp_path))
        assert not passed
        assert "is of another history" in told


def test_files_that_overlap_are_refused(ledger_database, book, tmp_path):
    signed_book(ledger_database, book)
    for first, last in ((1, 30), (30, 57)):
        path = tmp_path / name_of(book, first, last, packed=False)
        assert exported(ledger_database, book, output=str(path), first=first, last=last)[0]
    passed, _, told = exported(ledger_database, book, output=str(tmp_path))
    assert (passed, "overlap" in told) == (False, True)


def test_one_export_into_a_directory_at_a_time(ledger_database, book, tmp_path):
    signed_book(ledger_database, book)
    with alone(tmp_path, book):
        passed, _, told = exported(ledger_database, book, output=str(tmp_path))
    assert (passed, told) == (False, f"Another export into {tmp_path} is running.\n")
    assert exported(ledger_database, book, output=str(tmp_path))[0]


def test_killed_export_is_gone_on_with(ledger_database, book, tmp_path):
    long_book(ledger_database, book, 3000)
    folder, whole = tmp_path / "exports", tmp_path / "whole"
    instance = Instance(tmp_path, database_url=ledger_database.url, book=book)
    arguments = ("--output", str(folder), "--segment", "20")
    try:
        for more in (1, 5, 20):
            process = instance.start("export", *arguments)
            wait_until(lambda: process.poll() is not None or _finished(folder) > more, 60)  # noqa: B023 -- at once
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert instance.start("export", *arguments).wait(120) == 0, instance.log("export")
    finally:
        instance.stop()
    assert exported(ledger_database, book, output=str(whole), segment=20)[0]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in whole.iterdir()
    }


def _finished(folder) -> int:
    return len(list(folder.glob("*.ndjson"))) if folder.exists() else 0


def test_damaged_book_gives_no_manifest(database, book, tmp_path):
    migrate(database.owner_url, database.url)
    long_book(database, book, 1500)
    _damage(database, "DELETE FROM events WHERE position = 1020")
    passed, content, told = exported(database, book)
    assert (passed, content.count(b"\n"), b"manifest" in content) == (False, 1001, False)
    assert "Events from 1001 to 1500 are missing: the book is damaged, run `audit`." in told
    path = tmp_path / "book.ndjson"
    assert not exported(database, book, output=str(path))[0]
    assert not path.exists()
    # Of the newest ones the proof lacks its leaves, and a book that was cut lacks what was signed.
    _damage(database, "DELETE FROM events WHERE position > 1490")
    assert exported(database, book)[::2] == (
        False, "Events from 1 to 1500 are missing: the book is damaged, run `audit`.\n",
    )  # fmt: skip


def _damage(database, statement: str) -> None:
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


def test_reader_that_goes_away_ends_the_export(ledger_database, book):
    signed_book(ledger_database, book)

    class Gone(io.BytesIO):
        def writelines(self, lines) -> None:
            next(iter(lines))
            raise BrokenPipeError

    err = io.StringIO()
    assert not run_export(ledger_database.url, book, UNIT, Wish(), Gone(), err, 0)
    assert err.getvalue() == "The reader went away: what it has is not whole.\n"


def test_database_that_is_away_is_told(book):
    err = io.StringIO()
    assert not run_export("postgresql://127.0.0.1:1/none", book, UNIT, Wish(), io.BytesIO(), err)
    assert err.getvalue() == "The events can't be read at the moment. Try again in a moment.\n"


def test_export_goes_on_while_others_write(ledger_database, book, tmp_path):
    long_book(ledger_database, book, 1000)
    stop, written = threading.Event(), []

    def write() -> None:
        own = Writer(ledger_database.url, book)
        appender = Appender(own, system_clock)
        payer, payee = an_account_number(), an_account_number()
        appender.execute([opening(payer), opening(payee)])
        while not stop.is_set():
            appender.execute([paying(payer, payee, 1)])
            written.append(1)
        own.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            reached = len(written)
            wait_until(lambda: len(written) > reached + 5, 30)  # noqa: B023 -- at once
            head = a_signed_head(ledger_database, book)
            path = tmp_path / f"{number}.ndjson"
            assert exported(ledger_database, book, output=str(path))[0]
            with open_export(path) as export:
                positions = [position for position, *_ in export]
                assert positions == list(range(1, head.size + 1))
                assert export.manifest.hash == head.hash
                assert len(export.heads) == number + 2
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--first", "0"],
        ["--last", "x"],
        ["--first", "3", "--last", "2"],
        ["--what"],
        ["--output", "a.ndjson", "--gzip"],
    ],
    ids=["zero", "no number", "order", "unknown", "name"],
)
def test_usage_is_told(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        Wish.of(arguments)
    assert ended.value.code == 64
    assert "usage: python -m services.ledger export" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kept", "ranges"),
    [
        ([], [(3, 10), (11, 20), (21, 25)]),
        ([(3, 10)], [(11, 20), (21, 25)]),
        ([(3, 4), (8, 12)], [(5, 7), (13, 20), (21, 25)]),
        ([(3, 25)], []),
        ([(3, 30)], []),
    ],
    ids=["nothing", "one", "hole", "all", "more"],
)
def test_what_is_missing_is_cut_at_multiples(tmp_path, kept, ranges):
    for first, last in kept:
        (tmp_path / name_of("main", first, last, packed=False)).touch()
    (tmp_path / name_of("other", 1, 99, packed=False)).touch()
    assert missing(segments_of(tmp_path, "main"), 3, 25, 10) == ranges
