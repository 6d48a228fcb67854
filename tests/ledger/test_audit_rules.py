"""Each rule of the audit, broken alone in a book in which everything happened, by a forger who chains it all again."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
import pytest

from services.ledger.audit import Fold
from services.ledger.audit.rules import half_even
from services.ledger.auditing import Report, audit_store
from services.ledger.chain import genesis_hash, link
from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from services.ledger.store.streaming import AuditSource
from tests.databases import fresh_database
from tests.ledger.everything import Everything, everything
from tests.ledger.fakes import BOOK, MemoryStore, Ticking

Document = dict[str, Any]


@dataclass(slots=True)
class Log:
    """The events of a book as documents; what is done to them is chained again."""

    book: Everything
    documents: list[Document]

    def place(self, type_: str, transfer: str = "", account: str = "", nth: int = 0) -> int:
        """Index of the nth event of a type about a transfer (by its name) or an account (by its role)."""
        known = self.book.transfers[transfer] if transfer else getattr(self.book, account) if account else None
        found = [
            index
            for index, document in enumerate(self.documents)
            if document["type"] == f"ledger.{type_}.v1"
            and known in (None, document["data"].get("transfer_id"), document["data"].get("account"))
        ]
        return found[nth]

    def fold(self) -> Fold:
        fold, previous = Fold(BOOK), genesis_hash(BOOK)
        for position, document in enumerate(self.documents, start=1):
            body = orjson.dumps(document | {"sequence": f"{position:020}"}, option=orjson.OPT_SORT_KEYS)
            hash_ = link(previous, position, body)
            fold.take(position, previous, hash_, body)
            previous = hash_
        fold.end()
        return fold


@pytest.fixture
def log() -> Log:
    store, clock = MemoryStore(), Ticking()
    book = everything(Appender(store, clock), clock)
    return Log(book, [orjson.loads(row.body) for row in store.events])


def requires_found(log: Log, sentence: str, place: int) -> None:
    findings = log.fold().findings
    assert sentence in " / ".join(finding.sentence for finding in findings), findings
    assert min(finding.position for finding in findings) >= place, "what comes before is sound"


def test_book_in_which_everything_happened_has_no_findings(log):
    assert log.fold().findings == []


OPENED, LIMITS, STANDING = "account-opened", "account-limits-changed", "account-standing-changed"
CONSENT, FEES, POLICY = "account-consent-changed", "fee-rules-changed", "book-policy-changed"
INITIATED, EXPIRING = "transfer-initiated", "transfer-expiring"
COMPLETED, CANCELLED = "transfer-completed", "transfer-cancelled"


def setting(**values: Any) -> Callable[[Document, Everything], None]:
    """Set fields of the event's data; None removes one, a call makes one of the book."""

    def change(document: Document, book: Everything) -> None:
        for name, value in values.items():
            document["data"][name] = value(book) if callable(value) else value
            if value is None:
                del document["data"][name]

    return change


def leg(number: int, **values: Any) -> Callable[[Document, Everything], None]:
    return lambda document, _: document["data"]["legs"][number].update(values)


def rule(**values: Any) -> Callable[[Document, Everything], None]:
    def change(document: Document, book: Everything) -> None:
        document["data"]["rules"][0] |= {name: v(book) if callable(v) else v for name, v in values.items()}

    return change


def without_fee(document: Document, book: Everything) -> None:
    amount = document["data"]["amount"]
    document["data"]["legs"] = [{"account": book.other, "amount": -amount}, {"account": book.one, "amount": amount}]


def with_fee(document: Document, book: Everything) -> None:
    document["data"]["legs"][1]["amount"] -= 1
    document["data"]["legs"].append({"account": book.fees, "amount": 1})


def twice(document: Document, _: Everything) -> None:
    document["data"]["legs"][1]["account"] = document["data"]["legs"][2]["account"]


def using(party: str, direction: str, most: int | None) -> Callable[[Everything], Document]:
    """A consent of the third account."""

    def made(book: Everything) -> Document:
        rule_ = {"party": book.one if party == "one" else party, "direction": direction}
        return {"account": book.third, "rule": rule_ | ({"max_amount": most} if most else {})}

    return made


