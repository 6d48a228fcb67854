"""The audit finds what was tampered with, names the place, and is quiet about a sound book."""

import io
from collections.abc import Iterator

import orjson
import psycopg
import pytest

from services.ledger.audit import Fold
from services.ledger.auditing import Report, audit_store, audit_topic
from services.ledger.chain import genesis_hash, link
from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from services.ledger.store.streaming import AuditSource
from tests.ledger.factories import accepting, an_account_number, cancelling, limiting, opening, paying
from tests.ledger.fakes import BOOK, MemoryStore, Ticking, decoded
from tests.ledger.processes import Instance

ONE, OTHER = an_account_number(), an_account_number()


def with_some_history(appender: Appender) -> None:
    """Nine events: two accounts, two completed transfers, one cancelled, a limit."""
    appender.execute([opening(ONE), opening(OTHER)])
    for step in (accepting, cancelling, accepting):
        (proposed,) = decoded(appender.execute([paying(ONE, OTHER, 100)]))
        account = ONE if step is cancelling else OTHER
        assert decoded(appender.execute([step(proposed.document["transfer_id"], account)]))[0].ok
    appender.execute([limiting(ONE, max_negative=300)])


@pytest.fixture
def rows() -> list[tuple[int, bytes, bytes, bytes]]:
    """The events of a sound book."""
    store = MemoryStore()
    with_some_history(Appender(store, Ticking()))
    return [(row.position, row.prev_hash, row.hash, row.body.encode()) for row in store.events]


def fold_of(rows) -> Fold:
    fold = Fold(BOOK)
    for row in rows:
        fold.take(*row)
    return fold


def rechained(rows, position: int, change) -> list:
    """The rows after `change` of one event's document, with a chain that fits again: a forger who knows the rules."""
    forged, previous = [], genesis_hash(BOOK)
    for place, _, _, body in rows:
        if place == position:
            document = orjson.loads(body)
            change(document)
            body = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
        hash_ = link(previous, place, body)
        forged.append((place, previous, hash_, body))
        previous = hash_
    return forged


def test_sound_book_has_no_findings(rows):
    fold = fold_of(rows)
    assert fold.findings == []
    assert (fold.position, fold.accounts[ONE].balance, fold.accounts[OTHER].balance) == (9, -200, 200)


def test_changed_event_is_located(rows):
    position, prev_hash, hash_, body = rows[3]
    rows[3] = (position, prev_hash, hash_, body.replace(b"100", b"101", 1))
    assert (fold_of(rows).findings[0].position, "was changed" in fold_of(rows).findings[0].sentence) == (4, True)


def test_deleted_event_is_located(rows):
    del rows[4]
    assert fold_of(rows).findings[0].position == 6
    assert "1 events are missing" in fold_of(rows).findings[0].sentence


def test_swapped_events_are_located(rows):
    rows[2], rows[3] = rows[3], rows[2]
    assert fold_of(rows).findings[0].position == 4


def test_inserted_event_is_located(rows):
    rows.insert(4, rows[3])
    assert fold_of(rows).findings[0].position == 4


def test_event_of_another_chain_is_located(rows):
    position, _, _, body = rows[5]
    rows[5] = (position, b"x" * 32, link(b"x" * 32, position, body), body)
    finding = fold_of(rows).findings[0]
    assert (finding.position, "does not continue the chain" in finding.sentence) == (6, True)


def more(document):
    document["data"]["entries"][0]["amount"] -= 1


def other_balance(document):
    document["data"]["entries"][1]["balance"] += 1


def out_of_limits(document):
    for entry, sign in zip(document["data"]["entries"], (-1, 1), strict=True):
        entry["amount"] = entry["balance"] = sign * 4000


@pytest.mark.parametrize(
    ("position", "change", "sentence"),
    [
        (4, more, "does not sum to zero"),
        (4, other_balance, "says a wrong balance"),
        (4, out_of_limits, "moves something else than was proposed"),
        (4, out_of_limits, "out of its limits"),
        (4, lambda d: d.update(time="1999-01-01T00:00:00.000000Z"), "is older than"),
        (4, lambda d: d.update(sequence=f"{5:020}"), "says another position"),
        (4, lambda d: d.update(partitionkey="other"), "belongs to another book"),
        (4, lambda d: d.update(type="ledger.unheard-of.v1"), "does not know"),
        (4, lambda d: d["data"].pop("entries"), "can't be folded"),
        (3, lambda d: d["data"]["legs"][0].update(amount=-7), "legs that do not sum to zero"),
        (1, lambda d: d["data"].update(max_negative=-1), "sets a negative limit"),
        (2, lambda d: d["data"].update(standing="frozen"), "may not trade"),
    ],
)
def test_event_against_the_rules_is_found_even_in_a_whole_chain(rows, position, change, sentence):
    findings = fold_of(rechained(rows, position, change)).findings
    assert sentence in " / ".join(finding.sentence for finding in findings)
    assert findings[0].position >= position
    assert not any("chain" in finding.sentence or "changed" in finding.sentence for finding in findings)


