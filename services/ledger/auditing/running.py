"""Runs an audit: folds the stored events, holds the tables against them, then folds the topic."""

import sys
import time
from collections.abc import Iterable
from typing import TextIO

from events.topics import LEDGER_EVENTS
from services.chassis.consuming import read_topic
from services.ledger.audit import Finding, Fold
from services.ledger.auditing.comparing import (
    balances,
    wrong_accounts,
    wrong_changes,
    wrong_head,
    wrong_parties,
    wrong_postings,
    wrong_rules,
    wrong_sum,
    wrong_transfers,
)
from services.ledger.auditing.digests import Told
from services.ledger.auditing.proving import Proofs
from services.ledger.auditing.report import Report
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


def audit_store(source: AuditSource, book: str, report: Report) -> Fold:
    """Fold the stored events and hold every table against them."""
    told, proofs = Told(), Proofs(source.head_sizes())
    fold, started = Fold(book, told), time.perf_counter()
    for position, prev_hash, hash_, body in source.events():
        fold.take(position, prev_hash, hash_, body)
        proofs.add(fold)
        if fold.findings and fold.gave_up:
            break
    else:
        fold.end()
        told.end(fold)
    _tell_facts(fold, report, time.perf_counter() - started)
    report.check("events: no gap, chain from genesis, life of each transfer, zero sums, limits, fees", fold.findings)
    if not fold.gave_up:
        wrong = [Finding(position, sentence) for position, sentence in source.wrong_columns()]
        report.check("columns for queries agree with the events", wrong)
        report.check("head row is the last event", wrong_head(fold, source.head()))
        report.check("balances of the book sum to zero", wrong_sum(fold))
        report.check("accounts are the fold of the events", wrong_accounts(fold, source))
        report.check("transfers are the fold of the events", wrong_transfers(told, source))
        report.check("postings and running balances are the events' entries", wrong_postings(told, source))
        report.check("the history of changes is the events'", wrong_changes(told, source))
        report.check("parties of administrators' transfers are the events'", wrong_parties(told, source))
        report.check("policy and fee rules are the newest events'", wrong_rules(fold, source))
        report.check("kept nodes are those of the Merkle tree", proofs.wrong_nodes(source.tree_nodes()))
        heads = proofs.wrong_heads(fold, source.tree_heads(), source.head_keys())
        report.check("signed heads are of this chain and this tree", heads)
        codes = [Finding(position, sentence) for position, sentence in source.wrong_codes()]
        report.check("statements with a code are what the postings say", codes)
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
        other = balances(fold) != balances(stored)
        report.check("replay from Kafka reaches the same balances", _differs(other, "other balances"))
    return fold


def _tell_facts(fold: Fold, report: Report, seconds: float) -> None:
    report.fact("events", f"{fold.position} ({fold.position / max(seconds, 1e-9):,.0f}/s)")
    report.fact("head", f"{fold.position} {fold.hash.hex()}")
    report.fact("time", fold.time or "-")
    report.fact("accounts", len(fold.accounts))
    report.fact("transfers", len(fold.open) + len(fold.ended))
    report.fact("sum", fold.sum)


def _speed(count: int, started: float) -> str:
    return f"{count / max(time.perf_counter() - started, 1e-9):,.0f}/s"


def _behind(fold: Fold, stored: Fold, behind_a_hole: bool) -> list[Finding]:
    if fold.position == stored.position:
        return []
    if behind_a_hole:
        return [Finding(fold.position + 1, "missing from the topic, though later ones are there")]
    waited = f"nothing more came for {_KAFKA_IDLE_SECONDS:.0f} s: is the relay running?"
    return [Finding(fold.position, f"the last of {stored.position}; {waited}")]


def _differs(differs: bool, sentence: str) -> list[Finding]:
    return [Finding(0, sentence)] if differs else []