def transfer(name: str) -> Callable[[Everything], str]:
    return lambda book: book.transfers[name]


def account(name: str) -> Callable[[Everything], str]:
    return lambda book: str(getattr(book, name))


CHANGED = [
    (OPENED, "one", setting(standing="asleep"), "gives a standing that there is not"),
    (LIMITS, "one", lambda d, _: d["data"]["previous"].update(max_positive=1), "names other previous limits"),
    (LIMITS, "one", setting(max_negative=-1), "sets a negative limit"),
    (STANDING, "third", setting(previous="closed"), "names another previous standing"),
    (STANDING, "third", setting(standing="asleep"), "gives a standing that there is not"),
    (STANDING, "third", setting(closing=True), "wait for its zero that is not frozen or is at zero"),
    (STANDING, "leaving", setting(standing="closed", closing=None), "closes an account that has a balance"),
    (STANDING, "leaving 1", setting(standing="frozen"), "does not close an account that waited for its zero"),
    (CONSENT, "third", lambda d, _: d["data"]["rules"][1].update(party="any"), "consent that may not be given"),
    (CONSENT, "third", lambda d, _: d["data"]["rules"][1].pop("max_amount"), "consent that may not be given"),
    (CONSENT, "third", lambda d, _: d["data"]["rules"].append(d["data"]["rules"][0]), "consent that may not be given"),
    (CONSENT, "third", rule(party=account("third")), "consents to an account that there is not, or to itself"),
    (CONSENT, "third", rule(party="1234"), "consents to an account that there is not, or to itself"),
    (FEES, "", rule(account="1234"), "lets fees go to an account that there is not"),
    (FEES, "", rule(side="both"), "makes a fee rule that may not be made"),
    (FEES, "", rule(basis_points=10_001), "makes a fee rule that may not be made"),
    (POLICY, "", setting(warning_percent=0), "sets `warning_percent` to what it may not be"),
    (POLICY, "", setting(expires_after_days=367), "sets `expires_after_days` to what it may not be"),
    (INITIATED, "with fees", without_fee, "legs that are not those of the fee rules in force"),
    (INITIATED, "with fees", leg(2, amount=24), "legs that are not those of the fee rules in force"),
    (INITIATED, "completed", with_fee, "legs that are not those of the fee rules in force"),
    (INITIATED, "completed", lambda d, _: d["data"]["legs"].reverse(), "legs that are not those of the fee rules"),
    (INITIATED, "completed", leg(1, amount=0), "leaves nothing for the payee"),
    (INITIATED, "completed", setting(initiator=account("other")), "is proposed by a side that does not propose"),
    (INITIATED, "requested", setting(initiator=account("one")), "is proposed by a side that does not propose"),
    (INITIATED, "completed", setting(expires_at="2025-01-01T00:00:00.000000Z"), "had expired before it was proposed"),
    (INITIATED, "requested", setting(reverses=transfer("completed")), "reverses, and is no reversal"),
    (INITIATED, "completed", setting(direction="up"), "is no transfer between two"),
    (EXPIRING, "expired", setting(expires_at="2099-01-01T00:00:00.000000Z"), "names another time of expiry"),
    (EXPIRING, "expired", setting(transfer_id=transfer("completed")), "reminds of a transfer that was ended before"),
    (INITIATED, "several legs", leg(1, amount=0), "has too few or too many legs, or one without an amount"),
    (INITIATED, "several legs", twice, "has an account twice"),
    (INITIATED, "several legs", setting(amount=601), "is not what its legs say"),
    (INITIATED, "several legs", setting(payer=account("other")), "is not what its legs say"),
    (INITIATED, "several legs", setting(initiator=account("one")), "or has a proposer"),
    (INITIATED, "several legs", setting(kind="gift"), "is of a kind that there is not"),
    (INITIATED, "several legs", setting(expires_at="2099-01-01T00:00:00.000000Z"), "waits for nobody"),
    (INITIATED, "reversal", setting(reverses=transfer("cancelled")), "reverses what was not completed"),
    (INITIATED, "given back", setting(reverses=transfer("reversal")), "reverses a reversal"),
    (INITIATED, "given back", setting(reverses=transfer("several legs")), "reverses for the second time"),
    (INITIATED, "given back", setting(reverses=transfer("requested")), "does not move all of it back"),
    (INITIATED, "given back", setting(initiator=account("one")), "is given back by one that did not receive it"),
    (INITIATED, "reversal", setting(initiator=account("other")), "is given back by one that did not receive it"),
    (COMPLETED, "completed", setting(accepted_by=account("one")), "is accepted by one that was not asked"),
    (COMPLETED, "completed", setting(accepted_by=None), "is accepted by one that was not asked"),
    (COMPLETED, "completed", setting(effective_at="2026-01-01T00:00:00.000000Z"), "takes effect at another time"),
    (COMPLETED, "by consent", setting(consent=using("any", "pay", 500)), "names a consent that was not given"),
    (COMPLETED, "by consent", setting(consent=using("one", "request", 300)), "names a consent that does not cover it"),
    (COMPLETED, "requested by consent", setting(consent=using("any", "pay", None)), "does not cover it"),
    (COMPLETED, "by consent", setting(accepted_by=account("third")), "is accepted and consented to at once"),
    (COMPLETED, "several legs", setting(accepted_by=account("one")), "where nobody was asked"),
    (COMPLETED, "reversal", setting(consent=using("any", "pay", None)), "where nobody was asked"),
    (CANCELLED, "cancelled", setting(by=account("other")), "is cancelled by one that may not do that"),
    (CANCELLED, "rejected", setting(by=account("one")), "is rejected by one that may not do that"),
    (CANCELLED, "expired", setting(by=account("one")), "is expired by one that may not do that"),
    (CANCELLED, "too late", setting(by=account("one")), "is system by one that may not do that"),
    (CANCELLED, "cancelled", setting(kind="lost"), "is lost by one that may not do that"),
    (CANCELLED, "cancelled", setting(kind="expired", by=None), "expires before its time"),
    (OPENED, "one", lambda d, _: d.update(subject="account/1"), "has a subject that is not what it is about"),
    (OPENED, "one", lambda d, _: d.update(source="/ledger/other"), "belongs to another book"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "about", "change", "sentence"), CHANGED)