def test_second_end_of_a_transfer_is_found(rows):
    first_end = orjson.loads(rows[3][3])
    forged = rechained(rows, 6, lambda document: document.update(data=first_end["data"], type=first_end["type"]))
    assert "ends a transfer that was completed before" in " / ".join(f.sentence for f in fold_of(forged).findings)


def published(rows) -> Iterator[tuple[dict[str, str], bytes]]:
    for position, prev_hash, hash_, body in rows:
        yield {"position": str(position), "prev_hash": prev_hash.hex(), "hash": hash_.hex()}, body


def test_topic_with_repeats_is_the_same_book(rows):
    out = io.StringIO()
    report = Report(out)
    audit_topic(fold_of(rows), published(rows[:5] + rows[2:]), report)
    assert report.passed, out.getvalue()


def test_topic_whose_hole_was_closed_later_is_the_same_book(rows):
    out = io.StringIO()
    report = Report(out)
    audit_topic(fold_of(rows), published(rows[:3] + rows[5:7] + rows[3:]), report)
    assert report.passed, out.getvalue()


@pytest.mark.parametrize(
    ("topic", "sentence"),
    [
        (lambda rows: rows[:-2], "is the relay running?"),
        (lambda rows: rows[:3] + rows[4:], "position 4: missing from the topic"),
        (lambda rows: [*rows[:8], rechained(rows, 9, lambda d: d["data"].update(max_negative=9))[8]], "another hash"),
    ],
)
def test_topic_that_differs_is_found(rows, topic, sentence):
    out = io.StringIO()
    report = Report(out)
    audit_topic(fold_of(rows), published(topic(rows)), report)
    assert not report.passed
    assert sentence in out.getvalue()


@pytest.fixture
def own_database(database):
    """Not the shared one: here the tables are tampered with."""
    migrate(database.owner_url, database.url)
    return database


TAMPERING = {
    "UPDATE accounts SET balance = balance + 1 WHERE account = %(one)s": "accounts are the fold of the events",
    "UPDATE accounts SET max_positive = 7 WHERE account = %(one)s": "accounts are the fold of the events",
    "UPDATE transfers SET amount = 7": "transfers are the fold of the events",
    "UPDATE postings SET balance = balance - 1 WHERE account = %(one)s": "postings and running balances",
    "DELETE FROM postings WHERE account = %(one)s AND position = 4": "position 4: its postings",
    "UPDATE book_head SET position = 8": "head row is the last event",
    "DELETE FROM events WHERE position = 9": "head row is the last event",
    "DELETE FROM events WHERE position = 5": "position 6: follows position 4",
    "UPDATE events SET time = now() WHERE position = 5": "position 5: its columns say something else than its bytes",
    "UPDATE events SET type = 'x' WHERE position = 5": "position 5: its columns",
    "UPDATE events SET closes = NULL WHERE position = 4": "position 4: its columns",
    "UPDATE postings SET time = now() WHERE position = 4": "position 4: its postings have another time",
}


@pytest.mark.integration
@pytest.mark.parametrize("statement", TAMPERING)
def test_tampering_with_any_table_is_found(own_database, book, statement):
    """By a superuser who switches the triggers off."""
    writer = Writer(own_database.url, book)
    with_some_history(Appender(writer, Ticking()))
    writer.close()
    with psycopg.connect(own_database.admin_url) as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement, {"one": ONE}).rowcount >= 1
    out = io.StringIO()
    with AuditSource(own_database.url, book) as source:
        report = Report(out)
        audit_store(source, book, report)
    assert not report.passed
    assert TAMPERING[statement] in out.getvalue()


@pytest.mark.integration
def test_command_proves_a_book_and_names_a_relay_that_is_behind(
    tmp_path, kafka_bootstrap, ledger_database, appender, book
):
    with_some_history(appender)
    instance = Instance(tmp_path, database_url=ledger_database.url, book=book, bootstrap=kafka_bootstrap)
    try:
        assert instance.start("audit").wait(60) == 1
        assert "is the relay running?" in instance.log("audit")
        instance.start("relay")
        assert instance.start("audit").wait(60) == 0
        assert "Everything holds." in instance.log("audit")
    finally:
        instance.stop()
