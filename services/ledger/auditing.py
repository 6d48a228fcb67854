"""`audit`: the whole book from PostgreSQL and again from Kafka, with a report for people."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from events.topics import LEDGER_EVENTS
from services.chassis.consuming import read_topic
from services.ledger.audit import Finding, Fold, digest
from services.ledger.domain import Account, Transfer
from services.ledger.store.streaming import AuditSource

_KAFKA_IDLE_SECONDS = 10.0

Topic = Iterable[tuple[dict[str, str], bytes]]


def run_audit(database_url: str, book: str, bootstrap: str, out: TextIO = sys.stdout) -> bool:
    """Check everything and print the report; True when everything holds."""
    report = Report(out)
    report.title(f"Audit of the book {book!r}")
    with AuditSource(database_url, book) as source:
        fold = audit_store(source, book, report)
    audit_topic(fold, read_topic(bootstrap, LEDGER_EVENTS, book, _KAFKA_IDLE_SECONDS), report)
    report.verdict()
    return report.passed


class Report:
    """Lines for people; `passed` as long as no check failed."""

    def __init__(self, out: TextIO) -> None:
        self._out, self.passed = out, True

    def title(self, text: str) -> None:
        self._print(f"{text}\n{'=' * len(text)}")

    def fact(self, name: str, value: object) -> None:
        self._print(f"  {name:<12} {value}")

    def check(self, what: str, findings: Iterable[Finding]) -> None:
        """`ok` or `FAILED` with every finding, the first bad position first."""
        found = sorted(findings, key=lambda finding: finding.position)
        self._print(f"  {'FAILED' if found else 'ok':<7}{what}")
        for finding in found:
            where = f"position {finding.position}: " if finding.position else ""
            self._print(f"          {where}{finding.sentence}")
        self.passed = self.passed and not found

    def verdict(self) -> None:
        self._print("Everything holds." if self.passed else "SOMETHING IS WRONG: see FAILED above.")

    def _print(self, line: str) -> None:
        print(line, file=self._out, flush=True)


def audit_store(source: AuditSource, book: str, report: Report) -> Fold:
    """Fold the stored events and hold every table against them."""
    fold, started = Fold(book), time.perf_counter()
    for position, prev_hash, hash_, body in source.events():
        fold.take(position, prev_hash, hash_, body)
        if fold.gave_up:
            break
    _tell_facts(fold, report, time.perf_counter() - started)
    report.check("events: no gap, chain from genesis, life of each transfer, zero sums, limits", fold.findings)
    if not fold.gave_up:
        wrong = [Finding(position, sentence) for position, sentence in source.wrong_columns()]
        report.check("columns for queries agree with the events", wrong)
        report.check("head row is the last event", _wrong_head(fold, source.head()))
        report.check("balances of the book sum to zero", _wrong_sum(fold))
        report.check("accounts are the fold of the events", _wrong_accounts(fold, source.accounts()))
        report.check("transfers are the fold of the events", _wrong_transfers(fold, source.transfers()))
        report.check("postings and running balances are the events' entries", _wrong_postings(fold, source.postings()))
    return fold


def audit_topic(stored: Fold, topic: Topic, report: Report) -> Fold:
    """Fold the published events, from offset 0, up to where the stored ones end: it must come to the same."""
    fold, started = Fold(stored.book), time.perf_counter()
    records, behind_a_hole = iter(topic), False
    while fold.position < stored.position and not fold.gave_up:
        record = next(records, None)
        if record is None:
            break
        headers, body = record
        position = int(headers["position"])
        # A relay repeats records after trouble, whole pages even: known ones are no finding, and what overtook a lost
        # batch comes again behind it.
        behind_a_hole = behind_a_hole or position > fold.position + 1
        if position == fold.position + 1:
            fold.take(position, bytes.fromhex(headers["prev_hash"]), bytes.fromhex(headers["hash"]), body)
    report.fact("Kafka", f"{fold.position} events, {_speed(fold.position, started)}")
    report.check("Kafka has the same chain", fold.findings or _behind(fold, stored, behind_a_hole))
    if fold.position == stored.position:
        report.check("replay from Kafka reaches the same head hash", _differs(fold.hash != stored.hash, "another hash"))
        other = _balances(fold) != _balances(stored)
        report.check("replay from Kafka reaches the same balances", _differs(other, "other balances"))
    return fold


def _tell_facts(fold: Fold, report: Report, seconds: float) -> None:
    report.fact("events", f"{fold.position} ({fold.position / max(seconds, 1e-9):,.0f}/s)")
    report.fact("head", f"{fold.position} {fold.hash.hex()}")
    report.fact("time", fold.time or "-")
    report.fact("accounts", len(fold.accounts))
    report.fact("transfers", len(fold.transfers))
    report.fact("sum", sum(account.balance for account in fold.accounts.values()))


def _speed(count: int, started: float) -> str:
    return f"{count / max(time.perf_counter() - started, 1e-9):,.0f}/s"


def _wrong_head(fold: Fold, head: tuple[int, bytes]) -> list[Finding]:
    position, hash_ = head
    if position == fold.position and (hash_ == fold.hash or position == 0):
        return []
    return [Finding(position, f"the head row says {position} {hash_.hex()}, the last event is {fold.position}")]


def _wrong_sum(fold: Fold) -> list[Finding]:
    total = sum(account.balance for account in fold.accounts.values())
    return [Finding(0, f"they sum to {total}")] if total else []


def _wrong_accounts(fold: Fold, rows: Iterable[Account]) -> list[Finding]:
    def known(number: str) -> tuple[object, ...] | None:
        a = fold.accounts.get(number)
        return (a.balance, a.max_negative, a.max_positive, a.standing, a.version) if a else None

    stored = {
        row.account: (row.balance, row.max_negative, row.max_positive, row.standing, row.version) for row in rows
    }  # fmt: skip
    return _compare("account", fold.accounts, stored, known)


def _wrong_transfers(fold: Fold, rows: Iterable[Transfer]) -> list[Finding]:
    def known(transfer_id: str) -> tuple[object, ...] | None:
        t = fold.transfers.get(transfer_id)
        return (t.payer, t.payee, t.amount, t.status, t.version) if t else None

    stored = {row.transfer_id: (row.payer, row.payee, row.amount, row.status, row.version) for row in rows}
    return _compare("transfer", fold.transfers, stored, known)


def _compare(
    what: str, folded: Iterable[str], stored: Mapping[str, tuple[object, ...]], known: Callable[[str], object]
) -> list[Finding]:
    missing = [Finding(0, f"{what} {key} is missing") for key in folded if key not in stored]
    wrong = [
        Finding(0, f"{what} {key} is {row}, the events say {known(key)}")
        for key, row in stored.items()
        if row != known(key)
    ]
    return (missing + wrong)[:20]


def _wrong_postings(fold: Fold, rows: Iterable[tuple[int, str, str, int, int]]) -> list[Finding]:
    expected = dict(fold.postings)
    for position, account, transfer_id, amount, balance in rows:
        # Equal digests cancel out: what is left differs.
        expected[position] = expected.get(position, 0) ^ digest([(account, transfer_id, amount, balance)])
    wrong = sorted(position for position, left in expected.items() if left)
    return [Finding(position, "its postings are not its entries") for position in wrong[:20]]


def _behind(fold: Fold, stored: Fold, behind_a_hole: bool) -> list[Finding]:
    if fold.position == stored.position:
        return []
    if behind_a_hole:
        return [Finding(fold.position + 1, "missing from the topic, though later ones are there")]
    waited = f"nothing more came for {_KAFKA_IDLE_SECONDS:.0f} s: is the relay running?"
    return [Finding(fold.position, f"the last of {stored.position}; {waited}")]


def _differs(differs: bool, sentence: str) -> list[Finding]:
    return [Finding(0, sentence)] if differs else []


def _balances(fold: Fold) -> dict[str, int]:
    return {number: account.balance for number, account in fold.accounts.items()}