def test_event_against_a_rule_is_found(log, type_, about, change, sentence):
    name, _, nth = about.rpartition(" ") if about[-1:].isdigit() else (about, "", "0")
    named = {"transfer": name} if name in log.book.transfers else {"account": name}
    place = log.place(type_, **named, nth=int(nth))
    change(log.documents[place], log.book)
    requires_found(log, sentence, place + 1)


LEFT_OUT = [
    (COMPLETED, "by consent", "needs no answer and must be completed"),
    (COMPLETED, "several legs", "asks nobody and must be completed"),
    (COMPLETED, "reversal", "asks nobody and must be completed"),
    (CANCELLED, "left open", "must be cancelled, its party may not trade"),
]


@pytest.mark.parametrize(("type_", "name", "sentence"), LEFT_OUT)
def test_event_that_must_follow_and_does_not_is_found(log, type_, name, sentence):
    place = log.place(type_, name)
    del log.documents[place]
    requires_found(log, sentence, place)
    assert any("comes too early" in finding.sentence for finding in log.fold().findings)
    del log.documents[place:]
    requires_found(log, f"is the last event, though {log.book.transfers[name]} {sentence}", place)


def test_account_that_is_not_closed_at_its_zero_is_found(log):
    place = log.place(STANDING, account="leaving", nth=1)
    del log.documents[place]
    requires_found(log, "waited for its zero and must be closed", place)


def test_consent_that_is_used_later_is_found(log):
    proposal = log.documents[log.place(INITIATED, "open")]
    place = log.place(COMPLETED, "by consent")
    reminder = {name: proposal["data"][name] for name in ("transfer_id", "expires_at")}
    between = proposal | {"type": f"ledger.{EXPIRING}.v1", "data": reminder, "time": log.documents[place]["time"]}
    log.documents.insert(place, between)
    requires_found(log, "was open before it was completed by consent", place)


def test_second_reminder_is_found(log):
    place = log.place(EXPIRING)
    log.documents.insert(place + 1, log.documents[place])
    requires_found(log, "reminds for the second time", place + 2)


def test_acceptance_after_its_time_is_found(log):
    place = log.place(INITIATED, "completed")
    log.documents[place]["data"]["expires_at"] = log.documents[place + 1]["time"]
    requires_found(log, "is accepted after its time", place + 2)


def test_expiry_before_its_time_is_found(log):
    log.documents[log.place(INITIATED, "expired")]["data"]["expires_at"] = "2099-01-01T00:00:00.000000Z"
    requires_found(log, "expires before its time", log.place(EXPIRING))


def test_administrators_transfer_that_is_cancelled_is_found(log):
    place = log.place(COMPLETED, "several legs")
    why = {"kind": "system", "code": "x", "reason": "", "transfer_id": log.book.transfers["several legs"]}
    log.documents[place] |= {"type": "ledger.transfer-cancelled.v1", "data": why}
    requires_found(log, "cancels what asked nobody", place)


@pytest.mark.parametrize(
    ("role", "sentence"),
    [("fees", "lets fees go to an account that may not trade"), ("other", "is between accounts of which one may not")],
)
def test_account_that_may_not_trade_is_found(log, role, sentence):
    log.documents[log.place(OPENED, account=role)]["data"]["standing"] = "frozen"
    requires_found(log, sentence, 1)


def test_closed_account_takes_part_in_nothing(log):
    place = log.place(INITIATED, "several legs")
    leaving = log.documents[log.place(OPENED, account="leaving")]["data"]
    leaving["standing"] = "closed"
    log.documents[place]["data"]["legs"][3]["account"] = log.book.leaving
    requires_found(log, "takes part of a closed account", 1)


def test_frozen_account_is_settled_by_administrators_alone(log):
    """The settling transfer is sound; the same money by a member's is not."""
    place = log.place(INITIATED, "settled")
    settled = log.documents[place]["data"]
    assert log.fold().findings == []
    settled |= {"kind": "transfer", "initiator": settled["payer"]}
    log.documents[place + 1]["data"]["accepted_by"] = settled["payee"]
    requires_found(log, f"moves money of {log.book.leaving}, which may not trade", place)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [(0, 0), (4_999, 0), (5_000, 0), (5_001, 1), (14_999, 1), (15_000, 2), (25_000, 2), (35_000, 4), (10_000, 1)],
)
def test_halves_go_to_the_even_neighbour(parts, whole):
    assert half_even(parts) == whole


@pytest.fixture(scope="module")
def full(postgres_admin_url):
    """A database with a book in which everything happened; what tests do to it is rolled back."""
    with fresh_database(postgres_admin_url) as database:
        migrate(database.owner_url, database.url)
        writer, clock = Writer(database.url, BOOK), Ticking()
        everything(Appender(writer, clock), clock)
        writer.close()
        yield database


ACCOUNTS, TRANSFERS = "accounts are the fold", "transfers are the fold"
POSTINGS, CHANGES, PARTIES = "postings and running balances", "the history of changes", "parties of administrators'"
RULES = "policy and fee rules"
ANY = """'[{"party":"any","direction":"pay","max_amount":null}]'"""
SOME_ID = "'0190a8a0-0000-7000-8000-000000000000'"
TAMPERED = {
    "UPDATE accounts SET entity_id = 'e'": ACCOUNTS,
    "UPDATE accounts SET version = version + 1": ACCOUNTS,
    f"UPDATE accounts SET consent = {ANY}": ACCOUNTS,
    "DELETE FROM accounts": ACCOUNTS,
    "UPDATE accounts SET standing = 'frozen', closing = true WHERE standing = 'closed'": ACCOUNTS,
    **{
        f"UPDATE transfers SET {assignment}": TRANSFERS
        for assignment in (
            "direction = 'request' WHERE kind = 'admin'",
            "initiator = payee WHERE kind = 'transfer'",
            "payer = payee, payee = payer WHERE kind = 'transfer'",
            "amount = amount + 1",
            "legs = NULL",
            "legs = replace(legs, '-600', '-599')",
            "description = 'x'",
            "reference = 'x'",
            "initiated_position = initiated_position + 1",
            "initiated_at = now()",
            "version = version + 1",
            "expires_at = now()",
            "expires_at = NULL",
            "reminded = NOT reminded",
            "ended_at = now() WHERE ended_at IS NOT NULL",
            "accepted_by = payer",
            "accepted_by = NULL",
            "consent = NULL",
            "consent = replace(consent, '300', '301')",
            "cancellation_kind = 'expired' WHERE status = 'cancelled'",
            "cancellation_code = 'x'",
            "cancellation_reason = 'x'",
            "cancelled_by = NULL",
            f"reverses = {SOME_ID} WHERE kind = 'reversal' AND amount = 600",
            f"reversed_by = {SOME_ID}",
            "reversed_by = NULL",
        )
    },
    "DELETE FROM transfers WHERE kind = 'reversal'": TRANSFERS,
    f"INSERT INTO transfers SELECT (jsonb_populate_record(t, '{{\"transfer_id\": \"{SOME_ID[1:-1]}\"}}')).* "
    "FROM transfers AS t WHERE kind = 'transfer' LIMIT 1": TRANSFERS,
    "UPDATE postings SET max_negative = max_negative + 1": POSTINGS,
    "UPDATE postings SET max_positive = max_positive + 1": POSTINGS,
    f"UPDATE postings SET transfer_id = {SOME_ID} WHERE amount = 90": POSTINGS,
    "DELETE FROM postings": POSTINGS,
    "UPDATE changes SET actor = 'nobody' WHERE position = 6": CHANGES,
    "UPDATE changes SET subject = 'policy'": CHANGES,
    "UPDATE changes SET type = 'x'": CHANGES,
    "UPDATE changes SET data = replace(data, '20000', '20001')": CHANGES,
    "UPDATE changes SET data = data || ' ' WHERE position = 6": CHANGES,
    "UPDATE changes SET time = now() WHERE position = 6": "columns for queries",
    "DELETE FROM changes WHERE position = 6": CHANGES,
    "DELETE FROM transfer_parties": PARTIES,
    f"UPDATE transfer_parties SET transfer_id = {SOME_ID}": PARTIES,
    "UPDATE transfer_parties SET account = '1111222233334444' WHERE initiated_position = 35 AND account = "
    "(SELECT min(account) FROM transfer_parties)": PARTIES,
    "UPDATE book_rules SET policy = replace(policy, '80', '90')": RULES,
    "UPDATE book_rules SET policy = NULL": RULES,
    """UPDATE book_rules SET fee_rules = '[{"account":"1","side":"payer","fixed":1,"basis_points":0}]'""": RULES,
    "DELETE FROM book_rules": RULES,
}  # fmt: skip


@pytest.mark.integration
@pytest.mark.parametrize("statement", TAMPERED)
def test_tampering_with_any_column_is_found(full, statement):
    """By a superuser who switches the triggers off."""
    out = io.StringIO()
    with psycopg.connect(full.admin_url, options="-c timezone=UTC") as connection:
        connection.execute("SET session_replication_role = replica")
        for constraint in ("two_different_parties", "initiator_is_party", "only_reversals_reverse"):
            connection.execute(f"ALTER TABLE transfers DROP CONSTRAINT {constraint}")
        assert connection.execute(statement).rowcount >= 1
        source = object.__new__(AuditSource)
        source._book, source._connection = BOOK, connection
        audit_store(source, BOOK, Report(out))
        connection.rollback()
    failed = [line.strip() for line in out.getvalue().splitlines() if line.strip().startswith("FAILED")]
    assert any(TAMPERED[statement] in line for line in failed), out.getvalue()
    assert len(failed) == 1, out.getvalue()


@pytest.mark.integration
def test_what_nobody_touched_is_sound(full):
    with AuditSource(full.url, BOOK) as source:
        report = Report(out := io.StringIO())
        audit_store(source, BOOK, report)
    assert report.passed, out.getvalue()
